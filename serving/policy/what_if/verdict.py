"""What a measure says of changed facts: as much of a finding as a search and a sentence need."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from serving.policy.kinds import Result
from serving.policy.logic import Unknown
from serving.policy.measure import SIZE, missing_facts
from serving.policy.size import Sizing


@dataclass(slots=True)
class Verdict:
    """What the clauses of a measure say together.

    Attributes:
        result: As a finding would have it.
        failed: The clauses that fail.
        unknown: What the clauses gave that are unknown.
        sizing: How the size was found.
    """

    result: Result
    failed: frozenset[str]
    unknown: Sequence[Unknown]
    sizing: Sizing

    @property
    def gaps(self) -> list[tuple[str, ...]]:
        """Of each clause that is unknown, the facts that it misses; of a missing size what would give it."""
        by_size = self.sizing.missing
        return [one.missing + (by_size if SIZE in one.missing else ()) for one in self.unknown]

    @property
    def told(self) -> tuple[str, ...]:
        """The facts that are missing, as a finding tells them."""
        return missing_facts(self.unknown, self.sizing)

    @property
    def missing(self) -> frozenset[str]:
        """The facts that some clause misses."""
        return frozenset(name for gap in self.gaps for name in gap)

    @property
    def missed_by_all(self) -> list[str]:
        """The facts that every unknown clause misses: no other fact alone can settle them all."""
        first, *others = self.gaps or [()]
        return [name for name in first if all(name in gap for gap in others)]


@dataclass(slots=True)
class Outcome:
    """What the whole measure says: as much of a finding as is told of a change.

    Attributes:
        result: The result.
        missing: The facts that are missing.
        amount: The amount that is compared; None where it has none or it is unknown.
    """

    result: Result
    missing: tuple[str, ...]
    amount: Decimal | None
