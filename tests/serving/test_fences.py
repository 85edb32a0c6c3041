"""Banks are fenced from one another, roles keep to their rights, and nobody asks without a basis in law."""

from datetime import date

import pytest

from serving.purposes import Basis, Purpose
from serving.records.consent import Consent

NOBODYS = "0d5c5a1e-6f0f-4d35-9d0e-9f6c1f1f7a11"
"""A name that nothing has."""
ROUTES = (
    ("GET", "/v1/preapprovals"),
    ("POST", "/v1/preapprovals"),
    ("POST", "/v1/preapprovals/batch"),
    ("GET", f"/v1/preapprovals/{NOBODYS}"),
    ("POST", "/v1/eligibility"),
    ("GET", "/v1/entities?q=9"),
    ("GET", "/v1/entities/91330502MA29K00168/profile"),
    ("POST", "/v1/consents"),
    ("GET", "/v1/consents?entity_id=91330502MA29K00168"),
    ("POST", f"/v1/consents/{NOBODYS}/withdrawal"),
    ("POST", "/v1/objections"),
    ("GET", "/v1/objections"),
    ("POST", f"/v1/objections/{NOBODYS}/answer"),
    ("GET", "/v1/audit"),
    ("GET", "/v1/audit/verification"),
    ("GET", "/v1/me"),
    ("GET", "/v1/tokens"),
    ("GET", "/v1/accounts"),
)


@pytest.fixture
def client(either):
    """Every test of this file runs on SQLite and on PostgreSQL."""
    return either


def asked(client, question, name="officer"):
    """A pre-approval in the name of an account."""
    answer = client.post("/v1/preapprovals", json=question, headers=client.of(name))
    assert answer.status_code == 200, answer.text
    return answer.json()


def expect(answer, status, kind):
    """A problem of a kind."""
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(kind), answer.text
    return answer.json()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_asks_who_is_there(client, method, path):
    for header in ("", "Bearer", "Bearer lvd_forged", "Basic b2ZmaWNlcjpwYXNz", "Bearer " + "x" * 5000):
        answer = client.request(method, path, headers={"Authorization": header}, json={})
        assert answer.status_code == 401, (path, header, answer.text)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_every_route_of_the_interface_is_in_the_list_above(client):
    there = {
        (method.upper(), path)
        for path, methods in client.get("/openapi.json").json()["paths"].items()
        for method in methods
        if path.startswith("/v1/") and not path.startswith(("/v1/tokens", "/v1/accounts"))
    }
    templates = {
        (method, path.split("?")[0].replace("91330502MA29K00168", "{entity_id}")) for method, path in ROUTES
    }
    listed = {(method, "/".join("{id}" if len(part) == 36 else part for part in path.split("/")))
              for method, path in templates}  # fmt: skip
    known = {(method, "/".join("{id}" if part.endswith("_id}") and part != "{entity_id}" else part
                               for part in path.split("/"))) for method, path in there}  # fmt: skip
    assert known <= listed, known - listed


def test_without_consent_nothing_is_told_and_the_refusal_is_recorded(client, question, firm):
    for name in ("officer-b", "reviewer-b"):
        told = expect(
            client.post("/v1/preapprovals", json=question, headers=client.of(name)), 403, "no-lawful-basis"
        )
        assert "授权" in told["detail_zh"]
        assert "score" not in str(told)
        expect(client.get(f"/v1/entities/{firm}/profile", headers=client.of(name)), 403, "no-lawful-basis")
    rows = client.get(
        "/v1/audit", params={"subject": firm, "actor": "officer-b"}, headers=client.of("auditor")
    )
    assert {(row["kind"], row["outcome"], row["status"]) for row in rows.json()["items"]} >= {
        ("preapproval", "REFUSED", 403)
    }


def test_a_consent_counts_for_its_purpose_its_bank_and_its_days_only(client, question, codes_of_home):
    firm, consents = codes_of_home[7], client.app.state.records.consents
    consents.record(
        Consent(
            entity_id=firm, bank="BANK-B", purpose=Purpose.POST_LOAN, basis=Basis.CONTRACT, reference="合同",
            valid_from=date(2020, 1, 1), valid_to=date(2099, 1, 1),
        ),
        by="staff",
    )  # fmt: skip
    mine = question | {"entity_id": firm}
    for purpose, status in (("PRE_LOAN", 403), ("APPROVAL", 403), ("POST_LOAN", 200)):
        answer = client.post(
            "/v1/preapprovals", json=mine | {"purpose": purpose}, headers=client.of("officer-b")
        )
        assert answer.status_code == status, answer.text
    assert answer.json()["basis"]["kind"] == "CONTRACT"
    assert answer.json()["purpose"] == "POST_LOAN"


