"""Cohorts as their labels come: what is told, and of what nothing is told yet."""

import numpy as np
import pandas as pd
import pytest

from models.monitoring.performance import by_cohort, calibration_interval, in_mature_cohorts, unseen

DAY = pd.Timestamp("2026-06-30")


def scored(quarters=("2024-02-01", "2024-05-01"), each=400, seed=0, kind=1.0):
    """Loans whose probabilities are true, or `kind` times too low; every outcome known."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(1, 8, each * len(quarters))
    return pd.DataFrame(
        {
            "entity_id": [f"E{number}" for number in range(len(risk))],
            "application_date": pd.to_datetime(np.repeat(quarters, each)),
            "window_end": pd.to_datetime(np.repeat(quarters, each)) + pd.DateOffset(months=13),
            "bad": pd.array((rng.random(len(risk)) < risk).astype(int), dtype="Int64"),
            "pd_": risk / kind,
            "group": [f"E{number // 2}" for number in range(len(risk))],
        },
        index=pd.Index([f"L{number}" for number in range(len(risk))], name="loan_id"),
    )


def test_a_mature_cohort_has_figures_with_intervals_around_them():
    found = by_cohort(scored(), DAY)
    assert found["cohort"].tolist() == ["2024Q1", "2024Q2"]
    assert found["known"].tolist() == found["due"].tolist() == found["loans"].tolist() == [400, 400]
    for name in ("auc", "ratio"):
        assert (found[f"{name}_low"] < found[name]).all()
        assert (found[name] < found[f"{name}_high"]).all()
    assert found["ratio"].between(0.75, 1.33).all()
    assert (found["predicted"] / found["observed"]).tolist() == pytest.approx(found["ratio"].tolist())


def test_a_cohort_of_which_too_few_outcomes_are_known_is_missing_and_not_zero():
    loans = scored()
    loans.loc[loans.index[700:], "bad"] = pd.NA
    loans.loc[loans.index[700:], "window_end"] = DAY + pd.Timedelta(days=1)
    first, second = by_cohort(loans, DAY).to_dict("records")
    assert first["mature"]
    assert not second["mature"]
    assert (second["known"], second["due"], second["known_share"]) == (300, 300, 0.75)
    assert np.isnan([second[name] for name in ("auc", "ratio", "predicted", "observed")]).all()
    assert set(in_mature_cohorts(loans).index) == set(loans.index[:400])
    assert by_cohort(loans, DAY, least_known=0.7)["mature"].all()


def test_labels_that_are_late_show_as_due_and_not_known():
    loans = scored()
    loans.loc[loans.index[400:], "bad"] = pd.NA
    late = by_cohort(loans, DAY).iloc[1]
    assert (late["due"], late["known"]) == (400, 0)


def test_a_cohort_with_few_bads_says_nothing():
    loans = scored()
    loans["bad"] = pd.Series([1] * 9 + [0] * 391 + [1] * 10 + [0] * 390, index=loans.index, dtype="Int64")
    few, enough = by_cohort(loans, DAY)["auc"]
    assert np.isnan(few)
    assert enough >= 0


def test_loans_that_the_model_learnt_from_and_later_ones_are_not_judged():
    loans = scored().assign(seen=lambda one: one["application_date"] < "2024-04-01")
    assert by_cohort(loans, DAY)["cohort"].tolist() == ["2024Q2"]
    assert unseen(loans, pd.Timestamp("2024-03-01")).empty
    assert by_cohort(loans, pd.Timestamp("2024-03-01")).empty


def test_months_stand_apart_where_asked():
    assert by_cohort(scored(), DAY, "month")["cohort"].tolist() == ["2024-02", "2024-05"]


def test_what_is_due_is_missing_where_nobody_says_when_windows_end():
    assert by_cohort(scored().drop(columns="window_end"), DAY)["due"].isna().all()


def test_a_model_that_is_too_kind_has_a_ratio_whose_interval_lies_below_one():
    found = by_cohort(scored(kind=2.0), DAY)
    assert (found["ratio_high"] < 1).all()


def test_no_bad_leaves_no_calibration():
    assert calibration_interval(pd.Series([0, 0]), pd.Series([0.1, 0.1])) is None
