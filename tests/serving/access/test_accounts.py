"""Accounts: who may be made, proved, locked, disabled, linked."""

import threading

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from features.errors import RequestError
from serving.access.access import Access
from serving.access.account import typed_name
from serving.access.accounts import Accounts
from serving.access.event import CONSOLE
from serving.access.passwords import Passwords
from serving.access.refusals import BadCredentials, Locked, Refused
from serving.access.roles import Role
from serving.problems import FieldError
from serving.records.tables import ACCOUNTS
from serving.settings import Settings

OTHER = "nine white herons asleep"


def wrong(access, times, name="officer"):
    """So many wrong passwords."""
    for _ in range(times):
        with pytest.raises(Refused):
            access.accounts.prove(name, "not the password")


def hash_of(engine, name):
    """The hash that is kept of a password."""
    with engine.connect() as connection:
        return connection.execute(
            select(ACCOUNTS.c.password_hash).where(ACCOUNTS.c.name == name)
        ).scalar_one()


def test_the_right_password_proves_an_account(access, facts):
    account = access.accounts.prove(" Officer ", facts.PASSWORD)
    assert (account.name, account.role, account.bank) == ("officer", Role.OFFICER, "BANK-A")
    assert facts.PASSWORD not in repr(account)


@pytest.mark.parametrize(
    "name", ["nobody", "", "x", "a\x00b", "\ud800", "' OR 1=1 --", "Ｏfficer", "o" * 10_000]
)
def test_an_unknown_name_is_refused_in_the_words_of_a_wrong_password(access, facts, name):
    with pytest.raises(Refused) as unknown:
        access.accounts.prove(name, facts.PASSWORD)
    with pytest.raises(Refused) as mistaken:
        access.accounts.prove("officer", "not the password")
    assert str(unknown.value) == str(mistaken.value)
    assert type(unknown.value) is type(mistaken.value)


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000, "seven green bamboo shoots "])
def test_any_other_password_is_refused(access, password):
    with pytest.raises(Refused):
        access.accounts.prove("officer", password)


def test_what_looks_the_same_is_the_same_password(access):
    access.accounts.set_password("officer", "caf\u00e9 au lait \u6e56\u5dde", by=CONSOLE)
    assert access.accounts.prove("officer", "cafe\u0301 au lait \u6e56\u5dde").name == "officer"


def test_every_refusal_does_the_work_of_one_hash_and_takes_the_least_time(access, facts, engine, clock):
    worked, slept = [], []

    class Counting(Passwords):
        def is_right(self, kept, password):
            worked.append(kept is not None)
            return super().is_right(kept, password)

    accounts = Accounts(engine, Settings(), clock, passwords=Counting(facts.CHEAP), patience=0.0)
    access.accounts.disable("auditor", by=CONSOLE)
    access.accounts.add("linked-only", Role.STAFF, oidc_subject="x", by=CONSOLE)
    wrong(access, 5, "staff")
    for name in ("officer", "nobody", "", "auditor", "linked-only", "staff"):
        worked.clear()
        with pytest.raises(Refused):
            accounts.prove(name, "not the password")
        slept.append(len(worked))
    assert slept == [1] * 6


def test_the_password_of_nobody_s_hash_proves_nobody(facts):
    passwords = Passwords(facts.CHEAP)
    passwords.__dict__["_nobodys"] = passwords.hash(facts.PASSWORD)
    assert passwords.is_right(passwords.hash(facts.PASSWORD), facts.PASSWORD)
    assert not passwords.is_right(None, facts.PASSWORD)


def test_a_refusal_takes_at_least_its_patience_and_a_right_password_does_not(
    engine, clock, facts, monkeypatch
):
    slept = []
    monkeypatch.setattr("serving.access.passwords.sleep", slept.append)
    accounts = Accounts(engine, Settings(), clock, passwords=Passwords(facts.CHEAP), patience=30.0)
    accounts.add("officer", Role.OFFICER, "BANK-A", password=facts.PASSWORD, by=CONSOLE)
    accounts.prove("officer", facts.PASSWORD)
    assert slept == []
    for name in ("officer", "nobody"):
        with pytest.raises(Refused):
            accounts.prove(name, "not the password")
    assert len(slept) == 2
    assert all(29 < seconds <= 30 for seconds in slept)


def test_the_fifth_wrong_password_locks_for_a_quarter_of_an_hour(access, facts, clock):
    wrong(access, 4)
    assert access.accounts.prove("officer", facts.PASSWORD)
    wrong(access, 5)
    with pytest.raises(Locked) as locked:
        access.accounts.prove("officer", facts.PASSWORD)
    assert str(locked.value) == str(Refused())
    clock.move(minutes=15, milliseconds=-1)
    with pytest.raises(Locked):
        access.accounts.prove("officer", facts.PASSWORD)
    clock.move(milliseconds=1)
    assert access.accounts.prove("officer", facts.PASSWORD).name == "officer"


