"""The model that leaves: fitted for it, made harmless, attacked.

It is not the model that pooling kept. It is fitted anew in a shape that gives little away, without words that
few firms have, and without a fifth of the firms of training: by loans of the same time that it has not seen
anybody can ask whether it tells who was learnt from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError, RequestError
from features.keyed import fingerprint, read_keyed
from models.credit import CreditModel
from models.lab.disclosure import review_export
from models.lab.harmless import made_harmless
from models.lab.leaves import shape_for_export
from models.lab.sample import Sample
from models.lab.score_attacks import has_halves
from models.lab.several_banks import labelled
from models.table import PLAIN
from pipelines.lab.platform_side import POOLED_FILE
from pipelines.lab.pooling import PARTS_FILE
from pipelines.lab.project import Project

Flags = NDArray[np.bool_]

HELD_BACK = 5
"""One firm of so many is held back from a model that leaves, to attack it with."""

ASKED_ABOUT = 2
"""Columns of either side that the attacker asks about: those that move scores most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """Which loans are for what.

    Attributes:
        sample: All loans, with their banks' own labels.
        taught: Labels to learn from.
        learnt: Loans that the model learns from.
        held: Loans of the same time, of firms that it has not seen.
        later: Loans outside of training, which a reference model learns from.
        test: Loans to judge by.
    """

    sample: Sample
    taught: pd.Series
    learnt: Flags
    held: Flags
    later: Flags
    test: Flags

    @classmethod
    def of(cls, project: Project, key: bytes, sample: Sample, figures: Mapping[str, Any]) -> Self:
        """The loans as pooling dealt them, one firm group in five of those of training held back.

        Raises:
            RequestError: They are other loans than those of the pooling.
        """
        file = project.inside / POOLED_FILE.parent / PARTS_FILE
        kept = read_keyed(file, fingerprint(key)).set_index("loan_id")["part"] if file.is_file() else None
        if kept is None or not kept.index.sort_values().equals(sample.loans.index.sort_values()):
            raise RequestError(
                f"project '{project.name}': the loans are not those of its last pooling; a bank contributed "
                "since: run 'lab pool' again"
            )
        part = kept.reindex(sample.loans.index)
        train = (part == "train").to_numpy()
        names = np.array(sorted(sample.groups[train].astype("str").unique()))
        drawn = set(np.random.default_rng(0).permutation(names)[: max(1, len(names) // HELD_BACK)])
        held = sample.groups.astype("str").isin(drawn).to_numpy()
        return cls(
            sample=sample,
            taught=labelled(sample, figures.get("labels", "own")).bad,
            learnt=train & ~held,
            held=train & held,
            later=~train,
            test=(part == "test").to_numpy(),
        )

    def loans(self, table: pd.DataFrame, rows: Flags) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Some loans as an attack wants them."""
        return table[rows], self.taught[rows].to_numpy()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForExport:
    """A model that is to leave.

    Attributes:
        model: Fitted on the loans that are learnt from, its leaves full, its text harmless.
        table: What it reads of each loan.
        rows: The loans.
        shape: Its arguments.
    """

    model: CreditModel
    table: pd.DataFrame
    rows: Dealt
    shape: Mapping[str, Any]

    @classmethod
    def of(cls, rows: Dealt, table: pd.DataFrame, smallest: int) -> Self:
        """Fit it.

        Args:
            rows: The loans.
            table: The columns that it may read.
            smallest: Fewest firms of a leaf, and of a category's word.

        Raises:
            ModelError: Too few firms, or no question parts enough of them.
        """
        firms = rows.sample.loans["entity_id"][rows.learnt]
        read = without_rare_words(table, rows.learnt, firms, smallest)
        shape = shape_for_export(firms, smallest)
        model = _fitted(rows, read, rows.learnt, shape)
        model.booster_ = made_harmless(model, read, firms, smallest)
        return cls(model=model, table=read, rows=rows, shape=shape)

    def attacked(self, folder: Path, smallest: int) -> dict[str, Any]:
        """What disclosure control says of the folder, as plain values."""
        rows, meanings = self.rows, self.rows.sample.meanings
        model = CreditModel.load(folder)
        return review_export(
            folder,
            smallest,
            model=model,
            members=rows.loans(self.table, rows.learnt),
            non_members=rows.loans(self.table, rows.held),
            reference=self._reference(),
            sensitive=self._asked_about(),
            called={name: (one.zh, one.en) for name, one in meanings.items()},
            firms=rows.sample.loans["entity_id"][rows.learnt],
            other_firms=rows.sample.loans["entity_id"][rows.held],
        ).as_record()

    def columns_by_side(self) -> dict[str, list[str]]:
        """Names of the columns that it reads, by whose they are."""
        names = [str(name) for name in self.table]
        return {
            side: [one for one in names if self.rows.sample.side_of(one) == side]
            for side in ("platform", "bank")
        }

    def _reference(self) -> CreditModel | None:
        """A model of the same shape that learnt from other loans; None where these are too few."""
        try:
            return _fitted(self.rows, self.table, self.rows.later, self.shape)
        except ModelError:
            return None

    def _asked_about(self) -> list[str]:
        """Columns of numbers that move scores most, some of either side, with two halves in both parts."""
        points = np.abs(self.model.points_by_column(self.table[self.rows.held])).mean(axis=0)
        order = [str(self.table.columns[place]) for place in np.argsort(-points, kind="stable")]
        found: list[str] = []
        for side in ("platform", "bank"):
            own = [
                name for name in order if self.rows.sample.side_of(name) == side and self._has_halves(name)
            ]
            found += own[:ASKED_ABOUT]
        return found

    def _has_halves(self, name: str) -> bool:
        values = self.table[name]
        return values.dtype.kind in PLAIN and has_halves(values, self.rows.learnt, self.rows.held)


def without_rare_words(table: pd.DataFrame, learnt: Flags, firms: pd.Series, smallest: int) -> pd.DataFrame:
    """The table in which a word that fewer firms of training have than the smallest cell is missing.

    Args:
        table: All loans.
        learnt: Loans of training.
        firms: The firm of each of these.
        smallest: Fewest firms.
    """
    made = table.copy(deep=False)
    for name in table:
        if table[name].dtype.kind in PLAIN:
            continue
        words = table[name].astype("object").where(table[name].notna(), None)
        counts = firms.groupby(words[learnt].to_numpy()).nunique()
        common = set(counts[counts >= smallest].index)
        made[name] = words.where(words.isin(common), None)
    return made


def _fitted(rows: Dealt, table: pd.DataFrame, learnt: Flags, shape: Mapping[str, Any]) -> CreditModel:
    # a straight curve tells of no single firm; so few trees need no second thread
    model = CreditModel(meanings=rows.sample.meanings, calibration="platt", n_jobs=1, **shape)
    groups = rows.sample.groups[learnt].to_numpy()
    return model.fit(table[learnt], rows.taught[learnt].to_numpy(), groups=groups)
