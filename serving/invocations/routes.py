"""`POST /invocations`, `GET /ping`, `GET /version`: what MLflow's scoring server offers."""

import json
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from features.errors import ModelError
from models.scored import ScoredClassifier
from serving.desk import Desk
from serving.desk.loaded import REMEDY
from serving.invocations.bodies import Columns, read
from serving.invocations.scoring import probabilities
from serving.problems import NotReady, problem

FEW_ROWS = 50
"""So many rows are answered at once; more would keep other requests waiting, and go to a thread."""

EXAMPLE = {"dataframe_split": {"columns": ["headcount", "age_months"], "data": [[86, 92], [None, 7]]}}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "dataframe_split": {"type": "object"},
                        "dataframe_records": {"type": "array", "items": {"type": "object"}},
                        "inputs": {},
                        "instances": {},
                    },
                },
                "example": EXAMPLE,
            },
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The probability of default of each row.",
        "content": {"application/json": {"example": {"predictions": [0.031, 0.207]}}},
    }
}


def make_router(*doors: Any, problems: dict[int | str, dict[str, Any]] | None = None) -> APIRouter:
    """The routes; `doors` are dependencies that let in only who may ask the raw model.

    Args:
        doors: FastAPI dependencies, such as `Depends(expect(Right.INVOKE))`.
        problems: How other answers are described.
    """
    router = APIRouter(tags=["raw model"])
    router.add_api_route(
        "/invocations",
        invocations,
        methods=["POST"],
        dependencies=list(doors),
        openapi_extra=BODY,
        responses=(problems or {}) | ANSWER,
    )
    router.add_api_route("/ping", ping, methods=["GET"])
    router.add_api_route("/version", mlflow_version, methods=["GET"], response_class=PlainTextResponse)
    return router


async def invocations(request: Request) -> Response:
    """Probability of default of each row of a table, unrounded; columns by name, in any order."""
    model = _model(request.app.state.desk)
    table = read(await request.body(), request.headers.get("content-type", ""))
    try:
        answers = await _answers(model, table)
    except ModelError as error:
        return problem(422, "invalid-table", str(error), field=_column_of(str(error)))
    metrics = getattr(request.app.state, "metrics", None)
    if metrics:
        metrics.scored(len(answers))
    return Response(json.dumps({"predictions": answers}), media_type="application/json")


async def ping(request: Request) -> Response:
    """Whether a credit model is loaded."""
    _model(request.app.state.desk)
    return Response("\n", media_type="application/json")


async def mlflow_version() -> str:
    """Of the MLflow whose interface this is."""
    return version("mlflow")


async def _answers(model: ScoredClassifier, table: Columns) -> list[float]:
    if len(table.rows) <= FEW_ROWS:
        return probabilities(model, table)

    return await run_in_threadpool(probabilities, model, table)


def _model(desk: Desk) -> ScoredClassifier:
    scorer = desk.loaded.scorer
    if scorer is None:
        raise NotReady({"champion": desk.loaded.missing.get("champion", REMEDY["champion"])})
    return scorer.credit


def _column_of(message: str) -> str:
    """The first column that a model's message names, else the whole table."""
    if "'" in message:
        return message.split("'")[1]
    named = (
        message.rpartition(": ")[2] if "missing: " in message else message.removeprefix("infinite values in ")
    )
    return named.partition(",")[0].partition(";")[0] or "body"
