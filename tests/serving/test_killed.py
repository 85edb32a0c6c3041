"""The service as processes of its own, killed under load: what was answered stands in a log that is whole."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from features.home import Home
from serving.records.records import Records
from serving.records.verify import verify
from serving.settings import Settings

ASKERS = 4
ENOUGH = 25
"""Answers before the kill; then as many again."""


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request, tmp_path, home, let_in, codes_of_home):
    """How the service is started over a copy of the home; the address of its records; a token."""
    own = Home(tmp_path / "home")
    shutil.copytree(home.root, own.root, ignore=shutil.ignore_patterns("service.db*"))
    address = f"sqlite:///{own.service}"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
    settings = Settings(is_demo=True, database_url=address, requests_per_minute=0)
    token = let_in(own, codes_of_home, settings)["officer"]
    started = []

    def start(workers=1):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = ["--home", str(own.root), "serve", "--demo", "--port", str(port), "--workers", str(workers)]
        log = (tmp_path / "log").open("ab")
        told = {"LVDAITONG_DATABASE_URL": address, "LVDAITONG_REQUESTS_PER_MINUTE": "0"}
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines", *words],
            stderr=log,
            env=os.environ | told,
            start_new_session=True,
        )
        started.append((process, log))
        _wait_until(
            lambda: _status(port, "/readyz") == 200, f"not ready: {(tmp_path / 'log').read_text()[-2000:]}"
        )
        return process, port

    yield start, address, token
    for process, log in started:
        _kill_all(process)
        log.close()


def _kill_all(process):
    """Kill -9 of a service with all its workers."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _workers(process):
    """They come from the one child that has imported what they need."""
    nurseries = [one for one in _below(process.pid) if b"forkserver" in _command(one)]
    return [worker for nursery in nurseries for worker in _below(nursery)]


def _below(process):
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _command(process):
    return Path(f"/proc/{process}/cmdline").read_bytes()


def _wait_until(is_so, otherwise, seconds=90):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def _status(port, path):
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status
    except OSError:
        return 0


class Load:
    """Askers that ask until they are told to stop, and note every answer that reached them."""

    def __init__(self, port, token, question):
        self.answered, self.broken, self._ended = [], 0, threading.Event()
        self._port, self._body = port, json.dumps(question)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._threads = [threading.Thread(target=self._ask) for _ in range(ASKERS)]
        for one in self._threads:
            one.start()

    def _ask(self):
        while not self._ended.is_set():
            try:
                with closing(HTTPConnection("127.0.0.1", self._port, timeout=20)) as connection:
                    connection.request("POST", "/v1/preapprovals", self._body, self._headers)
                    answer = connection.getresponse()
                    told = json.loads(answer.read())
                    assert answer.status == 200, told
                    self.answered.append(told["audit_id"])
            except (OSError, HTTPException, ValueError):  # cut off by the kill
                self.broken += 1
                time.sleep(0.05)

    def end(self):
        """Ask no more."""
        self._ended.set()
        for one in self._threads:
            one.join()


def _expect_whole(address, answered):
    records = Records.open(address, "")
    report = verify(records.engine, "")
    assert report.is_whole, report.problems[:5]
    assert len(answered) == len(set(answered))
    missing = [name for name in answered if records.answers.find(name) is None]
    records.close()
    assert not missing, missing[:5]


def test_a_killed_worker_is_replaced_and_no_answer_is_without_its_row(running, question):
    start, address, token = running
    process, port = start(workers=2)
    load = Load(port, token, question)
    _wait_until(lambda: len(load.answered) >= ENOUGH, "too few answers")
    workers = _workers(process)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    before = len(load.answered)
    _wait_until(lambda: len(load.answered) >= before + ENOUGH, "no answers after the kill")
    load.end()
    _expect_whole(address, load.answered)


def test_a_killed_service_leaves_a_whole_log_and_goes_on_where_it_was(running, question):
    start, address, token = running
    process, port = start()
    load = Load(port, token, question)
    _wait_until(lambda: len(load.answered) >= ENOUGH, "too few answers")
    _kill_all(process)
    load.end()
    _expect_whole(address, load.answered)
    _, port = start()
    again = Load(port, token, question)
    _wait_until(lambda: len(again.answered) >= ENOUGH, "no answers after the restart")
    again.end()
    _expect_whole(address, load.answered + again.answered)
