"""The service as processes: how it starts, stops, changes its models and loses a worker."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from models.credit import CreditModel
from models.registry import CREDIT, promote, register
from serving.snapshot import FEATURES_FILE, FIRMS_FILE

LVDAITONG = str(Path(sys.executable).with_name("lvdaitong"))
PATIENCE_SECONDS = 90
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("LVDAITONG")}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two versions of a tiny model, and a snapshot."""
    made, draw = Home(tmp_path_factory.mktemp("home")), np.random.default_rng(1)
    table = pd.DataFrame(draw.normal(size=(400, 2)), columns=["growth", "headcount"])
    for alias in ("champion", None):
        model = CreditModel(n_estimators=4).fit(table, (draw.random(400) < 0.3).astype(int))
        register(
            made, CREDIT, model, parameters={}, metrics={}, tags={}, documents={}, now=datetime.now(UTC),
            as_alias=alias,
        )  # fmt: skip
    folder = made.features(date(2026, 10, 31))
    folder.mkdir(parents=True)
    index = pd.Index([f"e{number}" for number in range(4)], name="entity_id")
    pd.DataFrame(0.5, index, table.columns).to_parquet(folder / FEATURES_FILE)
    pd.DataFrame({"industry": "C17"}, index).to_parquet(folder / FIRMS_FILE)
    return made


class Service:
    """A service in processes of its own."""

    def __init__(self, home, log, *words):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [LVDAITONG, "--home", str(home.root), "serve", "--port", str(self.port), "--demo", *words]
        self.log = log
        with log.open("wb") as said:
            self.process = subprocess.Popen(command, env=CLEAN, stderr=said)

    @property
    def said(self):
        """The lines that it wrote."""
        return self.log.read_text().splitlines()

    def get(self, path):
        """Status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def wait(self, met):
        """Until something is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if found := met():
                    return found
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise AssertionError(self.said[-20:])

    def ready(self):
        """What /readyz says, as soon as it is well."""

        def asked():
            status, _, body = self.get("/readyz")
            return json.loads(body) if status == 200 else None

        return self.wait(asked)

    def stop(self):
        """SIGTERM; the code that it ends with."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture
def serve(home, tmp_path):
    """Starts services; those that a test left are killed."""
    started = []

    def start(*words):
        started.append(Service(home, tmp_path / f"{len(started)}.log", *words))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_outside_the_demo_it_does_not_start_without_a_key(home):
    command = [LVDAITONG, "--home", str(home.root), "serve"]
    done = subprocess.run(command, env=CLEAN, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 8
    assert "LVDAITONG_AUDIT_KEY must be set" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_that_runs_when_it_is_stopped_is_answered_and_it_ends_with_0(serve):
    service = serve()
    service.ready()
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as half:
        half.sendall(b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 21\r\n\r\n{")
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.7)
        assert service.process.poll() is None, "it waits for the request"
        half.sendall(b'"inputs": []       }')
        assert half.recv(4096).startswith(b"HTTP/1.1 401"), "answered, though nobody logged in"
    assert service.process.wait(30) == 0
    lines = [json.loads(line) for line in service.said[1:]]
    assert [line["status"] for line in lines if line.get("route") == "/invocations"] == [401]


def test_a_promoted_model_answers_without_a_lost_request_and_mlflow_may_vanish(serve, home):
    service = serve()
    assert service.ready()["credit"] == "sme_credit/1"
    told, ended = [], threading.Event()

    def ask():
        while not ended.is_set():
            status, _, body = service.get("/readyz")
            told.append((status, json.loads(body)["credit"]))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    time.sleep(0.5)
    promote(home, CREDIT, "2", by="test", why="better", now=datetime.now(UTC))
    service.wait(lambda: told[-1][1] == "sme_credit/2")
    ended.set()
    for asker in askers:
        asker.join()
    assert {status for status, _ in told} == {200}
    assert {label for _, label in told} == {"sme_credit/1", "sme_credit/2"}
    kept = home.registry.rename(home.registry.with_suffix(".away"))
    amiss = service.wait(lambda: service.ready()["degraded"])
    kept.rename(home.registry)
    assert [one["what"] for one in amiss] == ["mlflow"]
    assert service.stop() == 0


def _total(service):
    _, _, text = service.get("/metrics")
    found = re.findall(r'requests_total\{method="GET",route="/healthz",status="200"\} (\S+)', text)
    return float(found[0]) if found else 0.0


def _workers(service):
    # they come from the one child that has imported what they need
    nurseries = [
        one
        for one in _below(service.process.pid)
        if b"forkserver" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]
    return [worker for nursery in nurseries for worker in _below(nursery)]


def _below(process):
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_two_workers_count_together_and_one_that_is_killed_comes_back(serve):
    service = serve("--workers", "2")
    service.ready()
    before = service.wait(lambda: len(_workers(service)) == 2 and _workers(service))
    asked = 40
    for _ in range(asked):
        assert service.get("/healthz")[0] == 200
    assert _total(service) == asked
    os.kill(before[0], signal.SIGKILL)
    service.wait(lambda: len(now := _workers(service)) == 2 and before[0] not in now)
    service.ready()
    assert _total(service) >= asked, "what the dead worker counted stays"
    assert service.stop() == 0


def test_every_line_that_it_writes_is_json_but_the_greeting(serve):
    service = serve()
    service.ready()
    _, headers, _ = service.get("/healthz")
    assert service.stop() == 0
    greeting, *lines = service.said
    assert greeting.startswith("page http://127.0.0.1")
    assert headers["x-request-id"] in {json.loads(line).get("request_id") for line in lines}


def test_connections_of_one_system_are_shared_out_among_the_workers(serve):
    service = serve("--workers", "2")
    service.ready()
    service.wait(lambda: len(_workers(service)) == 2)
    time.sleep(1)  # the second one may still be starting
    calls = [http.client.HTTPConnection("127.0.0.1", service.port, timeout=10) for _ in range(16)]
    for one in calls:
        one.connect()
    for one in calls:
        one.request("GET", "/healthz")
        assert one.getresponse().status == 200
    by_worker = [_connections(worker) for worker in _workers(service)]
    for one in calls:
        one.close()
    assert sum(by_worker) >= 16
    assert min(by_worker) >= 4, by_worker
    assert service.stop() == 0


def _connections(process):
    """Sockets of a process."""
    links = Path(f"/proc/{process}/fd").iterdir()
    return sum(str(one.readlink()).startswith("socket:") for one in links if one.is_symlink())


def test_workers_end_when_their_supervisor_is_killed(serve):
    service = serve("--workers", "2")
    service.ready()
    workers = service.wait(lambda: len(_workers(service)) == 2 and _workers(service))
    service.process.kill()
    service.process.wait()
    service.wait(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
    with socket.create_server(("127.0.0.1", service.port)):
        pass  # the port is free for the next service
