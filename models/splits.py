"""Splits that do not leak: out of time with the outcome gap, and folds that keep firms together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from features.errors import ModelError
from models.groups import group_of
from models.labels import named

Flags = NDArray[np.bool_]
Period = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """Rows for training and for the out-of-time test, as booleans over the outcomes.

    Every training outcome was complete before the first test application: what the test asks, nobody
    could have known when the model was made.
    """

    train: Flags
    test: Flags
    train_period: Period
    test_period: Period


@dataclass(frozen=True, slots=True)
class GroupTimeFolds:
    """Folds out of time and out of firm: a cross-validation of scikit-learn's shape.

    Each test row lies in the test of exactly one fold, whose model has seen neither its time, nor its firm,
    nor any firm of its company group.

    Attributes:
        folds: Rows for training and for the test of each fold, as booleans over the outcomes.
        train: Rows that some fold learns from.
        test: Rows that some fold is tested on.
        train_period: First and last application of `train`.
        test_period: First and last day of the test's applications.
    """

    folds: tuple[tuple[Flags, Flags], ...]
    train: Flags
    test: Flags
    train_period: Period
    test_period: Period

    def split(
        self, X: object = None, y: object = None, groups: object = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Places of the training and test rows of each fold; the arguments are scikit-learn's, unused."""
        del X, y, groups
        for train, test in self.folds:
            yield np.flatnonzero(train), np.flatnonzero(test)

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:
        """How many folds there are."""
        del X, y, groups
        return len(self.folds)


def out_of_time(outcomes: pd.DataFrame, *, test_months: int = 6) -> OutOfTime:
    """The newest mature applications for the test, and those whose outcome was complete before it began.

    Where windows differ in length, the test ends with the newest applications of which even the longest
    window is over: later ones would be short loans alone.

    Args:
        outcomes: As `models.labels.loan_outcomes` gives them.
        test_months: Length of the test period, ending with the newest mature application.

    Raises:
        ModelError: No loan is mature, or the gap leaves nothing to train on; the message tells the days.
    """
    mature = outcomes["mature"].to_numpy(dtype=bool)
    applied = outcomes["application_date"]
    whole = mature & _in_whole_cohorts(outcomes)
    if not mature.any():
        raise ModelError("no loan has a complete performance window; collect more months of loan_performance")
    if not whole.any():
        raise ModelError(
            f"no mature application is older than the longest window of {outcomes['window_months'].max()} "
            "months; collect a longer history, or bound the windows by the label rule longest_window_months"
        )
    last = applied[whole].max()
    first = last - pd.DateOffset(months=test_months) + pd.Timedelta(days=1)
    test = mature & applied.between(first, last).to_numpy()
    grey = outcomes["grey"].fillna(False).to_numpy(dtype=bool)
    train = mature & (outcomes["window_end"] < first).to_numpy() & ~grey
    if not train.any():
        earliest = outcomes.loc[mature, "window_end"].min()
        raise ModelError(
            f"nothing to train on: the test begins on {first:%Y-%m-%d} and the first outcome is complete on "
            f"{earliest:%Y-%m-%d}; give a longer history or a shorter test"
        )
    return OutOfTime(train, test, (applied[train].min(), applied[train].max()), (first, last))


def _in_whole_cohorts(outcomes: pd.DataFrame) -> Flags:
    """Whether even the longest window would be over for a loan applied for on the same day."""
    if "window_months" not in outcomes or outcomes["window_months"].nunique() < 2:  # noqa: PLR2004 - one length
        return np.ones(len(outcomes), dtype=bool)
    newest = outcomes["as_of"].max() - pd.DateOffset(months=int(outcomes["window_months"].max()))
    return (outcomes["application_date"] <= newest).to_numpy()


def out_of_time_and_firm(
    outcomes: pd.DataFrame,
    groups: pd.Series | None = None,
    *,
    folds: int = 5,
    test_months: int = 6,
    seed: int = 0,
) -> GroupTimeFolds:
    """Folds whose test loans come later and from other firms than what their models learn from.

    The periods are those of `out_of_time`. The groups of the test period are dealt into folds; a fold is
    tested on the test-period loans of its groups and learns from the training-period loans of all others.
    So no test loan is lost, and none meets a model that knew its firm.

    Args:
        outcomes: As `models.labels.loan_outcomes` gives them.
        groups: Company group by `entity_id`, as `models.groups.company_groups` gives them; firms not in it,
            and all firms for None, are groups of their own.
        folds: How many; each has about as many loans and as many bad ones as any other.
        test_months: As of `out_of_time`.
        seed: Which groups go together.

    Raises:
        ModelError: As of `out_of_time`; fewer than two folds; fewer groups in the test period than folds; a
            fold has nothing to learn from because one group holds all of it.
    """
    whole = out_of_time(outcomes, test_months=test_months)
    group = group_of(outcomes["entity_id"], groups)
    bad = outcomes["bad"].fillna(False).to_numpy(dtype=bool)
    fold_of = _dealt(group[whole.test], bad[whole.test], folds, seed)
    place = group.map(fold_of).fillna(-1).to_numpy(dtype=np.int64)
    made = tuple((whole.train & (place != fold), whole.test & (place == fold)) for fold in range(folds))
    for fold, (train, _) in enumerate(made):
        if not train.any():
            raise ModelError(
                f"fold {fold} has nothing to train on: all loans before {whole.test_period[0]:%Y-%m-%d} "
                "belong to company groups that it is tested on; give a longer history"
            )
    learnt = np.logical_or.reduce([train for train, _ in made])
    applied = outcomes["application_date"][learnt]
    return GroupTimeFolds(made, learnt, whole.test, (applied.min(), applied.max()), whole.test_period)


