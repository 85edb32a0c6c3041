"""One firm and one loan on one day: as they are, and with other facts."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from serving.policy.evaluation import expect_known_by, law_on, with_size
from serving.policy.facts import Facts
from serving.policy.law import Parameters, default_parameters
from serving.policy.size import SIZED_BY, Sizing
from serving.policy.what_if.watched import WatchedFacts

To: TypeAlias = Mapping[str, Any]
"""Facts by name that a trial sets."""


class Asked:
    """One firm and one loan on one day, as they are; shared by the trials of several measures.

    Args:
        facts: The facts as they are.
        as_of: The day of the question.
        parameters: The numbers of law; the package's own by default.

    Raises:
        FactError: A fact contradicts another, or was not yet known on that day.
        NoNumberForDay: The law has no number for that day.
    """

    def __init__(self, facts: Facts, as_of: date, parameters: Parameters | None) -> None:
        self.facts = facts
        self.as_of = as_of
        self.parameters = parameters or default_parameters()
        self.law = law_on(as_of, self.parameters)
        expect_known_by(facts, as_of)
        self.sized, self.sizing = with_size(facts, self.law)
        self.watched = WatchedFacts.of(self.sized)
        self._sized: dict[frozenset[tuple[str, Any]], tuple[Facts, Sizing]] = {}

    def changed(self, to: To) -> tuple[Facts, Sizing]:
        """The facts with others among them, and their size.

        Raises:
            FactError: The facts cannot be so.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        if SIZED_BY.isdisjoint(to):
            return self.sized.changed(to), self.sizing
        key = frozenset(to.items())
        known = self._sized.get(key)
        if known is None:
            self.law.forget()
            known = self._sized[key] = with_size(self.facts.changed(to), self.law)
        return known
