"""The verbs about accounts: who may log in, and tokens for systems."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import RequestError
from pipelines.records_at import IsDemo, open_records, settings_of
from pipelines.terminal import AsJson, console, print_json, show

if TYPE_CHECKING:
    from serving.access.account import Account
    from serving.access.accounts import Accounts
    from serving.access.tokens import Tokens

accounts = typer.Typer(
    help="Accounts of officers, reviewers, staff and auditors; tokens for systems.", no_args_is_help=True
)
PASSWORD = "LVDAITONG_PASSWORD"  # noqa: S105 - the variable's name
Name = Annotated[str, typer.Argument(help="Name of the account.")]


@dataclass(frozen=True, slots=True)
class Doors:
    """What the verbs work on."""

    accounts: "Accounts"
    tokens: "Tokens"


@accounts.command("add")
def accounts_add(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="3 to 64 of a-z 0-9 . _ @ -.")],
    role: Annotated[str, typer.Option(help="OFFICER, REVIEWER (of a bank), STAFF or AUDITOR.")],
    bank: Annotated[str | None, typer.Option(help="The bank of an officer or reviewer.")] = None,
    oidc_subject: Annotated[
        str | None,
        typer.Option(help="Its `sub` at the OpenID Connect issuer; then it has no password."),
    ] = None,
    is_demo: IsDemo = False,
) -> None:
    """Add an account. Its password is asked for, or taken from LVDAITONG_PASSWORD.

    Example: lvdaitong accounts add li.na --role OFFICER --bank BANK-A
    """
    from serving.access.account import bank_of, new_name
    from serving.access.event import CONSOLE

    chosen = _role(role)
    new_name(name)
    bank_of(chosen, bank)  # what can be said before a password is typed
    with _doors(context, is_demo=is_demo) as doors:
        password = None if oidc_subject else _password()
        account = doors.accounts.add(
            name, chosen, bank, password=password, oidc_subject=oidc_subject, by=CONSOLE
        )
    console().print(f"added '{account.name}', {account.role}{_of_bank(account)}")


@accounts.command("list")
def accounts_list(context: typer.Context, *, is_demo: IsDemo = False, as_json: AsJson = False) -> None:
    """List the accounts and whether they work.

    Example: lvdaitong accounts list
    """
    with _doors(context, is_demo=is_demo) as doors:
        rows = [_row(account, doors) for account in _all(doors.accounts)]
    show(rows, as_json=as_json)


@accounts.command("disable")
def accounts_disable(context: typer.Context, *, name: Name, is_demo: IsDemo = False) -> None:
    """Disable an account: its sessions end, its tokens are refused; what it did stays recorded.

    Example: lvdaitong accounts disable li.na
    """
    from serving.access.event import CONSOLE

    with _doors(context, is_demo=is_demo) as doors:
        doors.accounts.disable(name, by=CONSOLE)
    console().print(f"'{name}' is disabled; a running service may let it in for five more seconds")


@accounts.command("enable")
def accounts_enable(context: typer.Context, *, name: Name, is_demo: IsDemo = False) -> None:
    """Let a disabled account log in again.

    Example: lvdaitong accounts enable li.na
    """
    from serving.access.event import CONSOLE

    with _doors(context, is_demo=is_demo) as doors:
        doors.accounts.enable(name, by=CONSOLE)
    console().print(f"'{name}' works again")


@accounts.command("unlock")
def accounts_unlock(context: typer.Context, *, name: Name, is_demo: IsDemo = False) -> None:
    """Unlock an account that too many wrong passwords have locked; it unlocks by itself after a while.

    Example: lvdaitong accounts unlock li.na
    """
    from serving.access.event import CONSOLE

    with _doors(context, is_demo=is_demo) as doors:
        doors.accounts.unlock(name, by=CONSOLE)
    console().print(f"'{name}' may try again")


@accounts.command("password")
def accounts_password(context: typer.Context, *, name: Name, is_demo: IsDemo = False) -> None:
    """Give an account another password, asked for or from LVDAITONG_PASSWORD; its sessions end.

    Example: lvdaitong accounts password li.na
    """
    from serving.access.event import CONSOLE

    with _doors(context, is_demo=is_demo) as doors:
        doors.accounts.of(name)
        doors.accounts.set_password(name, _password(), by=CONSOLE)
    console().print(f"'{name}' has another password; its tokens stay, see 'lvdaitong accounts token {name}'")


@accounts.command("token")
def accounts_token(
    context: typer.Context,
    *,
    name: Name,
    label: Annotated[str | None, typer.Option(help="Issue one: what the new token is for.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Its life; the longest by default.")] = None,
    revoke: Annotated[str | None, typer.Option(help="Revoke the token of this id instead.")] = None,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Issue a bearer token, shown this once; revoke one; without an option, list them.

    Example: lvdaitong accounts token li.na --label "loan system" --days 30
    """
    from serving.access.event import CONSOLE

    if label is not None and revoke is not None:
        raise RequestError("--label issues a token, --revoke ends one: give one of them")
    with _doors(context, is_demo=is_demo) as doors:
        account = doors.accounts.of(name)
        if revoke is not None:
            doors.tokens.revoke(revoke, by=CONSOLE, account=account.name)
        if label is not None:
            _issue(doors.tokens, account, label, days, as_json=as_json)
            return
        rows = [_token_row(token) for token in doors.tokens.list(account.name)]
    show(rows, as_json=as_json)


