"""What every credit classifier here says once it has log-odds: probabilities, points, bands, reasons."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from models.reasons import Dates, Direction, Meaning, Reason, rank_reasons, reason_table
from models.scale import Bands, Scale
from models.table import as_frame
from models.units import Language

Floats = NDArray[np.float64]

CHUNK_ROWS, AT_ONCE = 32_768, 2
"""Firms whose reasons are worked out together, and how many such chunks at once; more would take memory."""


class ScoredClassifier(ClassifierMixin, BaseEstimator):
    """A classifier of good (0) and bad (1) firms whose answer is a score.

    A subclass gives the calibrated log-odds of default and the points by which each column moved a score.

    Attributes:
        meanings: Column → what it means; None for none.
        scale: Points; None for the default.
        band_floors: Named ranges of points; None for the default.
        classes_: Good and bad, once fitted; 0 and 1.
    """

    meanings: Mapping[str, Meaning] | None
    scale: Scale | None
    band_floors: Bands | None
    classes_: NDArray[Any]

    @abstractmethod
    def decision_function(self, X: Any) -> Floats:
        """Calibrated log-odds of default."""

    @abstractmethod
    def points_by_column(self, X: Any) -> Floats:
        """Points by which each column moved each score, against the average firm of training."""

    @abstractmethod
    def shown(self, X: Any) -> pd.DataFrame:
        """The columns that `points_by_column` speaks of, as a reader reads them."""

    def warm(self) -> None:
        """Make ready what answers for one firm at a time need; it changes no answer. Nothing by default."""

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of good and bad, one row a firm."""
        bad = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - bad, bad])

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of bads (1) where default is the likelier; a score is never a decision."""
        bad = self.decision_function(X) > 0
        return self.classes_[bad.astype(np.int64)]

    def points(self, X: Any) -> NDArray[np.int64]:
        """Scores, higher is safer."""
        return self.points_scale.points(self.predict_proba(X)[:, 1])

    def bands(self, X: Any) -> NDArray[np.str_]:
        """Band of each firm's score."""
        return self.bands_of(self.points(X))

    def bands_of(self, points: ArrayLike) -> NDArray[np.str_]:
        """Bands of scores at hand."""
        return self.points_bands.of(points)

    def reasons(
        self,
        X: Any,
        top: int = 5,
        *,
        direction: Direction = "lowers",
        dates: Sequence[Dates] | None = None,
    ) -> list[list[Reason]]:
        """Why each score is what it is, against the average firm of training.

        Exact Shapley values of the margin (Lundberg 2020), summed over the columns of one reason.

        Args:
            X: The firms; a few of them.
            top: At most so many, those that cost (or bring) most points first.
            direction: What `lowers` the score, or what `raises` it.
            dates: By firm, the day of the newest event known of each source; None where nobody knows.
        """
        table = as_frame(X)
        return rank_reasons(
            self.points_by_column(table),
            self.shown(table),
            self.meanings_of_columns(),
            top,
            direction,
            dates=dates,
        )

    def reason_table(
        self,
        X: Any,
        top: int = 5,
        *,
        direction: Direction = "lowers",
        dates: pd.DataFrame | None = None,
        language: Language = "zh",
    ) -> pd.DataFrame:
        """What `reasons` says, as columns, for any number of firms; see `models.reasons.reason_table`.

        Args:
            X: The firms.
            top: At most so many reasons a firm.
            direction: What `lowers` the score, or what `raises` it.
            dates: The same firms; by source, the day of the newest event known. None where nobody knows.
            language: Of the sentences.
        """
        table, meanings = as_frame(X), self.meanings_of_columns()

        def told(begin: int) -> pd.DataFrame:
            rows = slice(begin, begin + CHUNK_ROWS)
            chunk, fresh = table.iloc[rows], None if dates is None else dates.iloc[rows]
            points, shown = self.points_by_column(chunk), self.shown(chunk)
            return reason_table(points, shown, meanings, top, direction, dates=fresh, language=language)

        # while one chunk is put into words, the next one is worked out
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return pd.concat(pool.map(told, range(0, max(1, len(table)), CHUNK_ROWS)))

    def meanings_of_columns(self) -> dict[str, Meaning]:
        """What the columns that reasons speak of mean."""
        return dict(self.meanings or {})

    @property
    def points_scale(self) -> Scale:
        """The scale in force."""
        return self.scale or Scale()

    @property
    def points_bands(self) -> Bands:
        """The bands in force."""
        return self.band_floors or Bands()
