import lightgbm as lgb
import numpy as np
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.harmless import harmless
from models.lab.leaves import full_leaves, smallest_leaf
from models.lab.second_half import SecondHalf
from models.reasons import Meaning

QUICK = {"n_estimators": 60, "learning_rate": 0.2}


@pytest.fixture(scope="module")
def table(sample):
    return sample.pooled


@pytest.fixture(scope="module")
def plain(sample, table):
    return CreditModel(calibration="platt", **QUICK).fit(table, sample.bad, groups=sample.groups)


@pytest.fixture(scope="module")
def from_zero(sample, table):
    return SecondHalf(**QUICK).fit(table, sample.bad, offset=np.zeros(len(table)), groups=sample.groups)


def test_with_an_offset_of_zero_it_is_the_plain_model(plain, from_zero, table):
    apart = np.abs(from_zero.added(table) - plain.decision_function(table))
    assert apart.max() < 0.1
    assert np.median(apart) < 0.005
    assert np.corrcoef(from_zero.held_out_, plain.held_out_)[0, 1] > 0.999


def test_a_constant_offset_is_added_back(from_zero, sample, table):
    raised = SecondHalf(**QUICK).fit(table, sample.bad, offset=np.full(len(table), 2.0), groups=sample.groups)
    assert np.abs(raised.added(table) + 2.0 - from_zero.added(table)).max() < 1e-3


def test_where_the_other_side_knows_it_all_nearly_nothing_is_added(table):
    """The true log-odds as offset: what this side's columns tell has been said already."""
    rng = np.random.default_rng(0)
    truth = 1.5 * rng.normal(size=len(table)) - 1
    label = (rng.random(len(table)) < 1 / (1 + np.exp(-truth))).astype(int)
    noise = table[["note", "kwh"]]
    half = SecondHalf(**QUICK).fit(noise, label, offset=truth)
    assert np.std(half.held_out_) < 0.25 * np.std(truth)


def test_trees_ask_for_what_the_offset_does_not_tell(table):
    rng = np.random.default_rng(0)
    told, new = rng.normal(size=(2, len(table)))
    label = (rng.random(len(table)) < 1 / (1 + np.exp(1 - 2 * told - new))).astype(int)
    both = table[[]].assign(told=told, new=new)
    half = SecondHalf(**QUICK).fit(both, label, offset=2 * told)
    of_told, of_new = np.abs(half.points_by_column(both)).mean(axis=0)
    assert of_new > 2 * of_told


def test_held_out_log_odds_are_not_those_of_trees_that_saw_the_row(from_zero, table):
    assert not np.allclose(from_zero.held_out_, from_zero.added(table))


def test_few_bads_take_the_small_sample_manner(sample, table):
    few = np.r_[np.flatnonzero(sample.bad == 1)[:40], np.flatnonzero(sample.bad == 0)[:200]]
    half = SecondHalf(**QUICK).fit(table.iloc[few], sample.bad.iloc[few], offset=np.zeros(len(few)))
    assert half.booster_.trees_to_dataframe()["node_depth"].max() <= 3
    assert half.sample_ == {"rows": 240, "bads": 40}


def test_declared_directions_hold(sample, table):
    meant = {"use": Meaning("", "", "", "", monotone=1), "kwh": Meaning("", "", "", "", monotone=-1)}
    half = SecondHalf(meanings=meant, monotone={"kwh": 0}, **QUICK)
    half.fit(table[["use", "kwh"]], sample.bad, offset=np.zeros(len(table)))
    assert half.directions() == [1, 0]
    ladder = table[["use", "kwh"]].iloc[[0] * 50].assign(use=np.linspace(-3, 3, 50))
    assert (np.diff(half.added(ladder)) >= -1e-12).all()


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        ([0.0, 1.0], "offset has shape"),
        ([np.nan] * 900, "missing or infinite in 900 of 900 rows"),
        ([np.inf] * 900, "missing or infinite"),
    ],
    ids=["short", "missing", "infinite"],
)
def test_an_offset_that_is_no_log_odds_is_refused(sample, table, offset, said):
    with pytest.raises(ModelError, match=said):
        SecondHalf(**QUICK).fit(table, sample.bad, offset=offset)


def test_a_damaged_half_is_refused_by_name(from_zero, tmp_path):
    from_zero.save(tmp_path)
    (tmp_path / "half.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="no whole half of a stack"):
        SecondHalf.load(tmp_path)


def test_a_half_with_anothers_trees_is_refused(from_zero, sample, table, tmp_path):
    narrow = CreditModel(**QUICK).fit(table[["use"]], sample.bad)
    from_zero.save(tmp_path)
    (tmp_path / "booster.txt").write_text(narrow.booster_.model_to_string(), "utf-8")
    with pytest.raises(ModelError, match="differ in their number of features"):
        SecondHalf.load(tmp_path)


def test_its_leaves_are_as_large_as_asked_for_and_that_is_kept(sample, table, tmp_path):
    said = {"n_estimators": 10, "min_data_in_leaf": 120}
    half = SecondHalf(**said).fit(table, sample.bad, offset=np.zeros(len(table)), groups=sample.groups)
    # LightGBM estimates rows while it looks for a question: a few fewer may stand in a leaf
    assert smallest_leaf(half.booster_) > 60
    half.save(tmp_path)
    assert SecondHalf.load(tmp_path).min_data_in_leaf == 120


def test_going_by_other_trees_its_points_still_add_up(sample, table):
    half = SecondHalf(n_estimators=10).fit(
        table, sample.bad, offset=np.zeros(len(table)), groups=sample.groups
    )
    full = full_leaves(half.booster_, 200)
    half.go_by(lgb.Booster(model_str=harmless(full.model_to_string(), 200)))
    assert smallest_leaf(half.booster_) >= 200
    points = half.points_by_column(table).sum(axis=1)
    told = -half.points_scale.factor * (half.added(table) - half.reference_)
    assert points == pytest.approx(told, abs=1e-6)
