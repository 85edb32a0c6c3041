"""The gate: nobody is told of a firm without a right of its role and a recorded basis in law.

征信业管理条例 arts. 13, 18, 20: a query needs the firm's written consent with a stated use, or another basis
by law; what was given for one purpose, or to one bank, is not given for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from serving.access.caller import Caller
from serving.access.roles import Right
from serving.purposes import Purpose
from serving.records.objections import Objection
from serving.records.records import Records
from serving.refusals import Forbidden, NoBasis


@dataclass(frozen=True, slots=True)
class Ground:
    """What a query of a firm rests on.

    Attributes:
        consent_id: The record that says so.
        kind: `CONSENT`, `CONTRACT` or `STATUTORY`.
        reference: Number of the signed paper, or the article of law; None where none was given.
    """

    consent_id: str
    kind: str
    reference: str | None

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {"kind": self.kind, "reference": self.reference, "consent_id": self.consent_id}


def expect_right(caller: Caller, right: Right) -> None:
    """Raise Forbidden where a role has no such right."""
    if not caller.may(right):
        raise Forbidden(right, caller.role)


def standing_of(
    records: Records, entity_id: str, caller: Caller, purpose: Purpose, on: date
) -> tuple[Ground, Sequence[Objection]]:
    """What a caller's query of a firm rests on, and what of the firm is disputed.

    Raises:
        Forbidden: The caller's role may not ask, or it belongs to no bank.
        NoBasis: Nothing is recorded for its bank, the purpose and the day.
        Unavailable: The records cannot be read now.
    """
    expect_right(caller, Right.ASK)
    if caller.bank is None:
        raise Forbidden(Right.ASK, caller.role)
    consent, marks = records.standing(entity_id, caller.bank, purpose, on)
    if consent is None:
        raise NoBasis(caller.bank, purpose, on)
    return Ground(consent.consent_id, str(consent.basis), consent.reference), marks
