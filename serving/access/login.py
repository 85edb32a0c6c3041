"""The page's doors: log in by password or through the issuer, log out."""

from http import HTTPStatus
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from features.errors import LvdaitongError
from serving.access.access import Access
from serving.access.account import Account
from serving.access.doors import (
    CHALLENGE,
    CSRF_FIELD,
    access_of,
    address_of,
    cookie_name,
    form_of,
    page_caller,
    same,
)
from serving.access.event import Event
from serving.access.oidc import Attempt, Issuer
from serving.access.own_path import own_path
from serving.access.refusals import BadCredentials, Refused, TooMany
from serving.access.secret import LONGEST, new_secret
from serving.access.templates import TEMPLATES

FORM_COOKIE, ATTEMPT_COOKIE = "lvdaitong-form", "lvdaitong-oidc"
ATTEMPT_SECONDS = 600
BACK = "/login/oidc/back"
WRONG = "账号或密码不正确，或因多次输错已暂时锁定；请核对后再试，锁定后请等待片刻或联系平台管理员。"
STALE = "登录页已过期，请重新输入。"
OFTEN = "尝试次数过多，请在 {seconds} 秒后再试。"
DOWN = "服务暂时不能登录，请稍后再试。"
STOPPED = "页面已过期，或您在别处重新登录过。请回到首页再退出。"
STRANGER = "统一身份认证没有通过，或该身份尚未关联账号；请联系平台管理员。"

router = APIRouter(include_in_schema=False)
Doors = Annotated[Access, Depends(access_of)]


@router.get("/login")
async def form(request: Request, access: Doors) -> Response:
    """The log-in form; whoever is in already goes on."""
    wanted = own_path(request.query_params.get("next"))
    try:
        await run_sync(access.sessions.prove, request.cookies.get(cookie_name(access.settings), ""))
    except BadCredentials:
        return _form(request, access, wanted)
    except LvdaitongError:
        return _form(request, access, wanted, DOWN, HTTPStatus.SERVICE_UNAVAILABLE)
    return RedirectResponse(wanted, HTTPStatus.SEE_OTHER)


@router.post("/login")
async def log_in(request: Request, access: Doors) -> Response:
    """A session for a name and a password."""
    typed = await form_of(request)
    wanted, name = own_path(typed.get("next")), typed.get("name", "")
    if not _is_our_form(request, access, typed):
        return _form(request, access, wanted, STALE, HTTPStatus.FORBIDDEN, name=name)
    try:
        account = await run_sync(
            access.log_in, name, typed.get("password", ""), address_of(request), limiter=access.log_ins
        )
        return await _entered(request, access, account, RedirectResponse(wanted, HTTPStatus.SEE_OTHER))
    except (TooMany, Refused, LvdaitongError) as error:
        return _refused(request, access, error, wanted, name)


@router.post("/logout")
async def log_out(request: Request, access: Doors) -> Response:
    """The session is over, here and in the database."""
    name = cookie_name(access.settings)
    try:
        caller = await page_caller(request)
    except HTTPException as error:
        if error.status_code == HTTPStatus.SEE_OTHER:
            raise
        page = TEMPLATES.get_template("stopped.html").render(says=STOPPED)
        return HTMLResponse(page, error.status_code, error.headers)
    await run_sync(access.note, Event.by(caller, "log-out"))
    await run_sync(access.sessions.end, request.cookies.get(name, ""))
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(name, secure=not access.settings.is_demo, httponly=True, samesite="strict")
    return answer


@router.get("/login/oidc")
async def to_issuer(request: Request, access: Doors) -> Response:
    """To the issuer, with an attempt that only this browser can finish."""
    issuer = _issuer(access)
    attempt = Attempt.new(own_path(request.query_params.get("next")))
    try:
        address = await run_sync(issuer.begin, attempt, _back(request, access), limiter=access.log_ins)
    except LvdaitongError as error:
        return _refused(request, access, error, attempt.wanted)
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    _set(answer, access, ATTEMPT_COOKIE, attempt.as_cookie(), same_site="lax", max_age=ATTEMPT_SECONDS)
    return answer


