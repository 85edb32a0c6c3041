"""The log, for auditors: who asked what of whom, and whether the chain is whole."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from serving.access.roles import Right
from serving.api.needs import PROBLEMS, Asker, AtDesk, Limit
from serving.desk.gate import expect_right
from serving.loan_request import Key
from serving.records.verify import verify

router = APIRouter(prefix="/v1/audit", responses=PROBLEMS, tags=["audit"])


@router.get("")
def rows(
    desk: AtDesk,
    caller: Asker,
    limit: Limit = 50,
    before: Annotated[int | None, Query(ge=1, description="`next` of the page before.")] = None,
    subject: Annotated[Key | None, Query(description="Only of this firm.")] = None,
    actor: Annotated[Key | None, Query(description="Only of this account.")] = None,
) -> dict[str, Any]:
    """Rows of the log, newest first; no value of a feature is in them."""
    expect_right(caller, Right.READ_AUDIT)
    found = desk.kept.audit.page(subject=subject, actor=actor, before=before, limit=limit)
    desk.recorder.read(caller, "audit", subject, rows=len(found))
    following = found[-1].place if len(found) == limit else None
    return {"items": [asdict(row) for row in found], "next": following}


@router.get("/verification")
def verification(request: Request, desk: AtDesk, caller: Asker) -> dict[str, Any]:
    """Whether any row was edited, removed, added or moved since it was written."""
    expect_right(caller, Right.READ_AUDIT)
    report = verify(desk.kept.engine, request.app.state.settings.audit_key)
    desk.recorder.read(caller, "verification", rows=report.rows, problems=report.found)
    return {
        "rows": report.rows,
        "is_whole": report.is_whole,
        "found": report.found,
        "problems": [{"place": place, "what": what} for place, what in report.problems],
    }
