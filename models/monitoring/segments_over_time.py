"""How a model does by bank, industry, size and district, as a whole and cohort by cohort."""

import numpy as np
import pandas as pd

from models import segments
from models.evidence import Rows
from models.monitoring.performance import (
    FEWEST_BADS,
    LEAST_KNOWN,
    Every,
    cohort_of,
    in_mature_cohorts,
    unseen,
)

COLUMNS = ("bank", "industry", "size", "district")

FIGURES = (
    "loans",
    "bads",
    "predicted",
    "observed",
    "observed_low",
    "observed_high",
    "auc",
    "auc_low",
    "auc_high",
    "ratio",
    "surprise",
)


def by_segment(
    loans: pd.DataFrame,
    as_of: pd.Timestamp,
    *,
    every: Every | None = None,
    columns: tuple[str, ...] = COLUMNS,
    least_known: float = LEAST_KNOWN,
) -> pd.DataFrame:
    """Discrimination and calibration of each part of the loans in mature cohorts.

    Words of few loans stand together under `models.segments.OTHERS`, and loans of which a word is not known
    under `UNKNOWN`; what is few is settled over all cohorts together, so that a part is the same from cohort
    to cohort.

    Args:
        loans: Scored loans; see `models.monitoring.performance`.
        as_of: Later applications do not count.
        every: A row a part and month or quarter; None for a row a part.
        columns: What to tell loans apart by; columns that are not there are passed over.
        least_known: Share of known outcomes from which a quarter's loans are mature.

    Returns:
        `column`, `word`, `cohort` (missing without `every`), `loans` with an outcome, `bads`, `predicted`,
        `observed` with its 95 % interval (Wilson), `auc` with its interval over company groups (missing with
        fewer than ten bads or goods), `ratio` (predicted over observed; missing with fewer than ten bads),
        and `surprise`: bads beyond expectation in standard deviations. No rows where no cohort is mature.
    """
    judged = in_mature_cohorts(unseen(loans, as_of), least_known=least_known)
    words = _words(judged, [name for name in columns if name in judged])
    cohorts = pd.Series("", index=judged.index) if every is None else cohort_of(judged, every)
    rows = [
        {"column": column, "word": one.word, "cohort": name or pd.NA} | _figures(one)
        for name, part in judged.groupby(cohorts)
        for column, parts in _parts(part, words.loc[part.index]).items()
        for one in parts
    ]
    found = pd.DataFrame(rows, columns=["column", "word", "cohort", *FIGURES])
    return found.sort_values(["column", "word", "cohort"], kind="stable", ignore_index=True)


def _words(judged: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The word of each loan in each column, small ones replaced by the one for all of them."""
    told = judged[columns].astype("object")
    for name in columns:
        counts = told[name].value_counts()
        alone = counts[counts >= segments.FEWEST_ROWS].index[: segments.MOST_PARTS]
        told[name] = told[name].where(told[name].isin(alone) | told[name].isna(), segments.OTHERS)
    return told


def _parts(part: pd.DataFrame, words: pd.DataFrame) -> dict[str, list[segments.Segment]]:
    rows = Rows(
        table=pd.DataFrame(index=part.index),
        bad=part["bad"].to_numpy(dtype=np.int64),
        groups=part["group"],
        segments=words,
    )
    risk = part["pd_"].to_numpy(dtype=np.float64)
    found = segments.by_segment(rows, risk, fewest_rows=1, most_parts=len(part))
    # the word for small ones is a word like any other here, and must not come twice
    return {column: list({one.word: one for one in ones}.values()) for column, ones in found.items()}


def _figures(one: segments.Segment) -> dict[str, object]:
    enough = min(one.bads, one.rows - one.bads) >= FEWEST_BADS
    area = one.auc if enough else None
    return {
        "loans": one.rows,
        "bads": one.bads,
        "predicted": one.predicted,
        "observed": one.observed.value,
        "observed_low": one.observed.low,
        "observed_high": one.observed.high,
        "auc": area.value if area else np.nan,
        "auc_low": area.low if area else np.nan,
        "auc_high": area.high if area else np.nan,
        "ratio": one.ratio if one.bads >= FEWEST_BADS else np.nan,
        "surprise": one.surprise,
    }
