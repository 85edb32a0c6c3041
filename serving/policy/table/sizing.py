"""The size of many firms by the SME standard; the law is that of `serving.policy.size`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from serving.policy.errors import FactError
from serving.policy.law import Law
from serving.policy.size import CLASSES, FACT_OF, OUT_OF_SCOPE, industry_group, reaches
from serving.policy.table.choosing import taken
from serving.policy.table.facts import TableFacts
from serving.policy.table.frame import Array
from serving.policy.table.truth import Gap
from serving.policy.table.words import Words

WORDS = tuple(word.value for word in CLASSES)


@dataclass(frozen=True, slots=True)
class Sizings:
    """The size of firms, and which facts would settle an unknown one."""

    size_class: Words
    gaps: tuple[Gap, ...]


def sizings(facts: TableFacts, law: Law) -> Sizings:
    """The size of each firm; rows whose industry or size cannot be are refused."""
    frame, given = facts.frame, _given(facts)
    groups, places = _groups(facts, law)
    known_industry = facts.industry.there
    in_scope = np.array([group not in (None, OUT_OF_SCOPE) for group in groups])[places] & known_industry
    lowest, known, missing = _levels(facts, law, groups, places, in_scope)
    unsettled = missing & (lowest > 0)
    frame.refuse(in_scope & known & (given >= 0) & ((given > lowest) | ((given != lowest) & ~missing)))
    found = np.where((given < 0) & in_scope & known & ~unsettled, lowest, given)
    asked = in_scope & (found < 0)
    gaps = [("industry", ~known_industry & (given < 0))]
    gaps += [(fact, asked & rows) for fact, rows in _unknown_indicators(facts, law, groups, places)]
    return Sizings(Words(frame, found, WORDS), tuple(gaps))


def _given(facts: TableFacts) -> Array:
    return np.asarray(facts.size_class.coded_by(WORDS))


def _groups(facts: TableFacts, law: Law) -> tuple[list[str | None], Array]:
    """The groups that occur, and each row's place among them; the last stands for an unknown industry."""
    industry: Words = facts.industry
    groups = industry.mapped(lambda code: _group(code, law))
    refused = np.array([group is None for group in groups] + [False])[industry.codes]
    facts.frame.refuse(refused)
    different = list(dict.fromkeys([*groups, None]))
    places = np.array([different.index(group) for group in [*groups, None]], dtype=np.int64)
    return different, places[industry.codes]


def _group(code: str, law: Law) -> str | None:
    try:
        return industry_group(code, law)[0]
    except FactError:
        return None


def _levels(
    facts: TableFacts, law: Law, groups: list[str | None], places: Array, in_scope: Array
) -> tuple[Array, Array, Array]:
    """The lowest class over the known indicators, whether one is known, and whether one is missing."""
    lowest = np.full(facts.frame.count, len(CLASSES) - 1, dtype=np.int32)
    known, missing = facts.frame.full(False), facts.frame.full(False)
    for indicator, fact in FACT_OF.items():
        limits = _limits(law, groups, indicator)
        used = np.array([limit is not None for limit in limits])[places] & in_scope
        if not used.any():
            continue
        there = facts.there(fact)
        level = _level(facts, fact, limits, places, used)
        lowest = np.where(used & there, np.minimum(lowest, level), lowest)
        known = known | (used & there)
        missing = missing | (used & ~there)
    return lowest, known, missing


def _level(facts: TableFacts, fact: str, limits: list[Any], places: Array, used: Array) -> Array:
    level = np.zeros(facts.frame.count, dtype=np.int32)
    for step in range(len(CLASSES) - 1):
        line = taken(facts.frame, [limit[step] if limit else None for limit in limits], places, used)
        level = level + reaches(facts, fact, line).yes
    return level


def _unknown_indicators(
    facts: TableFacts, law: Law, groups: list[str | None], places: Array
) -> list[tuple[str, Array]]:
    found = []
    for indicator, fact in FACT_OF.items():
        used = np.array([limit is not None for limit in _limits(law, groups, indicator)])[places]
        found.append((fact, used & ~facts.there(fact)))
    return found


def _limits(law: Law, groups: list[str | None], indicator: str) -> list[Any]:
    """The lower limits of an indicator in each group; None where the group does not use it."""
    table = law.sme_size_limits
    return [None if group in (None, OUT_OF_SCOPE) else table[group].get(indicator) for group in groups]
