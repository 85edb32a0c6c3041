"""Accounts from the command line: passwords from a prompt or the environment, everything in the audit log."""

import json

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from features.home import Home
from pipelines.command_line import app
from serving.access.access import Access
from serving.access.passwords import DEMO_PASSWORD
from serving.access.refusals import BadCredentials, Refused
from serving.records.records import Records
from serving.settings import Settings

PASSWORD = "seven green bamboo shoots"
KEY = "k" * 32


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """Cheap hashes, a key, and no password in the environment."""
    monkeypatch.setenv("LVDAITONG_AUDIT_KEY", KEY)
    for name in ("LVDAITONG_PASSWORD", "LVDAITONG_DEMO", "LVDAITONG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("serving.access.passwords.PasswordHasher", lambda: cheap)


@pytest.fixture
def tell(tmp_path):
    """Run a verb; its exit code, error and output."""

    def run(*words, typed="", fails=None):
        found = CliRunner().invoke(app, ["--home", str(tmp_path), "accounts", *words], input=typed)
        if fails is None:
            assert found.exit_code == 0, found.output + repr(found.exception)
        else:
            assert fails in str(found.exception) + found.output
            assert found.exit_code != 0
        return found.stdout

    return run


@pytest.fixture
def opened(tmp_path):
    """The doors and records over what the verbs have written."""
    made = []

    def open_with(key=KEY, **settings):
        records = Records.open(Settings().address(Home(tmp_path)), key)
        made.append(records)
        return Access.open(records.engine, Settings(audit_key=key, **settings), patience=0.0), records

    yield open_with
    for records in made:
        records.close()


def add(tell, name="li.na", role="OFFICER", bank="BANK-A"):
    """Add an account, its password typed twice."""
    words = ["add", name, "--role", role, *(["--bank", bank] if bank else [])]
    return tell(*words, typed=f"{PASSWORD}\n{PASSWORD}\n")


def test_an_account_is_added_with_a_password_typed_twice_and_not_shown(tell, opened):
    told = add(tell)
    assert "added 'li.na', OFFICER of BANK-A" in told
    assert PASSWORD not in told
    assert opened()[0].accounts.prove("li.na", PASSWORD).created_by == "console"


def test_a_password_comes_from_the_environment_where_nobody_types(tell, opened, monkeypatch):
    monkeypatch.setenv("LVDAITONG_PASSWORD", PASSWORD)
    tell("add", "li.na", "--role", "staff")
    assert opened()[0].accounts.prove("li.na", PASSWORD)


def test_no_verb_takes_a_password_as_an_argument(tell):
    for verb in ("add", "password"):
        assert "--password" not in tell(verb, "--help")
    tell("add", "li.na", "--role", "STAFF", "--password", PASSWORD, fails="No such option")


def test_an_account_of_the_issuer_needs_no_password(tell, opened):
    tell("add", "li.na", "--role", "STAFF", "--oidc-subject", "sub-1")
    assert opened()[0].accounts.by_subject("sub-1").name == "li.na"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["add", "li.na", "--role", "KING"], "expected one of OFFICER"),
        (["add", "li na", "--role", "STAFF"], "3 to 64"),
        (["add", "li.na", "--role", "OFFICER"], "needs its bank"),
        (["disable", "nobody"], "no account 'nobody'"),
        (["password", "nobody"], "no account 'nobody'"),
        (["token", "nobody"], "no account 'nobody'"),
        (["token", "nobody", "--label", "x", "--revoke", "y"], "give one of them"),
    ],
)
def test_what_cannot_be_is_said_before_a_password_is_asked_for(tell, words, says):
    tell(*words, fails=says)


def test_two_different_passwords_or_a_short_one_make_no_account(tell):
    tell("add", "li.na", "--role", "STAFF", typed=f"{PASSWORD}\nanother one\n", fails="do not match")
    tell("add", "li.na", "--role", "STAFF", typed="short\nshort\n", fails="at least 12")
    assert "nothing to show" in tell("list")


def test_the_list_says_who_works_and_how(tell, opened):
    add(tell)
    add(tell, "wang.wei", "AUDITOR", None)
    tell("disable", "wang.wei")
    access, _ = opened()
    for _ in range(5):
        with pytest.raises(Refused):
            access.accounts.prove("li.na", "not the password")
    rows = {row["name"]: row for row in json.loads(tell("list", "--json"))}
    assert (rows["li.na"]["state"], rows["wang.wei"]["state"]) == ("locked", "disabled")
    assert rows["li.na"]["by"] == "password"
    assert "argon2" not in str(rows)
    tell("unlock", "li.na")
    tell("enable", "wang.wei")
    assert {row["state"] for row in json.loads(tell("list", "--json"))} == {"works"}


def test_another_password_replaces_the_first(tell, opened):
    add(tell)
    other = "nine white herons asleep"
    tell("password", "li.na", typed=f"{other}\n{other}\n")
    access, _ = opened()
    assert access.accounts.prove("li.na", other)
    with pytest.raises(Refused):
        access.accounts.prove("li.na", PASSWORD)


def test_a_token_is_shown_once_works_and_is_revoked(tell, opened):
    add(tell)
    text = tell("token", "li.na", "--label", "loan system", "--days", "30").strip()
    access, _ = opened()
    assert access.tokens.prove(text).account == "li.na"
    listed = json.loads(tell("token", "li.na", "--json"))
    assert [row["label"] for row in listed] == ["loan system"]
    assert text not in str(listed)
    tell("token", "li.na", "--revoke", listed[0]["token_id"])
    with pytest.raises(BadCredentials):
        opened()[0].tokens.prove(text)
    tell("token", "li.na", "--label", "x", "--days", "9999", fails="at most 90 days")


def test_every_change_is_in_the_audit_log(tell, opened):
    add(tell)
    tell("disable", "li.na")
    tell("enable", "li.na")
    tell("token", "li.na", "--label", "loan system")
    _, records = opened()
    rows = records.audit.page(before=None, limit=10)
    assert [row.kind for row in rows] == ["token-issue", "account-enable", "account-disable", "account-add"]
    assert {row.actor for row in rows} == {"console"}
    assert PASSWORD not in str(rows)


def test_the_demo_s_accounts_are_made_once_and_printed(tell, opened, monkeypatch):
    monkeypatch.delenv("LVDAITONG_AUDIT_KEY")
    rows = json.loads(tell("demo", "--json"))
    assert [row["name"] for row in rows] == ["officer", "reviewer", "officer-b", "staff", "auditor"]
    assert {row["password"] for row in rows} == {DEMO_PASSWORD}
    assert tell("demo", "--json") == json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    assert DEMO_PASSWORD in tell("demo")
    access, _ = opened("", is_demo=True)
    assert all(access.accounts.prove(row["name"], DEMO_PASSWORD).is_demo for row in rows)
    tell("list", fails="LVDAITONG_AUDIT_KEY")
    assert "auditor" in tell("list", "--demo")


def test_the_demo_s_accounts_are_not_put_beside_real_ones(tell):
    add(tell)
    tell("demo", fails="real accounts are there, such as 'li.na'")
