"""WoeScorecard: optimal bins, weight of evidence, logistic regression, and a table of points that adds up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from features.errors import ModelError
from models.additive import Additive
from models.binning import Bins, Cut, fine_cut, optimal_bins
from models.calibration import Calibration, calibrated
from models.inputs import label_to_fit, remember_columns, table_to_fit, table_to_score, weight_to_fit
from models.reasons import Meaning
from models.scale import Bands, Scale
from models.scorecard_state import restored, state_of
from models.scorecard_table import Counts, counted, points_table
from models.scored import ScoredClassifier
from models.table import Encoder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEXT_TO_NOTHING = 0.007
"""Log-odds that move a score of the default scale by half a point."""

MANY_ROWS = 50_000


class WoeScorecard(ScoredClassifier):
    """Probability of default of a firm, by a table of points.

    Classes are 0 (good) and 1 (bad). Each variable is cut by optbinning: optimal bins with a monotone bad
    rate where a direction is declared, of the best-fitting shape else; missing values have a bin of their
    own, rare categories stand together. Weight of evidence is ln(share of goods / share of bads): positive
    is safer.

    What a bin scores is not its WoE times a coefficient alone. Three additive models are fitted, each on
    four fifths of the firms at a time: ridge logistic regression on WoE (no coefficient of the wrong sign),
    ridge logistic regression on the normal scores of finer bins, and boosted single steps over the finer
    bins (monotone where declared). Firms that they have not seen decide how much each counts. Where pairs of
    variables tell clearly more together, up to ten tables of two variables are added. The sum is calibrated
    by Platt's curve. All of it is constant within a bin, so that it is written down as points:
    `table_of_points` is the whole model, and the points of a firm's bins add up to its score. It costs
    length: some hundred rows, thousands where there are many variables and pairs. `refined=False` gives the
    short classical card, which ranks less well.

    Args:
        meanings: Column → what it means, for directions and reasons.
        monotone: Column → 1 where risk rises with it, -1 where it falls, 0 free; wins over `meanings`.
        iv_floor: Variables of less information value are left out, 0.02 by a common rule; None for what as
            many bins have by chance alone, so that weak variables may still speak together. In a little table
            (30,000 cells) chance decides nothing, and None leaves all in: the ridge penalty holds them down.
        refined: Whether bins are refined and pairs are looked for; False leaves WoE times coefficients.
        long_run_rate: Rate of default over the years that probabilities are moved to; None for the sample's.
        scale: Points.
        band_floors: Named ranges of points.
        random_state: Seed of every draw.
        n_jobs: Threads; None takes one below 50,000 rows, else two.

    Attributes:
        failed_: Variable → why it has no points, in words.
        bins_: Variable → its optimal bins; also of variables left out after binning.
    """

    def __init__(
        self,
        *,
        meanings: Mapping[str, Meaning] | None = None,
        monotone: Mapping[str, int] | None = None,
        iv_floor: float | None = None,
        refined: bool = True,
        long_run_rate: float | None = None,
        scale: Scale | None = None,
        band_floors: Bands | None = None,
        random_state: int | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.meanings = meanings
        self.monotone = monotone
        self.iv_floor = iv_floor
        self.refined = refined
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
        groups: ArrayLike | None = None,
        time: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn from firms whose outcome is known.

        A variable that says nothing is no error: `failed_` names it. Where none says anything, every firm
        gets the points of the average one.

        Args:
            X: A table of numbers and categories, one row a firm or loan; missing allowed.
            y: 0 good, 1 bad; no missing.
            groups: Firms that belong together stay in one fold; each row its own group by default.
            time: When each row was observed; kept as the training period.
            sample_weight: What each row counts, zero or more; 1 by default.

        Raises:
            ModelError: The label has one class or other values, or the table cannot be read.
        """
        table = table_to_fit(X)
        label, self.classes_ = label_to_fit(y, len(table))
        weight = weight_to_fit(sample_weight, label)
        self.encoder_ = Encoder.learn(table)
        remember_columns(self, X, table)
        matrix = self.encoder_.matrix(table)
        self.period_ = _period(time)
        counts = np.ones(len(label)) if weight is None else weight
        self.sample_ = {
            "rows": len(label),
            "bads": int(label.sum()),
            "weight": float(counts.sum()),
            "bad_weight": float(counts @ label),
        }
        self._bin(matrix, label, counts)
        self._add_up(matrix, label, counts, groups)
        return self

    def _bin(self, matrix: Floats, label: Ints, weight: Floats) -> None:
        """Bins of every variable that has some, and in words why the others have none."""
        self.bins_: dict[str, Bins] = {}
        self.failed_: dict[str, str] = {}
        directions = self.directions()
        for place, name in enumerate(self.encoder_.columns):
            words = len(self.encoder_.categories.get(name, ()))
            found = optimal_bins(matrix[:, place], label, weight, directions[name], words)
            if isinstance(found, str):
                self.failed_[name] = found
                continue
            self.bins_[name] = found
            if found.iv < (floor := self._floor(found, matrix.size)):
                below = "what chance gives so many bins, " if self.iv_floor is None else ""
                self.failed_[name] = f"its information value of {found.iv:.4f} is below {below}{floor:.4f}"

    def _floor(self, found: Bins, cells: int) -> float:
        from models.material import LITTLE

        by_chance = 0.0 if cells <= LITTLE else found.chance
        return by_chance if self.iv_floor is None else self.iv_floor

    def _add_up(self, matrix: Floats, label: Ints, weight: Floats, groups: ArrayLike | None) -> None:
        """The points of the variables with a say; those that move no score are left out."""
        # LightGBM and what else only fitting needs; a loaded scorecard answers without them.
        from models.additive_fit import fit_additive, plain_additive
        from models.material import Material, folds_of

        said = [name for name in self.bins_ if name not in self.failed_]
        columns = [self.encoder_.columns.index(name) for name in said]
        cuts = [self._fine(matrix[:, place], name) for place, name in zip(columns, said, strict=True)]
        directions = self.directions()
        material = Material(
            places=_places(cuts, matrix[:, columns]),
            cuts=cuts,
            bins=[self.bins_[name] for name in said],
            label=label,
            weight=weight,
            directions=[directions[name] for name in said],
            folds=folds_of(label, groups, self.random_state or 0, len(said)),
            seed=self.random_state or 0,
            threads=self.n_jobs or (1 if len(label) < MANY_ROWS else 2),
        )
        found = fit_additive(material) if self.refined else plain_additive(material)
        # no slope can be found where all margins are the same
        curve = calibrated(found.held_out, label, weight, "platt") if said else Calibration()
        if self.long_run_rate is not None:
            curve = curve.toward(float(np.average(label, weights=weight)), self.long_run_rate)
        whole = found.sum.scaled(curve.slope, curve.intercept)
        kept = [at for at in range(len(said)) if whole.reach(at) >= NEXT_TO_NOTHING]
        for at in set(range(len(said))) - set(kept):
            self.failed_[said[at]] = (
                "beside the others it moves no score by half a point in its own direction"
            )
        self.variables_ = [said[at] for at in kept]
        self.cuts_ = [cuts[at] for at in kept]
        self.sum_: Additive = whole.only(kept)
        self.counts_: list[Counts] = counted(self.sum_, material.places[:, kept], label, weight)

    def _fine(self, values: Floats, name: str) -> Cut:
        cut = self.bins_[name].cut
        return cut if cut.members is not None or not self.refined else fine_cut(values).joined(cut)

    def directions(self) -> dict[str, int]:
        """Column → its declared monotone sign; categories have none."""
        told = {name: meaning.monotone for name, meaning in (self.meanings or {}).items()} | dict(
            self.monotone or {}
        )
        return {
            name: 0 if name in self.encoder_.categories else told.get(name, 0)
            for name in self.encoder_.columns
        }

    def decision_function(self, X: Any) -> Floats:
        """Calibrated log-odds of default."""
        places = self._places_of(X)
        return self.sum_.log_odds(places)

    def points_by_column(self, X: Any) -> Floats:
        """Points by which each column moved each score against the average firm: exact Shapley values.

        A column without points moved nothing. What a table of two variables adds is shared equally.
        """
        places = self._places_of(X)
        shares = self.sum_.shares(places)
        points = np.zeros((len(shares), len(self.encoder_.columns)))
        points[:, [self.encoder_.columns.index(name) for name in self.variables_]] = shares
        return -self.points_scale.factor * points

    def shown(self, X: Any) -> pd.DataFrame:
        """The firms with the columns of training."""
        return self.encoder_.shown(table_to_score(self, X))

    def table_of_points(self) -> pd.DataFrame:
        """The model as a table: `variable, bin, part, count, bads, bad_rate, woe, iv, points`.

        The first row holds the points of the average firm; to it come those of the row that a firm falls into
        in each variable (and in each pair of variables, named `a × b`). The sum is the score before rounding
        and bounds. A row is a part of an optimal bin: `woe` is the bin's, `iv` the part's share in it, which
        add up to the variable's information value. Counts are weighted where fitting was.
        """
        check_is_fitted(self, "sum_")
        return points_table(self)

    def save(self, folder: Path) -> None:
        """Write `scorecard.json`, which is everything; no pickles."""
        check_is_fitted(self, "sum_")
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(state_of(self), ensure_ascii=False, indent=1)
        (folder / "scorecard.json").write_text(text, "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The scorecard that `save` wrote there; it scores to the bit as before, without optbinning.

        Raises:
            ModelError: The file is missing or damaged; the message names it.
        """
        try:
            return restored(cls, json.loads((folder / "scorecard.json").read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ModelError(f"{folder}: no whole scorecard: {' '.join(str(error).split())}") from error

    def __sklearn_tags__(self) -> Tags:
        """Two classes, missing values allowed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def _places_of(self, X: Any) -> Ints:
        check_is_fitted(self, "sum_")
        matrix = self.encoder_.matrix(table_to_score(self, X))
        columns = [self.encoder_.columns.index(name) for name in self.variables_]
        return _places(self.cuts_, matrix[:, columns])


def _places(cuts: list[Cut], matrix: Floats) -> Ints:
    places = np.zeros(matrix.shape, dtype=np.int64)
    for at, cut in enumerate(cuts):
        places[:, at] = cut.places(matrix[:, at])
    return places


def _period(time: ArrayLike | None) -> list[str] | None:
    if time is None:
        return None
    days = pd.to_datetime(pd.Series(np.asarray(time)))
    return [f"{days.min():%Y-%m-%d}", f"{days.max():%Y-%m-%d}"]
