"""How good the model is on rows it had not seen: figures with intervals, curves with bands, segments."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from models.bands import BandRate, band_rates
from models.checks.calibration import ratio_interval, slope_interval
from models.checks.fairness import treated
from models.delong import auc_difference, auc_interval
from models.evidence import Evidence, Rows
from models.metrics import Estimate, ks, over_repeats, wilson
from models.plots.banded import (
    gains_with_band,
    ks_with_band,
    lift_by_tenth,
    reliability,
    roc_with_band,
    score_distribution,
)
from models.plots.curves import Group, calibration_groups
from models.plots.forest import Row, auc_forest, rate_forest
from models.plots.spread import LOOKED_AT, Redrawn, redrawn
from models.report.dossier import Dossier
from models.report.words import Words
from models.segments import Gap, Segment, by_segment, gap

Floats = NDArray[np.float64]

FEW_BADS = 100
"""With fewer bads among the held-out rows the page says what they cannot show."""

MOST_MONTHS = 18
"""More months of applications are taken by quarters."""


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band with what was predicted for it."""

    rate: BandRate
    predicted: float

    @property
    def agrees(self) -> bool:
        """Whether the mean predicted probability lies within the Wilson interval."""
        return self.rate.observed.low <= self.predicted <= self.rate.observed.high


@dataclass(frozen=True, slots=True)
class SegmentPart:
    """One column of segments as the page shows it; `errors` are what each is off by beyond all rows."""

    column: str
    segments: list[Segment]
    errors: dict[str, Estimate]
    gap: Gap
    plots: list[Markup]


class Performance:
    """Everything about the held-out rows; heavy parts are worked out once."""

    def __init__(self, dossier: Dossier, words: Words) -> None:
        self.dossier, self.words = dossier, words
        self.evidence: Evidence = dossier.evidence
        self.held: Rows = self.evidence.held_out
        self.bad = self.held.bad
        self.pd_ = np.clip(np.asarray(self.evidence.pd_, dtype=float), 1e-9, 1 - 1e-9)
        self.groups = None if self.held.groups is None else self.held.groups.to_numpy()
        self.rows, self.bads = len(self.bad), int(self.bad.sum())

    @property
    def ranks(self) -> bool:
        """Whether there are bads and goods to be told apart."""
        return 0 < self.bads < self.rows

    @property
    def few(self) -> bool:
        """Whether bads are so few that the page says what they cannot show."""
        return self.bads < FEW_BADS

    @property
    def rate(self) -> Estimate:
        """Observed rate of default, Wilson interval."""
        return wilson(self.bads, self.rows)

    @cached_property
    def drawn(self) -> Redrawn:
        """Curves with bands."""
        scores = self.evidence.model.points_scale.exact(np.log(self.pd_ / (1 - self.pd_)))
        return redrawn(self.bad, self.pd_, scores, self.groups)

    @cached_property
    def auc(self) -> Estimate:
        """As stated elsewhere already; else over folds, or in closed form out of time."""
        if "auc" in self.dossier.figures:
            return self.dossier.figures["auc"]
        if self.evidence.fold_aucs:
            return over_repeats(self.evidence.fold_aucs, self.evidence.repeats)
        return auc_interval(self.bad, self.pd_, self.groups)

    @property
    def gini(self) -> Estimate:
        """2·AUC − 1, bounds alike."""
        found = self.auc
        return self.dossier.figures.get("gini") or Estimate(
            2 * found.value - 1, 2 * found.low - 1, 2 * found.high - 1
        )

    @property
    def ks(self) -> Estimate:
        """As stated elsewhere already; else with its bootstrap interval."""
        return self.dossier.figures.get("ks") or self.drawn.ks

    @cached_property
    def slope(self) -> Estimate | None:
        """Calibration slope: 1 is right, below 1 probabilities are too extreme; None where there is none."""
        return slope_interval(self.bad, self.pd_)

    @property
    def ratio(self) -> Estimate:
        """Mean predicted over observed rate of default, as the check of calibration tells it."""
        return ratio_interval(self.bads, float(self.pd_.sum()))

    @property
    def captured(self) -> list[tuple[float, Estimate]]:
        """Share looked at, share of bads found."""
        return list(zip(LOOKED_AT, self.drawn.captured, strict=True))

    @cached_property
    def groups_of_pd(self) -> list[Group]:
        """Groups of equal size by predicted probability."""
        return calibration_groups(self.bad, self.pd_)

    @cached_property
    def bands(self) -> list[BandLine]:
        """The model's own bands, best first."""
        model = self.evidence.model
        names = np.asarray(model.bands_of(model.points_scale.points(self.pd_)))
        rates = band_rates(names, self.bad, model.points_bands.names)
        return [BandLine(one, float(self.pd_[names == one.name].mean())) for one in rates]

    def curves(self) -> list[tuple[str, Markup]]:
        """Name and plot of every curve."""
        say, model = self.words.plots(), self.evidence.model
        points = model.points_scale.points(self.pd_)
        bands = model.points_bands
        drawn = {
            "roc": roc_with_band(self.drawn, self.auc, say),
            "ks": ks_with_band(self.drawn, say),
            "gains": gains_with_band(self.drawn, self.bads / self.rows, say),
            "lift": lift_by_tenth(self.drawn, say),
            "calibration": reliability(self.groups_of_pd, say),
            "scores": score_distribution(points, self.bad, bands.floors, bands.names, say),
        }
        return [(name, Markup(svg)) for name, svg in drawn.items()]  # noqa: S704 - drawn by us

    def band_plot(self) -> Markup:
        """Observed and predicted rates of the bands."""
        rows = [Row(line.rate.name, line.rate.observed, line.predicted) for line in self.bands]
        return Markup(rate_forest(rows, self.words.plots(), "bands"))  # noqa: S704 - drawn by us

    @cached_property
    def months(self) -> list[Segment]:
        """The held-out rows by month of application, oldest first; by quarter where there are many."""
        if self.held.time is None or not self.dossier.held_out_is_new:
            return []
        days = pd.to_datetime(self.held.time)
        names = days.dt.strftime("%Y-%m")
        if names.nunique() > MOST_MONTHS:
            names = days.dt.to_period("Q").astype("str")
        rows = Rows(
            table=self.held.table,
            bad=self.bad,
            groups=self.held.groups,
            segments=pd.DataFrame({"month": names.to_numpy()}),
        )
        found = by_segment(rows, self.pd_, fewest_rows=1, most_parts=MOST_MONTHS)["month"]
        return sorted(found, key=lambda one: one.word)

    def month_plots(self) -> list[Markup]:
        """Rates by month, and AUC where there are bads enough."""
        return self._forests(self.months, "months", "month")

    @cached_property
    def segments(self) -> list[SegmentPart]:
        """Every column of segments."""
        if not len(self.held.segments.columns) or not self.rows:
            return []
        told = treated(self.evidence)
        return [
            SegmentPart(
                column=column,
                segments=found,
                errors={one.part.word: one.error for one in told if one.column == column},
                gap=gap(found),
                plots=self._forests(found, f"segment-{place}", column),
            )
            for place, (column, found) in enumerate(by_segment(self.held, self.pd_).items())
        ]

    def word(self, column: str, word: str) -> str:
        """What the rows of a segment have in common, in the page's language."""
        own = f"{column}_words"
        return self.words.name(own if word in self.words.of(own) else "segment_words", word)

    def _forests(self, found: list[Segment], name: str, column: str) -> list[Markup]:
        say, drawn = self.words.plots(), []
        with_auc = [one for one in found if one.auc]
        if len(with_auc) > 1:
            rows = [Row(self.word(column, one.word), one.auc) for one in with_auc]
            drawn.append(auc_forest(rows, self.auc.value, say, f"{name}-auc"))
        if found:
            rows = [Row(self.word(column, one.word), one.observed, one.predicted) for one in found]
            drawn.append(rate_forest(rows, say, f"{name}-rates"))
        return [Markup(svg) for svg in drawn]  # noqa: S704 - drawn by us

    @cached_property
    def champion(self) -> "Champion | None":
        """The model that answers today on the rows that it can read; None where there is none."""
        if self.evidence.champion is None:
            return None
        rival = np.asarray(self.evidence.champion, dtype=float)
        both = np.isfinite(rival)
        if not 0 < self.bad[both].sum() < both.sum():
            return None
        return Champion(self, both, np.clip(rival, 1e-9, 1 - 1e-9))


