"""One firm and one loan asked again with other facts, a bounded number of times.

A clause that read none of the facts that a trial changes says what it said before: only the others are asked
again.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from serving.policy.errors import FactError, NoNumberForDay
from serving.policy.evaluation import expect_known_by
from serving.policy.facts import Facts
from serving.policy.kinds import Result
from serving.policy.law import Parameters
from serving.policy.logic import Truth, Unknown, either
from serving.policy.measure import Measure
from serving.policy.money import in_fen
from serving.policy.size import SIZED_BY, Sizing
from serving.policy.what_if.asked import Asked, To
from serving.policy.what_if.hearing import DERIVED, Hearing, Key
from serving.policy.what_if.lever import worth_of
from serving.policy.what_if.verdict import Outcome, Verdict
from serving.policy.what_if.watched import Heard, WatchedFacts

MOST_TRIALS = 150
"""Questions to the clauses of one measure; what was not found by then is not told."""


class Exhausted(Exception):  # noqa: N818 - the end of a search, no error
    """As many trials were made as may be."""


class Trials(Hearing):
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
        super().__init__(facts, measure, asked or Asked(facts, as_of, parameters))
        self.as_of = as_of
        self._made = 0
        self._known: dict[Key, Verdict | None] = {}
        self._touched: dict[frozenset[str], list[Any]] = {}
        self.places: dict[tuple[str, Key], set[int]] = {}
        self.settled: dict[tuple[str, Key], list[tuple[Any, Verdict]]] = {}

    def known(self, to: To) -> Verdict | None:
        """What was found of changed facts before."""
        return self._known.get(frozenset(to.items()))

    def take(self, to: To, verdict: Verdict | None) -> None:
        """Take a verdict for found."""
        self._known[frozenset(to.items())] = verdict

    def outcome(self, to: To) -> Outcome:
        """What the whole measure says of changed facts.

        Raises:
            FactError: The facts cannot be so.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        law, worth = self.asked.law, worth_of(self.measure.key)
        found = self.known(to) if law.has_begun else None
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
        """One amount of the measure's; law that is asked for too early a day fails as beside a finding."""
        law, measure = self.asked.law, self.measure
        if result is Result.NOT_APPLICABLE or measure.amounts is None:
            return None
        drawn = facts.start_date
        if measure.marks is not None and drawn is not None and not law.has_begun_by(drawn):
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

    def heard_of(self, names: Iterable[str]) -> list[Heard]:
        """What some of the clauses give and read of the facts as they are.

        Raises:
            NoNumberForDay: The law has no number for a day that mattered.
        """
        nodes = self._nodes
        return [self._as_it_is(place) for place in nodes.places if nodes.all[place].clause.name in names]

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

    def _verdict(self, to: To) -> Verdict | None:
        try:
            facts, sizing = self._changed(to)
            return self._judged(facts, self._moved(facts, to), sizing, frozenset(to.items()))
        except (FactError, NoNumberForDay):
            return None

    def _judged(self, facts: Facts, moved: frozenset[str], sizing: Sizing, key: Key) -> Verdict:
        nodes, then = self._nodes, self._before(moved)
        watched = WatchedFacts.of(facts)

        def ask(place: int) -> Truth | None:
            value = then[place]
            if value is not TO_ASK:
                return value
            guard_at = nodes.all[place].guard
            guard = True if guard_at is None else ask(guard_at)
            if guard is None or guard is False:
                value = None
            else:
                value = self._alone_then(place, watched, moved, key).value
                value = value if guard is True else either(guard, value)
            then[place] = value
            return value

        applying = [ask(place) for place in nodes.applying]
        if False in applying:
            return Verdict(Result.NOT_APPLICABLE, self._named_false(nodes.applying, then), (), sizing)
        values = [ask(place) for place in nodes.places]
        unknown = [value for value in values if isinstance(value, Unknown)]
        if False in values:
            return Verdict(Result.FAIL, self._named_false(nodes.places, then), unknown, sizing)
        return Verdict(Result.UNKNOWN if unknown else Result.PASS, frozenset(), unknown, sizing)

    def _before(self, moved: frozenset[str]) -> list[Any]:
        """What each clause gave before some facts moved; who read one of them is asked again."""
        if moved not in self._touched:
            then = [TO_ASK] * len(self._nodes.all)
            if self.heard({}):
                for place, one in self._first.items():
                    if moved.isdisjoint(one.facts):
                        then[place] = one.value
            self._touched[moved] = then
        return self._touched[moved].copy()

    def _named_false(self, places: Sequence[int], values: Sequence[Any]) -> frozenset[str]:
        return frozenset([self._nodes.all[place].clause.name for place in places if values[place] is False])


TO_ASK: Any = object()
"""In the place of a value: the clause is to be asked again."""
GRADED_ON = "green_grade_date"
SETTLING = SIZED_BY | {"credit_line_cny"}
"""Facts that settle the derived ones."""