def _dealt(group: pd.Series, bad: Flags, folds: int, seed: int) -> dict[str, int]:
    """The fold of each group: the worst and the largest first, each to the fold that has least."""
    if folds < 2:  # noqa: PLR2004 - with one fold every firm would be tested and learnt from
        raise ModelError(f"{folds} folds; at least two are needed to keep firms apart")
    sizes = pd.DataFrame({"bads": bad, "loans": 1}, index=group.to_numpy()).groupby(level=0).sum()
    if len(sizes) < folds:
        raise ModelError(f"{len(sizes)} company groups in the test period cannot be dealt into {folds} folds")
    order = sizes.iloc[np.random.default_rng(seed).permutation(len(sizes))]
    order = order.sort_values(["bads", "loans"], ascending=False, kind="stable")
    held = {"bads": [0] * folds, "loans": [0] * folds}
    dealt = {}
    for name, bads, loans in order.itertuples():
        # Groups without a bad loan even out the loans, after those with one have evened out the bads.
        scarce = held["bads" if bads else "loans"]
        fold = scarce.index(min(scarce))
        held["bads"][fold] += bads
        held["loans"][fold] += loans
        dealt[name] = fold
    return dealt


def refuse_leak(
    train: ArrayLike, test: ArrayLike, outcomes: pd.DataFrame, groups: pd.Series | None = None
) -> None:
    """Refuse a split of one's own that leaks.

    Args:
        train: Rows to learn from, as booleans over the outcomes.
        test: Rows to be judged by, likewise.
        outcomes: As `models.labels.loan_outcomes` gives them.
        groups: Company group by `entity_id`; firms not in it, and all firms for None, are groups of
            their own.

    Raises:
        ModelError: A loan is in both, a firm or company group straddles both, or a training outcome was not
            complete before the first test application. The message names loans, firms and days.
    """
    learnt, judged = (_rows(name, rows, outcomes) for name, rows in (("train", train), ("test", test)))
    if not (learnt.any() and judged.any()):
        raise ModelError(f"a split of {learnt.sum()} training and {judged.sum()} test rows; both need some")
    _refuse_shared(outcomes, learnt, judged)
    _refuse_straddling(outcomes, learnt, judged, groups)
    _refuse_late(outcomes, learnt, judged)


def _rows(name: str, rows: ArrayLike, outcomes: pd.DataFrame) -> Flags:
    flags = np.asarray(rows)
    if flags.dtype != np.bool_ or flags.shape != (len(outcomes),):
        raise ModelError(
            f"{name} is {flags.dtype} of shape {flags.shape}, expected one boolean for each of "
            f"{len(outcomes)} outcomes"
        )
    return flags


def _refuse_shared(outcomes: pd.DataFrame, train: Flags, test: Flags) -> None:
    if (train & test).any():
        raise ModelError(f"loans in training and in the test at once: {named(outcomes.index[train & test])}")


def _refuse_straddling(outcomes: pd.DataFrame, train: Flags, test: Flags, groups: pd.Series | None) -> None:
    group = group_of(outcomes["entity_id"], groups)
    both = sorted(set(group[train]) & set(group[test]))
    if not both:
        return
    inside = (group == both[0]).to_numpy()
    firms = [named(outcomes["entity_id"][inside & side].unique()) for side in (train, test)]
    loans = [named(outcomes.index[inside & side]) for side in (train, test)]
    raise ModelError(
        f"{len(both)} firms or company groups are in training and in the test at once: {named(both)}; "
        f"of '{both[0]}', training has {firms[0]} (loans {loans[0]}) and the test {firms[1]} (loans "
        f"{loans[1]}); models.splits.out_of_time_and_firm keeps them apart"
    )


def _refuse_late(outcomes: pd.DataFrame, train: Flags, test: Flags) -> None:
    begins = outcomes["application_date"][test].min()
    ends = outcomes["window_end"][train]
    late = ends[ends >= begins].sort_values(ascending=False, kind="stable")
    if late.empty:
        return
    last = late.iloc[0]
    raise ModelError(
        f"{len(late)} training outcomes are complete only on or after {begins:%Y-%m-%d}, when the test "
        f"begins: {named(late.index)}; the last on {last:%Y-%m-%d}, {(last - begins).days} days after"
    )
