"""Rows that break one rule each, planted among the good ones and counted."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from features.catalogue import Column
from features.city.formats import Look
from features.city.render import spell
from features.city.sources import columns
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
        text = self.look.dates.replace("%Y", "2024").replace("%m", "02").replace("%d", "30")
        return "event_date", text

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
    first_reports = np.flatnonzero(table[dirt.look.header("op")].to_numpy() == dirt.look.operations["NEW"])
    if not len(turns) or not len(first_reports):
        return table, counts
    models = table.take(rng.choice(first_reports, len(turns))).to_pylist()
    spoiled = []
    for turn, row in zip(turns, models, strict=True):
        kind = dirt.kinds()[turn % len(counts)]
        spoiled.append(dirt.spoil(kind, row, turn // len(counts)))
        counts[kind] += 1
    mixed = pa.concat_tables([table, pa.Table.from_pylist(spoiled, schema=table.schema)])
    return mixed.take(_among(rng, len(table), len(turns))), counts


def _among(rng: np.random.Generator, good: int, dirty: int) -> np.ndarray:
    """Return the order that scatters the dirty rows, which come last, among the good ones."""
    places = np.concatenate([np.arange(good, dtype=np.float64), rng.uniform(0, good, dirty)])
    return np.argsort(places, kind="stable")
