"""Whether the service is alive, and whether it can answer."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from serving.api.needs import PROBLEMS, AtDesk
from serving.desk import Desk
from serving.problems import NotReady

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: PROBLEMS[503]})
def readyz(request: Request, desk: AtDesk) -> Response:
    """Whether questions can be answered; 503 names what is missing, `degraded` what is amiss all the same."""
    missing = desk.missing
    if missing:
        raise NotReady(missing)
    degraded = [one.to_dict() for one in request.app.state.watch.degraded()]
    return JSONResponse({"status": "ready", **_loaded(desk), "degraded": degraded})


def _loaded(desk: Desk) -> dict[str, Any]:
    scorer, snapshot = desk.scorer, desk.snapshot
    return {
        "credit": scorer.credit_version.label if scorer else None,
        "green": scorer.green_version.label if scorer and scorer.green_version else None,
        "as_of": snapshot.as_of.isoformat() if snapshot else None,
        "entities": len(snapshot.firms) if snapshot else 0,
    }
