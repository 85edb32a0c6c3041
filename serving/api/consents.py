"""Consents and other bases in law: without one, no bank is told of a firm."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from serving.api.needs import PROBLEMS, Asker, AtDesk
from serving.api.questions import ConsentQuestion, Withdrawal
from serving.desk.register import consents_of, record_consent, withdraw_consent
from serving.loan_request import Key

router = APIRouter(prefix="/v1/consents", responses=PROBLEMS, tags=["consents"])


@router.post("", status_code=201)
def record(question: ConsentQuestion, desk: AtDesk, caller: Asker) -> dict[str, Any]:
    """Record a consent, a contract or a duty by law; from its first to its last day the purpose is lawful."""
    return asdict(record_consent(desk, question.model_dump(), caller))


@router.get("")
def of_firm(
    entity_id: Annotated[Key, Query(description="The firm.")], desk: AtDesk, caller: Asker
) -> dict[str, Any]:
    """Consents of one firm: a bank sees its own, platform staff all."""
    return {"items": [asdict(one) for one in consents_of(desk, entity_id, caller)]}


@router.post("/{consent_id}/withdrawal")
def withdraw(consent_id: UUID, question: Withdrawal, desk: AtDesk, caller: Asker) -> dict[str, Any]:
    """Let a consent end on a day; from that day on it allows nothing."""
    return asdict(withdraw_consent(desk, str(consent_id), question.withdrawn_on, caller))
