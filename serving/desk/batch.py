"""Many questions at once: each is answered, or refused, on its own; one bad question stops no other."""

import json
from collections.abc import Sequence

from features.errors import LvdaitongError
from serving.access.caller import Caller
from serving.desk.desk import Desk
from serving.loan_request import PreapprovalQuestion
from serving.policy import PolicyError
from serving.problems import told


def preapprove_all(
    desk: Desk, questions: Sequence[PreapprovalQuestion], caller: Caller, key: str | None = None
) -> str:
    """Answers in the order of the questions, as JSON text; every one is recorded before this returns.

    Args:
        desk: Who answers.
        questions: What is asked.
        caller: Who asks.
        key: Idempotency key of all; a question's own is this one with its place.
    """
    items = [
        _item(desk, place, question, caller, f"{key}#{place}" if key else None)
        for place, question in enumerate(questions)
    ]
    return f'{{"items": [{", ".join(items)}]}}'


def _item(desk: Desk, place: int, question: PreapprovalQuestion, caller: Caller, key: str | None) -> str:
    """An answer is put in as it is, to the byte."""
    try:
        answer = desk.preapprove(question, caller, key).answer
    except (LvdaitongError, PolicyError) as error:
        problem = told(error).to_dict()
        return json.dumps(
            {"place": place, "status": problem["status"], "problem": problem}, ensure_ascii=False
        )
    return f'{{"place": {place}, "status": 200, "answer": {answer}}}'
