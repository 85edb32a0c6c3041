"""GreenGradeModel: ordered grades by boosting one margin; vetoes before it, calibrated chances behind it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from features.errors import ModelError
from models.green.decision import Decision, rule_of
from models.green.ladder import Floats, Ints, fitted_ladder, steps
from models.green.refused import refuse_credit
from models.green.state import restored, state_of
from models.green.vetoes import Veto, first_veto
from models.green.vocabulary import GRADES
from models.ranking import Direction
from models.reasons import Dates, Meaning, Reason, rank_reasons
from models.relative import relative_meanings
from models.shapley import shapley
from models.table import Encoder, as_frame

FEWEST = 10
"""A step of the ladder with fewer firms on either side is not learnt by itself; others' steps place it."""


class GreenGradeModel(ClassifierMixin, BaseEstimator):
    """Ordered grades: trees say how green a firm is, an ordered logit what grade that makes.

    Five boosters, each on four fifths of the firms, are one margin; the ladder of chances is set on the
    margins of firms that a booster had not seen. The credit score never enters. A firm of which nothing
    environmental is known has no grade: ask `knows`.

    Args:
        grades: The classes, lowest first; any ordered classes.
        meanings: Column → meaning; its direction is that of a *lower* grade.
        vetoes: Facts that make the grade the lowest one before the trees are asked; their columns are not
            learnt from. None for none.
        relative: Positions within the industry to learn from the rows of training and to read beside the
            table: `{"by": "industry_division", "columns": [...]}`; see `models.relative.Relative`. None for
                none.
        background: Columns that tell nothing environmental by themselves: a firm of which only these are
            known has no grade. That of `relative` is one.
        decision: `kappa`: as many firms of each grade as the office gives, which makes quadratic kappa
            largest; `median`: the grade at the median of its chances.
        n_estimators: Trees of each of the five boosters.
        learning_rate: Shrinkage.
        random_state: Seed.
        n_jobs: Threads.

    Attributes:
        booster_: The trees, as one native booster; the margin rises with the grade.
        ladder_: From the margin to the chances of the grades.
        decision_: From chances to a grade.
        sample_: Grade → rows learnt from.
        vetoed_: Rows that were left out of training because a veto decides them.
        unknown_: Rows that were left out because nothing was known of the firm.
        period_: First and last day of training, where `time` was given.
        held_out_: Margins of the rows learnt from, each by trees that had not seen it; not saved.
    """

    def __init__(
        self,
        *,
        grades: Sequence[Any] = GRADES,
        meanings: Mapping[str, Meaning] | None = None,
        vetoes: Sequence[Veto] | None = None,
        relative: Mapping[str, Any] | None = None,
        background: Sequence[str] = (),
        decision: str = "kappa",
        n_estimators: int = 150,
        learning_rate: float = 0.05,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.grades = grades
        self.meanings = meanings
        self.vetoes = vetoes
        self.relative = relative
        self.background = background
        self.decision = decision
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self, X: Any, y: ArrayLike, *, groups: ArrayLike | None = None, time: ArrayLike | None = None
    ) -> Self:
        """Learn from firms with an official grade.

        Args:
            X: A table of numbers and categories; missing allowed.
            y: The official grade of each row.
            groups: The firm of each row: its evaluations stay in one fold. Each row a firm by default.
            time: Day of each evaluation; kept as the training period.

        Raises:
            ModelError: A grade is not among `grades`, no step has enough firms on either side, a column
                holds a credit score or an outcome, or the table cannot be read.
        """
        rule_of(self.decision)
        table = as_frame(X)
        refuse_credit(table.columns, self.meanings)
        place = self.places(y)
        if len(place) != len(table):
            raise ModelError(f"{len(place)} grades for {len(table)} firms; expected one each")
        used = self._usable(table)
        self.sample_ = {str(grade): int((place[used] == at).sum()) for at, grade in enumerate(self.grades)}
        self._refuse_thin(place[used])
        self.encoder_ = Encoder.learn(self._read(table)[used], self.relative)
        self.classes_, self.n_features_in_ = np.array(self.grades), len(self.encoder_.inputs)
        self.period_ = _period(time)
        together = None if groups is None else np.asarray(groups)[used]
        self._learn(self.encoder_.matrix(table[used]), place[used], together)
        return self

    def _learn(self, matrix: Floats, place: Ints, groups: ArrayLike | None) -> None:
        from models.green.growing import Growing

        growing = Growing(
            classes=len(self.grades),
            directions=self.directions(),
            categorical=self.encoder_.categorical,
            rounds=self.n_estimators,
            learning_rate=self.learning_rate,
            seed=self.random_state,
            threads=self.n_jobs,
        )
        grown = growing.grow(matrix, place, groups)
        self.booster_, self.held_out_ = grown.booster, grown.held_out
        self.ladder_ = fitted_ladder(grown.held_out, place, len(self.grades))
        self.decision_ = Decision.learn(place, self.ladder_.above(grown.held_out).sum(axis=1))

    def places(self, grades: ArrayLike) -> Ints:
        """Grades as numbers, the lowest being 0.

        Raises:
            ModelError: One is not among the model's.
        """
        told = np.asarray(grades)
        places = pd.Index(list(self.grades)).get_indexer(pd.Index(told)).astype(np.int64)
        if (places < 0).any():
            unknown = sorted({str(value) for value in told[places < 0]})
            told_all = ", ".join(map(str, self.grades))
            raise ModelError(f"grades {', '.join(unknown[:5])} are not among {told_all}")
        return places

    def _usable(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Rows to learn from: something is known of the firm, and no veto decides it."""
        vetoed = first_veto(self.vetoes or (), table) >= 0
        known = self._read(table).drop(columns=self._background(), errors="ignore").notna()
        known = known.any(axis="columns").to_numpy()
        self.vetoed_, self.unknown_ = int(vetoed.sum()), int((~known & ~vetoed).sum())
        return known & ~vetoed

    def _read(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table without the columns of vetoes, which decide and do not teach."""
        return table.drop(columns=[one.column for one in self.vetoes or () if one.column in table])

    def _background(self) -> list[str]:
        return [*self.background, *([self.relative["by"]] if self.relative else [])]

    def _refuse_thin(self, place: Ints) -> None:
        reached = np.array([(place >= step).sum() for step in range(1, len(self.grades))])
        if not (np.minimum(reached, len(place) - reached) >= FEWEST).any():
            told = ", ".join(f"{grade} {rows}" for grade, rows in self.sample_.items())
            raise ModelError(
                f"no grade parts {len(place)} firms of which something is known into {FEWEST} on either "
                f"side ({told}); more official grades are needed"
            )

    def directions(self) -> list[int]:
        """Sign of each column: 1 where the grade may only rise with it, -1 only fall, 0 free."""
        told = {name: -meaning.monotone for name, meaning in self.meanings_of_columns().items()}
        categories = self.encoder_.categories
        return [0 if name in categories else told.get(name, 0) for name in self.encoder_.columns]

    def meanings_of_columns(self) -> dict[str, Meaning]:
        """What the columns that the trees read mean: `meanings`, and those of positions in the industry."""
        told = dict(self.meanings or {})
        return told | relative_meanings(told, (self.relative or {}).get("columns", ()))

    def knows(self, X: Any) -> NDArray[np.bool_]:
        """Whether a grade is more than a guess: something environmental is known of a firm, or a veto is."""
        table = as_frame(X)
        telling = [place for place, name in enumerate(self.encoder_.inputs) if name not in self._background()]
        known = ~np.isnan(self.encoder_.matrix(table)[:, telling]).all(axis=1)
        return np.asarray(known | (first_veto(self.vetoes or (), table) >= 0))

    def veto_of(self, X: Any) -> list[Veto | None]:
        """The veto that decides each firm; None where the trees do."""
        vetoes = tuple(self.vetoes or ())
        return [vetoes[place] if place >= 0 else None for place in first_veto(vetoes, as_frame(X))]

    def margin(self, X: Any) -> Floats:
        """How green each firm is, on the trees' own scale; rises with the grade. Vetoes are not asked."""
        check_is_fitted(self, "booster_")
        matrix = self.encoder_.matrix(as_frame(X))
        return np.asarray(self.booster_.predict(matrix, raw_score=True, num_threads=self.n_jobs))

    def above(self, X: Any) -> Floats:
        """The chance that each firm reaches each grade but the lowest; a vetoed firm reaches none."""
        table = as_frame(X)
        reached = self.ladder_.above(self.margin(table))
        reached[first_veto(self.vetoes or (), table) >= 0] = 0.0
        return reached

    def predict_proba(self, X: Any) -> Floats:
        """Chance of each grade, lowest first."""
        return steps(self.above(X))

    def predict(self, X: Any, *, decision: str | None = None) -> NDArray[Any]:
        """The grade of each firm.

        Args:
            X: The firms.
            decision: `kappa` or `median`; None for the model's own.

        Raises:
            ModelError: There is no such decision, or a column of training is missing.
        """
        table = as_frame(X)
        places = self.decision_.places(self.above(table), rule_of(decision or self.decision))
        places[first_veto(self.vetoes or (), table) >= 0] = 0
        return np.asarray(self.classes_[places])

    def points_by_column(self, X: Any) -> Floats:
        """Log-odds of a higher grade that each column moved each firm by, against the average of training."""
        return self.ladder_.slope * shapley(
            self.booster_, self.encoder_.matrix(as_frame(X)), threads=self.n_jobs
        )

    def reasons(
        self,
        X: Any,
        top: int = 5,
        *,
        direction: Direction = "lowers",
        dates: Sequence[Dates] | None = None,
    ) -> list[list[Reason]]:
        """What lowers (or raises) each firm's grade most, exact Shapley values summed over one reason.

        A vetoed firm's reason is its veto: ask `veto_of`.

        Args:
            X: The firms; a few of them.
            top: At most so many.
            direction: `lowers` or `raises` the grade.
            dates: By firm, the day of the newest event known of each source; None where nobody knows.
        """
        table = as_frame(X)
        shown = self.encoder_.shown(table)
        found = rank_reasons(
            self.points_by_column(table), shown, self.meanings_of_columns(), top, direction, dates=dates
        )
        return [
            [replace(one, text_en=one.text_en.replace(" the score)", " the grade)")) for one in row]
            for row in found
        ]

    def save(self, folder: Path) -> None:
        """Write `booster.txt` (LightGBM's own text) and `model.json`; no pickles."""
        check_is_fitted(self, "booster_")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "booster.txt").write_text(self.booster_.model_to_string(), "utf-8")
        (folder / "model.json").write_text(json.dumps(state_of(self), ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote there; it grades to the bit as before.

        Raises:
            ModelError: A file is missing or damaged; the message names the folder.
        """
        try:
            state = json.loads((folder / "model.json").read_text("utf-8"))
            booster = lgb.Booster(model_str=(folder / "booster.txt").read_text("utf-8"))
            model = restored(cls, state)
        except (OSError, ValueError, KeyError, TypeError, lgb.basic.LightGBMError) as error:
            raise ModelError(f"{folder}: no whole green model: {' '.join(str(error).split())}") from error
        if booster.num_feature() != len(model.encoder_.columns):
            raise ModelError(
                f"{folder}: no whole green model: booster and model.json differ in their features"
            )
        model.booster_ = booster
        return model


def _period(time: ArrayLike | None) -> list[str] | None:
    if time is None:
        return None
    days = pd.to_datetime(pd.Series(np.asarray(time)))
    return [f"{days.min():%Y-%m-%d}", f"{days.max():%Y-%m-%d}"]
