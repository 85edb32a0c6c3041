"""Workers take connections in turn."""

import asyncio
import errno
import socket
import sys
import threading
import time
from contextlib import contextmanager

import pytest

if sys.platform == "win32":
    pytest.skip("uvloop is not made for Windows", allow_module_level=True)

from serving.operation import turns
from serving.operation.turns import Turns, TurnsLoop

PATIENCE_SECONDS = 30


class Named(asyncio.Protocol):
    """Says its worker's name to whoever comes, and whatever it hears."""

    def __init__(self, name):
        self._name = name

    def connection_made(self, transport):
        """Greets."""
        self._transport = transport
        transport.write(self._name)

    def data_received(self, data):
        """Repeats."""
        self._transport.write(data)


class Worker:
    """A loop in a thread of its own that serves at a shared socket."""

    def __init__(self, listening, name):
        self.loop, self.told = TurnsLoop(), []
        self.loop.set_exception_handler(lambda _loop, told: self.told.append(told["message"]))
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self._listening = listening.dup()
        self.server = self.run(
            self.loop.create_server(lambda: Named(name), sock=self._listening, backlog=500)
        )

    def run(self, doing):
        """The result of a coroutine."""
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(PATIENCE_SECONDS)

    def hold(self, until):
        """Do nothing before something is set."""
        self.loop.call_soon_threadsafe(until.wait, PATIENCE_SECONDS)

    def end(self):
        """Serve no more, and end the thread."""

        async def closed():
            self.server.close()
            await self.server.wait_closed()

        self.run(closed())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self.loop.close()
        self._listening.close()


@pytest.fixture
def listening():
    """A socket to share."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as one:
        yield one


@pytest.fixture
def serve(listening):
    """Starts workers; they end with the test."""
    started = []

    def start(name):
        started.append(Worker(listening, name))
        return started[-1]

    yield start
    for one in started:
        one.end()


def wait_until(met):
    """Until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextmanager
def calling(listening, number):
    """Connections that are open at the same time."""
    address = listening.getsockname()
    calls = [socket.create_connection(address, PATIENCE_SECONDS) for _ in range(number)]
    try:
        yield calls
    finally:
        for one in calls:
            one.close()


def at_once(listening, workers, number):
    """Who answered each of so many that came while every worker was busy."""
    until = threading.Event()
    for one in workers:
        one.hold(until)
    with calling(listening, number) as calls:
        until.set()
        return [call.recv(1) for call in calls]


def test_those_who_come_together_are_shared_out(listening, serve):
    names = at_once(listening, [serve(b"a"), serve(b"b")], 16)
    assert min(names.count(b"a"), names.count(b"b")) >= 5, names


def test_who_has_few_connections_gets_the_next(listening, serve):
    serve(b"a")
    with calling(listening, 8) as old:
        assert [one.recv(1) for one in old] == [b"a"] * 8
        serve(b"b")
        names = []
        with calling(listening, 0) as new:
            for _ in range(4):
                new.append(socket.create_connection(listening.getsockname(), PATIENCE_SECONDS))
                names.append(new[-1].recv(1))
        assert names.count(b"b") >= 3, names


def test_who_left_counts_no_more(listening, serve):
    worker = serve(b"a")
    with calling(listening, 8) as calls:
        assert [one.recv(1) for one in calls] == [b"a"] * 8
        wait_until(lambda: len(worker.server._open) == 8)
    wait_until(lambda: all(one.is_closing() for one in worker.server._open))
    with calling(listening, 1) as [one]:
        assert one.recv(1) == b"a"
        wait_until(lambda: len(worker.server._open) == 1)


def test_a_crowd_does_not_wait_for_long(listening, serve, monkeypatch):
    taken = []
    take = Turns._take
    monkeypatch.setattr(Turns, "_take", lambda server, most: (taken.append(most), take(server, most)))
    assert len(at_once(listening, [serve(b"a"), serve(b"b")], 400)) == 400
    assert len(taken) < 150, "one a turn would keep the last of them waiting"


def test_what_is_said_goes_both_ways_without_delay(listening, serve):
    worker = serve(b"a")
    with calling(listening, 1) as [one]:
        assert one.recv(1) == b"a"
        one.sendall("绿贷通".encode())
        assert one.recv(100).decode() == "绿贷通"
        wait_until(lambda: worker.server._open)
        [transport] = worker.server._open
        accepted = transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_after_the_end_nobody_comes_in_and_who_is_in_stays(listening, serve):
    worker = serve(b"a")
    with calling(listening, 1) as [inside]:
        assert inside.recv(1) == b"a"

        async def close():
            worker.server.close()
            worker.server.close()

        worker.run(close())
        with calling(listening, 1) as [outside]:
            outside.settimeout(0.2)
            with pytest.raises(TimeoutError):
                outside.recv(1)
        inside.sendall(b"still")
        assert inside.recv(5) == b"still"


def test_somebody_who_waits_when_it_ends_is_left_to_the_others(listening, serve):
    worker = serve(b"a")
    with calling(listening, 1) as [one]:
        assert one.recv(1) == b"a"

        async def end_while_one_waits():
            waiting = socket.create_connection(listening.getsockname(), PATIENCE_SECONDS)
            worker.server._wait_for_turn()
            worker.server.close()
            await asyncio.sleep(0.05)
            return waiting

        with worker.run(end_while_one_waits()) as waiting:
            serve(b"b")
            assert waiting.recv(1) == b"b"
        assert worker.told == []


class Full:
    """A socket whose process has no room for another connection, for a while."""

    def __init__(self, listening, refusals):
        self._listening, self.refusals = listening, refusals

    def fileno(self):
        """Of the real one."""
        return self._listening.fileno()

    def close(self):
        """It is the test's."""

    def accept(self):
        """Refuses first."""
        if self.refusals:
            self.refusals -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listening.accept()


def test_without_room_it_rests_says_so_and_goes_on(listening, serve, monkeypatch):
    monkeypatch.setattr(turns, "REST_SECONDS", 0.05)
    worker = serve(b"a")

    async def full():
        worker.server.close()
        listening.setblocking(False)
        return Turns(worker.loop, lambda: Named(b"f"), Full(listening, refusals=2))

    worker.server = worker.run(full())
    with calling(listening, 1) as [one]:
        assert one.recv(1) == b"f"
    assert worker.told == ["no connection can be accepted for 0.05 s"] * 2


def test_a_caller_who_leaves_at_the_door_troubles_nobody(listening, serve):
    worker = serve(b"a")

    async def refused(_make, _connection):
        raise ConnectionResetError("gone")

    class Refusing:
        def __getattr__(self, name):
            return refused if name == "connect_accepted_socket" else getattr(worker.loop, name)

    worker.server._loop = Refusing()
    with calling(listening, 1) as [one]:
        assert one.recv(1) == b""
    worker.server._loop = worker.loop
    with calling(listening, 1) as [one]:
        assert one.recv(1) == b"a"
    assert worker.told == ["a connection was lost as it came in"]


def test_a_server_of_its_own_address_is_as_before(serve):
    worker = serve(b"a")

    async def own():
        server = await worker.loop.create_server(lambda: Named(b"o"), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = await reader.read(1)
        writer.close()
        server.close()
        await server.wait_closed()
        return type(server), said

    kind, said = worker.run(own())
    assert said == b"o"
    assert kind is not Turns
