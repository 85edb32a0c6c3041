"""The city's figures as one page that stands alone and prints; and all files of a report, written at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from features.home import Home
from features.pages import templates_of
from pipelines.city_report.figure import Figure
from pipelines.city_report.files import JSON_NAME, PAGE_NAME, as_json, csv_of, districts_and_months
from pipelines.city_report.plot import district_plot, month_plot
from pipelines.city_report.told import ALL, CityReport, Point, Told
from pipelines.city_report.words import Words, gaps
from pipelines.whole_file import write_whole
from serving.city_numbers import numbers_of
from serving.policy.law import Parameters, default_parameters

MONTHS_SHOWN = 13
"""Months of a table: a year and the same month of the year before. The CSV has them all."""


def write_city_report(
    home: Home, report: CityReport, out: Path | None = None, *, lang: str = "zh"
) -> dict[str, Path]:
    """Write page, CSV files and JSON; each appears whole or not at all.

    Args:
        home: Below whose reports it goes.
        report: What was found.
        out: Another folder; made where it does not exist.
        lang: `zh` or `en`, of the page alone.

    Returns:
        The files by name; `page` and `json` among them.

    Raises:
        RequestError: There is no such language.
        LakeError: The disk is full or the folder cannot be written.
    """
    page = render(report, lang, parameters=numbers_of(home))
    folder = out or home.reports / f"city-as_of={report.as_of:%Y-%m-%d}"
    texts = {PAGE_NAME[lang]: page, JSON_NAME: as_json(report)}
    texts |= {f"{told.figure.key}.csv": csv_of(told) for told in report.figures}
    for name, text in texts.items():
        write_whole(folder / name, text)
    found = {told.figure.key: folder / f"{told.figure.key}.csv" for told in report.figures}
    return {"page": folder / PAGE_NAME[lang], "json": folder / JSON_NAME, **found}


def render(report: CityReport, lang: str = "zh", *, parameters: Parameters | None = None) -> str:
    """The page as text; the same report gives the same bytes."""
    words = Words(lang)
    fills = gaps((parameters or default_parameters()).on(report.as_of), words)
    shown = [Shown(told, words, fills) for told in report.figures]
    return (
        _environment()
        .get_template("city.html.j2")
        .render(
            r=report,
            w=words,
            figures=shown,
            sections=[
                (number, list(ones)) for number, ones in groupby(shown, lambda one: one.figure.measure)
            ],
            json_name=JSON_NAME,
        )
    )


@cache
def _environment() -> Environment:
    return templates_of("pipelines")


ENOUGH_KNOWN = 0.8
"""With a smaller share of its rows known, the page says beside a value that it is only a part."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in words, as the page shows it."""

    told: Told
    words: Words
    fills: dict[str, str]

    @property
    def figure(self) -> Figure:
        """What it is."""
        return self.told.figure

    @property
    def name(self) -> str:
        """Its name."""
        return self._say("name")

    @property
    def what(self) -> str:
        """What it counts, and what is unknown."""
        return self._say("what")

    def _say(self, part: str) -> str:
        return self.words(f"figures.{self.figure.key}.{part}", **self.fills)

    @property
    def missing(self) -> str | None:
        """Why there is no figure; None where there is one."""
        if not self.told.missing:
            return None
        return self.words("no_data_why", sources=self.words.sources(self.told.missing))

    @property
    def value(self) -> str:
        """The latest whole month's value with its unit."""
        return self.words.amount(self.figure, self.told.latest.value if self.told.latest else None)

    @property
    def month(self) -> str | None:
        """That month."""
        return self.words.month(self.told.latest.month) if self.told.latest else None

    @property
    def coverage(self) -> str | None:
        """How many rows of that month are known and unknown."""
        point = self.told.latest
        if point is None or point.coverage is None:
            return None
        known, unknown = f"{point.known:,}", f"{point.unknown:,}"
        told = self.words("rows", known=known, unknown=unknown, share=self.words.share(point.coverage))
        return told + (self.words("partial") if self.is_partial else "")

    @property
    def is_partial(self) -> bool:
        """Whether so much is unknown that the value cannot stand for the whole."""
        point = self.told.latest
        return point is not None and point.coverage is not None and point.coverage < ENOUGH_KNOWN

    @property
    def covered(self) -> str:
        """The share of that month's rows that are known."""
        point = self.told.latest
        return self.words.share(point.coverage if point else None)

    @property
    def year(self) -> str | None:
        """What happened in the year so far; None for what stands, and for shares."""
        if self.figure.stands or self.figure.kind != "sum" or self.told.latest is None:
            return None
        of_year = [
            point.value
            for point in self.told.of(ALL)
            if point.month.year == self.told.latest.month.year and point.value is not None
        ]
        return self.words.amount(self.figure, sum(of_year, Decimal(0)))

    @property
    def target(self) -> str:
        """The target in words, or why there is none."""
        target = self.told.target
        if target:
            return self.words.target(target, self.figure)
        own = "no_target" in self.words.at(f"figures.{self.figure.key}")
        return self._say("no_target") if own else self.words("no_target")

    @property
    def by(self) -> str | None:
        """The target's day and whether it is past; None without a target."""
        target = self.told.target
        if target is None:
            return None
        if target.by is None:
            return self.words("always")
        return self.words("past" if target.past else "due", by=target.by)

    @property
    def against(self) -> tuple[str, str] | None:
        """How the tape stands to the target: in the target's month, or in the latest; None without either."""
        target = self.told.target
        if target is None or self.told.missing:
            return None
        if target.by is None:
            point = self.told.latest
            if point is None or point.value is None:
                return None
            met = "within" if target.reached_by(point.value) else "not_within"
            return self.words("against"), self.words(met, month=self.words.month(point.month))
        if not target.past:
            return None
        point = self.told.at_target
        title, month = self.words("at_target"), self.words.month(target.by)
        if point is None or point.value is None:
            return title, self.words("not_at_target")
        share = self.words.share(point.value / target.value)
        value = self.words.amount(self.figure, point.value)
        return title, self.words("of_target", month=month, value=value, share=share)

    @property
    def by_month(self) -> Markup:
        """The plot of the city."""
        return Markup(month_plot(self.told, self.words))  # noqa: S704 - drawn by us

    @property
    def by_district(self) -> Markup | None:
        """The plot of the districts; None where there is nothing to show."""
        drawn = district_plot(self.told, self.words)
        return Markup(drawn) if drawn else None  # noqa: S704 - drawn by us

    @property
    def unit(self) -> str:
        """The unit of the table."""
        return self.words.unit(self.figure, [point.value for point in self.told.points])

    @property
    def across(self) -> list[str]:
        """The table's districts, the city first."""
        return [self.words.district(code) for code in districts_and_months(self.told)[0]]

    @property
    def table(self) -> Iterator[dict[str, Any]]:
        """The table's months, newest first: values of the districts, and how many rows are unknown."""
        districts, months = districts_and_months(self.told)
        points = {(point.month, point.district): point for point in self.told.points}
        for month in reversed(months[-MONTHS_SHOWN:]):
            city = points[month, ALL]
            yield {
                "month": f"{self.words.month(month)}{'' if city.whole else ' *'}",
                "values": [self._number(points.get((month, district))) for district in districts],
                "unknown": f"{city.unknown:,}",
                "covered": self.words.share(city.coverage),
            }

    def _number(self, point: Point | None) -> str:
        return self.words.number(self.unit, point.value if point else None)
