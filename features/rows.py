"""What a feature is written over: the rows of one source, known on the day, within its window.

A thin hand over an Ibis table. It carries the keys along, so that a feature speaks of one firm on one day
and is computed for all firms and all days.
"""

from typing import Any

import ibis

KEYS = ("entity_id", "as_of")

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
        return self._table.event_date > self._table.as_of - ibis.interval(months=months)

    def by_month(self, **aggregates: Value) -> "Rows":
        """One row a calendar month in which something happened."""
        return self.mutate(month=self._table.event_date.truncate("M")).group_by("month").agg(**aggregates)

    def age_days(self) -> Value:
        """Days between the event and the as-of day."""
        return self._table.as_of.delta(self._table.event_date, unit="day")

    def newest(self, column: str) -> Value:
        """The column's value in the row that happened last; by record where several did that day."""
        recency = self._table.event_date.strftime("%Y-%m-%d") + self._table.record_id
        return self._table[column].argmax(recency)


class Groups:
    """Rows gathered by columns, waiting for aggregates."""

    def __init__(self, table: Any, columns: tuple[str, ...]) -> None:
        self._table = table
        self._columns = columns

    def agg(self, **aggregates: Value) -> Rows:
        """One row a group."""
        return Rows(self._table.group_by([*KEYS, *self._columns]).agg(**aggregates))


def share(part: Value, whole: Value) -> Value:
    """`part` over `whole`; missing where the whole is zero or missing."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def exact(value: Value) -> Value:
    """A measured number as a decimal, whose sums do not depend on the order of rows in any bit."""
    return value.cast("decimal(18, 4)")


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
