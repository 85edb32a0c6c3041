"""While a bank's data are in a process, it reaches no network and starts no other process."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from threading import Thread

import pytest

from features.errors import LvdaitongError
from pipelines.lab.offline import NetworkError, networks, offline


def through(kind, what):
    with socket.socket(type=kind) as one:
        what(one)


ATTEMPTS = {
    "connect": lambda: through(socket.SOCK_STREAM, lambda one: one.connect(("127.0.0.1", 9))),
    "bind": lambda: through(socket.SOCK_STREAM, lambda one: one.bind(("127.0.0.1", 0))),
    "send": lambda: through(socket.SOCK_DGRAM, lambda one: one.sendto(b"x", ("127.0.0.1", 9))),
    "look up a name": lambda: socket.getaddrinfo("localhost", 80),
    "start a process": lambda: subprocess.run([sys.executable, "-V"], check=False),
    "fork": os.fork,
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_it_is_refused_to(attempt):
    with pytest.raises(NetworkError, match="without network"), offline():
        ATTEMPTS[attempt]()


def test_an_attempt_that_a_library_swallowed_is_told_at_the_end():
    with pytest.raises(NetworkError, match="getaddrinfo"), offline(), suppress(LvdaitongError):
        ATTEMPTS["look up a name"]()


def test_an_attempt_of_another_thread_is_refused_too():
    def attempt():
        with suppress(NetworkError):
            ATTEMPTS["look up a name"]()

    def work():
        thread = Thread(target=attempt)
        thread.start()
        thread.join()

    with pytest.raises(NetworkError), offline():
        work()


def test_before_and_afterwards_the_network_is_there():
    with offline():
        pass
    assert socket.getaddrinfo("127.0.0.1", 80)


def test_a_block_without_an_attempt_ends_quietly_even_after_one_that_had_some():
    with suppress(NetworkError), offline():
        ATTEMPTS["look up a name"]()
    with offline(), offline():
        pass


def test_networks_are_counted_without_the_own_loopback(monkeypatch):
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "eth0")])
    assert networks() == 1
