"""Objections (异议): raised from an answer, listed with the day by which they are to be answered."""

import unicodedata
from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from features.errors import RequestError
from serving.desk.register import answer_objection
from serving.form import read_form
from serving.page.answers import UNKNOWN
from serving.page.visit import Visit, to
from serving.records.objections import Objection

LONGEST = 2000
OUTCOMES = ("UPHELD", "REJECTED")
EMPTY = f"请写明哪一项数据不准确、应当是什么（不超过 {LONGEST} 字）。"


def form(visit: Visit, audit_id: str) -> Response:
    """The form, for the firm of an answer."""
    return _form(visit, audit_id)


def raised(visit: Visit, audit_id: str, body: bytes) -> Response:
    """Note an objection and lead to the list; or the form again, saying what is missing."""
    text = tidy(read_form(body).get("text", ""))
    if not 0 < len(text) <= LONGEST:
        return _form(visit, audit_id, text, HTTPStatus.UNPROCESSABLE_ENTITY, EMPTY)
    found = visit.desk.find(audit_id, visit.caller)
    if found is None or found.entity_id is None:
        return visit.show("failure.html", HTTPStatus.NOT_FOUND, title="没有找到", advice=UNKNOWN)
    noted = visit.desk.raise_objection(found.entity_id, text, audit_id, visit.caller)
    return to(f"/objections#o-{noted.objection_id}")


def listed(visit: Visit) -> Response:
    """Objections that this caller may read, the open ones first, each with its last day."""
    today = visit.desk.today()
    rows = [_row(one, today) for one in visit.desk.objections(visit.caller)]
    open_ones = sum(row["outcome"] is None for row in rows)
    late = sum(row["is_late"] for row in rows)
    return visit.show("objections.html", rows=rows, open_ones=open_ones, late=late)


def answered(visit: Visit, objection_id: str, body: bytes) -> Response:
    """Settle an objection; for platform staff."""
    typed = read_form(body)
    outcome, text = typed.get("outcome", ""), tidy(typed.get("text", ""))
    if outcome in OUTCOMES and 0 < len(text) <= LONGEST:
        answer_objection(visit.desk, objection_id, outcome, text, visit.caller)
        return to(f"/objections#o-{objection_id}")
    raise RequestError("an outcome and a text are expected")


def tidy(text: str) -> str:
    """One line without control characters: what is typed over several lines is joined by a blank."""
    plain = "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Cn") else one for one in text)
    return " ".join(plain.split())


def _form(visit: Visit, audit_id: str, text: str = "", status: int = 200, wrong: str = "") -> Response:
    found = visit.desk.find(audit_id, visit.caller)
    if found is None:
        return visit.show("failure.html", HTTPStatus.NOT_FOUND, title="没有找到", advice=UNKNOWN)
    return visit.show("objection.html", status, found=found, text=text, wrong=wrong, most=LONGEST)


def _row(one: Objection, today: date) -> dict[str, Any]:
    due, raised_on = (date.fromisoformat(str(day)) for day in (one.due_on, one.raised_on))
    is_open = one.outcome is None
    return {
        "objection_id": one.objection_id,
        "entity_id": one.entity_id,
        "audit_id": one.audit_id,
        "bank": one.bank,
        "text": one.text,
        "raised_by": one.raised_by,
        "raised_on": raised_on,
        "due_on": due,
        "days_left": (due - today).days,
        "is_late": is_open and due < today,
        "outcome": None if is_open else str(one.outcome),
        "answer": one.answer,
        "answered_on": one.answered_on,
    }
