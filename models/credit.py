"""CreditModel: shallow monotone boosting, calibrated, with points, bands and exact reasons."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from features.errors import ModelError
from models.boosting import Boosting, platt
from models.reasons import Meaning
from models.relative import Relative, relative_meanings
from models.scale import Bands, Scale
from models.scored import ScoredClassifier
from models.table import Encoder, as_frame

Floats = NDArray[np.float64]

SMALL_SAMPLE = 100
"""Below this many firms of the rarer class the small-sample manner applies."""

MANY_ROWS = 50_000


class CreditModel(ScoredClassifier):
    """Probability of default of a firm, by LightGBM.

    Classes are 0 (good) and 1 (bad). Numbers, categories and missing values are taken as they are.
    Monotone directions come from `meanings`, or from `monotone`, which wins. No class weights: the
    margin is calibrated by Platt's logistic curve on cross-fitted predictions instead, so probabilities
    mean what they say. With fewer than 100 firms of a class, the small-sample manner is used.

    Args:
        meanings: Column → what it means, for directions and reasons.
        monotone: Column → 1 where risk rises with it, -1 where it falls, 0 free.
        relative: Positions within the industry to learn from the rows of training and to read beside the
            table: `{"by": "industry_division", "columns": [...]}`; see `Relative`. None for none.
        n_estimators: Most trees; cross-fitting finds how many are used in the general manner.
        learning_rate: Shrinkage.
        scale: Points.
        band_floors: Named ranges of points.
        random_state: Seed of every draw.
        n_jobs: Threads; None takes one below 50,000 rows, where more only wait for each other, else two.
    """

    def __init__(
        self,
        *,
        meanings: Mapping[str, Meaning] | None = None,
        monotone: Mapping[str, int] | None = None,
        relative: Mapping[str, Any] | None = None,
        n_estimators: int = 400,
        learning_rate: float = 0.04,
        scale: Scale | None = None,
        band_floors: Bands | None = None,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.meanings = meanings
        self.monotone = monotone
        self.relative = relative
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.scale = scale
        self.band_floors = band_floors
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self, X: Any, y: ArrayLike, *, groups: ArrayLike | None = None, time: ArrayLike | None = None
    ) -> Self:
        """Learn from firms whose outcome is known.

        Args:
            X: A table of numbers and categories, one row a firm or loan; missing allowed.
            y: 0 good, 1 bad; no missing.
            groups: Firms that belong together stay in one fold; each row its own group by default.
            time: When each row was observed; kept as the training period.

        Raises:
            ModelError: The label has one class or other values, or the table cannot be read.
        """
        table = as_frame(X)
        label = _label(y, len(table))
        self.encoder_ = Encoder.learn(table, self.relative)
        matrix = self.encoder_.matrix(table)
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = table.shape[1]
        self.small_sample_ = bool(min(label.sum(), len(label) - label.sum()) < SMALL_SAMPLE)
        self.period_ = _period(time)
        self.sample_ = {"rows": len(label), "bads": int(label.sum())}
        boosting = self._boosting(len(matrix))
        margins, self.trees_ = boosting.cross_fit(matrix, label, groups)
        self.slope_, self.intercept_ = platt(margins, label)
        self.booster_ = boosting.train(matrix, label, self.trees_)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Calibrated log-odds of default."""
        return self.slope_ * self._margin(X) + self.intercept_

    def meanings_of_columns(self) -> dict[str, Meaning]:
        """What the columns that the model reads mean: `meanings`, and those of positions in the industry."""
        told = dict(self.meanings or {})
        return told | relative_meanings(told, (self.relative or {}).get("columns", ()))

    def points_by_column(self, X: Any) -> Floats:
        """Points by which each column moved each score: the margin's Shapley values on the scale's own terms.

        A rise of the log-odds of default lowers the score, hence the sign.
        """
        return -self.points_scale.factor * self.slope_ * self.shapley(X)

    def shapley(self, X: Any) -> Floats:
        """Exact Shapley values of the uncalibrated margin, one column a feature."""
        matrix = self._matrix(X)
        contributions = self.booster_.predict(
            matrix, pred_contrib=True, num_threads=self._threads(len(matrix))
        )
        return np.asarray(contributions)[:, :-1]

    def shown(self, X: Any) -> pd.DataFrame:
        """The firms with the columns that the booster reads, categories as words."""
        return self.encoder_.shown(as_frame(X))

    def _matrix(self, X: Any) -> Floats:
        check_is_fitted(self, "booster_")
        return self.encoder_.matrix(as_frame(X))

    def _margin(self, X: Any) -> Floats:
        matrix = self._matrix(X)
        return np.asarray(
            self.booster_.predict(matrix, raw_score=True, num_threads=self._threads(len(matrix)))
        )

    def _threads(self, rows: int) -> int:
        return self.n_jobs or (1 if rows < MANY_ROWS else 2)

    def _boosting(self, rows: int) -> Boosting:
        return Boosting(
            small_sample=self.small_sample_,
            directions=self.directions(),
            categorical=self.encoder_.categorical,
            most_trees=self.n_estimators,
            learning_rate=self.learning_rate,
            seed=self.random_state,
            threads=self._threads(rows),
        )

    def directions(self) -> list[int]:
        """Monotone signs in the order of the columns; categories have none."""
        told = {name: meaning.monotone for name, meaning in (self.meanings or {}).items()} | dict(
            self.monotone or {}
        )
        signs = [
            0 if name in self.encoder_.categories else told.get(name, 0) for name in self.encoder_.inputs
        ]
        relative = self.encoder_.relative
        return [*signs, *(told.get(name, 0) for name in (relative.columns if relative else ()))]

    def save(self, folder: Path) -> None:
        """Write `booster.txt` (LightGBM's own text) and `model.json`; no pickles."""
        check_is_fitted(self, "booster_")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "booster.txt").write_text(self.booster_.model_to_string(), "utf-8")
        (folder / "model.json").write_text(json.dumps(self._state(), ensure_ascii=False, indent=1), "utf-8")

    def _state(self) -> dict[str, Any]:
        return {
            "kind": "credit",
            "columns": self.encoder_.inputs,
            "categories": self.encoder_.categories,
            "relative": self.encoder_.relative.as_record() if self.encoder_.relative else None,
            "calibration": {"slope": self.slope_, "intercept": self.intercept_},
            "scale": asdict(self.points_scale),
            "bands": asdict(self.points_bands),
            "meanings": {name: asdict(meaning) for name, meaning in (self.meanings or {}).items()},
            "trees": self.trees_,
            "small_sample": self.small_sample_,
            "sample": self.sample_,
            "period": self.period_,
            "parameters": {"n_estimators": self.n_estimators, "learning_rate": self.learning_rate},
            "random_state": self.random_state,
        }

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote there; it scores to the bit as before.

        Raises:
            ModelError: A file is missing or damaged; the message names it.
        """
        try:
            state = json.loads((folder / "model.json").read_text("utf-8"))
            booster = lgb.Booster(model_str=(folder / "booster.txt").read_text("utf-8"))
            model = cls._from_state(state)
        except (OSError, ValueError, KeyError, TypeError, lgb.basic.LightGBMError) as error:
            raise ModelError(f"{folder}: no whole credit model: {' '.join(str(error).split())}") from error
        if booster.num_feature() != len(model.encoder_.columns):
            raise ModelError(f"{folder}: booster and model.json differ in their number of features")
        model.booster_ = booster
        return model

    @classmethod
    def _from_state(cls, state: dict[str, Any]) -> Self:
        bands = Bands(tuple(state["bands"]["names"]), tuple(state["bands"]["floors"]))
        model = cls(
            meanings={name: Meaning(**meaning) for name, meaning in state["meanings"].items()},
            scale=Scale(**state["scale"]),
            band_floors=bands,
            random_state=state["random_state"],
            **state["parameters"],
        )
        # models saved before there were positions within the industry do not name them
        record = state.get("relative")
        if record:
            model.relative = {"by": record["by"], "columns": record["columns"]}
        positions = Relative.from_record(record) if record else None
        model.encoder_ = Encoder(state["columns"], state["categories"], positions)
        model.slope_, model.intercept_ = state["calibration"]["slope"], state["calibration"]["intercept"]
        model.classes_, model.n_features_in_ = np.array([0, 1]), len(state["columns"])
        model.trees_, model.small_sample_ = state["trees"], state["small_sample"]
        model.sample_, model.period_ = state["sample"], state["period"]
        return model


def _label(y: ArrayLike, rows: int) -> NDArray[np.int64]:
    label = np.asarray(y)
    if label.shape != (rows,):
        raise ModelError(f"label has shape {label.shape}, expected one value for each of {rows} rows")
    found = sorted({str(value) for value in pd.unique(label)})
    if not set(pd.unique(label).tolist()) <= {0, 1} or len(found) < 2:  # noqa: PLR2004 - good and bad
        raise ModelError(
            f"label holds {', '.join(found[:5])}; expected both 0 (good) and 1 (bad), nothing else"
        )
    return label.astype(np.int64)


def _period(time: ArrayLike | None) -> list[str] | None:
    if time is None:
        return None
    days = pd.to_datetime(pd.Series(np.asarray(time)))
    return [f"{days.min():%Y-%m-%d}", f"{days.max():%Y-%m-%d}"]
