"""What many threads want written goes into few transactions, and each learns what became of its own."""

import threading
import time

import pytest

from serving.records.faults import Unavailable
from serving.records.group import Group


def submitted(group, numbers):
    outcomes = {}

    def submit(number):
        try:
            group.submit(number)
            outcomes[number] = "written"
        except Exception as error:  # noqa: BLE001 - the outcome is what is tested
            outcomes[number] = str(error)

    threads = [threading.Thread(target=submit, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    return outcomes


def test_those_who_come_while_one_writes_go_together():
    batches = []

    def write(tickets):
        time.sleep(0.05)
        batches.append([ticket.wanted for ticket in tickets])
        for ticket in tickets:
            ticket.end()

    outcomes = submitted(Group(write, most=8), range(20))
    assert set(outcomes.values()) == {"written"}
    assert sorted(number for batch in batches for number in batch) == list(range(20))
    assert len(batches) < 8
    assert max(map(len, batches)) == 8


def test_one_at_fault_fails_alone_and_a_database_that_is_gone_fails_all():
    def write(tickets):
        time.sleep(0.02)
        if any(ticket.wanted == 3 for ticket in tickets):
            raise ValueError("three")
        for ticket in tickets:
            ticket.end()

    outcomes = submitted(Group(write), range(6))
    assert outcomes.pop(3) == "three"
    assert set(outcomes.values()) == {"written"}

    def gone(_tickets):
        time.sleep(0.02)
        raise Unavailable("gone")

    assert set(submitted(Group(gone), range(6)).values()) == {"gone"}


def test_a_leader_that_is_interrupted_leaves_nobody_waiting():
    group, first = Group(lambda _tickets: None), threading.Event()

    def write(tickets):
        if not first.is_set():
            first.set()
            time.sleep(0.1)
            raise KeyboardInterrupt
        for ticket in tickets:
            ticket.end()

    group = Group(write)

    def interrupted():
        with pytest.raises(KeyboardInterrupt):
            group.submit(0)

    leader = threading.Thread(target=interrupted)
    leader.start()
    first.wait(5)
    assert set(submitted(group, range(1, 5)).values()) == {"written"}
    leader.join(5)


def test_who_waits_too_long_is_told_and_not_written_later(monkeypatch):
    monkeypatch.setattr("serving.records.group.PATIENCE_SECONDS", 0.05)
    written, go_on = [], threading.Event()

    def write(tickets):
        go_on.wait(5)
        written.extend(ticket.wanted for ticket in tickets)
        for ticket in tickets:
            ticket.end()

    group = Group(write)
    leader = threading.Thread(target=group.submit, args=(0,))
    leader.start()
    time.sleep(0.02)
    assert set(submitted(group, [1, 2]).values()) == {
        "the records cannot be used now: the writer before took too long"
    }
    go_on.set()
    leader.join(5)
    assert written == [0]
    assert submitted(group, [3]) == {3: "written"}
