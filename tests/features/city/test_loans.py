"""Loans: default follows latent health, builds up month by month, and leaves traces afterwards."""

import numpy as np
import pandas as pd
import pytest

from features.city.distress import HAZARD_SLOPE
from features.city.health import covariance_ahead


@pytest.fixture(scope="session")
def performance(clean):
    """The last version of every month of every loan, in order."""
    rows = clean.rows("loan_performance").sort_values("available_at", kind="stable")
    return rows.drop_duplicates("record_id", keep="last").sort_values(["loan_id", "event_date"])


@pytest.fixture(scope="session")
def outcomes(clean, performance):
    """Every loan whose first twelve months are over, with its default and the oracle's word."""
    loans = clean.rows("loan").query("op == 'NEW'").set_index("record_id")
    window_end = loans["event_date"] + pd.DateOffset(months=12)
    bad_day = performance[performance["dpd"] > 90].groupby("loan_id")["event_date"].min()
    bad = bad_day.reindex(loans.index) <= window_end
    full = loans.assign(bad=bad, bad_day=bad_day.reindex(loans.index)).join(clean.oracle()[["oracle_pd"]])
    return full[window_end < clean.manifest.last_day]


def test_about_one_loan_in_fourteen_defaults_within_a_year(outcomes):
    assert 0.05 < outcomes["bad"].mean() < 0.09


def test_the_oracle_is_calibrated(outcomes):
    assert outcomes["oracle_pd"].mean() == pytest.approx(outcomes["bad"].mean(), abs=0.012)


def test_default_rises_with_the_oracle(outcomes):
    tenth = pd.qcut(outcomes["oracle_pd"], 10, labels=False)
    rates = outcomes["bad"].groupby(tenth).mean()
    assert rates.rolling(3).mean().dropna().is_monotonic_increasing
    assert rates.iloc[-1] > 10 * rates.iloc[:4].mean()


def test_the_oracle_ranks_as_well_as_such_a_world_allows(outcomes):
    ranks, bad = outcomes["oracle_pd"].rank(), outcomes["bad"]
    area = (ranks[bad].mean() - (bad.sum() + 1) / 2) / (~bad).sum()
    assert 0.76 < area < 0.90


def test_the_expected_hazard_agrees_with_a_simulated_one():
    rng = np.random.default_rng(5)
    steps, persistence, deviation = 6, 0.9, 0.5
    path = np.zeros(200_000)
    for _ in range(steps):
        path = persistence * path + deviation * np.sqrt(1 - persistence**2) * rng.standard_normal(len(path))
    closed = np.exp(HAZARD_SLOPE**2 * deviation**2 * (1 - persistence ** (2 * steps)) / 2)
    assert np.exp(-HAZARD_SLOPE * path).mean() == pytest.approx(closed, rel=0.02)


def test_what_lies_ahead_grows_less_certain_and_near_months_move_together():
    assert 0 < covariance_ahead(1, 1) < covariance_ahead(6, 6) < covariance_ahead(12, 12)
    assert covariance_ahead(6, 7) > covariance_ahead(6, 12)


def test_past_due_builds_up_before_it_passes_ninety_days(performance):
    grouped = performance.groupby("loan_id")["dpd"]
    before, two_before = grouped.shift(1), grouped.shift(2)
    first_bad = (performance["dpd"] > 90) & (before <= 90)
    assert first_bad.sum() > 30
    assert set(performance.loc[first_bad, "dpd"]) == {92}
    assert set(before[first_bad]) == {61}
    assert set(two_before[first_bad]) == {31}


def test_some_loans_are_late_and_cure(performance):
    worst = performance.groupby("loan_id")["dpd"].max()
    assert 0.05 < worst.between(1, 29).mean() < 0.5
    assert 0.005 < worst.between(30, 60).mean() < 0.1


def test_a_good_loan_ends_at_its_maturity_with_nothing_owed(clean, performance):
    loans = clean.rows("loan").query("op == 'NEW'").set_index("record_id")
    last = performance.groupby("loan_id").last()
    ended = last[(last["dpd"] < 60) & (last["event_date"] < clean.manifest.last_day)]
    ended = ended[ended["event_date"] >= loans["maturity_date"].reindex(ended.index)]
    assert len(ended) > 300
    assert ended["balance_cny"].astype(float).eq(0).mean() > 0.99  # a few await their correction


def test_a_defaulted_loan_keeps_its_balance(performance):
    bad = performance[performance["dpd"] > 90]
    assert bad["balance_cny"].astype(float).gt(0).all()
    assert set(bad["risk_class"]) <= {"SUBSTANDARD", "DOUBTFUL", "LOSS"}


def test_banks_do_not_lend_to_a_firm_that_has_stopped_paying(clean, outcomes):
    loans = clean.rows("loan").query("op == 'NEW'")
    defaulted = outcomes.dropna(subset=["bad_day"]).groupby("entity_id")["bad_day"].min()
    since = loans["application_date"] - defaulted.reindex(loans["entity_id"]).to_numpy()
    assert not since.between(pd.Timedelta(days=0), pd.Timedelta(days=300)).any()


def test_courts_follow_a_default_and_so_betray_features_that_look_ahead(clean, outcomes):
    cases = clean.rows("court_enforcement").query("op == 'NEW'")
    month = pd.Timedelta(days=30)
    first = outcomes.dropna(subset=["bad_day"]).groupby("entity_id")["bad_day"].min()
    since = cases["event_date"] - first.reindex(cases["entity_id"]).to_numpy()
    after, before = since.between(month, 8 * month).sum(), since.between(-8 * month, -month).sum()
    assert after > 2 * before


def test_healthier_looking_firms_pay_a_little_less(clean):
    loans = clean.rows("loan").query("op == 'NEW'").set_index("record_id")
    health = clean.oracle()["health"].reindex(loans.index)
    related = np.corrcoef(loans["annual_rate"].astype(float), health)[0, 1]
    assert -0.5 < related < -0.1


def test_loans_are_about_one_in_ten_firm_months(clean):
    firm_months = clean.manifest.entities * clean.manifest.months
    assert 0.07 < clean.manifest.loans / firm_months < 0.11
