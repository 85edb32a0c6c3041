"""Firms that change their district together, and kinds of firms that the model has never met."""

from collections.abc import Iterator, Mapping

from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import Counts, MonthFigures

YEAR = 12
NEWS = 2
"""Months for which a move, or a new kind, is news."""
COLUMNS = {"entity_type": ("主体类型", "kind of entity"), "industry": ("行业", "industry")}


def district_moves(
    history: list[MonthFigures], limits: Limits, names: Mapping[str, str] | None = None
) -> Iterator[Alert]:
    """Pairs of districts between which many of the same firms went within a month.

    Shares of districts alone could not tell a boundary from firms that close here and open there.
    """
    for back in range(min(NEWS, len(history) - 1)):
        month, before = history[-1 - back], history[: len(history) - 1 - back][-YEAR:]
        if len(before) < limits["months_of_history"]:
            return
        for move, firms in sorted(month.moved.items()):
            usual = max(one.moved.get(move, 0) for one in before)
            left, reached = move.split(">")
            # those that went are no longer counted where they were
            there = history[-1].districts.get(left, 0) + firms
            least = max(
                limits["moved_least_firms"], limits["moved_times"] * usual, limits["moved_share"] * there
            )
            if firms >= least:
                yield _moved(month.month, left, reached, firms, usual, firms / max(there, 1), names or {})


def _moved(
    since: str, left: str, reached: str, firms: int, usual: int, share: float, names: Mapping[str, str]
) -> Alert:
    return told(
        "district_moves",
        f"{left}>{reached}",
        since,
        0.999,
        needs_person=True,
        name_zh=f"{names.get(left, left)}（{left}）转为{names.get(reached, reached)}（{reached}）",
        name_en=f"{left} to {reached}",
        firms=firms,
        usual=usual,
        share=share,
    )


def new_kinds(history: list[MonthFigures], limits: Limits) -> Iterator[Alert]:
    """Words of the register that bring far more new firms than in any month of the year before.

    A word that is new and one that grows are told alike: either way the model has learnt from few of them.
    """
    for back in range(min(NEWS, len(history) - 1)):
        month, before = history[-1 - back], history[: len(history) - 1 - back][-YEAR:]
        if len(before) < limits["months_of_history"]:
            return
        surges = {column: list(_surges(month, before, column, limits)) for column in COLUMNS}
        # a new industry's firms are new enterprises, too: the narrower word says more
        chosen = "industry" if surges["industry"] else "entity_type"
        for word, firms, usual in surges[chosen]:
            zh, en = COLUMNS[chosen]
            yield told(
                "new_kind",
                word,
                month.month,
                0.999 if not usual else 0.95,
                needs_person=True,
                word=word,
                column_zh=zh,
                column_en=en,
                firms=firms,
                usual=usual,
            )


def _surges(
    month: MonthFigures, before: list[MonthFigures], column: str, limits: Limits
) -> Iterator[tuple[str, int, int]]:
    entered: Counts = month.newcomers.get(column, {})
    for word, firms in sorted(entered.items()):
        usual = max(one.newcomers.get(column, {}).get(word, 0) for one in before)
        if firms >= max(limits["new_least_firms"], limits["new_times"] * usual):
            yield word, firms, usual
