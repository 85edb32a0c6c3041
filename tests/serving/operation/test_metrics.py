"""Metrics: what is counted, how cheaply, by one process and by several; and the route that shows them."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from time import perf_counter
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from serving import problems
from serving.edge import Edge
from serving.operation import exposition
from serving.operation.exposition import Now
from serving.operation.metrics import FOLDER_VARIABLE, Metrics, begin_folder, forget_dead, lines
from serving.operation.watch import Degraded
from serving.settings import Settings

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SCRAPER = "a-scraper's-own"
FIRM = "91330502MA29K00168"


def state(**more):
    version = SimpleNamespace(label="sme_credit/3")
    loaded = SimpleNamespace(
        scorer=SimpleNamespace(credit_version=version, green_version=None),
        snapshot=SimpleNamespace(as_of=date(2026, 10, 31), firms=[1, 2, 3]),
    )
    records = SimpleNamespace(
        is_up=lambda: True, audit=SimpleNamespace(head=lambda: SimpleNamespace(place=12, seal="s"))
    )
    watch = SimpleNamespace(degraded=lambda: [Degraded("mlflow", "gone", NOON)])
    return SimpleNamespace(
        **{"desk": SimpleNamespace(loaded=loaded), "records": records, "watch": watch} | more
    )


def test_requests_are_counted_by_method_route_and_status():
    metrics = Metrics()
    for status in (200, 200, 503):
        metrics.began()
        metrics.ended("POST", "/v1/preapprovals", status, 0.004)
    told = dict(lines(metrics.text()))
    assert told['lvdaitong_requests_total{method="POST",route="/v1/preapprovals",status="200"}'] == 2
    assert told['lvdaitong_request_seconds_bucket{le="0.005",route="/v1/preapprovals"}'] == 3
    assert told["lvdaitong_requests_in_flight"] == 0


def test_unheard_of_methods_make_no_new_series():
    metrics = Metrics()
    for number in range(50):
        metrics.ended(f"EVIL{number}", "-", 405, 0.001)
    assert sum("_requests_total{" in name for name, _ in lines(metrics.text())) == 1


def test_counting_a_request_costs_less_than_thirty_microseconds():
    metrics, best = Metrics(), 1.0
    for _ in range(20):
        began = perf_counter()
        for _ in range(200):
            metrics.began()
            metrics.ended("POST", "/v1/preapprovals", 200, 0.004)
        best = min(best, (perf_counter() - began) / 200)
    assert best < 30e-6


def test_the_moment_is_read_anew():
    metrics = Metrics()
    metrics.answered("preapproval", "A")
    metrics.swapped(adopted=False)
    metrics.scored(7)
    told = dict(lines(metrics.text(Now(state(), NOON))))
    assert told['lvdaitong_answers_total{band="A",kind="preapproval"}'] == 1
    assert told['lvdaitong_swaps_total{result="refused"}'] == 1
    assert told["lvdaitong_invocations_rows_total"] == 7
    assert told['lvdaitong_model_info{kind="credit",version="sme_credit/3"}'] == 1
    assert told["lvdaitong_snapshot_age_seconds"] == 36 * 3600
    assert (told["lvdaitong_records_up"], told["lvdaitong_audit_rows"]) == (1, 12)
    assert told['lvdaitong_degraded{what="mlflow"}'] == 1


def test_records_that_are_down_are_told():
    records = SimpleNamespace(is_up=lambda: False)
    told = dict(lines(Metrics().text(Now(state(records=records, watch=None), NOON))))
    assert told["lvdaitong_records_up"] == 0
    assert "lvdaitong_audit_rows" not in told


def _client(**settings):
    app = FastAPI()
    app.add_middleware(Edge)
    problems.install(app)
    app.include_router(exposition.router)

    @app.get("/v1/entities/{entity_id}/profile")
    def profile(entity_id: str):
        return {"known": len(entity_id)}

    for name, value in vars(state()).items():
        setattr(app.state, name, value)
    app.state.metrics, app.state.settings = Metrics(), Settings(is_demo=True, **settings)
    return TestClient(app)


def test_the_route_shows_templates_and_no_firm():
    client = _client()
    client.get(f"/v1/entities/{FIRM}/profile")
    client.get(f"/{FIRM}")
    text = client.get("/metrics").text
    assert 'route="/v1/entities/{entity_id}/profile",status="200"} 1.0' in text
    assert 'route="-",status="404"} 1.0' in text
    assert FIRM not in text


def test_where_a_token_is_set_it_is_asked_for():
    client = _client(metrics_token=SCRAPER)
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer {SCRAPER}"}).status_code == 200


WORKER = """
import sys
from serving.operation.metrics import Metrics
metrics = Metrics()
for _ in range(int(sys.argv[1])):
    metrics.began()
    metrics.ended("GET", "/", 200, 0.002)
metrics.began()
sys.stdout.write(metrics.text().decode())
"""


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """Runs a worker process over a common folder."""
    folder = tmp_path / "metrics"
    begin_folder(folder)
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))

    def run(requests):
        done = subprocess.run(
            [sys.executable, "-c", WORKER, str(requests)], capture_output=True, check=True, timeout=60
        )
        return dict(lines(done.stdout))

    return run


def test_any_worker_answers_for_all_and_the_dead_have_nothing_in_hand(worker):
    worker(3)
    told = worker(4)
    assert told['lvdaitong_requests_total{method="GET",route="/",status="200"}'] == 7
    assert told["lvdaitong_requests_in_flight"] == 1, "its own; the first worker is gone"


def test_a_new_service_begins_at_nothing(worker, tmp_path):
    worker(3)
    begin_folder(tmp_path / "metrics")
    assert worker(1)['lvdaitong_requests_total{method="GET",route="/",status="200"}'] == 1


def test_a_living_worker_is_not_forgotten(tmp_path):
    living = tmp_path / f"gauge_livesum_{os.getpid()}.db"
    living.touch()
    (tmp_path / "gauge_livesum_999999999.db").touch()
    forget_dead(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [living.name]
