"""The edge: what holds for every request: a small body, careful headers, a log line without names."""

import logging
from time import perf_counter
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import problem

MOST_BYTES = 64 * 1024
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_log = logging.getLogger("lvdaitong.serving")


class Edge:
    """ASGI middleware around the whole application.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass anything else on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        body = await exchange.body()
        app = (
            problem(413, "too-large", f"a body has at most {MOST_BYTES} bytes") if body is None else self.app
        )
        await app(scope, exchange.replay(body or b""), exchange.send)


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._began = perf_counter()

    async def body(self) -> bytes | None:
        """The whole body; None where it is too large, as soon as that is known."""
        if _announced(self._scope) > MOST_BYTES:
            return None
        chunks, size, more = [], 0, True
        while more:
            message = await self._receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > MOST_BYTES:
                return None
            more = message.get("more_body", False)
        return b"".join(chunks)

    def replay(self, body: bytes) -> Receive:
        """A `receive` that gives the body once, and then what really comes."""
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return waiting.pop() if waiting else await self._receive()

        return receive

    async def send(self, message: Message) -> None:
        """Send on, with the headers, and log the status."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            self._log(message["status"])
        await self._send(message)

    def _log(self, status: int) -> None:
        """The route, not the path: paths hold codes of firms."""
        route: Any = self._scope.get("route")
        path = getattr(route, "path", "-")
        took = (perf_counter() - self._began) * 1000
        _log.info("%s %s %d %.1f ms", self._scope["method"], path, status, took)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
