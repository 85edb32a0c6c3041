"""Changes that were found before, for firms alike in every fact that a measure can ask for.

Which facts those are is read from the measure's own code: every name and text in the functions and the lists
of its module, and of the modules of rules that it uses. More names than it reads cost only some agreement.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from threading import Lock
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from serving.policy.clause import Clause
from serving.policy.facts import KINDS, Facts
from serving.policy.measure import SIZE, Measure
from serving.policy.size import SIZED_BY
from serving.policy.tag import Tag
from serving.policy.what_if.asked import Asked
from serving.policy.what_if.change import Change
from serving.policy.what_if.lever import levers

MOST = 1024
"""Answers that are kept; the one that was not asked for longest goes first."""
RULES = ("serving.policy.measures.", "serving.policy.vat_rules")
"""Modules whose functions ask for facts by name; what others are given, these have named."""
TOGETHER = (
    {"start_date", "maturity_date"},
    {"has_credit_line", "credit_line_cny"},
    {"green_grade", "green_grade_date"},
)
"""Facts that are checked against each other."""

Key: TypeAlias = tuple[Any, ...]

_kept: dict[Key, tuple[Change, ...]] = {}
_readers: dict[tuple[int, bool], tuple[Measure, Callable[[Facts], Any], bool]] = {}
_lock = Lock()


def remembered(asked: Asked, measure: Measure, find: Callable[[], tuple[Change, ...]]) -> tuple[Change, ...]:
    """The changes of a measure: those found before for the like, or what `find` finds now."""
    key = rests_on(asked, measure)
    changes = _kept.get(key)
    if changes is None:
        changes = find()
    with _lock:
        if _kept.pop(key, None) is None:
            while len(_kept) >= MOST:
                del _kept[next(iter(_kept))]
        _kept[key] = changes
    return changes


def rests_on(asked: Asked, measure: Measure) -> Key:
    """All that a measure's finding and its changes depend on.

    The indicators of a size are among it only while no size is found by them.
    """
    facts, sized = asked.facts, asked.sized
    by_indicators = sized.size_class is None or sized.entity_type is None
    reader = _readers.get((id(measure), by_indicators))
    if reader is None:
        names = facts_named(measure)
        is_sized = SIZE in names
        if by_indicators and is_sized:
            names |= SIZED_BY
        # the measure stays, and so its id
        reader = measure, attrgetter(*sorted(names | {SIZE})), is_sized
        _readers[id(measure), by_indicators] = reader
    _, read, is_sized = reader
    sizing = (asked.sizing.missing, asked.sizing.assumptions) if is_sized else None
    size = (by_indicators, sized.size_class, sizing) if is_sized else None
    return (asked.parameters, asked.as_of, id(measure), size, read(facts))


def facts_named(measure: Measure) -> frozenset[str]:
    """The facts that a measure or what is asked of it can read, without the indicators of a size."""
    names: set[str] = set()
    _walk(measure.applies + measure.clauses, names, set())
    for one in (measure.estimate, measure.amounts, measure.marks, measure.details):
        _walk(one, names, set())
    for name in sorted(names):
        derived = getattr(Facts, name, None)
        if isinstance(derived, property):
            _walk_code(derived.fget.__code__, names)  # type: ignore[union-attr]
    return _with_their_levers(names & KINDS.keys())


def _with_their_levers(names: set[str]) -> frozenset[str]:
    for name in sorted(names):
        lever = levers()[name]
        names |= {*lever.not_below, *lever.unless_known}
        for other in lever.not_below:
            names |= {*levers()[other].not_below, *levers()[other].unless_known}
    if any(levers()[name].until_drawn for name in names):
        names.add("start_date")
    for pair in TOGETHER:
        if not names.isdisjoint(pair):
            names |= pair
    return frozenset(names)


def _walk(thing: Any, names: set[str], seen: set[int]) -> None:
    """Gather every name and text that a thing holds or that its functions use."""
    if isinstance(thing, str):
        names.add(thing)
        return
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, FunctionType):
        if thing.__module__.startswith(RULES):
            _walk_code(thing.__code__, names)
            for inner in (
                *thing.__globals__.values(),
                *(cell.cell_contents for cell in thing.__closure__ or ()),
            ):
                _walk(inner, names, seen)
        return
    for part in _parts(thing):
        _walk(part, names, seen)


def _parts(thing: Any) -> Iterable[Any]:
    if isinstance(thing, Clause):
        return (thing.needs, thing.when, thing.test)
    if isinstance(thing, Tag):
        return (thing.test,)
    if isinstance(thing, partial):
        return (thing.func, *thing.args)
    if isinstance(thing, Mapping):
        return (*thing.keys(), *thing.values())
    return thing if isinstance(thing, (tuple, list, set, frozenset)) else ()


def _walk_code(code: CodeType, names: set[str]) -> None:
    names.update(code.co_names)
    for const in code.co_consts:
        if isinstance(const, CodeType):
            _walk_code(const, names)
        else:
            _walk(const, names, set())
