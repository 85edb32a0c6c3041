"""Columns of money and quantities that have moved by powers of ten: another unit under the same header."""

from collections.abc import Iterator
from statistics import median

from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import MonthFigures

YEAR = 12
LONGEST = 12
"""Months for which a changed unit is told as such."""

GUESSES = {
    -4: ("元 → 万元", "CNY → 10,000 CNY"),
    4: ("万元 → 元", "10,000 CNY → CNY"),
    -3: ("元 → 千元", "CNY → 1,000 CNY"),
    3: ("千元 → 元", "1,000 CNY → CNY"),
    -8: ("元 → 亿元", "CNY → 100,000,000 CNY"),
    2: ("元 → 分", "CNY → fen"),
    -2: ("分 → 元", "fen → CNY"),
}
UNKNOWN = ("单位不明", "unit unknown")


def unit_changes(history: list[MonthFigures], limits: Limits) -> Iterator[Alert]:
    """Sources of which a column's quartiles have moved by two powers of ten or more.

    Where rows of old and new months arrive together, only the lower or the upper quartile may have moved yet;
    so each of the three is looked at.
    """
    for name in history[-1].sources:
        columns = {
            column: found
            for column in history[-1].source(name).sizes
            if (found := _moved(history, name, column, limits)) is not None
        }
        if columns:
            powers, since = max(columns.values(), key=lambda one: abs(one[0]))
            zh, en = GUESSES.get(powers, UNKNOWN)
            yield told(
                "unit_changes",
                name,
                since,
                0.999,
                needs_person=True,
                columns="、".join(sorted(columns)),
                powers=powers,
                guess_zh=zh,
                guess_en=en,
            )


def _moved(history: list[MonthFigures], name: str, column: str, limits: Limits) -> tuple[int, str] | None:
    """Powers of ten by which a column has moved and the month since when; None where it has not.

    The months before the move must have been calm, and every month since must have moved the same way.
    """
    for run in range(LONGEST, 0, -1):  # the longest: a month of mixed rows belongs to the move
        since, before = history[-run:], history[:-run][-YEAR:]
        usual = [sizes for month in before if (sizes := _sizes(month, name, column, limits))]
        now = [sizes for month in since if (sizes := _sizes(month, name, column, limits))]
        if len(usual) < min(limits["months_of_history"], YEAR) or not now:
            continue
        move = _move(usual, now, limits)
        if move:
            return move, since[0].month
    return None


def _sizes(month: MonthFigures, name: str, column: str, limits: Limits) -> list[float] | None:
    told_ = month.source(name).sizes.get(column)
    return told_[1:] if told_ and told_[0] >= limits["unit_least_rows"] else None


def _move(usual: list[list[float]], now: list[list[float]], limits: Limits) -> int:
    """Powers of ten, rounded; 0 where no quartile moved in every month, or where the past was not calm."""
    moves: list[float] = []
    for place in range(3):
        before = [sizes[place] for sizes in usual]
        if max(before) - min(before) > limits["unit_calm"]:
            continue
        changes = [sizes[place] - median(before) for sizes in now]
        least = min(changes, key=abs)
        alike = all(change * least > 0 for change in changes)
        if alike and abs(least) >= limits["unit_powers"]:
            moves.append(max(changes, key=abs))
    largest: float = max(moves, key=abs, default=0.0)
    return round(largest)
