"""The log: one JSON object a line, an id that may come from the asker, and nobody's name."""

import json
import logging
import logging.config
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from features.uscc import is_valid
from serving import problems
from serving.edge import Edge
from serving.operation.logs import JsonLines, configuration, request_id

FIRM = "91330502MA29K00168"


def asked(text):
    return request_id([(b"host", b"x"), (b"x-request-id", text.encode("latin-1", "ignore"))])


@pytest.mark.parametrize("sane", ["a", "bank-a:7f3e", "0b9a64f2-2f0e-4c0e-9d5e-0f1a2b3c4d5e", "a" * 64])
def test_a_sane_id_is_kept(sane):
    assert asked(sane) == sane


@pytest.mark.parametrize(
    "odd", ["", "two words", "-", "a" * 65, "a\r\nb", "é", "<b>", '"', "%0d", "../x", "a;b", "{}"]
)
def test_any_other_is_replaced(odd):
    assert re.fullmatch(r"[0-9a-f]{32}", asked(odd))


@pytest.mark.parametrize(
    "naming", [FIRM, FIRM.lower(), f"q-{FIRM}", f"x{FIRM}x", "330502199001011234", "p:13800138000"]
)
def test_an_id_that_names_a_firm_or_a_person_is_replaced(naming):
    assert is_valid(FIRM)
    assert asked(naming) != naming


@given(st.binary(max_size=80))
def test_whatever_is_sent_the_id_is_safe_to_write(value):
    assert re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", request_id([(b"x-request-id", value)]))


@pytest.fixture
def client():
    app = FastAPI()
    app.add_middleware(Edge)
    problems.install(app)

    @app.get("/firms/{entity_id}")
    def firm(entity_id: str, request: Request):
        request.state.caller = SimpleNamespace(role="OFFICER", account="zhang.san")
        logging.getLogger("lvdaitong.serving").warning("looked up")
        if entity_id == "bad":
            raise ValueError(f"unexpected {FIRM}")
        return {}

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def written(caplog):
    """Every line of the log as it would be written."""
    caplog.set_level("INFO")
    caplog.handler.setFormatter(JsonLines())
    return lambda: [json.loads(line) for line in caplog.text.splitlines()]


def test_a_request_is_one_line_with_its_template_and_role(client, written):
    answer = client.get(f"/firms/{FIRM}", headers={"X-Request-ID": "bank-7"})
    (line,) = [line for line in written() if line["logger"] == "lvdaitong.access"]
    told = {name: line[name] for name in ("request_id", "method", "route", "status", "role")}
    assert told == {
        "request_id": "bank-7",
        "method": "GET",
        "route": "/firms/{entity_id}",
        "status": 200,
        "role": "OFFICER",
    }
    assert 0 < line["ms"] < 10_000
    assert answer.headers["X-Request-ID"] == "bank-7"


def test_every_line_of_a_request_carries_its_id(client, written):
    answer = client.get("/firms/a")
    ids = {line["request_id"] for line in written() if line["logger"].startswith("lvdaitong")}
    assert ids == {answer.headers["X-Request-ID"]}


def test_an_unexpected_error_has_the_headers_too_and_no_words_in_the_log(client, written):
    answer = client.get("/firms/bad")
    assert answer.status_code == 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["type"].endswith("internal-error")
    assert [line["status"] for line in written() if line["logger"] == "lvdaitong.access"] == [500]


def test_nobody_is_named(client, written):
    client.get(f"/firms/{FIRM}?name={FIRM}", headers={"X-Request-ID": FIRM})
    client.get(f"/{FIRM}")
    ours = [line for line in written() if line["logger"].startswith("lvdaitong")]
    assert len(ours) == 3
    assert FIRM not in json.dumps(ours)
    assert "zhang" not in json.dumps(ours)


def _fail(value):
    raise ValueError(f"what stands in {value}")


def test_of_an_error_the_kind_and_the_places_are_told_not_the_words():
    with pytest.raises(ValueError, match=FIRM) as caught:
        _fail(FIRM)
    error = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("uvicorn.error", 40, __file__, 1, "Exception in ASGI application\n", (), error)
    line = json.loads(JsonLines().format(record))
    assert (line["error"], line["message"]) == ("builtins.ValueError", "Exception in ASGI application")
    assert line["places"][-1].endswith("_fail")
    assert FIRM not in json.dumps(line)


WRITES = """
import logging, logging.config
from serving.operation.logs import configuration
logging.config.dictConfig(configuration())
logging.getLogger("uvicorn.error").error("address in use")
logging.getLogger("uvicorn.access").info("GET /secret")
logging.getLogger("lvdaitong.watch").info("well")
logging.getLogger("elsewhere").warning("two\\nlines")
"""


def test_the_configuration_writes_everything_as_json_but_no_paths():
    done = subprocess.run([sys.executable, "-c", WRITES], capture_output=True, check=True, timeout=60)
    told = [json.loads(line)["message"] for line in done.stderr.decode().splitlines()]
    assert told == ["address in use", "well", "two lines"]
    assert configuration("DEBUG")["loggers"]["lvdaitong"]["level"] == "DEBUG"
