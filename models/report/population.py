"""What the report says of the sample: whom it holds, how the label was made, how defaults built up."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from models.evidence import Rows
from models.label_rules import StatedRule
from models.metrics import Estimate, wilson
from models.plots.cohorts import roll_rate_plot, vintage_plot
from models.report.dossier import Dossier
from models.report.words import DASH, Words, number, shown
from models.vintage import BUCKETS, maturity_point, pooled

BOOK_MONTHS = (3, 6, 9, 12, 15, 18, 24, 36)
"""Months on book that the table of vintages shows; the plot shows all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of training, or the held-out ones.

    Attributes:
        name: `train` or `held_out`.
        rows: Rows in it.
        bads: Bad ones among them.
        firms: Firms, or company groups, that they belong to; None where unknown.
        rate: Share of bads, Wilson interval.
        begun: First day; a dash where the data have no time.
        ended: Last day.
    """

    name: str
    rows: int
    bads: int
    firms: int | None
    rate: Estimate
    begun: str
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule of the label as the page shows it."""

    text: str
    value: str
    cites: str
    certainty: str


class Population:
    """Everything about the sample and its label."""

    def __init__(self, dossier: Dossier, words: Words) -> None:
        self.dossier, self.words = dossier, words

    @property
    def parts(self) -> list[Part]:
        """Training and held-out rows; one line where every row was held out in turn."""
        evidence = self.dossier.evidence
        train = _part("train", evidence.train)
        return [train, _part("held_out", evidence.held_out)] if self.dossier.held_out_is_new else [train]

    @property
    def rules(self) -> list[RuleLine]:
        """The rules of the label with their sources."""
        return [self._rule(rule) for rule in self.dossier.label_rules]

    def _rule(self, rule: StatedRule) -> RuleLine:
        text = rule.en if self.words.lang == "en" else rule.zh
        certainty = self.words.name("certainty", rule.certainty)
        return RuleLine(text=text, value=self._value(rule.value), cites=rule.cites, certainty=certainty)

    def _value(self, value: Any) -> str:
        if value is None:
            return self.words("sample.not_set")
        if isinstance(value, tuple):
            return self.words("sample.comma").join(self._value(one) for one in value)
        return self.words.name("rule_values", value) if isinstance(value, str) else number(value)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Rows by what became of them, in words."""
        return [(self.words.name("counts", name), rows) for name, rows in self.dossier.counts.items()]

    @property
    def exclusions(self) -> list[tuple[str, int]] | None:
        """Why rows were left out, most first; None where nobody counted."""
        if self.dossier.exclusions is None:
            return None
        ranked = sorted(self.dossier.exclusions.items(), key=lambda item: (-item[1], item[0]))
        return [(self.words.name("exclusions", name), rows) for name, rows in ranked]

    @property
    def has_vintage(self) -> bool:
        """Whether there is a cohort to be shown."""
        table = self.dossier.vintage
        return table is not None and bool(table["share"].notna().any())

    @property
    def maturity(self) -> int | None:
        """Month on book from which the pooled curve is flat; None where it is not yet."""
        return maturity_point(self.dossier.vintage) if self.dossier.vintage is not None else None

    @property
    def book_months(self) -> list[int]:
        """Months on book that any cohort was seen to."""
        table = self.dossier.vintage
        if table is None:
            return []
        last = table.loc[table["share"].notna(), "month_on_book"].max()
        return [month for month in BOOK_MONTHS if month <= last]

    @property
    def cohorts(self) -> list[dict[str, Any]]:
        """Cohorts, oldest first, with their share of bads by months on book; missing where not yet seen."""
        table = self.dossier.vintage
        if table is None:
            return []
        lines = []
        for name, rows in table.groupby("cohort", sort=True):
            at = rows.set_index("month_on_book")
            seen = at["share"].reindex(self.book_months)
            lines.append({"name": shown(name), "loans": int(at["loans"].iloc[0]), "shares": list(seen)})
        return lines

    @property
    def rolls(self) -> list[dict[str, Any]]:
        """Bucket by bucket, where its loans are one step later."""
        table = self.dossier.roll_rates
        if table is None:
            return []
        by_start = {str(start): rows.set_index("to") for start, rows in table.groupby("from")}
        return [
            {
                "from": start,
                "loans": None
                if by_start[start]["loans"].isna().all()
                else int(by_start[start]["loans"].sum()),
                "shares": [by_start[start]["share"].get(end) for end in BUCKETS],
            }
            for start in BUCKETS
            if start in by_start
        ]

    def plots(self) -> dict[str, Markup]:
        """Vintage curves and roll rates, as far as there are any."""
        drawn, lang = {}, self.words.lang
        if self.dossier.vintage is not None and self.has_vintage:
            drawn["vintage"] = vintage_plot(
                self.dossier.vintage, pooled(self.dossier.vintage), self.maturity, lang=lang
            )
        if self.dossier.roll_rates is not None and self.rolls:
            drawn["rolls"] = roll_rate_plot(self.dossier.roll_rates, lang=lang)
        return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - drawn by us


def _part(name: str, rows: Rows) -> Part:
    days = None if rows.time is None else pd.to_datetime(rows.time)
    begun, ended = (DASH, DASH) if days is None else (f"{days.min():%Y-%m-%d}", f"{days.max():%Y-%m-%d}")
    return Part(
        name=name,
        rows=len(rows),
        bads=int(rows.bad.sum()),
        firms=None if rows.groups is None else int(rows.groups.nunique()),
        rate=wilson(int(rows.bad.sum()), len(rows)),
        begun=begun,
        ended=ended,
    )
