"""Token buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.access import limits
from serving.access.limits import Limit
from serving.access.refusals import TooMany


class Seconds:
    """A clock of seconds, moved by hand."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        """The seconds that it shows."""
        return self.at


@pytest.fixture
def seconds():
    """A clock at zero."""
    return Seconds()


def taken(limit, key, times):
    """How many of so many tries were let through."""
    through = 0
    for _ in range(times):
        try:
            limit.take(key)
        except TooMany:
            continue
        through += 1
    return through


def test_so_many_at_once_and_then_one_after_each_part_of_a_minute(seconds):
    limit = Limit(6, seconds)
    assert taken(limit, "a", 10) == 6
    seconds.at += 9.9
    with pytest.raises(TooMany) as error:
        limit.take("a")
    assert error.value.retry_after == 1
    seconds.at += 0.2
    assert taken(limit, "a", 10) == 1
    seconds.at += 3600
    assert taken(limit, "a", 10) == 6


def test_one_key_s_tries_are_not_another_s(seconds):
    limit = Limit(1, seconds)
    assert taken(limit, "a", 3) == 1
    assert taken(limit, "b", 3) == 1


def test_no_limit_is_none(seconds):
    assert taken(Limit(0, seconds), "a", 1000) == 1000


def test_what_is_given_back_can_be_taken_again_but_does_not_add_up(seconds):
    limit = Limit(2, seconds)
    for _ in range(5):
        limit.take("a")
        limit.give_back("a")
    limit.give_back("a")
    limit.give_back("b")
    assert taken(limit, "a", 5) == 2


def test_who_waits_as_told_is_let_through(seconds):
    limit = Limit(7, seconds)
    taken(limit, "a", 7)
    with pytest.raises(TooMany) as error:
        limit.take("a")
    seconds.at += error.value.retry_after
    limit.take("a")


def test_memory_is_bounded_and_those_at_their_limit_are_kept_longest(seconds, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 100)
    limit = Limit(2, seconds)
    taken(limit, "busy", 2)
    for number in range(98):
        limit.take(f"key {number}")
        seconds.at += 0.1
    seconds.at += 25
    assert taken(limit, "busy", 2) >= 1
    for number in range(1000):
        limit.take(f"other {number}")
    assert len(limit._left) <= 100


@given(st.lists(st.floats(0, 30), max_size=40), st.integers(1, 20))
def test_never_more_than_a_burst_and_the_rate(waits, per_minute):
    seconds = Seconds()
    limit, through = Limit(per_minute, seconds), 0
    for wait in waits:
        seconds.at += wait
        through += taken(limit, "a", 3)
    assert through <= per_minute + seconds.at * per_minute / 60 + 1e-6
