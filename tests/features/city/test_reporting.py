"""When rows arrive, how they are corrected, and how they are taken back."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.catalogue import source_named
from features.city.months import Months


def test_no_row_is_known_before_it_happened_nor_after_the_last_day(clean, source):
    rows = clean.rows(source)
    assert (rows["available_at"] >= rows["event_date"]).all()
    assert (rows["available_at"] <= clean.manifest.last_day).all()


def test_rows_usually_follow_their_event_by_the_lag_of_the_catalogue(clean, source):
    new = clean.rows(source).query("op == 'NEW'")
    lag = (new["available_at"] - new["event_date"]).dt.days.median()
    usual = source_named(source).usual_lag_days
    assert 0.75 * usual <= lag <= 1.25 * usual


@pytest.mark.parametrize("source", ["tax_declaration", "social_insurance", "vat_invoice", "electricity"])
def test_some_rows_come_months_late(clean, source):
    new = clean.rows(source).query("op == 'NEW'")
    lag = (new["available_at"] - new["event_date"]).dt.days
    late = (lag > 1.4 * source_named(source).usual_lag_days + 1).mean()
    assert 0.01 < late < 0.10
    facts = next(facts for facts in clean.manifest.files.values() if facts.source == source)
    assert facts.late_share == pytest.approx(late, abs=0.01)


def test_a_record_is_new_once(clean, source):
    assert clean.rows(source).query("op == 'NEW'")["record_id"].is_unique


def later_versions(clean, source, kind):
    """Later versions of records beside their first."""
    rows = clean.rows(source)
    first = rows[rows["op"] == "NEW"].set_index("record_id")
    return rows[rows["op"] == kind].set_index("record_id").join(first.add_suffix("_first"), how="left")


@pytest.mark.parametrize(
    ("source", "column"),
    [("tax_declaration", "revenue_cny"), ("vat_invoice", "amount_cny"), ("green_grade", "grade")],
)
def test_a_correction_reuses_its_record_comes_later_and_says_something_else(clean, source, column):
    corrected = later_versions(clean, source, "CORRECTED")
    assert len(corrected) > 0
    assert (corrected["available_at"] > corrected["available_at_first"]).all()
    assert (corrected["event_date"] == corrected["event_date_first"]).all()
    assert (corrected[column].astype(str) != corrected[f"{column}_first"].astype(str)).all()


def test_credit_repair_withdraws_penalties_after_their_months_of_publication(clean):
    repaired = later_versions(clean, "administrative_penalty", "WITHDRAWN")
    waited = (repaired["available_at"] - repaired["available_at_first"]).dt.days
    assert len(repaired) > 20
    assert waited.min() >= 90
    assert waited[repaired["severity"] == "严重"].min() >= 365


@pytest.mark.parametrize("source", ["vat_invoice", "court_enforcement"])
def test_some_rows_are_withdrawn(clean, source):
    gone = later_versions(clean, source, "WITHDRAWN")
    assert len(gone) > 0
    assert (gone["available_at"] > gone["available_at_first"]).all()


def test_months_end_where_the_calendar_says():
    months = Months(date(2024, 3, 5), 14)
    ends = pd.to_datetime(months.end(np.arange(14)), unit="D")
    assert [str(ends[0].date()), str(ends[-2].date()), str(ends[-1].date())] == [
        "2023-02-28",
        "2024-02-29",
        "2024-03-31",
    ]


def test_the_month_of_the_spring_festival_is_quiet():
    months = Months(date(2026, 12, 31), 36)
    season = pd.Series(months.season(), index=pd.period_range("2024-01", periods=36, freq="M"))
    assert season["2024-02"] < 0.8 < season["2024-01"]
    assert season["2025-01"] < 0.8 < season["2025-02"]
