"""Objections (异议): raised by a bank for its customer, answered by the platform within 20 days."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from serving.api.needs import PROBLEMS, Asker, AtDesk
from serving.api.questions import ObjectionAnswer, ObjectionQuestion
from serving.desk.register import answer_objection

router = APIRouter(prefix="/v1/objections", responses=PROBLEMS, tags=["objections"])


@router.post("", status_code=201)
def raise_objection(question: ObjectionQuestion, desk: AtDesk, caller: Asker) -> dict[str, Any]:
    """Say what of a firm's data is wrong; every later answer shows it until it is settled."""
    return asdict(desk.raise_objection(question.entity_id, question.text, question.audit_id, caller))


@router.get("")
def objections(desk: AtDesk, caller: Asker) -> dict[str, Any]:
    """Objections of this bank, or of every bank for those who answer them; the open ones first."""
    return {"items": [asdict(one) for one in desk.objections(caller)]}


@router.post("/{objection_id}/answer")
def answer(objection_id: UUID, question: ObjectionAnswer, desk: AtDesk, caller: Asker) -> dict[str, Any]:
    """Settle an objection: upheld or rejected, with why."""
    return asdict(answer_objection(desk, str(objection_id), question.outcome, question.text, caller))
