"""What would change the finding of a measure, and what it would be worth."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from serving.policy.errors import FactError, NoNumberForDay
from serving.policy.evaluation import evaluate
from serving.policy.facts import Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.law import Parameters
from serving.policy.logic import Unknown
from serving.policy.measure import Measure
from serving.policy.measures import MEASURES
from serving.policy.what_if.asked import Asked, To
from serving.policy.what_if.change import Change, amount_of, change_of
from serving.policy.what_if.lever import Hold, levers
from serving.policy.what_if.remembered import remembered
from serving.policy.what_if.search import Goal, can_move, dragged_by, falling_with, nearest, settled_by
from serving.policy.what_if.searched import searched
from serving.policy.what_if.trials import Exhausted, Trials
from serving.policy.what_if.verdict import Verdict

HOLDS = tuple(Hold)


def what_if(
    facts: Facts, as_of: date, *, measure: Measure, parameters: Parameters | None = None
) -> tuple[Change, ...]:
    """Which facts would change what a measure gives, and the nearest value of each that does.

    Of a FAIL, and of a measure that does not apply: what the borrower or the bank can still choose, and an
    official evaluation one step higher. Of an UNKNOWN: also what each missing fact would settle. Of a PASS:
    which step of a word or flag would make its amount higher. Two facts together only where no single one is
    enough, and amounts that fall together (a line and its loan) only where two are not. What is past, what
    would be a lie and what nobody can move is never proposed. Every change was verified by asking the measure
    again; like every finding it is an estimate under a draft.

    Args:
        facts: What is known of one firm and one loan.
        as_of: The day of the question.
        measure: The measure.
        parameters: Other numbers of law than the package's own.

    Returns:
        The changes, those that can be chosen first; none where nothing within reach changes the finding.

    Raises:
        FactError: A fact contradicts another, or was not yet known on that day.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    [now] = evaluate(facts, as_of, parameters=parameters, measures=[measure])
    trials = Trials(facts, as_of, measure, parameters)
    return _changes(trials, now, _proposed(trials, now))


def what_if_all(
    facts: Facts,
    as_of: date,
    findings: Sequence[Finding],
    *,
    parameters: Parameters | None = None,
    measures: Sequence[Measure] = MEASURES,
) -> dict[str, tuple[Change, ...]]:
    """`what_if` of several measures whose findings are there already, for a fraction of the time.

    Args:
        facts: What is known of one firm and one loan.
        as_of: The day of the question.
        findings: What `evaluate` gave for these facts on that day; those of which the changes are wanted.
        parameters: The numbers of law that `evaluate` was given.
        measures: Where the findings' measures are found by their keys.

    Returns:
        The changes of each finding, by the key of its measure, in the order of the findings.

    Raises:
        FactError: A fact contradicts another, or was not yet known on that day.
        NoNumberForDay: The law has no number for a day that mattered.
        KeyError: A finding is of none of the measures.
    """
    by_key = {measure.key: measure for measure in measures}
    asked = Asked(facts, as_of, parameters)

    return {now.measure: changes_of(asked, now, by_key[now.measure]) for now in findings}


def changes_of(asked: Asked, now: Finding, measure: Measure) -> tuple[Change, ...]:
    """What would change one finding, with `asked` shared by those of the same facts."""

    def found() -> tuple[Change, ...]:
        trials = Trials(asked.facts, asked.as_of, measure, asked.parameters, asked)
        return _changes(trials, now, searched(trials, now, _proposed))

    return remembered(asked, measure, found)


def _changes(trials: Trials, now: Finding, proposed: Sequence[To]) -> tuple[Change, ...]:
    found = [change for to in proposed for change in _verified(trials, now, to)]
    return tuple(sorted(found, key=_order))


def _proposed(trials: Trials, now: Finding) -> list[To]:
    """Other facts that change what the clauses say."""
    proposed: list[To] = []
    try:
        for to in _PROPOSED[now.result](trials, now):
            proposed.append(to)  # noqa: PERF402 - what was found by the end of the trials is told
    except Exhausted:
        pass
    return proposed


def _verified(trials: Trials, now: Finding, to: To) -> list[Change]:
    """The change as the whole measure tells it; nothing where it is worth nothing or cannot be after all."""
    try:
        then = trials.outcome(to)
    except (FactError, NoNumberForDay):
        return []
    change = change_of(trials.measure, trials.facts, now, to, then)
    return [] if now.result is Result.PASS and not (change.gain_cny or 0) > 0 else [change]


def _order(change: Change) -> tuple[int, int]:
    """Single facts before two, what can be chosen before what cannot."""
    return len(change.moves), max(HOLDS.index(move.hold) for move in change.moves)


# ---------------------------------------------------------------- FAIL and NOT_APPLICABLE
def _out_of_failure(trials: Trials, now: Finding) -> Iterator[To]:
    if not _can_leave(trials, now):
        return
    singles = list(_choices(trials, {}, _no_longer_fails))
    if singles:
        yield from singles
        return
    pairs = list(_pairs_of_choices(trials))
    yield from pairs or _falling_together(trials)


