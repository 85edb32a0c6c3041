"""Figures as they were found: points by month and district, and all of them as one report."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pipelines.city_report.figure import Figure
from pipelines.city_report.targets import Target

ALL, UNKNOWN = "all", "unknown"
"""In place of a district: the whole city, and firms whose district is not known."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one month and district.

    Attributes:
        month: The month, by its last day.
        district: Its GB/T 2260 code, or `all`, or `unknown`.
        value: None where nothing is known; never zero in its place.
        numerator: What was added up.
        denominator: What it is divided by; None for a sum.
        known: Rows whose facts are all there.
        unknown: Rows that lack one.
        whole: Whether the reports of the month have had time to arrive.
    """

    month: date
    district: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    known: int
    unknown: int
    whole: bool

    @property
    def coverage(self) -> float | None:
        """Share of the rows whose facts are all there; None where there is no row."""
        return self.known / (self.known + self.unknown) if self.known + self.unknown else None


@dataclass(frozen=True, slots=True)
class Told:
    """A figure with all its months.

    Attributes:
        missing: Sources without which there is no figure, and of which nothing is known; else empty.
        points: By month and district, the whole city among them; empty where there is no figure.
    """

    figure: Figure
    target: Target | None
    missing: tuple[str, ...]
    points: tuple[Point, ...]

    def of(self, district: str) -> list[Point]:
        """The months of one district."""
        return [point for point in self.points if point.district == district]

    @property
    def latest(self) -> Point | None:
        """The newest whole month of the city with a value; None where there is none."""
        whole = [point for point in self.of(ALL) if point.whole and point.value is not None]
        return whole[-1] if whole else None

    @property
    def at_target(self) -> Point | None:
        """The city in the month of the target's day; None where there is no such day or month."""
        if self.target is None or self.target.by is None:
            return None
        month = month_end(self.target.by)
        return next((point for point in self.of(ALL) if point.month == month), None)


@dataclass(frozen=True, slots=True)
class CityReport:
    """All figures as known on a day."""

    as_of: date
    first: date
    figures: tuple[Told, ...]
    policy_version: str
    policy_status: str
    assumptions: tuple[str, ...] = ()

    @property
    def districts(self) -> list[str]:
        """The districts that any figure names, the unknown one last."""
        found = {point.district for told in self.figures for point in told.points}
        return sorted(found - {ALL})


def month_end(day: date) -> date:
    """The last day of a day's month.

    >>> month_end(date(2024, 2, 3))
    datetime.date(2024, 2, 29)
    """
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
