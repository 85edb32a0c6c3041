from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from features.errors import ModelError
from models.metrics import auc
from models.reject_comparison import compare
from models.rejects import MANNERS, parcelled, sample, with_rejects
from models.scorecard import WoeScorecard


@dataclass
class Applicants:
    """Applicants of whom an old rule on `debt` refused the riskier ones; the truth is known here alone."""

    accepted: pd.DataFrame
    bad: np.ndarray
    rejected: pd.DataFrame
    rejected_bad: np.ndarray


def draw(rows=4000, seed=0, curve=0.0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"debt": rng.normal(size=rows), "sales": rng.normal(size=rows)})
    odds = -2 + table["debt"] - 0.7 * table["sales"] + curve * table["debt"].clip(lower=0) ** 2
    bad = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    taken = (table["debt"] + 0.5 * rng.normal(size=rows) < 0.5).to_numpy()
    return Applicants(
        table[taken].reset_index(drop=True), bad[taken], table[~taken].reset_index(drop=True), bad[~taken]
    )


@pytest.fixture(scope="module")
def applicants():
    return draw()


@pytest.fixture(scope="module")
def model():
    return LogisticRegression()


def test_reweighted_firms_speak_for_all_applicants(model, applicants):
    drawn = sample(model, applicants.accepted, applicants.bad, applicants.rejected, manner="reweighting")
    assert len(drawn.table) == len(applicants.accepted)
    assert drawn.weight.mean() == pytest.approx(1)
    everyone = pd.concat([applicants.accepted, applicants.rejected])["debt"].mean()
    alone = drawn.table["debt"].mean()
    weighted = np.average(drawn.table["debt"], weights=drawn.weight)
    assert abs(weighted - everyone) < 0.4 * abs(alone - everyone)


def test_parcelling_calls_as_many_bad_as_the_risk_says(model, applicants):
    drawn = sample(
        model, applicants.accepted, applicants.bad, applicants.rejected, manner="parcelling", worse=1
    )
    called = drawn.bad[len(applicants.accepted) :]
    risk = model.fit(applicants.accepted, applicants.bad).predict_proba(applicants.rejected)[:, 1]
    assert called.sum() == pytest.approx(risk.sum(), abs=10)
    order = np.argsort(risk)
    assert called[order[-200:]].mean() > called[order[:200]].mean()
    assert (drawn.weight == 1).all()


def test_fuzzy_lets_each_rejected_firm_in_twice_with_the_weight_of_one(model, applicants):
    drawn = sample(model, applicants.accepted, applicants.bad, applicants.rejected, manner="fuzzy")
    many, refused = len(applicants.accepted), len(applicants.rejected)
    assert len(drawn.table) == many + 2 * refused
    as_bad, as_good = drawn.weight[many : many + refused], drawn.weight[many + refused :]
    assert as_bad + as_good == pytest.approx(np.ones(refused))
    assert drawn.bad[many:].tolist() == [1] * refused + [0] * refused


def test_odds_of_rejected_firms_are_raised_as_told(model, applicants):
    plain, worse = (
        sample(
            model, applicants.accepted, applicants.bad, applicants.rejected, manner="fuzzy", worse=times
        ).weight[len(applicants.accepted) :][: len(applicants.rejected)]
        for times in (1.0, 3.0)
    )
    assert worse / (1 - worse) == pytest.approx(3 * plain / (1 - plain))


def test_inferred_bad_rates_come_near_the_truth_where_the_table_tells_all(model, applicants):
    drawn = sample(model, applicants.accepted, applicants.bad, applicants.rejected, manner="fuzzy", worse=1)
    behind = slice(len(applicants.accepted), None)
    inferred = np.average(drawn.bad[behind], weights=drawn.weight[behind])
    assert inferred == pytest.approx(applicants.rejected_bad.mean(), abs=0.06)


@pytest.mark.parametrize("manner", MANNERS)
def test_the_model_is_fitted_anew_and_the_given_one_is_left_alone(model, applicants, manner):
    before = dict(vars(model))
    fitted = with_rejects(model, applicants.accepted, applicants.bad, applicants.rejected, manner=manner)
    assert fitted is not model
    assert fitted.predict_proba(applicants.rejected).shape == (len(applicants.rejected), 2)
    assert set(vars(model)) == set(before)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(MANNERS))
