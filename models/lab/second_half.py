"""The half that adds: trees that start from the log-odds of the other side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from features.errors import ModelError
from models.calibration import Calibration, platt
from models.credit import MANY_ROWS, SMALL_SAMPLE
from models.inputs import label_to_fit, table_to_fit
from models.reasons import Dates, Direction, Meaning, Reason, rank_reasons
from models.sample_limits import most_trees
from models.scale import Scale
from models.shapley import margins, shapley
from models.table import Encoder, as_frame

Floats = NDArray[np.float64]

PARAMETERS = ("n_estimators", "learning_rate", "min_data_in_leaf", "random_state")
"""Kept beside the trees."""


class SecondHalf:
    """What one side adds to the log-odds of default that the other side gave, by LightGBM.

    It is no classifier: without the other side's log-odds it says nothing of a firm's risk. Trees grow as
    those of `CreditModel` do; what they give to firms that they had not seen is calibrated as
    offset + slope · margin + intercept.

    Args:
        meanings: Column → what it means, for directions and reasons.
        monotone: Column → 1 where risk rises with it, -1 where it falls, 0 free; wins over `meanings`.
        n_estimators: Most trees.
        learning_rate: Shrinkage of the first trees.
        min_data_in_leaf: Fewest rows of a leaf; None for the manner's own.
        scale: Points.
        random_state: Seed of every draw.
        n_jobs: Threads; None as of `CreditModel`.

    Attributes:
        booster_: The trees.
        calibration_: From their margin to the log-odds added.
        reference_: Log-odds added on average over training, from which points count.
        held_out_: Log-odds added to each row of training by trees that had not seen it; not saved.
        sample_: Rows and bads learnt from.
    """

    def __init__(
        self,
        *,
        meanings: Mapping[str, Meaning] | None = None,
        monotone: Mapping[str, int] | None = None,
        n_estimators: int = 1500,
        learning_rate: float = 0.05,
        min_data_in_leaf: int | None = None,
        scale: Scale | None = None,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.meanings = meanings
        self.monotone = monotone
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.min_data_in_leaf = min_data_in_leaf
        self.scale = scale
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: ArrayLike, *, offset: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Learn what to add.

        Args:
            X: A table of numbers and categories, one row a firm or loan; missing allowed.
            y: 0 good, 1 bad; no missing.
            offset: Log-odds of default by the other side, which must not have seen the firm's outcome.
            groups: Firms that belong together stay in one fold; each row its own group by default.

        Raises:
            ModelError: The label has one class or other values, the table cannot be read, or an offset is
                missing or infinite.
        """
        from models.boosting import Boosting

        table = table_to_fit(X)
        label, _ = label_to_fit(y, len(table))
        known = _offset_to_fit(offset, len(label))
        self.encoder_ = Encoder.learn(table)
        matrix = self.encoder_.matrix(table)
        bads = int(label.sum())
        self.sample_ = {"rows": len(label), "bads": bads}
        grown = Boosting(
            small_sample=min(bads, len(label) - bads) < SMALL_SAMPLE,
            directions=self.directions(),
            categorical=self.encoder_.categorical,
            most_trees=most_trees(self.n_estimators, len(label), matrix.shape[1], bads),
            learning_rate=self.learning_rate,
            seed=self.random_state,
            threads=self._threads(len(label)),
            wishes={} if self.min_data_in_leaf is None else {"min_data_in_leaf": self.min_data_in_leaf},
        ).grow(matrix, label, None, groups, known)
        self.booster_ = grown.booster
        self.calibration_ = Calibration(*platt(grown.held_out, label, offset=known))
        self.held_out_ = self.calibration_.log_odds(grown.held_out)
        self.reference_ = self._reference()
        return self

    def added(self, X: Any) -> Floats:
        """Log-odds of default to be added to the other side's, one for each firm."""
        matrix = self._matrix(X)
        return self.calibration_.log_odds(margins(self.booster_, matrix, threads=self._threads(len(matrix))))

    def points_by_column(self, X: Any) -> Floats:
        """Points by which each column moved each score, against what is added on average."""
        matrix = self._matrix(X)
        values = shapley(self.booster_, matrix, threads=self._threads(len(matrix)))
        return -self.points_scale.factor * self.calibration_.slope * values

    def shown(self, X: Any) -> pd.DataFrame:
        """The firms with the columns that the trees read, categories as words."""
        return self.encoder_.shown(as_frame(X))

    def reasons(
        self,
        X: Any,
        top: int = 5,
        *,
        direction: Direction = "lowers",
        dates: Sequence[Dates] | None = None,
    ) -> list[list[Reason]]:
        """Why so much is added, from this side's columns alone; see `ScoredClassifier.reasons`."""
        points, meant = self.points_by_column(X), dict(self.meanings or {})
        return rank_reasons(points, self.shown(X), meant, top, direction, dates=dates)

    @property
    def points_scale(self) -> Scale:
        """The scale in force."""
        return self.scale or Scale()

    def directions(self) -> list[int]:
        """Monotone signs in the order of the columns; categories have none."""
        told = {name: meaning.monotone for name, meaning in (self.meanings or {}).items()}
        told |= dict(self.monotone or {})
        words = self.encoder_.categories
        return [0 if name in words else told.get(name, 0) for name in self.encoder_.inputs]

    def save(self, folder: Path) -> None:
        """Write `booster.txt` (LightGBM's own text) and `half.json`; no pickles."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "booster.txt").write_text(self.booster_.model_to_string(), "utf-8")
        (folder / "half.json").write_text(json.dumps(self._record(), ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The half that `save` wrote there; it adds to the bit what it did before.

        Raises:
            ModelError: A file is missing or damaged; the message names it.
        """
        try:
            record = json.loads((folder / "half.json").read_text("utf-8"))
            booster = lgb.Booster(model_str=(folder / "booster.txt").read_text("utf-8"))
            half = cls._restored(record)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, lgb.basic.LightGBMError) as error:
            raise ModelError(f"{folder}: no whole half of a stack: {' '.join(str(error).split())}") from error
        if booster.num_feature() != len(half.encoder_.columns):
            raise ModelError(f"{folder}: booster and half.json differ in their number of features")
        half.booster_ = booster
        return half

    def _record(self) -> dict[str, Any]:
        return {
            "kind": "second_half",
            "columns": self.encoder_.inputs,
            "categories": self.encoder_.categories,
            "calibration": self.calibration_.as_record(),
            "reference": self.reference_,
            "sample": self.sample_,
            "scale": asdict(self.points_scale),
            "meanings": {name: asdict(meaning) for name, meaning in (self.meanings or {}).items()},
            "monotone": dict(self.monotone or {}),
            "parameters": {name: getattr(self, name) for name in PARAMETERS},
        }

    @classmethod
    def _restored(cls, record: Mapping[str, Any]) -> Self:
        half = cls(
            meanings={name: Meaning(**meaning) for name, meaning in record["meanings"].items()},
            monotone=record["monotone"] or None,
            scale=Scale(**record["scale"]),
            **record["parameters"],
        )
        half.encoder_ = Encoder(record["columns"], record["categories"])
        half.calibration_ = Calibration.from_record(record["calibration"])
        half.reference_, half.sample_ = float(record["reference"]), record["sample"]
        return half

    def go_by(self, booster: lgb.Booster) -> None:
        """Take other trees of the same columns, such as those that `leaves.full_leaves` made of its own."""
        self.booster_ = booster
        self.reference_ = self._reference()

    def _reference(self) -> float:
        nothing = np.full((1, self.booster_.num_feature()), np.nan)
        mean = np.asarray(self.booster_.predict(nothing, pred_contrib=True, num_threads=1))[0, -1]
        return float(self.calibration_.log_odds(np.array([mean]))[0])

    def _matrix(self, X: Any) -> Floats:
        return self.encoder_.matrix(as_frame(X))

    def _threads(self, rows: int) -> int:
        return self.n_jobs or (1 if rows < MANY_ROWS else 2)


def _offset_to_fit(offset: ArrayLike, rows: int) -> Floats:
    known = np.asarray(offset, dtype=np.float64)
    if known.shape != (rows,):
        raise ModelError(f"offset has shape {known.shape}, expected one number for each of {rows} rows")
    if odd := int((~np.isfinite(known)).sum()):
        raise ModelError(f"offset is missing or infinite in {odd} of {rows} rows; expected log-odds")
    return known
