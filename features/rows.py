"""What a feature is written over: the rows of one source, known on the day, within its window.

A thin hand over an Ibis table. It carries the keys along, so that a feature speaks of one firm on one day
and is computed for all firms and all days.
"""

from typing import Any

import ibis

KEYS = ("entity_id", "as_of")

PAIR = "pair"
"""Number of the (firm, day) pair that a row is known for."""

Value = Any
"""An Ibis column or scalar expression. Ibis ships no types."""


class Rows:
    """Rows of one firm on one day; columns are attributes."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Value:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._table[name]

    def filter(self, *predicates: Value) -> "Rows":
        """The rows for which every predicate is true; unknown is not true."""
        return Rows(self._table.filter(*predicates))

    def mutate(self, **columns: Value) -> "Rows":
        """The rows with further columns."""
        return Rows(self._table.mutate(**columns))

    def group_by(self, *columns: str) -> "Groups":
        """The rows gathered by the columns; the firm and the day are always among the keys."""
        return Groups(self._table, columns)

    def count(self, where: Value | None = None) -> Value:
        """How many rows; where there is none at all the feature is missing, not zero."""
        return self._table.count(where=where)

    def within(self, months: int) -> Value:
        """Whether the row happened in (as_of − months, as_of]."""
        return self._table.months_ago <= months

    def by_month(self, **aggregates: Value) -> "Rows":
        """One row a calendar month in which something happened."""
        return self.mutate(month=self._table.event_date.truncate("M")).group_by("month").agg(**aggregates)

    def age_days(self) -> Value:
        """Days between the event and the as-of day."""
        return self._table.as_of.delta(self._table.event_date, unit="day")

    def newest(self, column: str) -> Value:
        """The column's value in the row that happened last; by record where several did that day."""
        recency = self._table.event_date.cast("string") + self._table.record_id
        return self._table[column].argmax(recency)

    def standing(self, until: Value) -> Value:
        """Whether the row still stands on the day: it has no end, or one that is yet to come.

        A later end is not read: whoever asked on that day could not have known it.
        """
        return until.isnull() | (until > self._table.as_of)

    def years_back(self, years: int) -> Value:
        """Whether the row tells of that many calendar years before the as-of day's."""
        return self._table.as_of.year() - self._table.event_date.year() == years


class Groups:
    """Rows gathered by columns, waiting for aggregates."""

    def __init__(self, table: Any, columns: tuple[str, ...]) -> None:
        self._table = table
        self._columns = columns

    def agg(self, **aggregates: Value) -> Rows:
        """One row a group."""
        return Rows(self._table.group_by([PAIR, "as_of", *self._columns]).agg(**aggregates))


def months_ago(event_date: Value, as_of: Value) -> Value:
    """The smallest n for which the event lies in (as_of − n months, as_of]: 1 for the last month.

    A month before the 31st is the last day of a shorter month, as in SQL's date arithmetic.
    """
    apart = (as_of.year() - event_date.year()) * 12 + as_of.month() - event_date.month()
    passed = event_date.day() <= as_of.day()
    return (apart + passed.cast("int64")).cast("int16")


def share(part: Value, whole: Value) -> Value:
    """`part` over `whole`; missing where the whole is zero or missing."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def exact(value: Value) -> Value:
    """A measured number as a decimal, whose sums do not depend on the order of rows in any bit."""
    return value.cast("decimal(18, 4)")


def flag(condition: Value) -> Value:
    """A condition as 1 or 0; missing where it is unknown."""
    return condition.cast("int64")


def year_and_before(rows: Rows, value: Value) -> tuple[Value, Value]:
    """A yearly value in the newest year told and in the year before it.

    The newest year is last year, or the one before that while last year's is still to come. Either is missing
    where its year is.
    """
    last, before, earlier = (rows.years_back(years) for years in (1, 2, 3))
    told = rows.count(where=last) > 0
    now = told.ifelse(value.max(where=last), value.max(where=before))
    return now, told.ifelse(value.max(where=before), value.max(where=earlier))


def longest_gap_days(happened: Rows) -> Value:
    """Days of the longest silence in twelve months, from the last event to the as-of day included.

    Looked for around the turn of each month, so that silences within one calendar month are not seen.
    """
    monthly = happened.by_month(first=happened.event_date.min(), last=happened.event_date.max())
    years = monthly.as_of.year() - monthly.month.year()
    monthly = monthly.mutate(back=years * 12 + monthly.as_of.month() - monthly.month.month())
    gaps = [
        monthly.first.min(where=monthly.back < turn).delta(
            monthly.last.max(where=monthly.back >= turn), unit="day"
        )
        for turn in range(1, 13)
    ]
    since = monthly.as_of.max().delta(monthly.last.max(), unit="day")
    return ibis.greatest(since, *(gap.coalesce(0) for gap in gaps))


def share_of_largest(amounts: Value, few: int) -> Value:
    """Share that the few largest hold of all.

    Args:
        amounts: Decimals below 10^16 yuan, one a holder, none negative.
        few: How many.
    """
    fen = (amounts.cast("decimal(18, 2)") * -100).cast("int64")  # negative: the largest come first
    return share(fen.collect().sort()[:few].sums(), fen.sum())


def herfindahl(amounts: Value) -> Value:
    """Sum of squared shares: 1 where one holds everything, 1/n where n hold the same.

    Args:
        amounts: Decimals below 10^16 yuan, one a holder, none negative.
    """
    loose = amounts.cast("float64")
    total = amounts.cast("decimal(38, 4)").sum().cast("float64")
    return share((loose * loose).cast("decimal(38, 4)").sum(), total * total)


def relative_spread(amounts: Value) -> Value:
    """Sample standard deviation over mean, from exact sums.

    Missing with a single amount and where the mean is zero or less.

    Args:
        amounts: Decimals below 10^16 yuan.
    """
    loose = amounts.cast("float64")
    count, total = amounts.count().cast("float64"), amounts.cast("decimal(38, 4)").sum().cast("float64")
    squares = (loose * loose).cast("decimal(38, 4)").sum().cast("float64")
    variance = ((squares - total * total / count) / (count - 1).nullif(0)).clip(lower=0)
    return (total > 0).ifelse(variance.sqrt() / (total / count), None)


def growth(now: Value, before: Value) -> Value:
    """Relative change from `before` to `now`; missing where there was nothing before."""
    return share(now, before) - 1
