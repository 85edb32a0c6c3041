"""What the report says of stability: how scores of each month differ from those learnt from."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from models.checks.thresholds import limit
from models.metrics import Estimate
from models.plots.forest import by_month
from models.report.dossier import Dossier
from models.report.words import Words
from models.stability import ALL, score_psi


@dataclass(frozen=True, slots=True)
class Month:
    """One month, or all of them together.

    Attributes:
        name: `2026-03`, or `all`.
        rows: Held-out rows in it.
        psi: Of the scores.
        by_chance: What so few rows exceed in one table of a hundred though nothing has moved.
    """

    name: str
    rows: int
    psi: float
    by_chance: float

    @property
    def verdict(self) -> str:
        """`stable`, `chance` where it is large but may well be chance, `watch` or `act`."""
        if self.psi < limit("psi_watch"):
            return "stable"
        if self.psi <= self.by_chance:
            return "chance"
        return "act" if self.psi >= limit("psi_act") else "watch"


class Stability:
    """PSI of scores, month by month."""

    def __init__(self, dossier: Dossier, words: Words) -> None:
        self._words = words
        table = score_psi(dossier.evidence) if dossier.stability is None else dossier.stability
        self.months = [_month(row) for _, row in table.iterrows()]

    def plot(self) -> Markup | None:
        """PSI by month, and what chance alone brings; None where there is but one figure."""
        months = [one for one in self.months if one.name != ALL]
        if not months:
            return None
        say = self._words.plots()
        figures = [Estimate(one.psi, one.psi, one.psi) for one in months]
        lines = [(limit("psi_watch"), ":"), (limit("psi_act"), "--")]
        marks = [(value, f"{value:g}", style) for value, style in lines]
        chance = [one.by_chance for one in months]
        names = [one.name for one in months]
        return Markup(by_month(names, figures, marks, say, "psi", beside=chance))  # noqa: S704 - drawn by us


def _month(row: "pd.Series[float]") -> Month:
    return Month(str(row["month"]), int(row["rows"]), float(row["psi"]), float(row["by_chance"]))
