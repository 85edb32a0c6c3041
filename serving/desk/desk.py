"""One question, one answer: looked up, judged, recorded, and only then told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any

from features.home import Home
from serving.access.caller import Caller
from serving.access.roles import Right
from serving.decision import Answer, Scorer, decided, eligible, profiled
from serving.desk.gate import expect_right, standing_of
from serving.desk.history import may_read, seen_by
from serving.desk.loaded import REMEDY, Loaded
from serving.desk.recording import About, Recorder, Told, uncounted
from serving.loan_request import EligibilityQuestion, PreapprovalQuestion
from serving.operation.staleness import staleness
from serving.problems import FieldError, NotReady
from serving.purposes import Purpose
from serving.records.answers import Answered
from serving.records.moments import day_in_china
from serving.records.objections import Objection
from serving.records.records import Records
from serving.refusals import Forbidden, NoBasis
from serving.search import Found, Names
from serving.settings import STALE_AFTER_DAYS
from serving.snapshot import Snapshot
from serving.written import extended

Clock = Callable[[], datetime]
PREAPPROVAL, ELIGIBILITY, PROFILE = "preapproval", "eligibility", "profile"


def utc_now() -> datetime:
    """The moment, at the edge of the service."""
    return datetime.now(UTC)


class Desk:
    """What the service holds in memory, and its records.

    Args:
        loaded: Champions, snapshot and law.
        records: What is kept; None where it cannot be opened.
        now: Says what time it is, in UTC.
        told: Counts what was answered, by kind and band.
        stale_after: Days after which features are called stale.
    """

    def __init__(
        self,
        loaded: Loaded,
        records: Records | None,
        now: Clock = utc_now,
        *,
        told: Told = uncounted,
        stale_after: int = STALE_AFTER_DAYS,
    ) -> None:
        self.loaded, self.records = loaded, records
        self._now, self._count, self._stale_after = now, told, stale_after

    @classmethod
    def open(cls, home: Home, records: Records | None, now: Clock = utc_now, **more: Any) -> "Desk":
        """Load what a home has; what it has not is told by `missing`, never raised."""
        return cls(Loaded.read(home), records, now, **more)

    @property
    def missing(self) -> dict[str, str]:
        """What is missing now → what to do."""
        lost = self.records is None or not self.records.is_up()
        return self.loaded.missing | ({"records": REMEDY["records"]} if lost else {})

    @property
    def snapshot(self) -> Snapshot | None:
        """Every firm on the newest day; None where there is none."""
        return self.loaded.snapshot

    @property
    def scorer(self) -> Scorer | None:
        """The champions; None where there are none."""
        return self.loaded.scorer

    @property
    def has_codes(self) -> bool:
        """Whether the firms' ids are unified social credit codes; research ids are not."""
        return self.loaded.has_codes

    def preapprove(self, question: PreapprovalQuestion, caller: Caller, key: str | None = None) -> Answered:
        """One full answer, recorded.

        Args:
            question: The firm, the loan, and what the query is for.
            caller: Who asks.
            key: Idempotency key: the same question under the same key has the same answer.

        Raises:
            NotReady: Something is missing.
            Forbidden: The caller's role may not ask.
            NoBasis: No consent or other basis is recorded.
            KeyReused: The key was used for another question.
            RequestError: The firm's code is malformed, or it is not known.
            FactError: A fact about the loan cannot be.
            NoNumberForDay: The law has no number for the snapshot's day.
        """
        scorer, snapshot = self._ready()
        asked = question.model_dump(mode="json")
        if key and (earlier := self.recorder.before(caller, key, asked)):
            return earlier
        entity_id = self.loaded.entity(question.entity_id)
        about = self._let_in(About(PREAPPROVAL, caller, asked, entity_id, question.purpose))
        loan = question.loan_facts(snapshot.policy_as_of)
        board, law = self.loaded.board, self.loaded.parameters
        answer = decided(scorer, snapshot, entity_id, loan, board=board, parameters=law)
        return self._answered(about, answer, key)

    def profile(self, entity_id: str, caller: Caller, purpose: Purpose = Purpose.PRE_LOAN) -> Answered:
        """What is known of one firm, and its score; recorded.

        Raises:
            NotReady: Something is missing.
            Forbidden: The caller's role may not ask.
            NoBasis: No consent or other basis is recorded.
            FieldError: The firm's code is malformed.
            RequestError: The firm is not known.
        """
        scorer, snapshot = self._ready()
        key = self.loaded.entity(entity_id)
        about = self._let_in(About(PROFILE, caller, {"entity_id": entity_id}, key, purpose))
        board, law = self.loaded.board, self.loaded.parameters
        answer = profiled(scorer, snapshot, key, board=board, parameters=law)
        return self._answered(about, answer)

    def eligibility(self, question: EligibilityQuestion, caller: Caller) -> Answered:
        """What the measures give to any facts, and on request what would change it; recorded.

        Raises:
            NotReady: The record or the law is missing.
            Forbidden: The caller's role may not ask.
            FactError: A fact cannot be.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        self._expect("records", "policy")
        expect_right(caller, Right.ASK)
        answer = eligible(question, self.loaded.parameters)
        about = About(ELIGIBILITY, caller, question.model_dump(mode="json"))
        return self.recorder.answered(about, answer.parts, answer.versions)

    def find(self, audit_id: str, caller: Caller) -> Answered | None:
        """A pre-approval that was answered; None where there is none that this caller may read. Recorded.

        Raises:
            NotReady: There is no record.
        """
        found = self.kept.answers.find(audit_id)
        if found is None or found.kind != PREAPPROVAL or not may_read(caller, found):
            return None
        self.recorder.read(caller, PREAPPROVAL, found.entity_id, audit_id=audit_id)
        return found

    def history(
        self,
        caller: Caller,
        *,
        entity_id: str | None = None,
        before: tuple[str, str] | None = None,
        limit: int = 50,
    ) -> list[Answered]:
        """Pre-approvals that this caller may read, newest first. Recorded.

        Args:
            caller: Who asks.
            entity_id: Only of this firm.
            before: `(asked_at, audit_id)` of the last one seen.
            limit: So many at most.

        Raises:
            NotReady: There is no record.
        """
        found = self.kept.answers.page(
            entity_id=entity_id, kind=PREAPPROVAL, before=before, limit=limit, **seen_by(caller)
        )
        self.recorder.read(caller, "history", entity_id, rows=len(found))
        return found

    def search(self, text: str) -> list[Found]:
        """Firms by code or name; nothing but both is told."""
        return self.names.find(text) if self.names else []

    def raise_objection(self, entity_id: str, text: str, audit_id: str | None, caller: Caller) -> Objection:
        """Note that what is known of a firm is disputed (异议); it is to be answered within 20 days.

        Raises:
            NotReady: There is no record.
            Forbidden: The caller's role may not object.
            NoBasis: Its bank has no basis to speak of that firm.
        """
        records = self.kept
        expect_right(caller, Right.OBJECT)
        key = self.loaded.entity(entity_id)
        self._let_in(About("objection", caller, {"audit_id": audit_id}, key, Purpose.PRE_LOAN))
        if audit_id is not None and not self._is_of(audit_id, key, caller):
            raise FieldError("audit_id", "an answer about this firm that was given to this bank")
        return records.objections.raise_(
            key, text, by=caller.account, role=str(caller.role), bank=caller.bank, audit_id=audit_id
        )

    def objections(self, caller: Caller) -> Sequence[Objection]:
        """Objections that this caller may read: its bank's, or every one for those who answer them."""
        all_of_them = caller.may(Right.ANSWER_OBJECTIONS) or caller.may(Right.READ_AUDIT)
        return self.kept.objections.page(bank=None if all_of_them else caller.bank or "")

    def _is_of(self, audit_id: str, entity_id: str, caller: Caller) -> bool:
        """Whether an answer is of that firm, and this caller's to speak of."""
        found = self.kept.answers.find(audit_id)
        return found is not None and found.entity_id == entity_id and may_read(caller, found)

    def today(self) -> date:
        """The day in Huzhou."""
        return day_in_china(self._now())

    @property
    def kept(self) -> Records:
        """The records.

        Raises:
            NotReady: There are none.
        """
        if self.records is None:
            raise NotReady({"records": REMEDY["records"]})
        return self.records

    @cached_property
    def names(self) -> Names | None:
        """The firms' names, to search in."""
        return Names.of(self.loaded.snapshot.firms) if self.loaded.snapshot else None

    @cached_property
    def recorder(self) -> Recorder:
        """Writes the log."""
        return Recorder(self.kept, self._now, self._count)

    def _let_in(self, about: About) -> About:
        """With what the question rests on, and what is disputed; a refusal is recorded, too."""
        subject, purpose = about.subject or "", about.purpose or Purpose.PRE_LOAN
        try:
            ground, marks = standing_of(self.kept, subject, about.caller, purpose, self.today())
        except (Forbidden, NoBasis) as error:
            self.recorder.refused(about, HTTPStatus.FORBIDDEN, type(error).__name__)
            raise
        return replace(about, ground=ground, marks=marks)

    def _answered(self, about: About, answer: Answer, key: str | None = None) -> Answered:
        """The answer as it leaves; what a challenger says is recorded behind it, and goes nowhere else."""
        told = self.recorder.answered(about, self._completed(answer, about), answer.versions, key)
        if self.loaded.shadow:
            self.loaded.shadow.beside(told, self.kept.shadows)
        return told

    def _completed(self, answer: Answer, about: About) -> dict[str, Any]:
        """With what the query rests on, and what of the firm is disputed."""
        disputed = [
            {"raised_on": str(one.raised_on), "due_on": str(one.due_on), "source": one.source}
            for one in about.marks
        ]
        basis = about.ground.to_dict() if about.ground else None
        data = extended(answer.parts["data"], {"objections": disputed, "stale": self._stale()})
        return answer.parts | {"purpose": str(about.purpose), "basis": basis, "data": data}

    def _stale(self) -> dict[str, Any] | None:
        """What an answer says of features that are too old; None where they are not."""
        if self.snapshot is None:
            return None
        found = staleness(self.snapshot.as_of, self.today(), self._stale_after)
        return found.to_dict() if found else None

    def _ready(self) -> tuple[Scorer, Snapshot]:
        self._expect("champion", "snapshot", "records", "policy")
        scorer, snapshot = self.loaded.scorer, self.loaded.snapshot
        if scorer is None or snapshot is None:
            raise NotReady(self.loaded.missing)
        return scorer, snapshot

    def _expect(self, *needed: str) -> None:
        lost = {} if self.records else {"records": REMEDY["records"]}
        lacking = {name: why for name, why in (self.loaded.missing | lost).items() if name in needed}
        if lacking:
            raise NotReady(lacking)
