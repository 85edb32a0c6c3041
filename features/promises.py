"""What is promised of a batch as a whole: its size, its freshness, its share of refused rows.

Thresholds are data (`features/promises.yaml`), the past is in the receipts, the days are in the rows: no
clock is read. `features.expectations` judges.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Source
from features.errors import RecipeError
from features.lake import Receipt
from features.yaml_text import read_yaml

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of one source; their meaning stands in `features/promises.yaml`."""

    judged_from_rows: int
    stop_above_refused_share: float
    warn_above_refused_share: float
    usual_batches: int
    usual_from_rows: int
    warn_below_usual: float
    warn_above_usual: float
    stop_below_usual: float
    stop_after_batches: int
    warn_above_lag_factor: float
    warn_above_lag_days: float


@dataclass(frozen=True, slots=True)
class Promise:
    """One figure of a batch and its bounds, both included; a missing bound is none.

    Attributes:
        figure: Key of `figures_of`.
        stops: Whether a batch that breaks it is stopped; else it is a warning.
        said: What is said where it is broken; `{value}` is the figure.
    """

    figure: str
    said: str
    minimum: float | None = None
    maximum: float | None = None
    stops: bool = False


@dataclass(slots=True)
class Spans:
    """Which days the accepted rows of a batch are of, and how long they took to arrive."""

    newest_event: int | None = None
    newest_available: int | None = None
    lags: Counter[int] = field(default_factory=Counter)

    def add(self, event_date: Any, available_at: Any) -> None:
        """Count rows in: two date32 columns without gaps."""
        event, available = _days(event_date), _days(available_at)
        self.newest_event = _later(self.newest_event, event)
        self.newest_available = _later(self.newest_available, available)
        lag, rows = np.unique(available - event, return_counts=True)
        self.lags.update(dict(zip(lag.tolist(), rows.tolist(), strict=True)))

    @property
    def lag_days(self) -> float | None:
        """Median days from event to availability; the lower of the two in the middle."""
        middle, seen = (self.lags.total() + 1) // 2, 0
        for lag in sorted(self.lags):
            seen += self.lags[lag]
            if seen >= middle:
                return float(lag)
        return None

    def told_in(self, receipt: Receipt) -> Receipt:
        """The receipt with these days."""
        return replace(
            receipt,
            newest_event=_iso(self.newest_event),
            newest_available=_iso(self.newest_available),
            lag_days=self.lag_days,
        )


def _later(newest: int | None, days: Any) -> int:
    return int(days.max()) if newest is None else max(newest, int(days.max()))


def _days(column: Any) -> Any:
    return pc.cast(column, pa.int32()).to_numpy()


def _iso(days: int | None) -> str | None:
    return None if days is None else (EPOCH + timedelta(days=days)).isoformat()


@cache
def limits_of(source: str) -> Limits:
    """The thresholds of a source.

    Raises:
        RecipeError: `features/promises.yaml` has a word that means nothing.
    """
    raw = read_yaml((files("features") / "promises.yaml").read_text("utf-8"))
    words = raw["default"] | raw["sources"].get(source, {})
    known = {entry.name for entry in fields(Limits)}
    if words.keys() != known:
        odd = sorted(words.keys() ^ known)
        raise RecipeError(f"features/promises.yaml: {', '.join(odd)} for {source}; expected {sorted(known)}")
    return Limits(**words)


def figures_of(receipt: Receipt, earlier: list[Receipt]) -> dict[str, float | None]:
    """The figures of a batch that promises are about; None where there is nothing to tell.

    Args:
        receipt: Of the batch.
        earlier: Receipts of the same table, oldest first; see `earlier_than`.
    """
    last = next((one.newest_event for one in reversed(earlier) if one.newest_event), None)
    newer = None
    if last and receipt.newest_event:
        newer = float((date.fromisoformat(receipt.newest_event) - date.fromisoformat(last)).days)
    return {
        "rows_read": float(receipt.rows_read),
        "refused_share": receipt.quarantined / receipt.rows_read if receipt.rows_read else None,
        "lag_days": receipt.lag_days,
        "days_newer": newer,
    }


def earlier_than(receipt: Receipt, known: list[Receipt]) -> list[Receipt]:
    """Of the batches known of a source, those of the same table that hold nothing later than this one."""
    return [
        one
        for one in known
        if one.table == receipt.table
        and one.batch != receipt.batch
        and (one.newest_available or "") <= (receipt.newest_available or "")
    ]


def promises_of(
    source: Source, receipt: Receipt, earlier: list[Receipt], limits: Limits | None = None
) -> list[Promise]:
    """What is promised of a batch, given its own size and the batches before it."""
    limits = limits or limits_of(source.name)
    return [
        *_of_refused(receipt, limits),
        *_of_size(earlier, limits),
        *_of_lag(source, limits),
        Promise(
            "days_newer",
            "nothing in it happened after the newest event of the batch before; was it delivered again?",
            minimum=1,
        ),
    ]


def _of_refused(receipt: Receipt, limits: Limits) -> Iterator[Promise]:
    if receipt.rows_read < limits.judged_from_rows:
        return
    stop, warn = limits.stop_above_refused_share, limits.warn_above_refused_share
    yield Promise(
        "refused_share",
        f"{{value:.0%}} of the rows were refused, more than {stop:.0%}",
        maximum=stop,
        stops=True,
    )
    yield Promise(
        "refused_share", f"{{value:.1%}} of the rows were refused, more than {warn:.0%}", maximum=warn
    )


def _of_size(earlier: list[Receipt], limits: Limits) -> Iterator[Promise]:
    sizes = [one.rows_read for one in earlier[-limits.usual_batches :]]
    if not sizes or (usual := median(sizes)) < limits.usual_from_rows:
        return
    rows = f"{{value:,.0f}} rows, usual are {usual:,.0f} (median of the last {len(sizes)})"
    if len(sizes) >= limits.stop_after_batches:
        least = usual * limits.stop_below_usual
        yield Promise("rows_read", f"{rows}: next to nothing", minimum=least, stops=True)
    yield Promise("rows_read", f"{rows}: few", minimum=usual * limits.warn_below_usual)
    yield Promise("rows_read", f"{rows}: many", maximum=usual * limits.warn_above_usual)


def _of_lag(source: Source, limits: Limits) -> Iterator[Promise]:
    usual = source.usual_lag_days
    yield Promise(
        "lag_days",
        f"half of the rows took {{value:.0f}} days or more to arrive, usual are {usual}",
        maximum=usual * limits.warn_above_lag_factor + limits.warn_above_lag_days,
    )
