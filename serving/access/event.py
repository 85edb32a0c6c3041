"""What the audit log is told of log-ins, refusals and changes of accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

from serving.access.caller import Caller
from serving.access.roles import Role

DONE, REFUSED = "done", "refused"
NOBODY, NO_ROLE = "-", "NONE"
"""Who acted where nobody proved who it is; what was typed as a name may be a password."""

CONSOLE = Caller("console", Role.STAFF)
"""Who acts on the command line: whoever may read the service's secrets."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at the doors.

    Attributes:
        kind: `log-in`, `log-out`, `refusal`, `account-…`, `token-…`.
        actor: The account that did it; `-` where nobody proved who it is.
        role: Its role; `NONE` likewise.
        bank: Its bank.
        outcome: `done` or `refused`.
        status: HTTP status as answered.
        detail: Names of accounts and reasons; never a secret.
    """

    kind: str
    actor: str = NOBODY
    role: str = NO_ROLE
    bank: str | None = None
    outcome: str = DONE
    status: int = HTTPStatus.OK
    detail: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def by(cls, caller: Caller, kind: str, **detail: str) -> Self:
        """Something that a caller did."""
        return cls(kind, caller.account, caller.role.value, caller.bank, detail=detail)

    @classmethod
    def refusal(cls, caller: Caller | None, status: int, **detail: str) -> Self:
        """Something that was refused, to a caller or to nobody known."""
        who = (caller.account, caller.role.value, caller.bank) if caller else (NOBODY, NO_ROLE, None)
        return cls("refusal", *who, outcome=REFUSED, status=status, detail=detail)


Note = Callable[[Event], None]
"""Writes an event into the audit log; when it returns, the event is kept."""


def forget(_: Event) -> None:
    """A note that keeps nothing, for tests and for a service without records."""
