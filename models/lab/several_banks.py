"""Several banks in one lab: they teach one model together, and none is told of another's loans.

A firm that fails at one bank is a bad firm at all of them. The worst label is used for learning, inside the
lab alone: handed to a bank, it would tell what became of the firm elsewhere. Each bank is judged, calibrated
and told by its own labels of its own loans.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from features.errors import ModelError
from models.calibration import Calibration, level, platt
from models.lab.figures import ROUNDS
from models.lab.sample import Sample
from models.lab.uplift import OfBank, by_bank

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Manner = Literal["own", "worst"]
Cohort = Literal["M", "Q", "Y"]

PRIOR = 30
"""A bank's own curve counts as its bads over its bads and so many; the common curve counts the rest."""

FOR_A_SLOPE = 100
"""From so many loans of the rarer class on, a bank has a slope of its own, not a level alone."""


def worst_labels(sample: Sample, every: Cohort = "Q") -> Sample:
    """The loans with the worst that became of their firm at any bank: to learn from, not to hand out.

    A loan is bad where any loan of its firm applied for in the same cohort is, at whichever bank; it was
    known only when the last of their windows was over, and its own window ends then.

    Args:
        sample: The loans of all banks, each with its own label.
        every: `M`, `Q` or `Y`: month, quarter or year of application.
    """
    cohort = sample.loans["application_date"].dt.to_period(every)
    of_firm = sample.loans.groupby([sample.loans["entity_id"], cohort])
    loans = sample.loans.assign(
        bad=of_firm["bad"].transform("max"), window_end=of_firm["window_end"].transform("max")
    )
    return replace(sample, loans=loans)


def labelled(sample: Sample, manner: Manner = "worst", every: Cohort = "Q") -> Sample:
    """The loans with the labels to learn from: each bank's `own`, or the `worst` of any bank."""
    return worst_labels(sample, every) if manner == "worst" else sample


def own_loans(sample: Sample, bank: str) -> Sample:
    """A bank's own loans, from the sample with each bank's own labels.

    Raises:
        ModelError: The sample holds no loan of that bank.
    """
    own = (sample.loans["bank"] == bank).to_numpy()
    if not own.any():
        raise ModelError(f"the sample holds no loan of {bank}")
    return sample.where(own)


def calibrated_per_bank(log_odds: pd.Series, bad: pd.Series, banks: pd.Series) -> dict[str, Calibration]:
    """By bank, the curve from the common model's log-odds to its own.

    A level for each bank, with enough bads a slope too, drawn to the curve of all banks together by as much
    as its bads are few. A bank without a bad or without a good loan takes the common curve.

    Args:
        log_odds: Held-out log-odds of default by the common model.
        bad: 1 for default, each bank's own labels of the same loans.
        banks: Whose loans they are.

    Raises:
        ModelError: All loans together are good or bad.
    """
    label, margins = bad.to_numpy(dtype=np.int64), log_odds.to_numpy(dtype=np.float64)
    if not 0 < label.sum() < len(label):
        raise ModelError(f"of {len(label)} loans {label.sum()} are bad; a curve needs both kinds")
    common = Calibration(*platt(margins, label))
    names = banks.to_numpy()
    return {
        str(name): _drawn_to(common, margins[names == name], label[names == name])
        for name in sorted(banks.unique())
    }


def _drawn_to(common: Calibration, margins: Floats, label: Ints) -> Calibration:
    rarer = int(min(label.sum(), len(label) - label.sum()))
    if not rarer:
        return common
    share = rarer / (rarer + PRIOR)
    if rarer >= FOR_A_SLOPE:
        slope, intercept = platt(margins, label)
    else:
        slope, intercept = common.slope, common.intercept + level(common.log_odds(margins), label)
    return Calibration(
        slope=(1 - share) * common.slope + share * slope,
        intercept=(1 - share) * common.intercept + share * intercept,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForBank:
    """All that one bank is told: nothing of it is of another bank's loans.

    Attributes:
        bank: Whom it is for.
        calibration: From the common model's log-odds to this bank's own.
        pd_: Calibrated probability of default of each of its own test loans, by loan.
        common: What the common model is worth on its own test loans, as it is.
        calibrated: The same after its own curve.
    """

    bank: str
    calibration: Calibration
    pd_: pd.Series
    common: OfBank
    calibrated: OfBank


def told_to_banks(
    known: Sample, judged: Sample, log_odds: pd.Series, *, rounds: int = ROUNDS
) -> Mapping[str, ForBank]:
    """What each bank is told, by bank.

    Args:
        known: Loans to calibrate by: those of training, each with its bank's own label.
        judged: Loans to judge by: those of the test, likewise.
        log_odds: By loan of both, held-out log-odds by the common model, such as
            `models.lab.fitting.cross_fitted` gives them.
        rounds: Draws of firms behind intervals.

    Raises:
        ModelError: A loan has no log-odds, or a bank of the test has no loan to calibrate by.
    """
    for part in (known, judged):
        if lacking := len(part.loans.index.difference(log_odds.index)):
            raise ModelError(f"{lacking} of {len(part)} loans have no log-odds of the common model")
    curves = calibrated_per_bank(log_odds[known.loans.index], known.bad, known.loans["bank"])
    if strange := sorted(set(judged.loans["bank"].astype(str)) - set(curves)):
        raise ModelError(f"no loan to calibrate by of {', '.join(strange)}; their test loans came first")
    return {
        name: _told(own_loans(judged, name), curves[name], log_odds, rounds)
        for name in sorted(judged.loans["bank"].astype(str).unique())
    }


def _told(own: Sample, curve: Calibration, log_odds: pd.Series, rounds: int) -> ForBank:
    common = log_odds[own.loans.index]
    plain = pd.Series(expit(common.to_numpy()), index=common.index)
    bent = pd.Series(expit(curve.log_odds(common.to_numpy())), index=common.index)
    (as_it_is,), (calibrated,) = by_bank(own, plain, rounds), by_bank(own, bent, rounds)
    return ForBank(bank=as_it_is.bank, calibration=curve, pd_=bent, common=as_it_is, calibrated=calibrated)
