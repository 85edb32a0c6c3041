"""A clause: one condition of a measure, declared with its source and the facts it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from serving.policy.facts import Facts
from serving.policy.law import Law
from serving.policy.logic import Truth, Unknown, implies, lacking

Known: TypeAlias = Any
"""Facts, seen by a clause whose `needs` are all there, which a type checker cannot follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition.

    Attributes:
        name: The name that findings give.
        meaning: What it says, in English.
        zh: What it asks for, in Chinese; `{0[name]}` stands for a number of law in words.
        cites: Where it is written.
        needs: Facts without which it is unknown.
        when: Another clause under which alone it is asked.
        presumed: What is assumed, in Chinese, where its facts are missing; without it they make it unknown.
        test: The condition itself.
    """

    name: str
    meaning: str
    zh: str
    cites: str
    needs: tuple[str, ...]
    when: "Clause | None"
    presumed: str | None
    test: Callable[[Known, Law], Truth]

    def holds(self, facts: Facts, law: Law) -> Truth | None:
        """Whether it holds; unknown with the missing facts; None where it is not asked.

        Under an unknown guard a true condition stays true: it is satisfied either way.
        """
        guard = True if self.when is None else law.once(self.when.holds, facts)
        if guard is None or guard is False:
            return None
        truth = self.alone(facts, law)
        return truth if guard is True else implies(guard, lambda: truth)

    def alone(self, facts: Facts, law: Law) -> Truth:
        """Whether it holds where its guard lets it be asked; unknown with the missing facts."""
        for name in self.needs:
            if getattr(facts, name) is None:
                return True if self.presumed else Unknown(lacking(facts, self.needs))
        return self.test(facts, law)

    def is_presumed(self, facts: Facts) -> bool:
        """Whether it is taken to hold for want of the facts that it needs."""
        return self.presumed is not None and bool(lacking(facts, self.needs))


def clause(
    *,
    cites: str,
    zh: str,
    needs: tuple[str, ...] = (),
    when: Clause | None = None,
    presumed: str | None = None,
) -> Callable[[Callable[[Known, Law], Truth]], Clause]:
    """Declare a function of (facts, law) as a clause; its name is the clause's name."""

    def declare(test: Callable[[Known, Law], Truth]) -> Clause:
        return Clause(
            name=test.__name__,
            meaning=(test.__doc__ or "").split("\n", 1)[0],
            zh=zh,
            cites=cites,
            needs=needs,
            when=when,
            presumed=presumed,
            test=test,
        )

    return declare
