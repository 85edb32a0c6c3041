"""One model on one table by one pass of five folds, at its default settings or tuned.

    python peers.py MODEL TABLE.parquet SEED

Prints one line of JSON: each fold's AUC, log-loss, and predicted over observed rate of default. The seed
draws the folds, the same for every model. Imports of a rival stand in its function, because some live in an
environment of their own.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold

Told = tuple[pd.DataFrame, np.ndarray, pd.DataFrame, dict[str, int]]
FOLDS, THREADS = 5, 2
TUNING_SECONDS = 120


def words_of(table: pd.DataFrame) -> list[str]:
    """Names of the columns that are not numbers."""
    return [str(name) for name in table if not pd.api.types.is_numeric_dtype(table[name])]


def ours(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, monotone: dict[str, int]) -> np.ndarray:
    """`CreditModel`."""
    from models.credit import CreditModel

    return CreditModel(monotone=monotone).fit(table, bad).predict_proba(unseen)[:, 1]


def tuned(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, monotone: dict[str, int]) -> np.ndarray:
    """`CreditModel` with the settings that `tune` finds in two minutes on the rows of a fold."""
    from models.credit import CreditModel
    from models.tuning import tune

    found = tune(table, bad, seconds=TUNING_SECONDS, monotone=monotone)
    print(found, file=sys.stderr)
    model = CreditModel(monotone=monotone, **found.parameters)
    return model.fit(table, bad).predict_proba(unseen)[:, 1]


def scorecard(
    table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, monotone: dict[str, int]
) -> np.ndarray:
    """`WoeScorecard`."""
    from models.scorecard import WoeScorecard

    return WoeScorecard(monotone=monotone).fit(table, bad).predict_proba(unseen)[:, 1]


def lightgbm(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, _: dict[str, int]) -> np.ndarray:
    """LightGBM; words as categories."""
    from lightgbm import LGBMClassifier

    learnt = table.astype(dict.fromkeys(words_of(table), "category"))
    asked = unseen.astype({name: learnt[name].dtype for name in words_of(table)})
    model = LGBMClassifier(n_jobs=THREADS, verbose=-1).fit(learnt, bad)
    return np.asarray(model.predict_proba(asked))[:, 1]


def catboost(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, _: dict[str, int]) -> np.ndarray:
    """CatBoost; words as categories, a missing one a word of its own, as it wants."""
    from catboost import CatBoostClassifier

    words = words_of(table)
    learnt, asked = (
        one.assign(**{w: one[w].astype(object).fillna("").astype(str) for w in words})
        for one in (table, unseen)
    )
    model = CatBoostClassifier(verbose=0, thread_count=THREADS, allow_writing_files=False, cat_features=words)
    return model.fit(learnt, bad).predict_proba(asked)[:, 1]


def ebm(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, _: dict[str, int]) -> np.ndarray:
    """Explainable boosting machine."""
    from interpret.glassbox import ExplainableBoostingClassifier

    return ExplainableBoostingClassifier(n_jobs=THREADS).fit(table, bad).predict_proba(unseen)[:, 1]


def logistic(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, _: dict[str, int]) -> np.ndarray:
    """Logistic regression on quantile-transformed numbers and one-hot words."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

    words = words_of(table)
    numbers = [name for name in table if name not in words]
    quantiles = QuantileTransformer(n_quantiles=min(1000, len(table)), output_distribution="normal")
    entry = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median", add_indicator=True), quantiles), numbers),
        (OneHotEncoder(handle_unknown="ignore"), words),
    )
    return make_pipeline(entry, LogisticRegression(max_iter=2000)).fit(table, bad).predict_proba(unseen)[:, 1]


def optbinning(table: pd.DataFrame, bad: np.ndarray, unseen: pd.DataFrame, _: dict[str, int]) -> np.ndarray:
    """Binning process of optbinning, with logistic regression."""
    from optbinning import BinningProcess
    from sklearn.linear_model import LogisticRegression

    process = BinningProcess(list(table), categorical_variables=words_of(table) or None)
    told = {"metric": "woe", "metric_missing": "empirical"}
    learnt = process.fit_transform(table, bad, **told)
    model = LogisticRegression(max_iter=2000).fit(learnt, bad)
    return model.predict_proba(process.transform(unseen, **told))[:, 1]


MODELS: dict[str, Callable[[pd.DataFrame, np.ndarray, pd.DataFrame, dict[str, int]], np.ndarray]] = {
    one.__name__: one for one in (ours, tuned, scorecard, lightgbm, catboost, ebm, logistic, optbinning)
}


def main() -> None:
    """Every fold."""
    name, path, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    table = pd.read_parquet(path)
    bad = table.pop("bad").to_numpy(dtype=int)
    monotone = json.loads(path.with_suffix(".json").read_text("utf-8"))
    told: dict[str, list[float]] = {"auc": [], "log_loss": [], "ratio": []}
    begun = time.process_time()
    folds = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    for learn, check in folds.split(table, bad):
        predicted = MODELS[name](table.iloc[learn], bad[learn], table.iloc[check], monotone)
        told["auc"].append(float(roc_auc_score(bad[check], predicted)))
        told["log_loss"].append(float(log_loss(bad[check], np.clip(predicted, 1e-9, 1 - 1e-9))))
        told["ratio"].append(float(predicted.mean() / bad[check].mean()))
    print(json.dumps(told | {"cpu_seconds": round(time.process_time() - begun, 1)}))


if __name__ == "__main__":
    main()
