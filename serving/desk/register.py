"""The register: consents recorded and withdrawn, objections raised and answered; each stands in the log."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from features.errors import RequestError
from serving.access.caller import Caller
from serving.access.roles import Right
from serving.desk.desk import Desk
from serving.desk.gate import expect_right
from serving.problems import FieldError
from serving.records.consents import Consent
from serving.records.objections import Objection, Outcome
from serving.refusals import Forbidden


def record_consent(desk: Desk, told: dict[str, Any], caller: Caller) -> Consent:
    """Note a consent or another basis in law.

    Args:
        desk: Whose records.
        told: Fields of a consent; `bank` only from platform staff.
        caller: Who records it.

    Raises:
        Forbidden: The role may not, or the bank is another one's.
        FieldError: Platform staff named no bank, or the firm's code is malformed.
        BadConsent: A rule of consents is broken.
    """
    bank = _bank_of(told.get("bank"), caller)
    consent = Consent(**(told | {"bank": bank, "entity_id": desk.loaded.entity(told["entity_id"])}))
    desk.kept.consents.record(consent, by=caller.account, role=str(caller.role))
    return consent


def withdraw_consent(desk: Desk, consent_id: str, on: date, caller: Caller) -> Consent:
    """Let a consent end; the queries it allowed until then stay lawful.

    Raises:
        Forbidden: The role may not.
        RequestError: There is no such consent of this bank.
    """
    expect_right(caller, Right.RECORD_CONSENTS)
    found = desk.kept.consents.find(consent_id)
    if found is None or (caller.bank is not None and found.bank != caller.bank):
        raise RequestError("no consent of that id is recorded for this bank")
    return desk.kept.consents.withdraw(consent_id, on, caller.account, str(caller.role))


def consents_of(desk: Desk, entity_id: str, caller: Caller) -> Sequence[Consent]:
    """Consents of a firm that this caller may see: its bank's, or all for platform staff.

    Raises:
        Forbidden: The role may not.
    """
    expect_right(caller, Right.RECORD_CONSENTS)
    key = desk.loaded.entity(entity_id)
    found = desk.kept.consents.of(key, bank=caller.bank)
    desk.recorder.read(caller, "consents", key, rows=len(found))
    return found


def answer_objection(desk: Desk, objection_id: str, outcome: str, text: str, caller: Caller) -> Objection:
    """Settle an objection.

    Raises:
        Forbidden: The role may not.
        RequestError: There is no such objection, or it was answered before.
    """
    expect_right(caller, Right.ANSWER_OBJECTIONS)
    return desk.kept.objections.answer(
        objection_id, Outcome(outcome), text, by=caller.account, role=str(caller.role)
    )


def _bank_of(named: str | None, caller: Caller) -> str:
    expect_right(caller, Right.RECORD_CONSENTS)
    if caller.bank is None and named is None:
        raise FieldError("bank", "platform staff name the bank that the consent is given to")
    if caller.bank is not None and named not in (None, caller.bank):
        raise Forbidden(Right.RECORD_CONSENTS, caller.role)
    return caller.bank or str(named)
