"""What `deploy/compose.yaml` composes, started by hand: PostgreSQL, the service with two workers, MLflow."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pytest
import yaml

from features.home import Home
from models.credit import CreditModel
from models.registry import CREDIT, register
from serving.snapshot import FEATURES_FILE, FIRMS_FILE

COMPOSE = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 120
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("LVDAITONG")}


def free_port():
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Postgres:
    """Debian's PostgreSQL in a folder of its own."""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self.run("initdb", "-U", "lvdaitong", "-E", "UTF8", "--no-locale", "--auth=trust", "-N")
        self.url = f"postgresql+psycopg://lvdaitong@127.0.0.1:{self.port}/postgres"

    def run(self, name, *words):
        """One of its programs."""
        command = [str(self.programs / name), "-D", str(self.folder / "data"), *words]
        subprocess.run(command, check=True, cwd=self.folder, user=self.user, capture_output=True, timeout=60)

    def start(self):
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self.run("pg_ctl", "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self):
        """Stop it at once."""
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")

    def tables(self):
        """Names of the tables in it."""
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=lvdaitong dbname=postgres") as it:
            return {
                name for (name,) in it.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            }


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL that runs; without one the test is skipped, under CI it fails."""
    found = shutil.which("initdb") or max(
        map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None
    )
    if found is None:
        message = "no PostgreSQL here; `make services` brings it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="lvdaitong-deploy-"))  # it runs as another user
    made = Postgres(Path(found).resolve().parent, folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A tiny model and four firms."""
    made, draw = Home(tmp_path_factory.mktemp("home")), np.random.default_rng(1)
    table = pd.DataFrame(draw.normal(size=(400, 2)), columns=["growth", "headcount"])
    model = CreditModel(n_estimators=4).fit(table, (draw.random(400) < 0.3).astype(int))
    register(made, CREDIT, model, parameters={}, metrics={}, tags={}, documents={}, now=datetime.now(UTC))
    folder = made.features(date(2026, 10, 31))
    folder.mkdir(parents=True)
    index = pd.Index([f"e{number}" for number in range(4)], name="entity_id")
    pd.DataFrame(0.5, index, table.columns).to_parquet(folder / FEATURES_FILE)
    pd.DataFrame({"industry": "C17"}, index).to_parquet(folder / FIRMS_FILE)
    return made


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts a process; what still runs at the end is killed with all below it."""
    folder, started = tmp_path_factory.mktemp("logs"), []

    def starting(command, environment):
        with (folder / f"{len(started)}.log").open("wb") as said:
            process = subprocess.Popen(
                [str(word) for word in command], env=CLEAN | environment, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process

    yield starting
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def get(port, path, token=None):
    """Status and body; status 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def wait(port, path, status, process):
    """Until an address answers with a status; its body."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found, body = get(port, path)
        if found == status:
            return body
        time.sleep(0.1)
    raise AssertionError(f"{path} does not answer {status}, last {found}: {body}")


def test_the_service_and_postgresql_as_composed(postgres, home, start):
    port, secrets = free_port(), {"LVDAITONG_AUDIT_KEY": "k" * 64, "LVDAITONG_METRICS_TOKEN": "t" * 32}
    told = secrets | {"LVDAITONG_HOME": str(home.root), "LVDAITONG_DATABASE_URL": postgres.url}
    composed = yaml.safe_load(COMPOSE.read_text())["services"]["service"]["environment"]
    assert set(composed) | {"LVDAITONG_HOME"} == set(told)
    command = [BIN / "lvdaitong", "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    service = start(command, told)

    assert json.loads(wait(port, "/readyz", 200, service))["credit"] == "sme_credit/1"
    assert {"audit", "answers", "accounts", "consents"} <= postgres.tables()
    assert not home.service.exists(), "nothing is kept beside PostgreSQL"
    assert get(port, "/metrics")[0] == 401
    status, text = get(port, "/metrics", "t" * 32)
    assert status == 200
    assert "lvdaitong_records_up 1.0" in text

    postgres.stop()
    began = time.monotonic()
    assert "records" in json.loads(wait(port, "/readyz", 503, service))["missing"]
    assert time.monotonic() - began < 10
    assert get(port, "/healthz")[0] == 200
    postgres.start()
    wait(port, "/readyz", 200, service)

    service.send_signal(signal.SIGTERM)
    assert service.wait(60) == 0


def test_mlflow_shows_what_was_registered(home, start):
    port = free_port()
    composed = yaml.safe_load(COMPOSE.read_text())["services"]["mlflow"]
    words = [
        word.replace("/var/lib/lvdaitong", str(home.root)).replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        .replace("port=5000", f"port={port}").replace(":5000", f":{port}")
        for word in composed["command"]
    ]  # fmt: skip
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    server = start([BIN / composed["entrypoint"][0], *words], quiet)
    wait(port, "/health", 200, server)
    status, body = get(port, f"/api/2.0/mlflow/registered-models/get?name={CREDIT}")
    assert status == 200
    assert json.loads(body)["registered_model"]["name"] == CREDIT
