"""What arrived of each source, month by month: one pass over its rows for as many months as are asked for."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow.parquet as pq

from features.catalogue import Column, Source, source_named
from features.home import Home
from features.lake import batch_path, receipts
from features.session import Session
from models.monitoring.month import SourceMonth
from pipelines.monitoring.months import Months, month_before

Told = dict[int, dict[str, Any]]
Watch = Callable[[str], None]

LONGEST_LAG = 24
"""Months from event to arrival beyond which rows are counted together."""
QUARTILES = "[0.25, 0.5, 0.75]"
MOST_WORDS = 40
LATE_MONTHS = 3
"""Arrivals of so many months are held against who is in arrears now."""
LATE_DPD = 30

CODED = {"registration": {"industry": "left(industry, 3)"}}
"""Columns of text that are words all the same: the division of an industry's code."""


def arrived(
    session: Session, home: Home, sources: list[str], months: Months, watch: Watch = lambda _source: None
) -> list[dict[str, SourceMonth]]:
    """For each month, what arrived in it by source; nothing later than a month's end is read for it."""
    wide = _with_earlier(months)
    _borrowers(session, sources, months, wide)
    found: list[dict[str, SourceMonth]] = [{} for _ in months.ends]
    for name in sources:
        told = _of_source(session, source_named(name), months, wide)
        refused = _refused(home, name, months)
        for number in range(len(months.ends)):
            month = SourceMonth(**{**told.get(number, {}), "refused": refused.get(number, 0)})
            found[len(months.ends) - 1 - number][name] = month
        watch(name)
    return found


def _with_earlier(months: Months) -> Months:
    """The months, and those before them whose arrivals are held against who is in arrears in the first."""
    earlier = [month_before(months.before, back) for back in range(LATE_MONTHS - 2, -1, -1)]
    return Months((*earlier, *months.ends), month_before(months.before, LATE_MONTHS - 1))


def _of_source(session: Session, source: Source, months: Months, wide: Months) -> Told:
    """Figures by the number of the month; the source's recent rows are read once, and set aside."""
    session.stored(source)
    session.engine.execute(
        "CREATE OR REPLACE TEMP TABLE recent AS "
        f"SELECT {_read(source)}, {wide.number('available_at')} AS number FROM stored_{source.name} "
        f"WHERE available_at > DATE '{wide.before}' AND available_at <= DATE '{months.ends[-1]}'"
    )
    session.engine.execute(
        f"CREATE OR REPLACE TEMP VIEW arrived AS SELECT * FROM recent WHERE number < {len(months.ends)}"
    )
    found: Told = defaultdict(dict)
    _counts(session, source, found)
    _lags(session, months, found)
    for column in _words_of(source):
        _words(session, source, column, found)
    if not source.outcome:
        _late(session, found)
        _late_filled(session, list(source.columns), found)
    session.engine.execute("DROP VIEW arrived")
    session.engine.execute("DROP TABLE recent")
    return found


def _read(source: Source) -> str:
    """What is read of a row: of texts that are no words only whether they are there, for texts are slow."""
    words = _words_of(source)
    texts = [name for name, one in source.columns.items() if one.dtype == "text" and name not in words]
    payload = (
        f'CASE WHEN "{name}" IS NOT NULL THEN true END AS "{name}"' if name in texts else f'"{name}"'
        for name in source.columns
    )
    return ", ".join(("entity_id", "event_date", "op", *payload))


def _counts(session: Session, source: Source, found: Told) -> None:
    """Rows, firms, the newest event, values by column, and quartiles of sizes."""
    numbers = [name for name, column in source.columns.items() if _has_size(column)]
    filled = "".join(f', count("{name}")' for name in source.columns)
    sizes = "".join(
        f', count(*) FILTER ("{name}" <> 0), '
        f'quantile_cont(log10(abs(CAST("{name}" AS DOUBLE))), {QUARTILES}) FILTER ("{name}" <> 0)'
        for name in numbers
    )
    rows = session.engine.execute(
        "SELECT number, count(*) FILTER (op = 'upsert'), count(DISTINCT entity_id), max(event_date), "
        f"count(*) FILTER (op = 'withdraw'){filled}{sizes} FROM arrived GROUP BY number"
    ).fetchall()
    width = 5 + len(source.columns)
    for number, upserts, firms, newest, withdrawn, *rest in rows:
        told = dict(zip(source.columns, rest, strict=False))
        pairs = [rest[width - 5 + 2 * place :][:2] for place in range(len(numbers))]
        found[number] |= {
            "rows": upserts,
            "firms": firms,
            "newest": str(newest),
            "withdrawn": withdrawn,
            "filled": told,
            "sizes": {
                name: [float(count), *(round(value, 4) for value in quartiles)]
                for name, (count, quartiles) in zip(numbers, pairs, strict=True)
                if count
            },
        }


def _has_size(column: Column) -> bool:
    return column.dtype == "money" or (column.dtype == "number" and "share" not in (column.unit or ""))