def _can_leave(trials: Trials, now: Finding) -> bool:
    """Whether each clause that fails reads a fact that can be moved; most often one does not."""
    failing = trials.heard_of(now.failed)
    return all(any(can_move(fact, trials) for fact in one.facts) for one in failing)


def _no_longer_fails(found: Verdict) -> bool:
    return found.result in (Result.PASS, Result.UNKNOWN)


def _choices(trials: Trials, base: To, goal: Goal) -> Iterator[To]:
    """Each fact that can be moved until nothing fails: until the measure is met, or else until it may be."""
    for fact in _read_where_undecided(trials, base):
        stuck = trials.stuck((fact,), base)
        if False in stuck:
            continue
        to = None if None in stuck else nearest(fact, trials, base, _is_met)
        if to is None and goal is not _is_met:
            to = nearest(fact, trials, base, goal)
        if to is not None:
            yield {**base, fact: to}


def _pairs_of_choices(trials: Trials) -> Iterator[To]:
    """Two facts, where the first takes away one failure and the second the rest."""
    now = trials.verdict({})
    paired: set[frozenset[str]] = set()
    for first in _read_where_undecided(trials, {}) if now else ():
        if not trials.may_mend(first):
            continue
        to = nearest(first, trials, {}, lambda found: found.failed < now.failed)  # type: ignore[union-attr]
        for pair in _choices(trials, {first: to}, _no_longer_fails) if to is not None else ():
            if frozenset(pair) not in paired:
                paired.add(frozenset(pair))
                yield pair


def _falling_together(trials: Trials) -> Iterator[To]:
    """An amount with those under which it cannot fall: a smaller line, and a loan that fits it."""
    for fact in _read_where_undecided(trials, {}):
        drags = dragged_by(fact, trials)
        if not drags or False in trials.stuck((fact, *drags), {}):
            continue
        for goal in (_is_met, _no_longer_fails):
            to = nearest(fact, trials, {}, goal, drags)
            if to is not None:
                yield {fact: to, **falling_with(to, trials, drags)}
                break


def _is_met(found: Verdict) -> bool:
    return found.result is Result.PASS


def _read_where_undecided(trials: Trials, base: To) -> list[str]:
    """The facts that clauses read which fail or are unknown, in the order of Facts, without those moved."""
    undecided = [one for one in trials.heard(base) if one.value is False or isinstance(one.value, Unknown)]
    read = {fact for one in undecided for fact in one.facts}
    return [fact for fact in levers() if fact in read and fact not in base]


# ---------------------------------------------------------------- UNKNOWN
def _out_of_doubt(trials: Trials, now: Finding) -> Iterator[To]:
    missing = [fact for fact in now.missing if not trials.has(fact)]
    met = False
    for fact in missing:
        settled = settled_by(fact, trials, {})
        if any(found.result is not Result.UNKNOWN for _, found in settled):
            met = met or any(_is_met(found) for _, found in settled)
            yield from ({fact: value} for value, _ in settled)
    yield from (to for to in _choices(trials, {}, _is_met) if not to.keys() & set(missing))
    if not met:
        yield from _pairs_of_missing(trials, missing)


def _pairs_of_missing(trials: Trials, missing: list[str]) -> Iterator[To]:
    """Two missing facts, where the first leaves only the second to ask for and both together are enough."""
    paired: set[frozenset[str]] = set()
    for first in missing:
        for value in _leaves_less(trials, first, missing):
            for second, to in _settles(trials, {first: value}):
                if frozenset((first, second)) not in paired:
                    paired.add(frozenset((first, second)))
                    yield {first: value, second: to}


def _leaves_less(trials: Trials, fact: str, missing: list[str]) -> Iterable[Any]:
    """The first value of a missing fact after which nothing fails and fewer facts are missing."""
    for value, found in settled_by(fact, trials, {}):
        if found.result is Result.UNKNOWN and found.missing < set(missing):
            yield value
            return


def _settles(trials: Trials, base: To) -> Iterator[tuple[str, Any]]:
    found = trials.verdict(base)
    for fact in found.missed_by_all if found else ():
        met = [value for value, then in settled_by(fact, trials, base) if _is_met(then)]
        yield from ((fact, value) for value in met[:1])


# ---------------------------------------------------------------- PASS
def _worth_more(trials: Trials, now: Finding) -> Iterator[To]:
    """One step of each word or flag under which the measure is still met.

    Numbers are left out: an amount moves with their every fen.
    """
    if amount_of(now) is None:
        return
    read = trials.read()
    for fact, lever in levers().items():
        # a fact that nothing reads is worth nothing
        to = nearest(fact, trials, {}, _is_met) if lever.grid is None and fact in read else None
        if to is not None:
            yield {fact: to}


_PROPOSED = {
    Result.PASS: _worth_more,
    Result.FAIL: _out_of_failure,
    Result.NOT_APPLICABLE: _out_of_failure,
    Result.UNKNOWN: _out_of_doubt,
}
