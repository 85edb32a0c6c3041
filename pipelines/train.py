"""train: sample → split → fit → judge by what was not seen → check → register → report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.assemble import Watch
from features.errors import ModelError
from features.feature import AnyFeature
from features.home import Home
from features.lake import receipts
from features.session import Session
from models.evidence import Evidence, Rows
from models.label_rules import LabelRules
from models.metrics import calibration_ratio
from models.registry import CREDIT
from models.report import Bilingual
from models.vintage import roll_rates, vintage
from pipelines.figures import auc_by_rank, figures_of
from pipelines.learning import Learnt, from_loans, from_record
from pipelines.review import Occasion, Reviewed, review
from pipelines.sample import Scope
from pipelines.summary import Validation

LOAN_TAPE = "loan_tape"


@dataclass(frozen=True, slots=True)
class Trained:
    """A registered credit model, the evidence on it, and what was measured."""

    evidence: Evidence
    reviewed: Reviewed
    validation: Validation

    @property
    def held_out(self) -> Rows:
        """The rows that the model was judged by."""
        return self.evidence.held_out


def train_credit(
    home: Home,
    label: str,
    day: pd.Timestamp,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    watch: Watch = lambda _source: None,
    *,
    occasion: Mapping[str, Any] | None = None,
) -> Trained:
    """The credit model of a lake, registered and reported.

    Args:
        home: Whose lake, registry and reports.
        label: `loan_tape`, or an outcome as `source.column`.
        day: Day until which data count.
        scope: Which firms and sources.
        features: Columns to learn from.
        watch: Told of every source whose features are done.
        occasion: More of what an `Occasion` holds: alias, who, why, override.

    Raises:
        ModelError: The tape is too short, or a check failed; nothing is registered then.
    """
    if label == LOAN_TAPE:
        learnt = from_loans(home, day, scope, features, watch)
    else:
        learnt = from_record(home, label, day, scope, features, watch)
    validation = validation_of(learnt)
    told = occasion_of(home, learnt, validation, day, scope, **(occasion or {}))
    return Trained(learnt.evidence, review(home, learnt.evidence, told), validation)


def occasion_of(
    home: Home, learnt: Learnt, validation: Validation, day: pd.Timestamp, scope: Scope, **more: Any
) -> Occasion:
    """What registry and report are told of a credit model; `more` is what else an `Occasion` holds."""
    return Occasion(
        name=scope.registered(CREDIT),
        day=day.date(),
        title=Bilingual("小微企业信用评分模型", "Credit score of small and micro firms"),
        figures=validation.figures,
        told=_told(home, learnt, day, scope),
        **more,
    )


def validation_of(learnt: Learnt) -> Validation:
    """How the model did on rows it had not seen, each figure with its interval."""
    evidence, held_out = learnt.evidence, learnt.evidence.held_out
    return Validation(
        kind=evidence.kind,
        said_zh=learnt.said_zh,
        bad=held_out.bad,
        pd_=evidence.pd_,
        figures=figures_of(evidence),
        calibration=calibration_ratio(held_out.bad, evidence.pd_),
        train_rows=len(evidence.train),
        train_bads=int(evidence.train.bad.sum()),
    )


def _told(home: Home, learnt: Learnt, day: pd.Timestamp, scope: Scope) -> dict[str, Any]:
    """What the report says of sample and label."""
    digests = {
        f"{receipt.source}: {receipt.file}": receipt.batch
        for source in sorted(scope.sources)
        for receipt in receipts(home, source)
    }
    if learnt.outcomes is None:
        return {"unit": "firm", "data_digests": digests}
    outcomes, session = learnt.outcomes, Session(home)
    rules = scope.label_rules or LabelRules()
    return {
        "unit": "loan",
        "label_rules": rules.stated(),
        "counts": _counts(outcomes),
        "exclusions": _exclusions(outcomes, learnt.evidence),
        "vintage": vintage(session, day, rules),
        "roll_rates": roll_rates(session, day),
        "data_digests": digests,
    }


def _counts(outcomes: pd.DataFrame) -> dict[str, int]:
    mature = outcomes["mature"].to_numpy(dtype=bool)
    bad, grey = (outcomes[name].fillna(value=False).to_numpy(dtype=bool) for name in ("bad", "grey"))
    kinds = {"good": mature & ~bad & ~grey, "bad": bad, "grey": grey, "immature": ~mature}
    return {name: int(rows.sum()) for name, rows in kinds.items()}


def _exclusions(outcomes: pd.DataFrame, evidence: Evidence) -> dict[str, int]:
    used = outcomes.index.isin(evidence.train.table.index) | outcomes.index.isin(
        evidence.held_out.table.index
    )
    mature = outcomes["mature"].to_numpy(dtype=bool)
    grey = outcomes["grey"].fillna(value=False).to_numpy(dtype=bool)
    return {
        "immature": int((~used & ~mature).sum()),
        "grey": int((~used & mature & grey).sum()),
        "outcome_gap": int((~used & mature & ~grey).sum()),
    }


def best_single_feature(test: Rows) -> tuple[str, float]:
    """The feature whose values alone rank the test loans best, in whichever direction, and its Gini."""
    alone = {
        str(name): _gini_alone(test.table[name], test.bad)
        for name in test.table
        if pd.api.types.is_numeric_dtype(test.table[name].dtype)
    }
    if not alone:
        raise ModelError("no numeric feature to compare with")
    best = max(alone, key=lambda name: alone[name])
    return best, alone[best]


def _gini_alone(values: pd.Series, bad: NDArray[np.int64]) -> float:
    """The best of both directions with missing values at the low end, at the high end, or in the middle."""
    known = values.to_numpy(dtype=np.float64, na_value=np.nan)
    missing = np.isnan(known)
    fills = (-np.inf, np.inf, np.median(known[~missing])) if missing.any() and not missing.all() else (0.0,)
    return max(abs(2 * auc_by_rank(bad, np.where(missing, fill, known)) - 1) for fill in fills)
