"""What lending by a model's probabilities would have cost, per yuan lent.

A loan is approved where its probability of default lies at or below the cut-off of the model in force.
Expected loss is Σ PD · exposure · LGD over approved loans, the loss that came Σ (1 if bad) · exposure · LGD
over the same; both are told per yuan of approved exposure, so that policies that approve more or less can be
compared. Exposure is the contract amount times `exposure_share`; LGD is the same for all loans. These are
estimates for comparing policies, not accounts: loans that were refused in truth are not on the tape, and
interest, cost and recovery over time are left out.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.metrics import Estimate, Z
from pipelines.backtesting.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What lending by a policy's models came to, over loans whose outcome is known.

    Attributes:
        loans: Loans with an outcome and an amount.
        approved: Those that would have been approved.
        exposure_cny: Their exposure in yuan.
        expected_rate: Expected loss per yuan of it.
        came_rate: Loss that came per yuan of it, with its 95 % interval over company groups.
        refused_rate: Loss that came per yuan of the refused loans; None where none was refused.
    """

    loans: int
    approved: int
    exposure_cny: float
    expected_rate: float
    came_rate: Estimate
    refused_rate: float | None


def loss_of(judged: pd.DataFrame, parameters: Parameters) -> Loss | None:
    """The loss of one policy; None where no loan with an outcome would have been approved.

    Args:
        judged: A row a loan: `bad`, `pd_`, `approved`, `amount_cny`, `group`; amounts that are not known are
            left out.
        parameters: Numbers.
    """
    loans = judged[judged["amount_cny"].notna()]
    lost, exposure, approved = _parts(loans, parameters)
    kept = float(exposure[approved].sum())
    if kept <= 0:
        return None
    promised = loans["pd_"].to_numpy(dtype=np.float64) * exposure * parameters["loss_given_default"].value
    refused = float(exposure[~approved].sum())
    rate, influence = _rate(lost, exposure, approved)
    return Loss(
        loans=len(loans),
        approved=int(approved.sum()),
        exposure_cny=kept,
        expected_rate=float(promised[approved].sum()) / kept,
        came_rate=_interval(rate, influence, loans["group"], at_least=0.0),
        refused_rate=float(lost[~approved].sum()) / refused if refused > 0 else None,
    )


def loss_difference(one: pd.DataFrame, other: pd.DataFrame, parameters: Parameters) -> Estimate | None:
    """Loss that came per yuan under one policy less that under another, on the same loans; below 0 is a gain.

    None where either would have approved nothing.
    """
    there = (one["amount_cny"].notna() & one.index.isin(other.index)).to_numpy()
    mine = one[there]
    theirs = other.loc[mine.index]
    found = [_parts(loans, parameters) for loans in (mine, theirs)]
    if any(exposure[approved].sum() <= 0 for _, exposure, approved in found):
        return None
    (first, moved), (second, also) = (_rate(*parts) for parts in found)
    return _interval(first - second, moved - also, mine["group"])


def _parts(loans: pd.DataFrame, parameters: Parameters) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """What each loan lost, its exposure, and whether it would have been approved."""
    exposure = loans["amount_cny"].to_numpy(dtype=np.float64) * parameters["exposure_share"].value
    bad = loans["bad"].to_numpy(dtype=np.float64)
    lost = bad * exposure * parameters["loss_given_default"].value
    return lost, exposure, loans["approved"].to_numpy(dtype=bool)


def _rate(lost: Floats, exposure: Floats, approved: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Loss per yuan approved, and by how much each loan moves it (first order)."""
    kept = float(exposure[approved].sum())
    rate = float(lost[approved].sum()) / kept
    return rate, np.where(approved, lost - rate * exposure, 0.0) / kept


def _interval(value: float, influence: Floats, groups: pd.Series, at_least: float = -1.0) -> Estimate:
    """95 % over company groups, whose loans are lost together."""
    summed = pd.Series(influence).groupby(groups.to_numpy()).sum()
    count = len(summed)
    half = Z * sqrt(count / (count - 1) * float((summed**2).sum())) if count > 1 else 1.0
    return Estimate(value, max(at_least, value - half), min(1.0, value + half))
