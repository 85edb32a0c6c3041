"""From the chances of the grades to one grade.

Two rules. `median`: the grade at the median of the chances, the best guess under absolute distance. `kappa`:
the expected grade, stretched about its mean until predicted grades spread as official ones do, and rounded.

Why stretch: quadratic kappa is 2·cov / (var + var' + (mean − mean')²). With predictions that are a straight
line in the expected grade, of correlation R with the truth, it is greatest, namely R, where var' = var;
unstretched it is only 2R² / (1 + R²). Official shares are then kept, too: the median of a weak model says
DEEP to nobody.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rule = Literal["kappa", "median"]

MOST_STRETCH = 2.5
"""A model that correlates less than 0.4 with the grades is not stretched any further: its grades stay near
the middle, as its knowledge does."""

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Decision:
    """How the expected grade becomes a grade under the rule `kappa`.

    Attributes:
        official: Mean place of the official grades of training, NON being 0.
        expected: Mean expected place of the same rows from trees that had not seen them.
        stretch: How much farther official places spread than expected ones; 1 to 2.5.
    """

    official: float
    expected: float
    stretch: float

    @classmethod
    def learn(cls, place: Ints, expected: Floats) -> Self:
        """From official places and held-out expected ones."""
        spread = float(expected.std())
        stretch = float(place.std()) / spread if spread > 0 else 1.0
        return cls(float(place.mean()), float(expected.mean()), min(max(stretch, 1.0), MOST_STRETCH))

    def places(self, above: Floats, rule: Rule) -> Ints:
        """The place of each row's grade.

        Args:
            above: The chance of reaching each grade but the lowest.
            rule: `kappa` or `median`.
        """
        if rule == "median":
            return (above > HALF).sum(axis=1)
        drawn = self.official + (above.sum(axis=1) - self.expected) * self.stretch
        return np.clip(np.rint(drawn), 0, above.shape[1]).astype(np.int64)

    def as_record(self) -> dict[str, Any]:
        """What JSON keeps."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The decision that a record tells."""
        return cls(float(record["official"]), float(record["expected"]), float(record["stretch"]))


def rule_of(told: str) -> Rule:
    """A rule by its name.

    Raises:
        ModelError: There is no such rule.
    """
    if told not in get_args(Rule):
        raise ModelError(f"decision is '{told}'; expected {' or '.join(get_args(Rule))}")
    return "median" if told == "median" else "kappa"
