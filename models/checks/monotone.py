"""Whether risk moves only in the declared direction: proved after training, over the model's own splits."""

from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.checks.step_proof import turning_back
from models.checks.tree_proof import Proof, UnprovableError, prove
from models.checks.verdict import Verdict, graded
from models.evidence import Evidence

Floats = NDArray[np.float64]
ROUNDING = 1e-12
ROWS = 50
"""Rows that are moved through every split point where the trees alone do not prove it."""
VALUES = 200
"""Most values of a column that a model without trees is moved through."""


def is_monotone(evidence: Evidence) -> Verdict:
    """Risk moves only in the declared direction, whatever the other features are.

    Proved tree by tree. Where a tree breaks the order, other trees may mend it: then held-out rows are moved
    through every split point of that feature. A row that moves the wrong way fails the check; if none does,
    it warns, for rows are no proof. A model without trees is moved through the values of training.
    """
    model: Any = evidence.model
    booster = getattr(model, "booster_", None)
    if booster is None:
        return _by_steps(model) if hasattr(model, "sum_") else _by_values(evidence)
    names, signs = list(model.encoder_.columns), list(model.directions())
    if not _calibration_rises(model):
        return Verdict("fail", "the calibration curve does not rise", "校准曲线不是递增的")
    try:
        proof = prove(booster.dump_model()["tree_info"], signs)
    except UnprovableError as error:
        return _by_rows(
            evidence, booster, [name for name, sign in zip(names, signs, strict=True) if sign], str(error)
        )
    if proof.broken:
        return _by_rows(
            evidence, booster, [names[column] for column in proof.broken], "trees break the order"
        )
    return _proved(proof, sum(1 for sign in signs if sign))


def _proved(proof: Proof, constrained: int) -> Verdict:
    return Verdict(
        "pass",
        f"no feature moves the risk against its declared direction: proved in {proof.trees} trees over "
        f"{proof.splits} splits of {constrained} features; missing values take the riskier side at "
        f"{proof.missing_riskier} of them and the safer side at {proof.missing_safer}",
        f"没有特征逆声明方向改变风险：在 {proof.trees} 棵树、{constrained} 个有方向特征的 "
        f"{proof.splits} 个分裂点上逐一证明；"
        f"缺失值在其中 {proof.missing_riskier} 处归入风险较高一侧，{proof.missing_safer} 处归入较低一侧",
        {
            "trees": proof.trees,
            "splits": proof.splits,
            "features": constrained,
            "missing_riskier": proof.missing_riskier,
            "missing_safer": proof.missing_safer,
        },
    )


def _by_steps(model: Any) -> Verdict:
    """A scorecard is proved bin by bin."""
    signs = {name: sign for name, sign in model.directions().items() if sign and name in model.variables_}
    wrong = turning_back(model.sum_, model.variables_, signs)
    if wrong:
        return _judged(wrong, wrong, 0, "")
    return Verdict(
        "pass",
        f"no feature moves the risk against its declared direction: proved over all bins of {len(signs)} "
        "features",
        f"没有特征逆声明方向改变风险：在 {len(signs)} 个有方向特征的全部分箱上逐一证明",
        {"features": len(signs)},
    )


def _by_rows(evidence: Evidence, booster: lgb.Booster, names: list[str], why: str) -> Verdict:
    """Move rows through every split point of the features that are not proved."""
    model: Any = evidence.model
    matrix = model.encoder_.matrix(evidence.held_out.table.head(ROWS))
    columns, signs = list(model.encoder_.columns), list(model.directions())
    wrong = [
        name
        for name in names
        if _moves_wrong(booster, matrix, columns.index(name), signs[columns.index(name)])
    ]
    return _judged(names, wrong, len(matrix), why)


