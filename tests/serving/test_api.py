"""The service from outside: what it answers, and how it refuses."""

import json
import subprocess
import sys
import textwrap
import uuid

import pytest

from features.home import Home
from features.uscc import normalise

FULL_WIDTH = {ord(letter): ord(letter) + 0xFEE0 for letter in "0123456789ABCDEFGHJKLMNPQRTUWXY"}


def changed(question, **loan):
    """The question with another loan."""
    return question | {"loan": question["loan"] | loan}


def expect_problem(answer, status, field=None):
    """A problem as RFC 9457 has it, without a trace of the inside."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["status"] == status
    assert {"type", "title", "detail"} <= told.keys()
    assert "Traceback" not in answer.text
    if field:
        assert told["field"] == field, told
    return told


def test_an_answer_is_whole(client, question):
    answer = client.post("/v1/preapprovals", json=question)
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert told["is_decision"] is False
    assert told["policy_status"] == "DRAFT"
    assert told["policy_version"]
    assert told["as_of"] == "2026-10-31"
    assert told["credit"]["model"] == "sme_credit/1"
    assert 300 <= told["credit"]["score"] <= 900
    assert told["green"]["grade_source"] == "official"
    assert told["data"]["freshness"]["registration"] == "2026-09-30"
    assert told["data"]["gaps"] == [{"source": "electricity", "zh": "用电"}]
    assert [finding["number"] for finding in told["findings"]] == list(range(1, 11))
    assert uuid.UUID(told["audit_id"])


def test_the_loan_runs_from_the_snapshots_day_over_its_term(client, question):
    loan = client.post("/v1/preapprovals", json=changed(question, term_months=4)).json()["loan"]
    assert (loan["start_date"], loan["maturity_date"]) == ("2026-10-31", "2027-02-28")
    assert loan["loan_amount_cny"] == "5000000.00"


def test_an_answer_is_given_again_to_the_byte(client, question):
    first = client.post("/v1/preapprovals", json=question)
    again = client.get(f"/v1/preapprovals/{first.json()['audit_id']}")
    assert again.status_code == 200
    assert again.content == first.content


def test_an_unknown_answer_is_not_found(client):
    expect_problem(client.get(f"/v1/preapprovals/{uuid.uuid4()}"), 404)
    expect_problem(client.get("/v1/preapprovals/1"), 422, "audit_id")


def test_an_answer_to_another_question_is_no_preapproval(client, firm):
    told = client.get(f"/v1/entities/{firm}/profile").json()
    expect_problem(client.get(f"/v1/preapprovals/{told['audit_id']}"), 404)


def test_further_facts_settle_a_finding(client, question):
    facts = {"is_green_inclusive": True, "subsidy_used_ytd_cny": "0"}
    told = client.post("/v1/preapprovals", json=question | {"facts": facts}).json()
    [subsidy] = [one for one in told["findings"] if one["measure"] == "interest_subsidy"]
    assert subsidy["result"] == "PASS"
    assert subsidy["amounts"]["subsidy_estimate_cny"] == "2293.15"
    assert told["loan"]["is_green_inclusive"] is True


def test_a_firm_of_which_nothing_is_known_is_answered_with_unknowns(client, question, codes_of_home):
    told = client.post("/v1/preapprovals", json=question | {"entity_id": codes_of_home[1]}).json()
    assert told["green"]["grade_used"] is None
    assert told["green"]["predicted_probability"] is None
    results = {finding["measure"]: finding["result"] for finding in told["findings"]}
    assert results.pop("platform_mandate") == "NOT_APPLICABLE"
    assert set(results.values()) == {"UNKNOWN"}
    assert len(told["data"]["gaps"]) == 5


def test_a_predicted_grade_is_named_one(client, question, codes_of_home):
    green = client.post("/v1/preapprovals", json=question | {"entity_id": codes_of_home[2]}).json()["green"]
    assert green["official_grade"] is None
    assert green["grade_source"] == "predicted"


@pytest.mark.parametrize(
    "write", [str.lower, lambda code: f"  {code[:6]} {code[6:]} ", lambda code: code.translate(FULL_WIDTH)]
)
def test_a_code_is_normalised(client, question, firm, write):
    assert normalise(write(firm)) == firm
    told = client.post("/v1/preapprovals", json=question | {"entity_id": write(firm)}).json()
    assert told["entity_id"] == firm


@pytest.mark.parametrize(
    "code", ["9133", "91330502MA29K0008X", "I1330502MA29K0008D", "\u0660" * 18, "<b>", "\ud800"]
)
def test_a_malformed_code_names_its_field(client, question, code):
    told = json.dumps(question | {"entity_id": code})
    answer = client.post("/v1/preapprovals", content=told, headers={"content-type": "application/json"})
    expect_problem(answer, 422, "entity_id")


def test_an_unknown_firm_is_not_found(client, question):
    expect_problem(client.post("/v1/preapprovals", json=question | {"entity_id": "91350100M000100Y43"}), 404)
    expect_problem(client.get("/v1/entities/91350100M000100Y43/profile"), 404)


@pytest.mark.parametrize(
    ("loan", "field"),
    [
        ({"amount_cny": "-1"}, "amount_cny"),
        ({"amount_cny": 0}, "amount_cny"),
        ({"amount_cny": 5000000.0}, "amount_cny"),
        ({"amount_cny": "1e308"}, "amount_cny"),
        ({"amount_cny": "1e-999999999"}, "amount_cny"),
        ({"amount_cny": "NaN"}, "amount_cny"),
        ({"amount_cny": "Infinity"}, "amount_cny"),
        ({"amount_cny": "100.001"}, "amount_cny"),
        ({"amount_cny": True}, "amount_cny"),
        ({"amount_cny": None}, "amount_cny"),
        ({"amount_cny": 10**4000}, "amount_cny"),
        ({"term_months": 0}, "term_months"),
        ({"term_months": 361}, "term_months"),
        ({"term_months": "12"}, "term_months"),
        ({"annual_rate": "1.01"}, "annual_rate"),
        ({"annual_rate": -0.01}, "annual_rate"),
        ({"annual_rate": "1e-400"}, "annual_rate"),
        ({"kind": "MORTGAGE"}, "kind"),
        ({"purpose": "x" * 201}, "purpose"),
        ({"purpose": "\x00"}, "purpose"),
        ({"rate": "0.1"}, "rate"),
    ],
)
def test_a_loan_that_cannot_be_names_its_field(client, question, loan, field):
    expect_problem(client.post("/v1/preapprovals", json=changed(question, **loan)), 422, f"loan.{field}")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"employees": -1}, "employees"),
        ({"credit_line_cny": "a lot"}, "credit_line_cny"),
        ({"credit_line_cny": "1e-999999999"}, "credit_line_cny"),
        ({"credit_line_cny": [1]}, "credit_line_cny"),
        ({"creditline": 1}, "creditline"),
        ({"loan_amount_cny": "1"}, "loan_amount_cny"),
        ({"green_grade": "DEEP"}, "green_grade"),
        ({"maturity_date": "2026-02-30"}, "maturity_date"),
        ({"maturity_date": "2020-01-01"}, "maturity_date"),
        ({"has_credit_line": "\ud800"}, "has_credit_line"),
    ],
)
def test_a_fact_that_cannot_be_names_its_field(client, question, facts, field):
    body = json.dumps(question | {"facts": facts})
    answer = client.post("/v1/preapprovals", content=body, headers={"content-type": "application/json"})
    expect_problem(answer, 422, field)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e308", "-1", "1e999"])
def test_numbers_beyond_json_are_refused(client, question, number):
    body = json.dumps(changed(question, annual_rate="RATE")).replace('"RATE"', number)
    answer = client.post("/v1/preapprovals", content=body, headers={"content-type": "application/json"})
    expect_problem(answer, 422, "loan.annual_rate")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"[" * 60_000, b'{"a":' * 9_000, b"", b"[]", b"1" * 5000]
)
def test_what_is_no_question_is_refused(client, body):
    answer = client.post("/v1/preapprovals", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    expect_problem(answer, answer.status_code)


def test_ten_megabytes_are_refused_whether_announced_or_not(client):
    expect_problem(client.post("/v1/preapprovals", content=b"x" * 10_000_000), 413)
    expect_problem(client.post("/v1/preapprovals", content=(b"x" * 1000 for _ in range(10_000))), 413)
    expect_problem(client.post("/", content=b"x" * 10_000_000), 413)


def test_an_unknown_path_or_method_is_a_problem_too(client):
    expect_problem(client.get("/v2"), 404)
    expect_problem(client.delete("/v1/preapprovals"), 405)


def test_eligibility_needs_no_firm(client):
    facts = {"entity_type": "ENTERPRISE", "size_class": "SMALL", "credit_line_cny": "500000"}
    told = client.post("/v1/eligibility", json={"as_of": "2026-11-20", "facts": facts}).json()
    results = {finding["measure"]: finding["result"] for finding in told["findings"]}
    assert results["vat_exemption"] == "PASS"
    assert told["is_decision"] is False
    assert told["policy_status"] == "DRAFT"
    assert told["audit_id"]


def test_eligibility_says_on_request_what_would_change_a_finding(client):
    facts = {"entity_type": "ENTERPRISE", "size_class": "SMALL", "credit_line_cny": "10000000.01"}
    facts |= {"loan_balance_cny": "8000000", "annual_rate": "0.042", "bank_inclusive_target_met": True}
    facts |= {"start_date": "2026-01-01", "maturity_date": "2027-01-01"}
    asked = {"as_of": "2026-11-20", "facts": facts}
    plain = client.post("/v1/eligibility", json=asked).json()
    assert not any("what_if" in finding for finding in plain["findings"])
    told = client.post("/v1/eligibility", json=asked | {"what_if": True}).json()
    changes = {finding["measure"]: finding.pop("what_if") for finding in told["findings"]}
    assert told["findings"] == plain["findings"]
    [change] = changes["vat_exemption"]
    assert (change["present"], change["result"], change["gain_cny"]) == ("FAIL", "PASS", "336000.00")
    assert [(move["fact"], move["to"]) for move in change["moves"]] == [("credit_line_cny", "10000000.00")]
    assert "征求意见稿" in change["text_zh"]


def test_eligibility_says_where_the_law_has_no_number(client):
    answer = client.post("/v1/eligibility", json={"as_of": "1999-01-01", "facts": {"industry": "C17"}})
    assert "1999-01-01" in expect_problem(answer, 422, "as_of")["detail"]


def test_eligibility_names_its_fields(client):
    expect_problem(client.post("/v1/eligibility", json={"facts": {}}), 422, "as_of")
    expect_problem(client.post("/v1/eligibility", json={"as_of": "2026-02-30", "facts": {}}), 422, "as_of")
    expect_problem(client.post("/v1/eligibility", json={"as_of": "2026-11-20", "facts": {"x": 1}}), 422, "x")


def test_a_profile_tells_facts_freshness_gaps_and_score(client, firm):
    told = client.get(f"/v1/entities/{firm.lower()}/profile").json()
    assert told["entity_id"] == firm
    assert told["subject"]["employees"] == 86
    assert told["subject"]["green_grade_source"] == "official"
    assert told["credit"]["score"] >= 300
    assert told["data"]["gaps"][0]["source"] == "electricity"
    assert told["is_decision"] is False


def test_alive_and_ready(client):
    assert client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["credit"] == "sme_credit/1"


def test_an_empty_home_is_alive_and_says_what_is_missing(empty, question):
    assert empty.get("/healthz").status_code == 200
    assert set(expect_problem(empty.get("/readyz"), 503)["missing"]) == {"champion", "snapshot"}
    expect_problem(empty.post("/v1/preapprovals", json=question), 503)
    expect_problem(empty.get(f"/v1/entities/{question['entity_id']}/profile"), 503)
    assert empty.post("/v1/eligibility", json={"as_of": "2026-11-20", "facts": {}}).status_code == 200


def test_a_record_that_cannot_be_kept_stops_every_answer(tmp_path, question, unprepared):
    (tmp_path / "service.db").write_text("this is no database, but long enough to be taken for one" * 99)
    with unprepared(Home(tmp_path)) as client:
        client.headers["Authorization"] = f"Bearer lvd_{'x' * 43}"
        assert "records" in expect_problem(client.get("/readyz"), 503)["missing"]
        expect_problem(client.post("/v1/preapprovals", json=question), 503)
        expect_problem(client.post("/v1/eligibility", json={"as_of": "2026-11-20", "facts": {}}), 503)


def test_research_ids_are_taken_as_they_are(research, question):
    told = research.post("/v1/preapprovals", json=question | {"entity_id": " e7 "}).json()
    assert told["entity_id"] == "e7"
    expect_problem(research.post("/v1/preapprovals", json=question | {"entity_id": "E7"}), 404)


def test_an_unexpected_error_tells_nothing(client, question, monkeypatch):
    def broken(*_args, **_more):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("serving.desk.desk.decided", broken)
    answer = client.post("/v1/preapprovals", json=question)
    expect_problem(answer, 500)
    assert "secret" not in answer.text


def test_the_log_holds_no_code(client, question, firm, caplog):
    caplog.set_level("INFO")
    client.post("/v1/preapprovals", json=question)
    client.get(f"/v1/entities/{firm}/profile")
    lines = [record.getMessage() for record in caplog.records if record.name == "lvdaitong.access"]
    assert any("/v1/entities/{entity_id}/profile 200" in line for line in lines)
    assert not any(firm in line for line in lines)


def test_the_interface_is_documented_without_outside_assets(client):
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/v1/preapprovals" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    paths = client.get("/openapi.json").json()["paths"]
    assert "/v1/entities/{entity_id}/profile" in paths
    assert "/" not in paths


def test_the_process_carries_neither_great_expectations_nor_plots(home):
    script = f"""
        import sys, warnings
        from pathlib import Path
        from features.home import Home
        from serving.api import create_app
        from serving.desk import Loaded
        from serving.settings import Settings
        app = create_app(Home(Path({str(home.root)!r})), Settings(is_demo=True))
        assert "mlflow" not in sys.modules, "mlflow before the registry was asked"
        loaded = Loaded.read(Home(Path({str(home.root)!r})))
        assert loaded.missing == {{}}, loaded.missing
        heavy = {{"great_expectations", "matplotlib", "pyspark", "ibis", "duckdb"}}
        assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
