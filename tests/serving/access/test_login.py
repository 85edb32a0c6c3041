"""The page's log-in: cookies, CSRF, where it leads, and what it never tells."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from serving.access.limits import Limit, Limits
from serving.records.tables import SESSIONS

WRONG = "账号或密码不正确"


def session_cookie(answer):
    """The session's cookie as it was set."""
    return next(
        line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-lvdaitong=")
    )


def test_the_right_password_begins_a_session_and_leads_on(browser, facts):
    answer = facts.log_in(browser, wanted="/page?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/page?a=1")
    assert browser.get("/page").json()["account"] == "officer"


def test_the_cookie_cannot_be_read_sent_along_or_stolen_over_http(browser, facts):
    told = session_cookie(facts.log_in(browser)).lower()
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= {part.strip() for part in told.split(";")}
    assert "domain" not in told


def test_the_demo_s_cookie_works_over_http(opened, facts):
    access = facts.with_accounts(opened(is_demo=True))
    with TestClient(facts.app_over(access), base_url="http://127.0.0.1:8000") as client:
        facts.log_in(client)
        assert client.get("/page").json()["account"] == "officer"
        assert "lvdaitong" in client.cookies


@pytest.mark.parametrize("kind", ["sqlite"])
def test_neither_cookie_nor_password_is_kept_as_it_is(browser, facts, engine, tmp_path):
    facts.log_in(browser)
    with engine.connect() as connection:
        assert (
            connection.execute(select(SESSIONS.c.session_hash)).scalar_one()
            != browser.cookies["__Host-lvdaitong"]
        )
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert facts.PASSWORD.encode() not in kept
    assert browser.cookies["__Host-lvdaitong"].encode() not in kept


@pytest.mark.parametrize(
    "name", ["officer", "nobody", "", "' OR 1=1 --", "x" * 500, "a\x00b", "\ud800", "auditor\n"]
)
def test_a_wrong_password_and_an_unknown_name_look_the_same(browser, facts, name):
    expected = facts.log_in(browser, "officer", "not the password")
    typed = name.encode("utf-8", "surrogatepass")
    answer = facts.log_in(browser, typed, "not the password")
    assert (answer.status_code, expected.status_code) == (401, 401)
    shown = [line for line in answer.text.splitlines() if 'id="name"' not in line]
    assert shown == [line for line in expected.text.splitlines() if 'id="name"' not in line]
    assert WRONG in answer.text
    assert {*answer.headers} == {*expected.headers}


def test_a_locked_account_looks_the_same_and_so_does_the_right_password(browser, facts, access):
    wrong = [facts.log_in(browser, "officer", "not the password") for _ in range(7)]
    right = facts.log_in(browser, "officer")
    assert {answer.status_code for answer in [*wrong, right]} == {401}
    assert len({answer.text for answer in [*wrong, right]}) == 1
    assert access.accounts.of("officer").locked_until is not None


def test_what_was_typed_as_a_name_is_not_noted_where_it_is_none(browser, facts, noted):
    facts.log_in(browser, "my secret password 1", "x")
    assert noted[-1].kind == "log-in"
    assert noted[-1].outcome == "refused"
    assert "secret" not in str(noted[-1])
    facts.log_in(browser, "officer", "typed password")
    assert noted[-1].detail["account"] == "officer"
    assert "typed" not in str(noted[-1])


def test_log_in_and_log_out_are_noted(browser, facts, noted):
    facts.log_in(browser)
    browser.post("/logout", data={"csrf": browser.get("/page").json()["csrf"]})
    told = [(event.kind, event.actor, event.bank, event.outcome) for event in noted[-2:]]
    assert told == [("log-in", "officer", "BANK-A", "done"), ("log-out", "officer", "BANK-A", "done")]


def test_markup_in_a_name_stays_text(browser, facts):
    answer = facts.log_in(browser, '"><script>alert(1)</script>', "x", wanted='/"><script>')
    assert "<script>" not in answer.text


def test_a_planted_cookie_never_becomes_a_session(browser, facts):
    planted = "P" * 43
    browser.cookies.set("__Host-lvdaitong", planted, domain="service.test", path="/")
    facts.log_in(browser)
    values = [cookie.value for cookie in browser.cookies.jar if cookie.name == "__Host-lvdaitong"]
    assert values
    assert browser.get("/page", headers={"Cookie": f"__Host-lvdaitong={planted}"}).status_code in (200, 303)
    with TestClient(browser.app, base_url="https://service.test", follow_redirects=False) as other:
        assert other.get("/page", headers={"Cookie": f"__Host-lvdaitong={planted}"}).status_code == 303


def test_logging_in_again_ends_the_session_before(browser, facts, app):
    facts.log_in(browser)
    first = browser.cookies["__Host-lvdaitong"]
    form = browser.get("/login")
    assert form.status_code == 303  # whoever is in goes on
    secret = "F" * 43
    browser.cookies.set("__Host-lvdaitong-form", secret, domain="service.test", path="/")
    typed = {"name": "officer-b", "password": facts.PASSWORD, "csrf": secret}
    assert browser.post("/login", data=typed).status_code == 303
    with TestClient(app, base_url="https://service.test", follow_redirects=False) as other:
        assert other.get("/page", headers={"Cookie": f"__Host-lvdaitong={first}"}).status_code == 303


