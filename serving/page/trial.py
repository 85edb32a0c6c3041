"""What if: the same firm under another loan or further facts; only the measures are worked out anew.

A trial starts from a recorded answer, so nothing more of the firm is read; it is recorded as a question about
facts (`eligibility`), which is what it is. The score does not depend on the loan and stays.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi.responses import Response

from features.errors import LvdaitongError
from serving.form import FACTS, FormError, question_from, read_form, typed_from
from serving.loan_request import EligibilityQuestion
from serving.page.answers import UNKNOWN, facing, shown
from serving.page.failures import CORRECT, explained, marks_of, status_of
from serving.page.turning import fields_of
from serving.page.visit import Visit
from serving.policy import PolicyError
from serving.policy.facts import KINDS, NAMES_ZH
from serving.records.answers import Answered
from serving.wording import WORDS

LOAN = (
    ("amount_wan", "金额", " 万元"),
    ("term_months", "期限", " 个月"),
    ("annual_rate_percent", "年利率", "%"),
    ("kind", "种类", ""),
)
UNITS = {"wan": " 万元", "percent": "%"}
YES_NO = {"true": "是", "false": "否"}
KEPT = ("entity_id", "purpose", "query_purpose")
"""Fields that a trial cannot change."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried.

    Attributes:
        changes: Field in words, its value in the answer, and the one tried.
        turned: How many results are otherwise.
        wrong: Field in words → what to do about it; nothing was worked out then.
        problem: What else is wrong.
    """

    changes: tuple[tuple[str, str, str], ...] = ()
    turned: int = 0
    wrong: tuple[str, ...] = ()
    problem: str = ""


def tried(visit: Visit, body: bytes, *, part: bool) -> Response:
    """The measures under other conditions: as a part for the script, or as the whole page.

    Args:
        visit: Who looks.
        body: The form.
        part: Whether only the table is asked for.
    """
    form = read_form(body)
    found = visit.desk.find(form.get("audit_id", ""), visit.caller)
    if found is None:
        return visit.show("failure.html", 404, title="没有找到", advice=UNKNOWN)
    told = json.loads(found.answer)
    base = typed_from(json.loads(found.question))
    typed = form | fields_of(form.get("set", "")) | {name: base[name] for name in KEPT}
    try:
        findings = _findings(visit, told, typed)
    except (FormError, LvdaitongError, PolicyError) as error:
        trial, status = _at_fault(visit, error), status_of(error)
        return _told(visit, found, typed, part=part, status=status, trial=trial, wrong=marks_of(error))
    trial = Trial(changed(base, typed), _turned(told["findings"], findings))
    before = {one["measure"]: one for one in told["findings"]}
    return _told(visit, found, typed, part=part, trial=trial, findings=findings, before=before)


def facts_of(answer: Mapping[str, Any], loan: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that an answer rested on, with another loan; as JSON has them."""
    green = answer["green"]
    firm = {name: value for name, value in answer["subject"].items() if name in KINDS}
    if "green_grade" not in firm and green["predicted_grade"]:
        firm |= {"green_grade": green["predicted_grade"], "green_grade_source": "predicted"}
    return firm | {name: _as_json(value) for name, value in loan.items()}


def changed(base: Mapping[str, str], typed: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """The fields that differ: their names, what they were, what they are now."""
    told = [
        (zh, _worded(base.get(name, ""), unit), _worded(typed.get(name, ""), unit)) for name, zh, unit in LOAN
    ]
    for _, group in FACTS:
        for one in group:
            unit = UNITS.get(one.entry, "")
            was, now = (_worded(form.get(one.name, ""), unit) for form in (base, typed))
            told.append((NAMES_ZH[one.name], was, now))
    return tuple(one for one in told if one[1] != one[2])


def _findings(visit: Visit, told: Mapping[str, Any], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    day = date.fromisoformat(told["policy_as_of"])
    loan = question_from(typed).loan_facts(day)
    question = EligibilityQuestion(as_of=day, facts=facts_of(told, loan), what_if=True)
    findings: list[dict[str, Any]] = json.loads(visit.desk.eligibility(question, visit.caller).answer)[
        "findings"
    ]
    return findings


def _told(
    visit: Visit, found: Answered, typed: Mapping[str, str], *, part: bool, status: int = 200, **more: Any
) -> Response:
    more |= {"tried": typed, "wrong": more.get("wrong", {})}
    if not part:
        return shown(visit, found, status, **more)
    return visit.show("findings.html", status, **facing(json.loads(found.answer)) | more)


def _at_fault(visit: Visit, error: Exception) -> Trial:
    marks = marks_of(error)
    line = explained(visit, error)
    return Trial(wrong=tuple(marks.values()), problem="" if line == CORRECT and marks else line)


def _turned(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> int:
    return sum(one["result"] != other["result"] for one, other in zip(before, after, strict=True))


def _worded(value: str, unit: str) -> str:
    if not value:
        return "未知"
    return YES_NO.get(value) or WORDS.get(value) or f"{value.strip()}{unit}"


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
