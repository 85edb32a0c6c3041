"""How well a model ranks before any outcome is known, and whether that estimate held once they were.

Confidence-based performance estimation (CBPE; documentation of NannyML, "How it works: performance
estimation"; Białek, Kivimäki, Kuberski, Perrakis 2024, arXiv:2401.08348): a probability of default says how
often it is wrong, so the table of right and wrong answers at each threshold can be expected from the
probabilities alone. For the AUC this comes to

    Σ p_i · (1 − p_j) · c_ij / Σ p_i · (1 − p_j)    over i ≠ j

with c_ij = 1 where p_i > p_j, ½ where they are equal, else 0:
the expected pairs of a bad and a good loan that are ranked rightly, over the expected pairs.

It assumes two things: probabilities mean what they say (calibrated), and what makes firms default has not
changed (no concept shift). Which firms apply may change. Where the second fails the estimate goes on as if
nothing had happened: nothing but the later truth can tell, and `estimate_errors` is where it does.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from models.calibration import calibrated
from models.metrics import Estimate, Z, auc
from models.monitoring.performance import FEWEST_BADS, LEAST_KNOWN, Every, cohort_of, unseen

Floats = NDArray[np.float64]

TOLERANCE = 0.02
"""Errors of an estimated AUC up to this are small enough to be of no consequence."""

FEWEST_TO_RECALIBRATE = 50
SMALLEST = 1e-9

SURE = 3.0
"""Standard deviations from which an error is no chance: one in 370 where the estimate's assumptions hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateError:
    """An estimate made before labels came, beside the truth that came later.

    Attributes:
        loans: Loans with an outcome.
        bads: Bad ones among them.
        expected_bads: Bads that the probabilities promised.
        estimate: Expected AUC; the interval is where 95 of 100 later AUCs of such loans would lie.
        truth: AUC that came.
        error: Estimate less truth; above 0 the estimate flattered.
        surprise: The error in standard deviations.
        bads_surprise: Bads beyond expectation in standard deviations; above 0 more came than was promised.
        failed: Whether the error in the AUC was no chance, and more than `TOLERANCE`. More bads than promised
            alone are a matter of the level (`ratio` of `models.monitoring.performance.by_cohort`).
    """

    loans: int
    bads: int
    expected_bads: float
    estimate: Estimate
    truth: float
    error: float
    surprise: float
    bads_surprise: float
    failed: bool


def estimated(pd_: ArrayLike, groups: ArrayLike | None = None) -> Estimate:
    """Expected AUC of loans whose outcome nobody knows yet, from calibrated probabilities of default.

    The interval tells where 95 of 100 AUCs would lie that come true later, were the probabilities right; it
    knows nothing of probabilities that are wrong. Loans of one company group are taken to default together as
    far as their probabilities allow.

    >>> str(estimated([0.5, 0.5]))
    '0.500 [0.500, 0.500]'
    >>> round(estimated([0.05] * 900 + [0.4] * 100).value, 3)
    0.703

    Args:
        pd_: Probabilities of default.
        groups: Company group of each loan; each its own where None.

    Raises:
        ValueError: Fewer than two loans, or a probability that is missing or not between 0 and 1.
    """
    risk = _risks(pd_)
    value, spread = _expected_auc(risk, groups)
    if spread <= 0 or not 0 < value < 1:
        return Estimate(value, value, value)
    odds, half = log(value / (1 - value)), Z * spread / (value * (1 - value))
    return Estimate(value, float(expit(odds - half)), float(expit(odds + half)))


def expected_bads(pd_: ArrayLike, groups: ArrayLike | None = None) -> Estimate:
    """Bads to come among loans, with the range of 95 of 100 cases, were the probabilities right.

    >>> str(expected_bads([0.1] * 100))
    '10.000 [4.120, 15.880]'
    """
    risk = _risks(pd_)
    spread = sqrt(_variance(risk, np.ones(len(risk)), groups))
    middle = float(risk.sum())
    return Estimate(middle, max(0.0, middle - Z * spread), min(float(len(risk)), middle + Z * spread))


