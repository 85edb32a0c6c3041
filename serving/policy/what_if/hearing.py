"""What the clauses of a measure say of one firm and one loan, and what they read for it.

A clause that read none of the facts that are changed says what it said before, and so does a guard: only the
others are asked again.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from serving.policy.errors import FactError, NoNumberForDay
from serving.policy.facts import Facts
from serving.policy.logic import either
from serving.policy.measure import Measure
from serving.policy.size import SIZED_BY, Sizing
from serving.policy.what_if.asked import Asked, To
from serving.policy.what_if.nodes import nodes_of
from serving.policy.what_if.watched import Alone, Heard, WatchedFacts, hear_alone

Key: TypeAlias = frozenset[tuple[str, Any]]
Question: TypeAlias = str | tuple[str] | tuple[int, Key | None]
"""What a search asks of the facts: one of them, whether one is known, what a clause says of changed ones."""


class Hearing:
    """Asks the clauses of one measure; what a search asked on the way stands in `log`, with the answers.

    Args:
        facts: The facts as they are.
        measure: The measure.
        asked: The same facts on their day under their law.
    """

    def __init__(self, facts: Facts, measure: Measure, asked: Asked) -> None:
        self.facts, self.measure, self.asked = facts, measure, asked
        self.log: dict[Question, Any] = {}
        self._nodes = nodes_of(measure)
        self._heard: dict[Key, list[Heard]] = {}
        self._alone: dict[int, Alone] = {}
        self._first: dict[int, Heard] = {}
        self._sized: dict[tuple[Any, ...], Alone] = {}

    def fact(self, name: str) -> Any:
        """A fact as it is."""
        value = self.log[name] = getattr(self.facts, name)
        return value

    def has(self, name: str) -> bool:
        """Whether a fact is known."""
        known = self.log[(name,)] = getattr(self.facts, name) is not None
        return known

    def answer(self, question: Question) -> Any:
        """What a question is answered for these facts; None for a clause that cannot be asked of them."""
        if isinstance(question, str):
            return getattr(self.facts, question)
        if len(question) == 1:
            return getattr(self.facts, question[0]) is not None
        place, key = question
        try:
            if key is None:
                return self._alone_now(place)
            facts, sizing = self.asked.changed(dict(key))
            if place == SIZE_OF:
                return facts.size_class, sizing.missing
            watched = WatchedFacts.of(facts)
            return hear_alone(self._nodes.all[place].clause, watched, self.asked.law)
        except (FactError, NoNumberForDay):
            return None

    def heard(self, to: To) -> list[Heard]:
        """What the clauses give and read of changed facts; nothing where they cannot be so."""
        key = frozenset(to.items())
        if key not in self._heard:
            self._heard[key] = self._listened(to)
        return self._heard[key]

    def _as_it_is(self, place: int) -> Heard:
        """What a clause gives and reads of the facts as they are."""
        known = self._first.get(place)
        if known is None:
            known = self._first[place] = self._with_guards(place, self._as_it_is, self._alone_now)
        return known

    def _with_guards(self, place: int, hear: Callable[[int], Heard], alone: Callable[[int], Alone]) -> Heard:
        """A clause under its guard, which is heard first; one that is not asked read what its guard did."""
        node = self._nodes.all[place]
        if node.guard is None:
            own = alone(place)
            return Heard(node.clause, own.value, own.facts, own.numbers)
        guard = hear(node.guard)
        if guard.value is None or guard.value is False:
            return Heard(node.clause, None, guard.facts, guard.numbers)
        own = alone(place)
        value = own.value if guard.value is True else either(guard.value, own.value)
        return Heard(node.clause, value, guard.facts | own.facts, guard.numbers + own.numbers)

    def _alone_now(self, place: int) -> Alone:
        """What a clause without its guards gives and reads of the facts as they are."""
        question = (place, None)
        own = self._alone.get(place)
        if own is None:
            self.log[question] = None
            watched = self.asked.watched
            own = self._alone[place] = hear_alone(self._nodes.all[place].clause, watched, self.asked.law)
        self.log[question] = own
        return own

    def _alone_then(self, place: int, watched: WatchedFacts, moved: frozenset[str], key: Key) -> Alone:
        """The same of changed facts: what was heard before where it read none of those."""
        own = self._as_before(place, moved)
        if own is not None:
            return own
        node = self._nodes.all[place]
        by = INDICATORS & moved
        alike = (
            place,
            _without(by, key),
            watched.__dict__["size_class"],
            watched.__dict__["has_credit_line"],
        )
        own = self._sized.get(alike)
        if own is not None and not by.isdisjoint(own.facts):
            own = None
        seen = watched.seen if own is None else own.facts
        try:
            if own is None:
                own = hear_alone(node.clause, watched, self.asked.law)
                if by.isdisjoint(own.facts):  # of the indicators that moved it knows the size alone
                    self._sized[alike] = own
        finally:
            if node.clause.needs and node.needs <= moved:
                self.log |= {name: getattr(self.facts, name) for name in sorted(seen - moved)}
            elif not seen <= moved:
                self.log[place, key] = own
        return own

    def _as_before(self, place: int, moved: frozenset[str]) -> Alone | None:
        """What a clause without its guards gave before some facts moved, if it read none of them."""
        own = self._alone.get(place)
        return own if own is not None and moved.isdisjoint(own.facts) else None

    def _changed(self, to: To) -> tuple[Facts, Sizing]:
        for together in TOGETHER:
            if not together.isdisjoint(to):
                self.log |= {name: getattr(self.facts, name) for name in sorted(together)}
        if SIZED_BY.isdisjoint(to):
            return self.asked.changed(to)
        question = (SIZE_OF, frozenset(to.items()))
        self.log[question] = None
        facts, sizing = self.asked.changed(to)
        self.log[question] = (facts.size_class, sizing.missing)
        return facts, sizing

    def _listened(self, to: To) -> list[Heard]:
        try:
            if not to:
                return [self._as_it_is(place) for place in self._nodes.places]
            facts, _ = self._changed(to)
            moved, watched, key = self._moved(facts, to), WatchedFacts.of(facts), frozenset(to.items())
            self.heard({})
            then: dict[int, Heard] = {}

            def hear(place: int) -> Heard:
                if place not in then:
                    then[place] = self._with_guards(place, hear, alone)
                return then[place]

            def alone(place: int) -> Alone:
                return self._alone_then(place, watched, moved, key)

            return [hear(place) for place in self._nodes.places]
        except (FactError, NoNumberForDay):
            return []

    def _moved(self, facts: Facts, to: To) -> frozenset[str]:
        """The facts that are otherwise: those that were set, and what follows from them."""
        sized = self.asked.sized
        return frozenset(
            (*to, *[name for name in DERIVED if getattr(facts, name) is not getattr(sized, name)])
        )


def _without(names: frozenset[str], key: Key) -> Key:
    return frozenset([(name, value) for name, value in key if name not in names]) if names else key


INDICATORS = SIZED_BY - {"size_class"}
DERIVED = ("has_credit_line", "size_class")
"""Facts that others may settle."""
TOGETHER = (frozenset(("start_date", "maturity_date")), frozenset(("has_credit_line", "credit_line_cny")))
"""Facts that are checked against each other: where one of them moves, what comes of it rests on all."""
SIZE_OF = -1
"""In the place of a clause: the size of the firm."""
