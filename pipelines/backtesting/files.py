"""A backtest as a record for machines, and its files: page and JSON, each whole or not there at all."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from features.home import Home
from features.staging import commit, staged
from models.metrics import Estimate
from models.monitoring.estimated import EstimateError
from pipelines.backtesting.backtest import Backtest, folder_of
from pipelines.backtesting.judging import Judged
from pipelines.backtesting.loss import Loss
from pipelines.backtesting.page import render
from pipelines.backtesting.policies import POLICIES
from pipelines.backtesting.replay import Step

PAGE, JSON = "backtest.html", "backtest.json"
DIGITS = 6


def write_backtest(home: Home, found: Backtest) -> dict[str, Path]:
    """Write page and JSON below the home; a run that dies leaves what stood there before.

    Raises:
        LakeError: The disk is full or the home cannot be written.
    """
    folder = folder_of(home, found)
    texts = {JSON: json.dumps(as_record(found), ensure_ascii=False, indent=1) + "\n", PAGE: render(found)}
    with staged(home) as staging:
        for name, text in texts.items():
            (staging / name).write_text(text, "utf-8")
        for name in texts:  # the page comes last: where it is there, so is all that it tells of
            commit(staging / name, folder / name)
    return {"page": folder / PAGE, "json": folder / JSON}


def as_record(found: Backtest) -> dict[str, Any]:
    """Everything for machines; figures that are not known yet are null."""
    return {
        "recipe": found.recipe,
        "from": _day(found.first),
        "to": _day(found.last),
        "outcomes_as_of": _day(found.as_of),
        "steps": [_day(day) for day in found.days],
        "features": found.features,
        "against": found.policies[0].walk.policy,
        "parameters": {name: asdict(one) for name, one in found.parameters.items()},
        "policies": {one.walk.policy: _policy(one) for one in found.policies},
    }


def _policy(one: Judged) -> dict[str, Any]:
    return {
        "zh": POLICIES[one.walk.policy],
        "models": [
            {
                "day": _day(made.day),
                "why": why,
                "loans": len(made.learnt),
                "bads": made.bads,
                "first": _day(made.period[0]),
                "last": _day(made.period[1]),
                "cut_off": round(made.cut_off, DIGITS),
            }
            for made, why in one.walk.taught
        ],
        "applications": one.loans,
        "judged": one.judged,
        "bads": one.bads,
        "gini": _interval(one.gini),
        "gini_gain": _interval(one.gini_gain),
        "calibration": _interval(one.calibration),
        "estimate": _estimate(one.estimate),
        "loss": _loss(one.loss),
        "loss_gain": _interval(one.loss_gain),
        "quarters": _rows(one.quarters),
        "steps": [_step(step) for step in one.walk.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    seen = step.seen
    return {
        "day": _day(step.day),
        "model_of": _day(step.model_of),
        "retrained": step.reason,
        "seen": None
        if seen is None
        else {
            "fresh": seen.fresh,
            "fresh_bads": seen.fresh_bads,
            "calibration": _interval(seen.calibration),
            "ranking": _estimate(seen.ranking),
            "psi": _rounded(seen.psi),
            "psi_by_chance": _rounded(seen.psi_by_chance),
        },
    }


def _loss(loss: Loss | None) -> dict[str, Any] | None:
    if loss is None:
        return None
    return {
        "loans": loss.loans,
        "approved": loss.approved,
        "exposure_cny": round(loss.exposure_cny),
        "expected_rate": round(loss.expected_rate, DIGITS),
        "came_rate": _interval(loss.came_rate),
        "refused_rate": _rounded(loss.refused_rate),
    }


def _estimate(found: EstimateError | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "auc": _interval(found.estimate),
        "truth": round(found.truth, DIGITS),
        "error": round(found.error, DIGITS),
        "surprise": round(found.surprise, DIGITS),
        "expected_bads": round(found.expected_bads, DIGITS),
        "bads": found.bads,
        "bads_surprise": round(found.bads_surprise, DIGITS),
        "failed": found.failed,
    }


def _interval(found: Estimate | None) -> dict[str, float] | None:
    return None if found is None else {name: round(value, DIGITS) for name, value in asdict(found).items()}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    """A cell for JSON; missing is null."""
    if pd.isna(value):
        return None
    return round(value, DIGITS) if isinstance(value, float) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _day(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"
