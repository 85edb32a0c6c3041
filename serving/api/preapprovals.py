"""Pre-approvals: one firm and one loan, many at once, and what was answered before."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from serving.api.needs import (
    PROBLEMS,
    Asker,
    AtDesk,
    Before,
    IdempotencyKey,
    Limit,
    as_it_was,
    cursor_of,
    place_of,
)
from serving.desk.batch import preapprove_all
from serving.loan_request import BatchQuestion, Key, PreapprovalQuestion
from serving.records.answers import Answered

router = APIRouter(prefix="/v1/preapprovals", responses=PROBLEMS, tags=["preapprovals"])


@router.post("")
def preapprove(
    question: PreapprovalQuestion, desk: AtDesk, caller: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Score, band, PD, reasons, green grade and findings for one firm and one loan."""
    return as_it_was(desk.preapprove(question, caller, idempotency_key), created=True)


@router.post("/batch")
def batch(
    questions: BatchQuestion, desk: AtDesk, caller: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Up to 1,000 questions; each item has its own `status` and its `answer` or its `problem`."""
    told = preapprove_all(desk, questions.questions, caller, idempotency_key)
    return Response(told, media_type="application/json")


@router.get("")
def history(
    desk: AtDesk,
    caller: Asker,
    limit: Limit = 50,
    before: Before = None,
    entity_id: Annotated[Key | None, Query(description="Only of this firm.")] = None,
) -> dict[str, Any]:
    """What this account (a reviewer: its bank; an auditor: everyone) was answered, newest first."""
    place = place_of(before)
    key = desk.loaded.entity(entity_id) if entity_id else None
    found = desk.history(caller, entity_id=key, before=place, limit=limit)
    following = cursor_of(found[-1]) if len(found) == limit else None
    return {"items": [summary_of(one) for one in found], "next": following}


@router.get("/{audit_id}")
def preapproval(audit_id: UUID, desk: AtDesk, caller: Asker) -> Response:
    """An answer that was given, to the byte."""
    answered = desk.find(str(audit_id), caller)
    if answered is None:
        raise HTTPException(404, "no pre-approval of that audit_id was answered to this bank")
    return as_it_was(answered)


def summary_of(answered: Answered) -> dict[str, Any]:
    """One line of the history."""
    told = json.loads(answered.answer)
    return {
        "audit_id": answered.audit_id,
        "asked_at": answered.asked_at,
        "account": answered.account,
        "bank": answered.bank,
        "entity_id": answered.entity_id,
        "purpose": told["purpose"],
        "amount_cny": told["loan"]["loan_amount_cny"],
        "score": told["credit"]["score"],
        "band": told["credit"]["band"],
        "grade_used": told["green"]["grade_used"],
    }
