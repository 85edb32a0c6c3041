"""Single statements past SQLAlchemy's layers, on both databases."""

import pytest
from sqlalchemy import bindparam, select

from serving.records.database import Unavailable, reading, writing
from serving.records.lookup import looked_up
from serving.records.prepared import Prepared
from serving.records.tables import HEAD, OBJECTIONS

PLACE = Prepared(select(HEAD.c.place).where(HEAD.c.one == bindparam("one")))
NOWHERE = Prepared(select(OBJECTIONS.c.entity_id).where(OBJECTIONS.c.entity_id == bindparam("one")))


def test_several_statements_are_answered_in_their_order(records):
    assert looked_up(records.engine, (PLACE, {"one": 1}), (NOWHERE, {"one": "f"}), (PLACE, {"one": 2})) == [
        [(0,)],
        [],
        [],
    ]


def test_it_sees_what_was_committed_a_moment_ago_and_leaves_the_connection_as_it_was(records):
    for _ in range(3):
        looked_up(records.engine, (PLACE, {"one": 1}))
        with writing(records.engine) as connection:
            connection.execute(OBJECTIONS.delete())
        with reading(records.engine) as connection:
            assert connection.execute(select(HEAD.c.place)).scalar() == 0


def test_a_failure_is_told_in_our_words_and_the_next_question_is_answered(records):
    with pytest.raises(Unavailable, match="cannot be used now") as told:
        looked_up(records.engine, (PLACE, {"one": object()}))
    assert "SELECT" not in str(told.value)
    assert looked_up(records.engine, (PLACE, {"one": 1})) == [[(0,)]]
