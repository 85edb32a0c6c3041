"""The cases of a measure as they stand in a checkout, and what the measure reads of facts and law in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from serving.policy.evaluation import with_size
from serving.policy.exact_yaml import read_exact_yaml
from serving.policy.facts import KINDS, Facts
from serving.policy.law import Parameters, Read, default_parameters
from serving.policy.measure import Measure
from serving.policy.size import FACT_OF
from serving.policy.what_if.watched import WatchedFacts

SIZED_BY = {"industry", "revenue_months", *FACT_OF.values()}
"""Facts from which a size is found that nobody stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sentence with its data.

    Attributes:
        name: The sentence.
        as_of: The day of its question.
        changed: Facts that differ from the background of its file; None where they are missing.
        given: All its facts.
        law: Numbers of law that it replaces.
        expect: What the measure must find.
    """

    name: str
    as_of: date
    changed: Mapping[str, Any]
    given: Mapping[str, Any]
    law: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """The cases of one measure.

    Attributes:
        background: Facts with which every case begins.
        each: The cases in the order of the file.
    """

    background: Mapping[str, Any]
    each: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """What a measure read in its cases: facts in the order of `Facts`, numbers of law in that of files."""

    facts: tuple[str, ...]
    numbers: tuple[str, ...]


def cases_of(folder: Path, measure: str) -> Cases:
    """The cases of a measure, from the file of its key.

    Raises:
        ParameterError: The file is not there or is not YAML; the message names it.
    """
    content = read_exact_yaml(folder / f"{measure}.yaml")
    background = content.get("background", {})
    return Cases(
        background=background, each=tuple(_case(case, content, background) for case in content["cases"])
    )


def _case(case: Mapping[str, Any], content: Mapping[str, Any], background: Mapping[str, Any]) -> Case:
    changed = case.get("given", {})
    return Case(
        name=case["name"],
        as_of=case.get("as_of", content["as_of"]),
        changed=changed,
        given=background | changed,
        law=case.get("law", {}),
        expect=case["expect"],
    )


def used_by(measure: Measure, cases: Iterable[Case]) -> Used:
    """What a measure reads in cases."""
    facts: set[str] = set()
    numbers: set[str] = set()
    for case in cases:
        law = _Watched(default_parameters().with_values(**case.law).by_name)
        facts |= _facts_read(measure, case, law)
        numbers |= law.names
    every = default_parameters().by_name
    return Used(
        tuple(name for name in KINDS if name in facts), tuple(name for name in every if name in numbers)
    )


class _Watched(Parameters):
    """Parameters that remember the names under which they were read."""

    __slots__ = ("names",)

    def __init__(self, by_name: Mapping[str, Any]) -> None:
        super().__init__(by_name)
        self.names: set[str] = set()

    def read(self, name: str, day: date) -> Read:
        self.names.add(name)
        return super().read(name, day)


def _facts_read(measure: Measure, case: Case, parameters: _Watched) -> set[str]:
    law = parameters.on(case.as_of)
    facts, sizing = with_size(Facts.from_dict(case.given), law)
    parameters.names.clear()
    watched = WatchedFacts.of(facts)
    measure.finding(watched, law, sizing)
    return watched.seen | (SIZED_BY if "size_class" in watched.seen else set())
