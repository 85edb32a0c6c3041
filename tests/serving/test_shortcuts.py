"""The busiest routes past the framework: the same answers and the same refusals as through it."""

import json

import pytest

from serving.api import shortcuts

NAMELESS = ("audit_id", "asked_at", "instance")
JSON = {"Content-Type": "application/json"}


def told(answer):
    """What of an answer does not change from one to the next."""
    body = answer.json()
    content = {name: value for name, value in body.items() if name not in NAMELESS}
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    return answer.status_code, content, headers


CHANGING = {"x-request-id", "location", "content-length"}
ASKED = {
    "an answer": {},
    "idempotent": {"headers": {"Idempotency-Key": "k-1"}},
    "a key with a space": {"headers": {"Idempotency-Key": "k 1"}},
    "an unknown firm": {"entity_id": "91350100M000100Y43"},
    "no code": {"entity_id": "12"},
    "a fact that cannot be": {"facts": {"is_sannong": "perhaps"}},
    "no loan": {"loan": None},
    "another purpose": {"purpose": "POST_LOAN"},
    "in Chinese": {"entity_id": "12", "headers": {"Accept-Language": "zh"}},
    "nobody": {"headers": {"Authorization": "Bearer lvd_nobody"}},
    "an extra field": {"colour": "green"},
}


@pytest.fixture
def both_ways(client, monkeypatch):
    """Asks the same twice: by the short way, and by FastAPI's route."""

    def ask(path, **words):
        short = client.post(path, **words)
        with monkeypatch.context() as patched:
            patched.setattr(shortcuts.Shortcuts, "__call__", straight)
            return short, client.post(path, **words)

    async def straight(self, scope, receive, send):
        await self.app(scope, receive, send)

    return ask


@pytest.mark.parametrize("case", ASKED)
def test_a_question_is_answered_or_refused_alike(both_ways, question, case):
    words = dict(ASKED[case])
    headers = words.pop("headers", {})
    short, long = both_ways("/v1/preapprovals", json=question | words, headers=headers)
    assert told(short) == told(long)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b'"a"', b"[" * 20_000, b'{"entity_id": NaN}', b"\xff"]
)
def test_what_is_no_question_is_refused_alike(both_ways, body):
    short, long = both_ways("/v1/preapprovals", content=body, headers=JSON)
    assert told(short) == told(long)
    assert short.status_code in {400, 422}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"]
)
def test_the_kind_of_the_body_counts_alike(both_ways, question, kind):
    body = json.dumps(question).encode()
    short, long = both_ways("/v1/preapprovals", content=body, headers={"Content-Type": kind})
    assert told(short) == told(long)


def test_the_raw_model_answers_and_refuses_alike(both_ways):
    for body in (b'{"inputs": {"growth": [1]}}', b'{"nothing": 1}', b"{"):
        short, long = both_ways("/invocations", content=body, headers=JSON)
        assert told(short) == told(long)


def test_a_refused_question_stands_in_the_log_once(client, question):
    before = client.app.state.desk.kept.audit.head().place
    answer = client.post("/v1/preapprovals", json=question | {"purpose": "POST_LOAN"})
    assert answer.status_code == 403
    assert client.app.state.desk.kept.audit.head().place == before + 1


def test_the_log_and_the_metrics_name_the_route_of_a_short_way(client, question):
    client.post("/v1/preapprovals", json=question)
    assert b'route="/v1/preapprovals",status="200"' in client.app.state.metrics.text()
