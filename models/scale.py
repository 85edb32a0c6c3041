"""From probabilities of default to points, and from points to bands. Higher is safer."""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from features.errors import ModelError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """score = offset + factor · ln(good / bad), where every `pdo` points double the odds.

    Attributes:
        base: Score at `odds` good firms to one bad firm.
        odds: Odds at the base score.
        pdo: Points to double the odds.
        lowest: Scores below are shown as this.
        highest: Scores above are shown as this.

    Raises:
        ModelError: `odds` or `pdo` is not above zero, or the bounds are the wrong way round.
    """

    base: float = 600.0
    odds: float = 20.0
    pdo: float = 50.0
    lowest: float = 300.0
    highest: float = 900.0

    def __post_init__(self) -> None:
        if not (self.odds > 0 and self.pdo > 0):
            raise ModelError(f"a scale of odds {self.odds} and pdo {self.pdo}; both must be above zero")
        if not self.lowest < self.highest:
            raise ModelError(f"a scale from {self.lowest} to {self.highest}; the lowest must be the lower")

    @property
    def factor(self) -> float:
        """Points by which a unit of log-odds moves the score: pdo / ln 2."""
        return self.pdo / log(2)

    @property
    def offset(self) -> float:
        """Score at even odds: base − factor · ln(odds)."""
        return self.base - self.factor * log(self.odds)

    def exact(self, log_odds: ArrayLike) -> Floats:
        """Points before rounding and bounds, for log-odds of default; they add up where log-odds do.

        >>> Scale(base=600, odds=50, pdo=20).exact([-log(50), -log(100)]).round(9).tolist()
        [600.0, 620.0]
        """
        points: Floats = self.offset - self.factor * np.asarray(log_odds, dtype=np.float64)
        return points

    def points(self, pd_: ArrayLike) -> NDArray[np.int64]:
        """Whole points for probabilities of default.

        >>> Scale().points([0.01, 0.02, 0.05, 0.20]).tolist()
        [715, 665, 596, 484]

        Raises:
            ModelError: A probability lies outside (0, 1).
        """
        probabilities = np.asarray(pd_, dtype=np.float64)
        if not ((probabilities > 0) & (probabilities < 1)).all():
            raise ModelError("points need probabilities of default between 0 and 1, both excluded")
        raw = self.offset + self.factor * np.log((1 - probabilities) / probabilities)
        return np.clip(np.rint(raw), self.lowest, self.highest).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Bands:
    """Named ranges of points, best first; each begins at its floor, itself included."""

    names: tuple[str, ...] = ("A", "B", "C", "D", "E")
    floors: tuple[int, ...] = (700, 650, 600, 550)

    def __post_init__(self) -> None:
        if len(self.floors) != len(self.names) - 1 or list(self.floors) != sorted(self.floors, reverse=True):
            raise ModelError(
                f"bands {self.names} need {len(self.names) - 1} falling floors, found {self.floors}"
            )

    def of(self, points: ArrayLike) -> NDArray[np.str_]:
        """The band of each score.

        >>> Bands().of([700, 699, 549]).tolist()
        ['A', 'B', 'E']
        """
        rising = np.asarray(self.floors[::-1])
        place = np.searchsorted(rising, np.asarray(points), side="right")
        return np.asarray(self.names[::-1])[place]
