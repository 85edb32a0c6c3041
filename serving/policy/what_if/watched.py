"""Facts and law that tell what a measure read of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from serving.policy.clause import Clause
from serving.policy.facts import KINDS, Facts
from serving.policy.law import Law
from serving.policy.logic import Truth
from serving.policy.measure import Measure


class WatchedFacts(Facts):
    """The same facts, which remember what was read of them in `seen`."""

    __slots__ = ("seen",)
    seen: set[str]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Watched facts with nothing read yet."""
        watched = object.__new__(cls)
        for name in KINDS:
            object.__setattr__(watched, name, getattr(facts, name))
        object.__setattr__(watched, "seen", set())
        return watched

    def __getattribute__(self, name: str) -> Any:
        if name in KINDS:
            object.__getattribute__(self, "seen").add(name)
        return object.__getattribute__(self, name)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a clause gave, and the facts and the numbers of law that it read, those of its guards too."""

    clause: Clause
    value: Truth | None
    facts: frozenset[str]
    numbers: tuple[Any, ...]


def listen(clauses: Iterable[Clause], facts: Facts, law: Law) -> list[Heard]:
    """Ask clauses and hear what they read."""
    watched = WatchedFacts.of(facts)
    return [_heard(clause, watched, law) for clause in clauses]


def facts_read(measure: Measure, facts: Facts, law: Law) -> frozenset[str]:
    """The facts that the clauses of a measure read, in part because of what others were."""
    heard = listen(measure.applies + measure.clauses, facts, law)
    return frozenset().union(*(one.facts for one in heard))


def _heard(clause: Clause, watched: WatchedFacts, law: Law) -> Heard:
    watched.seen.clear()
    law = law.afresh()  # a guard that another clause asked already would not be heard again
    value = clause.holds(watched, law)
    return Heard(clause, value, frozenset(watched.seen), tuple(read.value for read in law.reads))
