"""CreditModel: shallow monotone boosting, calibrated, with points, bands and exact reasons."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from features.errors import ModelError
from models.calibration import Manner, calibrated
from models.credit_state import SHAPE, restored, state_of
from models.inputs import label_to_fit, remember_columns, table_to_fit, table_to_score, weight_to_fit
from models.reasons import Meaning
from models.relative import relative_meanings
from models.sample_limits import most_trees, sample_limits
from models.scale import Bands, Scale
from models.scored import ScoredClassifier
from models.shapley import margins, shapley, warm
from models.table import Encoder

if TYPE_CHECKING:
    from models.boosting import Boosting

Floats = NDArray[np.float64]

SMALL_SAMPLE = 100
"""Below this many firms of the rarer class the small-sample manner applies."""

MANY_ROWS = 50_000


class CreditModel(ScoredClassifier):
    """Probability of default of a firm, by LightGBM.

    Classes are 0 (good) and 1 (bad); of any other two classes the second in sorted order is bad. Numbers,
    categories and missing values are taken as they are. Monotone directions come from `meanings`, or from
    `monotone`, which wins. No class weights: margins of firms that their trees have not seen are calibrated
    instead, so probabilities mean what they say. With fewer than 100 firms of a class, the small-sample
    manner is used, and `limits_` says what such a sample can and cannot show.

    Args:
        meanings: Column → what it means, for directions and reasons.
        monotone: Column → 1 where risk rises with it, -1 where it falls, 0 free.
        relative: Positions within the industry to learn from the rows of training and to read beside the
            table: `{"by": "industry_division", "columns": [...]}`; see `Relative`. None for none.
        n_estimators: Most trees of the whole model; held-out firms decide how many are used. Never more than
            700 with fewer than 50 rows a column or fewer than 500 firms of a class.
        learning_rate: Shrinkage of the first trees; it grows fivefold on the way to the last possible one.
        num_leaves: Most leaves of a tree; None for the manner's own, as for the four that follow.
        max_depth: Most questions from root to leaf.
        min_data_in_leaf: Fewest rows of a leaf.
        lambda_l2: How strongly leaves are drawn to zero.
        feature_fraction: Share of the columns that each tree may ask.
        calibration: `platt`, `isotonic`, or `auto`, which takes isotonic where bads and goods abound.
        long_run_rate: Rate of default over the years that probabilities are moved to; None leaves the
            sample's own.
        scale: Points.
        band_floors: Named ranges of points.
        random_state: Seed of every draw.
        n_jobs: Threads; None takes one below 50,000 rows, where more only wait for each other, else two.

    Attributes:
        booster_: The trees, as one native booster; its margin is not calibrated yet.
        calibration_: From the margin to log-odds of default.
        held_out_: Calibrated log-odds of each row of training from trees that had not seen it, the sample's
            own rate; not saved.
        trees_: Number of trees.
        most_trees_: Most trees that this sample allowed; not saved.
        rounds_: Trees of each of the boosters that the model was made of; not saved.
        small_sample_: Whether the small-sample manner was used.
        limits_: Language → what a small sample can and cannot show; empty for others.
        sample_: Rows and bads learnt from.
        period_: First and last day of training, where `time` was given.
    """

    def __init__(
        self,
        *,
        meanings: Mapping[str, Meaning] | None = None,
        monotone: Mapping[str, int] | None = None,
        relative: Mapping[str, Any] | None = None,
        n_estimators: int = 1500,
        learning_rate: float = 0.05,
        num_leaves: int | None = None,
        max_depth: int | None = None,
        min_data_in_leaf: int | None = None,
        lambda_l2: float | None = None,
        feature_fraction: float | None = None,
        calibration: Manner = "auto",
        long_run_rate: float | None = None,
        scale: Scale | None = None,
        band_floors: Bands | None = None,
        random_state: int | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.meanings = meanings
        self.monotone = monotone
        self.relative = relative
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.max_depth = max_depth
        self.min_data_in_leaf = min_data_in_leaf
        self.lambda_l2 = lambda_l2
        self.feature_fraction = feature_fraction
        self.calibration = calibration
        self.long_run_rate = long_run_rate
        self.scale = scale
        self.band_floors = band_floors
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        time: ArrayLike | None = None,
    ) -> Self:
        """Learn from firms whose outcome is known.

        Args:
            X: A table of numbers and categories, one row a firm or loan; missing allowed.
            y: 0 good, 1 bad; no missing.
            sample_weight: What each row counts, zero or more; 1 by default.
            groups: Firms that belong together stay in one fold; each row its own group by default.
            time: When each row was observed; kept as the training period.

        Raises:
            ModelError: The label has one class or other values, or the table cannot be read.
        """
        table = table_to_fit(X)
        label, self.classes_ = label_to_fit(y, len(table))
        weight = weight_to_fit(sample_weight, label)
        self.encoder_ = Encoder.learn(table, self.relative)
        remember_columns(self, X, table)
        matrix = self.encoder_.matrix(table)
        self.small_sample_ = bool(min(label.sum(), len(label) - label.sum()) < SMALL_SAMPLE)
        self.period_ = _period(time)
        self.sample_ = {"rows": len(label), "bads": int(label.sum())}
        self.most_trees_ = most_trees(self.n_estimators, len(label), matrix.shape[1], int(label.sum()))
        grown = self._boosting(len(matrix)).grow(matrix, label, weight, groups)
        self.booster_, self.trees_ = grown.booster, grown.booster.num_trees()
        self.rounds_ = grown.rounds
        found = calibrated(grown.held_out, label, weight, self.calibration)
        rate = float(np.average(label, weights=weight))
        self.held_out_ = found.log_odds(grown.held_out)
        self.calibration_ = found if self.long_run_rate is None else found.toward(rate, self.long_run_rate)
        return self

    def __sklearn_tags__(self) -> Tags:
        """Two classes, missing values allowed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    @property
    def slope_(self) -> float:
        """What a unit of the margin counts in log-odds of default."""
        return self.calibration_.slope

    @property
    def intercept_(self) -> float:
        """Log-odds of default at a margin of zero."""
        return self.calibration_.intercept

    @property
    def limits_(self) -> dict[str, str]:
        """Language → what the sample can and cannot show; empty where bads abound."""
        return sample_limits(self.sample_["rows"], self.sample_["bads"]) if self.small_sample_ else {}

    def decision_function(self, X: Any) -> Floats:
        """Calibrated log-odds of default."""
        margin = self._margin(X)
        return self.calibration_.log_odds(margin)

    def warm(self) -> None:
        """Make the tables that explain one firm in a tenth of the booster's time, once.

        It takes about a second for each thousand trees. Scores stay the same to the bit, points to 1e-9.
        """
        check_is_fitted(self, "booster_")
        warm(self.booster_)

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
        return shapley(self.booster_, matrix, threads=self._threads(len(matrix)))

    def shown(self, X: Any) -> pd.DataFrame:
        """The firms with the columns that the booster reads, categories as words."""
        return self.encoder_.shown(table_to_score(self, X))

    def _matrix(self, X: Any) -> Floats:
        check_is_fitted(self, "booster_")
        return self.encoder_.matrix(table_to_score(self, X))

    def _margin(self, X: Any) -> Floats:
        matrix = self._matrix(X)
        return margins(self.booster_, matrix, threads=self._threads(len(matrix)))

    def _threads(self, rows: int) -> int:
        return self.n_jobs or (1 if rows < MANY_ROWS else 2)

    def _boosting(self, rows: int) -> "Boosting":
        # What only fitting needs; a loaded model answers without it.
        from models.boosting import Boosting

        return Boosting(
            small_sample=self.small_sample_,
            directions=self.directions(),
            categorical=self.encoder_.categorical,
            most_trees=self.most_trees_,
            learning_rate=self.learning_rate,
            seed=self.random_state or 0,
            threads=self._threads(rows),
            wishes={name: wish for name in SHAPE if (wish := getattr(self, name)) is not None},
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
        (folder / "model.json").write_text(json.dumps(state_of(self), ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote there; it scores to the bit as before.

        Raises:
            ModelError: A file is missing or damaged; the message names it.
        """
        try:
            state = json.loads((folder / "model.json").read_text("utf-8"))
            booster = lgb.Booster(model_str=(folder / "booster.txt").read_text("utf-8"))
            model = restored(cls, state)
        except (OSError, ValueError, KeyError, TypeError, lgb.basic.LightGBMError) as error:
            raise ModelError(f"{folder}: no whole credit model: {' '.join(str(error).split())}") from error
        if booster.num_feature() != len(model.encoder_.columns):
            raise ModelError(f"{folder}: booster and model.json differ in their number of features")
        model.booster_ = booster
        return model


def _period(time: ArrayLike | None) -> list[str] | None:
    if time is None:
        return None
    days = pd.to_datetime(pd.Series(np.asarray(time)))
    return [f"{days.min():%Y-%m-%d}", f"{days.max():%Y-%m-%d}"]