@router.get(BACK)
async def from_issuer(request: Request, access: Doors) -> Response:
    """Back from the issuer: a session for the account that is linked to its subject."""
    issuer, name = _issuer(access), cookie_name(access.settings, ATTEMPT_COOKIE)
    attempt = Attempt.from_cookie(request.cookies.get(name))
    try:
        account = await run_sync(
            _vouched, request, access, issuer, attempt, _back(request, access), limiter=access.log_ins
        )
        wanted = own_path(attempt.wanted if attempt else None)
        # a page of our own goes on: a redirect that began at the issuer would not carry a strict cookie
        page = HTMLResponse(TEMPLATES.get_template("entered.html").render(wanted=wanted))
        answer = await _entered(request, access, account, page)
    except (TooMany, Refused, LvdaitongError) as error:
        answer = _refused(request, access, error, "/", says=STRANGER)
    answer.delete_cookie(name, secure=not access.settings.is_demo, httponly=True, samesite="lax")
    return answer


def _vouched(request: Request, access: Access, issuer: Issuer, attempt: Attempt | None, back: str) -> Account:
    address = address_of(request)
    access.limits.log_ins_by_address.take(address)
    try:
        subject = issuer.finish(attempt, request.query_params, back)
    except Refused as error:
        access.note_refused(error, address)
        raise
    account = access.log_in_by_subject(subject, address)
    access.limits.log_ins_by_address.give_back(address)
    return account


async def _entered(request: Request, access: Access, account: Account, answer: Response) -> Response:
    """A new session in place of whatever the browser showed."""
    shown = request.cookies.get(cookie_name(access.settings))
    cookie = await run_sync(lambda: access.sessions.begin(account, instead_of=shown))
    _set(answer, access, "lvdaitong", cookie)
    answer.delete_cookie(
        cookie_name(access.settings, FORM_COOKIE),
        secure=not access.settings.is_demo,
        httponly=True,
        samesite="strict",
    )
    return answer


def _refused(
    request: Request, access: Access, error: LvdaitongError, wanted: str, name: str = "", says: str = WRONG
) -> Response:
    if isinstance(error, TooMany):
        told = OFTEN.format(seconds=error.retry_after)
        answer = _form(request, access, wanted, told, HTTPStatus.TOO_MANY_REQUESTS, name=name)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    if isinstance(error, Refused):
        answer = _form(request, access, wanted, says, HTTPStatus.UNAUTHORIZED, name=name)
        answer.headers["WWW-Authenticate"] = CHALLENGE
        return answer
    return _form(request, access, wanted, DOWN, HTTPStatus.SERVICE_UNAVAILABLE, name=name)


def _form(
    request: Request,
    access: Access,
    wanted: str,
    banner: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    *,
    name: str = "",
) -> Response:
    """The form, and the cookie that must come back together with it."""
    shown = request.cookies.get(cookie_name(access.settings, FORM_COOKIE), "")
    csrf = shown if _is_form_secret(shown) and status != HTTPStatus.FORBIDDEN else new_secret()
    content = TEMPLATES.get_template("login.html").render(
        banner=banner,
        csrf=csrf,
        wanted=wanted,
        name=name[:64],
        has_issuer=access.issuer is not None,
        is_demo=access.settings.is_demo,
    )
    answer = HTMLResponse(content.encode("utf-8", "replace"), status)
    _set(answer, access, FORM_COOKIE, csrf)
    return answer


def _is_our_form(request: Request, access: Access, typed: dict[str, str]) -> bool:
    """Whether form and cookie belong together: another site can send neither of its choice."""
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        return False
    shown = request.cookies.get(cookie_name(access.settings, FORM_COOKIE), "")
    return _is_form_secret(shown) and same(typed.get(CSRF_FIELD, ""), shown)


def _is_form_secret(text: str) -> bool:
    return len(text) == len(new_secret()) and len(text) <= LONGEST and text.isascii()


def _set(answer: Response, access: Access, name: str, text: str, **more: Any) -> None:
    answer.set_cookie(
        cookie_name(access.settings, name),
        text,
        max_age=more.get("max_age"),
        secure=not access.settings.is_demo,
        httponly=True,
        samesite=more.get("same_site", "strict"),
    )


def _issuer(access: Access) -> Issuer:
    if access.issuer is None:
        raise HTTPException(404, "no OpenID Connect issuer is set")
    return access.issuer


def _back(request: Request, access: Access) -> str:
    """Our own address as the issuer knows it; outside the demo it is encrypted, whatever a proxy speaks."""
    scheme = request.url.scheme if access.settings.is_demo else "https"
    return f"{scheme}://{request.url.netloc}{BACK}"
