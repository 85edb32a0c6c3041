"""How a request shows who asks: a bearer token, or the session's cookie; and what stops it.

`caller` and `page_caller` are FastAPI dependencies. A change (any method but GET, HEAD, OPTIONS) that
comes with a cookie is let through only with the session's CSRF token: no route can forget to ask for it.
"""

from collections.abc import Callable, Coroutine
from hmac import compare_digest
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from anyio.to_thread import run_sync
from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from serving.access.access import Access
from serving.access.caller import Caller
from serving.access.event import Event
from serving.access.own_path import own_path
from serving.access.refusals import BadCredentials, TooMany
from serving.access.roles import Right
from serving.problems import NotReady
from serving.refusals import Forbidden
from serving.settings import Settings

COOKIE = "lvdaitong"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 200
CHALLENGE = 'Bearer realm="lvdaitong"'
INVALID = f'{CHALLENGE}, error="invalid_token"'


def cookie_name(settings: Settings, name: str = COOKIE) -> str:
    """The name of a cookie; `__Host-` binds it to this host and to HTTPS (RFC 6265bis §4.1.3.2).

    >>> cookie_name(Settings()), cookie_name(Settings(is_demo=True))
    ('__Host-lvdaitong', 'lvdaitong')
    """
    return name if settings.is_demo else f"__Host-{name}"


def access_of(request: Request) -> Access:
    """The doors of the service.

    Raises:
        NotReady: There are none yet.
    """
    access: Access | None = getattr(request.app.state, "access", None)
    if access is None:
        raise NotReady({"records": "the database of accounts is not open"})
    return access


def address_of(request: Request) -> str:
    """The address that a request comes from; behind a proxy, as uvicorn was told to believe it."""
    return request.client.host if request.client else "-"


async def caller(request: Request) -> Caller:
    """Who asks.

    Raises:
        HTTPException: 401 where nobody, or nobody valid, asks; 403 without the CSRF token; 429 too often.
        Unavailable: The database does not answer.
    """
    access = access_of(request)
    found = await _proved(request, access)
    if found is None:
        detail = "log in at /login, or send 'Authorization: Bearer …' with a token of POST /v1/tokens"
        raise HTTPException(401, detail, {"WWW-Authenticate": CHALLENGE})
    return await _admitted(request, access, found)


async def page_caller(request: Request) -> Caller:
    """Who reads the page; who has not logged in is led to the log-in, and back afterwards.

    Raises:
        HTTPException: 303 to /login; 403 and 429 as `caller` does.
        Unavailable: The database does not answer.
    """
    access = access_of(request)
    found = await _proved(request, access)
    if found is None:
        raise HTTPException(303, "log in first", {"Location": log_in_address(request)})
    return await _admitted(request, access, found)


def expect(caller: Caller, right: Right) -> None:
    """Refuse a caller whose role lacks a right.

    Raises:
        Forbidden: It does.
    """
    if not caller.may(right):
        raise Forbidden(right, caller.role)


def expecting(right: Right) -> Callable[[Request, Caller], Coroutine[Any, Any, Caller]]:
    """A dependency: the caller, if its role has a right; a refusal is noted."""

    async def expected(request: Request, found: Annotated[Caller, Depends(caller)]) -> Caller:
        if not found.may(right):
            note = access_of(request).note
            await run_sync(note, Event.refusal(found, 403, right=right.value))
        expect(found, right)
        return found

    return expected


async def expect_csrf(request: Request, caller: Caller) -> None:
    """Refuse a change that a session's cookie came with, but not its CSRF token.

    `caller` and `page_caller` have asked already; this is for a route that changes something on GET.

    Raises:
        HTTPException: 403; the form is of another session, of another account, or of another site.
    """
    if caller.csrf is None:
        return
    shown = request.headers.get(CSRF_HEADER) or (await form_of(request)).get(CSRF_FIELD, "")
    if not same(shown, caller.csrf):
        await run_sync(access_of(request).note, Event.refusal(caller, 403, why="csrf"))
        raise HTTPException(
            403, "a change with a session needs its CSRF token: field 'csrf' of the form, or X-CSRF-Token"
        )


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form as they were typed; none where the body is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return {}
    try:
        body = (await request.body()).decode()
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def same(shown: str, kept: str) -> bool:
    """Whether two secrets are one; how long that takes says nothing."""
    return compare_digest(shown.encode("utf-8", "surrogatepass"), kept.encode("utf-8", "surrogatepass"))


def too_many(error: TooMany) -> HTTPException:
    """429, with when to come back."""
    return HTTPException(429, str(error), {"Retry-After": str(error.retry_after)})


def log_in_address(request: Request) -> str:
    """Where to log in, and come back to what was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    kept = own_path(wanted) if request.method in SAFE_METHODS else "/"
    return "/login" if kept == "/" else f"/login?next={quote(kept, safe='')}"


async def _proved(request: Request, access: Access) -> Caller | None:
    """Who shows a valid token or cookie; a token that is shown must be valid, whatever the cookie is."""
    shown = request.headers.get("authorization")
    if shown is not None:
        return await _of_token(request, access, shown)
    cookie = request.cookies.get(cookie_name(access.settings))
    if cookie is None:
        return None
    known = access.sessions.known(cookie)
    try:
        return known or await run_sync(access.sessions.prove, cookie)
    except BadCredentials:
        return None


async def _of_token(request: Request, access: Access, shown: str) -> Caller:
    scheme, _, text = shown.partition(" ")
    text = text.strip() if scheme.lower() == "bearer" else ""
    known = access.tokens.known(text)
    if known is not None:
        return known
    try:
        return await run_sync(access.tokens.prove, text)
    except BadCredentials as error:
        await _note_bad_token(access, address_of(request))
        raise HTTPException(401, str(error), {"WWW-Authenticate": INVALID}) from None


async def _note_bad_token(access: Access, address: str) -> None:
    """Note it, so many a minute: who tries tokens must not fill the audit log."""
    try:
        access.limits.refusals_by_address.take(address)
    except TooMany as error:
        raise too_many(error) from None
    await run_sync(access.note, Event.refusal(None, 401, why="token", address=address))


async def _admitted(request: Request, access: Access, found: Caller) -> Caller:
    request.state.caller = found
    try:
        access.limits.requests.take(found.account)
    except TooMany as error:
        raise too_many(error) from None
    if request.method not in SAFE_METHODS:
        await expect_csrf(request, found)
    return found
