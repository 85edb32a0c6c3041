"""What came of every policy, told by outcomes that nobody knew when the models answered."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from models.delong import auc_difference, auc_interval
from models.groups import group_of
from models.metrics import Estimate
from models.monitoring.estimated import EstimateError, estimate_error
from models.monitoring.performance import by_cohort, calibration_interval, in_mature_cohorts
from pipelines.backtesting.applications import Applications
from pipelines.backtesting.loss import Loss, loss_difference, loss_of
from pipelines.backtesting.parameters import Parameters
from pipelines.backtesting.replay import Walk
from pipelines.backtesting.teaching import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of one policy. Figures are None while no quarter of applications has matured.

    Attributes:
        walk: What it did.
        loans: Applications that its models answered for.
        judged: Those of mature quarters with a known outcome.
        bads: Bad ones among them.
        gini: Of all of them together, with its 95 % interval over company groups.
        calibration: Predicted over observed rate of default.
        estimate: The expected AUC that could have been told before any outcome, beside the true one.
        loss: What lending by it would have cost.
        quarters: By quarter of application, as `models.monitoring.performance.by_cohort` tells it.
        gini_gain: Gini less that of never retraining, on the same loans; None for that policy itself.
        loss_gain: Loss per yuan less that of never retraining; below 0 it lost less.
    """

    walk: Walk
    loans: int
    judged: int
    bads: int
    gini: Estimate | None
    calibration: Estimate | None
    estimate: EstimateError | None
    loss: Loss | None
    quarters: pd.DataFrame
    gini_gain: Estimate | None
    loss_gain: Estimate | None


def judge(
    walks: Sequence[Walk],
    truth: Known,
    period: tuple[pd.Timestamp, pd.Timestamp],
    applications: Applications,
    amounts: "pd.Series[float]",
    parameters: Parameters,
) -> list[Judged]:
    """Every policy by the outcomes known on the last day; the first one is what others are compared with."""
    loans = applied_in(truth.outcomes, period)
    told = loans[["application_date", "window_end"]].assign(
        bad=loans["bad"].astype("Int64"),
        group=group_of(loans["entity_id"], truth.groups),
        amount_cny=amounts.reindex(loans.index),
    )
    frames = [told.join(walk.answers(loans, applications)) for walk in walks]
    return [
        _judged(walk, frame, None if place == 0 else frames[0], truth.day, parameters)
        for place, (walk, frame) in enumerate(zip(walks, frames, strict=True))
    ]


def applied_in(outcomes: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    """The loans applied for after the first day and until the last."""
    applied = outcomes["application_date"]
    return outcomes[((applied > period[0]) & (applied <= period[1])).to_numpy()]


def _judged(
    walk: Walk, frame: pd.DataFrame, base: pd.DataFrame | None, day: pd.Timestamp, parameters: Parameters
) -> Judged:
    known = in_mature_cohorts(frame)
    bad = known["bad"].astype("int64")
    both = 0 < bad.sum() < len(bad)
    same = None if base is None or not both else base.loc[known.index]
    return Judged(
        walk=walk,
        loans=len(frame),
        judged=len(known),
        bads=int(bad.sum()),
        gini=_gini(auc_interval(bad, known["pd_"], known["group"])) if both else None,
        calibration=calibration_interval(bad, known["pd_"]) if len(known) else None,
        estimate=estimate_error(known["pd_"], bad, known["group"]) if both else None,
        loss=loss_of(known, parameters),
        quarters=by_cohort(frame, day),
        gini_gain=None
        if same is None
        else _doubled(auc_difference(bad, known["pd_"], same["pd_"], known["group"])),
        loss_gain=None if same is None else loss_difference(known, same, parameters),
    )


def _gini(area: Estimate) -> Estimate:
    return Estimate(2 * area.value - 1, 2 * area.low - 1, 2 * area.high - 1)


def _doubled(gap: Estimate) -> Estimate:
    """A difference of AUCs as one of Ginis."""
    return Estimate(2 * gap.value, 2 * gap.low, 2 * gap.high)
