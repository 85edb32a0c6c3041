"""What a step of the walk sees of the model in force on its day, and whether that is alarming."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.groups import group_of
from models.metrics import Estimate
from models.monitoring.estimated import EstimateError, estimate_error
from models.monitoring.performance import calibration_interval
from models.stability import ALL, psi_by_month
from pipelines.backtesting.applications import Applications
from pipelines.backtesting.parameters import Parameters
from pipelines.backtesting.teaching import Known, Taught, applied_within

NEWEST = pd.DateOffset(months=3)
"""Applications of so long are compared with those that the model learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The model in force, seen on a day.

    Attributes:
        day: The day.
        fresh: Loans whose outcome has become known since the model was made.
        fresh_bads: Bad ones among them.
        calibration: Their predicted over observed rate of default; None without a bad.
        ranking: The expected AUC of them beside the true one; None with fewer bads or goods than count.
        psi: Of the scores of the last three months' applications against those learnt from; None without any.
        psi_by_chance: What so few applications exceed in one case in a hundred though nothing has moved.
    """

    day: pd.Timestamp
    fresh: int
    fresh_bads: int
    calibration: Estimate | None
    ranking: EstimateError | None
    psi: float | None
    psi_by_chance: float | None


Alert = Callable[[Watched, Parameters], str | None]
"""Why a model should be retrained, as one of `ALERTS`; None where nothing speaks for it."""

ALERTS = ("calibration", "ranking", "scores")


def watched(taught: Taught, known: Known, applications: Applications, fewest_bads: int) -> Watched:
    """The model in force, seen with what is known on a day.

    Fresh outcomes are of loans that the model did not learn from: nobody knew them when it was made.
    """
    fresh = known.labelled
    fresh = fresh[~fresh.index.isin(taught.learnt)]
    risk = pd.Series(taught.risk(applications.of(fresh)), index=fresh.index)
    bad = fresh["bad"].astype("int64")
    bads = int(bad.sum())
    enough = min(bads, len(bad) - bads) >= max(fewest_bads, 1)
    psi, chance = _moved(taught, known, applications)
    return Watched(
        day=known.day,
        fresh=len(fresh),
        fresh_bads=bads,
        calibration=calibration_interval(bad, risk) if bads else None,
        ranking=estimate_error(risk, bad, group_of(fresh["entity_id"], known.groups)) if enough else None,
        psi=psi,
        psi_by_chance=chance,
    )


def own_alert(seen: Watched, parameters: Parameters) -> str | None:
    """The first of: fresh outcomes off the promised level, off the promised ranking, scores that have moved.

    A level counts as off where the ratio is out of its range and more than chance.
    """
    low, high = parameters["calibration_low"].value, parameters["calibration_high"].value
    ratio = seen.calibration
    if seen.fresh_bads >= parameters["fewest_bads"].value and ratio is not None:
        surely = ratio.high < 1 or ratio.low > 1
        if surely and not low <= ratio.value <= high:
            return "calibration"
    if seen.ranking is not None and seen.ranking.failed and seen.ranking.error > 0:
        return "ranking"
    if seen.psi is not None and seen.psi_by_chance is not None:
        moved = seen.psi >= parameters["psi_act"].value and seen.psi > seen.psi_by_chance
        return "scores" if moved else None
    return None


def _moved(
    taught: Taught, known: Known, applications: Applications
) -> tuple[float, float] | tuple[None, None]:
    newest = applied_within(known, NEWEST)
    if newest.empty:
        return None, None
    after = pd.Series(taught.risk(applications.of(newest)))
    found = psi_by_month(pd.Series(np.asarray(taught.learnt_pd)), after)
    row = found[found["month"] == ALL].iloc[0]
    return float(row["psi"]), float(row["by_chance"])
