"""Recording: every answer, every refusal and every reading goes into the log, before anything leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from serving.access.caller import Caller
from serving.desk.gate import Ground
from serving.purposes import Purpose
from serving.records.answers import Answered
from serving.records.audit import Entry
from serving.records.idempotency import Key, KeyTaken, Remembered
from serving.records.moments import moment
from serving.records.objections import Objection
from serving.records.records import Records
from serving.records.seal import digest_of
from serving.refusals import KeyReused
from serving.written import written

ANSWERED, REFUSED, RECORDED = "ANSWERED", "REFUSED", "RECORDED"


Told = Callable[[str, str], None]
"""Hears of an answer: its kind, and its band where it is of a firm."""


def uncounted(_kind: str, _band: str) -> None:
    """Hears of answers and counts none."""


@dataclass(frozen=True, slots=True)
class About:
    """What a line of the log says of a question.

    Attributes:
        kind: `preapproval`, `profile`, `eligibility`, `reading` …
        caller: Who asked.
        question: What was asked, as it came.
        subject: The firm; None where the question is of none.
        purpose: What it is for.
        ground: What it rests on.
        marks: The open objections about the firm.
    """

    kind: str
    caller: Caller
    question: Mapping[str, Any]
    subject: str | None = None
    purpose: Purpose | None = None
    ground: Ground | None = None
    marks: Sequence[Objection] = ()


class Recorder:
    """Writes the log; a clock is passed in.

    Args:
        records: Where to.
        now: Says what time it is, in UTC.
        told: Counts what was answered, by kind and band.
    """

    def __init__(self, records: Records, now: Callable[[], datetime], told: Told = uncounted) -> None:
        self._records, self._now, self._count = records, now, told

    def answered(
        self, about: About, answer: Mapping[str, Any], detail: Mapping[str, Any], key: str | None = None
    ) -> Answered:
        """Name an answer, note the time and keep it; only then may it leave.

        Args:
            about: What was asked, by whom, and why.
            answer: The answer; `audit_id` and `asked_at` are added.
            detail: What the log says of it: versions and codes, never a value of a feature.
            key: The asker's idempotency key.

        Returns:
            The answer as it leaves; an earlier one where the same question took the key meanwhile.

        Raises:
            Unavailable: It could not be written.
            KeyReused: Another question took the key meanwhile.
        """
        told = self._named(about, answer)
        taken = Key(told.account, key, digest_of(told.question)) if key else None
        try:
            self._records.audit.append(self._entry(about, detail, told), told, taken)
        except KeyTaken as error:
            return self._earlier(error.remembered, told.question)
        self._count(about.kind, str(detail.get("band", "")))
        return told

    def refused(self, about: About, status: int, why: str) -> None:
        """Note that a question was refused.

        Raises:
            Unavailable: It could not be written.
        """
        self._records.audit.append(self._entry(about, {"why": why}, status=status, outcome=REFUSED))

    def read(self, caller: Caller, what: str, subject: str | None = None, **detail: Any) -> None:
        """Note that something recorded was read.

        Raises:
            Unavailable: It could not be written.
        """
        about = About("reading", caller, {}, subject)
        self._records.audit.append(self._entry(about, {"what": what} | detail))

    def entry(self, about: About, detail: Mapping[str, Any]) -> Entry:
        """What the log says of something that was recorded, such as a consent."""
        return self._entry(about, detail, outcome=RECORDED)

    def before(self, caller: Caller, key: str, question: Mapping[str, Any]) -> Answered | None:
        """What was answered to this account under an idempotency key; None where nothing was.

        Raises:
            KeyReused: It was another question.
        """
        found = self._records.idempotency.find(caller.account, key)
        return self._earlier(found, written(dict(question))) if found else None

    def _earlier(self, found: Remembered, question: str) -> Answered:
        answer = self._records.answers.find(found.audit_id)
        if answer is None or found.question_hash != digest_of(question):
            raise KeyReused
        return answer

    def _named(self, about: About, answer: Mapping[str, Any]) -> Answered:
        named = {"audit_id": str(uuid4()), "asked_at": moment(self._now())}
        return Answered(
            **named,
            kind=about.kind,
            account=about.caller.account,
            bank=about.caller.bank,
            entity_id=about.subject,
            question=str(written(dict(about.question))),
            answer=str(written({**answer, **named})),
        )

    def _entry(
        self,
        about: About,
        detail: Mapping[str, Any],
        told: Answered | None = None,
        *,
        status: int = 200,
        outcome: str = ANSWERED,
    ) -> Entry:
        caller, ground = about.caller, about.ground
        return Entry(
            audit_id=told.audit_id if told else str(uuid4()),
            at=told.asked_at if told else moment(self._now()),
            kind=about.kind,
            actor=caller.account,
            role=str(caller.role),
            bank=caller.bank,
            subject=about.subject,
            purpose=str(about.purpose) if about.purpose else None,
            basis=f"{ground.kind} {ground.consent_id}" if ground else None,
            outcome=outcome,
            status=status,
            detail=dict(detail),
            # the log fills in those of an answer and its question
            question_hash=digest_of(written(dict(about.question))) if about.question and not told else None,
        )
