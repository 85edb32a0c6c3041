"""What a run did and found, as the report and the terminal show it."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feature import AnyFeature
from features.lake import Receipt
from models.checks import Check
from models.green.judging import Figures
from models.metrics import Estimate
from models.scale import Bands, Scale


@dataclass(frozen=True, slots=True)
class Validation:
    """How the credit model did on firms it had not seen.

    Attributes:
        kind: `out_of_time`, or `repeated_cv` where every firm was held out once a repeat.
        said_zh: In Chinese: what was held out, over which days, how many rows and bads.
        bad: 1 for bad, one a held-out row.
        pd_: Predicted probability of default of the same rows (the mean over repeats for `repeated_cv`).
        figures: `auc`, `ks`, `gini`, each with its interval.
        calibration: Mean predicted over observed rate of default.
        train_rows: Rows learnt from.
        train_bads: Bads among them.
    """

    kind: str
    said_zh: str
    bad: NDArray[np.int64]
    pd_: NDArray[np.float64]
    figures: dict[str, Estimate]
    calibration: float
    train_rows: int
    train_bads: int


@dataclass(frozen=True, slots=True)
class OracleComparison:
    """The embedded city knows the best possible ranking: how near the model comes to it, out of time."""

    oracle_gini: float
    model_gini: float
    best_feature: str
    best_feature_gini: float

    @property
    def reached(self) -> float:
        """The model's share of the oracle's Gini."""
        return self.model_gini / self.oracle_gini

    @property
    def best_alone(self) -> float:
        """The best single feature's share of the oracle's Gini."""
        return self.best_feature_gini / self.oracle_gini


@dataclass(frozen=True, slots=True)
class GreenValidation:
    """How the green model did by grouped cross-validation, where something environmental was known.

    Attributes:
        firms: Firms with an official grade.
        kappa: Quadratic weighted kappa, drawn by firm.
        within_one: Share of the rows at most one grade off.
        per_grade: Grade → rows.
        figures: All figures with intervals.
        coverage: Share of the graded rows of which something was known; the others get no predicted grade.
        kappa_of_all: Kappa if all graded rows were given a grade.
        kappa_later: Kappa on the newest evaluations, by models that knew nothing so new; None where the
            history is too short.
        checks: Verdicts of the model checks.
        report: The model's page.
    """

    firms: int
    kappa: Estimate
    within_one: float
    per_grade: dict[str, int]
    figures: Figures | None = None
    coverage: float | None = None
    kappa_of_all: Estimate | None = None
    kappa_later: Estimate | None = None
    checks: tuple[Check, ...] = ()
    report: Path | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything about one run.

    Attributes:
        importance: Column → mean absolute points it moves a score by, over all scored firms.
        scores: Indexed by `entity_id`: `score`, `band`, `pd_12m`, `reason_1` … `reason_5` (Chinese),
            `official_grade`, `predicted_grade`, `loan_basis`, and for each measure `<measure>` (its result)
            and `<measure>_zh` (its text); more columns may follow.
        answer: One full answer, as the service gives it.
        seconds: Step → seconds it took.
        scale: The model's points.
        bands: The model's ranges of points.
    """

    recipe: str
    title_zh: str
    as_of: date
    receipts: list[Receipt]
    features: tuple[AnyFeature, ...]
    validation: Validation
    checks: list[Check]
    credit_label: str
    scores: pd.DataFrame
    answer: dict[str, Any]
    importance: dict[str, float]
    green_label: str | None = None
    green: GreenValidation | None = None
    oracle: OracleComparison | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    scale: Scale = field(default_factory=Scale)
    bands: Bands = field(default_factory=Bands)
