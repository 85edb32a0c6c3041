"""Who uses the raw model, and when, for the log: a row for every account and minute, before its first answer.

A row for every call would cost more than the score. No firm is named in a call, so that nothing about one
is read; which account used which model in which minute is what an auditor asks for.
"""

from datetime import UTC, datetime

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Caller
from serving.desk import Desk


class Noted:
    """What was noted already, by account; one for each process."""

    def __init__(self) -> None:
        self._minutes: dict[str, str] = {}

    def is_new(self, account: str, minute: str) -> bool:
        """Whether nothing is noted yet of that account in that minute."""
        return self._minutes.get(account) != minute

    def remember(self, account: str, minute: str) -> None:
        """It is in the log now."""
        self._minutes[account] = minute


async def noted(request: Request) -> None:
    """A FastAPI dependency, behind the one that lets callers in.

    Raises:
        NotReady: There are no records.
        Unavailable: The log cannot be written: nothing is answered.
    """
    known: Noted = request.app.state.noted
    caller: Caller = request.state.caller
    minute = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
    if known.is_new(caller.account, minute):
        await run_in_threadpool(_note, request.app.state.desk, caller, minute)
        known.remember(caller.account, minute)


def _note(desk: Desk, caller: Caller, minute: str) -> None:
    model = desk.scorer.credit_version.label if desk.scorer else None
    desk.recorder.read(caller, "raw model", minute=minute, model=model)
