"""Columns of money and quantities that have moved by powers of ten: another unit under the same header."""

from collections.abc import Iterator
from statistics import median

from features.catalogue import source_named
from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import MonthFigures

YEAR = 12
LONGEST = 12
"""Months for which a changed unit is told as such."""
SELDOM = {"quarterly": 4, "yearly": 2}
"""Months with rows, within two years, that are a history of a source which reports so seldom."""

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
            for column in _columns(history[-LONGEST:], name)
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


def _columns(history: list[MonthFigures], name: str) -> list[str]:
    """Columns with a size in any of the months: what came in another unit is there in empty months, too."""
    return list(dict.fromkeys(one for month in reversed(history) for one in month.source(name).sizes))


def _moved(history: list[MonthFigures], name: str, column: str, limits: Limits) -> tuple[int, str] | None:
    """Powers of ten by which a column has moved and the month since when; None where it has not.

    The months before the move must have been calm, and every month since must have moved the same way.
    """
    for run in range(LONGEST, 0, -1):  # the longest: a month of mixed rows belongs to the move
        usual = _usual(history[:-run], name, column, limits)
        now = _filled(history[-run:], name, column, limits)
        move = _move(list(usual.values()), list(now.values()), limits) if usual and now else 0
        if move:
            return move, min(now)
    return None


def _usual(history: list[MonthFigures], name: str, column: str, limits: Limits) -> dict[str, list[float]]:
    """What a year tells of a column, or two where one has too few months with rows; empty without enough.

    Of a source that reports seldom by the catalogue few such months are enough, but for no history shorter
    than a year: those who file early are no measure of those who file late.
    """
    fewest = min(limits["months_of_history"], YEAR)
    found = _filled(history[-YEAR:], name, column, limits)
    if len(found) >= fewest:
        return found
    found = _filled(history[-2 * YEAR :], name, column, limits)
    if len(history) >= YEAR:
        fewest = min(fewest, SELDOM.get(source_named(name).frequency, fewest))
    return found if len(found) >= fewest else {}


def _filled(history: list[MonthFigures], name: str, column: str, limits: Limits) -> dict[str, list[float]]:
    """Month → quartiles, of the months with enough rows."""
    told_ = ((month.month, _sizes(month, name, column, limits)) for month in history)
    return {month: sizes for month, sizes in told_ if sizes}


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
