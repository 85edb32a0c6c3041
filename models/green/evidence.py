"""What a reviewer of a green model may look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.green.association import Association
from models.green.judging import Figures, Judged, figures_of
from models.green.model import GreenGradeModel


@dataclass(frozen=True, kw_only=True)
class GreenEvidence:
    """A fitted green model and everything that speaks for or against it.

    Attributes:
        model: The model that is to be registered, fitted on `table`.
        table: Features of every graded row, known on the day of its evaluation.
        grades: Official grade of each row.
        firms: The firm of each row; its rows never straddle a fold.
        time: Day of each evaluation.
        known: Of which rows anything environmental was known; the others get no grade.
        judged: Those rows, each by a model that knew no row of its firm.
        everyone: All rows in the same manner, as if a firm of which nothing is known were graded, too.
        later: The newest evaluations among the known ones, each by a model that learnt only from grades told
            before the first of them, and from other firms; None where the history is too short.
        later_period: First and last day of those.
        champion: What today's champion says of the rows of `later`; None where there is none, or it learnt
            from them.
        champion_label: Its name and version.
        association: How the credit score goes with the official grade; None where no firm has a score yet.
        segments: Words by which rows are told apart, one column each.
        refit: Fits the same model again.
    """

    model: GreenGradeModel
    table: pd.DataFrame
    grades: pd.Series
    firms: pd.Series
    time: pd.Series
    known: NDArray[np.bool_]
    judged: Judged
    everyone: Judged
    later: Judged | None = None
    later_period: tuple[pd.Timestamp, pd.Timestamp] | None = None
    champion: Judged | None = None
    champion_label: str | None = None
    association: Association | None = None
    segments: pd.DataFrame = field(default_factory=pd.DataFrame)
    refit: Callable[[], GreenGradeModel] | None = None

    @cached_property
    def figures(self) -> Figures:
        """Figures of the rows that the model grades."""
        return figures_of(self.judged)

    @property
    def by_trees(self) -> Judged:
        """Of the rows that the model grades, those that no veto decides: chances are of these."""
        free = np.array([one is None for one in self.model.veto_of(self.table)], dtype=bool)
        return self.judged.where(free[self.known])

    @property
    def coverage(self) -> float:
        """Share of the graded rows of which anything environmental was known."""
        return float(self.known.mean()) if len(self.known) else 0.0

    @property
    def firms_by_grade(self) -> Mapping[str, int]:
        """Grade → different firms that ever had it, among rows of which something is known."""
        known = pd.DataFrame({"grade": self.grades.to_numpy(), "firm": self.firms.to_numpy()})[self.known]
        counts = known.groupby("grade")["firm"].nunique()
        return {str(grade): int(counts.get(grade, 0)) for grade in self.model.grades}
