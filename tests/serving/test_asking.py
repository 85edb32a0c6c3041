"""Asking: repeated, in bulk, page by page, in two languages, all at once; and what the log keeps of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from serving.desk.replay import replay


@pytest.fixture
def client(either):
    """Every test of this file runs on SQLite and on PostgreSQL."""
    return either


def keyed(client, question, key, name="officer"):
    """A question under an idempotency key."""
    headers = client.of(name) | {"Idempotency-Key": key}
    return client.post("/v1/preapprovals", json=question, headers=headers)


def test_the_same_question_under_the_same_key_has_the_same_answer(client, question):
    first, again = keyed(client, question, "key-1"), keyed(client, question, "key-1")
    assert first.status_code == 200
    assert again.content == first.content


def test_another_question_under_the_same_key_is_refused(client, question):
    keyed(client, question, "key-2")
    other = keyed(client, question | {"facts": {"has_credit_line": False}}, "key-2")
    assert other.status_code == 422
    assert other.json()["field"] == "Idempotency-Key"


def test_two_accounts_may_use_the_same_key(client, question):
    one, two = keyed(client, question, "key-3"), keyed(client, question, "key-3", "reviewer")
    assert one.json()["audit_id"] != two.json()["audit_id"]


def test_one_key_at_the_same_moment_is_one_answer(client, question):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: keyed(client, question, "key-4"), range(8)))
    assert {answer.status_code for answer in told} == {200}
    assert len({answer.content for answer in told}) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 121, "键"])
def test_a_key_that_is_none_is_refused(client, question, key):
    headers = {"Idempotency-Key": key.encode()}
    assert client.post("/v1/preapprovals", json=question, headers=headers).status_code == 422


def test_many_questions_are_answered_each_on_its_own(client, question, codes_of_home):
    bad = question | {"entity_id": "91350100M000100Y43"}
    asked = [question | {"entity_id": codes_of_home[3]}, bad, question]
    told = client.post("/v1/preapprovals/batch", json={"questions": asked})
    assert told.status_code == 200, told.text
    items = told.json()["items"]
    assert [(item["place"], item["status"]) for item in items] == [(0, 200), (1, 404), (2, 200)]
    assert items[1]["problem"]["type"].endswith("not-known") or items[1]["status"] == 404
    one = items[2]["answer"]
    again = client.get(f"/v1/preapprovals/{one['audit_id']}")
    assert again.json() == one


def test_a_batch_of_a_thousand_is_taken_and_one_more_is_refused(client, question):
    asked = [question] * 1000
    told = client.post("/v1/preapprovals/batch", json={"questions": asked}).json()["items"]
    assert len({item["answer"]["audit_id"] for item in told}) == 1000
    more = client.post("/v1/preapprovals/batch", json={"questions": [*asked, question]})
    assert more.status_code == 422
    assert more.json()["field"] == "questions"


def test_a_batch_under_a_key_is_answered_once(client, question):
    headers = client.of("officer") | {"Idempotency-Key": "batch-1"}
    asked = {"questions": [question, question]}
    first = client.post("/v1/preapprovals/batch", json=asked, headers=headers)
    assert client.post("/v1/preapprovals/batch", json=asked, headers=headers).content == first.content


def test_history_comes_page_by_page_newest_first(client, question, codes_of_home):
    mine = question | {"entity_id": codes_of_home[31]}
    made = [client.post("/v1/preapprovals", json=mine).json()["audit_id"] for _ in range(5)]
    seen, following = [], None
    for _ in range(3):
        asked = {"entity_id": codes_of_home[31], "limit": 2} | ({"before": following} if following else {})
        page = client.get("/v1/preapprovals", params=asked).json()
        seen += [item["audit_id"] for item in page["items"]]
        following = page["next"]
    assert seen == made[::-1]
    assert following is None
    assert client.get("/v1/preapprovals?before=x").json()["field"] == "before"
    assert client.get("/v1/preapprovals?limit=0").json()["field"] == "limit"


def test_problems_speak_the_language_asked_for(client, question):
    wrong = question | {"entity_id": "1"}
    zh = client.post("/v1/preapprovals", json=wrong, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    en = client.post("/v1/preapprovals", json=wrong, headers={"Accept-Language": "en"})
    assert (zh.headers["content-language"], zh.json()["title"]) == ("zh", "提问有误")
    assert (en.headers["content-language"], en.json()["title"]) == ("en", "Invalid question")


def test_every_answer_says_what_it_rests_on_and_what_would_change(client, question):
    told = client.post("/v1/preapprovals", json=question).json()
    assert told["purpose"] == "PRE_LOAN"
    assert told["basis"]["kind"] == "CONSENT"
    open_ones = [one for one in told["findings"] if one["result"] in {"FAIL", "UNKNOWN"}]
    assert open_ones
    assert all("what_if" in one for one in told["findings"])
    assert any(one["what_if"] for one in open_ones)


def test_what_was_answered_can_be_worked_out_again_to_the_byte(client, home, question):
    told = client.post("/v1/preapprovals", json=question | {"facts": {"has_credit_line": False}})
    record = client.app.state.records.answers.find(told.json()["audit_id"])
    assert record.answer == told.text
    again = replay(home, record)
    assert again.differs == ()
    assert again.answer == told.text


def test_an_answer_that_was_changed_is_named_part_by_part(client, home, question):
    told = client.post("/v1/preapprovals", json=question).json()
    record = client.app.state.records.answers.find(told["audit_id"])
    forged = told | {"credit": told["credit"] | {"score": told["credit"]["score"] + 1}}
    again = replay(home, replace(record, answer=json.dumps(forged, ensure_ascii=False)))
    assert again.differs == ("credit.score",)


def test_five_hundred_at_once_are_all_answered_recorded_and_chained(client, question):
    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(lambda _: client.post("/v1/preapprovals", json=question), range(500)))
    assert {answer.status_code for answer in told} == {200}
    names = {answer.json()["audit_id"] for answer in told}
    assert len(names) == 500
    rows, before = set(), None
    while len(rows & names) < 500:
        page = client.app.state.records.audit.page(kind="preapproval", before=before, limit=200)
        rows |= {row.audit_id for row in page}
        before = page[-1].place
    report = client.get("/v1/audit/verification", headers=client.of("auditor")).json()
    assert report["is_whole"], report


def test_the_log_keeps_who_why_and_which_versions_and_no_value(client, question, firm):
    audit_id = client.post("/v1/preapprovals", json=question).json()["audit_id"]
    rows = client.get("/v1/audit?limit=200", headers=client.of("auditor")).json()["items"]
    [row] = [row for row in rows if row["audit_id"] == audit_id]
    assert (row["actor"], row["bank"], row["subject"], row["purpose"]) == (
        "officer",
        "BANK-A",
        firm,
        "PRE_LOAN",
    )
    assert row["basis"].startswith("CONSENT ")
    assert set(row["detail"]) == {"as_of", "credit", "green", "policy", "band", "reasons"}
    assert "51428571.43" not in json.dumps(row)


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE audit; --", "1 OR 1=1", "{{7*7}}", "${7*7}", "<script>alert(1)</script>",
        "%0d%0aSet-Cookie: a=b", "../../etc/passwd", "\u202eabc", "＇ OR 1=1",
    ],
)  # fmt: skip
def test_what_looks_like_code_is_only_text(client, question, text):
    for answer in (
        client.post("/v1/preapprovals", json=question | {"entity_id": text}),
        client.get("/v1/entities", params={"q": text}),
        client.get("/v1/preapprovals", params={"before": text}),
        client.get("/v1/consents", params={"entity_id": text}),
        client.get("/v1/audit", params={"actor": text, "subject": text}, headers=client.of("auditor")),
    ):
        assert answer.status_code in {200, 404, 422}, answer.text
        assert "49" not in answer.json().get("detail", "")
        assert "set-cookie" not in answer.headers
    loan = question | {"loan": question["loan"] | {"purpose": text.replace("\u202e", "")}}
    told = client.post("/v1/preapprovals", json=loan)
    assert told.status_code == 200, told.text
    assert client.get("/v1/audit/verification", headers=client.of("auditor")).json()["is_whole"]
