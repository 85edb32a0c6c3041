"""Vintages, roll rates and the maturity point on drawn loan tapes."""

import pandas as pd
import pytest

from features.catalogue import KEY_COLUMNS, source_named
from features.errors import ModelError
from features.session import Session
from models.label_rules import LabelRules
from models.metrics import wilson
from models.vintage import BUCKETS, maturity_point, pooled, roll_rates, vintage

LOAN = {
    "entity_id": "A", "bank": "甲", "op": "upsert", "amount_cny": 100, "credit_line_cny": None,
    "annual_rate": 0.04, "term_months": 12, "loan_kind": "WORKING_CAPITAL", "repayment": "BULLET",
    "green_inclusive": False,
}  # fmt: skip
SEEN = {"entity_id": "A", "op": "upsert", "balance_cny": 50, "risk_class": "NORMAL"}


def offered(session, name, frame, usual):
    frame = frame.assign(**{column: value for column, value in usual.items() if column not in frame})
    source = source_named(name)
    session.offer(source, frame[[*KEY_COLUMNS, *source.columns]])


@pytest.fixture
def tape():
    """Loans by their month of disbursement, each with its days past due at one month end after another.

    A month end's report arrives five days later. `0*` is nothing owed any more.
    """

    def make(drawn, events=None):
        session, loans, months = Session(None), [], []
        for number, (begun, days) in enumerate(drawn):
            paid = pd.Timestamp(f"{begun}-10")
            record = f"L{number}"
            loans.append(
                {"record_id": record, "event_date": paid, "application_date": paid}
                | {"maturity_date": paid + pd.DateOffset(months=12), "available_at": paid}
            )
            for place, dpd in enumerate(days.split()):
                end = (paid + pd.DateOffset(months=place)) + pd.offsets.MonthEnd(0)
                months.append(
                    {"record_id": f"{record}-{place}", "loan_id": record, "event_date": end}
                    | {"available_at": end + pd.Timedelta(days=5), "dpd": int(dpd.rstrip("*"))}
                    | {"balance_cny": 0 if dpd.endswith("*") else 50}
                )
        offered(session, "loan", pd.DataFrame(loans), LOAN)
        offered(session, "loan_performance", pd.DataFrame(months), SEEN)
        if events is not None:
            offered(session, "loan_event", events, {"entity_id": "A", "op": "upsert", "amount_cny": None})
        return session

    return make


def shares(table, cohort):
    return table[table["cohort"] == cohort].set_index("month_on_book")["share"].round(3).to_dict()


FOUR = [("2024-01", "0 0 31 61 92"), ("2024-01", "0 0 0 0 0"), ("2024-01", "0 0 0 0 0"), ("2024-03", "0 0 0")]


def test_a_loan_counts_as_bad_from_the_month_of_its_default_on(tape):
    told = vintage(tape(FOUR), pd.Timestamp("2024-06-10"), every="month")
    assert shares(told, "2024-01") == {0: 0, 1: 0, 2: 0, 3: 0, 4: 0.333}
    row = told[(told["cohort"] == "2024-01") & (told["month_on_book"] == 4)].iloc[0]
    estimate = wilson(1, 3)
    assert (row["loans"], row["bads"]) == (3, 1)
    assert (row["low"], row["high"]) == (estimate.low, estimate.high)
    assert shares(told, "2024-03") == {0: 0, 1: 0, 2: 0}


def test_months_that_not_every_loan_of_a_cohort_can_have_reached_are_missing(tape):
    told = vintage(tape(FOUR), pd.Timestamp("2024-06-10"), every="quarter")
    found = shares(told, "2024Q1")
    assert (found[2], pd.isna(found[3]), pd.isna(found[4])) == (0, True, True), (
        "the March loan is 2 months old"
    )
    late = told[told["month_on_book"] > 2]
    assert late[["bads", "share", "low", "high"]].isna().all(axis=None)


def test_a_young_loan_repaid_early_does_not_lengthen_the_curve_of_its_cohort(tape):
    drawn = [("2024-01", "0 0 0 0 0"), ("2024-03", "0 0*")]
    found = shares(vintage(tape(drawn), pd.Timestamp("2024-06-10")), "2024Q1")
    assert (found[2], pd.isna(found[3])) == (0, True), "in month 3 only older loans could have defaulted"


def test_a_month_whose_reports_have_not_arrived_is_missing_not_good(tape):
    told = vintage(tape([("2024-01", "0 0 0 0 0")]), pd.Timestamp("2024-05-31"), every="month")
    found = shares(told, "2024-01")
    assert (found[3], pd.isna(found[4])) == (0, True)


def test_months_are_missing_when_loans_fall_silent(tape):
    told = vintage(
        tape([("2024-01", "0 0"), ("2024-01", "0 0 0 0 0")]), pd.Timestamp("2024-06-10"), every="month"
    )
    found = shares(told, "2024-01")
    assert (found[1], pd.isna(found[2])) == (0, True)


def test_a_loan_that_was_repaid_or_has_defaulted_needs_no_further_reports(tape):
    drawn = [("2024-01", "0 0*"), ("2024-01", "0 31 61 92"), ("2024-01", "0 0 0 0 0 0")]
    told = vintage(tape(drawn), pd.Timestamp("2024-07-10"), every="month")
    assert shares(told, "2024-01") == {0: 0, 1: 0, 2: 0, 3: 0.333, 4: 0.333, 5: 0.333}


