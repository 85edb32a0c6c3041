"""One full answer: score, reasons, green grade and findings for one firm and one loan. Never a decision."""

from dataclasses import dataclass
from typing import Any

from serving.board import Board, points_of
from serving.firm_part import part_of, plain
from serving.loan_request import EligibilityQuestion
from serving.policy import Facts, Parameters, evaluate
from serving.policy.evaluation import law_on
from serving.policy.law import Law
from serving.scorer import Scorer
from serving.snapshot import Snapshot
from serving.told import told_with_changes
from serving.written import read, written

__all__ = [
    "NOTICE_EN",
    "NOTICE_ZH",
    "Answer",
    "Board",
    "Scorer",
    "decide",
    "facts_for",
    "points_of",
    "profile",
]

NOTICE_ZH = "评分与测算仅供参考，不构成授信决定；十条措施为征求意见稿，最终以主管部门核定为准。"
NOTICE_EN = "For reference only, never a decision; the ten measures are a draft for comment."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is named and recorded.

    Attributes:
        parts: Its members in their order, some of them written already (`serving.written`).
        versions: What the log says of it: versions, band, codes of the reasons; no value of a feature.
    """

    parts: dict[str, Any]
    versions: dict[str, Any]


def facts_for(snapshot: Snapshot, entity_id: str, loan: dict[str, Any], predicted: str | None) -> Facts:
    """Facts for the measures: what the snapshot knows of the firm, and the loan as asked for.

    The official grade wins; a predicted one is passed on only as such.
    """
    return _facts_of(snapshot.facts(entity_id), loan, predicted)


def decide(
    scorer: Scorer,
    snapshot: Snapshot,
    entity_id: str,
    loan: dict[str, Any],
    *,
    board: Board | None = None,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """The full answer, ready for JSON.

    Args:
        scorer: The champions.
        snapshot: Every firm on the day of the answer.
        entity_id: The firm.
        loan: Facts about the loan, by the names of `serving.policy.Facts`.
        board: What the champions say of all firms; by default it is worked out for this one alone.
        parameters: Other numbers of law than the package's own, such as the city's.

    Raises:
        RequestError: The firm is not known.
        FactError: A fact about the loan cannot be.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    return read(decided(scorer, snapshot, entity_id, loan, board=board, parameters=parameters).parts)


def decided(
    scorer: Scorer,
    snapshot: Snapshot,
    entity_id: str,
    loan: dict[str, Any],
    *,
    board: Board | None = None,
    parameters: Parameters | None = None,
) -> Answer:
    """The same as `decide`; what was written for an earlier answer is not written again."""
    firm = part_of(scorer, snapshot, entity_id, board)
    facts = _facts_of(firm.facts, loan, firm.predicted)
    findings = told_with_changes(facts, snapshot.policy_as_of, parameters)
    law = law_on(snapshot.policy_as_of, parameters)
    parts = firm.head | _under_the_draft(law)
    parts["subject"] = firm.subject
    parts["loan"] = plain({name: value for name, value in loan.items() if value is not None})
    parts |= {"credit": firm.credit, "green": firm.green, "findings": findings, "data": firm.data}
    return Answer(parts, firm.versions | {"policy": law.policy_version})


def profile(
    scorer: Scorer,
    snapshot: Snapshot,
    entity_id: str,
    *,
    board: Board | None = None,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """What is known of one firm, how fresh it is, its score and its green grade, ready for JSON.

    Raises:
        RequestError: The firm is not known.
        NoNumberForDay: The measures have no version for the snapshot's day.
    """
    return read(profiled(scorer, snapshot, entity_id, board=board, parameters=parameters).parts)


def profiled(
    scorer: Scorer,
    snapshot: Snapshot,
    entity_id: str,
    *,
    board: Board | None = None,
    parameters: Parameters | None = None,
) -> Answer:
    """The same as `profile`; what was written for an earlier answer is not written again."""
    firm = part_of(scorer, snapshot, entity_id, board)
    law = law_on(snapshot.policy_as_of, parameters)
    parts = firm.head | _under_the_draft(law)
    parts |= {"subject": firm.subject, "credit": firm.credit, "green": firm.green, "data": firm.data}
    return Answer(parts, firm.versions | {"policy": law.policy_version})


def eligible(question: EligibilityQuestion, parameters: Parameters | None = None) -> Answer:
    """What the measures give to any facts, and on request what would change it.

    Raises:
        FactError: A fact cannot be.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    facts, day = Facts.from_dict(question.known_facts()), question.as_of
    if question.what_if:
        told = told_with_changes(facts, day, parameters)
    else:
        told = written([finding.to_dict() for finding in evaluate(facts, day, parameters=parameters)])
    law = law_on(day, parameters)
    parts = _under_the_draft(law) | {"as_of": day.isoformat(), "findings": told}
    return Answer(parts, {"policy": law.policy_version})


def _facts_of(firm: dict[str, Any], loan: dict[str, Any], predicted: str | None) -> Facts:
    if "green_grade" not in firm and predicted:
        firm = firm | {"green_grade": predicted, "green_grade_source": "predicted"}
    return Facts.from_dict(firm | loan)


def _under_the_draft(law: Law) -> dict[str, Any]:
    """What every answer says of the measures, and of itself."""
    return {
        "policy_version": law.policy_version,
        "policy_status": law.policy_status,
        "is_decision": False,
        "notice_zh": NOTICE_ZH,
        "notice_en": NOTICE_EN,
    }
