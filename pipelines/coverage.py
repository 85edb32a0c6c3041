"""How much is known, and how fresh it is: what a person looks at before trusting features of a day."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from features.assemble import Assembled
from features.catalogue import source_named
from features.feature import AnyFeature
from features.rhythm import expected_newest, is_late, rhythm_of


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """What is known of one source on a day.

    Attributes:
        firms: Pairs of the spine that have any row of it.
        share: The same as a share of all pairs.
        newest: The newest event known of any firm; None where nothing is known.
        days_behind: Days from it to the as-of day.
        expected: End of the newest period of which rows should be known by its rhythm and calendar; None for
            events.
        expected_days: Days from the first day of that period to the as-of day: so far behind is in order.
        late: Whether it is further behind than that; None where nothing can be said.
    """

    source: str
    zh: str
    firms: int
    share: float
    newest: str | None
    days_behind: int | None
    expected: str | None
    expected_days: int | None
    late: bool | None


def coverage_of(known: Assembled, features: tuple[AnyFeature, ...]) -> dict[str, Any]:
    """Coverage and freshness of every source read, and the share of pairs with a value of every feature.

    Returns:
        `pairs`, `as_of` (the last day of the spine), `sources` and `features`, ready for JSON.
    """
    day = pd.to_datetime(known.values.index.get_level_values("as_of")).max()
    sources = [_source(name, known.newest[name], day) for name in known.newest]
    shares = known.values.notna().mean()
    return {
        "as_of": f"{day:%Y-%m-%d}" if pd.notna(day) else None,
        "pairs": len(known.values),
        "sources": [asdict(one) for one in sources],
        "features": [
            {
                "feature": one.name,
                "zh": one.zh,
                "source": one.source,
                "share": round(float(shares[one.name]), 4),
            }
            for one in features
        ],
    }


def _source(name: str, newest: pd.Series, day: pd.Timestamp) -> SourceCoverage:
    last, firms = newest.max(), int(newest.notna().sum())
    behind = int((day - last).days) if pd.notna(last) else None
    expected = expected_newest(name, day.date()) if pd.notna(day) else None
    return SourceCoverage(
        source=name,
        zh=source_named(name).zh,
        firms=firms,
        share=round(firms / len(newest), 4) if len(newest) else 0.0,
        newest=f"{last:%Y-%m-%d}" if pd.notna(last) else None,
        days_behind=behind,
        expected=f"{expected:%Y-%m-%d}" if expected else None,
        expected_days=(day.date() - rhythm_of(name).period_begin(expected)).days if expected else None,
        late=is_late(name, last.date(), day.date()) if behind is not None else None,
    )


def rows_to_show(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The sources as rows for a person, those that are late or unknown first."""
    rank = {True: 0, None: 1, False: 2}
    shown = sorted(
        told["sources"], key=lambda one: (rank[one["late"]] if one["newest"] else -1, one["source"])
    )
    return [
        {
            "source": one["source"],
            "名称": one["zh"],
            "firms": one["firms"],
            "share": f"{one['share']:.0%}",
            "newest event": one["newest"] or "none known",
            "days behind": "" if one["days_behind"] is None else str(one["days_behind"]),
            "expected": "any" if one["expected_days"] is None else f"≤ {one['expected_days']}",
            "": "LATE" if one["late"] else "",
        }
        for one in shown
    ]
