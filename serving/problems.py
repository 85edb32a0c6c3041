"""Errors as the service tells them: RFC 9457 problem+json, with the field at fault and never a traceback."""

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from features.errors import LvdaitongError, RequestError
from serving.policy import FactError, NoNumberForDay, PolicyError

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:lvdaitong:problem:"
NO_STORE = {"Cache-Control": "no-store"}
MOST_TOLD = 20

_log = logging.getLogger("lvdaitong.serving")


class FieldError(RequestError):
    """A field of the question is malformed.

    Args:
        field: Its name.
        detail: What was expected.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field


class NotReady(LvdaitongError):  # noqa: N818 - the name is the sentence
    """Something the service needs is not there; `missing` names it.

    Args:
        missing: What is missing → why.
    """

    def __init__(self, missing: dict[str, str]) -> None:
        super().__init__(f"not ready, missing: {', '.join(missing)}")
        self.missing = missing


def problem(status: int, kind: str, detail: str, **more: Any) -> Response:
    """A problem as an answer.

    Args:
        status: HTTP status.
        kind: Last part of its type; in words it is the title.
        detail: What is wrong with this question.
        more: Further members, such as `field`; None is left out.
    """
    told = {
        "type": TYPE + kind,
        "title": kind.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
    }
    told |= {name: value for name, value in more.items() if value is not None}
    content = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, headers=NO_STORE, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let an application tell every error as a problem."""
    handlers: dict[Any, Any] = {
        RequestValidationError: _invalid,
        FieldError: _field,
        RequestError: _unknown,
        FactError: _fact,
        NoNumberForDay: _no_number,
        NotReady: _not_ready,
        LvdaitongError: _unavailable,
        PolicyError: _unavailable,
        HTTPException: _http,
        Exception: _unexpected,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


def field_of(place: Sequence[int | str]) -> str:
    """`loan.amount_cny`: where pydantic found something, without the part of the request.

    >>> field_of(("body", "loan", "amount_cny"))
    'loan.amount_cny'
    """
    parts = place[1:] if place[:1] and place[0] in ("body", "path", "query") else place
    return ".".join(str(part) for part in parts)


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    found = [{"field": field_of(one["loc"]), "detail": one["msg"]} for one in error.errors()[:MOST_TOLD]]
    if error.errors()[0]["type"] == "json_invalid":
        return problem(400, "malformed-json", "the body is not JSON")
    first = found[0]
    detail = f"{first['field'] or 'body'}: {first['detail']}"
    return problem(422, "invalid-question", detail, field=first["field"] or "body", errors=found)


async def _field(_: Request, error: FieldError) -> Response:
    return problem(422, "invalid-question", str(error), field=error.field)


async def _unknown(_: Request, error: RequestError) -> Response:
    return problem(404, "not-known", str(error))


async def _fact(_: Request, error: FactError) -> Response:
    return problem(422, "invalid-fact", str(error), field=error.field)


async def _no_number(_: Request, error: NoNumberForDay) -> Response:
    return problem(422, "no-number-for-day", str(error), field="as_of")


async def _not_ready(_: Request, error: NotReady) -> Response:
    return problem(503, "not-ready", str(error), missing=error.missing)


async def _unavailable(_: Request, error: Exception) -> Response:
    _log.error("%s: %s", type(error).__name__, error)
    return problem(503, "unavailable", "the service cannot answer now; its log says why")


async def _http(_: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.phrase.lower().replace(" ", "-"), str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _unexpected(_: Request, __: Exception) -> Response:
    return problem(500, "internal-error", "an unexpected error; it is in the service's log")
