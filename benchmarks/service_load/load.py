"""A load generator that costs little: raw sockets, prepared requests, answers cut by their length.

    python load.py HOST PORT PATH BODIES CONNECTIONS SECONDS [RATE]

BODIES is a file with a request's body a line; TOKEN comes from the environment. Without RATE every connection
asks again as soon as it was answered; with it, so many requests a second are sent by all together. Prints the
times and numbers as JSON; names of answers go to BODIES.answered.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

NAME = b'"audit_id": "'
NAME_LENGTH = 36
LENGTH = b"content-length: "


class Tally:
    """What all connections saw."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.names: list[str] = []
        self.faults: dict[str, int] = {}

    def fault(self, what: str) -> None:
        """Something that is no answer."""
        self.faults[what] = self.faults.get(what, 0) + 1


class Connection(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, requests: list[bytes], first: int, step: int, tally: Tally) -> None:
        self._requests, self._next, self._step, self._tally = requests, first, step, tally
        self._buffer = bytearray()
        self._expected = 0
        self.ended = asyncio.get_running_loop().create_future()
        self.until = self.every = 0.0
        self._sent = self._due = 0.0

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """Cut off."""
        if not self.ended.done():
            self._tally.fault(f"connection lost: {error}")
            self.ended.set_result(None)

    def begin(self, until: float, every: float = 0.0, offset: float = 0.0) -> None:
        """Ask until then, at most once in `every` seconds."""
        self.until, self.every = until, every
        self._due = perf_counter() + offset
        self._later()

    def data_received(self, data: bytes) -> None:
        """A part of an answer, or all of it."""
        self._buffer += data
        if not self._expected:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            place = self._buffer.find(LENGTH, 0, head) + len(LENGTH)
            self._expected = head + 4 + int(self._buffer[place : self._buffer.find(b"\r", place)])
        if len(self._buffer) >= self._expected:
            self._answered()

    def _answered(self) -> None:
        now = perf_counter()
        self._tally.took.append(now - self._sent)
        if not self._buffer.startswith(b"HTTP/1.1 20"):
            self._tally.fault(self._buffer[:40].split(b"\r")[0].decode())
        else:
            place = self._buffer.rfind(NAME)
            if place > 0:
                begin = place + len(NAME)
                self._tally.names.append(self._buffer[begin : begin + NAME_LENGTH].decode())
        self._buffer.clear()
        self._expected = 0
        if now >= self.until:
            self.ended.set_result(None)
            self._transport.close()
        else:
            self._later()

    def _later(self) -> None:
        if not self.every:
            self._send()
            return
        wait = self._due - perf_counter()
        self._due = max(self._due, perf_counter() - 1) + self.every
        if wait <= 0:
            self._send()
        else:
            asyncio.get_running_loop().call_later(wait, self._send)

    def _send(self) -> None:
        self._sent = perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += self._step


async def load(
    host: str, port: int, requests: list[bytes], connections: int, seconds: float, rate: float
) -> Tally:
    """Ask for so long over so many connections."""
    tally, loop = Tally(), asyncio.get_running_loop()
    opened = []
    for first in range(connections):
        _, one = await loop.create_connection(
            lambda first=first: Connection(requests, first, connections, tally), host, port
        )
        opened.append(one)
    every = connections / rate if rate else 0.0
    until = perf_counter() + seconds
    for number, one in enumerate(opened):
        one.begin(until, every, every * number / connections)
    await asyncio.wait_for(asyncio.gather(*(one.ended for one in opened)), seconds + 60)
    return tally


def prepared(path: str, bodies: list[bytes], token: str) -> list[bytes]:
    """Whole requests."""
    authorised = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{authorised}Content-Length: "
    )
    return [head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body for body in bodies]


def main() -> None:
    """Run, and say what was seen."""
    host, port, path, file, connections, seconds, *rate = sys.argv[1:]
    bodies = Path(file).read_bytes().splitlines()
    requests = prepared(path, bodies, os.environ.get("TOKEN", ""))
    began, used = perf_counter(), process_time()
    tally = asyncio.run(
        load(host, int(port), requests, int(connections), float(seconds), float(rate[0]) if rate else 0.0)
    )
    took, lasted = sorted(tally.took), perf_counter() - began
    with Path(f"{file}.answered").open("a") as names:
        names.writelines(f"{name}\n" for name in tally.names)
    told = {
        "connections": int(connections),
        "seconds": lasted,
        "answers": len(took),
        "a_second": len(took) / lasted,
        "p50_ms": 1000 * took[len(took) // 2],
        "p99_ms": 1000 * took[min(len(took) - 1, int(len(took) * 0.99))],
        "longest_ms": 1000 * took[-1],
        "named": len(tally.names),
        "faults": tally.faults,
        "own_us_a_request": 1e6 * (process_time() - used) / len(took),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
