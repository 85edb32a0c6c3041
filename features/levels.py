"""Levels of aggregation: over rows, over groups of rows, over groups; each computes an aggregate once."""

from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import ibis.expr.operations as ops

from features.rows import PAIR

Node = Any
"""An Ibis operation. Ibis ships no types."""


@dataclass(slots=True)
class Level:
    """Aggregates that are computed together, each once, and the slots that stand for their columns."""

    name: str
    aggregates: dict[Node, str] = field(default_factory=dict)
    slots: dict[str, Node] = field(default_factory=dict)
    derived: dict[Node, str] = field(default_factory=dict)

    def slot(self, aggregate: Node) -> Node:
        """The column in which the aggregate will be found."""
        name = self.aggregates.setdefault(aggregate, f"{self.name}_{len(self.aggregates)}")
        return self.slots.setdefault(name, slot_of(name, aggregate.dtype))

    def derive(self, value: Node) -> Node:
        """The column in which a value of every row of the level is computed once."""
        if isinstance(value, ops.Field):
            return value
        name = self.derived.setdefault(value, f"{self.name}_derived{len(self.derived)}")
        return slot_of(name, value.dtype)

    def over(self, table: Any, keys: list[Any], here: dict[Node, Node], more: dict[str, Any]) -> Any:
        """The aggregates of a table; `here` says which of its columns the aggregates mean."""
        computed = {name: with_columns(one, here) for one, name in self.aggregates.items()}
        return table.group_by(keys).agg(**more, **computed)


class Grouping:
    """Known rows gathered by keys within each pair: aggregates of each group, and over the groups."""

    def __init__(self, name: str, keys: tuple[Node, ...]) -> None:
        self.keys = keys
        self.inner = Level(f"{name}_each")
        self.outer = Level(f"{name}_all")
        self.pair = slot_of(f"{name}_pair", ibis.dtype("int64"))
        self.key_slots = tuple(slot_of(f"{name}_key{place}", key.dtype) for place, key in enumerate(keys))

    def over(self, known: Any, here: dict[Node, Node]) -> Any:
        """A row a pair: the pair, and the aggregates over its groups."""
        keys = {
            slot.name: with_columns(key, here) for slot, key in zip(self.key_slots, self.keys, strict=True)
        }
        needed = replace(self.inner, aggregates=self.needed())
        groups = needed.over(known, [known[PAIR], *(key.name(name) for name, key in keys.items())], here, {})
        there = {slot: groups[name].op() for name, slot in self.inner.slots.items() if name in groups.columns}
        there |= {slot: groups[slot.name].op() for slot in self.key_slots}
        there[self.pair] = groups[PAIR].op()
        more = {name: with_columns(one, there) for one, name in self.outer.derived.items()}
        whole = groups.mutate(**more) if more else groups
        there = {slot: whole[node.name].op() for slot, node in there.items()}
        there |= {slot_of(name, one.dtype): whole[name].op() for one, name in self.outer.derived.items()}
        return self.outer.over(whole, [whole[PAIR]], there, {})

    def needed(self) -> dict[Node, str]:
        """Aggregates of each group that something over the groups reads."""
        read = {one.name for node in (*self.outer.aggregates, *self.outer.derived) for one in fields_of(node)}
        return {one: name for one, name in self.inner.aggregates.items() if name in read}


def slot_of(name: str, dtype: Any) -> Node:
    """A stand-in for a column that a level will compute."""
    return ibis.table({name: dtype}, name="slot")[name].op()


def field_of(table: Node, name: str) -> Node:
    """A column of a table."""
    return ops.Field(table, name)


def fields_of(value: Node) -> tuple[Node, ...]:
    """The columns and slots that a value reads."""
    return tuple(value.find(ops.Field, filter=ops.Value))


def with_columns(value: Node, columns: dict[Node, Node]) -> Any:
    """The value as an expression, with other columns in the place of its own."""
    return value.replace(columns, filter=ops.Value).to_expr()
