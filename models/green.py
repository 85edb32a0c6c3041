"""GreenGradeModel: an indicative green grade from environmental facts. The official grade always wins."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from features.errors import ModelError
from models.reasons import Meaning
from models.table import Encoder, as_frame

Floats = NDArray[np.float64]

GRADES = ("NON", "LIGHT", "MEDIUM", "DEEP")
"""Lowest first."""

FEWEST = 10
"""A step of the ladder with fewer firms on either side teaches nothing."""


class GreenGradeModel(ClassifierMixin, BaseEstimator):
    """Ordered grades by cumulative boosting: one booster a step asks whether the grade lies above it.

    Probabilities of the steps are made to fall (Frank, Hall 2001), so no class has a negative one.
    The credit score never enters. A firm without any environmental fact has no grade: ask `knows`.

    Args:
        grades: The classes, lowest first; any ordered classes.
        meanings: Column → meaning; its direction is that of a *lower* grade.
        n_estimators: Trees a step.
        learning_rate: Shrinkage.
        random_state: Seed.
        n_jobs: Threads.
    """

    def __init__(
        self,
        *,
        grades: Sequence[str] = GRADES,
        meanings: Mapping[str, Meaning] | None = None,
        n_estimators: int = 150,
        learning_rate: float = 0.05,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.grades = grades
        self.meanings = meanings
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        *,
        groups: ArrayLike | None = None,  # noqa: ARG002 - one manner for all models
        time: ArrayLike | None = None,  # noqa: ARG002 - same
    ) -> Self:
        """Learn from firms with an official grade.

        Raises:
            ModelError: A grade is not among `grades`, or a step has too few firms on one side.
        """
        table = as_frame(X)
        place = self._places(y)
        self.encoder_ = Encoder.learn(table)
        matrix = self.encoder_.matrix(table)
        self.classes_ = np.array(self.grades)
        self.n_features_in_ = matrix.shape[1]
        self.sample_ = {grade: int((place == step).sum()) for step, grade in enumerate(self.grades)}
        self.boosters_ = [self._step(matrix, place, step) for step in range(1, len(self.grades))]
        return self

    def _places(self, y: ArrayLike) -> NDArray[np.int64]:
        places = pd.Index(list(self.grades)).get_indexer(np.asarray(y)).astype(np.int64)
        if (places < 0).any():
            unknown = sorted({str(value) for value in np.asarray(y)[places < 0]})
            raise ModelError(f"grades {', '.join(unknown[:5])} are not among {', '.join(self.grades)}")
        return places

    def _step(self, matrix: Floats, place: NDArray[np.int64], step: int) -> lgb.Booster:
        above = (place >= step).astype(np.int64)
        if min(above.sum(), len(above) - above.sum()) < FEWEST:
            raise ModelError(
                f"{int(above.sum())} of {len(above)} firms reach grade {self.grades[step]}; "
                f"at least {FEWEST} on either side are needed"
            )
        quiet = {"verbose": -1}
        data = lgb.Dataset(matrix, above, categorical_feature=self.encoder_.categorical, params=quiet)
        return lgb.train(self._parameters(), data, self.n_estimators)

    def _parameters(self) -> dict[str, Any]:
        told = {name: -meaning.monotone for name, meaning in (self.meanings or {}).items()}
        categories = self.encoder_.categories
        return {
            "objective": "binary",
            "num_leaves": 7,
            "max_depth": 3,
            "min_data_in_leaf": 10,
            "lambda_l2": 5.0,
            "learning_rate": self.learning_rate,
            "monotone_constraints": [
                0 if name in categories else told.get(name, 0) for name in self.encoder_.columns
            ],
            "deterministic": True,
            "force_row_wise": True,
            "seed": self.random_state,
            "num_threads": self.n_jobs,
            "verbose": -1,
        }

    def knows(self, X: Any) -> NDArray[np.bool_]:
        """Whether anything environmental is known of a firm; without it a grade would be a guess."""
        return np.asarray(~np.isnan(self.encoder_.matrix(as_frame(X))).all(axis=1))

    def predict_proba(self, X: Any) -> Floats:
        """Probability of each grade, lowest first."""
        check_is_fitted(self, "boosters_")
        matrix = self.encoder_.matrix(as_frame(X))
        above = np.column_stack(
            [booster.predict(matrix, num_threads=self.n_jobs) for booster in self.boosters_]
        )
        falling = np.minimum.accumulate(above, axis=1)
        bounded = np.column_stack([np.ones(len(matrix)), falling, np.zeros(len(matrix))])
        return bounded[:, :-1] - bounded[:, 1:]

    def predict(self, X: Any) -> NDArray[Any]:
        """The grade at the median of its distribution: the best guess under absolute distance."""
        cumulative = self.predict_proba(X).cumsum(axis=1)
        grades: NDArray[Any] = np.asarray(self.classes_)[(cumulative < 0.5).sum(axis=1)]  # noqa: PLR2004 - the median
        return grades

    def save(self, folder: Path) -> None:
        """Write a native booster a step and `model.json`; no pickles."""
        check_is_fitted(self, "boosters_")
        folder.mkdir(parents=True, exist_ok=True)
        for step, booster in enumerate(self.boosters_, start=1):
            (folder / f"step{step}.txt").write_text(booster.model_to_string(), "utf-8")
        state = {
            "kind": "green",
            "grades": list(self.grades),
            "columns": self.encoder_.columns,
            "categories": self.encoder_.categories,
            "meanings": {name: asdict(meaning) for name, meaning in (self.meanings or {}).items()},
            "sample": self.sample_,
        }
        (folder / "model.json").write_text(json.dumps(state, ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote there.

        Raises:
            ModelError: A file is missing or damaged; the message names the folder.
        """
        try:
            state = json.loads((folder / "model.json").read_text("utf-8"))
            texts = [
                (folder / f"step{step}.txt").read_text("utf-8") for step in range(1, len(state["grades"]))
            ]
            boosters = [lgb.Booster(model_str=text) for text in texts]
            meanings = {name: Meaning(**meaning) for name, meaning in state["meanings"].items()}
            model = cls(grades=tuple(state["grades"]), meanings=meanings)
            model.encoder_ = Encoder(state["columns"], state["categories"])
            model.sample_ = state["sample"]
        except (OSError, ValueError, KeyError, TypeError, lgb.basic.LightGBMError) as error:
            raise ModelError(f"{folder}: no whole green model: {' '.join(str(error).split())}") from error
        model.boosters_ = boosters
        model.classes_, model.n_features_in_ = np.array(state["grades"]), len(state["columns"])
        return model
