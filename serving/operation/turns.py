"""An event loop whose process takes connections in turn with others that listen on the same socket.

By itself an event loop accepts every connection that waits: of several that open at the same time, such as
those of a bank's system, one worker gets all and the others none, and answers come half as fast. Here a
process that has many connections leaves new ones to the others for some milliseconds.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from uvloop import Loop

MILLISECOND = 0.001
LONGEST = 10
"""Milliseconds at most for which somebody at the door waits for a process with fewer connections."""
SHARE = 4
"""A quarter as many as a process has may come in at once, so that a crowd is not kept waiting."""
REST_SECONDS = 1.0
"""Until a process that has no room for a connection looks again."""


class TurnsLoop(Loop):
    """An event loop that waits for its turn at a socket which others listen on, too."""

    async def create_server(self, protocol_factory: Any, *words: Any, **named: Any) -> Any:
        """As asyncio's; at a socket that is given, connections are taken in turns."""
        listening = named.get("sock")
        if listening is None or named.get("ssl") is not None:
            return await super().create_server(protocol_factory, *words, **named)
        listening.listen(named.get("backlog", 100))
        listening.setblocking(False)
        return Turns(self, protocol_factory, listening)


class Turns:
    """Accepts connections at a socket, the sooner the fewer are open here, until it is closed.

    Args:
        loop: Of this process.
        protocol_factory: Makes what speaks with each.
        listening: The socket; others may accept there, too.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol_factory: Callable[[], Any], listening: socket.socket
    ) -> None:
        self._loop, self._make, self._listening = loop, protocol_factory, listening
        self._open: list[asyncio.BaseTransport] = []
        self._coming: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.TimerHandle | None = None
        self._is_serving = True
        self._listen()

    def close(self) -> None:
        """Accept no more; those that are open stay so."""
        if self._is_serving:
            self._is_serving = False
            self._loop.remove_reader(self._listening)
            if self._waiting:
                self._waiting.cancel()
            self._listening.close()

    async def wait_closed(self) -> None:
        """Until those that came in last are handed over."""
        await asyncio.gather(*self._coming)

    def _listen(self) -> None:
        self._waiting = None
        self._loop.add_reader(self._listening, self._wait_for_turn)

    def _wait_for_turn(self) -> None:
        """Somebody is at the door: who has none takes it at once, who has many lets others go first."""
        self._open = [one for one in self._open if not one.is_closing()]
        mine = len(self._open) + len(self._coming)
        if mine == 0:
            self._take(1)
            return
        self._loop.remove_reader(self._listening)
        self._waiting = self._loop.call_later(MILLISECOND * min(mine, LONGEST), self._take_turn, mine)

    def _take_turn(self, mine: int) -> None:
        self._listen()
        self._take(max(1, mine // SHARE))

    def _take(self, most: int) -> None:
        for _ in range(most):
            try:
                connection, _address = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return  # another process was quicker, or whoever called has gone
            except OSError as error:
                self._rest(error)
                return
            task = self._loop.create_task(self._let_in(connection))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _let_in(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            transport, _protocol = await self._loop.connect_accepted_socket(self._make, connection)
        except OSError as error:
            connection.close()
            self._tell("a connection was lost as it came in", error)
            return
        self._open.append(transport)

    def _rest(self, error: OSError) -> None:
        """The socket stays ready: without a rest, asking in vain would take all of the processor."""
        self._tell(f"no connection can be accepted for {REST_SECONDS:g} s", error)
        self._loop.remove_reader(self._listening)
        self._waiting = self._loop.call_later(REST_SECONDS, self._listen)

    def _tell(self, message: str, error: OSError) -> None:
        self._loop.call_exception_handler({"message": message, "exception": error})