def test_a_write_off_is_a_default_and_rules_may_differ(tape):
    written_off = pd.DataFrame(
        {"record_id": ["E1"], "loan_id": ["L1"], "kind": ["WRITTEN_OFF"]}
        | {day: [pd.Timestamp("2024-02-15")] for day in ("event_date", "available_at")}
    )
    day = pd.Timestamp("2024-06-10")
    told = vintage(tape(FOUR, written_off), day, every="month")
    assert shares(told, "2024-01") == {0: 0, 1: 0.333, 2: 0.333, 3: 0.333, 4: 0.667}
    strict = vintage(tape(FOUR), day, LabelRules(bad_dpd_over=30), every="month")
    assert shares(strict, "2024-01") == {0: 0, 1: 0, 2: 0.333, 3: 0.333, 4: 0.333}


def test_a_tape_without_loans_and_an_unknown_period_are_refused():
    with pytest.raises(ModelError, match="no loan is known on 2024-06-10"):
        vintage(Session(None), pd.Timestamp("2024-06-10"))
    with pytest.raises(ModelError, match="every is 'week', expected one of month, quarter"):
        vintage(Session(None), pd.Timestamp("2024-06-10"), every="week")


def test_all_cohorts_together_add_month_by_month_what_those_that_came_so_far_added(tape):
    drawn = [
        ("2024-01", "0 31 61 92 122"),
        ("2024-01", "0 0 0 0 0"),
        ("2024-02", "0 0 0 0"),
        ("2024-02", "0 31 61 92"),
    ]
    curve = pooled(vintage(tape(drawn), pd.Timestamp("2024-06-10"), every="month"))
    assert curve["cohorts"].tolist() == [2, 2, 2, 2, 1]
    assert curve["share"].tolist() == [0, 0, 0, 0.5, 0.5]


def curves(shares_, cohorts=3, loans=10_000):
    return pd.DataFrame(
        [
            {
                "cohort": str(cohort),
                "month_on_book": month,
                "loans": loans,
                "bads": round(share * loans),
                "share": share,
            }
            for cohort in range(cohorts)
            for month, share in enumerate(shares_)
        ]
    ).astype({"bads": "Int64"})


def test_the_maturity_point_is_where_every_further_month_adds_next_to_nothing():
    rising = [0, 0.01, 0.02, 0.04, 0.05]
    assert maturity_point(curves([*rising, 0.05, 0.0505, 0.0505])) == 4
    assert maturity_point(curves([*rising, 0.05, 0.052, 0.052, 0.052, 0.052])) == 6


@pytest.mark.parametrize(
    ("shares_", "cohorts"),
    [
        ([0, 0.01, 0.02, 0.02, 0.02], 3),
        ([0, 0.01, 0.02, 0.03, 0.04], 3),
        ([0] * 9, 3),
        ([0, 0.01] + [0.02] * 9, 2),
    ],
)
def test_there_is_none_where_curves_still_rise_or_too_little_is_known(shares_, cohorts):
    assert maturity_point(curves(shares_, cohorts)) is None


def rolled(table, start, column="share"):
    return table[table["from"] == start].set_index("to")[column].to_dict()


def test_loans_roll_from_bucket_to_bucket_and_the_worst_absorbs(tape):
    drawn = [("2024-01", "0 1 30 31 60 61 90 91 0"), ("2024-01", "0 0 0"), ("2024-01", "0 20 0*")]
    table = roll_rates(tape(drawn), pd.Timestamp("2025-01-31"))
    assert rolled(table, "0", "loans") == {"0": 2, "1-30": 2, "31-60": 0, "61-90": 0, ">90": 0}
    assert rolled(table, "1-30", "loans") == {"0": 1, "1-30": 1, "31-60": 1, "61-90": 0, ">90": 0}
    assert rolled(table, "31-60") == {"0": 0, "1-30": 0, "31-60": 0.5, "61-90": 0.5, ">90": 0}
    assert rolled(table, "61-90") == {"0": 0, "1-30": 0, "31-60": 0, "61-90": 0.5, ">90": 0.5}
    assert rolled(table, ">90")[">90"] == 1, "a payment later does not bring it back"
    known = table.dropna(subset=["share"])
    assert (known["low"] <= known["share"]).all()
    assert (known["share"] <= known["high"]).all()


def test_a_bucket_in_which_no_loan_was_has_no_rate(tape):
    table = roll_rates(tape([("2024-01", "0 0")]), pd.Timestamp("2025-01-31"))
    assert table.loc[table["from"] != "0", ["share", "low", "high"]].isna().all(axis=None)
    assert set(table["from"]) == set(table["to"]) == set(BUCKETS)


def test_a_tape_without_performance_has_no_rates():
    table = roll_rates(Session(None), pd.Timestamp("2025-01-31"))
    assert len(table) == 25
    assert table["share"].isna().all()


def test_months_without_a_report_are_not_rolled_over(tape):
    session = tape([("2024-01", "0 0 31")])
    session.engine.execute("DELETE FROM stored_loan_performance WHERE record_id = 'L0-1'")
    assert roll_rates(session, pd.Timestamp("2025-01-31"))["loans"].sum() == 0


def test_rolls_over_several_months_remember_the_worst_in_between(tape):
    table = roll_rates(tape([("2024-01", "5 40 70 95 0")]), pd.Timestamp("2025-01-31"), months=3)
    assert rolled(table, "1-30", "loans")[">90"] == 1
    assert rolled(table, "31-60", "loans")[">90"] == 1
    with pytest.raises(ModelError, match="roll rates over 0 months"):
        roll_rates(Session(None), pd.Timestamp("2025-01-31"), months=0)


def test_what_had_not_arrived_is_in_no_table(tape):
    early = pd.Timestamp("2024-05-04")
    assert rolled(roll_rates(tape(FOUR), early), "31-60", "loans")["61-90"] == 0
    assert rolled(roll_rates(tape(FOUR), pd.Timestamp("2024-05-05")), "31-60", "loans")["61-90"] == 1
    assert pd.isna(shares(vintage(tape(FOUR), early, every="month"), "2024-01")[3])
