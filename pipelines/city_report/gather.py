"""The city's figures from the lake: each counted over what was known on one day."""

import math
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from features.catalogue import source_named
from features.errors import LakeError, RequestError
from features.home import Home
from features.lake import schema_of
from features.session import Session
from pipelines.city_report.clock import DAYS, clocks
from pipelines.city_report.committed import committed
from pipelines.city_report.figure import FIGURES, SUBSIDY_COMMITTED, Figure
from pipelines.city_report.items import COUNTED, ITEMS
from pipelines.city_report.sizes import firm_sizes
from pipelines.city_report.targets import Target
from pipelines.city_report.told import ALL, CityReport, Point, Told, month_end
from pipelines.sample import collected
from serving.city_numbers import numbers_of
from serving.policy.law import Parameters

USUAL_MONTHS = 24
"""Months before that of the day, where nobody says from when."""
LATEST_LAG = 1.5
"""A month is whole once so many usual lags have passed since its end."""
RATE_PLACES = Decimal("0.000001")
RESTS_ON = (
    "recommendation_sla_calendar",
    "recommendation_sla_start",
    "subsidy_factor_light",
    "subsidy_factor_medium",
    "subsidy_day_count",
    "subsidy_lpr_tenor",
    "subsidy_lpr_day",
    "city_first_loan_lookback_months",
    "product_long_loan_over_years",
)
"""Numbers of law and of definition that figures read."""
ASKED = ("registration", "social_insurance", "tax_declaration", "annual_report", "loan_event")
"""What figures read beside their own sources; without it more is unknown, and nothing is wrong."""


Watch = Callable[[str], None]


def gather(
    home: Home,
    day: date,
    first: date | None = None,
    *,
    parameters: Parameters | None = None,
    watch: Watch = lambda _figure: None,
) -> CityReport:
    """Every figure by month and district, as known on a day.

    Args:
        home: Whose lake to read.
        day: Nothing that became available later is counted.
        first: The first month, by any of its days; by default two years back. The months of targets' days are
            always among those counted, so that a target that is past can be looked at.
        parameters: Other numbers of law than those of the home.
        watch: Told of every figure that is done.

    Raises:
        RequestError: The first month lies after the day.
        LakeError: Nothing was collected yet.
        NoNumberForDay: There are no measures for that day.
    """
    law = parameters or numbers_of(home)
    begin = (pd.Timestamp(first or pd.Timestamp(day) - pd.DateOffset(months=USUAL_MONTHS))).date()
    if begin > day:
        raise RequestError(f"--from {begin}: lies after --as-of {day}")
    targets = {figure: figure.target_on(law, day) for figure in FIGURES}
    there = collected(home)
    if not there:
        raise LakeError(f"{home.lake}: nothing was collected yet; 'lvdaitong collect' brings files into it")
    session = _laid_out(home, there, day, _months(begin, day, targets.values()), law)
    told = []
    for figure in FIGURES:
        told.append(_told(session, figure, targets[figure], _missing(session, figure, there), day))
        watch(figure.key)
    on_day = law.on(day)
    return CityReport(
        as_of=day,
        first=begin.replace(day=1),
        figures=tuple(told),
        policy_version=on_day.policy_version,
        policy_status=on_day.policy_status,
        assumptions=_assumptions(day, law),
    )


# ---------------------------------------------------------------- what the queries read
def _laid_out(home: Home, there: set[str], day: date, months: list[date], law: Parameters) -> Session:
    """A session with everything that `items` names."""
    session = Session(home)
    session.set_spine(_everybody(session, there, day))
    for source in sorted({name for figure in FIGURES for name in figure.sources} | set(ASKED)):
        _see(session, source, there)
    _table(session, "month_ends", pd.DataFrame({"month_end": pd.to_datetime(months)}))
    _table(session, "firm_sizes", firm_sizes(session, there, day, law))
    _table(session, "terms", _terms(day, law))
    days = session.engine.execute(
        "SELECT DISTINCT event_date, documents_date, decided_date FROM seen_loan_recommendation "
        "SEMI JOIN month_ends ON month_ends.month_end = last_day(event_date) ORDER BY ALL"
    ).fetchall()
    lag = source_named("loan_recommendation").usual_lag_days
    _table(session, "clocks", clocks(days, law.on(day), lag), dates=DAYS)
    session.engine.register("committed", committed(session, day.year, law))
    return session


def _see(session: Session, source: str, there: set[str]) -> None:
    """Set aside what was known of a source; nothing of one that was not collected."""
    known = session.known(source_named(source)) if source in there else "nothing"
    if source not in there:
        session.engine.register("nothing", schema_of(source_named(source)).empty_table())
    session.engine.execute(f"CREATE TEMP TABLE seen_{source} AS SELECT * FROM {known}")  # noqa: S608 - names of the catalogue


