"""Rows that break one rule each, planted among the good ones and counted."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Column
from features.city.look import EXCEL, Look
from features.city.sources import columns
from features.city.spelling import spell
from features.uscc import ALPHABET

Row = dict[str, Any]

UNKNOWN_WORD = "不详"
"""A word that no catalogue lists."""


@dataclass(frozen=True)
class Dirt:
    """What can go wrong in one source's file."""

    source: str
    look: Look

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of dirt that this file can hold, in a fixed order."""
        possible = {
            "bad_check_digit": True,
            "impossible_date": self.look.is_text,
            "out_of_bounds": bool(self._bounded()),
            "unknown_category": bool(self._categories()),
            "empty_mandatory": True,
            "duplicate": True,
        }
        return tuple(kind for kind, can in possible.items() if can)

    def spoil(self, kind: str, row: Row, turn: int) -> Row:
        """Return a copy of a good row that breaks the one rule of its kind."""
        if kind == "duplicate":
            return row
        spoilers: dict[str, Callable[[Row, int], tuple[str, Any]]] = {
            "bad_check_digit": self._bad_check_digit,
            "impossible_date": self._impossible_date,
            "out_of_bounds": self._out_of_bounds,
            "unknown_category": self._unknown_category,
            "empty_mandatory": self._empty_mandatory,
        }
        column, value = spoilers[kind](row, turn)
        record = self.look.header("record_id")
        return row | {record: f"{row[record]}X{turn}", self.look.header(column): value}

    def _bounded(self) -> list[str]:
        return [name for name, spec in columns(self.source).items() if spec.minimum is not None]

    def _categories(self) -> list[str]:
        return [name for name, spec in columns(self.source).items() if spec.dtype == "category"]

    def _bad_check_digit(self, row: Row, turn: int) -> tuple[str, Any]:
        code = row[self.look.header("entity_id")]
        place = (ALPHABET.index(code[-1]) + 1 + turn % 30) % 31
        return "entity_id", code[:-1] + ALPHABET[place]

    def _impossible_date(self, row: Row, turn: int) -> tuple[str, Any]:  # noqa: ARG002
        return "event_date", impossible(self.look.date_forms("event_date")[0])

    def _out_of_bounds(self, row: Row, turn: int) -> tuple[str, Any]:  # noqa: ARG002
        names = self._bounded()
        column = names[turn % len(names)]
        below = _below(columns(self.source)[column])
        return column, spell(column, below, self.look) if self.look.is_text else below

    def _unknown_category(self, row: Row, turn: int) -> tuple[str, Any]:  # noqa: ARG002
        names = self._categories()
        return names[turn % len(names)], UNKNOWN_WORD

    def _empty_mandatory(self, row: Row, turn: int) -> tuple[str, Any]:  # noqa: ARG002
        required = [name for name, spec in columns(self.source).items() if spec.required]
        names = required or ["event_date"]
        return names[turn % len(names)], None


def impossible(form: str) -> str:
    """Return a day, month or year in this form that no calendar has."""
    if form == EXCEL:
        form = "%Y-%m-%d"
    text = form.replace("%-m", "%m").replace("%-d", "%d")
    if "%d" in text:
        return text.replace("%Y", "2024").replace("%m", "02").replace("%d", "30")
    return text.replace("%Y", "2024").replace("%m", "13") if "%m" in text else text.replace("%Y", "0000")


def _below(column: Column) -> Decimal | float | int:
    """Return a value one unit below what the catalogue admits, in the column's own type."""
    below = Decimal(str(column.minimum)) - 1
    kinds: dict[str, Callable[[Decimal], Decimal | float | int]] = {"money": Decimal, "count": int}
    return kinds.get(column.dtype, float)(below)


def plant(
    rng: np.random.Generator, dirt: Dirt, table: pa.Table, turns: range
) -> tuple[pa.Table, dict[str, int]]:
    """Return the table with one dirty row per turn mixed in, and the count of each kind."""
    counts = dict.fromkeys(dirt.kinds(), 0)
    is_first = pc.equal(table[dirt.look.header("op")], dirt.look.operations["NEW"])
    first_reports = np.flatnonzero(is_first.to_numpy())
    if not len(turns) or not len(first_reports):
        return table, counts
    models = table.take(rng.choice(first_reports, len(turns))).to_pylist()
    spoiled = []
    for turn, row in zip(turns, models, strict=True):
        kind = dirt.kinds()[turn % len(counts)]
        spoiled.append(dirt.spoil(kind, row, turn // len(counts)))
        counts[kind] += 1
    places = rng.uniform(0, len(table), len(turns))
    return _scattered(table, pa.Table.from_pylist(spoiled, schema=table.schema), places), counts


def _scattered(good: pa.Table, dirty: pa.Table, places: np.ndarray) -> pa.Table:
    """Return the good rows in their order, with each dirty row among them where its place says."""
    pieces, done = [], 0
    for row in np.argsort(places, kind="stable"):
        upto = int(places[row]) + 1
        pieces += [good.slice(done, upto - done), dirty.slice(row, 1)]
        done = upto
    return pa.concat_tables([*pieces, good.slice(done)])
