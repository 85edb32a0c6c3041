"""The clauses of a measure with their guards, each once: what one says without its guards is asked once."""

from dataclasses import dataclass

from serving.policy.clause import Clause
from serving.policy.measure import Measure
from serving.policy.what_if.grid import FEN, RATES
from serving.policy.what_if.lever import levers


@dataclass(frozen=True, slots=True)
class Node:
    """A clause, or the guard of one.

    Attributes:
        clause: The clause.
        guard: The place of its guard among the nodes; None where it has none.
        needs: The amounts and rates that it needs.
    """

    clause: Clause
    guard: int | None
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Nodes:
    """All nodes of a measure.

    Attributes:
        measure: The measure.
        all: Every clause and every guard, a guard before what it guards.
        applying: The places of the clauses that say whether the measure applies.
        places: The places of these and of its conditions, in the order of the measure.
    """

    measure: Measure
    all: tuple[Node, ...]
    applying: tuple[int, ...]
    places: tuple[int, ...]


_known: dict[int, Nodes] = {}


def nodes_of(measure: Measure) -> Nodes:
    """The nodes of a measure, found once."""
    nodes = _known.get(id(measure))
    if nodes is None:
        # the measure stays, and so its id
        nodes = _known[id(measure)] = _nodes(measure)
    return nodes


def _nodes(measure: Measure) -> Nodes:
    found: list[Node] = []
    places: dict[int, int] = {}

    def place(clause: Clause) -> int:
        if id(clause) not in places:
            guard = None if clause.when is None else place(clause.when)
            numbers = frozenset(name for name in clause.needs if levers()[name].grid in (FEN, RATES))
            places[id(clause)] = len(found)
            found.append(Node(clause, guard, numbers))
        return places[id(clause)]

    applying = tuple(place(clause) for clause in measure.applies)
    conditions = tuple(place(clause) for clause in measure.clauses)
    return Nodes(measure, tuple(found), applying, applying + conditions)
