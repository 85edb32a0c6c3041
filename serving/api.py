"""The service: one question, one full answer, recorded before it leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from features.home import Home
from serving import page, problems, reference
from serving.answers import Answered
from serving.desk import Desk
from serving.edge import Edge
from serving.loan_request import EligibilityQuestion, Key, PreapprovalQuestion

TITLE = "绿贷通 pre-approval"
DESCRIPTION = "Score, reasons, green grade and policy measures of one firm and one loan. Never a decision."
PROBLEM: dict[str, Any] = {"content": {problems.MEDIA_TYPE: {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: PROBLEM | {"description": "The firm or the answer is not known."},
    413: PROBLEM | {"description": "The body is too large."},
    422: PROBLEM | {"description": "The question is wrong; `field` names where."},
    503: PROBLEM | {"description": "A model, a snapshot or the record of answers is missing."},
}

v1 = APIRouter(prefix="/v1", responses=PROBLEMS)
health = APIRouter()


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]


def create_app(home: Home) -> FastAPI:
    """The service over one home; models and snapshot are loaded when it starts, nothing on a request."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk.open(home)
        yield
        app.state.desk.close()

    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Edge)
    problems.install(app)
    for router in (v1, health, page.router, reference.router):
        app.include_router(router)
    return app


@v1.post("/preapprovals")
def preapprove(question: PreapprovalQuestion, desk: AtDesk) -> Response:
    """Score, band, PD, reasons, green grade and findings for one firm and one loan."""
    return _as_it_was(desk.preapprove(question))


@v1.get("/preapprovals/{audit_id}")
def preapproval(audit_id: UUID, desk: AtDesk) -> Response:
    """An answer that was given, to the byte."""
    answered = desk.find(str(audit_id))
    if answered is None:
        raise HTTPException(404, "no pre-approval of that audit_id was answered")
    return _as_it_was(answered)


@v1.post("/eligibility")
def eligibility(question: EligibilityQuestion, desk: AtDesk) -> Response:
    """What the measures give to any facts; no firm needs to be known."""
    return _as_it_was(desk.eligibility(question))


@v1.get("/entities/{entity_id}/profile")
def entity_profile(entity_id: Key, desk: AtDesk) -> Response:
    """What is known of one firm, how fresh it is, what is missing, and its score."""
    return _as_it_was(desk.profile(entity_id))


@health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@health.get("/readyz")
def readyz(desk: AtDesk) -> Response:
    """Whether questions can be answered; 503 names what is missing."""
    missing = desk.unready()
    if missing:
        raise problems.NotReady(missing)
    return JSONResponse({"status": "ready", **_loaded(desk)})


def _loaded(desk: Desk) -> dict[str, Any]:
    scorer, snapshot = desk.scorer, desk.snapshot
    return {
        "credit": scorer.credit_version.label if scorer else None,
        "green": scorer.green_version.label if scorer and scorer.green_version else None,
        "as_of": snapshot.as_of.isoformat() if snapshot else None,
        "entities": len(snapshot.firms) if snapshot else 0,
    }


def _as_it_was(answered: Answered) -> Response:
    return Response(answered.answer, media_type="application/json")


def _version() -> str:
    try:
        return version("lvdaitong")
    except PackageNotFoundError:
        return "0"
