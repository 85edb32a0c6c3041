"""What is measured while the service runs, for Prometheus: numbers of requests, times, swaps; no firm.

One process keeps its numbers in memory. Several worker processes keep them in files of one folder
(prometheus_client's multiprocess mode, chosen by `PROMETHEUS_MULTIPROC_DIR` before the first import); then
whichever worker is asked answers for all.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "lvdaitong"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Bounds of the times told; 15 ms and 60 ms are promised."""

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
OTHER = "OTHER"
Key = tuple[str, str, int]


class Metrics:
    """The numbers of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._count = self._counter("requests", "Answers sent.", "method", "route", "status")
        self._took = Histogram(
            f"{PREFIX}_request_seconds",
            "From the whole request read to the answer sent.",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._running = Gauge(
            f"{PREFIX}_requests_in_flight",
            "Requests that are being answered.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        self._answers = self._counter("answers", "Recorded answers, by kind and band.", "kind", "band")
        self._scored = self._counter("invocations_rows", "Rows that the raw model was asked for.")
        self._swaps = self._counter("swaps", "New models or firms, adopted or refused.", "result")
        for result in ("adopted", "refused"):
            self._swaps.labels(result)
        self._by_key: dict[Key, Any] = {}
        self._by_route: dict[str, Any] = {}

    def began(self) -> None:
        """A request came in."""
        self._running.inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered.

        Args:
            method: Of HTTP; unusual ones are counted together.
            route: The route's template, never a path: paths hold codes of firms.
            status: Of the answer.
            seconds: What it took.
        """
        self._running.dec()
        key = (method if method in METHODS else OTHER, route, status)
        counter = self._by_key.get(key)
        if counter is None:
            counter = self._by_key[key] = self._count.labels(key[0], route, str(status))
        counter.inc()
        took = self._by_route.get(route)
        if took is None:
            took = self._by_route[route] = self._took.labels(route)
        took.observe(seconds)

    def answered(self, kind: str, band: str = "") -> None:
        """An answer was recorded; `band` where it is about a firm."""
        self._answers.labels(kind, band).inc()

    def scored(self, rows: int) -> None:
        """The raw model was asked for so many rows."""
        self._scored.inc(rows)

    def swapped(self, *, adopted: bool) -> None:
        """New models or firms were taken over, or refused."""
        self._swaps.labels("adopted" if adopted else "refused").inc()

    def text(self, now: Collector | None = None) -> bytes:
        """All of it in Prometheus' text form, of all worker processes.

        Args:
            now: What is true of the moment; see `serving.operation.exposition.Now`.
        """
        told = generate_latest(self._all())
        if now is None:
            return told
        moment = CollectorRegistry()
        moment.register(now)
        return told + generate_latest(moment)

    def _all(self) -> CollectorRegistry:
        folder = os.environ.get(FOLDER_VARIABLE)
        if not folder:
            return self._registry
        forget_dead(Path(folder))
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, path=folder)  # type: ignore[no-untyped-call]
        return everyone

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", about, labels, registry=self._registry)


def begin_folder(folder: Path) -> None:
    """Make the folder of several workers' numbers, empty: those of an earlier service are not this one's."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)


def forget_dead(folder: Path) -> None:
    """Let go of what dead workers had in hand; what they counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        worker = file.stem.rpartition("_")[2]
        if worker.isdecimal() and not _is_alive(int(worker)):
            with suppress(FileNotFoundError):
                file.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lines(text: bytes) -> Iterator[tuple[str, float]]:
    """Name with labels, and value, of each line of the text form; for checks and benchmarks."""
    for line in text.decode().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            yield name, float(value)
