"""Findings as they are told, each with what would change it: written once for all who are alike in it."""

from datetime import date
from typing import Any

from serving.policy import Facts, Finding, Parameters
from serving.policy.law import Law
from serving.policy.measure import Measure
from serving.policy.measures import MEASURES
from serving.policy.what_if.asked import Asked
from serving.policy.what_if.asking import changes_of
from serving.policy.what_if.remembered import rests_on
from serving.written import Written, listed, written

MOST = 8192
"""Findings that are kept, of 2 to 8 kB each; where there would be more, the older half gives way."""

_kept: dict[Any, Written] = {}


def told_with_changes(facts: Facts, as_of: date, parameters: Parameters | None) -> Written:
    """The findings of all measures as a list of JSON; `what_if` has the nearest changes of each.

    A finding rests on some of the facts only, and is not worked out again where these are as they were.

    Args:
        facts: What is known of one firm and one loan.
        as_of: The day of the question.
        parameters: Other numbers of law than the package's own.

    Raises:
        FactError: A fact contradicts another, or was not yet known on that day.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    asked = Asked(facts, as_of, parameters)
    keys = [rests_on(asked, measure) for measure in MEASURES]
    texts = [_kept.get(key) for key in keys]
    if None not in texts:
        return listed(texts)  # type: ignore[arg-type]
    law = asked.law.afresh()
    lacking = [place for place, text in enumerate(texts) if text is None]
    findings = {place: _finding(MEASURES[place], asked, law) for place in lacking}
    for place, finding in findings.items():
        changes = changes_of(asked, finding, MEASURES[place])
        text = written(finding.to_dict() | {"what_if": [change.to_dict() for change in changes]})
        texts[place] = text
        _keep(keys[place], text)
    return listed(texts)  # type: ignore[arg-type]


def _finding(measure: Measure, asked: Asked, law: Law) -> Finding:
    return measure.finding(asked.sized, law, asked.sizing)


def _keep(key: Any, text: Written) -> None:
    if len(_kept) >= MOST:
        for older in list(_kept)[: MOST // 2]:  # other threads may keep meanwhile: the list stands still
            _kept.pop(older, None)
    _kept[key] = text
