"""Figures on firms from the lake, month by month: moves, newcomers, arrears, and how much they do."""

from collections import defaultdict
from typing import Any

from features.catalogue import Source, source_named
from features.session import Session
from models.monitoring.moves import FEWEST_FIRMS
from pipelines.monitoring.months import Months, month_before

LATE_DPD = 30
USUAL_MONTHS = 3
"""A month's activity is held against so many months before it."""
REGULAR = ("daily", "weekly", "monthly")
RECENT_MONTHS = 3
"""Reports of so many months are read to tell who has newly fallen into arrears."""

Told = list[dict[str, Any]]


def firm_months(session: Session, sources: set[str], months: Months) -> Told:
    """For each month what `MonthFigures` keeps of firms, by its names, as known at the month's end."""
    found: Told = [defaultdict(dict) for _ in months.ends]
    if "registration" in sources:
        session.stored(source_named("registration"))
        _industries(session, months)
        _moved(session, months, found)
        _newcomers(session, months, found)
        found[-1]["districts"] = _districts(session, months)
    if {"registration", "loan_performance"} <= sources:
        session.stored(source_named("loan_performance"))
        _arrears(session, months, found)
    if "loan" in sources:
        session.stored(source_named("loan"))
        _banks(session, months, found)
    if "registration" in sources:
        for source in (source_named(name) for name in sorted(sources)):
            if (column := measured(source)) is not None:
                session.stored(source)
                _activity(session, source, column, months, found)
    return found


def measured(source: Source) -> str | None:
    """The column that tells how much a firm does: the first amount of a regular source; None without one."""
    if source.outcome or source.frequency not in REGULAR:
        return None
    sizes = (name for name, one in source.columns.items() if one.dtype in ("money", "number"))
    return next(sizes, None)


def _industries(session: Session, months: Months) -> None:
    """`industries`: the division of each firm, as the register had it on the last day."""
    session.engine.execute(
        "CREATE OR REPLACE TEMP TABLE industries AS "
        "SELECT entity_id, max_by(left(industry, 3), (event_date, available_at)) AS industry "
        f"FROM stored_registration WHERE op = 'upsert' AND available_at <= DATE '{months.ends[-1]}' "
        "GROUP BY entity_id"
    )


def _moved(session: Session, months: Months, found: Told) -> None:
    rows = session.engine.execute(
        f"SELECT {months.number('available_at')} AS number, earlier || '>' || district AS move, "
        "count(DISTINCT entity_id) FROM (SELECT entity_id, available_at, district, lag(district) OVER ("
        "PARTITION BY entity_id ORDER BY event_date, available_at, record_id) AS earlier "
        f"FROM stored_registration WHERE op = 'upsert' AND available_at <= DATE '{months.ends[-1]}' "
        "AND district IS NOT NULL) "
        f"WHERE earlier <> district AND available_at > DATE '{months.before}' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for number, move, firms in rows:
        found[-1 - number]["moved"][move] = firms


def _newcomers(session: Session, months: Months, found: Told) -> None:
    """Firms whose first row in the register arrived in the month."""
    for name, word in (("entity_type", "entity_type"), ("industry", "left(industry, 3)")):
        rows = session.engine.execute(
            f"SELECT number, word, count(*) FROM (SELECT entity_id, "
            f"{months.number('min(available_at)')} AS number, min_by({word}, available_at) AS word, "
            "min(available_at) AS first FROM stored_registration "
            f"WHERE available_at <= DATE '{months.ends[-1]}' GROUP BY entity_id) "
            f"WHERE first > DATE '{months.before}' AND word IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for number, told, firms in rows:
            found[-1 - number]["newcomers"].setdefault(name, {})[told] = firms


def _districts(session: Session, months: Months) -> dict[str, int]:
    rows = session.engine.execute(
        "SELECT district, count(*) FROM (SELECT entity_id, max_by(district, (event_date, available_at)) AS "
        f"district FROM stored_registration WHERE op = 'upsert' AND available_at <= DATE '{months.ends[-1]}' "
        "GROUP BY entity_id) WHERE district IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return dict(rows)


def _arrears(session: Session, months: Months, found: Told) -> None:
    """Firms that were paid up when last reported and are reported again: all, and those now in arrears.

    A firm with several loans counts once, with its worst; so loans that stop together are one stop.
    """
    rows = session.engine.execute(
        f"""
        WITH reports AS (
            SELECT entity_id, last_day(event_date) AS month, max(dpd) AS dpd, min(available_at) AS arrived
            FROM stored_loan_performance
            WHERE op = 'upsert' AND available_at <= DATE '{months.ends[-1]}'
                AND available_at > DATE '{month_before(months.before, RECENT_MONTHS)}'
            GROUP BY ALL
        ), followed AS (
            SELECT *, lag(dpd) OVER (PARTITION BY entity_id ORDER BY month) AS earlier FROM reports
        )
        SELECT {months.number("arrived")} AS number, industry, count(*), count(*) FILTER (dpd > {LATE_DPD})
        FROM followed JOIN industries USING (entity_id)
        WHERE earlier <= {LATE_DPD} AND arrived > DATE '{months.before}' AND industry IS NOT NULL
        GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    for number, industry, firms, late in rows:
        found[-1 - number]["arrears"][industry] = [firms, late]


def _banks(session: Session, months: Months, found: Told) -> None:
    rows = session.engine.execute(
        f"SELECT {months.number('application_date')} AS number, bank, count(DISTINCT record_id) "
        f"FROM stored_loan WHERE op = 'upsert' AND available_at <= DATE '{months.ends[-1]}' "
        f"AND application_date > DATE '{months.before}' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for number, bank, loans in rows:
        if number is not None:
            found[-1 - number]["banks"][bank] = loans


def _activity(session: Session, source: Source, column: str, months: Months, found: Told) -> None:
    """How much less or more firms did in the month before than in the three before that, by industry.

    Of each month only what had arrived by the end of the next counts: rows that come later are not less.
    """
    wide = Months.until(months.ends[-1], len(months.ends) + USUAL_MONTHS + 1)
    rows = session.engine.execute(
        f"""
        WITH done AS (
            SELECT entity_id, {wide.number("event_date")} AS happened,
                {wide.number("available_at")} AS arrived, abs(CAST("{column}" AS DOUBLE)) AS size
            FROM stored_{source.name}
            WHERE op = 'upsert' AND event_date > DATE '{wide.before}'
                AND available_at <= DATE '{months.ends[-1]}'
        ), monthly AS (
            SELECT entity_id, happened, sum(size) AS size FROM done
            WHERE happened - arrived <= 1 AND happened >= 1 GROUP BY ALL HAVING sum(size) > 0
        ), usual AS (
            SELECT entity_id, happened, ln(size) AS size, avg(ln(size)) OVER (
                PARTITION BY entity_id ORDER BY happened
                RANGE BETWEEN 1 FOLLOWING AND {USUAL_MONTHS} FOLLOWING
            ) AS before FROM monthly
        )
        SELECT happened - 1, industry, count(*), avg(size - before), stddev(size - before)
        FROM usual JOIN industries USING (entity_id)
        WHERE before IS NOT NULL AND industry IS NOT NULL AND happened <= {len(months.ends)}
        GROUP BY ALL HAVING count(*) >= {FEWEST_FIRMS} ORDER BY ALL
        """
    ).fetchall()
    for number, industry, firms, mean, spread in rows:
        told = found[-1 - number].setdefault("activity", {}).setdefault(source.name, {})
        told[industry] = [float(firms), round(mean, 5), round(spread, 5)]
