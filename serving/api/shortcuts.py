"""The busiest routes without what a framework does around each request: that costs more than most answers.

The routes stay where they are, described and checked by FastAPI; a question that is as usual takes the same
steps in the same order here, and whatever is unusual goes on to its route, before anything is done about it.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.doors import caller, expecting
from serving.access.roles import Right
from serving.api.needs import as_it_was
from serving.invocations.noted import noted
from serving.invocations.routes import invocations
from serving.loan_request import PreapprovalQuestion
from serving.problems import KNOWN, language_of, told

JSON = "application/json"
KEY = re.compile(r"[\x21-\x7e]{1,120}", re.ASCII)
Way = Callable[[Request], Awaitable[Response | None]]
"""Answers a request; None, with nothing done about it, where its route is to."""

_may_invoke = expecting(Right.INVOKE)
_KNOWN = tuple(KNOWN)


@dataclass(frozen=True, slots=True)
class Named:
    """A route's template, as the log and the metrics name it."""

    path: str


async def preapprove(request: Request) -> Response | None:
    """`POST /v1/preapprovals`; see `serving.api.preapprovals`."""
    question, keys = await _question(request), request.headers.getlist("idempotency-key")
    if question is None or len(keys) > 1 or not all(map(KEY.fullmatch, keys)):
        return None
    who, desk = await caller(request), request.app.state.desk
    key = keys[0] if keys else None
    return as_it_was(await run_in_threadpool(desk.preapprove, question, who, key), created=True)


async def invoke(request: Request) -> Response | None:
    """`POST /invocations`; see `serving.invocations.routes`."""
    await _may_invoke(request, await caller(request))
    await noted(request)
    return await invocations(request)


WAYS: Mapping[str, Way] = {"/v1/preapprovals": preapprove, "/invocations": invoke}


class Shortcuts:
    """ASGI middleware behind the edge.

    Args:
        app: The application with its routes.
        ways: Path → what answers a POST there.
    """

    def __init__(self, app: ASGIApp, ways: Mapping[str, Way] = WAYS) -> None:
        self.app, self._ways = app, ways
        self._named = {path: Named(path) for path in ways}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        is_post = scope["type"] == "http" and scope["method"] == "POST" and not scope.get("root_path")
        way = self._ways.get(scope["path"]) if is_post else None
        if way is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await way(request)
        except _KNOWN as error:
            answer = told(error).response(language_of(request.headers.get("accept-language")))
        if answer is None:
            await self.app(scope, _replay(await request.body(), receive), send)
            return
        scope["route"] = self._named[scope["path"]]
        await answer(scope, receive, send)


async def _question(request: Request) -> PreapprovalQuestion | None:
    """The question of a body; None where FastAPI is to say what is wrong with it."""
    if request.headers.get("content-type", "").partition(";")[0].rstrip() != JSON:
        return None
    try:
        asked: Any = json.loads(await request.body())
        return PreapprovalQuestion.model_validate(asked) if type(asked) is dict else None
    except (ValueError, RecursionError, ValidationError):
        return None


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, and then what really comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
