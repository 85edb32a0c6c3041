"""Searches that were made before: what each asked of the facts, what was answered, and what was found.

A search depends on the facts only through what it asks of them: one fact, whether one is known, or what a
clause says. So where another firm answers every question alike, the same is found, although the rate or the
amount of its loan is another. The questions stand in a tree: the answer to one tells which was asked next.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from threading import Lock
from typing import Any, TypeAlias

from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.what_if.asked import To
from serving.policy.what_if.hearing import Question
from serving.policy.what_if.trials import Trials
from serving.policy.what_if.verdict import Verdict

MOST = 1024
"""Searches that are kept; where there would be more, all are forgotten."""

MOST_AMOUNTS = 3
"""Amounts of one fact that are told apart; a search that asks for more of them is not worth remembering."""

Found: TypeAlias = Sequence[tuple[To, Verdict | None]]


class Asking:
    """A question, and what comes after each answer: another question, or what was found."""

    __slots__ = ("after", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.after: dict[Any, Asking | Found] = {}


_trees: dict[tuple[Any, ...], dict[None, Any]] = {}
_by_amount: set[tuple[Any, ...]] = set()
_kept = [0]
_lock = Lock()


def searched(trials: Trials, now: Finding, propose: Callable[[Trials, Finding], list[To]]) -> Sequence[To]:
    """What `propose` proposes: what it did before for facts that answer alike, or what it does now."""
    asked = trials.asked
    if now.result is Result.PASS or not asked.law.has_begun:
        return propose(trials, now)
    tree = (
        asked.parameters,
        asked.as_of,
        id(trials.measure),
        (now.result, now.failed, now.missing),
        (asked.sized.size_class, asked.sizing.missing),
    )
    if tree in _by_amount:
        return propose(trials, now)
    found = _recalled(trials, _trees.get(tree, {}))
    if found is not None:
        for to, verdict in found:
            trials.take(to, verdict)
        return [to for to, _ in found]
    trials.log.clear()
    proposed = propose(trials, now)
    _keep(tree, trials.log, [(to, trials.known(to)) for to in proposed])
    return proposed


def _recalled(trials: Trials, first: Mapping[None, Any]) -> Found | None:
    """What was found, after every question was answered as it was then."""
    at = first.get(None)
    while isinstance(at, Asking):
        at = at.after.get(trials.answer(at.question))
    return at


def _keep(tree: tuple[Any, ...], log: Mapping[Question, Any], found: Found) -> None:
    with _lock:
        if _kept[0] >= MOST:
            _trees.clear()
            _by_amount.clear()
            _kept[0] = 0
        _kept[0] += 1
        at: dict[Any, Any] = _trees.setdefault(tree, {})
        answer: Any = None
        for question, answered in log.items():
            asking = at.setdefault(answer, Asking(question))
            if not isinstance(asking, Asking) or asking.question != question:
                return
            at, answer = asking.after, answered
            if type(answer) is Decimal and len(at) >= MOST_AMOUNTS and answer not in at:
                _by_amount.add(tree)
                _trees[tree] = {}
                return
        at[answer] = found