class Champion:
    """This model and the one that answers today, on the same rows."""

    def __init__(self, performance: Performance, both: NDArray[np.bool_], rival: Floats) -> None:
        self.label = performance.evidence.champion_label
        self.rows, self.left_out = int(both.sum()), int((~both).sum())
        self._performance, self._bad = performance, performance.bad[both]
        self._own, self._rival = performance.pd_[both], rival[both]
        self._groups = None if performance.groups is None else performance.groups[both]

    @property
    def difference(self) -> Estimate:
        """AUC of this model less the champion's."""
        return auc_difference(self._bad, self._own, self._rival, self._groups)

    @property
    def lines(self) -> list[tuple[str, Estimate, float, Estimate, float]]:
        """Name, AUC, KS, predicted over observed, and Brier score of both."""
        return [self._line("challenger", self._own), self._line("champion", self._rival)]

    def _line(self, name: str, pd_: Floats) -> tuple[str, Estimate, float, Estimate, float]:
        bad = self._bad
        return (
            name,
            auc_interval(bad, pd_, self._groups),
            ks(bad, pd_),
            ratio_interval(int(bad.sum()), float(pd_.sum())),
            float(np.mean((pd_ - bad) ** 2)),
        )

    def plot(self) -> Markup:
        """Both ROC curves, with the band of this model."""
        scores = self._performance.evidence.model.points_scale.exact(np.log(self._own / (1 - self._own)))
        drawn = redrawn(self._bad, self._own, scores, self._groups)
        own = auc_interval(self._bad, self._own, self._groups)
        svg = roc_with_band(
            drawn, own, self._performance.words.plots(), (self._bad, self._rival), name="champion-roc"
        )
        return Markup(svg)  # noqa: S704 - drawn by us
