"""One firm and one loan asked again with other facts, a bounded number of times."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from serving.policy.errors import FactError, NoNumberForDay
from serving.policy.evaluation import evaluate, law_on, with_size
from serving.policy.facts import Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.law import Law, Parameters
from serving.policy.logic import Truth, Unknown
from serving.policy.measure import Measure
from serving.policy.size import Sizing
from serving.policy.what_if.watched import Heard, listen

MOST_TRIALS = 150
"""Questions to the clauses of one measure; what was not found by then is not told."""

To: TypeAlias = Mapping[str, Any]
"""Facts by name that a trial sets."""
Key: TypeAlias = frozenset[tuple[str, Any]]


class Exhausted(Exception):  # noqa: N818 - the end of a search, no error
    """As many trials were made as may be."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the clauses of a measure say together.

    Attributes:
        result: As a finding would have it.
        failed: The clauses that fail.
        gaps: Of each clause that is unknown, the facts that it misses.
    """

    result: Result
    failed: frozenset[str]
    gaps: tuple[tuple[str, ...], ...]

    @property
    def missing(self) -> frozenset[str]:
        """The facts that some clause misses."""
        return frozenset(name for gap in self.gaps for name in gap)

    @property
    def missed_by_all(self) -> list[str]:
        """The facts that every unknown clause misses: no other fact alone can settle them all."""
        first, *others = self.gaps or ((),)
        return [name for name in first if all(name in gap for gap in others)]


class Trials:
    """Asks one measure about changed facts; what was asked once is remembered.

    Args:
        facts: The facts as they are.
        as_of: The day of the question.
        measure: The measure.
        parameters: The numbers of law; the package's own by default.
    """

    def __init__(self, facts: Facts, as_of: date, measure: Measure, parameters: Parameters | None) -> None:
        self.facts, self.as_of, self.measure = facts, as_of, measure
        self._parameters = parameters
        self._clauses = measure.applies + measure.clauses
        self._made = 0
        self._known: dict[Key, Verdict | None] = {}
        self._heard: dict[Key, list[Heard]] = {}

    def finding(self, to: To) -> Finding:
        """The whole finding of changed facts.

        Raises:
            FactError: The facts cannot be so.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        changed = replace(self.facts, **to)
        [found] = evaluate(changed, self.as_of, parameters=self._parameters, measures=[self.measure])
        return found

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

    def _listened(self, to: To) -> list[Heard]:
        law = self._law()
        try:
            facts, _ = with_size(self.facts.changed(to), law)
            return listen(self._clauses, facts, law)
        except (FactError, NoNumberForDay):
            return []

    def _law(self) -> Law:
        return law_on(self.as_of, self._parameters)

    def _verdict(self, to: To) -> Verdict | None:
        law = self._law()
        try:
            facts, sizing = with_size(self.facts.changed(to), law)
            return _judged(self.measure, facts, law, sizing)
        except (FactError, NoNumberForDay):
            return None


def _judged(measure: Measure, facts: Facts, law: Law, sizing: Sizing) -> Verdict:
    applies = {clause.name: clause.holds(facts, law) for clause in measure.applies}
    outside = _failed(applies)
    if outside:
        return Verdict(Result.NOT_APPLICABLE, outside, ())
    values = applies | {clause.name: clause.holds(facts, law) for clause in measure.clauses}
    failed, gaps = _failed(values), tuple(_gaps(values.values(), sizing))
    unsure = Result.UNKNOWN if gaps else Result.PASS
    return Verdict(Result.FAIL if failed else unsure, failed, gaps)


def _failed(values: Mapping[str, Truth | None]) -> frozenset[str]:
    return frozenset(name for name, value in values.items() if value is False)


def _gaps(values: Iterable[Truth | None], sizing: Sizing) -> Iterator[tuple[str, ...]]:
    """What each unknown clause misses; of a missing size also what would give it."""
    for value in values:
        if isinstance(value, Unknown):
            by_size = sizing.missing if "size_class" in value.missing else ()
            yield (*value.missing, *by_size)