@accounts.command("demo")
def accounts_demo(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Make the demo's accounts and print their password; 'serve --demo' lets them in, no other service does.

    Example: lvdaitong --home var/demo/home accounts demo
    """
    from serving.access.demo import make_demo
    from serving.access.event import CONSOLE
    from serving.access.passwords import DEMO_PASSWORD

    with _doors(context, is_demo=True) as doors:
        made = make_demo(doors.accounts, by=CONSOLE)
    rows = [
        {"name": one.name, "role": one.role.value, "bank": one.bank or "-", "password": DEMO_PASSWORD}
        for one in made
    ]
    show(rows, as_json=as_json)


@contextmanager
def _doors(context: typer.Context, *, is_demo: bool) -> Iterator[Doors]:
    """Accounts and tokens of the records; every change goes into their audit log."""
    from serving.access.accounts import Accounts
    from serving.access.noting import noting
    from serving.access.tokens import Tokens

    settings = settings_of(is_demo=is_demo)
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        note = noting(records.audit, _now)
        yield Doors(
            Accounts(records.engine, settings, _now, note=note),
            Tokens(records.engine, settings, _now, note=note),
        )


def _password() -> str:
    told = os.environ.get(PASSWORD)
    if told is not None:
        return told
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _role(text: str) -> Any:
    from serving.access.roles import Role

    try:
        return Role(text.upper())
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise RequestError(f"--role '{text}': expected one of {known}") from None


def _issue(tokens: "Tokens", account: "Account", label: str, days: int | None, *, as_json: bool) -> None:
    from serving.access.event import CONSOLE

    life = None if days is None else timedelta(days=days)
    issued = tokens.issue(account, label, life, by=CONSOLE)
    if as_json:
        print_json({"token": issued.text} | _token_row(issued.token))
        return
    typer.echo(issued.text)
    typer.echo(f"shown this once; it works until {issued.token.expires_at}", err=True)


def _all(kept: "Accounts") -> list["Account"]:
    found = kept.list()
    while further := kept.list(after=found[-1].name if found else ""):
        found += further
    return found


def _row(account: "Account", doors: Doors) -> dict[str, Any]:
    """A line of the list."""
    locked = doors.accounts.is_locked(account)
    state = "disabled" if account.disabled_at else "locked" if locked else "works"
    ways = [("password", account.has_password), ("issuer", account.oidc_subject is not None)]
    return {
        "name": account.name,
        "role": account.role.value,
        "bank": account.bank or "-",
        "state": state,
        "by": ", ".join(way for way, there in ways if there) or "-",
        "demo": "yes" if account.is_demo else "no",
        "made": account.created_at[:10],
    }


def _token_row(token: Any) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "label": token.label,
        "created": token.created_at[:10],
        "expires": token.expires_at[:10],
        "revoked": (token.revoked_at or "-")[:10],
    }


def _of_bank(account: "Account") -> str:
    return f" of {account.bank}" if account.bank else ""


def _now() -> datetime:
    return datetime.now(UTC)