def estimate_error(
    pd_: ArrayLike, bad: ArrayLike, groups: ArrayLike | None = None, *, tolerance: float = TOLERANCE
) -> EstimateError:
    """The estimate that probabilities gave, against the outcomes that came.

    Args:
        pd_: Probabilities of default, as they were told before.
        bad: What came, 1 for bad; both classes must be there.
        groups: Company group of each loan; each its own where None.
        tolerance: Errors of the AUC up to this never count as a failure.

    Raises:
        ValueError: A class has no loan, or a probability is none.
    """
    risk, truth = _risks(pd_), np.asarray(bad, dtype=np.int64)
    if not 0 < truth.sum() < len(truth):
        raise ValueError(f"an AUC needs rows of both classes; found {truth.sum()} bad of {len(truth)}")
    _, spread = _expected_auc(risk, groups)
    estimate, came = estimated(risk, groups), auc(truth, risk)
    error = estimate.value - came
    of_bads = sqrt(_variance(risk, np.ones(len(risk)), groups))
    surprise = error / spread if spread > 0 else 0.0
    bads_surprise = (float(truth.sum()) - float(risk.sum())) / of_bads if of_bads > 0 else 0.0
    return EstimateError(
        loans=len(risk),
        bads=int(truth.sum()),
        expected_bads=float(risk.sum()),
        estimate=estimate,
        truth=came,
        error=error,
        surprise=surprise,
        bads_surprise=bads_surprise,
        failed=abs(surprise) > SURE and abs(error) > tolerance,
    )


def recalibrated(pd_: ArrayLike, known_pd: ArrayLike, known_bad: ArrayLike) -> Floats:
    """Probabilities moved to what the newest known outcomes say (Platt's slope and level); their order stays.

    An estimate made from them assumes less.

    Args:
        pd_: Probabilities of loans whose outcome nobody knows yet.
        known_pd: Probabilities, by the same model, of loans that it did not learn from and whose outcome is
            known.
        known_bad: Their outcomes, 1 for bad.

    Returns:
        The probabilities as they are where fewer than 50 bads or goods are known: a slope from few is mostly
        chance.
    """
    risk, bad = np.asarray(pd_, dtype=np.float64), np.asarray(known_bad, dtype=np.int64)
    if min(bad.sum(), len(bad) - bad.sum()) < FEWEST_TO_RECALIBRATE:
        return risk
    found = calibrated(logit(_inside(known_pd)), bad, np.ones(len(bad)), "platt")
    moved: Floats = expit(found.log_odds(logit(_inside(risk))))
    return moved


def _inside(pd_: ArrayLike) -> Floats:
    """Probabilities with finite log-odds."""
    return np.clip(np.asarray(pd_, dtype=np.float64), SMALLEST, 1 - SMALLEST)


COLUMNS = (
    "cohort",
    "loans",
    "known",
    "estimated",
    "estimated_low",
    "estimated_high",
    "expected_bads",
    "truth",
    "bads",
    "error",
    "surprise",
    "bads_surprise",
    "failed",
)


def estimate_errors(
    loans: pd.DataFrame,
    as_of: pd.Timestamp,
    every: Every = "quarter",
    *,
    least_known: float = LEAST_KNOWN,
    fewest_bads: int = FEWEST_BADS,
) -> pd.DataFrame:
    """Each cohort's estimate, and beside it the truth where the cohort has matured; oldest first.

    Args:
        loans: Scored loans; see `models.monitoring.performance`.
        as_of: Later applications do not count.
        every: Which applications stand together.
        least_known: Share of known outcomes from which a cohort is mature.
        fewest_bads: Bads and goods from which the truth is told.

    Returns:
        `cohort`, `loans`, `known`, `estimated` with its interval, `expected_bads` (of the loans with an
        outcome), and the later truth: `truth` (AUC), `bads`, `error`, `surprise`, `bads_surprise` and
        `failed` (boolean), as `EstimateError` tells them; those are missing while the cohort is not mature,
        or where its bads are few. Once there is a truth, the estimate is that of the loans with an outcome.
    """
    judged = unseen(loans, as_of)
    rows = [
        {"cohort": str(name), "loans": len(part)} | _cohort(part, least_known, fewest_bads)
        for name, part in judged.groupby(cohort_of(judged, every))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"bads": "Int64", "failed": "boolean"})


