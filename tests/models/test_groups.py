"""Company groups on drawn investments."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import KEY_COLUMNS, source_named
from features.errors import ModelError
from features.session import Session
from models.groups import bound_groups, company_groups, connected, group_of


@pytest.fixture
def groups(rows):
    """Groups from drawn investments, each dated 2024-01-01 and known at once unless drawn otherwise."""

    def find(drawing, as_of="2025-01-01", of=company_groups, **options):
        frame = rows(drawing)
        usual = {"event_date": "2024-01-01", "in_province": True, "ended_date": None}
        frame = frame.assign(**{name: value for name, value in usual.items() if name not in frame})
        frame["available_at"] = frame.get("available_at", frame["event_date"])
        frame["record_id"] = frame.get("record_id", pd.Series([f"r{row}" for row in range(len(frame))]))
        source, session = source_named("equity_investment"), Session(None)
        session.offer(source, frame[[*KEY_COLUMNS, *source.columns]])
        return of(session, pd.Timestamp(as_of), **options).to_dict()

    return find


def test_firms_hang_together_through_chains_of_controlling_stakes(groups):
    told = groups(
        """
        entity_id | invested_entity | share
        B         | C               | 0.5
        C         | A               | 0.9
        D         | E               | 0.49
        """
    )
    assert told == {"A": "A", "B": "A", "C": "A", "D": "D", "E": "E"}


def test_firms_that_no_stake_binds_need_no_group(groups):
    drawing = """
        entity_id | invested_entity | share
        B         | C               | 0.5
        C         | A               | 0.9
        D         | E               | 0.49
        F         |                 | 0.9
        """
    bound, all_ = groups(drawing, of=bound_groups), groups(drawing)
    assert bound == {"A": "A", "B": "A", "C": "A"}
    firms = pd.Series(["D", "C", "F", "elsewhere"])
    assert group_of(firms, pd.Series(bound)).equals(group_of(firms, pd.Series(all_)))


def test_the_stake_that_binds_is_a_parameter(groups):
    drawing = """
        entity_id | invested_entity | share
        A         | B               | 0.3
        """
    assert groups(drawing) == {"A": "A", "B": "B"}
    assert groups(drawing, stake_at_least=0.3) == {"A": "A", "B": "A"}
    for stake in (0, 1.01):
        with pytest.raises(ModelError, match=r"stake_at_least is .*, expected a share above 0 and at most 1"):
            groups(drawing, stake_at_least=stake)


def test_a_stake_of_unknown_size_or_in_an_unknown_firm_binds_nobody(groups):
    told = groups(
        """
        entity_id | invested_entity | share
        A         | B               |
        C         |                 | 0.9
        D         |                 | 0.9
        """
    )
    assert told == {"A": "A", "B": "B", "C": "C", "D": "D"}


def test_a_stake_that_had_not_arrived_or_was_taken_back_binds_nobody(groups):
    drawing = """
        entity_id | record_id | invested_entity | share | available_at | op
        A         | r1        | B               | 0.9   | 2024-06-01   | upsert
        A         | r1        | B               | 0.9   | 2024-09-01   | withdraw
        """
    assert groups(drawing, "2024-05-31") == {}
    assert groups(drawing, "2024-06-01") == {"A": "A", "B": "A"}
    assert groups(drawing, "2024-09-01") == {}


def test_a_stake_binds_even_after_the_firm_invested_in_has_closed(groups):
    told = groups(
        """
        entity_id | invested_entity | share | ended_date
        A         | B               | 0.9   | 2023-12-31
        """
    )
    assert told == {"A": "A", "B": "A"}


def test_without_investments_every_borrower_is_its_own_group():
    session, source = Session(None), source_named("loan")
    row = dict.fromkeys([*KEY_COLUMNS, *source.columns])
    row |= {"record_id": "L1", "event_date": "2024-01-01", "available_at": "2024-01-02", "op": "upsert"}
    session.offer(
        source, pd.DataFrame([row | {"entity_id": "B"}, row | {"entity_id": "A", "record_id": "L2"}])
    )
    assert company_groups(session, pd.Timestamp("2025-01-01")).to_dict() == {"A": "A", "B": "B"}
    assert company_groups(Session(None), pd.Timestamp("2025-01-01")).empty


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=25))
def test_groups_are_the_connected_components(pairs):
    firms = pd.Index([f"F{number:02}" for number in range(16)])
    one, other = (pd.Series([f"F{pair[side]:02}" for pair in pairs], dtype="str") for side in (0, 1))
    told = connected(firms, one, other)
    expected = {name: {name} for name in firms}
    for first, second in zip(one, other, strict=True):
        together = expected[first] | expected[second]
        expected.update(dict.fromkeys(together, together))
    assert told.to_dict() == {name: min(expected[name]) for name in firms}


def test_a_firm_that_no_group_names_is_its_own():
    entities = pd.Series(["A", "B", "C"])
    assert group_of(entities, pd.Series({"A": "G", "B": "G"})).tolist() == ["G", "G", "C"]
    assert group_of(entities, pd.Series({"Z": "G"})).tolist() == ["A", "B", "C"]
    assert group_of(entities, None).tolist() == ["A", "B", "C"]
