"""The facts of many firms as columns: what one firm's `Facts` are, a column each."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from serving.policy.facts import KINDS, Facts
from serving.policy.logic import Rows, Truth
from serving.policy.table.cells import read_cells, unknown
from serving.policy.table.frame import Array, Frame
from serving.policy.table.truth import Truths


class TableFacts(Rows):
    """Facts of many firms: `facts.loan_balance_cny` is a column, and so is what `Facts` derives.

    Args:
        frame: The rows.
        columns: The column of every fact.
    """

    __slots__ = ("_derived", "_once", "columns", "frame")

    def __init__(self, frame: Frame, columns: dict[str, Any]) -> None:
        self.frame = frame
        self.columns = columns
        self._derived: dict[str, Any] = {}
        self._once: dict[Any, tuple[Any, Array]] = {}

    def __getattr__(self, name: str) -> Any:
        column = self.columns.get(name)
        if column is not None:
            return column
        derived = getattr(Facts, name)
        if not isinstance(derived, property) or derived.fget is None:
            raise AttributeError(f"{name} is not a fact")
        if name not in self._derived:
            with self.frame.everywhere():
                self._derived[name] = derived.fget(self)
        return self._derived[name]

    def there(self, name: str) -> Array:
        """Where a fact is known."""
        column = getattr(self, name)
        return self.frame.full(False) if column is None else column.there

    def known(self, names: tuple[str, ...]) -> Truth:
        """Which firms have all of these facts."""
        rows = self._all(names)
        return Truths(self.frame, rows, ~rows)

    def where_known(self, names: tuple[str, ...], then: Callable[[], Truth]) -> Truth:
        """What `then` says of the firms that have all of these facts; unknown elsewhere."""
        rows = self._all(names)
        if rows is self.frame.full(True):
            return Truths.of(self.frame, then())
        truth = Truths.of(self.frame, self.frame.ask(rows, then))
        there = {name: self.there(name) for name in names}
        gaps = [(name, ~rows) for name, rows in there.items() if rows is not self.frame.full(True)]
        inner = [(name, missing & rows) for name, missing in truth.gaps]
        return Truths(self.frame, truth.yes & rows, truth.no & rows, gaps + inner)

    def once(self, law: Any, work: Callable[[Any, Any], Any]) -> Any:
        """What `work` gives of these facts, kept for all rows; refused is who asks and would be alone."""
        frame = self.frame
        if work not in self._once:
            before, frame.refused = frame.refused, np.zeros(frame.count, dtype=bool)
            with frame.everywhere():
                found = work(self, law)
            self._once[work], frame.refused = (found, frame.refused), before
        found, refused = self._once[work]
        frame.refuse(refused)
        return found

    def _all(self, names: tuple[str, ...]) -> Array:
        everywhere = rows = self.frame.full(True)
        for name in names:
            there = self.there(name)
            if there is not everywhere:
                rows = there if rows is everywhere else rows & there
        return rows


def read_facts(frame: Frame, cells: Mapping[str, Any]) -> tuple[TableFacts, dict[str, Array]]:
    """The facts of rows, and which cells could not be read, by fact.

    Rows with such a cell, or with facts that contradict each other, are refused.
    """
    columns: dict[str, Any] = {}
    bad: dict[str, Array] = {}
    for name, kind in KINDS.items():
        if name not in cells:
            columns[name] = unknown(frame, kind)
            continue
        read = read_cells(frame, kind, cells[name])
        columns[name] = read.column
        if read.bad.any():
            bad[name] = read.bad
            frame.refused |= read.bad
    return _agreeing(TableFacts(frame, columns)), bad


def _agreeing(facts: TableFacts) -> TableFacts:
    """Refuse what contradicts itself; a line that is given means that there is one."""
    frame, has_line = facts.frame, facts.has_credit_line
    frame.refuse((facts.maturity_date < facts.start_date).yes)
    line = facts.credit_line_cny > 0
    frame.refuse(has_line.no & line.yes)
    there = has_line.there
    facts.columns["has_credit_line"] = Truths(
        frame, has_line.yes | (~there & line.yes), has_line.no | (~there & line.no)
    )
    return facts
