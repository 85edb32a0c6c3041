"""Requests at the doors: tokens, cookies, CSRF, rights, how often."""

import pytest
from starlette.testclient import TestClient

from serving.access.limits import Limit, Limits

NOBODYS = "lvd_" + "A" * 43


@pytest.fixture
def logged_in(browser, facts):
    """Log a browser in as an account; its CSRF token."""

    def enter(name="officer"):
        assert facts.log_in(browser, name).status_code == 303
        return browser.get("/page").json()["csrf"]

    return enter


def test_a_request_without_credentials_is_told_how_to_come(browser):
    answer = browser.get("/v1/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="lvdaitong"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(":unauthorized")


def test_a_token_says_who_asks(browser, token_of):
    told = browser.get("/v1/me", headers=token_of("reviewer")).json()
    assert (told["account"], told["role"], told["bank"]) == ("reviewer", "REVIEWER", "BANK-A")
    assert "READ_BANK" in told["rights"]


@pytest.mark.parametrize(
    "shown",
    [
        f"Bearer {NOBODYS}",
        "Bearer ",
        "Bearer",
        "",
        "Bearer lvd_",
        "Basic b2ZmaWNlcjpwYXNzd29yZA==",
        "Bearer lvd_" + "A" * 5000,
        "Bearer " + "A" * 43,
        "Bearer lvd_' OR 1=1 --",
        "Bearer lvd_\u00e9\u00fc".encode("latin-1"),
        "Bearer null",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdGFmZiJ9.",
    ],
    ids=repr,
)
def test_a_forged_token_is_refused(browser, noted, shown):
    answer = browser.get("/v1/me", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert noted[-1].kind == "refusal"
    assert noted[-1].detail["why"] == "token"
    assert "lvd_" not in str(noted[-1])


def test_an_expired_token_is_refused_on_the_second(browser, token_of, clock):
    shown = token_of("officer")
    clock.move(days=90, seconds=-1)
    assert browser.get("/v1/me", headers=shown).status_code == 200
    clock.move(seconds=1)
    assert browser.get("/v1/me", headers=shown).status_code == 401


def test_a_revoked_token_is_refused_at_once(browser, token_of, access):
    shown = token_of("officer")
    assert browser.get("/v1/me", headers=shown).status_code == 200
    token = browser.get("/v1/tokens", headers=shown).json()["items"][0]
    assert browser.delete(f"/v1/tokens/{token['token_id']}", headers=shown).status_code == 204
    assert browser.get("/v1/me", headers=shown).status_code == 401
    assert access.tokens.list("officer")[0].revoked_at is not None


def test_the_token_of_a_disabled_account_is_refused_at_once(browser, token_of):
    shown = token_of("officer")
    assert browser.get("/v1/me", headers=shown).status_code == 200
    answer = browser.patch("/v1/accounts/officer", json={"is_disabled": True}, headers=token_of("staff"))
    assert answer.status_code == 200
    assert browser.get("/v1/me", headers=shown).status_code == 401


def test_a_token_is_no_cookie_and_a_cookie_no_token(browser, token_of, facts, app):
    token = token_of("officer")["Authorization"].removeprefix("Bearer ")
    assert browser.get("/v1/me", headers={"Cookie": f"__Host-lvdaitong={token}"}).status_code == 401
    facts.log_in(browser)
    cookie = browser.cookies["__Host-lvdaitong"]
    with TestClient(app) as other:
        for shown in (cookie, f"lvd_{cookie}"):
            assert other.get("/v1/me", headers={"Authorization": f"Bearer {shown}"}).status_code == 401


def test_a_wrong_token_is_not_rescued_by_a_right_cookie(browser, logged_in):
    logged_in()
    assert browser.get("/v1/me").status_code == 200
    assert browser.get("/v1/me", headers={"Authorization": f"Bearer {NOBODYS}"}).status_code == 401


def test_wrong_tokens_from_one_address_are_soon_not_looked_at(opened, facts):
    access = facts.with_accounts(opened(limits=Limits(Limit(0), Limit(0), Limit(0), Limit(3))))
    with TestClient(facts.app_over(access)) as client:
        asked = [client.get("/v1/me", headers={"Authorization": f"Bearer {NOBODYS}"}) for _ in range(5)]
    assert [answer.status_code for answer in asked] == [401, 401, 401, 429, 429]
    assert int(asked[-1].headers["retry-after"]) > 0


def test_an_account_may_ask_so_often_and_others_still_may(opened, facts):
    access = facts.with_accounts(opened(limits=Limits(Limit(3), Limit(0), Limit(0), Limit(0))))
    shown = {
        name: {"Authorization": f"Bearer {access.tokens.issue(access.accounts.of(name), 'test').text}"}
        for name in ("officer", "officer-b")
    }
    with TestClient(facts.app_over(access)) as client:
        asked = [client.get("/v1/me", headers=shown["officer"]) for _ in range(4)]
        assert client.get("/v1/me", headers=shown["officer-b"]).status_code == 200
    assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
    assert asked[-1].json()["type"].endswith(":too-many-requests")
    assert int(asked[-1].headers["retry-after"]) > 0


def test_a_page_without_session_leads_to_the_log_in_and_back(browser):
    answer = browser.get("/page?audit=1&b=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fpage%3Faudit%3D1%26b%3D2"


def test_a_change_without_session_leads_to_the_log_in_and_not_back_to_the_change(browser):
    answer = browser.post("/page", data={"csrf": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_an_invented_cookie_is_no_session(browser):
    for text in ("A" * 43, "x" * 5000, "' OR 1=1 --", ""):
        assert browser.get("/page", headers={"Cookie": f"__Host-lvdaitong={text}"}).status_code == 303


def test_a_session_ends_after_its_life(browser, logged_in, clock):
    logged_in()
    clock.move(hours=8, seconds=-1)
    assert browser.get("/page").status_code == 200
    clock.move(seconds=1)
    assert browser.get("/page").status_code == 303


@pytest.mark.parametrize(
    ("path", "shown"), [("/page", "form"), ("/page", "header"), ("/v1/change", "header")]
)
def test_a_change_with_the_token_of_its_session_is_let_through(browser, logged_in, path, shown):
    csrf = logged_in()
    if shown == "form":
        answer = browser.post(path, data={"csrf": csrf, "name": "绿"})
    else:
        answer = browser.post(path, headers={"X-CSRF-Token": csrf})
    assert (answer.status_code, answer.json()["account"]) == (200, "officer")


def test_the_body_is_still_there_after_the_token_was_looked_for(browser, logged_in):
    csrf = logged_in()
    assert "amount=5" in browser.post("/page", data={"csrf": csrf, "amount": "5"}).json()["body"]


@pytest.mark.parametrize("path", ["/page", "/v1/change", "/logout", "/v1/accounts"])
@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é\ud800"}], ids=str)
def test_a_change_without_the_token_of_its_session_is_refused(browser, logged_in, noted, path, sent):
    logged_in("staff")
    encoded = {name: text.encode("utf-8", "surrogatepass") for name, text in sent.items()}
    answer = browser.post(path, data=encoded)
    assert answer.status_code == 403
    assert noted[-1].actor == "staff"
    assert noted[-1].detail["why"] == "csrf"


def test_the_token_of_another_account_s_session_is_refused(browser, app, logged_in, facts):
    mine = logged_in("officer")
    with TestClient(app, base_url="https://service.test", follow_redirects=False) as other:
        facts.log_in(other, "officer-b")
        theirs = other.get("/page").json()["csrf"]
        assert other.post("/v1/change", headers={"X-CSRF-Token": mine}).status_code == 403
        assert other.post("/v1/change", headers={"X-CSRF-Token": theirs}).status_code == 200
    assert browser.post("/v1/change", headers={"X-CSRF-Token": theirs}).status_code == 403


def test_the_token_of_an_earlier_session_of_the_same_account_is_refused(browser, logged_in):
    earlier = logged_in()
    browser.post("/logout", data={"csrf": earlier})
    logged_in()
    assert browser.post("/v1/change", headers={"X-CSRF-Token": earlier}).status_code == 403


def test_a_token_in_the_header_needs_no_csrf(browser, token_of):
    assert browser.post("/v1/change", headers=token_of("officer")).status_code == 200


def test_a_right_that_the_role_lacks_is_refused(browser, token_of):
    answer = browser.get("/v1/audit-only", headers=token_of("officer"))
    assert answer.status_code == 403
    assert "READ_AUDIT" in answer.json()["detail"]
    assert browser.get("/v1/audit-only", headers=token_of("auditor")).status_code == 200


def test_the_edge_s_headers_stay(browser):
    for path in ("/login", "/v1/me", "/page"):
        answer = browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_service_whose_doors_are_not_open_yet_says_so(app, browser):
    del app.state.access
    assert browser.get("/v1/me").status_code == 503


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_database_that_is_gone_is_503_and_nobody_is_let_in(browser, engine, token_of, tmp_path):
    shown = token_of("officer")
    engine.dispose()
    (tmp_path / "service.db").rename(tmp_path / "elsewhere.db")
    assert browser.get("/v1/me", headers=shown).status_code == 503
    assert browser.get("/page", headers={"Cookie": "__Host-lvdaitong=" + "A" * 43}).status_code == 503
    assert browser.post("/login", data={}).status_code == 403


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearer2"])
def test_a_right_token_under_another_scheme_is_refused(browser, token_of, scheme):
    text = token_of("officer")["Authorization"].removeprefix("Bearer ")
    assert browser.get("/v1/me", headers={"Authorization": f"{scheme} {text}".strip()}).status_code == 401
    assert browser.get("/v1/me", headers={"Authorization": f"bearer {text}"}).status_code == 200
    assert browser.get("/v1/me", headers={"Authorization": f"{scheme} {text}".strip()}).status_code == 401
