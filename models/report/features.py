"""What the report says of features: how they move scores, what they say alone, how they hold over time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from models.checks.thresholds import limit
from models.dependence import input_of, partial_dependence
from models.iv import MISSING, FeatureFigures, feature_figures, is_category
from models.plots.effects import Effect, dependence_plot, shapley_plot
from models.reasons import Meaning
from models.report.dossier import Dossier
from models.report.words import Words
from models.stability import ALL, feature_csi

Floats = NDArray[np.float64]

TOP, MOST_STRIPS, CURVES, DETAILED = 40, 20, 8, 10
ROUNDING = 1e-12
MOST_ROWS = 2000
"""Held-out rows of which Shapley values are taken."""

MOVED = 120
"""Held-out rows that are moved along a curve of partial dependence: more would draw the same line."""


@dataclass(frozen=True, slots=True)
class Moved:
    """CSI of one feature, held-out rows against those learnt from.

    Attributes:
        csi: Over all held-out rows.
        worst: Highest of a month; as `csi` where the rows have no time.
        by_chance: What so few rows exceed in one table of a hundred though nothing has moved.
    """

    csi: float
    worst: float
    by_chance: float

    @property
    def acts(self) -> bool:
        """Whether it is large, and not by chance."""
        return self.csi >= limit("psi_act") and self.csi > self.by_chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One feature as the page shows it.

    Attributes:
        column: Its name in the table.
        label: Its name in the page's language.
        source: Where it comes from.
        points: Mean absolute points by which it moves a score, positions within the industry included; None
            where nobody worked it out.
        declared: Direction of the risk that was declared: 1, -1, or 0.
        figures: What it says alone.
        moved: How far its values have moved since training; None where nothing can be told.
        spark: Weight of evidence bin by bin, drawn small.
    """

    column: str
    label: str
    source: str
    points: float | None
    declared: int
    figures: FeatureFigures
    moved: "Moved | None"
    spark: Markup