def _judged(names: list[str], wrong: list[str], rows: int, why: str) -> Verdict:
    told, told_zh = ", ".join(wrong or names), "、".join(wrong or names)
    if wrong:
        finding = f"{told} moves the risk against its declared direction"
        return Verdict("fail", finding, f"{told_zh} 逆声明方向改变风险", {"wrong": len(wrong)})
    return Verdict(
        graded(warn=True),
        f"not proved for {told} ({why}); no feature moves the risk of {rows} rows against its direction",
        f"{told_zh} 未能逐树证明；{rows} 行样本移经全部分裂点，没有逆声明方向改变风险",
        {"not_proved": len(names)},
    )


def _moves_wrong(booster: lgb.Booster, matrix: Floats, column: int, sign: int) -> bool:
    points = probes(booster, column)
    if not len(points):
        return False
    crossed = np.repeat(matrix[None], len(points), axis=0)
    crossed[:, :, column] = points[:, None]
    flat = crossed.reshape(-1, matrix.shape[1])
    risk = np.asarray(booster.predict(flat, raw_score=True, num_threads=1)).reshape(len(points), -1)
    return bool((sign * np.diff(risk, axis=0) < -ROUNDING).any())


def probes(booster: lgb.Booster, column: int) -> Floats:
    """A value on either side of each split point of a column, rising; none where no tree asks for it."""
    trees = booster.trees_to_dataframe()
    name = booster.feature_name()[column]
    used = trees.loc[trees["split_feature"] == name, "threshold"]
    cuts = np.unique(pd.to_numeric(used, errors="coerce").dropna().to_numpy(dtype=float))
    if not len(cuts):
        return cuts
    between = (cuts[1:] + cuts[:-1]) / 2
    return np.concatenate([[cuts[0] - 1 - abs(cuts[0])], between, [cuts[-1] + 1 + abs(cuts[-1])]])


def _calibration_rises(model: Any) -> bool:
    """Whether the curve from margins to log-odds rises; it is straight between its knots."""
    curve = getattr(model, "calibration_", None)
    if curve is None:
        return bool(model.slope_ > 0)
    knots = np.asarray(curve.margins, dtype=np.float64)
    return bool(curve.slope > 0 and (len(knots) == 0 or (np.diff(curve.log_odds(knots)) > 0).all()))


def _by_values(evidence: Evidence) -> Verdict:
    """A model without trees: rows are moved through the values that each feature had in training."""
    model: Any = evidence.model
    table = evidence.train.table
    signs = {str(name): int(sign) for name, sign in _declared(model).items() if sign and name in table}
    rows = evidence.held_out.table.head(5)
    wrong = [name for name, sign in signs.items() if _value_moves_wrong(evidence, rows, name, sign)]
    if wrong:
        return _judged(list(signs), wrong, len(rows), "")
    return Verdict(
        "pass",
        f"no feature moves the risk against its declared direction: {len(signs)} features through all values "
        "of training",
        f"没有特征逆声明方向改变风险：{len(signs)} 个有方向的特征逐一取遍训练样本的值",
        {"features": len(signs)},
    )


def _declared(model: Any) -> dict[str, int]:
    """Column → direction, from the model's `monotone` or its meanings."""
    told = {name: meaning.monotone for name, meaning in (model.meanings or {}).items()}
    return told | dict(getattr(model, "monotone", None) or {})


def _value_moves_wrong(evidence: Evidence, rows: pd.DataFrame, name: str, sign: int) -> bool:
    values = evidence.train.table[name]
    if not pd.api.types.is_numeric_dtype(values.dtype) or values.notna().sum() == 0:
        return False
    known = np.unique(values.dropna().to_numpy(dtype=np.float64))
    if len(known) > VALUES:
        known = np.unique(np.quantile(known, np.linspace(0, 1, VALUES)))
    crossed = pd.concat([rows.assign(**{name: value}) for value in known], ignore_index=True)
    risk = evidence.model.decision_function(crossed).reshape(len(known), len(rows))
    return bool((sign * np.diff(risk, axis=0) < -ROUNDING).any())
