"""What may be said of consents and objections, checked before anything is recorded."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from serving.loan_request import Asked, Key, readable
from serving.purposes import Basis, Purpose

Hash = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="SM3 of the signed text, in hex.")
]
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(readable),
    Field(description="Number of the signed paper, or the article of law."),
]
Bank = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Said = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(readable)
]


class ConsentQuestion(Asked):
    """A consent, or another basis in law, for one firm, bank and purpose."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "entity_id": "91330502MA29K00168",
                    "purpose": "PRE_LOAN",
                    "basis": "CONSENT",
                    "reference": "授权书 2026-0117",
                    "valid_from": "2026-10-01",
                    "valid_to": "2027-09-30",
                }
            ]
        },
    )

    entity_id: Key
    purpose: Purpose
    basis: Basis
    valid_from: date
    valid_to: date | None = None
    reference: Reference | None = None
    text_hash: Hash | None = None
    bank: Annotated[
        Bank | None, Field(description="Platform staff name the bank; a bank's own is its own.")
    ] = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to must not be before valid_from")
        if self.basis is not Basis.CONSENT and self.reference is None:
            raise ValueError(f"reference: a basis {self.basis} names its contract or article of law")
        return self


class Withdrawal(Asked):
    """From which day a consent no longer counts."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"withdrawn_on": "2026-11-23"}]}
    )

    withdrawn_on: date


class ObjectionQuestion(Asked):
    """What of a firm's data or answer is disputed (异议)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"entity_id": "91330502MA29K00168", "text": "被执行记录已履行完毕，应予更正。"}]
        },
    )

    entity_id: Key
    text: Said
    audit_id: Annotated[str | None, StringConstraints(pattern=r"^[0-9a-f-]{36}$")] = None


class ObjectionAnswer(Asked):
    """How an objection was settled."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"outcome": "UPHELD", "text": "已由法院更正，数据已更新。"}]},
    )

    outcome: Literal["UPHELD", "REJECTED"]
    text: Said