def test_the_same_seed_gives_the_same_sample(seed, manner):
    drawn = draw(300, seed=1)
    one, two = (
        sample(LogisticRegression(), drawn.accepted, drawn.bad, drawn.rejected, manner=manner, seed=seed)
        for _ in range(2)
    )
    assert one.table.equals(two.table)
    assert one.bad.tolist() == two.bad.tolist()
    assert one.weight.tolist() == two.weight.tolist()


def test_parcels_are_drawn_by_seed_and_not_by_chance(model, applicants):
    first, second = (
        parcelled(model, applicants.accepted, applicants.bad, applicants.rejected, seed=seed).bad
        for seed in (0, 1)
    )
    assert first.tolist() != second.tolist()
    assert first.sum() == second.sum()


def test_all_manners_are_compared_on_the_same_firms(model, applicants):
    held = draw(seed=9)
    found = compare(
        model,
        applicants.accepted,
        applicants.bad,
        applicants.rejected,
        held_out=held.accepted,
        held_bad=held.bad,
    )
    assert [one.manner for one in found] == ["accepted", *MANNERS]
    assert (found[0].gain.value, found[0].gain.low, found[0].gain.high) == (0, 0, 0)
    for one in found:
        assert one.auc.low < one.auc.value < one.auc.high
        assert one.gain.value == pytest.approx(one.auc.value - found[0].auc.value)
        assert 0 < one.ks < 1
    # more bad firms are inferred than were seen, so predictions rise
    assert found[3].bad_rate > found[0].bad_rate


def test_reweighting_mends_what_a_straight_line_learns_from_the_safe_half_alone(model):
    bent, everyone = draw(rows=12000, seed=3, curve=0.6), draw(rows=6000, seed=4, curve=0.6)
    found = compare(
        model,
        bent.accepted,
        bent.bad,
        bent.rejected,
        held_out=pd.concat([everyone.accepted, everyone.rejected]),
        held_bad=np.concatenate([everyone.bad, everyone.rejected_bad]),
        manners=["reweighting"],
    )
    assert abs(found[1].calibration - 1) < abs(found[0].calibration - 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"manner": "guessing"}, "no manner 'guessing' of reject inference; expected reweighting"),
        ({"worse": 0.5}, "worse is 0.5"),
        ({"rejected": pd.DataFrame({"debt": [0.0, 1.0]})}, "1 columns of accepted firms are missing: sales"),
        ({"rejected": pd.DataFrame({"debt": [], "sales": []})}, "0 rejected firms"),
        ({"bad": [0, 1]}, "2 outcomes for"),
    ],
)
def test_what_cannot_be_inferred_is_refused_with_its_reason(model, applicants, change, message):
    arguments = {
        "accepted": applicants.accepted,
        "bad": applicants.bad,
        "rejected": applicants.rejected,
        "manner": "fuzzy",
    }
    with pytest.raises(ModelError, match=message):
        with_rejects(model, **(arguments | change))


@pytest.mark.parametrize("manner", MANNERS)
def test_a_scorecard_with_rejects_is_a_whole_scorecard(applicants, manner, tmp_path):
    accepted, rejected = applicants.accepted, applicants.rejected
    card = WoeScorecard(refined=False)
    alone = card.fit(accepted, applicants.bad)
    both = with_rejects(card, accepted, applicants.bad, rejected, manner=manner, worse=1)
    table = both.table_of_points()
    assert set(table["variable"]) >= {"debt", "sales"}
    assert auc(applicants.rejected_bad, both.predict_proba(rejected)[:, 1]) > 0.6
    both.save(tmp_path)
    again = WoeScorecard.load(tmp_path)
    assert (again.points(rejected) == both.points(rejected)).all()
    assert again.table_of_points().equals(table)
    assert (again.points(rejected) != alone.points(rejected)).any()


def test_a_scorecard_that_puts_rejects_back_comes_nearer_to_their_bad_rate(applicants):
    """The accepted alone end where the old rule refused: the last bin flattens what lies beyond."""
    card = WoeScorecard(refined=False)
    truth = applicants.rejected_bad.mean()
    alone = card.fit(applicants.accepted, applicants.bad).predict_proba(applicants.rejected)[:, 1].mean()
    fuzzy = with_rejects(
        card, applicants.accepted, applicants.bad, applicants.rejected, manner="fuzzy", worse=1.3
    )
    told = fuzzy.predict_proba(applicants.rejected)[:, 1].mean()
    assert abs(told - truth) < abs(alone - truth)
