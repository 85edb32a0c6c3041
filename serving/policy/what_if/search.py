"""The nearest value of one fact at which a measure says something else.

Numbers of law that the clauses read, and other facts that they compare with, are tried first, with the steps
beside them; what lies between two tries is halved until one step is left.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any, TypeAlias

from serving.policy.what_if.asked import To
from serving.policy.what_if.grid import DAYS, FEN, RATES, Grid
from serving.policy.what_if.lever import Hold, Lever, levers
from serving.policy.what_if.trials import Trials
from serving.policy.what_if.verdict import Verdict
from serving.policy.what_if.watched import Heard

Goal: TypeAlias = Callable[[Verdict], bool]

LARGEST_MULTIPLE = 10
"""A number of law up to here is a rate or a multiple, no amount of yuan."""
YEARS = 30
"""How far from the question a missing day is tried."""


def nearest(fact: str, trials: Trials, base: To, goal: Goal, drags: tuple[str, ...] = ()) -> Any | None:
    """The value nearest to the present one at which a goal is met; None if the fact cannot be moved there.

    Args:
        fact: The fact to move; its present value is known, unless it is a word that nobody chose yet.
        trials: Where to ask.
        base: Other facts that are already moved.
        goal: What is wanted.
        drags: Facts that fall with it, instead of holding it up.
    """
    lever = levers()[fact]
    if not can_move(fact, trials):
        return None

    def reached(value: Any) -> bool:
        found = trials.verdict({**base, fact: value, **falling_with(value, trials, drags)})
        return found is not None and goal(found)

    if lever.grid is None:
        return next(filter(reached, _other_words(lever, trials.fact(fact))), None)
    return _nearest_place(lever, lever.grid, trials, {**base, **dict.fromkeys(drags)}, reached)


def can_move(fact: str, trials: Trials) -> bool:
    """Whether another value of a fact may be proposed: it is known, or a word that nobody chose yet."""
    lever = levers()[fact]
    if not lever.can_move or _is_settled(lever, trials):
        return False
    return trials.has(fact) or (lever.hold is not Hold.EVALUATION and lever.grid is None)


def dragged_by(fact: str, trials: Trials) -> tuple[str, ...]:
    """The facts that would fall with this one: what is not lent yet; what is owed holds it up."""
    planned = [other for other in levers()[fact].not_below if levers()[other].until_drawn]
    known = [other for other in planned if trials.has(other)]
    return tuple(other for other in known if not _is_settled(levers()[other], trials))


def falling_with(value: Any, trials: Trials, drags: Iterable[str]) -> dict[str, Any]:
    """What the dragged facts become where one falls to a value: the same, if they lie above it."""
    return {other: value for other in drags if trials.fact(other) > value}


def settled_by(fact: str, trials: Trials, base: To) -> list[tuple[Any, Verdict]]:
    """What a missing fact would settle: each word, or a number on both sides of where the result changes.

    Of a number that changes nothing there is nothing to tell.
    """
    key = (fact, frozenset(base.items()))
    if key not in trials.settled:
        trials.settled[key] = _settled_anew(fact, trials, base)
    return trials.settled[key]


def _settled_anew(fact: str, trials: Trials, base: To) -> list[tuple[Any, Verdict]]:
    lever = levers()[fact]

    def ask(value: Any) -> Verdict | None:
        return trials.verdict({**base, fact: value})

    if lever.grid is None:
        asked = [(word, ask(word)) for word in lever.words]
        return [(word, found) for word, found in asked if found is not None]
    grid = lever.grid
    places = sorted(_places(lever, grid, trials, base))
    sides = _sides(places, lambda place: ask(grid.at(place)))
    return [(grid.at(place), found) for place, found in sides]


# ---------------------------------------------------------------- words
def _other_words(lever: Lever, present: Any) -> Iterator[Any]:
    """The words that may be proposed, the nearest first."""
    words = lever.words
    if lever.moves and present is not None:
        place = words.index(present)
        words = words[place + 1 :] if lever.moves == "up" else words[:place][::-1]
    return (word for word in words if word != present)


# ---------------------------------------------------------------- numbers and days
def _is_settled(lever: Lever, trials: Trials) -> bool:
    """A day that is past, a term of a loan that is drawn already, or what another known fact settles."""
    if lever.grid is DAYS and trials.has(lever.fact) and trials.fact(lever.fact) < trials.as_of:
        return True
    if any(trials.has(other) for other in lever.unless_known):
        return True
    drawn = trials.fact("start_date") if lever.until_drawn else None
    return drawn is not None and drawn < trials.as_of


def _nearest_place(
    lever: Lever, grid: Grid, trials: Trials, base: To, reached: Callable[[Any], bool]
) -> Any | None:
    """Walk from the present value through the places worth a try, then halve back to the first that does."""
    towards = -1 if lever.moves == "down" else 1
    start = _start(grid, trials.fact(lever.fact), towards)
    limit = _limit(lever, grid, trials, base)
    if not _between(limit, start, limit):
        return None
    places = _places(lever, grid, trials, base) | {limit}
    inside = [place for place in places if _between(place, start, limit)]
    missed = start
    for place in sorted(inside, reverse=towards < 0):
        if reached(grid.at(place)):
            return grid.at(_halved(place, missed, lambda tried: reached(grid.at(tried))))
        missed = place
    return None


def _start(grid: Grid, present: Any, towards: int) -> int:
    """The place of the present value; one that lies between two places counts as the farther one."""
    place = grid.floor(present)
    return place + 1 if towards < 0 and grid.at(place) != present else place


def _limit(lever: Lever, grid: Grid, trials: Trials, base: To) -> int:
    """How far a fact can be moved."""
    if lever.moves != "down":
        return grid.most
    floors = [base[other] if other in base else trials.fact(other) for other in lever.not_below]
    places = [-grid.floor(-known) if grid is not DAYS else grid.floor(known) for known in floors if known]
    if grid is DAYS:
        places.append(grid.floor(trials.as_of))
    return max([grid.least, *places])


def _between(place: int, start: int, limit: int) -> bool:
    """Whether a place lies after the start and not beyond the limit."""
    return limit <= place < start or start < place <= limit


def _halved(good: int, bad: int, reached: Callable[[int], bool]) -> int:
    """The place nearest to `bad` that is still good, where good changes to bad once."""
    while abs(good - bad) > 1:
        middle = (good + bad) // 2
        if reached(middle):
            good = middle
        else:
            bad = middle
    return good


def _sides(places: list[int], ask: Callable[[int], Verdict | None]) -> list[tuple[int, Verdict]]:
    """The places on both sides of every change of the result."""
    asked = [(place, found) for place in places if (found := ask(place)) is not None]
    sides: dict[int, Verdict] = {}
    for (low, below), (high, above) in pairwise(asked):
        if below.result is not above.result:
            last = _last_like(below, low, high, ask)
            sides |= {place: found for place in (last, last + 1) if (found := ask(place))}
    return list(sides.items())


def _last_like(verdict: Verdict, low: int, high: int, ask: Callable[[int], Verdict | None]) -> int:
    """The last place above `low` with the same result, where the result changes once before `high`."""

    def alike(place: int) -> bool:
        found = ask(place)
        return found is not None and found.result is verdict.result

    # most often it changes at once, as where a line of nothing becomes a line
    return _halved(low, high, alike) if alike(low + 1) else low


# ---------------------------------------------------------------- places worth a try
def _places(lever: Lever, grid: Grid, trials: Trials, base: To) -> set[int]:
    """Where a threshold may lie, with the steps beside it, and the ends of what the fact can be."""
    key = (lever.fact, frozenset(base.items()))
    if key not in trials.places:
        trials.places[key] = _places_anew(lever, grid, trials, base)
    return trials.places[key]


def _places_anew(lever: Lever, grid: Grid, trials: Trials, base: To) -> set[int]:
    ends = _ends(grid, trials)
    tried = [base, *({**base, lever.fact: end} for end in ends)]
    heard = {id(one): one for to in tried for one in trials.heard(to)}.values()
    values = {value for one in heard for value in _numbers(one, grid)}
    compared = {name for one in heard for name in one.facts if levers()[name].grid is grid} - {lever.fact}
    values |= {trials.fact(name) for name in compared}
    return {grid.floor(end) for end in ends}.union(*(grid.around(value) for value in values))


def _numbers(heard: Heard, grid: Grid) -> Iterable[Any]:
    """The numbers of law that a clause read, and for rates also their products, as in LPR × 150 %."""
    numbers: list[Any] = [number for number in heard.numbers if type(number) is grid.takes]
    if grid is FEN:
        return [number for number in numbers if number > LARGEST_MULTIPLE]
    if grid is not RATES:
        return numbers
    products = {one * other for one in numbers for other in numbers if one is not other}
    return [number for number in {*numbers, *products} if number <= 1]


def _ends(grid: Grid, trials: Trials) -> list[Any]:
    """The ends of what a value can be; for days those of the years around the question."""
    if grid is DAYS:
        year = trials.as_of.year
        this = (date(year, 1, 1), trials.as_of, date(year, 12, 31))
        return [date(year - YEARS, 1, 1), *this, date(year + YEARS, 12, 31)]
    return [grid.at(grid.least), grid.at(grid.most)]