def test_after_a_lock_the_count_begins_anew(access, facts, clock):
    wrong(access, 5)
    clock.move(minutes=15)
    wrong(access, 4)
    assert access.accounts.prove("officer", facts.PASSWORD)


def test_tries_at_a_locked_account_do_not_lock_it_for_longer(access, facts, clock):
    wrong(access, 5)
    clock.move(minutes=14)
    wrong(access, 10)
    clock.move(minutes=1)
    assert access.accounts.prove("officer", facts.PASSWORD)


def test_one_locked_account_locks_no_other(access, facts):
    wrong(access, 5)
    assert access.accounts.prove("reviewer", facts.PASSWORD)


def test_several_processes_count_together(access, opened, facts):
    other = opened()
    wrong(access, 3)
    wrong(other, 2)
    for one in (access, other):
        with pytest.raises(Locked):
            one.accounts.prove("officer", facts.PASSWORD)


def test_many_guesses_at_once_are_judged_one_after_the_other(access, facts, engine, clock):
    """All read the account before the first is counted; the right one comes after seven wrong ones."""
    together, first = threading.Barrier(8), threading.Event()

    class Waiting(Passwords):
        def is_right(self, kept, password):
            together.wait(60)
            if password == facts.PASSWORD:
                first.wait(60)
            return super().is_right(kept, password)

    accounts = Accounts(engine, Settings(), clock, passwords=Waiting(facts.CHEAP), patience=0.0)
    told = []

    def guess(password):
        try:
            told.append(accounts.prove("officer", password).name)
        except Refused:
            told.append("refused")

    wrong_ones = [threading.Thread(target=guess, args=(f"wrong password {n}",)) for n in range(7)]
    right_one = threading.Thread(target=guess, args=(facts.PASSWORD,))
    for thread in (*wrong_ones, right_one):
        thread.start()
    for thread in wrong_ones:
        thread.join()
    first.set()
    right_one.join()
    assert told == ["refused"] * 8
    assert access.accounts.is_locked(access.accounts.of("officer"))


def test_staff_unlock(access, facts):
    wrong(access, 5)
    access.accounts.unlock("officer", by=CONSOLE)
    assert access.accounts.prove("officer", facts.PASSWORD)


def test_a_disabled_account_is_refused_until_it_is_enabled(access, facts):
    access.accounts.disable("officer", by=CONSOLE)
    with pytest.raises(Refused):
        access.accounts.prove("officer", facts.PASSWORD)
    access.accounts.enable("officer", by=CONSOLE)
    assert access.accounts.prove("officer", facts.PASSWORD)


def test_another_password_ends_sessions_and_unlocks_and_the_old_one_is_refused(access, facts):
    cookie = access.sessions.begin(access.accounts.of("officer"))
    access.sessions.prove(cookie)
    wrong(access, 5)
    access.accounts.set_password("officer", OTHER, by=CONSOLE)
    assert access.sessions.known(cookie) is None
    assert access.accounts.prove("officer", OTHER)
    with pytest.raises(Refused):
        access.accounts.prove("officer", facts.PASSWORD)


@pytest.mark.usefixtures("access")
def test_a_hash_of_other_parameters_is_renewed_at_the_next_log_in(engine, facts):
    before = hash_of(engine, "officer")
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    other = Access.open(engine, Settings(), hasher=stronger, patience=0.0)
    other.accounts.prove("officer", facts.PASSWORD)
    after = hash_of(engine, "officer")
    assert after != before
    assert "$m=16,t=2,p=1$" in after
    other.accounts.prove("officer", facts.PASSWORD)
    assert hash_of(engine, "officer") == after


def test_hashes_are_argon2id_with_the_parameters_of_rfc_9106():
    kept = Passwords().hash("seven green bamboo shoots")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 12"),
        ("officer", "at least 12"),
        ("officer-12345678901"[:18], "at least 12"),
        ("OFFICER officer 1234", "at least 12"),
        ("", "at least 12"),
        ("x" * 257, "at most 256"),
        ("huzhou-green-loan", "known to everybody"),
    ],
)
def test_a_password_that_is_easily_guessed_is_not_set(access, password, says):
    with pytest.raises(FieldError, match=says) as error:
        access.accounts.set_password("officer", password, by=CONSOLE)
    assert error.value.field == "password"