def test_a_withdrawn_consent_no_longer_counts(client, question, codes_of_home):
    firm, headers = codes_of_home[8], client.of("officer-b")
    consent = {
        "entity_id": firm, "purpose": "PRE_LOAN", "basis": "CONSENT", "valid_from": "2026-01-01",
    }  # fmt: skip
    made = client.post("/v1/consents", json=consent, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["bank"] == "BANK-B"
    mine = question | {"entity_id": firm}
    assert client.post("/v1/preapprovals", json=mine, headers=headers).status_code == 200
    place = f"/v1/consents/{made.json()['consent_id']}/withdrawal"
    assert (
        client.post(place, json={"withdrawn_on": "2026-01-02"}, headers=client.of("officer")).status_code
        == 404
    )
    assert client.post(place, json={"withdrawn_on": "2026-01-02"}, headers=headers).status_code == 200
    expect(client.post("/v1/preapprovals", json=mine, headers=headers), 403, "no-lawful-basis")


def test_a_bank_records_consents_to_itself_only(client, codes_of_home):
    firm = codes_of_home[33]
    consent = {
        "entity_id": firm, "purpose": "PRE_LOAN", "basis": "CONSENT", "valid_from": "2026-01-01",
        "bank": "BANK-A",
    }  # fmt: skip
    expect(client.post("/v1/consents", json=consent, headers=client.of("officer-b")), 403, "forbidden")
    unnamed = {name: value for name, value in consent.items() if name != "bank"}
    told = expect(
        client.post("/v1/consents", json=unnamed, headers=client.of("staff")), 422, "invalid-question"
    )
    assert told["field"] == "bank"
    assert client.post("/v1/consents", json=consent, headers=client.of("staff")).status_code == 201


def test_no_route_tells_one_bank_of_another_ones_questions(client, question, firm):
    told = asked(client, question)
    place = f"/v1/preapprovals/{told['audit_id']}"
    for name in ("officer-b", "reviewer-b", "staff"):
        answer = client.get(place, headers=client.of(name))
        assert answer.status_code == 404, name
        assert firm not in answer.text
        for listing in ("/v1/preapprovals", f"/v1/preapprovals?entity_id={firm}", "/v1/objections"):
            listed = client.get(listing, headers=client.of(name))
            assert told["audit_id"] not in listed.text
    theirs = {"entity_id": firm, "text": "数据有误", "audit_id": told["audit_id"]}
    expect(client.post("/v1/objections", json=theirs, headers=client.of("officer-b")), 403, "no-lawful-basis")
    seen = client.get("/v1/consents", params={"entity_id": firm}, headers=client.of("officer-b")).json()
    assert {one["bank"] for one in seen["items"]} <= {"BANK-B"}
    for name in ("officer-b", "reviewer-b", "officer", "reviewer", "staff"):
        expect(client.get("/v1/audit", headers=client.of(name)), 403, "forbidden")


def test_an_officer_reads_its_own_a_reviewer_its_banks_an_auditor_every_answer(client, question):
    told = asked(client, question)
    place = f"/v1/preapprovals/{told['audit_id']}"
    seen = {name: client.get(place, headers=client.of(name)).status_code for name in client.tokens}
    assert seen == {
        "officer": 200, "colleague": 404, "reviewer": 200, "officer-b": 404, "reviewer-b": 404, "staff": 404,
        "auditor": 200,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["staff", "auditor"])
def test_platform_people_ask_about_no_firm(client, question, firm, name):
    expect(client.post("/v1/preapprovals", json=question, headers=client.of(name)), 403, "forbidden")
    expect(client.get(f"/v1/entities/{firm}/profile", headers=client.of(name)), 403, "forbidden")
    expect(client.get("/v1/entities?q=9", headers=client.of(name)), 403, "forbidden")


def test_an_objection_marks_every_answer_until_it_is_settled(client, question, codes_of_home):
    firm = codes_of_home[9]
    mine = question | {"entity_id": firm}
    told = asked(client, mine)
    objection = {"entity_id": firm, "text": "被执行记录已履行完毕", "audit_id": told["audit_id"]}
    raised = client.post("/v1/objections", json=objection)
    assert raised.status_code == 201, raised.text
    raised = raised.json()
    days = date.fromisoformat(raised["due_on"]) - date.fromisoformat(raised["raised_on"])
    assert days.days == 20
    assert asked(client, mine)["data"]["objections"] == [
        {"raised_on": raised["raised_on"], "due_on": raised["due_on"], "source": None}
    ]
    place, settled = (
        f"/v1/objections/{raised['objection_id']}/answer",
        {"outcome": "UPHELD", "text": "已更正"},
    )
    expect(client.post(place, json=settled), 403, "forbidden")
    assert client.post(place, json=settled, headers=client.of("staff")).status_code == 200
    assert client.post(place, json=settled, headers=client.of("staff")).status_code == 404
    assert asked(client, mine)["data"]["objections"] == []


def test_an_objection_to_another_ones_answer_is_refused(client, question, codes_of_home):
    told = asked(client, question)
    objection = {"entity_id": codes_of_home[10], "text": "有误", "audit_id": told["audit_id"]}
    assert (
        expect(client.post("/v1/objections", json=objection), 422, "invalid-question")["field"] == "audit_id"
    )


def test_who_uses_the_raw_model_is_in_the_log_once_a_minute(client):
    columns = list(client.app.state.desk.scorer.credit.encoder_.inputs)
    body = {"dataframe_split": {"columns": columns, "data": [[None] * len(columns)]}}
    told = [client.post("/invocations", json=body, headers=client.of("reviewer")) for _ in range(20)]
    assert {answer.status_code for answer in told} == {200}
    rows = client.app.state.records.audit.page(actor="reviewer", kind="reading", limit=200)
    noted = [row.detail for row in rows if row.detail["what"] == "raw model"]
    assert 1 <= len(noted) <= 3  # twenty calls may reach over a minute's end
    assert noted[0]["model"] == "sme_credit/1"
    expect(client.post("/invocations", json=body, headers=client.of("officer")), 403, "forbidden")
