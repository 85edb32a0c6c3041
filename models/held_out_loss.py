"""The loss of rows that boosters have not seen, looked at while these grow."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.calibration import calibrated_loss

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEARLY = 1e-12
"""How near to 0 and 1 a rate may come that log-odds are taken of."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The calibrated loss of rows that their boosters have not seen.

    Attributes:
        boosters: A booster a fold.
        label: Of the rows held out, fold after fold; 1 for bad.
        weight: What each of them counts; None for all alike.
        offset: Log-odds of each of them before the first tree; None for none.
    """

    boosters: list[lgb.Booster]
    label: Ints
    weight: Floats | None
    offset: Floats | None = None

    def loss(self) -> float:
        """Log-loss after the logistic curve that suits best: trees that exaggerate may still rank well."""
        rates: list[Floats] = []

        def note(predicted: Floats, _data: lgb.Dataset) -> tuple[str, float, bool]:
            rates.append(predicted)
            return "", 0.0, False

        for booster in self.boosters:
            booster.eval_valid(note)
        rate = np.clip(np.concatenate(rates), NEARLY, 1 - NEARLY)
        log_odds = np.log(rate / (1 - rate))
        grown = log_odds if self.offset is None else log_odds - self.offset
        return calibrated_loss(grown, self.label, self.weight, self.offset)
