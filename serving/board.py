"""What the champions say of every firm, worked out at once, and one firm's place among them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.credit import CreditModel
from models.names import names_of
from models.reasons import Speaker
from models.scored import ScoredClassifier
from models.shapley import shapley

MOST_REMEMBERED = 4096
"""Firms whose part of an answer is kept ready: about 15 kB each."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the champions say of every firm: a request only looks its own up.

    Attributes:
        scores: As `Scorer.scores` gives them.
        table: Values of the credit model's features.
        matrix: What points are worked out from, a row a firm: the features as boosted trees read them; of
            other models the points themselves.
        odds: Probability of each green grade, lowest first, a row a firm; None without a green model.
        speaker: Puts the credit model's features into words.
    """

    scores: pd.DataFrame
    table: pd.DataFrame
    matrix: NDArray[np.float64]
    odds: NDArray[np.float64] | None
    speaker: Speaker
    _ready: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _scored: dict[str, NDArray[Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {name: self.scores[name].to_numpy(dtype=object) for name in names_of(self.scores)}
        object.__setattr__(self, "_scored", by_name)

    def score(self, name: str, place: int) -> Any:
        """One column of `scores` of the firm in that place."""
        return self._scored[name][place]

    def remembered(self, entity_id: str, tell: Callable[[], Any]) -> Any:
        """What `tell` says of a firm, which no loan changes: worked out once, until the board is replaced.

        Where too many are kept, all of them give way at once. Nobody may change what is returned.
        """
        ready = self._ready.get(entity_id)
        if ready is None:
            ready = tell()
            if len(self._ready) >= MOST_REMEMBERED:
                self._ready.clear()
            self._ready[entity_id] = ready
        return ready

    def of(self, entity_id: str) -> "Own":
        """The same of one firm."""
        return Own(self, int(self.scores.index.get_loc(entity_id)))


@dataclass(frozen=True, slots=True)
class Own:
    """One firm's place on a board: looked up cell by cell, as a table of one row takes longer to make."""

    board: Board
    place: int

    def score(self, name: str) -> Any:
        """One column of `Scorer.scores`."""
        return self.board.score(name, self.place)

    def value(self, column: int) -> object:
        """The value of one of the credit model's features."""
        return self.board.table.iat[self.place, column]  # noqa: PD009

    @property
    def odds(self) -> NDArray[np.float64] | None:
        """Probability of each green grade, lowest first."""
        return None if self.board.odds is None else self.board.odds[self.place]

    def points(self, credit: ScoredClassifier) -> NDArray[np.float64]:
        """Points by which each of the features moved the score."""
        return points_of(credit, self.board.matrix[self.place : self.place + 1])[0]


def points_of(credit: ScoredClassifier, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """`points_by_column` from a board's matrix; boosted trees then save the encoding, most of their time."""
    if not isinstance(credit, CreditModel):
        return matrix
    return -credit.points_scale.factor * credit.slope_ * shapley(credit.booster_, matrix, threads=1)