def _everybody(session: Session, there: set[str], day: date) -> pd.DataFrame:
    """Every firm that any source of the figures names."""
    sources = {name for figure in FIGURES for name in figure.sources} & there
    firms = sorted(set().union(*(session.entities(source_named(name)) for name in sources)))
    return pd.DataFrame({"entity_id": pd.Series(firms, dtype="str"), "as_of": pd.Timestamp(day)})


def _table(session: Session, name: str, rows: pd.DataFrame, dates: tuple[str, ...] = ("month_end",)) -> None:
    """A table of the session; its days are days."""
    session.engine.register(f"given_{name}", rows)
    days = ", ".join(f"CAST({one} AS DATE) AS {one}" for one in dates if one in rows)
    kept = f"* REPLACE ({days})" if days else "*"
    session.engine.execute(f"CREATE TEMP TABLE {name} AS SELECT {kept} FROM given_{name}")  # noqa: S608 - names of this module


def _terms(day: date, law: Parameters) -> pd.DataFrame:
    on_day = law.on(day)
    numbers_read = {
        "first_loan_lookback_months": on_day.city_first_loan_lookback_months,
        "long_loan_over_years": on_day.product_long_loan_over_years,
    }
    return pd.DataFrame({name: [int(value)] for name, value in numbers_read.items()}).astype("int32")


def _months(first: date, day: date, targets: Iterable[Target | None]) -> list[date]:
    """The last day of every month asked for, and of the months of targets' days that are past."""
    window = pd.date_range(first.replace(day=1), day, freq="MS")
    past = {target.by for target in targets if target is not None and target.by and target.by <= day}
    return sorted({month_end(one.date()) for one in window} | {month_end(one) for one in past})


# ---------------------------------------------------------------- one figure
def _missing(session: Session, figure: Figure, there: set[str]) -> tuple[str, ...]:
    """The figure's sources of which nothing is known on the day."""
    return tuple(name for name in figure.sources if name not in there or not _rows_of(session, name))


def _rows_of(session: Session, source: str) -> int:
    counted = session.engine.execute(f"SELECT count(*) FROM seen_{source}").fetchone()  # noqa: S608 - the catalogue's name
    return int((counted or (0,))[0])


def _told(
    session: Session, figure: Figure, target: Target | None, missing: tuple[str, ...], day: date
) -> Told:
    if missing:
        return Told(figure, target, missing, ())
    counted = session.engine.execute(COUNTED.replace("{items}", ITEMS[figure.key])).fetchall()
    found = {(row[0], row[1]): row[2:] for row in counted}
    whole_until = day - timedelta(days=_lag(figure))
    points = tuple(
        _point(figure, month, district, found.get((month, district)), whole=month <= whole_until)
        for month in _months_of(session, figure, day)
        for district in sorted({district for _, district in found} | {ALL})
    )
    return Told(figure, target, (), points)


def _lag(figure: Figure) -> int:
    """Days after a month's end in which reports of it may still be on their way."""
    return math.ceil(LATEST_LAG * max(source_named(name).usual_lag_days for name in figure.sources))


def _months_of(session: Session, figure: Figure, day: date) -> list[date]:
    """The months in which the figure's sources had begun; of what is owed for a year only that year's."""
    begins = max(_begins(session, name) for name in figure.sources)
    months = session.engine.execute("SELECT month_end FROM month_ends ORDER BY 1").fetchall()
    of_year = figure is SUBSIDY_COMMITTED
    return [month for (month,) in months if month >= begins and (month.year == day.year or not of_year)]


def _begins(session: Session, source: str) -> date:
    first = session.engine.execute(f"SELECT min(event_date) FROM seen_{source}").fetchone()  # noqa: S608 - the catalogue's name
    return (first or (date.max,))[0]


def _point(figure: Figure, month: date, district: str, counted: Any, *, whole: bool) -> Point:
    """A figure of one month and district; where no row speaks of a whole month, a sum is truly zero."""
    numerator, denominator, known, unknown = counted or (None, None, 0, 0)
    if not known and not unknown and whole and figure.kind == "sum":
        numerator = 0
    part = None if numerator is None else Decimal(numerator)
    divisor = None if denominator is None or figure.kind == "sum" else Decimal(denominator)
    return Point(
        month=month,
        district=district,
        value=_value(figure, part, divisor),
        numerator=part,
        denominator=divisor,
        known=known,
        unknown=unknown,
        whole=whole,
    )


def _value(figure: Figure, part: Decimal | None, divisor: Decimal | None) -> Decimal | None:
    if figure.kind == "sum" or part is None:
        return part
    return (part / divisor).quantize(RATE_PLACES) if divisor else None


def _assumptions(day: date, law: Parameters) -> tuple[str, ...]:
    """The unconfirmed numbers that figures rest on, in Chinese."""
    read = [law.read(name, day).assumption for name in RESTS_ON]
    return tuple(one for one in read if one)
