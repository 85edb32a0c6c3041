"""Tokens and sessions as such: what is kept of them, how long they are remembered, who ends them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from features.errors import RequestError
from serving.access.event import CONSOLE
from serving.access.recent import Proved, Recent
from serving.access.refusals import BadCredentials
from serving.problems import FieldError
from serving.records.tables import TOKENS


@pytest.fixture
def officer(access):
    """An account."""
    return access.accounts.of("officer")


def test_a_token_is_256_random_bits_and_only_its_hash_is_kept(access, officer, engine):
    texts = {access.tokens.issue(officer, "test").text for _ in range(20)}
    assert len(texts) == 20
    assert all(re.fullmatch(r"lvd_[A-Za-z0-9_-]{43}", text) for text in texts)
    with engine.connect() as connection:
        kept = str(connection.execute(select(TOKENS)).all())
    assert not any(text in kept or text[4:] in kept for text in texts)


def test_a_token_lives_as_long_as_asked_and_never_longer_than_allowed(access, officer, clock):
    text = access.tokens.issue(officer, "a day", timedelta(days=1)).text
    clock.move(days=1, milliseconds=-1)
    assert access.tokens.prove(text).account == "officer"
    clock.move(milliseconds=1)
    assert access.tokens.known(text) is None
    with pytest.raises(BadCredentials):
        access.tokens.prove(text)
    for life in (timedelta(0), timedelta(days=-1), timedelta(days=91)):
        with pytest.raises(FieldError, match="at most 90 days"):
            access.tokens.issue(officer, "test", life)


@pytest.mark.parametrize("label", ["", "x" * 65, "a\x00b", "a\nb"])
def test_a_label_is_short_and_printable(access, officer, label):
    with pytest.raises(FieldError) as error:
        access.tokens.issue(officer, label)
    assert error.value.field == "label"


def test_another_account_s_token_is_not_revoked(access, officer):
    issued = access.tokens.issue(officer, "test")
    with pytest.raises(RequestError, match="no token"):
        access.tokens.revoke(issued.token.token_id, by=CONSOLE, account="staff")
    with pytest.raises(RequestError, match="no token"):
        access.tokens.revoke(str(uuid4()), by=CONSOLE)
    assert access.tokens.prove(issued.text)


def test_what_another_process_revokes_is_refused_after_five_seconds(access, officer, opened, monkeypatch):
    seconds = [100.0]
    monkeypatch.setattr(access.tokens, "_recent", Recent(lambda: seconds[0]))
    issued = access.tokens.issue(officer, "test")
    access.tokens.prove(issued.text)
    opened().tokens.revoke(issued.token.token_id, by=CONSOLE)
    seconds[0] += 4.9
    assert access.tokens.known(issued.text) is not None
    seconds[0] += 0.1
    assert access.tokens.known(issued.text) is None
    with pytest.raises(BadCredentials):
        access.tokens.prove(issued.text)


def test_what_was_read_before_a_revocation_is_not_remembered_after_it(officer, clock):
    recent = Recent()
    version = recent.version
    recent.clear()
    recent.keep("key", Proved(officer.caller(), clock() + timedelta(hours=1)), version)
    assert recent.find("key", clock()) is None


def test_what_is_remembered_does_not_grow_without_end(officer, clock, monkeypatch):
    monkeypatch.setattr("serving.access.recent.MOST", 3)
    recent = Recent()
    for number in range(10):
        recent.keep(str(number), Proved(officer.caller(), clock() + timedelta(hours=1)), recent.version)
    assert len(recent._kept) <= 3


def test_issue_and_revocation_are_noted_without_the_text(access, officer, noted):
    noted.clear()
    issued = access.tokens.issue(officer, "test")
    access.tokens.revoke(issued.token.token_id, by=CONSOLE)
    assert [event.kind for event in noted] == ["token-issue", "token-revoke"]
    assert noted[0].detail["token_id"] == issued.token.token_id
    assert issued.text not in str(noted)


def test_a_session_s_cookie_and_form_token_are_new_each_time(access, officer):
    cookies = [access.sessions.begin(officer) for _ in range(5)]
    callers = [access.sessions.prove(cookie) for cookie in cookies]
    assert len({*cookies}) == len({caller.csrf for caller in callers}) == 5
    assert all(caller.session not in cookies for caller in callers)


def test_an_ended_session_is_not_remembered(access, officer):
    cookie = access.sessions.begin(officer)
    access.sessions.prove(cookie)
    access.sessions.end(cookie)
    assert access.sessions.known(cookie) is None
    with pytest.raises(BadCredentials):
        access.sessions.prove(cookie)
    for none in (cookie, "", "x" * 1000, "\ud800"):
        access.sessions.end(none)


def test_a_disabled_account_s_sessions_stay_ended_when_it_is_enabled(access, officer):
    cookie = access.sessions.begin(officer)
    access.accounts.disable("officer", by=CONSOLE)
    access.accounts.enable("officer", by=CONSOLE)
    with pytest.raises(BadCredentials):
        access.sessions.prove(cookie)
