"""The form, and the answer on one screen."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from features.errors import LvdaitongError
from serving import wording
from serving.access.roles import Right
from serving.dial import dial
from serving.form import BY_NAME, FormError, question_from, read_form, typed_from
from serving.page.failures import explained, marks_of, not_ready, status_of
from serving.page.firms import Several, firm_meant
from serving.page.visit import Visit, to
from serving.policy import PolicyError
from serving.records.answers import Answered
from serving.refusals import NoBasis
from serving.search import Found

UNKNOWN = "没有这个编号的查询记录，或者它不属于本机构。"


def empty(visit: Visit, typed: Mapping[str, str]) -> Response:
    """The form, as yet without an answer; those who may not ask are led to what they may see."""
    if not visit.caller.may(Right.ASK):
        return to(visit.places[0][0]) if visit.places else visit.show("ask.html", **asked(typed))
    missing = visit.desk.missing
    return visit.show("ask.html", banner=not_ready(missing) if missing else "", **asked(typed))


def typed_for(visit: Visit, audit_id: str) -> dict[str, str]:
    """What was typed for an answer, to be changed and asked again; nothing where there is none."""
    found = visit.desk.find(audit_id, visit.caller)
    return typed_from(json.loads(found.question)) if found else {}


def answered(visit: Visit, body: bytes) -> Response:
    """Lead to the answer to what was typed; or the form again, saying which field is at fault."""
    typed: dict[str, str] = {}
    try:
        typed = read_form(body)
        typed["entity_id"] = firm_meant(visit, typed.get("entity_id", ""))
        told = visit.desk.preapprove(question_from(typed), visit.caller)
    except Several as several:
        return visit.show("ask.html", noted=_choose(several), **asked(typed, found=several.found))
    except NoBasis as error:
        return no_basis(visit, typed, error)
    except (FormError, LvdaitongError, PolicyError) as error:
        return _again(visit, typed, error)
    return to(f"/answers/{told.audit_id}")


def recorded(visit: Visit, audit_id: str) -> Response:
    """An answer that was given, as it was."""
    found = visit.desk.find(audit_id, visit.caller)
    if found is None:
        return visit.show("ask.html", HTTPStatus.NOT_FOUND, banner=UNKNOWN, **asked({}))
    return shown(visit, found)


def shown(visit: Visit, found: Answered, status: int = 200, **more: Any) -> Response:
    """An answer on one screen; `more` tells of a trial."""
    told, question = json.loads(found.answer), json.loads(found.question)
    typed = typed_from(question)
    return visit.show(
        "answer.html", status, **asked(typed) | facing(told) | {"trial": None, "tried": typed} | more
    )


def no_basis(visit: Visit, typed: Mapping[str, str], error: NoBasis) -> Response:
    """Refused for want of consent: which one is missing, and what to do."""
    name = visit.name_of(typed["entity_id"])
    return visit.show("no_basis.html", HTTPStatus.FORBIDDEN, typed=typed, refusal=error, name=name)


def asked(
    typed: Mapping[str, str], marks: Mapping[str, str] | None = None, found: Sequence[Found] = ()
) -> dict[str, Any]:
    """What the form shows."""
    marked = marks or {}
    return {
        "typed": typed,
        "wrong": marked,
        "found": found,
        "answer": None,
        "typed_facts": [name for name in BY_NAME if typed.get(name) or name in marked],
    }


def facing(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the answer's templates draw beside the answer itself."""
    reasons = told["credit"]["reasons"] + told["credit"]["strengths"]
    count = Counter(finding["result"] for finding in told["findings"])
    return {
        "answer": told,
        "findings": told["findings"],
        "before": {},
        "dial": dial(told["credit"]),
        "most_points": max((abs(reason["points"]) for reason in reasons), default=1) or 1,
        "subject": wording.subject_line(told["subject"]),
        "tally": [(name, count[name]) for name in wording.RESULTS if count[name]],
        "headline": wording.headline(told["findings"]),
    }


def _choose(several: Several) -> str:
    many = len(several.found)
    return f"有 {many} 户{'以上' if many >= 20 else ''}企业符合“{several.text}”，请选择其中一户。"  # noqa: PLR2004 - the search tells no more


def _again(visit: Visit, typed: Mapping[str, str], error: Exception) -> Response:
    """The form again, with what is wrong."""
    shown_as = asked(typed, marks_of(error))
    return visit.show("ask.html", status_of(error), banner=explained(visit, error), **shown_as)
