"""The route `/metrics`: what was counted, and what is true of the moment."""

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException

from features.errors import LvdaitongError
from serving.operation.metrics import PREFIX, Metrics
from serving.snapshot import Snapshot

MEDIA_TYPE = "text/plain; version=1.0.0; charset=utf-8"

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Every number in Prometheus' text form; with a bearer token where `LVDAITONG_METRICS_TOKEN` is set."""
    state = request.app.state
    _expect_token(request, state.settings.metrics_token)
    counted: Metrics = state.metrics
    return Response(counted.text(Now(state, datetime.now(UTC))), media_type=MEDIA_TYPE)


class Now(Collector):
    """What is true of the moment: who answers, on which day's features, and whether records are kept.

    Args:
        state: Of the application: `desk`, `records`, `watch`.
        moment: The time.
    """

    def __init__(self, state: Any, moment: datetime) -> None:
        self._state, self._moment = state, moment

    def collect(self) -> Iterator[Metric]:
        """The families, read anew."""
        loaded = self._state.desk.loaded
        model = GaugeMetricFamily(
            f"{PREFIX}_model_info", "The models that answer.", labels=["kind", "version"]
        )
        for kind, version in _versions(loaded.scorer):
            model.add_metric([kind, version], 1)
        yield model
        if loaded.snapshot is not None:
            yield from self._of_snapshot(loaded.snapshot)
        yield from self._of_records(getattr(self._state, "records", None))
        yield self._of_watch(getattr(self._state, "watch", None))

    def _of_snapshot(self, snapshot: Snapshot) -> Iterator[Metric]:
        age = self._moment - datetime.combine(snapshot.as_of, time(), UTC)
        yield _one("snapshot_age_seconds", "Since the day of the features began.", age.total_seconds())
        yield _one("snapshot_firms", "Firms of the snapshot.", len(snapshot.firms))

    @staticmethod
    def _of_records(records: Any) -> Iterator[Metric]:
        up = records is not None and records.is_up()
        yield _one("records_up", "Whether answers can be recorded.", int(up))
        if not up:
            return
        try:
            rows = records.audit.head().place
        except LvdaitongError:  # gone since it was asked
            return
        yield _one("audit_rows", "Rows of the audit log.", rows)

    @staticmethod
    def _of_watch(watch: Any) -> Metric:
        family = GaugeMetricFamily(
            f"{PREFIX}_degraded", "What is amiss though the service answers.", labels=["what"]
        )
        for one in watch.degraded() if watch else ():
            family.add_metric([one.what], 1)
        return family


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", about, value=value)


def _versions(scorer: Any) -> Iterator[tuple[str, str]]:
    if scorer is None:
        return
    yield "credit", scorer.credit_version.label
    if scorer.green_version is not None:
        yield "green", scorer.green_version.label


def _expect_token(request: Request, token: str | None) -> None:
    if not token:
        return
    shown = request.headers.get("authorization", "")
    if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        raise HTTPException(401, "a bearer token is expected", {"WWW-Authenticate": "Bearer"})
