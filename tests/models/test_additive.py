import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.additive import Additive, centred


def drawn(seed, rows=60):
    """A sum over three variables, two pairs among them, and firms in its bins; some bins may hold none."""
    rng = np.random.default_rng(seed)
    inside = [np.array([0, 0, 1, 2]), np.array([0, 1, 2]), np.array([0, 1, 1, 2, 3])]
    steps = [rng.normal(size=len(one)) for one in inside]
    tables = [rng.normal(size=(3, 3)), rng.normal(size=(3, 4))]
    sum_ = Additive(float(rng.normal()), steps, [(0, 1), (1, 2)], tables, inside)
    places = np.column_stack([rng.integers(len(one), size=rows) for one in inside])
    return sum_, places, rng.uniform(0.5, 2, rows)


@given(st.integers(0, 10_000))
def test_moving_means_into_the_base_changes_no_firm_of_training(seed):
    sum_, places, weight = drawn(seed)
    moved = centred(sum_, places, weight)
    assert moved.log_odds(places) == pytest.approx(sum_.log_odds(places))
    assert np.average(moved.log_odds(places), weights=weight) == pytest.approx(moved.base)


@given(st.integers(0, 10_000))
def test_shares_add_up_to_the_distance_from_the_average_and_are_zero_on_average(seed):
    sum_, places, weight = drawn(seed)
    moved = centred(sum_, places, weight)
    shares = moved.shares(places)
    assert moved.base + shares.sum(axis=1) == pytest.approx(moved.log_odds(places))
    assert np.average(shares, axis=0, weights=weight) == pytest.approx(np.zeros(3), abs=1e-9)


def test_a_missing_value_that_training_never_saw_counts_as_the_average():
    sum_, places, weight = drawn(0)
    known = places[(places[:, 1] != 2)]
    moved = centred(sum_, known, weight[: len(known)])
    assert moved.steps[1][-1] == 0
    assert (moved.tables[0][:, -1] == moved.tables[0][0, -1]).all()


def test_scaling_and_keeping_some_variables_do_what_they_say():
    sum_, places, _ = drawn(1)
    assert sum_.scaled(2.0, 1.0).log_odds(places) == pytest.approx(2 * sum_.log_odds(places) + 1)
    kept = sum_.only([1, 2])
    assert kept.pairs == [(0, 1)]
    assert kept.tables[0].tolist() == sum_.tables[1].tolist()


def test_what_is_written_down_reads_back_to_the_bit():
    sum_, places, _ = drawn(2)
    again = Additive.from_record(sum_.as_record())
    assert again.log_odds(places).tolist() == sum_.log_odds(places).tolist()
