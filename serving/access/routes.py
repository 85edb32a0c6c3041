"""What systems and staff call: tokens, who one is, accounts; and the page's log-in."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.exceptions import HTTPException

from serving.access import login
from serving.access.access import Access
from serving.access.account import Account
from serving.access.caller import Caller
from serving.access.doors import CHALLENGE, access_of, address_of, caller, expecting, too_many
from serving.access.refusals import Refused, TooMany
from serving.access.roles import RIGHTS, Right, Role
from serving.problems import MEDIA_TYPE

MOST_ROWS = 200


def _problem(says: str) -> dict[str, Any]:
    return {"content": {MEDIA_TYPE: {}}, "description": says}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The body is not JSON."),
    401: _problem("Nobody, or nobody valid, asks; `WWW-Authenticate` says what is expected."),
    403: _problem("The account may not do this, or the CSRF token of its session is missing."),
    404: _problem("There is no such account or token."),
    413: _problem("The body is too large."),
    422: _problem("The question is wrong; `field` names where."),
    429: _problem("Too many requests; `Retry-After` says when to come back."),
    503: _problem("The database of accounts does not answer."),
}

Asker = Annotated[Caller, Depends(caller)]
Manager = Annotated[Caller, Depends(expecting(Right.MANAGE_ACCOUNTS))]
Doors = Annotated[Access, Depends(access_of)]
Typed = Annotated[str, Field(min_length=1, max_length=64)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=256)]

v1 = APIRouter(prefix="/v1", responses=PROBLEMS, tags=["accounts"])


class Question(BaseModel):
    """A question has the fields named here and no others."""

    model_config = ConfigDict(extra="forbid")


class TokenQuestion(Question):
    """Name and password, for a token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "reviewer", "password": "…", "label": "loan system, branch 3", "days": 30}]
        }
    )
    name: Typed
    password: Secret
    label: Annotated[Typed, Field(description="What the token is for.")]
    days: Annotated[int | None, Field(ge=1, le=3660, description="Its life; the longest by default.")] = None


class AccountQuestion(Question):
    """A new account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "li.na", "role": "OFFICER", "bank": "BANK-A", "password": "…"}]
        }
    )
    name: Typed
    role: Role
    bank: Annotated[Typed | None, Field(description="Of officers and reviewers, and of nobody else.")] = None
    password: Annotated[Secret | None, Field(description="At least 12 characters beside the name.")] = None
    oidc_subject: Annotated[
        str | None, Field(min_length=1, max_length=255, description="Its `sub` at the issuer.")
    ] = None


class AccountChange(Question):
    """What changes about an account; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_disabled": True}]})
    is_disabled: bool | None = None
    is_locked: Annotated[bool | None, Field(description="Only false: nobody is locked by hand.")] = None
    password: Secret | None = None
    oidc_subject: Annotated[
        str | None, Field(max_length=255, description="Empty for none; log-ins through the issuer end.")
    ] = None


@v1.post("/tokens", status_code=201)
async def issue(question: TokenQuestion, request: Request, access: Doors) -> dict[str, Any]:
    """A bearer token for a name and a password; its text is told this once."""
    password = question.password.get_secret_value()
    try:
        account = await run_sync(
            access.log_in, question.name, password, address_of(request), limiter=access.log_ins
        )
    except TooMany as error:
        raise too_many(error) from None
    except Refused as error:
        raise HTTPException(401, str(error), {"WWW-Authenticate": CHALLENGE}) from None
    life = None if question.days is None else timedelta(days=question.days)
    issued = await run_sync(access.tokens.issue, account, question.label, life)
    return {"token": issued.text, "token_type": "Bearer", **asdict(issued.token)}


@v1.get("/tokens")
def tokens(asker: Asker, access: Doors) -> dict[str, Any]:
    """The caller's own tokens, newest first, without their texts."""
    return {"items": [asdict(token) for token in access.tokens.list(asker.account)]}


@v1.delete("/tokens/{token_id}", status_code=204)
def revoke(token_id: UUID, asker: Asker, access: Doors) -> Response:
    """One of the caller's own tokens is refused from now on."""
    access.tokens.revoke(str(token_id), by=asker, account=asker.account)
    return Response(status_code=204)


@v1.get("/me")
def me(asker: Asker) -> dict[str, Any]:
    """Who the caller is, and what it may do."""
    rights = sorted(right.value for right in RIGHTS[asker.role])
    return {"account": asker.account, "role": asker.role, "bank": asker.bank, "rights": rights}


@v1.get("/accounts")
def accounts(
    _: Manager,
    access: Doors,
    after: Annotated[
        str, Query(pattern=r"^[a-z0-9._@-]{0,64}$", description="`next` of the page before.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="So many at most.")] = 50,
) -> dict[str, Any]:
    """Accounts by name, without their secrets."""
    found = access.accounts.list(after=after, limit=limit)
    following = found[-1].name if len(found) == limit else None
    return {"items": [_told(account, access) for account in found], "next": following}


@v1.post("/accounts", status_code=201)
def add(question: AccountQuestion, manager: Manager, access: Doors) -> dict[str, Any]:
    """A new account."""
    password = question.password.get_secret_value() if question.password else None
    account = access.accounts.add(
        question.name,
        question.role,
        question.bank,
        password=password,
        oidc_subject=question.oidc_subject,
        by=manager,
    )
    return _told(account, access)


@v1.patch("/accounts/{name}")
def change(name: str, question: AccountChange, manager: Manager, access: Doors) -> dict[str, Any]:
    """Disable or enable an account, unlock it, give it another password, link it to the issuer."""
    kept = access.accounts
    kept.of(name)
    if question.password is not None:
        kept.set_password(name, question.password.get_secret_value(), by=manager)
    if question.oidc_subject is not None:
        kept.link(name, question.oidc_subject or None, by=manager)
    if question.is_locked is False:
        kept.unlock(name, by=manager)
    if question.is_disabled is not None:
        (kept.disable if question.is_disabled else kept.enable)(name, by=manager)
    return _told(kept.of(name), access)


def _told(account: Account, access: Access) -> dict[str, Any]:
    told = asdict(account) | {"is_locked": access.accounts.is_locked(account)}
    for name in ("failures", "locked_until"):
        del told[name]
    return told


router = APIRouter()
router.include_router(v1)
router.include_router(login.router)