def test_log_out_ends_the_session_in_the_database(browser, facts, app, engine):
    facts.log_in(browser)
    cookie, csrf = browser.cookies["__Host-lvdaitong"], browser.get("/page").json()["csrf"]
    answer = browser.post("/logout", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "__Host-lvdaitong" not in browser.cookies
    with TestClient(app, base_url="https://service.test", follow_redirects=False) as thief:
        assert thief.get("/page", headers={"Cookie": f"__Host-lvdaitong={cookie}"}).status_code == 303
    with engine.connect() as connection:
        assert connection.execute(select(SESSIONS.c.ended_at)).scalar_one() is not None


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/page\r\nSet-Cookie: a=b",
        " /page",
        "/login?next=/login",
        "/logout",
        "",
        "/" + "x" * 5000,
    ],
)
def test_the_log_in_leads_nowhere_but_to_own_paths(browser, facts, wanted):
    answer = facts.log_in(browser, wanted=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "a=b" not in str(answer.headers)


def test_whoever_is_in_already_is_led_on_to_own_paths_only(browser, facts):
    facts.log_in(browser)
    assert browser.get("/login?next=//evil.example").headers["location"] == "/"
    assert browser.get("/login?next=/page").headers["location"] == "/page"


@pytest.mark.parametrize("changed", [{"csrf": ""}, {"csrf": "A" * 43}, {"csrf": "\u00e9" * 43}])
def test_a_log_in_form_of_another_site_is_refused(browser, facts, changed):
    answer = facts.log_in(browser, **changed)
    assert answer.status_code == 403
    assert "__Host-lvdaitong" not in browser.cookies


def test_a_log_in_without_its_cookie_is_refused(app, facts):
    with TestClient(app, base_url="https://service.test", follow_redirects=False) as victim:
        typed = {"name": "officer", "password": facts.PASSWORD, "csrf": ""}
        assert victim.post("/login", data=typed).status_code == 403
        assert victim.post("/login", data=typed | {"csrf": "A" * 43}).status_code == 403


def test_a_log_in_that_a_browser_says_is_of_another_site_is_refused(browser, facts):
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert facts.log_in(browser).status_code == 403


def test_a_log_in_that_is_no_form_is_refused(browser):
    browser.get("/login")
    for body, kind in ((b"{}", "application/json"), (b"\xff\xfe=1", "application/x-www-form-urlencoded")):
        assert browser.post("/login", content=body, headers={"Content-Type": kind}).status_code == 403


def test_too_many_tries_at_one_name_must_wait_whether_it_exists_or_not(opened, facts):
    access = facts.with_accounts(opened(limits=Limits(Limit(0), Limit(2), Limit(0), Limit(0))))
    with TestClient(facts.app_over(access), base_url="https://service.test") as client:
        for name in ("officer", "nobody"):
            asked = [facts.log_in(client, name, "wrong password") for _ in range(3)]
            assert [answer.status_code for answer in asked] == [401, 401, 429]
            assert int(asked[-1].headers["retry-after"]) > 0


def test_too_many_tries_from_one_address_must_wait(opened, facts):
    access = facts.with_accounts(opened(limits=Limits(Limit(0), Limit(0), Limit(3), Limit(0))))
    with TestClient(facts.app_over(access), base_url="https://service.test") as client:
        asked = [facts.log_in(client, f"name{number}", "wrong") for number in range(4)]
        assert [answer.status_code for answer in asked] == [401, 401, 401, 429]


def test_right_passwords_are_no_tries(opened, facts):
    access = facts.with_accounts(opened(limits=Limits(Limit(0), Limit(2), Limit(2), Limit(0))))
    client = TestClient(facts.app_over(access), base_url="https://service.test", follow_redirects=False)
    for _ in range(5):
        client.cookies.clear()
        assert facts.log_in(client).status_code == 303


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_database_that_is_gone_says_so_on_the_form(browser, facts, tmp_path):
    hidden = browser.get("/login").text.partition('name="csrf" value="')[2].partition('"')[0]
    (tmp_path / "service.db").rename(tmp_path / "elsewhere.db")
    answer = browser.post("/login", data={"name": "officer", "password": facts.PASSWORD, "csrf": hidden})
    assert answer.status_code == 503
    assert "暂时不能登录" in answer.text


def test_a_log_out_from_a_stale_page_says_so_in_words_and_ends_nothing(browser, facts):
    facts.log_in(browser)
    answer = browser.post("/logout", data={"csrf": "0" * 64})
    assert answer.status_code == 403
    assert "页面已过期" in answer.text
    assert browser.get("/page").status_code == 200


def test_a_log_out_of_nobody_leads_to_the_log_in(browser):
    answer = browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
