"""A consent noted where its lack was found: the way from a refusal to a lawful query."""

from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from serving.desk.register import record_consent
from serving.form import FormError, read_form
from serving.page.answers import asked
from serving.page.firms import Several, firm_meant
from serving.page.objections import tidy
from serving.page.visit import Visit
from serving.purposes import Basis, Purpose

LONGEST_REFERENCE = 200
NOTED = "已登记。请核对后再次提交查询。"


def recorded(visit: Visit, body: bytes) -> Response:
    """Note a consent, and show the form again, ready to be sent; nothing is asked on its own."""
    typed = read_form(body)
    told, marks = _told(visit, typed)
    if marks:
        name = visit.name_of(typed.get("entity_id", ""))
        context: dict[str, Any] = {"typed": typed, "refusal": None, "name": name, "wrong": marks}
        return visit.show("no_basis.html", HTTPStatus.UNPROCESSABLE_ENTITY, **context)
    record_consent(visit.desk, told, visit.caller)
    return visit.show("ask.html", noted=NOTED, **asked(typed))


def _told(visit: Visit, typed: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The consent, and what is wrong with it."""
    wrong: dict[str, str] = {}
    first, last = (_day(typed.get(name, "")) for name in ("valid_from", "valid_to"))
    reference = tidy(typed.get("reference", ""))
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        wrong["reference"] = "请填写授权书编号、合同编号或法律条款"
    if first is None:
        wrong["valid_from"] = "请填写起始日期"
    if typed.get("valid_to") and (last is None or (first and last < first)):
        wrong["valid_to"] = "截止日期不早于起始日期"
    basis, purpose = typed.get("basis", ""), typed.get("query_purpose", "")
    if basis not in set(Basis) or purpose not in set(Purpose):
        wrong["basis"] = "请选择依据"
    try:
        entity_id = firm_meant(visit, typed.get("entity_id", ""))
    except Several:
        return {}, wrong | {"basis": "请返回查询，先选定一户企业"}
    except FormError as error:
        return {}, wrong | error.wrong
    if wrong:
        return {}, wrong
    return {
        "entity_id": entity_id,
        "purpose": Purpose(purpose),
        "basis": Basis(basis),
        "reference": reference,
        "valid_from": first,
        "valid_to": last,
    }, {}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
