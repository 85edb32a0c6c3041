"""What `CreditModel.fit` costs against one bare `lightgbm.train` of as many trees of the same shapes.

    python fit_cost.py TABLE.parquet RUNS

Prints one line of JSON. Both read the same matrix with the same parameters, threads and, tree by tree, the
same depth, leaves and shrinkage; the bare one neither stops early nor calibrates. By turns.
"""

import json
import sys
import time

import lightgbm as lgb
import numpy as np
import pandas as pd

from models.boosting import Boosting
from models.credit import CreditModel
from models.table import Encoder

THREADS = 1


def bare(matrix: np.ndarray, bad: np.ndarray, model: CreditModel, rounds: int) -> float:
    """Seconds of one booster with all the model's trees, the shapes stretched over them."""
    boosting = Boosting(
        small_sample=model.small_sample_,
        directions=model.directions(),
        categorical=model.encoder_.categorical,
        most_trees=model.most_trees_,
        learning_rate=model.learning_rate,
        seed=0,
        threads=THREADS,
    )
    most, trees = model.most_trees_ // 5, model.trees_
    shapes = [boosting.schedule(1 + at * rounds // trees, most) for at in range(trees)]
    # of the fractions of columns that our boosters draw, the one in the middle
    parameters = boosting.parameters(2, len(matrix)) | {"metric": "binary_logloss"}
    stretched = {name: [shape[name] for shape in shapes] for name in shapes[0]}
    begun = time.process_time()
    data = lgb.Dataset(matrix, bad, categorical_feature=model.encoder_.categorical, params=boosting.reading())
    lgb.train(parameters, data, trees, callbacks=[lgb.reset_parameter(**stretched)])
    return time.process_time() - begun


def main() -> None:
    """By turns, so that a busy minute hits both."""
    table = pd.read_parquet(sys.argv[1])
    bad = table.pop("bad").to_numpy(dtype=int)
    ours, theirs, model = [], [], CreditModel(n_jobs=THREADS)
    for _ in range(int(sys.argv[2])):
        begun = time.process_time()
        model.fit(table, bad)
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        matrix = Encoder.learn(table).matrix(table)
        reading = time.process_time() - begun
        theirs.append(reading + bare(matrix, bad, model, model.rounds_))
    model.warm()  # as the service does
    one = table.head(1)
    waits = []
    for _ in range(100):
        begun = time.process_time()
        model.predict_proba(one)
        model.shapley(one)
        waits.append(1000 * (time.process_time() - begun))
    firm = float(np.median(waits))
    print(json.dumps({"ours": ours, "theirs": theirs, "trees": model.trees_, "milliseconds": firm}))


if __name__ == "__main__":
    main()
