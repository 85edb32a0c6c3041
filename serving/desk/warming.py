"""Before the first question: what is only read when it is needed is read now."""

from serving.decision import decide
from serving.desk.desk import Desk
from serving.loan_request import EXAMPLE, PreapprovalQuestion


def warmed(desk: Desk) -> Desk:
    """The desk, after an answer that nobody gets; one that cannot answer yet is left as it is."""
    _ = desk.names
    loaded = desk.loaded
    if loaded.scorer and loaded.snapshot and len(loaded.snapshot.firms) and not loaded.missing:
        snapshot, firm = loaded.snapshot, str(loaded.snapshot.firms.index[0])
        loan = PreapprovalQuestion.model_validate(EXAMPLE).loan_facts(snapshot.policy_as_of)
        decide(loaded.scorer, snapshot, firm, loan, board=loaded.board, parameters=loaded.parameters)
    return desk
