"""Replay: an old answer worked out again from its record, with the versions that it names, to the byte.

What is no matter of working out (its name, its moment, the basis, what was disputed then) is taken from the
record, whose hash the log holds; score, reasons, grade and findings are made anew.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from features.errors import ModelError, RequestError
from features.home import Home
from models.green import GreenGradeModel
from models.registry import load_version
from models.registry.listing import one_version
from models.scored import ScoredClassifier
from serving.city_numbers import numbers_of
from serving.decision import Scorer, decide
from serving.loan_request import PreapprovalQuestion
from serving.records.answers import Answered
from serving.snapshot import load_snapshot

FROM_RECORD = ("purpose", "basis", "audit_id", "asked_at")


@dataclass(frozen=True, slots=True)
class Replayed:
    """An answer made again.

    Attributes:
        answer: What is answered now, as JSON text.
        differs: Which parts of it are not as they were; none where it is the same to the byte.
    """

    answer: str
    differs: tuple[str, ...]


def replay(home: Home, record: Answered) -> Replayed:
    """Work an old pre-approval out again.

    Raises:
        RequestError: The record is of no pre-approval.
        ModelError: A model it names is gone or was changed.
        LakeError: The snapshot of its day is gone.
    """
    if record.kind != "preapproval" or not record.answer:
        raise RequestError(
            f"{record.audit_id}: a pre-approval with its answer is expected, found {record.kind}"
        )
    told = json.loads(record.answer)
    question = PreapprovalQuestion.model_validate_json(record.question)
    snapshot = load_snapshot(home, date.fromisoformat(told["as_of"]))
    scorer = _scorer(home, told["credit"]["model"], told["green"]["model"])
    loan = question.loan_facts(snapshot.policy_as_of)
    made = decide(scorer, snapshot, told["entity_id"], loan, parameters=numbers_of(home))
    again = _as_recorded(made, told)
    return Replayed(again, tuple(_differing(json.loads(again), told)) if again != record.answer else ())


def _scorer(home: Home, credit: str, green: str | None) -> Scorer:
    credit_model, credit_version = _load(home, credit)
    if not isinstance(credit_model, ScoredClassifier):
        raise ModelError(f"{credit} is a {type(credit_model).__name__}, expected a credit model")
    graded = _load(home, green) if green else (None, None)
    if not isinstance(graded[0], GreenGradeModel | None):
        raise ModelError(f"{green} is a {type(graded[0]).__name__}, expected a green grade model")
    return Scorer(credit_model, credit_version, *graded)


def _load(home: Home, label: str) -> tuple[Any, Any]:
    name, _, number = label.rpartition("/")
    version = one_version(home, name, number).version
    return load_version(home, version), version


def _as_recorded(made: dict[str, Any], told: dict[str, Any]) -> str:
    """In the order of the record, so that the same answer has the same bytes."""
    data = made["data"] | {name: told["data"][name] for name in ("objections", "stale")}
    whole = made | {"data": data} | {name: told[name] for name in FROM_RECORD}
    ordered = {name: whole.pop(name) for name in told if name in whole}
    return json.dumps(ordered | whole, ensure_ascii=False, allow_nan=False)


def _differing(again: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """Names of the parts that differ, one level down."""
    found = []
    for name in sorted(again.keys() | told.keys()):
        now, then = again.get(name), told.get(name)
        if isinstance(now, dict) and isinstance(then, dict):
            found += [
                f"{name}.{key}" for key in sorted(now.keys() | then.keys()) if now.get(key) != then.get(key)
            ]
        elif now != then:
            found.append(name)
    return found
