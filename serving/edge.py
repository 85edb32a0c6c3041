"""The edge: what holds for every request: a small body, careful headers, an id, a log line without names."""

from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.operation import logs
from serving.problems import problem

MOST_BYTES = 64 * 1024
MANY_BYTES = 4 * 1024 * 1024
MOST_BYTES_OF = {"/invocations": MANY_BYTES, "/v1/preapprovals/batch": MANY_BYTES}
"""Path → the same where whole tables are sent."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
NO_ROUTE = "-"


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
        known = logs.REQUEST_ID.set(exchange.request_id)
        try:
            await self._answer(exchange, scope)
        finally:
            exchange.end()
            logs.REQUEST_ID.reset(known)

    async def _answer(self, exchange: "Exchange", scope: Scope) -> None:
        body = await exchange.body()
        receive = exchange.replay(body or b"")
        if body is None:
            too_large = problem(413, "too-large", f"a body has at most {exchange.most} bytes")
            await too_large(scope, receive, exchange.send)
            return
        try:
            await self.app(scope, receive, exchange.send)
        except Exception:
            if not exchange.status:  # here, so that this answer has the headers, too
                sorry = problem(500, "internal-error", "an unexpected error; it is in the service's log")
                await sorry(scope, receive, exchange.send)
            raise


class Exchange:
    """One request and its answer.

    Attributes:
        most: Bytes that its body may have.
        request_id: Its name in the log, and in the answer's `X-Request-ID`.
        status: Of the answer; 0 before there is one.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.most = MOST_BYTES_OF.get(scope["path"], MOST_BYTES)
        self.request_id = logs.request_id(scope["headers"])
        self.status = 0
        self._metrics: Any = getattr(scope["app"].state, "metrics", None) if "app" in scope else None
        self._began = perf_counter()
        if self._metrics:
            self._metrics.began()

    async def body(self) -> bytes | None:
        """The whole body; None where it is too large, as soon as that is known."""
        if _announced(self._scope) > self.most:
            return None
        chunks, size, more = [], 0, True
        while more:
            message = await self._receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self.most:
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
        """Send on, with the headers."""
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            there = {name for name, _ in headers}
            headers += [one for one in RAW_HEADERS if one[0] not in there]
            headers.append((b"x-request-id", self.request_id.encode("latin-1")))
            message["headers"] = headers
            self.status = message["status"]
        await self._send(message)

    def end(self) -> None:
        """Count and log: the route, not the path, which holds codes of firms; the role, not the account."""
        method, status, took = self._scope["method"], self.status or 500, perf_counter() - self._began
        route = getattr(self._scope.get("route"), "path", NO_ROUTE)
        if self._metrics:
            self._metrics.ended(method, route, status, took)
        caller = self._scope.get("state", {}).get("caller")
        logs.access(method, route, status, took, str(caller.role) if caller else None)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
