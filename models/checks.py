"""Numbered checks that stand between a trained model and the registry. A failed one names its finding."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.credit import CreditModel
from models.metrics import auc, calibration_ratio

FEWEST_BADS = 20
LOWEST_AUC = 0.6
HIGHEST_SINGLE_AUC = 0.9
ROUNDING = 1e-12
CALIBRATION = (0.67, 1.5)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks look at: a model, and firms with probabilities that were made without their outcome."""

    model: CreditModel
    table: pd.DataFrame
    bad: NDArray[np.int64]
    pd_: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict of one check: its number, name, whether it passed, and the finding in one sentence."""

    number: str
    name: str
    passed: bool
    finding: str


def run_checks(evidence: Evidence) -> list[Check]:
    """Every check, in the order of its number."""
    return [_run(number, check, evidence) for number, check in CHECKS.items()]


def refuse_failed(checks: Sequence[Check]) -> None:
    """Raise ModelError where a check failed; the message names each."""
    failed = [check for check in checks if not check.passed]
    if failed:
        told = "; ".join(f"{check.number} {check.name}: {check.finding}" for check in failed)
        raise ModelError(f"not registered, {len(failed)} of {len(checks)} checks failed: {told}")


Verdict = tuple[bool, str]


def enough_bads(evidence: Evidence) -> Verdict:
    """The test sample holds enough bads to say anything."""
    bads = int(evidence.bad.sum())
    return bads >= FEWEST_BADS, f"{bads} bads in the test, at least {FEWEST_BADS} needed"


def ranks(evidence: Evidence) -> Verdict:
    """The model ranks unseen firms better than a floor."""
    figure = auc(evidence.bad, evidence.pd_)
    return figure >= LOWEST_AUC, f"AUC {figure:.3f} on unseen loans, floor {LOWEST_AUC}"


def is_calibrated(evidence: Evidence) -> Verdict:
    """Predicted and observed default rates agree within a broad band."""
    ratio = calibration_ratio(evidence.bad, evidence.pd_)
    low, high = CALIBRATION
    return low <= ratio <= high, f"predicted over observed default rate {ratio:.2f}, expected {low} to {high}"


def is_monotone(evidence: Evidence) -> Verdict:
    """Proved after training: no split point of a constrained feature lets the risk move the wrong way.

    Every firm of a sample is moved through every threshold that the trees use; LightGBM's constraints
    alone are not taken on trust (LightGBM#5358, #6155).
    """
    wrong = [
        name for name, sign in signs(evidence.model).items() if sign and not _moves(evidence, name, sign)
    ]
    return not wrong, f"{', '.join(wrong) or 'no feature'} moves the risk against its declared direction"


def no_single_feature_tells_all(evidence: Evidence) -> Verdict:
    """No feature alone is near-perfect: such a feature usually knows the outcome."""
    alone = {name: _auc_alone(evidence.table[name], evidence.bad) for name in _numeric(evidence.table)}
    best = max(alone, key=lambda name: alone[name])
    return (
        alone[best] < HIGHEST_SINGLE_AUC,
        f"'{best}' alone reaches AUC {alone[best]:.3f}, {HIGHEST_SINGLE_AUC} is suspicious",
    )


def scores_alike_everywhere(evidence: Evidence) -> Verdict:
    """Batch, single and reloaded scores agree to the bit."""
    with TemporaryDirectory() as folder:
        evidence.model.save(Path(folder))
        again = CreditModel.load(Path(folder)).predict_proba(evidence.table)[:, 1]
    batch = evidence.model.predict_proba(evidence.table)[:, 1]
    few = evidence.table.head(20)
    single = [evidence.model.predict_proba(few.iloc[[row]])[0, 1] for row in range(len(few))]
    same = bool((again == batch).all()) and bool((np.array(single) == batch[: len(few)]).all())
    return same, f"batch, single and reloaded scores {'agree' if same else 'differ'}"


CHECKS: dict[str, Callable[[Evidence], Verdict]] = {
    "C01": enough_bads,
    "C02": ranks,
    "C03": is_calibrated,
    "C04": is_monotone,
    "C05": no_single_feature_tells_all,
    "C06": scores_alike_everywhere,
}


def _run(number: str, check: Callable[[Evidence], Verdict], evidence: Evidence) -> Check:
    passed, finding = check(evidence)
    return Check(number, check.__name__, passed, finding)


def signs(model: CreditModel) -> dict[str, int]:
    """The declared direction of every numeric column."""
    return dict(zip(model.encoder_.columns, model.directions(), strict=True))


def _moves(evidence: Evidence, name: str, sign: int) -> bool:
    """Whether the risk moves only with `sign` when the feature crosses its split points."""
    sample = evidence.table.head(50)
    points = thresholds(evidence.model, name)
    if not len(points):
        return True
    crossed = pd.concat([sample.assign(**{name: point}) for point in points])
    risk = evidence.model.decision_function(crossed).reshape(len(points), len(sample))
    return bool((sign * np.diff(risk, axis=0) >= -ROUNDING).all())


def thresholds(model: CreditModel, name: str) -> NDArray[np.float64]:
    """A value on either side of each split point of a feature, rising."""
    trees = model.booster_.trees_to_dataframe()
    used = trees.loc[trees["split_feature"] == f"Column_{model.encoder_.columns.index(name)}", "threshold"]
    cuts = np.unique(pd.to_numeric(used, errors="coerce").dropna().to_numpy(dtype=float))
    if not len(cuts):
        return cuts
    between = (cuts[1:] + cuts[:-1]) / 2
    return np.concatenate([[cuts[0] - 1 - abs(cuts[0])], between, [cuts[-1] + 1 + abs(cuts[-1])]])


def _numeric(table: pd.DataFrame) -> list[str]:
    return [name for name in table if pd.api.types.is_numeric_dtype(table[name].dtype)]


def _auc_alone(values: pd.Series, bad: NDArray[np.int64]) -> float:
    """The better of both directions, missing values at either end."""
    best = 0.5
    for fill in (-np.inf, np.inf):
        figure = auc(bad, values.astype(float).fillna(fill).rank())
        best = max(best, figure, 1 - figure)
    return best
