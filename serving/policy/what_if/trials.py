"""One firm and one loan asked again with other facts, a bounded number of times.

A clause that read none of the facts that a trial changes says what it said before: only the others are asked
again.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from serving.policy.clause import Clause
from serving.policy.errors import FactError, NoNumberForDay
from serving.policy.evaluation import expect_known_by
from serving.policy.facts import Facts
from serving.policy.kinds import Result
from serving.policy.law import Parameters
from serving.policy.logic import Truth, Unknown
from serving.policy.measure import Measure
from serving.policy.money import in_fen
from serving.policy.size import SIZED_BY, Sizing
from serving.policy.what_if.asked import Asked, To
from serving.policy.what_if.lever import worth_of
from serving.policy.what_if.verdict import Outcome, Verdict
from serving.policy.what_if.watched import Heard, WatchedFacts, hear

MOST_TRIALS = 150
"""Questions to the clauses of one measure; what was not found by then is not told."""

Key: TypeAlias = frozenset[tuple[str, Any]]


class Exhausted(Exception):  # noqa: N818 - the end of a search, no error
    """As many trials were made as may be."""


class Trials:
    """Asks one measure about changed facts; what was asked once is remembered.

    Args:
        facts: The facts as they are.
        as_of: The day of the question.
        measure: The measure.
        parameters: The numbers of law; the package's own by default.
        asked: The same facts on the same day under the same law, if another measure was asked already.
    """

    def __init__(
        self,
        facts: Facts,
        as_of: date,
        measure: Measure,
        parameters: Parameters | None,
        asked: Asked | None = None,
    ) -> None:
        self.facts, self.as_of, self.measure = facts, as_of, measure
        self.asked = asked or Asked(facts, as_of, parameters)
        self._clauses = measure.applies + measure.clauses
        self._made = 0
        self._known: dict[Key, Verdict | None] = {}
        self._heard: dict[Key, list[Heard]] = {}
        self._first: dict[str, Heard] = {}
        self._touched: dict[frozenset[str], tuple[list[Truth | None], list[int]]] = {}
        self.places: dict[tuple[str, Key], set[int]] = {}
        self.settled: dict[tuple[str, Key], list[tuple[Any, Verdict]]] = {}

    def outcome(self, to: To) -> Outcome:
        """What the whole measure says of changed facts.

        Raises:
            FactError: The facts cannot be so.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        law, worth = self.asked.law, worth_of(self.measure.key)
        found = self._known.get(frozenset(to.items())) if law.has_begun else None
        if found is not None and worth is None and GRADED_ON not in to:
            return Outcome(found.result, found.told, None)
        facts, sizing = self.asked.changed(to)
        expect_known_by(facts, self.as_of)
        law.forget()
        if found is not None and worth is not None:
            return Outcome(found.result, found.told, self._amount(worth.name, facts, found.result))
        judged = self.measure.judge(facts, law)
        estimate = self.measure.estimated(facts, law, judged)
        amount = None if worth is None else estimate.amounts.get(worth.name)
        return Outcome(judged.result, judged.missing(sizing), amount)

    def _amount(self, name: str, facts: Facts, result: Result) -> Decimal | None:
        """One amount of the measure's; asked is also what a finding would tell beside it, for its errors."""
        law, measure = self.asked.law, self.measure
        if result is Result.NOT_APPLICABLE or measure.amounts is None:
            return None
        if measure.marks is not None:
            measure.marks(facts, law, result)
        return in_fen({name: measure.amounts(facts, law, result)[name]})[name]

    def verdict(self, to: To) -> Verdict | None:
        """What the clauses alone say of changed facts, which costs a fraction; None where they cannot be so.

        Raises:
            Exhausted: Enough was asked.
        """
        key = frozenset(to.items())
        if key not in self._known:
            self._made += 1
            if self._made > MOST_TRIALS:
                raise Exhausted
            self._known[key] = self._verdict(to)
        return self._known[key]

    def heard(self, to: To) -> list[Heard]:
        """What the clauses give and read of changed facts; nothing where they cannot be so."""
        key = frozenset(to.items())
        if key not in self._heard:
            self._heard[key] = self._listened(to)
        return self._heard[key]

    def heard_of(self, names: Iterable[str]) -> list[Heard]:
        """What some of the clauses give and read of the facts as they are.

        Raises:
            NoNumberForDay: The law has no number for a day that mattered.
        """
        return [self._as_they_are(clause) for clause in self._clauses if clause.name in names]

    def stuck(self, facts: Iterable[str], base: To) -> set[Truth]:
        """What those clauses give, False or None for unknown, which no value of some facts can change."""
        moved = set(facts)
        if not SETTLING.isdisjoint(moved):
            moved.update(DERIVED)
        others = [one.value for one in self.heard(base) if moved.isdisjoint(one.facts)]
        return {None if isinstance(value, Unknown) else value for value in others if value is not None}

    def may_mend(self, fact: str) -> bool:
        """Whether a clause that fails as the facts are reads this one, or what follows from it."""
        moved = {fact} if fact not in SETTLING else {fact, *DERIVED}
        return any(one.value is False and not moved.isdisjoint(one.facts) for one in self.heard({}))

    def read(self) -> set[str]:
        """The facts that the whole measure reads as they are, those for its amounts too."""
        watched = WatchedFacts.of(self.asked.sized)
        law = self.asked.law
        law.forget()
        self.measure.estimated(watched, law, self.measure.judge(watched, law))
        return watched.seen

    def _as_they_are(self, clause: Clause) -> Heard:
        known = self._first.get(clause.name)
        if known is None:
            known = self._first[clause.name] = hear(clause, self.asked.watched, self.asked.law)
        return known

    def _listened(self, to: To) -> list[Heard]:
        try:
            if not to:
                return [self._as_they_are(clause) for clause in self._clauses]
            facts, _ = self.asked.changed(to)
            moved, watched = self._moved(facts, to), WatchedFacts.of(facts)
            before: Iterable[Heard | None] = self.heard({}) or [None] * len(self._clauses)
            return [
                one if one and moved.isdisjoint(one.facts) else hear(clause, watched, self.asked.law)
                for one, clause in zip(before, self._clauses, strict=True)
            ]
        except (FactError, NoNumberForDay):
            return []

    def _moved(self, facts: Facts, to: To) -> frozenset[str]:
        """The facts that are otherwise: those that were set, and what follows from them."""
        sized = self.asked.sized
        return frozenset(
            (*to, *[name for name in DERIVED if getattr(facts, name) is not getattr(sized, name)])
        )

    def _verdict(self, to: To) -> Verdict | None:
        try:
            facts, sizing = self.asked.changed(to)
            return self._judged(facts, self._moved(facts, to), sizing)
        except (FactError, NoNumberForDay):
            return None

    def _judged(self, facts: Facts, moved: frozenset[str], sizing: Sizing) -> Verdict:
        applying = len(self.measure.applies)
        values, asked = self._before(moved)
        law = self.asked.law
        law.forget()
        for place in asked:
            if place >= applying and False in values[:applying]:
                break
            values[place] = self._clauses[place].holds(facts, law)
        if False in values[:applying]:
            return Verdict(Result.NOT_APPLICABLE, self._named_false(values[:applying]), (), sizing)
        unknown = [value for value in values if isinstance(value, Unknown)]
        if False not in values and not unknown:
            return Verdict(Result.PASS, frozenset(), (), sizing)
        if False in values:
            return Verdict(Result.FAIL, self._named_false(values), unknown, sizing)
        return Verdict(Result.UNKNOWN, frozenset(), unknown, sizing)

    def _before(self, moved: frozenset[str]) -> tuple[list[Truth | None], list[int]]:
        """What the clauses gave before some facts moved, and the places of those to be asked again."""
        if moved not in self._touched:
            before = self.heard({})
            values = [one.value for one in before] or [None] * len(self._clauses)
            asked = [place for place, one in enumerate(before) if not moved.isdisjoint(one.facts)]
            self._touched[moved] = values, asked if before else list(range(len(values)))
        values, asked = self._touched[moved]
        return values.copy(), asked

    def _named_false(self, values: Sequence[Truth | None]) -> frozenset[str]:
        named = zip(self._clauses, values, strict=False)
        return frozenset([clause.name for clause, value in named if value is False])


GRADED_ON = "green_grade_date"
DERIVED = ("has_credit_line", "size_class")
"""Facts that others may settle."""
SETTLING = SIZED_BY | {"credit_line_cny"}
"""Those others."""