class Features:
    """Everything about the columns; heavy parts are worked out once."""

    def __init__(self, dossier: Dossier, words: Words) -> None:
        self.dossier, self.words = dossier, words
        self.model = dossier.evidence.model
        self.meanings: dict[str, Meaning] = self.model.meanings_of_columns()

    def label(self, column: str) -> str:
        """Name of a column in the page's language, without line breaks."""
        meaning = self.meanings.get(column)
        told = (meaning.en if self.words.lang == "en" else meaning.zh) if meaning else column
        return " ".join((told or column).split()).removesuffix(".")

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Held-out rows spread evenly over the table."""
        table = self.dossier.evidence.held_out.table
        places = np.unique(np.linspace(0, len(table) - 1, min(MOST_ROWS, len(table))).astype(int))
        return table.iloc[places].reset_index(drop=True)

    @cached_property
    def points(self) -> tuple[pd.DataFrame, Floats]:
        """The sample as reasons see it, and the points of each of its columns."""
        return self.model.shown(self.sample), np.asarray(self.model.points_by_column(self.sample))

    @cached_property
    def importance(self) -> dict[str, float]:
        """Column that reasons speak of → mean absolute points."""
        if self.dossier.importance is not None:
            return dict(self.dossier.importance)
        shown, points = self.points
        return dict(zip(map(str, shown.columns), np.abs(points).mean(axis=0).tolist(), strict=True))

    @cached_property
    def by_input(self) -> dict[str, float]:
        """Column of the table → mean absolute points, its position within the industry included."""
        summed: dict[str, float] = {}
        for column, moved in self.importance.items():
            summed[input_of(column)] = summed.get(input_of(column), 0.0) + moved
        return summed

    @cached_property
    def lines(self) -> list[Line]:
        """Every column of the table, those that move scores most first."""
        evidence = self.dossier.evidence
        later = evidence.held_out.table if self.dossier.held_out_is_new else None
        found = feature_figures(evidence.train.table, evidence.train.bad, later)
        lines = [self._line(one) for one in found]
        return sorted(lines, key=lambda one: (-(one.points or 0.0), -one.figures.iv, one.column))

    @cached_property
    def _moved(self) -> dict[str, Moved]:
        told = feature_csi(self.dossier.evidence)
        whole = told[told["month"] == ALL].set_index("feature")
        worst = told.groupby("feature")["psi"].max() if len(told) else told["psi"]
        return {
            str(name): Moved(float(row["psi"]), float(worst[name]), float(row["by_chance"]))
            for name, row in whole.iterrows()
        }

    def _line(self, figures: FeatureFigures) -> Line:
        meaning = self.meanings.get(figures.name)
        return Line(
            column=figures.name,
            label=self.label(figures.name),
            source=meaning.source if meaning and self.words.lang == "zh" else "",
            points=self.by_input.get(figures.name),
            declared=self._declared(figures.name),
            figures=figures,
            moved=self._moved.get(figures.name),
            spark=_spark(figures),
        )

    def _declared(self, column: str) -> int:
        if is_category(self.dossier.evidence.train.table[column]):
            return 0
        told = dict(getattr(self.model, "monotone", None) or {})
        meaning = self.meanings.get(column)
        return int(told.get(column, meaning.monotone if meaning else 0))

    def summary_plot(self) -> Markup:
        """Shapley values of the columns that move scores most."""
        shown, points = self.points
        moved = np.abs(points).mean(axis=0)
        strongest = [
            int(place) for place in np.argsort(-moved, kind="stable")[:MOST_STRIPS] if moved[place] > 0
        ]
        effects = [
            Effect(self.label(str(shown.columns[place])), points[:, place], _rank(shown.iloc[:, place]))
            for place in strongest
        ]
        return Markup(shapley_plot(effects, self.words.plots()) if effects else "")  # noqa: S704 - drawn by us

    def curves(self) -> list[dict[str, Any]]:
        """Partial dependence of the features that move scores most."""
        strongest = sorted(self.by_input, key=lambda name: (-self.by_input[name], name))
        table = self.dossier.evidence.held_out.table
        usable = [name for name in strongest if name in table and table[name].notna().any()][:CURVES]
        return [self._curve(table, name, place) for place, name in enumerate(usable)]

    def _curve(self, table: pd.DataFrame, column: str, place: int) -> dict[str, Any]:
        direction = self._declared(column)
        found = partial_dependence(self.model, table, column, rows=MOVED, direction=direction)
        meaning = self.meanings.get(column)
        unit = self.words.name("units", meaning.unit) if meaning and meaning.unit else ""
        rises = np.diff(found.mean) * found.direction
        kept = bool((rises >= -ROUNDING).all())
        return {
            "label": self.label(column),
            "direction": found.direction,
            "kept": kept if found.direction else None,
            "effect": found.effect,
            "plot": Markup(  # noqa: S704 - drawn by us
                dependence_plot(found, self.label(column), unit, self.words.plots(), f"dependence-{place}")
            ),
        }


def _rank(values: pd.Series) -> Floats:
    """Where each value lies among all, 0 to 1; missing for words and missing values."""
    if is_category(values):
        return np.full(len(values), np.nan)
    ranked = values.astype("float64").rank(method="average")
    last = ranked.max()
    return ((ranked - 1) / max(last - 1, 1)).to_numpy(dtype=np.float64)


def _spark(figures: FeatureFigures) -> Markup:
    """Weight of evidence bin by bin, above the line safer than average, missing in grey at the end."""
    values = [one.woe or 0.0 for one in figures.bins]
    most = max([1.0, *map(abs, values)])
    step = 60 / len(values) if values else 60.0
    wide = max(step - 1, 0.8)
    bars = "".join(
        f'<rect x="{place * step:.1f}" y="{9 - max(value, 0) / most * 9:.1f}" width="{wide:.1f}" '
        f'height="{max(abs(value) / most * 9, 0.3):.1f}" class="{_shade(figures, place, value)}"/>'
        for place, value in enumerate(values)
    )
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark" viewBox="0 0 60 18" aria-hidden="true"><path d="M0 9H60"/>{bars}</svg>'
    )


def _shade(figures: FeatureFigures, place: int, value: float) -> str:
    if figures.bins[place].name == MISSING:
        return "u"
    return "s" if value >= 0 else "r"
