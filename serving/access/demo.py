"""The demo's accounts: one of each role and a second bank, all with one password that everybody knows."""

from features.errors import RequestError
from serving.access.account import Account
from serving.access.accounts import MOST_LISTED, Accounts
from serving.access.caller import Caller
from serving.access.passwords import DEMO_PASSWORD
from serving.access.roles import Role

DEMO_ACCOUNTS = (
    ("officer", Role.OFFICER, "BANK-A"),
    ("reviewer", Role.REVIEWER, "BANK-A"),
    ("officer-b", Role.OFFICER, "BANK-B"),
    ("staff", Role.STAFF, None),
    ("auditor", Role.AUDITOR, None),
)


def make_demo(accounts: Accounts, *, by: Caller) -> list[Account]:
    """The demo's accounts, made where they are not there yet; a second time changes nothing.

    Raises:
        RequestError: Accounts of real people are there; the demo's belong into a database of their own.
    """
    there = {account.name: account for account in accounts.list(limit=MOST_LISTED)}
    real = [account.name for account in there.values() if not account.is_demo]
    if real:
        raise RequestError(
            f"real accounts are there, such as '{real[0]}'; the demo's belong into a home of its own (--home)"
        )
    for name, role, bank in DEMO_ACCOUNTS:
        if name not in there:
            accounts.add(name, role, bank, password=DEMO_PASSWORD, is_demo=True, by=by)
    return [accounts.of(name) for name, _, _ in DEMO_ACCOUNTS]
