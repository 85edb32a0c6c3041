"""What the sections of the green report show."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from markupsafe import Markup

from models.checks.calibration import slope_interval
from models.green.checks.inputs import concordances
from models.green.judging import Figures, Judged, figures_of, reached_over_predicted
from models.green.report.dossier import GreenDossier
from models.green.report.plots import step_reliability
from models.green.report.words import GreenWords
from models.green.vocabulary import GRADES_ZH
from models.metrics import Estimate

SHADE_MOST = 0.6
FEWEST_OF_A_YEAR = 20
EXPLAINED = 600
"""Rows whose reasons are worked out for the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeLine:
    """One official grade: rows and firms that had it, what the model made of them, how often it was met."""

    name: str
    rows: int
    firms: int
    judged: int
    given: tuple[tuple[int, float], ...]
    recall: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step: how many reach the grade, over how many the chances say; and the slope."""

    name: str
    reached: float
    predicted: float
    ratio: Estimate
    slope: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureLine:
    """One column of the model.

    Attributes:
        column: Its name.
        name: As a reader is told.
        source: Where it comes from.
        direction: `lower`, `higher` or `free`: where the grade may go as it rises.
        known: Share of the graded rows that have it.
        alone: How well it orders firms by itself; None where too few rows have it.
        effect: Mean absolute log-odds of a higher grade that it moves.
        share: Its part of the effect of all columns.
    """

    column: str
    name: str
    source: str
    direction: str
    known: float
    alone: float | None
    effect: float
    share: float


class Page:
    """Everything that the page asks for; heavy parts are worked out once."""

    def __init__(self, dossier: GreenDossier, words: GreenWords) -> None:
        self.dossier, self.words, self.evidence = dossier, words, dossier.evidence
        self.judged = dossier.evidence.judged

    def grade(self, grade: object) -> str:
        """A grade's name in the page's language."""
        return GRADES_ZH.get(str(grade), str(grade)) if self.words.lang == "zh" else str(grade)

    @cached_property
    def figures(self) -> Figures:
        """Figures of the rows that the model grades."""
        return self.evidence.figures

    @cached_property
    def everyone(self) -> Figures:
        """Figures of all graded rows, those of which nothing was known too."""
        return figures_of(self.evidence.everyone)

    @cached_property
    def later(self) -> Figures | None:
        """Figures of the newest evaluations; None where the history is too short."""
        later = self.evidence.later
        return figures_of(later) if later is not None and len(later) else None

    @cached_property
    def grades(self) -> list[GradeLine]:
        """Every grade, lowest first."""
        confusion = self.judged.confusion
        firms, counts = self.evidence.firms_by_grade, self.evidence.grades.value_counts()
        return [
            GradeLine(
                name=self.grade(grade),
                rows=int(counts.get(grade, 0)),
                firms=firms[str(grade)],
                judged=int(row.sum()),
                given=tuple((int(cell), float(SHADE_MOST * cell / max(row.sum(), 1))) for cell in row),
                recall=recall,
            )
            for grade, row, recall in zip(
                self.evidence.model.grades, confusion, self.figures.recall, strict=True
            )
        ]

    @cached_property
    def by_trees(self) -> Judged:
        """The rows that no veto decides."""
        return self.evidence.by_trees

    @cached_property
    def steps(self) -> list[StepLine]:
        """Every grade but the lowest."""
        found, judged = [], self.by_trees
        for step, grade in enumerate(self.evidence.model.grades[1:], start=1):
            reached, chance = (judged.truth >= step).astype(np.int64), judged.above[:, step - 1]
            found.append(
                StepLine(
                    name=self.grade(grade),
                    reached=float(reached.mean()),
                    predicted=float(chance.mean()),
                    ratio=reached_over_predicted(judged, step),
                    slope=slope_interval(reached, chance),
                )
            )
        return found

    def reliability(self) -> Markup:
        """The plot of the steps."""
        names = [self.grade(grade) for grade in self.evidence.model.grades[1:]]
        return Markup(step_reliability(self.by_trees, names, self.words.plots()))  # noqa: S704 - our own drawing

    @cached_property
    def years(self) -> list[tuple[int, int, Estimate]]:
        """Year, evaluations, kappa by folds; years with too few are left out."""
        year = pd.DatetimeIndex(self.evidence.time[self.evidence.known]).year.to_numpy()
        return [
            (int(one), int((year == one).sum()), figures_of(self.judged.where(year == one)).kappa)
            for one in np.unique(year)
            if (year == one).sum() >= FEWEST_OF_A_YEAR
        ]

    @cached_property
    def features(self) -> list[FeatureLine]:
        """Every column that the trees read, those that move grades most first."""
        model, table = self.evidence.model, self.evidence.table[self.evidence.known]
        asked = table.iloc[np.unique(np.linspace(0, len(table) - 1, min(EXPLAINED, len(table))).astype(int))]
        effect = np.abs(model.points_by_column(asked)).mean(axis=0)
        alone, meanings = concordances(self.evidence), model.meanings_of_columns()
        shown, signs = model.encoder_.shown(table), model.directions()
        lines = []
        for place, column in enumerate(map(str, model.encoder_.columns)):
            meaning = meanings.get(column)
            lines.append(
                FeatureLine(
                    column=column,
                    name=(meaning.zh if self.words.lang == "zh" else meaning.en) if meaning else column,
                    source=meaning.source if meaning else "",
                    direction={1: "higher", -1: "lower", 0: "free"}[signs[place]],
                    known=float(shown[column].notna().mean()),
                    alone=alone.get(column),
                    effect=float(effect[place]),
                    share=float(effect[place] / max(effect.sum(), 1e-12)),
                )
            )
        return sorted(lines, key=lambda one: -one.effect)

    @property
    def vetoed(self) -> list[tuple[str, str, str, str, int]]:
        """Each veto: text, citation, certainty, since when, how many of the graded rows it decides."""
        decided = [one.name for one in self.evidence.model.veto_of(self.evidence.table) if one]
        return [
            (
                one.zh if self.words.lang == "zh" else one.en,
                one.cites,
                one.certainty,
                one.since,
                decided.count(one.name),
            )
            for one in self.evidence.model.vetoes or ()
        ]
