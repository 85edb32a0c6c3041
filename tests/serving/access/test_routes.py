"""Tokens, accounts and who one is, over HTTP."""

import json

import pytest

ASKED = {"name": "officer", "label": "loan system"}


@pytest.fixture
def staff(token_of):
    """Headers of staff."""
    return token_of("staff")


def test_name_and_password_give_a_token_that_works(browser, facts):
    answer = browser.post("/v1/tokens", json=ASKED | {"password": facts.PASSWORD, "days": 30})
    assert answer.status_code == 201
    told = answer.json()
    assert told["token_type"] == "Bearer"
    assert told["expires_at"].startswith("2026-12-23T08:00")
    shown = {"Authorization": f"Bearer {told['token']}"}
    assert browser.get("/v1/me", headers=shown).json()["account"] == "officer"
    listed = browser.get("/v1/tokens", headers=shown).json()["items"]
    assert [one["label"] for one in listed] == ["loan system"]
    assert told["token"] not in str(listed)


@pytest.mark.parametrize("name", ["officer", "nobody", "\ud800", "' OR 1=1 --"])
def test_a_wrong_password_gives_none_and_says_the_same_for_any_name(browser, name):
    asked = {"name": name, "label": "x", "password": "not the password"}
    body = json.dumps(asked).encode()
    answer = browser.post("/v1/tokens", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 422)
    if answer.status_code == 401:
        assert answer.json()["detail"].startswith("name or password is wrong")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": 91}, "days"),
        ({"days": 0}, "days"),
        ({"days": 1e308}, "days"),
        ({"days": "NaN"}, "days"),
        ({"label": ""}, "label"),
        ({"label": "a\u0000b"}, "label"),
        ({"name": "x" * 65}, "name"),
        ({"password": "x" * 257}, "password"),
        ({"more": 1}, "more"),
    ],
)
def test_a_malformed_question_names_its_field_and_never_the_password(browser, facts, changed, field):
    answer = browser.post("/v1/tokens", json=ASKED | {"password": facts.PASSWORD} | changed)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert facts.PASSWORD not in answer.text


def test_an_account_sees_and_revokes_its_own_tokens_only(browser, token_of):
    officer, other = token_of("officer"), token_of("officer-b")
    token_id = browser.get("/v1/tokens", headers=officer).json()["items"][0]["token_id"]
    assert token_id not in browser.get("/v1/tokens", headers=other).text
    assert browser.delete(f"/v1/tokens/{token_id}", headers=other).status_code == 404
    assert browser.get("/v1/me", headers=officer).status_code == 200
    assert browser.delete("/v1/tokens/none", headers=officer).status_code == 422
    assert browser.delete(f"/v1/tokens/{token_id}", headers=officer).status_code == 204
    assert browser.get("/v1/me", headers=officer).status_code == 401


@pytest.mark.parametrize("name", ["officer", "reviewer", "auditor"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/accounts"), ("POST", "/v1/accounts"), ("PATCH", "/v1/accounts/officer")]
)
def test_only_staff_manage_accounts(browser, token_of, noted, name, method, path):
    question = {"name": "li.na", "role": "STAFF"} if method == "POST" else {"is_disabled": False}
    body = None if method == "GET" else question
    answer = browser.request(method, path, headers=token_of(name), json=body)
    assert answer.status_code == 403
    assert (noted[-1].actor, noted[-1].detail) == (name, {"right": "MANAGE_ACCOUNTS"})


def test_staff_add_an_account_that_can_log_in(browser, staff, facts, noted):
    asked = {"name": "li.na", "role": "OFFICER", "bank": "湖州银行", "password": facts.PASSWORD}
    answer = browser.post("/v1/accounts", json=asked, headers=staff)
    assert answer.status_code == 201
    assert answer.json() | {"created_at": ""} == {
        "name": "li.na", "role": "OFFICER", "bank": "湖州银行", "is_demo": False, "has_password": True,
        "oidc_subject": None, "disabled_at": None, "is_locked": False,
        "created_at": "", "created_by": "staff",
    }  # fmt: skip
    assert (noted[-1].kind, noted[-1].actor) == ("account-add", "staff")
    assert facts.log_in(browser, "li.na").status_code == 303


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": "officer", "role": "STAFF"}, "name"),
        ({"name": "li na", "role": "STAFF"}, "name"),
        ({"name": "li.na", "role": "OFFICER"}, "bank"),
        ({"name": "li.na", "role": "KING"}, "role"),
        ({"name": "li.na", "role": "STAFF", "password": "short"}, "password"),
        ({"name": "li.na", "role": "STAFF", "password": "huzhou-green-loan"}, "password"),
        ({"name": "li.na", "role": "STAFF", "oidc_subject": "a\u0000b"}, "oidc_subject"),
        ({"name": "li.na", "role": "STAFF", "is_demo": True}, "is_demo"),
    ],
)
def test_an_account_that_cannot_be_names_the_field(browser, staff, asked, field):
    answer = browser.post("/v1/accounts", json=asked, headers=staff)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_staff_change_an_account(browser, staff, facts, access):
    def change(**asked):
        return browser.patch("/v1/accounts/officer", json=asked, headers=staff)

    for _ in range(5):
        facts.log_in(browser, "officer", "not the password")
    assert browser.get("/v1/accounts", headers=staff).json()["items"][1]["is_locked"] is True
    assert change(is_locked=False).json()["is_locked"] is False
    assert change(oidc_subject="sub-1").json()["oidc_subject"] == "sub-1"
    assert change(oidc_subject="").json()["oidc_subject"] is None
    assert change(password="nine white herons asleep").status_code == 200
    assert access.accounts.prove("officer", "nine white herons asleep")
    assert change(is_disabled=True).json()["disabled_at"].startswith("2026-11-23T08:00")
    assert change(is_disabled=False).json()["disabled_at"] is None
    assert change(password="short").json()["field"] == "password"
    assert browser.patch("/v1/accounts/nobody", json={}, headers=staff).status_code == 404
    assert browser.patch("/v1/accounts/staff", json={"is_disabled": True}, headers=staff).status_code == 422


def test_accounts_are_told_page_by_page_without_secrets(browser, staff):
    first = browser.get("/v1/accounts", params={"limit": 3}, headers=staff).json()
    second = browser.get("/v1/accounts", params={"limit": 3, "after": first["next"]}, headers=staff).json()
    assert [one["name"] for one in first["items"] + second["items"]] == [
        "auditor", "officer", "officer-b", "reviewer", "staff",
    ]  # fmt: skip
    assert second["next"] is None
    assert "argon2" not in str(first)
    assert browser.get("/v1/accounts", params={"after": "\x00"}, headers=staff).status_code == 422


def test_every_route_is_described_with_its_answers(app):
    described = app.openapi()["paths"]
    for path in ("/v1/tokens", "/v1/accounts", "/v1/me"):
        for operation in described[path].values():
            assert {"401", "403", "429", "503"} <= {*operation["responses"]}
    assert not any(path.startswith("/login") for path in described)
