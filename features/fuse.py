"""Many features of one source as few aggregations: each row is read once, whatever the number of windows.

A feature is written over filtered rows: `sales(invoices).amount_cny.sum()`. Computed as written, every window
and every filter would be a pass of its own. Here a feature's filters become the `where` of its aggregates, so
features over rows share one aggregation, and features over the same groups (by counterparty, by month) share
another. A guard keeps the meaning: where no row passes the filters, the value is missing, not zero.
Conditions on words (`direction == "sales"`) are looked at once a row, not once a window.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import ibis
import ibis.expr.operations as ops

from features.conditions import distinct_parts, missing_over_nothing
from features.errors import RecipeError
from features.feature import Feature
from features.levels import Grouping, Level, Node, field_of, fields_of, with_columns
from features.rows import PAIR, Rows

NEWEST = "newest_event"
"""Column of a fused query: the day of the newest event known."""


class Fused:
    """The features of one source, taken apart into aggregates that are computed together.

    Args:
        features: Features of one source.
        known: Ibis table of known rows, as `features.asof.known_rows` gives them.

    Raises:
        RecipeError: A feature is written in a way that cannot be computed together with others.
    """

    def __init__(self, features: Sequence[Feature], known: Any) -> None:
        self.known = known.op()
        self._base = Level("rows")
        self._groupings: dict[tuple[Node, ...], Grouping] = {}
        self._chains: dict[Node, _Chain] = {}
        self._wheres: dict[frozenset[Node], Node] = {}
        self._on_words: dict[frozenset[Node], Node] = {}
        self._at = ""
        self._wanted = {one.name: self._taken_apart(one) for one in features}

    def kept(self, known: Any) -> dict[str, Any]:
        """What of the known rows is read: columns, and conditions on words as columns of their own.

        Args:
            known: The known rows, as in `Fused`.
        """
        here = self._found_in(known)
        masked = dict.fromkeys(self._conditions().values(), ibis.literal(True).op())
        read = [node.replace(masked, filter=ops.Value) for node in self._read()]
        fields = {one.name: one for node in read for one in fields_of(node) if one.rel == self.known}
        always = {name: field_of(self.known, name) for name in (PAIR, "event_date")}
        return {
            name: with_columns(node, here) for name, node in (always | fields | self._conditions()).items()
        }

    def _conditions(self) -> dict[str, Node]:
        """The conditions on words, and the columns in which they are kept."""
        return {f"condition{number}": node for number, node in enumerate(self._on_words.values())}

    def _found_in(self, known: Any) -> dict[Node, Node]:
        """Which column of the known rows, or of what was kept of them, has what the features mean."""
        meant = {name: field_of(self.known, name) for name in self.known.schema.names} | self._conditions()
        return {node: known[name].op() for name, node in meant.items() if name in known.columns}

    def _read(self) -> list[Node]:
        """Everything that is computed from single rows."""
        keys = [key for grouping in self._groupings.values() for key in grouping.keys]
        inner = [one for grouping in self._groupings.values() for one in grouping.needed()]
        return [*keys, *self._base.aggregates, *inner]

    def query(self, known: Any) -> Any:
        """An Ibis table with a row a pair that has any known row: `pair`, `newest_event`, the features.

        Args:
            known: The known rows, or what was `kept` of them.
        """
        here = self._found_in(known)
        whole = self._base.over(known, [known[PAIR]], here, {NEWEST: known.event_date.max()})
        slots = dict(self._base.slots)
        for grouping in self._groupings.values():
            whole = whole.inner_join(grouping.over(known, here), PAIR)
            slots |= grouping.outer.slots
        there = {slot: whole[name].op() for name, slot in slots.items()}
        values = {name: with_columns(value, there) for name, value in self._wanted.items()}
        return whole.select(PAIR, NEWEST, **values)

    def _taken_apart(self, one: Feature) -> Node:
        """The feature's value in terms of aggregates that the levels compute."""
        self._at = one.name
        rows = Rows(self.known.to_expr())
        value = one.compute(rows if one.months is None else rows.filter(rows.within(one.months)))
        value = value.cast("float64" if one.kind == "number" else "string").op()
        if len(value.relations) != 1:
            raise RecipeError(
                f"feature '{one.name}' reads {len(value.relations)} tables; expected aggregates over one. "
                "Use @combined for a value made of other features"
            )
        chain = self._chain(next(iter(value.relations)))
        whole = self._lifted(value, chain.level)
        if not chain.predicates or missing_over_nothing(value):
            return whole
        some = chain.level.slot(ops.Count(chain.pair, where=self._all_of(chain.predicates))).to_expr() > 0
        return ibis.ifelse(some, whole.to_expr(), ibis.null(value.dtype)).op()

    def _lifted(self, value: Node, level: "Level") -> Node:
        """The value with every aggregate replaced by the column in which the level computes it."""
        aggregates = value.find(ops.Reduction, filter=ops.Value)
        return value.replace({one: self._slot_of(one, level) for one in aggregates}, filter=ops.Value)

    def _slot_of(self, aggregate: Node, level: "Level") -> Node:
        (relation,) = aggregate.relations or (aggregate.arg,)
        chain = self._chain(relation)
        given = [] if aggregate.where is None else [self._resolved(aggregate.where)]
        where = self._all_of([*given, *chain.predicates])
        if isinstance(aggregate, ops.CountStar):
            return level.slot(ops.Count(chain.pair, where=where))
        parts = {
            name: self._resolved(part) if isinstance(part, ops.Value) else part
            for name, part in zip(aggregate.argnames, aggregate.args, strict=True)
        }
        if isinstance(aggregate, ops.Median) and where is not None:
            # Spark takes no filter on a median; a missing value counts on no engine.
            chosen = ibis.ifelse(where.to_expr(), parts["arg"].to_expr(), ibis.null(aggregate.dtype)).op()
            return level.slot(ops.Median(chosen))
        if isinstance(aggregate, ops.Mean):
            return _ratio(
                level.slot(ops.Sum(parts["arg"], where=where)),
                level.slot(ops.Count(parts["arg"], where=where)),
            )
        if isinstance(aggregate, ops.CountDistinct) and level is self._base:
            return self._distinct(parts["arg"], where)
        return level.slot(aggregate.copy(**(parts | {"where": where})))

    def _distinct(self, counted: Node, where: Node | None) -> Node:
        """How many different values: groups with a row that counts, so that windows share one grouping."""
        if counted == field_of(self.known, "record_id"):
            # The view as of a day holds one version of a record.
            return self._base.slot(ops.Count(field_of(self.known, PAIR), where=where))
        grouping = self._grouping({"value": counted})
        there = [ops.NotNull(grouping.key_slots[0])]
        if where is not None:
            there.append(grouping.inner.slot(ops.Any(where)))
        return grouping.outer.slot(ops.Count(grouping.pair, where=self._all_of(there)))

    def _grouping(self, keys: dict[str, Node]) -> "Grouping":
        return self._groupings.setdefault(
            tuple(keys.values()), Grouping(f"groups{len(self._groupings)}", tuple(keys.values()))
        )

    def _resolved(self, value: Node) -> Node:
        """A row's value in terms of the root of its relation."""
        if value.find(ops.WindowFunction, filter=ops.Value):
            raise RecipeError(f"feature '{self._at}' looks at neighbouring rows, which filters would change")
        return value.replace(
            {one: self._chain(one.rel).columns[one.name] for one in fields_of(value)}, filter=ops.Value
        )

    def _chain(self, relation: Node) -> "_Chain":
        if relation not in self._chains:
            self._chains[relation] = self._followed(relation)
        return self._chains[relation]

    def _followed(self, relation: Node) -> "_Chain":
        if relation == self.known:
            columns = {name: field_of(relation, name) for name in relation.schema.names}
            return _Chain(self._base, columns[PAIR], (), columns)
        if isinstance(relation, ops.Filter):
            parent = self._chain(relation.parent)
            passed = tuple(self._resolved(one) for one in relation.predicates)
            return replace(parent, predicates=(*parent.predicates, *passed))
        if isinstance(relation, ops.Project):
            parent = self._chain(relation.parent)
            columns = {name: self._resolved(one) for name, one in relation.values.items()}
            if parent.level is not self._base:
                columns = {name: parent.level.derive(one) for name, one in columns.items()}
            return replace(parent, columns=columns)
        if isinstance(relation, ops.Aggregate) and self._chain(relation.parent).level is self._base:
            return self._gathered(relation)
        raise RecipeError(f"feature '{self._at}' {_STRANGE.get(type(relation), _ELSE)}")

    def _gathered(self, relation: Node) -> "_Chain":
        parent = self._chain(relation.parent)
        fixed = (PAIR, "as_of")
        keys = {name: self._resolved(key) for name, key in relation.groups.items() if name not in fixed}
        grouping = self._grouping(keys)
        as_of = grouping.inner.slot(ops.Max(field_of(self.known, "as_of")))
        columns = {PAIR: grouping.pair, "as_of": as_of, **dict(zip(keys, grouping.key_slots, strict=True))}
        columns |= {name: self._lifted(one, grouping.inner) for name, one in relation.metrics.items()}
        there = self._all_of(parent.predicates)
        some = () if there is None else (grouping.inner.slot(ops.Any(there)),)
        return _Chain(grouping.outer, grouping.pair, some, columns)

    def _all_of(self, conditions: Sequence[Node]) -> Node | None:
        """All of them as one, the same node in whatever order they stand; None where there is none."""
        parts = distinct_parts(conditions)
        words = [one for one in parts if self._reads_words(one)]
        if not words:
            return self._wheres.setdefault(frozenset(parts), reduce(ops.And, parts)) if parts else None
        word = self._on_words.setdefault(frozenset(words), reduce(ops.And, words))
        rest = [one for one in parts if one not in words]
        return self._wheres.setdefault(frozenset(parts), reduce(ops.And, [*rest, word]))

    def _reads_words(self, condition: Node) -> bool:
        """Whether a condition on rows compares text, which is slow to do again for every window."""
        return any(one.rel == self.known and one.dtype.is_string() for one in fields_of(condition))


_STRANGE = {
    ops.UnboundTable: "reads rows that are not its own; only the rows that it is given are known on the day",
    ops.Aggregate: "groups groups; expected one group_by over its rows",
}
_ELSE = "does more than filter, mutate and one group_by over its rows"


@dataclass(frozen=True, slots=True)
class _Chain:
    """A relation in terms of its root: the level of its aggregates, what its rows satisfy, its columns."""

    level: Level
    pair: Node
    predicates: tuple[Node, ...]
    columns: dict[str, Node]


def _ratio(total: Node, count: Node) -> Node:
    """A mean from its exact sum: engines round the mean of decimals differently."""
    return (total.to_expr().cast("float64") / count.to_expr().cast("float64").nullif(0)).op()