@pytest.mark.parametrize(
    ("name", "role", "bank", "field"),
    [
        ("x", Role.STAFF, None, "name"),
        ("li na", Role.STAFF, None, "name"),
        ("李娜", Role.STAFF, None, "name"),
        ("-li", Role.STAFF, None, "name"),
        ("console", Role.STAFF, None, "name"),
        ("officer", Role.STAFF, None, "name"),
        ("OFFICER", Role.STAFF, None, "name"),
        ("a" * 65, Role.STAFF, None, "name"),
        ("li.na", Role.OFFICER, None, "bank"),
        ("li.na", Role.REVIEWER, "  ", "bank"),
        ("li.na", Role.OFFICER, "B" * 65, "bank"),
        ("li.na", Role.OFFICER, "A\x00B", "bank"),
        ("li.na", Role.STAFF, "BANK-A", "bank"),
        ("li.na", Role.AUDITOR, "BANK-A", "bank"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(access, name, role, bank, field):
    with pytest.raises(FieldError) as error:
        access.accounts.add(name, role, bank, by=CONSOLE)
    assert error.value.field == field


def test_two_who_add_one_name_at_once_make_one_account(access, monkeypatch):
    monkeypatch.setattr(Accounts, "_expect_free", lambda *_: None)
    access.accounts.add("li.na", Role.STAFF, by=CONSOLE)
    with pytest.raises(FieldError, match="another account"):
        access.accounts.add("li.na", Role.STAFF, by=CONSOLE)


def test_a_subject_of_the_issuer_is_linked_to_one_account(access):
    access.accounts.link("officer", "sub-1", by=CONSOLE)
    assert access.accounts.by_subject("sub-1").name == "officer"
    with pytest.raises(FieldError, match="another account"):
        access.accounts.link("staff", "sub-1", by=CONSOLE)
    access.accounts.link("officer", None, by=CONSOLE)
    for subject in ("sub-1", "", "\x00", "x" * 300):
        with pytest.raises(Refused):
            access.accounts.by_subject(subject)


def test_every_change_is_noted_before_it_is_made_and_holds_no_secret(access, noted, facts):
    noted.clear()
    by = access.accounts.of("staff").caller()
    access.accounts.add("li.na", Role.OFFICER, "BANK-A", password=OTHER, by=by)
    access.accounts.set_password("li.na", facts.PASSWORD, by=by)
    access.accounts.link("li.na", "sub-9", by=by)
    access.accounts.unlock("li.na", by=by)
    access.accounts.disable("li.na", by=by)
    access.accounts.enable("li.na", by=by)
    kinds = ["add", "password", "link", "unlock", "disable", "enable"]
    assert [event.kind for event in noted] == [f"account-{kind}" for kind in kinds]
    assert {(event.actor, event.role, event.detail["account"]) for event in noted} == {
        ("staff", "STAFF", "li.na")
    }
    assert not any(secret in str(noted) for secret in (OTHER, facts.PASSWORD))


def test_a_change_that_cannot_be_noted_is_not_made(access, facts):
    def broken(_):
        raise OSError("the log is full")

    access.accounts._note = broken
    with pytest.raises(OSError, match="full"):
        access.accounts.disable("officer", by=CONSOLE)
    with pytest.raises(OSError, match="full"):
        access.accounts.add("li.na", Role.STAFF, by=CONSOLE)
    assert access.accounts.prove("officer", facts.PASSWORD)
    with pytest.raises(RequestError):
        access.accounts.of("li.na")


def test_accounts_are_listed_by_name_page_by_page(access):
    names = [account.name for account in access.accounts.list(limit=3)]
    assert names == ["auditor", "officer", "officer-b"]
    assert [account.name for account in access.accounts.list(after="officer-b")] == ["reviewer", "staff"]


def test_nobody_disables_himself(access):
    with pytest.raises(FieldError, match="itself"):
        access.accounts.disable("Staff", by=access.accounts.of("staff").caller())


def test_outside_the_demo_a_service_over_its_accounts_does_not_start(access, opened, facts):
    access.accounts.add("demo", Role.STAFF, password=facts.DEMO, is_demo=True, by=CONSOLE)
    with pytest.raises(RequestError, match="accounts of the demo"):
        opened()
    assert opened(is_demo=True).accounts.prove("demo", facts.DEMO)
    access.accounts.disable("demo", by=CONSOLE)
    assert opened()


def test_outside_the_demo_its_accounts_and_their_tokens_do_not_work(access, opened, facts):
    demo = opened(is_demo=True)
    account = demo.accounts.add("demo", Role.STAFF, password=facts.DEMO, is_demo=True, by=CONSOLE)
    token, cookie = demo.tokens.issue(account, "test").text, demo.sessions.begin(account)
    assert demo.tokens.prove(token).account == demo.sessions.prove(cookie).account == "demo"
    for prove in (lambda: access.tokens.prove(token), lambda: access.sessions.prove(cookie)):
        with pytest.raises(BadCredentials):
            prove()
    with pytest.raises(Refused):
        access.accounts.prove("demo", facts.DEMO)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_a_typed_name_is_none_or_safe_everywhere(text):
    name = typed_name(text)
    assert name is None or (
        name.isascii() and 3 <= len(name) <= 64 and not set(name) & set("'\"<>/\\%; \n\x00")
    )