def _cohort(part: pd.DataFrame, least_known: float, fewest_bads: int) -> dict[str, object]:
    known = part[part["bad"].notna()]
    bads = int(known["bad"].sum())
    told: dict[str, object] = {"known": len(known)}
    if len(known) < least_known * len(part) or min(bads, len(known) - bads) < fewest_bads:
        if len(part) < 2:  # noqa: PLR2004 - a pair needs two
            return told
        return told | _interval(estimated(part["pd_"], part["group"]))
    found = estimate_error(known["pd_"], known["bad"].astype("int64"), known["group"])
    kept = ("expected_bads", "truth", "bads", "error", "surprise", "bads_surprise", "failed")
    return told | _interval(found.estimate) | {name: getattr(found, name) for name in kept}


def _interval(found: Estimate) -> dict[str, object]:
    return {"estimated": found.value, "estimated_low": found.low, "estimated_high": found.high}


def _risks(pd_: ArrayLike) -> Floats:
    risk = np.asarray(pd_, dtype=np.float64)
    if len(risk) < 2:  # noqa: PLR2004 - a pair needs two
        raise ValueError(f"an expected AUC of {len(risk)} loans; at least two are needed")
    if not ((risk >= 0) & (risk <= 1)).all():
        raise ValueError("a probability of default is missing or not between 0 and 1")
    return risk


def _expected_auc(risk: Floats, groups: ArrayLike | None) -> tuple[float, float]:
    """The expected AUC and the standard deviation of the AUC that will come true.

    An AUC near its expectation moves with each outcome by that loan's share in the ranking (first-order
    expansion of the ratio), and outcomes vary as their probabilities say.
    """
    good = 1 - risk
    below, above = _weights_below(risk, good), _weights_below(-risk, risk)
    itself = risk * good
    pairs = float(risk.sum() * good.sum() - itself.sum())
    if pairs <= 0:
        return 0.5, 0.0
    # a loan is no pair with itself: ties count half, and so did it
    value = (float(risk @ below) - itself.sum() / 2) / pairs
    moved = (below - above) / pairs - value * (good.sum() - risk.sum()) / pairs
    return float(value), sqrt(_variance(risk, moved, groups))


def _weights_below(score: Floats, weight: Floats) -> Floats:
    """For each row the weight of rows of lower score, and half that of its equals."""
    place = rankdata(score, method="dense").astype(np.int64) - 1
    by_place = np.bincount(place, weights=weight)
    found: Floats = (np.cumsum(by_place) - by_place / 2)[place]
    return found


def _variance(risk: Floats, weight: Floats, groups: ArrayLike | None) -> float:
    """Variance of the weighted number of bads; loans of one group default together as far as they can."""
    alone = float((risk * (1 - risk) * weight**2).sum())
    if groups is None:
        return alone
    told = pd.DataFrame({"group": pd.factorize(np.asarray(groups))[0], "risk": risk, "weight": weight})
    told["row"] = np.arange(len(told))
    several = told[told["group"].duplicated(keep=False)]
    pairs = several.merge(several, on="group")
    pairs = pairs[pairs["row_x"] != pairs["row_y"]]
    together = np.minimum(pairs["risk_x"], pairs["risk_y"]) - pairs["risk_x"] * pairs["risk_y"]
    return max(alone + float((together * pairs["weight_x"] * pairs["weight_y"]).sum()), 0.0)
