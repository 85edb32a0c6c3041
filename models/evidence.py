"""What a reviewer may look at: a model, the rows it learnt from, and rows it has never seen."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.scored import ScoredClassifier

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a table with what became of them; all parts have the same length and order.

    Attributes:
        table: The columns that the model was offered.
        bad: 1 for default.
        time: Day on which each row was observed (of the application); None where the data have no time.
        groups: What must not straddle a split: the firm, or its company group; None where unknown.
        segments: Words by which the rows are told apart (`industry`, `size`, `district`, `age` …), one
            column each; no columns where nothing is known.
    """

    table: pd.DataFrame
    bad: Ints
    time: pd.Series | None = None
    groups: pd.Series | None = None
    segments: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __len__(self) -> int:
        return len(self.bad)

    def where(self, chosen: NDArray[np.bool_]) -> "Rows":
        """The chosen rows alone."""
        return Rows(
            table=self.table[chosen],
            bad=self.bad[chosen],
            time=None if self.time is None else self.time[chosen],
            groups=None if self.groups is None else self.groups[chosen],
            segments=self.segments[chosen] if len(self.segments) else self.segments,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A fitted model and everything that speaks for or against it.

    Attributes:
        model: The model that is to be registered, fitted on `train`.
        train: The rows that it learnt from.
        held_out: The rows that it is judged by.
        pd_: Probability of default of each held-out row, from a model that knew neither its outcome nor its
            firm.
        kind: `out_of_time`, or `repeated_cv` where every row was held out once a repeat.
        repeats: How often the data were split anew; 1 out of time.
        fold_aucs: AUC of each fold, repeat after repeat; empty out of time.
        champion: Probabilities of the held-out rows by the model that answers today; None where there is
            none or it cannot read these rows.
        champion_label: Its name and version.
        refit: Fits the same model on `train` again; for the check that training is reproducible.
    """

    model: ScoredClassifier
    train: Rows
    held_out: Rows
    pd_: Floats
    kind: str
    repeats: int = 1
    fold_aucs: tuple[float, ...] = ()
    champion: Floats | None = None
    champion_label: str | None = None
    refit: Callable[[], ScoredClassifier] | None = None
