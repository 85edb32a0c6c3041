"""What cohorts say once their outcomes are known: calibration, discrimination, and whether estimates held."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from models.monitoring.alert import Alert, told
from models.monitoring.estimated import SURE, TOLERANCE
from models.monitoring.limits import Limits

IN_A_ROW = 2
"""Cohorts in a row that must say the same before a person is asked."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Cohort by cohort, oldest first.

    Attributes:
        cohorts: As `performance.by_cohort` tells them.
        estimates: As `estimated.estimate_errors` tells them.
    """

    cohorts: pd.DataFrame
    estimates: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Used:
    """What became of answers of a month.

    Attributes:
        decided: Answers of which the bank's decision is known.
        against: Those of them in which it went against the score.
        month: Which.
    """

    decided: int
    against: int
    month: str


def judged(outcomes: Outcomes | None, limits: Limits) -> Iterator[Alert]:
    """What the newest mature cohorts say; nothing where none is mature."""
    if outcomes is None:
        return
    mature = outcomes.cohorts[outcomes.cohorts["mature"].astype(bool) & outcomes.cohorts["ratio"].notna()]
    yield from _calibration(mature, limits)
    truths = outcomes.estimates[outcomes.estimates["truth"].notna()]
    yield from _discrimination(mature, truths, limits)
    yield from _estimate(truths)


def _calibration(mature: pd.DataFrame, limits: Limits) -> Iterator[Alert]:
    """Outside of the band for two quarters in a row; a person is asked where the intervals are, too."""
    last = mature.tail(IN_A_ROW)
    if len(last) < IN_A_ROW:
        return
    low, high = limits["ratio_low"], limits["ratio_high"]
    for side in (last["ratio"] < low, last["ratio"] > high):
        if not side.all():
            continue
        surely = bool(((last["ratio_high"] < low) | (last["ratio_low"] > high)).all())
        newest = last.iloc[-1]
        yield told(
            "calibration_off",
            str(newest["cohort"]),
            str(last.iloc[0]["cohort"]),
            0.97 if surely else 0.7,
            needs_person=surely,
            ratio=newest["ratio"],
            low=newest["ratio_low"],
            high=newest["ratio_high"],
            verdict_zh="连续两个季度越线" if surely else "连续两个季度偏离，区间尚未全部越线，先观察",
            verdict_en="two quarters beyond the line" if surely else "two quarters off, to be watched",
        )


def _discrimination(mature: pd.DataFrame, truths: pd.DataFrame, limits: Limits) -> Iterator[Alert]:
    """A Gini a fifth below what was expected of the same loans, with the interval below it, too."""
    both = mature.merge(truths[["cohort", "estimated", "estimated_low"]], on="cohort")
    promised = 2 * both["estimated"] - 1
    fallen = ((2 * both["auc"] - 1) <= (1 - limits["gini_drop"]) * promised) & (
        both["auc_high"] < both["estimated"]
    )
    if not len(both) or not fallen.iloc[-1]:
        return
    newest, row = both.iloc[-1], int(fallen.tail(IN_A_ROW).sum())
    surely = row == IN_A_ROW or newest["auc_high"] < newest["estimated_low"]
    yield told(
        "discrimination_down",
        str(newest["cohort"]),
        str(both[fallen].iloc[-row]["cohort"]),
        0.99 if row == IN_A_ROW else 0.9,
        needs_person=bool(surely),
        auc=newest["auc"],
        low=newest["auc_low"],
        high=newest["auc_high"],
        estimate=newest["estimated"],
        verdict_zh="低于事前估计五分之一以上",
        verdict_en="a fifth below what was expected",
    )


def _estimate(truths: pd.DataFrame) -> Iterator[Alert]:
    """The newest cohort whose truth contradicts its estimate; wrong numbers of bads are for calibration."""
    failed = truths[truths["failed"].fillna(value=False).astype(bool)]
    if not len(truths) or not len(failed) or failed.index[-1] != truths.index[-1]:
        return
    newest = failed.iloc[-1]
    ranks = abs(newest["surprise"]) > SURE and abs(newest["error"]) > TOLERANCE
    yield told(
        "estimate_failed",
        str(newest["cohort"]),
        str(newest["cohort"]),
        0.99 if ranks else 0.8,
        needs_person=bool(ranks),
        estimate=newest["estimated"],
        truth=newest["truth"],
        surprise=newest["surprise"],
        bads=newest["bads_surprise"],
    )


def overridden(used: Used | None, limits: Limits) -> Iterator[Alert]:
    """Banks that go against the score more often than the trigger allows."""
    if used is None or used.decided < limits["override_least"]:
        return
    share = used.against / used.decided
    if share > limits["override_share"]:
        yield told(
            "overrides", used.month, used.month, 0.95, needs_person=True, decided=used.decided, share=share
        )
