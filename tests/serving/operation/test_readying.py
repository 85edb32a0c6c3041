"""Firms made ready behind the answers."""

import logging
import threading
from types import SimpleNamespace

import pandas as pd
import pytest

from serving import firm_part
from serving.desk import Desk
from serving.firm_part import part_of
from serving.operation import readying
from serving.operation.readying import Readying, firms_to_ready
from serving.records.faults import Unavailable


class Told:
    """Stands in for a board: which firms were asked for, once each."""

    def __init__(self):
        self.asked = []


@pytest.fixture
def parts(monkeypatch):
    """`part_of` notes its firm on the board."""
    monkeypatch.setattr(readying, "part_of", lambda _scorer, _snapshot, firm, board: board.asked.append(firm))


def desk(firms=4, lately=(), *, records=True):
    """A desk over so many firms, some of them asked about lately."""
    snapshot = SimpleNamespace(firms=pd.DataFrame(index=pd.Index([f"e{number}" for number in range(firms)])))
    audit = SimpleNamespace(subjects=lambda _rows: list(lately))
    loaded = SimpleNamespace(scorer=object(), snapshot=snapshot, board=Told())
    return SimpleNamespace(
        loaded=loaded, snapshot=snapshot, records=SimpleNamespace(audit=audit) if records else None
    )


def working(one):
    """A readying whose application answers with that desk."""
    return Readying(SimpleNamespace(desk=one), every=0.001, pauses=0)


def test_firms_asked_about_lately_come_first_then_the_snapshots_own_each_once():
    assert firms_to_ready(desk(lately=["e2", "gone", "e0"])) == ["e2", "e0", "e1", "e3"]
    assert firms_to_ready(desk(firms=100, lately=["e99"]), most=3) == ["e99", "e0", "e1"]


def test_without_records_or_with_records_that_are_down_the_snapshots_order_holds():
    down = desk()

    def fails(_rows):
        raise Unavailable("the records cannot be used now")

    down.records.audit.subjects = fails
    assert firms_to_ready(down) == firms_to_ready(desk(records=False)) == ["e0", "e1", "e2", "e3"]


@pytest.mark.usefixtures("parts")
def test_every_firm_is_worked_out_once():
    one = desk(lately=["e3"])
    assert working(one).make_ready(one) == 4
    assert one.loaded.board.asked == ["e3", "e0", "e1", "e2"]


def test_a_desk_that_was_replaced_is_left_at_once(monkeypatch):
    one, state = desk(), SimpleNamespace()
    state.desk = one

    def replaced(_scorer, _snapshot, firm, board):
        board.asked.append(firm)
        state.desk = desk()

    monkeypatch.setattr(readying, "part_of", replaced)
    assert Readying(state, pauses=0).make_ready(one) == 1


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("lacking", ["scorer", "snapshot", "board"])
def test_a_desk_that_lacks_something_is_passed_over(lacking):
    one = desk()
    setattr(one.loaded, lacking, None)
    assert working(one).make_ready(one) == 0


def test_the_thread_takes_each_new_desk_and_goes_on_after_a_firm_that_cannot_be_worked_out(
    monkeypatch, caplog
):
    first, second = desk(), desk()
    worked = threading.Event()

    def told(_scorer, _snapshot, firm, board):
        if board is first.loaded.board:
            raise ValueError("no such feature")
        board.asked.append(firm)
        if len(board.asked) == 4:
            worked.set()

    monkeypatch.setattr(readying, "part_of", told)
    state = SimpleNamespace(desk=first)
    running = Readying(state, every=0.001, pauses=0)
    with caplog.at_level(logging.ERROR, "lvdaitong.readying"):
        running.start()
        for _ in range(2_000):
            if caplog.records:
                break
            threading.Event().wait(0.005)
        state.desk = second
        assert worked.wait(10)
        running.stop()
    assert [one.getMessage() for one in caplog.records] == [
        "firms could not be made ready; each is worked out when somebody asks"
    ]
    assert "readying" not in {one.name for one in threading.enumerate()}


def test_stopping_ends_it_between_two_firms_however_long_it_waits(monkeypatch):
    one, worked = desk(firms=1_000), threading.Event()

    def slow(_scorer, _snapshot, firm, board):
        board.asked.append(firm)
        worked.wait(0.01)

    monkeypatch.setattr(readying, "part_of", slow)
    running = Readying(SimpleNamespace(desk=one), every=0.001, pauses=100_000)
    running.start()
    for _ in range(2_000):
        if one.loaded.board.asked:
            break
        threading.Event().wait(0.005)
    running.stop()
    assert one.loaded.board.asked == ["e0"], "after a firm it waits, and stopping does not wait with it"


def test_a_firm_made_ready_is_told_as_one_that_was_not_to_the_byte(home):
    one = Desk.open(home, None)
    loaded = one.loaded
    assert Readying(SimpleNamespace(desk=one), pauses=0).make_ready(one) == len(loaded.snapshot.firms)
    firm = str(loaded.snapshot.firms.index[0])
    ready, anew = (part_of(loaded.scorer, loaded.snapshot, firm, board) for board in (loaded.board, None))
    assert ready.credit == anew.credit
    assert (ready.head, ready.subject, ready.green, ready.data) == (
        anew.head, anew.subject, anew.green, anew.data,
    )  # fmt: skip


def test_what_was_made_ready_is_not_worked_out_again(home, monkeypatch):
    one = Desk.open(home, None)
    Readying(SimpleNamespace(desk=one), pauses=0).make_ready(one)
    monkeypatch.setattr(firm_part, "_told_of", None)
    loaded = one.loaded
    assert part_of(loaded.scorer, loaded.snapshot, str(loaded.snapshot.firms.index[-1]), loaded.board).credit
