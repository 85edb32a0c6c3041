"""Reasons at batch speed: every firm's score with five reasons, against the booster's own `pred_contrib`.

    python benchmarks/model_rivals/reasons.py [firms]

Prints one line of JSON. All seconds are of one process on two threads, the model loaded and the firms in
memory; `pred_contrib` is timed on a part of the firms, because it takes minutes for all of them.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm as lgb
import numpy as np
import pandas as pd

from features.definitions import ALL
from models.credit import CreditModel
from models.reasons import Meaning
from models.shapley import shapley
from pipelines.sample import meanings

FIRMS, LEARNT = 300_000, 20_000
TREES, DEPTH, LEAVES = 500, 4, 15
COMPARED = 10_000
THREADS = 2
ALONE = 300
FLAGGED, MISSING = 7, 0.33
CATEGORIES = ("industry_division", "district")
MOST_SECONDS, LEAST_RATIO, MOST_MILLISECONDS, CLOSE = 30.0, 5.0, 2.0, 1e-5


def firms(rows: int, told: dict[str, Meaning], seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """As many columns as the feature library has, a third of the values missing, a risk in a few of them."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name, meaning in told.items():
        values = rng.beta(2, 5, rows) if meaning.unit == "share" else rng.lognormal(2, 1.5, rows)
        values = np.rint(values) if meaning.unit in ("count", "days", "months", "persons") else values
        values = values > FLAGGED if meaning.unit == "flag" else values
        columns[name] = np.where(rng.random(rows) < MISSING, np.nan, values)
    for name in CATEGORIES:
        columns[name] = rng.choice([f"W{place:02d}" for place in range(30)], rows)
    table = pd.DataFrame(columns)
    known = table[list(told)[:24]].rank(pct=True).fillna(0.5) - 0.5
    odds = known @ rng.normal(scale=1.5, size=24) + 3 * known.iloc[:, 0] * known.iloc[:, 1] - 2
    return table, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)


def model_of(told: dict[str, Meaning]) -> CreditModel:
    """A credit model with exactly so many trees of full depth, read back from its own files."""
    table, bad = firms(LEARNT, told, seed=1)
    model = CreditModel(meanings=told, n_estimators=60).fit(table, bad)
    parameters = {
        "objective": "binary", "num_leaves": LEAVES, "max_depth": DEPTH, "feature_fraction": 0.3,
        "learning_rate": 0.04, "min_data_in_leaf": 50, "verbose": -1, "num_threads": THREADS,
        "monotone_constraints": model.directions(),
    }  # fmt: skip
    data = lgb.Dataset(
        model.encoder_.matrix(table),
        bad,
        categorical_feature=model.encoder_.categorical,
        params={"verbose": -1},
    )
    model.booster_ = lgb.train(parameters, data, TREES)
    with TemporaryDirectory() as folder:
        model.save(Path(folder))
        return CreditModel.load(Path(folder))


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def milliseconds(work: Callable[[int], object], runs: int) -> float:
    """Median milliseconds of many runs."""
    return 1000 * statistics.median(seconds(lambda run=run: work(run)) for run in range(runs))


def measured(count: int) -> dict[str, object]:
    """All figures of a run."""
    told = meanings(ALL)
    model = model_of(told)
    table, _ = firms(count, told, seed=2)
    days = pd.DataFrame(
        {name: pd.Timestamp("2026-09-30") for one in told.values() for name in one.read}, table.index
    )
    matrix = model.encoder_.matrix(table)

    whole = seconds(lambda: (model.points(table), model.reason_table(table, 5, dates=days)))
    explained = seconds(lambda: shapley(model.booster_, matrix, threads=THREADS))
    part = matrix[:COMPARED]
    own = seconds(lambda: model.booster_.predict(part, pred_contrib=True, num_threads=THREADS))
    theirs = model.booster_.predict(matrix[:2_000], pred_contrib=True, num_threads=1)[:, :-1]
    apart = float(np.abs(shapley(model.booster_, matrix[:2_000], threads=1) - theirs).max())

    alone = [table.iloc[[row]] for row in range(ALONE)]
    one = milliseconds(lambda row: (model.predict_proba(alone[row]), model.reasons(alone[row], 5)), ALONE)
    ratio = own * count / COMPARED / explained
    return {
        "part": "reasons",
        "firms": count,
        "columns": len(model.encoder_.columns),
        "trees": model.booster_.num_trees(),
        "seconds": round(whole, 2),
        "shapley_seconds": round(explained, 2),
        "pred_contrib_seconds": round(own * count / COMPARED, 1),
        "ratio": round(ratio, 1),
        "one_firm_milliseconds": round(one, 2),
        "largest_difference": apart,
        "kept": {
            "seconds": whole * FIRMS / count <= MOST_SECONDS,
            "ratio": ratio >= LEAST_RATIO,
            "one_firm": one <= MOST_MILLISECONDS,
            "agree": apart <= CLOSE,
        },
    }


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]) if len(sys.argv) > 1 else FIRMS)))
