"""The evidence on a green model: folds that keep firms together, and the newest grades out of time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.green.evidence import GreenEvidence
from models.green.growing import FOLDS, folds_of
from models.green.judging import Judged
from models.green.model import GreenGradeModel
from models.splits import Period, out_of_time_and_firm

Ints = NDArray[np.int64]
Maker = Callable[[], GreenGradeModel]

LATER_FOLDS = 3
"""Folds of firms of the test out of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedRows:
    """Rows with an official grade; all parts have the same length and order.

    Attributes:
        table: Features, known on the day of the evaluation.
        grades: Official grade.
        firms: The firm of each row, or its company group: never parted by a split.
        time: Day of the evaluation.
        told: Day on which the platform could know the grade.
    """

    table: pd.DataFrame
    grades: pd.Series
    firms: pd.Series
    time: pd.Series
    told: pd.Series

    def __len__(self) -> int:
        return len(self.grades)

    def at(self, places: Ints) -> "GradedRows":
        """The rows at these places."""
        return GradedRows(
            table=self.table.iloc[places],
            grades=self.grades.iloc[places],
            firms=self.firms.iloc[places],
            time=self.time.iloc[places],
            told=self.told.iloc[places],
        )


def fitted(maker: Maker, rows: GradedRows) -> GreenGradeModel:
    """A model of these rows."""
    return maker().fit(rows.table, rows.grades, groups=rows.firms, time=rows.time)


def validated(maker: Maker, rows: GradedRows, *, seed: int = 0, **more: Any) -> GreenEvidence:
    """A model of all rows, and what models that knew less say of them.

    Args:
        maker: A model that has not been fitted.
        rows: Rows with an official grade.
        seed: Which firms go together.
        more: What else a `GreenEvidence` holds: the association, segments.

    Raises:
        ModelError: Too few grades to learn from, in all or in a fold.
    """
    model = fitted(maker, rows)
    known = model.knows(rows.table)
    everyone = by_folds(maker, rows, seed=seed)
    later, period = _later(maker, rows, known, seed)
    return GreenEvidence(
        model=model,
        table=rows.table,
        grades=rows.grades,
        firms=rows.firms,
        time=rows.time,
        known=known,
        judged=everyone.where(known),
        everyone=everyone,
        later=later,
        later_period=period,
        refit=lambda: fitted(maker, rows),
        **more,
    )


def by_folds(maker: Maker, rows: GradedRows, *, seed: int = 0) -> Judged:
    """Every row by a model that learnt from other firms: five folds of firms."""
    place = maker().places(rows.grades)
    return _said(maker, rows, folds_of(place, rows.firms, FOLDS, seed))


def said(model: GreenGradeModel, rows: GradedRows) -> Judged:
    """What one model says of rows."""
    return Judged(
        model.places(rows.grades),
        model.places(model.predict(rows.table)),
        model.above(rows.table),
        rows.firms.to_numpy(dtype=object),
    )


def _said(maker: Maker, rows: GradedRows, folds: Sequence[tuple[Ints, Ints]]) -> Judged:
    """What the folds' models say of the rows that they are tested on, in the order of the rows."""
    parts = [(check, said(fitted(maker, rows.at(learn)), rows.at(check))) for learn, check in folds]
    order = np.argsort(np.concatenate([check for check, _ in parts]), kind="stable")
    judged = [one for _, one in parts]
    return Judged(
        np.concatenate([one.truth for one in judged])[order],
        np.concatenate([one.given for one in judged])[order],
        np.concatenate([one.above for one in judged])[order],
        np.concatenate([one.firms for one in judged])[order],
    )


def later_rows(rows: GradedRows, *, seed: int = 0) -> tuple[list[tuple[Ints, Ints]], Period] | None:
    """Folds of the newest evaluations; None where no grade was told before the first of them.

    Each fold learns from grades that were told before the first evaluation of the test, and from other firms.
    """
    outcomes = pd.DataFrame(
        {
            "entity_id": rows.firms.to_numpy(),
            "application_date": rows.time.to_numpy(),
            "window_end": rows.told.to_numpy(),
            "mature": True,
            "bad": False,
            "grey": False,
        }
    )
    try:
        split = out_of_time_and_firm(outcomes, folds=LATER_FOLDS, seed=seed)
    except ModelError:
        return None
    return list(split.split()), split.test_period


def _later(
    maker: Maker, rows: GradedRows, known: NDArray[np.bool_], seed: int
) -> tuple[Judged | None, Period | None]:
    found = later_rows(rows, seed=seed)
    if found is None:
        return None, None
    folds, period = found
    try:
        judged = _said(maker, rows, folds)
    except ModelError:  # grades told so early are too few to learn from
        return None, None
    asked = np.sort(np.concatenate([check for _, check in folds]))
    return judged.where(known[asked]), period


def later_known(evidence: GreenEvidence, rows: GradedRows, *, seed: int = 0) -> GradedRows | None:
    """The rows that `evidence.later` speaks of, in its order; None where there are none."""
    found = later_rows(rows, seed=seed)
    if found is None or evidence.later is None:
        return None
    asked = np.sort(np.concatenate([check for _, check in found[0]]))
    return rows.at(asked[evidence.known[asked]])
