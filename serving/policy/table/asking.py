"""Clauses asked of many firms, with the meaning that `Clause.holds` gives them for one."""

from dataclasses import dataclass
from typing import Any

from serving.policy.clause import Clause
from serving.policy.table.facts import TableFacts
from serving.policy.table.frame import Array, Frame
from serving.policy.table.law import TableLaw
from serving.policy.table.truth import Gap, Truths, within


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clause says of each firm.

    Attributes:
        asked: Where it is asked at all.
        yes: Where it holds.
        no: Where it does not; where it is asked and is neither it is unknown.
        unknown: Where it is asked and cannot be judged.
        gaps: Facts that would settle it.
    """

    asked: Array
    yes: Array
    no: Array
    unknown: Array
    gaps: tuple[Gap, ...]

    def only(self, rows: Array) -> "Verdict":
        """The same, asked of some rows alone."""
        return Verdict(
            self.asked & rows,
            self.yes & rows,
            self.no & rows,
            self.unknown & rows,
            tuple(within(self.gaps, rows)),
        )


class Asking:
    """Clauses asked of the same firms, each guard once.

    Args:
        facts: The facts of the firms.
        law: The law of the day.
    """

    def __init__(self, facts: TableFacts, law: TableLaw) -> None:
        self.facts = facts
        self.law = law
        self.frame: Frame = facts.frame
        self._guards: dict[int, Verdict] = {}

    def verdict(self, clause: Clause) -> Verdict:
        """What a clause says of each firm that is asked."""
        known = self._guards.get(id(clause))
        if known is None:
            known = self._guards[id(clause)] = self._guarded(clause)
        return known

    def _guarded(self, clause: Clause) -> Verdict:
        if clause.when is None:
            truth = Truths.of(self.frame, self._holds(clause))
            unknown = ~(truth.yes | truth.no)
            return Verdict(self.frame.full(True), truth.yes, truth.no, unknown, truth.gaps)
        guard = self.verdict(clause.when)
        asked = guard.asked & ~guard.no
        truth = Truths.of(self.frame, self.frame.ask(asked, lambda: self._holds(clause)))
        # under an unknown guard a truth stays one, and nothing else can be said
        no = truth.no & guard.yes
        unknown = asked & ~(truth.yes | no)
        gaps = within([*guard.gaps, *truth.gaps], unknown)
        return Verdict(asked, truth.yes & asked, no, unknown, tuple(gaps))

    def _holds(self, clause: Clause) -> Any:
        if not clause.needs:
            return clause.test(self.facts, self.law)
        truth = self.facts.where_known(clause.needs, lambda: clause.test(self.facts, self.law))
        if clause.presumed is None:
            return truth
        lacking = self.facts.known(clause.needs).no
        return Truths(self.frame, truth.yes | lacking, truth.no, within(truth.gaps, ~lacking))