def _lags(session: Session, months: Months, found: Told) -> None:
    ends = " ".join(f"WHEN {number} THEN DATE '{end}'" for number, end in enumerate(reversed(months.ends)))
    rows = session.engine.execute(
        f"SELECT number, least(datediff('month', event_date, CASE number {ends} END), {LONGEST_LAG}) AS lag, "
        "count(*) FROM arrived WHERE op = 'upsert' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for number, lag, count in rows:
        found[number].setdefault("by_lag", {})[str(max(lag, 0))] = count


def _words_of(source: Source) -> list[str]:
    coded = CODED.get(source.name, {})
    return [name for name, column in source.columns.items() if column.dtype == "category" or name in coded]


def _words(session: Session, source: Source, column: str, found: Told) -> None:
    word = CODED.get(source.name, {}).get(column, f'"{column}"')
    rows = session.engine.execute(
        f"SELECT number, {word} AS word, count(*) AS rows FROM arrived "
        "WHERE op = 'upsert' AND word IS NOT NULL GROUP BY number, word "
        f"QUALIFY row_number() OVER (PARTITION BY number ORDER BY rows DESC, word) <= {MOST_WORDS} "
        "ORDER BY number, word"
    ).fetchall()
    for number, told, count in rows:
        found[number].setdefault("words", {}).setdefault(column, {})[told] = count


# ---------------------------------------------------------------- who is in arrears
def _borrowers(session: Session, sources: list[str], months: Months, wide: Months) -> None:
    """`borrowers`: firms with a loan at each month's end, and whether they were then known to be in arrears.

    Their newest report counts, of those that arrived within two months, because banks report month by month.
    """
    there = "loan_performance" in sources
    if there:
        session.stored(source_named("loan_performance"))
    session.engine.execute(
        "CREATE OR REPLACE TEMP TABLE reports AS "
        + (
            f"SELECT {wide.number('available_at')} AS number, entity_id, event_date, max(dpd) AS dpd "
            f"FROM stored_loan_performance WHERE op = 'upsert' AND available_at > DATE '{wide.before}' "
            f"AND available_at <= DATE '{months.ends[-1]}' GROUP BY ALL"
            if there
            else "SELECT 0 AS number, '' AS entity_id, DATE '1970-01-01' AS event_date, 0 AS dpd WHERE false"
        )
    )
    session.engine.execute(
        "CREATE OR REPLACE TEMP TABLE borrowers AS "
        f"SELECT seen_at, entity_id, max_by(dpd, event_date) > {LATE_DPD} AS late "
        f"FROM reports JOIN range({len(months.ends)}) AS ends(seen_at) "
        "ON number BETWEEN seen_at AND seen_at + 1 GROUP BY ALL"
    )
    session.engine.execute("DROP TABLE reports")


def _late(session: Session, found: Told) -> None:
    """Firms with a loan among the arrivals, and those of them in arrears, by the age of the arrivals."""
    rows = session.engine.execute(
        "SELECT seen_at, number - seen_at AS age, count(*), count(*) FILTER (late) "
        "FROM (SELECT DISTINCT entity_id, number FROM recent WHERE op = 'upsert') "
        f"JOIN borrowers USING (entity_id) WHERE number - seen_at BETWEEN 0 AND {LATE_MONTHS - 1} "
        "GROUP BY ALL"
    ).fetchall()
    for seen_at, age, firms, late in rows:
        found[seen_at].setdefault("late", {})[str(age)] = [firms, late]


def _late_filled(session: Session, columns: list[str], found: Told) -> None:
    """The same of this month's arrivals, column by column: firms with a value in it."""
    there = "".join(f', bool_or("{name}" IS NOT NULL) AS "{name}"' for name in columns)
    counts = "".join(f', count(*) FILTER ("{name}"), count(*) FILTER ("{name}" AND late)' for name in columns)
    rows = session.engine.execute(
        f"SELECT number{counts} FROM (SELECT number, entity_id{there} FROM arrived WHERE op = 'upsert' "
        "GROUP BY number, entity_id) JOIN borrowers USING (entity_id) WHERE number = seen_at GROUP BY number"
    ).fetchall()
    for number, *counted in rows:
        pairs = zip(counted[::2], counted[1::2], strict=True)
        found[number]["late_filled"] = {name: list(pair) for name, pair in zip(columns, pairs, strict=True)}


# ---------------------------------------------------------------- what was refused
def _refused(home: Home, source: str, months: Months) -> dict[int, int]:
    """Refused rows of batches whose rows all became available in one month; of others nobody can tell."""
    found: dict[int, int] = defaultdict(int)
    for one in receipts(home, source):
        if not one.quarantined or not one.newest_available:
            continue
        newest = date.fromisoformat(one.newest_available[:10])
        for number, (after, end) in enumerate(reversed(months.pairs)):
            if after < newest <= end and _oldest(home, source, one.batch) > after:
                found[number] += one.quarantined
    return found


def _oldest(home: Home, source: str, batch: str) -> date:
    """First day on which a row of a batch became available, by the file's own statistics."""
    about = pq.read_metadata(batch_path(home, source, batch))
    place = about.schema.names.index("available_at")
    told = [about.row_group(group).column(place).statistics for group in range(about.num_row_groups)]
    return min((one.min for one in told if one is not None and one.has_min_max), default=date.min)
