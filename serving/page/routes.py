"""Which address leads where. Bodies are read here; all that takes time happens in a thread of its own."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from serving.page import answers, consents, history, objections, trial
from serving.page.failures import PageRoute
from serving.page.rendering import SCRIPT_PATH, script
from serving.page.visit import AtPage
from serving.search import LONGEST_TEXT

PART_HEADER = "x-part"
"""What the page's script sends where it wants only the part that changes."""

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Text = Annotated[str, Query(max_length=200)]


@router.get("/")
def form(visit: AtPage, firm: Text = "", again: UUID | None = None) -> Response:
    """The form: empty, for a firm, or as it was typed for an answer."""
    typed = answers.typed_for(visit, str(again)) if again else {"entity_id": firm} if firm else {}
    return answers.empty(visit, typed)


@router.post("/")
async def ask(request: Request, visit: AtPage) -> Response:
    """Lead to the answer; or the form again."""
    return await run_in_threadpool(answers.answered, visit, await request.body())


@router.get("/answers/{audit_id}")
def answer(visit: AtPage, audit_id: UUID) -> Response:
    """An answer that was given."""
    return answers.recorded(visit, str(audit_id))


@router.post("/what-if")
async def what_if(request: Request, visit: AtPage) -> Response:
    """The measures under other conditions."""
    part = PART_HEADER in request.headers
    return await run_in_threadpool(lambda body: trial.tried(visit, body, part=part), await request.body())


@router.get("/search")
def search(visit: AtPage, q: Annotated[str, Query(max_length=LONGEST_TEXT)] = "") -> Response:
    """Firms by code or name, for the list below the field."""
    found: list[dict[str, Any]] = [
        {"entity_id": one.entity_id, "name": one.name} for one in visit.desk.search(q)
    ]
    return JSONResponse(found)


@router.get("/history")
def asked_before(visit: AtPage, firm: Text = "", before: Text = "") -> Response:
    """What was asked before."""
    return history.listed(visit, firm, before)


@router.get("/objections")
def all_objections(visit: AtPage) -> Response:
    """Objections and their last days."""
    return objections.listed(visit)


@router.get("/answers/{audit_id}/objection")
def objection_form(visit: AtPage, audit_id: UUID) -> Response:
    """The form to object."""
    return objections.form(visit, str(audit_id))


@router.post("/answers/{audit_id}/objection")
async def raise_objection(request: Request, visit: AtPage, audit_id: UUID) -> Response:
    """Note an objection."""
    return await run_in_threadpool(objections.raised, visit, str(audit_id), await request.body())


@router.post("/objections/{objection_id}")
async def answer_objection(request: Request, visit: AtPage, objection_id: UUID) -> Response:
    """Settle an objection."""
    return await run_in_threadpool(objections.answered, visit, str(objection_id), await request.body())


@router.post("/consents")
async def record_consent(request: Request, visit: AtPage) -> Response:
    """Note a consent, and ask again."""
    return await run_in_threadpool(consents.recorded, visit, await request.body())


@router.get(SCRIPT_PATH)
def own_script() -> Response:
    """The page's script: the same for everybody, logged in or not."""
    return script()
