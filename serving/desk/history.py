"""Who may read which answer that was given."""

from typing import Any

from serving.access.caller import Caller
from serving.access.roles import Right
from serving.records.answers import Answered

NO_BANK = ""
"""No answer is of a bank without a name."""


def may_read(caller: Caller, answered: Answered) -> bool:
    """Its own; its bank's, for a reviewer; any, for an auditor."""
    if caller.may(Right.READ_AUDIT):
        return True
    if caller.bank is None or answered.bank != caller.bank:
        return False
    return caller.may(Right.READ_BANK) or (caller.may(Right.READ_OWN) and answered.account == caller.account)


def seen_by(caller: Caller) -> dict[str, Any]:
    """By which words answers are asked for, so that only those come that a caller may read."""
    if caller.may(Right.READ_AUDIT):
        return {}
    account = None if caller.may(Right.READ_BANK) else caller.account
    return {"bank": caller.bank or NO_BANK, "account": account}
