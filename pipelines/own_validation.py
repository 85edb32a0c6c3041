"""How a model of a table of one's own is judged: on its newest rows, or by repeated cross-validation."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from features.errors import ModelError
from models.evidence import Evidence, Ints, Rows
from models.metrics import auc
from models.scored import ScoredClassifier
from pipelines.own_rejects import Rejected, fitted
from pipelines.own_table import OwnTable

Flags = NDArray[np.bool_]
Make = Callable[[], ScoredClassifier]
Learn = Callable[[Rows], ScoredClassifier]
Watch = Callable[[str], None]

TEST_SHARE = 0.225
"""Share of the newest rows that judge; the period that comes closest to it is taken whole."""

FOLDS = 5
MOST_REPEATS, ROWS_FITTED = 10, 60_000
"""Small tables are split anew ten times, because one split says little about them; large ones less often."""

SEED = 0


def evidence_of(
    own: OwnTable,
    make: Make,
    *,
    gap_months: int = 0,
    rejected: Rejected | None = None,
    watch: Watch = lambda _told: None,
) -> Evidence:
    """A model of the table, and what it says of rows whose outcome and firm it did not know.

    With a time, the newest fifth to quarter of the rows judges. A group with rows on both sides of that day
    is judged by a model that has not seen it; so no row is lost and none is judged by a model that knows its
    firm. Without a time, folds that keep groups whole and classes in proportion, dealt several times.

    Args:
        own: The table.
        make: A model that has not been fitted.
        gap_months: Rows of the last so many months before the judging ones are not learnt from, because
            their outcome was not known yet when those applied.
        rejected: Applicants without outcome that are to be put back when a model is fitted; none by default.
        watch: Told of every model that is fitted.

    Raises:
        ModelError: One side lacks goods or bads, or there are too few of them, or of groups, for folds.
    """

    def learn(rows: Rows) -> ScoredClassifier:
        return fitted(make(), rows, rejected)

    if own.time is not None:
        return _out_of_time(own, own.time, learn, gap_months, watch)
    if gap_months:
        raise ModelError("a gap of months needs --time; without it nobody knows which rows are the newest")
    return _repeated(own, learn, watch)


def _out_of_time(own: OwnTable, time: pd.Series, learn: Learn, gap_months: int, watch: Watch) -> Evidence:
    first = _first_judged(time)
    judged = (time >= first).to_numpy()
    learnt = (time + pd.DateOffset(months=gap_months) < first).to_numpy()
    for rows, side in ((learnt, f"before {first:%Y-%m-%d}"), (judged, f"from {first:%Y-%m-%d} on")):
        _refuse_one_class(own.bad[rows], side)
    predicted = np.full(len(own.bad), np.nan)
    model = learn(_rows(own, learnt))
    for without, among in _apart(own, learnt, judged):
        asked = model if without is learnt else learn(_rows(own, without))
        predicted[among] = asked.predict_proba(own.table[among])[:, 1]
        watch(f"{among.sum():,} rows judged by a model of {without.sum():,} rows without their firms")
    return Evidence(
        model=model,
        train=_rows(own, learnt),
        held_out=_rows(own, judged),
        pd_=predicted[judged],
        kind="out_of_time",
        refit=lambda: learn(_rows(own, learnt)),
    )


def _first_judged(time: pd.Series) -> pd.Timestamp:
    """The day from which on the rows come closest to the share that judges."""
    days = np.sort(time.unique())[1:]
    shares = np.array([(time >= day).mean() for day in days])
    return pd.Timestamp(days[np.abs(shares - TEST_SHARE).argmin()])


def _apart(own: OwnTable, learnt: Flags, judged: Flags) -> Iterator[tuple[Flags, Flags]]:
    """Rows to learn from, and the judging rows of groups that these do not hold."""
    if (
        own.groups is None
        or not (straddling := judged & own.groups.isin(own.groups[learnt]).to_numpy()).any()
    ):
        yield learnt, judged
        return
    if (judged & ~straddling).any():
        yield learnt, judged & ~straddling
    names = own.groups[straddling].unique()
    fold = np.random.default_rng(SEED).permutation(len(names)) % min(FOLDS, len(names))
    for place in range(fold.max() + 1):
        inside = own.groups.isin(names[fold == place]).to_numpy()
        without = learnt & ~inside
        _refuse_one_class(own.bad[without], "before, without a fifth of the groups that apply again,")
        yield without, judged & inside


def _repeated(own: OwnTable, learn: Learn, watch: Watch) -> Evidence:
    repeats = int(np.clip(ROWS_FITTED // len(own.bad), 2, MOST_REPEATS))
    groups = np.arange(len(own.bad)) if own.groups is None else pd.factorize(own.groups)[0]
    folds = _folds(own.bad, groups)
    predicted, aucs = np.zeros(len(own.bad)), []
    for repeat in range(repeats):
        dealt = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED + repeat)
        for known, check in dealt.split(own.table, own.bad, groups):
            model = learn(_rows(own, _flags(known, len(own.bad))))
            found = model.predict_proba(own.table.iloc[check])[:, 1]
            predicted[check] += found / repeats
            aucs += [auc(own.bad[check], found)] if 0 < own.bad[check].sum() < len(check) else []
        watch(f"repeat {repeat + 1} of {repeats}: {folds} folds, mean AUC so far {np.mean(aucs):.3f}")
    everything = np.ones(len(own.bad), dtype=bool)
    return Evidence(
        model=learn(_rows(own, everything)),
        train=_rows(own, everything),
        held_out=_rows(own, everything),
        pd_=predicted,
        kind="repeated_cv",
        repeats=repeats,
        fold_aucs=tuple(aucs),
        refit=lambda: learn(_rows(own, everything)),
    )


def _folds(bad: Ints, groups: Ints) -> int:
    """Folds of which each can hold a firm of the rarer class."""
    rarer = min(len(np.unique(groups[bad == kind])) for kind in (0, 1))
    if rarer < 2:  # noqa: PLR2004 - one to learn from and one to judge
        raise ModelError(
            f"{rarer} firm or group with rows of the rarer class; at least two are needed, one to learn from "
            "and one to judge, and a model worth anything needs dozens"
        )
    return int(min(FOLDS, rarer))


def _refuse_one_class(bad: Ints, side: str) -> None:
    bads = int(bad.sum())
    if not 0 < bads < len(bad):
        raise ModelError(
            f"the rows {side} hold {bads:,} bads and {len(bad) - bads:,} goods; both are needed to learn and "
            "to judge: bring a longer history, or leave --time out for cross-validation"
        )


def _flags(places: Ints, rows: int) -> Flags:
    flags = np.zeros(rows, dtype=bool)
    flags[places] = True
    return flags


def _rows(own: OwnTable, rows: Flags) -> Rows:
    return Rows(
        table=own.table[rows],
        bad=own.bad[rows],
        time=None if own.time is None else own.time[rows],
        groups=None if own.groups is None else own.groups[rows],
        segments=own.segments[rows] if len(own.segments) else own.segments,
    )


def said(evidence: Evidence) -> str:
    """How the model was judged, in a line."""
    held_out = evidence.held_out
    counted = f"{len(held_out):,} rows, {int(held_out.bad.sum()):,} of them bad"
    if held_out.time is None:
        return f"cross-validation, dealt {evidence.repeats} times: {counted}, each held out once a time"
    days = held_out.time
    return f"out of time, {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}: {counted}"
