"""Sub-scores by theme: what leaves the lab where the bank's columns must stay in the bank.

A model a theme reads the platform's columns alone. The bank's half learns from the points of the themes,
beside its own columns. A sub-score that the half learns from must not have seen the firm: else it would be
trusted too much.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.fitting import Learner, Learnt, Watch, classifier, cross_fitted, learnt, silent
from models.lab.sample import Sample
from models.lab.themes import columns_by_theme, load_themes, meanings_of_sub_scores
from models.reasons import Meaning
from models.scale import Scale
from models.splits import GroupTimeFolds

Floats = NDArray[np.float64]
Maker = Callable[[Mapping[str, Meaning]], CreditModel]

FILE = "sub_scores.json"
SHOWN = 12
"""Characters of a version."""


def theme_model(meanings: Mapping[str, Meaning]) -> CreditModel:
    """The model of a theme: few columns need few trees, and a straight curve tells of no single firm."""
    return CreditModel(meanings=meanings, n_estimators=500, calibration="platt")


def half_model(meanings: Mapping[str, Meaning]) -> CreditModel:
    """The bank's half."""
    return CreditModel(meanings=meanings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubScores:
    """The models of the themes, and the sub-scores of the sample's loans.

    Attributes:
        models: Theme → its model, of all loans of training.
        left_out: Theme → why it has no sub-score, in words.
        fine: Points between two sub-scores that can be told apart.
        scale: Of the points; its bounds hold.
        cross_fitted: By loan of training and test, a column a theme: in training from trees that had not
            seen the firm, in the test from a model that knew neither the loan's time nor its firm. Not saved:
            it is about single loans.
    """

    models: Mapping[str, CreditModel]
    left_out: Mapping[str, str]
    fine: int = 1
    scale: Scale = field(default_factory=Scale)
    cross_fitted: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def columns(self) -> list[str]:
        """The columns of the themes that have a model."""
        return [load_themes()[name].column for name in self.models]

    @property
    def version(self) -> str:
        """Tells one set of models from another: the first characters of a hash over all of them."""
        told = hashlib.sha256(json.dumps(self._record(), sort_keys=True).encode())
        for name, model in self.models.items():
            told.update(f"{name}\n{model.booster_.model_to_string()}\n{model.calibration_}".encode())
        return told.hexdigest()[:SHOWN]

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Sub-scores of any firms: whole points, higher is safer.

        Args:
            table: The platform's columns, a row a firm.

        Raises:
            ModelError: A column of training is missing.
        """
        told = {
            load_themes()[name].column: points_of(model.decision_function(table), self.scale, self.fine)
            for name, model in self.models.items()
        }
        return pd.DataFrame(told, index=table.index)

    def monthly(self, table_by_month: Mapping[pd.Timestamp, pd.DataFrame]) -> pd.DataFrame:
        """Sub-scores month after month, as they leave the lab.

        Args:
            table_by_month: Day → the platform's columns as of that day, indexed by the firms' keyed ids.

        Returns:
            `entity_id`, `as_of`, `version` and a column a theme, in order of days.
        """
        version = self.version
        parts = [
            self.of(table)
            .rename_axis("entity_id")
            .reset_index()
            .assign(as_of=pd.Timestamp(day), version=version)
            for day, table in sorted(table_by_month.items())
        ]
        columns = ["entity_id", "as_of", "version", *self.columns]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

    def save(self, folder: Path) -> None:
        """Write a folder a theme (LightGBM's own text and JSON) and `sub_scores.json`; no pickles."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, model in self.models.items():
            model.save(folder / name)
        (folder / FILE).write_text(json.dumps(self._record(), ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The models that `save` wrote there, which score to the bit as before; `cross_fitted` is empty.

        Raises:
            ModelError: A file is missing or damaged; the message names it.
        """
        try:
            record = json.loads((folder / FILE).read_text("utf-8"))
            return cls(
                models={name: CreditModel.load(folder / name) for name in record["themes"]},
                left_out=record["left_out"],
                fine=int(record["fine"]),
                scale=Scale(**record["scale"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{folder}: no whole sub-scores: {' '.join(str(error).split())}") from error

    def _record(self) -> dict[str, Any]:
        return {
            "kind": "sub_scores",
            "themes": [*self.models],
            "left_out": dict(self.left_out),
            "fine": self.fine,
            "scale": asdict(self.scale),
        }


def points_of(log_odds: Floats, scale: Scale, fine: int = 1) -> NDArray[np.int64]:
    """Whole points of log-odds of default, the nearest multiple of `fine` within the scale's bounds.

    >>> points_of(np.log([1 / 20, 1 / 40, 1 / 41]), Scale(), 10).tolist()
    [600, 650, 650]
    """
    bounded = np.clip(scale.exact(log_odds), scale.lowest, scale.highest)
    return (fine * np.rint(bounded / fine)).astype(np.int64)


def fit_sub_scores(
    sample: Sample,
    folds: GroupTimeFolds,
    *,
    make: Maker = theme_model,
    fine: int = 1,
    watch: Watch = silent,
) -> SubScores:
    """The models of the themes, and the sub-scores of the sample's loans.

    Only the platform's columns are read, and the labels. The trees behind a training loan's sub-score may
    have seen other firms that are tested; those behind a test loan's never saw its time or its firm.

    Args:
        sample: The loans.
        folds: Over them, such as `sample.folds(day)`.
        make: Makes the model of a theme.
        fine: Points between two sub-scores that can be told apart; 10 tells less of a firm than 1.
        watch: Is told of every model fitted.

    Raises:
        ModelError: `fine` is below 1, or no theme has a usable column.
    """
    if fine < 1:
        raise ModelError(f"fine is {fine}; expected whole points from 1 on")
    themes, left_out = _usable(sample, folds)
    learners = {name: _learner(sample, columns, make) for name, columns in themes.items()}
    found = learnt(learners, folds, sample.loans.index, watch=watch)
    scale = Scale()
    known = {name: cross_fitted(one, folds, sample.loans.index) for name, one in found.items()}
    points = {
        load_themes()[name].column: points_of(log_odds.to_numpy(), scale, fine)
        for name, log_odds in known.items()
    }
    return SubScores(
        models={name: one.whole for name, one in found.items()},
        left_out=left_out,
        fine=fine,
        scale=scale,
        cross_fitted=pd.DataFrame(points, index=next(iter(known.values())).index),
    )


def _usable(sample: Sample, folds: GroupTimeFolds) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The columns of every theme that tell firms of training apart, and why other themes are left out."""
    learnt_from = sample.platform[folds.train]
    told = {column for column in learnt_from if learnt_from[column].value_counts(dropna=False).size > 1}
    themes, left_out = {}, {}
    for name, columns in columns_by_theme(sample.platform, sample.meanings).items():
        if usable := [column for column in columns if column in told]:
            themes[name] = usable
        elif columns:
            left_out[name] = f"each of its {len(columns)} columns is the same in all loans of training"
        else:
            left_out[name] = "the platform brings no column of it"
    if not themes:
        raise ModelError("no theme has a usable column; see the platform's fields in the agreement")
    return themes, left_out


def _learner(sample: Sample, columns: list[str], make: Maker) -> Learner[CreditModel]:
    meanings = {column: sample.meanings[column] for column in columns if column in sample.meanings}
    return classifier(lambda: make(meanings), sample.platform[columns], sample.bad, sample.groups)


def fit_bank_half(
    bank_columns: pd.DataFrame,
    sub_scores: pd.DataFrame,
    bad: pd.Series,
    groups: pd.Series,
    folds: GroupTimeFolds,
    *,
    meanings: Mapping[str, Meaning] | None = None,
    make: Maker = half_model,
    watch: Watch = silent,
) -> Learnt[CreditModel]:
    """The bank's half: its own columns beside the sub-scores, which its reasons name by their themes.

    Args:
        bank_columns: The bank's columns by loan.
        sub_scores: `SubScores.cross_fitted`, of the loans of training and test at least.
        bad: 1 for default, of `bank_columns`' loans.
        groups: What belongs together, likewise.
        folds: Over the same loans.
        meanings: What the bank's columns mean.
        make: Makes the model.
        watch: Is told of every model fitted.

    Raises:
        ModelError: A loan of training or test has no sub-scores, or both sides have a column of one name.
    """
    used = bank_columns.index[folds.train | folds.test]
    if lacking := len(used.difference(sub_scores.index)):
        raise ModelError(f"{lacking} of {len(used)} loans have no sub-scores; ask the lab for theirs")
    if clash := [name for name in bank_columns if name in sub_scores]:
        raise ModelError(f"the bank's table has columns of sub-scores' names: {', '.join(clash)}")
    table = pd.concat([sub_scores.reindex(bank_columns.index), bank_columns], axis="columns")
    told = {name: one for name, one in meanings_of_sub_scores().items() if name in sub_scores}
    learner = classifier(lambda: make(told | dict(meanings or {})), table, bad, groups)
    found: Learnt[CreditModel] = learnt({"": learner}, folds, bank_columns.index, watch=watch)[""]
    return found
