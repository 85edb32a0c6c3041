"""One account as the others see it, and the names it may have."""

import re
from dataclasses import dataclass

from serving.access.caller import Caller
from serving.access.event import CONSOLE
from serving.access.roles import OF_BANKS, Role
from serving.problems import FieldError

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}[a-z0-9]", re.ASCII)
LONGEST_BANK, LONGEST_SUBJECT = 64, 255


@dataclass(frozen=True, slots=True)
class Account:
    """An account without its secrets.

    Attributes:
        name: Unique, lower-case.
        role: What it is for.
        bank: Its bank; None for staff and auditors.
        is_demo: Made by the demo; works in the demo only.
        has_password: Whether it may log in with one.
        oidc_subject: Its `sub` at the OpenID Connect issuer, once linked.
        failures: Wrong passwords since the last right one.
        disabled_at: When it was disabled; None while it works.
        locked_until: Until when its password is refused; may lie in the past.
        created_at: When it was made.
        created_by: Who made it.
    """

    name: str
    role: Role
    bank: str | None
    is_demo: bool
    has_password: bool
    oidc_subject: str | None
    failures: int
    disabled_at: str | None
    locked_until: str | None
    created_at: str
    created_by: str

    def caller(self) -> Caller:
        """Who asks, where it is this account."""
        return Caller(self.name, self.role, self.bank)


def typed_name(text: str) -> str | None:
    """The name that somebody typed; None where it can be none.

    >>> typed_name(" Officer-B ")
    'officer-b'
    >>> typed_name("x; drop table accounts")
    """
    name = text.strip().lower()
    return name if NAME.fullmatch(name) else None


def new_name(text: str) -> str:
    """A name for a new account.

    Raises:
        FieldError: It can be none.
    """
    name = typed_name(text)
    if name is None or name == CONSOLE.account:
        raise FieldError("name", "3 to 64 of a-z 0-9 . _ @ -, a letter or digit at both ends, not 'console'")
    return name


def bank_of(role: Role, bank: str | None) -> str | None:
    """The bank of a new account.

    Raises:
        FieldError: A role of a bank has none, or a role of the platform has one.
    """
    if role not in OF_BANKS:
        if bank is not None:
            raise FieldError("bank", f"the role {role} belongs to the platform, to no bank")
        return None
    told = (bank or "").strip()
    if not told or len(told) > LONGEST_BANK or not told.isprintable():
        raise FieldError("bank", f"the role {role} needs its bank, at most {LONGEST_BANK} characters")
    return told


def is_subject(text: str) -> bool:
    """Whether a text can be a `sub` of the issuer."""
    return 0 < len(text) <= LONGEST_SUBJECT and text.isprintable()
