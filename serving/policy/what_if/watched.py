"""Facts and law that tell what a measure read of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Self

from serving.policy.clause import Clause
from serving.policy.facts import KINDS, Facts
from serving.policy.law import Law
from serving.policy.logic import Truth
from serving.policy.measure import Measure


class WatchedFacts(Facts):
    """The same facts, which remember what was read of them in `seen`."""

    seen: set[str]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Watched facts with nothing read yet."""
        watched = object.__new__(cls)
        object.__setattr__(watched, "__dict__", facts.__dict__ | {"seen": set()})
        return watched


def _watching(name: str) -> property:
    def read(watched: WatchedFacts) -> Any:
        watched.seen.add(name)
        return watched.__dict__[name]

    return property(read)


for _name in KINDS:
    setattr(WatchedFacts, _name, _watching(_name))  # quicker than a __getattribute__ that looks at all names


NUMBERS = frozenset((Decimal, int, date))
"""The types of law's numbers that a fact can be compared with."""


class Alone(NamedTuple):
    """What a clause gave without its guards, and the facts and the numbers of law that it read."""

    value: Truth
    facts: frozenset[str]
    numbers: tuple[Any, ...]


@dataclass(slots=True)
class Heard:
    """What a clause gave, and the facts and the numbers of law that it read, those of its guards too."""

    clause: Clause
    value: Truth | None
    facts: frozenset[str]
    numbers: tuple[Any, ...]


def hear_alone(clause: Clause, watched: WatchedFacts, law: Law) -> Alone:
    """Ask a clause whose guards let it be asked, and hear what it reads itself."""
    watched.seen.clear()
    law.forget()  # what another clause had computed already would not be read again
    value = clause.alone(watched, law)
    numbers = tuple([read.value for read in law.reads if type(read.value) in NUMBERS])
    return Alone(value, frozenset(watched.seen), numbers)


def hear(clause: Clause, watched: WatchedFacts, law: Law) -> Heard:
    """Ask a clause and hear what it reads."""
    watched.seen.clear()
    law.forget()  # a guard that another clause asked already would not be heard again
    value = clause.holds(watched, law)
    return Heard(clause, value, frozenset(watched.seen), tuple([read.value for read in law.reads]))


def facts_read(measure: Measure, facts: Facts, law: Law) -> frozenset[str]:
    """The facts that the clauses of a measure read, in part because of what others were."""
    watched = WatchedFacts.of(facts)
    heard = [hear(clause, watched, law) for clause in measure.applies + measure.clauses]
    return frozenset().union(*(one.facts for one in heard))
