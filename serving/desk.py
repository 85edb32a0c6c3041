"""The desk: what the service holds in memory, loaded once, and how it answers and records."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Self, TypeVar
from uuid import uuid4

from features.errors import LvdaitongError
from features.home import Home
from features.uscc import ALPHABET, LENGTH, are_valid, is_valid, normalise
from serving.answers import Answered, Answers
from serving.city_numbers import numbers_of
from serving.decision import NOTICE_EN, NOTICE_ZH, Board, Scorer, decide, profile
from serving.loan_request import EligibilityQuestion, PreapprovalQuestion
from serving.policy import MEASURES, Facts, Finding, NoNumberForDay, Parameters, PolicyError, evaluate
from serving.policy.what_if import what_if
from serving.problems import FieldError, NotReady
from serving.snapshot import Snapshot, load_snapshot

PREAPPROVAL, ELIGIBILITY, PROFILE = "preapproval", "eligibility", "profile"
REMEDY = {
    "champion": "no credit model can answer; run 'lvdaitong run', or see the service's log",
    "snapshot": "no snapshot of the firms can be read; run 'lvdaitong run', or see the service's log",
    "records": "answers cannot be recorded; see the service's log",
    "policy": "the numbers of law cannot be read; see the service's log",
}
FEW = 1000
"""So many ids tell whether they are codes."""

_log = logging.getLogger("lvdaitong.serving")
Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Desk:
    """The champions, the newest snapshot and the record of answers; None where one is missing.

    Attributes:
        scorer: The champions.
        snapshot: Every firm on the newest day.
        board: What the champions say of all of them, worked out at once.
        answers: The record.
        parameters: The numbers of law, with the city's own.
        missing: What is missing → what to do.
        has_codes: Whether the snapshot's ids are unified social credit codes; research ids are not.
    """

    scorer: Scorer | None = None
    snapshot: Snapshot | None = None
    board: Board | None = None
    answers: Answers | None = None
    parameters: Parameters | None = None
    missing: dict[str, str] = field(default_factory=dict)
    has_codes: bool = True

    @classmethod
    def open(cls, home: Home) -> Self:
        """Load what a home has; what it has not is told by `missing`, never raised."""
        missing: dict[str, str] = {}
        snapshot = _try(missing, "snapshot", lambda: load_snapshot(home))
        named = (snapshot.credit, snapshot.green) if snapshot else ()
        scorer = _try(missing, "champion", lambda: Scorer.load(home, *named))
        answers = _try(missing, "records", lambda: Answers.open(home.service))
        board = None
        if scorer and snapshot:
            board = _try(missing, "champion", lambda: scorer.board(snapshot.features))
        day = snapshot.policy_as_of if snapshot else date.today()  # noqa: DTZ011 - any day reads all files
        law = _try(missing, "policy", lambda: _read_law(numbers_of(home), day))
        told = {what: missing[what] for what in REMEDY if what in missing}
        return cls(scorer, snapshot, board, answers, law, told, has_codes=_are_codes(snapshot))

    def close(self) -> None:
        """Let go of the record."""
        if self.answers:
            self.answers.close()

    def unready(self) -> dict[str, str]:
        """What is missing now → what to do."""
        lost = self.answers is not None and not self.answers.is_whole()
        return self.missing | ({"records": REMEDY["records"]} if lost else {})

    def preapprove(self, question: PreapprovalQuestion) -> Answered:
        """One full answer, recorded.

        Raises:
            NotReady: Something is missing.
            FieldError: The firm's code is malformed.
            RequestError: The firm is not known.
            FactError: A fact about the loan cannot be.
            NoNumberForDay: The law has no number for the snapshot's day.
        """
        scorer, snapshot = self._loaded()
        entity_id = self.entity(question.entity_id)
        loan = question.loan_facts(snapshot.policy_as_of)
        answer = decide(scorer, snapshot, entity_id, loan, board=self.board, parameters=self.parameters)
        return self._record(PREAPPROVAL, question.model_dump(mode="json"), answer)

    def profile(self, entity_id: str) -> Answered:
        """What is known of one firm, and its score; recorded.

        Raises:
            NotReady: Something is missing.
            FieldError: The firm's code is malformed.
            RequestError: The firm is not known.
        """
        scorer, snapshot = self._loaded()
        key = self.entity(entity_id)
        answer = profile(scorer, snapshot, key, board=self.board, parameters=self.parameters)
        return self._record(PROFILE, {"entity_id": entity_id}, answer)

    def eligibility(self, question: EligibilityQuestion) -> Answered:
        """What the measures give to any facts, and on request what would change it; recorded.

        Raises:
            NotReady: The record or the law is missing.
            FactError: A fact cannot be.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        self._expect("records", "policy")
        facts = Facts.from_dict(question.known_facts())
        findings = evaluate(facts, question.as_of, parameters=self.parameters)
        answer = {
            "as_of": question.as_of.isoformat(),
            "policy_version": findings[0].policy_version,
            "policy_status": findings[0].policy_status,
            "is_decision": False,
            "notice_zh": NOTICE_ZH,
            "notice_en": NOTICE_EN,
            "findings": [finding.to_dict() | self._changes(question, facts, finding) for finding in findings],
        }
        return self._record(ELIGIBILITY, question.model_dump(mode="json"), answer)

    def _changes(self, question: EligibilityQuestion, facts: Facts, finding: Finding) -> dict[str, Any]:
        """What would change a finding, where the question asks for it."""
        if not question.what_if:
            return {}
        measure = next(one for one in MEASURES if one.key == finding.measure)
        changes = what_if(facts, question.as_of, measure=measure, parameters=self.parameters)
        return {"what_if": [change.to_dict() for change in changes]}

    def find(self, audit_id: str) -> Answered | None:
        """A pre-approval that was answered.

        Raises:
            NotReady: There is no record.
        """
        self._expect("records")
        return self.answers.find(audit_id, PREAPPROVAL) if self.answers else None

    def entity(self, asked: str) -> str:
        """The firm's key: a code without spaces, half-width and upper-case; a research id as it is.

        Raises:
            FieldError: It should be a code, and is malformed or fails its check digits.
        """
        code = normalise(asked) if self.has_codes else asked
        if self.has_codes and not self._is_known(code) and not _is_code(code):
            raise FieldError(
                "entity_id", "no unified social credit code: 18 characters, both check digits right"
            )
        return code

    def _is_known(self, code: str) -> bool:
        return self.snapshot is not None and code in self.snapshot.firms.index

    def _loaded(self) -> tuple[Scorer, Snapshot]:
        self._expect("champion", "snapshot", "records", "policy")
        if self.scorer is None or self.snapshot is None:
            raise NotReady(self.missing)
        return self.scorer, self.snapshot

    def _expect(self, *needed: str) -> None:
        lacking = {name: why for name, why in self.missing.items() if name in needed}
        if lacking:
            raise NotReady(lacking)

    def _record(self, kind: str, question: dict[str, Any], answer: dict[str, Any]) -> Answered:
        """Name the answer, note the time and keep it; only then may it leave."""
        if self.answers is None:
            raise NotReady(self.missing)
        named = {"audit_id": str(uuid4()), "asked_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        told = Answered(**named, kind=kind, question=_json(question), answer=_json(answer | named))
        self.answers.keep(told)
        return told


def _try(missing: dict[str, str], name: str, load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except (LvdaitongError, PolicyError) as error:
        _log.warning("%s is missing: %s", name, error)
        missing[name] = REMEDY[name]
        return None


def _read_law(parameters: Parameters, day: date) -> Parameters:
    try:
        evaluate(Facts(), day, parameters=parameters)
    except NoNumberForDay as error:  # the numbers were read; that day is before them
        _log.warning("%s", error)
    return parameters


def _are_codes(snapshot: Snapshot | None) -> bool:
    if snapshot is None or snapshot.firms.empty:
        return True
    ids = snapshot.firms.index[:FEW].to_series().astype("str")
    return bool(are_valid(ids).mean() > 0.5)  # noqa: PLR2004 - most of them


def _is_code(code: str) -> bool:
    return len(code) == LENGTH and set(code) <= set(ALPHABET) and is_valid(code)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
