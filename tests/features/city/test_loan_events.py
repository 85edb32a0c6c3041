"""Events of loans: what banks do after a default, and how bullet loans are carried on when they fall due."""

import pandas as pd
import pytest

PLAIN, RELIEF, RESTRUCTURED, WRITTEN_OFF, EVASION = "无还本续贷", "纾困续贷", "重组", "核销", "逃废债"


@pytest.fixture(scope="session")
def events(clean):
    """First reports of events, each beside its loan."""
    loans = clean.rows("loan").query("op == 'NEW'").set_index("record_id")
    loans = loans[["entity_id", "event_date", "maturity_date", "repayment", "amount_cny"]].add_prefix("loan_")
    return clean.rows("loan_event").query("op == 'NEW'").join(loans, on="loan_id")


@pytest.fixture(scope="session")
def bad_day(clean):
    """First month end on which each loan was more than 90 days past due."""
    performance = clean.rows("loan_performance")
    return performance[performance["dpd"] > 90].groupby("loan_id")["event_date"].min()


def test_every_kind_occurs_and_names_a_loan_of_its_firm(events):
    assert set(events["kind"]) == {PLAIN, RELIEF, RESTRUCTURED, WRITTEN_OFF, EVASION}
    assert (events["entity_id"] == events["loan_entity_id"]).all()
    assert (events["event_date"] > events["loan_event_date"]).all()


def test_write_offs_and_evasion_follow_a_default_by_months(events, bad_day):
    lost = events[events["kind"].isin([WRITTEN_OFF, EVASION])]
    waited = (lost["event_date"] - bad_day.reindex(lost["loan_id"]).to_numpy()).dt.days
    assert len(lost) > 40
    assert waited.notna().all()
    assert waited.min() > 30
    written_off = waited[lost["kind"] == WRITTEN_OFF]
    assert 200 < written_off.median() < 450


def test_about_half_of_the_long_defaulted_loans_is_written_off(clean, events, bad_day):
    old = bad_day[bad_day < pd.Timestamp(clean.manifest.last_day) - pd.DateOffset(months=20)]
    gone = old.index.isin(events.loc[events["kind"] == WRITTEN_OFF, "loan_id"])
    assert 0.3 < gone.mean() < 0.6


def test_renewals_are_signed_shortly_before_a_bullet_loan_falls_due_that_never_defaulted(events, bad_day):
    renewed = events[events["kind"].isin([PLAIN, RELIEF])]
    left = (renewed["loan_maturity_date"] - renewed["event_date"]).dt.days
    assert set(renewed["loan_repayment"]) == {"BULLET"}
    assert left.between(1, 20).all()
    assert not renewed["loan_id"].isin(bad_day.index).any()


def test_healthy_firms_renew_plainly_and_weak_ones_with_relief(clean, events):
    health = clean.oracle()["health"]
    mean = health.reindex(events["loan_id"]).groupby(events["kind"].to_numpy()).mean()
    assert mean[PLAIN] > health.mean() > mean[RELIEF] > mean[WRITTEN_OFF]
    assert mean[RESTRUCTURED] < health.mean() - 0.3


def test_most_restructured_loans_are_those_of_firms_that_stopped_paying(events, bad_day):
    restructured = events[events["kind"] == RESTRUCTURED]
    assert len(restructured) > 20
    assert 0.5 < restructured["loan_id"].isin(bad_day.index).mean() < 1


def test_evasion_has_no_amount_and_every_other_event_that_of_its_loan(clean, events):
    amount = clean.numbers("loan_event", "amount_cny").loc[events.index]
    corrected = set(clean.rows("loan_event").query("op == 'CORRECTED'")["record_id"])
    assert amount[events["kind"] == EVASION].isna().all()
    told = (events["kind"] != EVASION) & ~events["record_id"].isin(corrected)
    assert (amount[told] == pd.to_numeric(events.loc[told, "loan_amount_cny"])).all()


@pytest.mark.parametrize("entities", [10, 40])
def test_even_the_smallest_city_has_events_to_send(tiny, entities):
    assert len(tiny(f"few{entities}", entities=entities).raw("loan_event")) >= 3
