"""Labels on small drawn loan tapes."""

import pandas as pd
import pytest

from features.catalogue import KEY_COLUMNS, source_named
from features.errors import ModelError
from features.session import Session
from models.label_rules import LabelRules
from models.labels import firm_outcomes, loan_outcomes, matured_labels

LOAN = {
    "entity_id": "A", "bank": "甲", "event_date": "2023-01-10", "available_at": "2023-01-12", "op": "upsert",
    "application_date": "2023-01-05", "maturity_date": "2024-01-10", "amount_cny": 100,
    "credit_line_cny": None, "annual_rate": 0.04, "term_months": 12,
    "loan_kind": "WORKING_CAPITAL", "repayment": "INSTALMENT", "green_inclusive": False,
}  # fmt: skip


def offer(session, name, frame, **usual):
    """Rows of a source as drawn; what the drawing leaves out is usual."""
    frame = frame.assign(**{column: value for column, value in usual.items() if column not in frame})
    frame["available_at"] = frame.get("available_at", frame.get("event_date"))
    frame["record_id"] = frame.get("record_id", pd.Series([f"{name}{row}" for row in range(len(frame))]))
    source = source_named(name)
    session.offer(source, frame[[*KEY_COLUMNS, *source.columns]])


@pytest.fixture
def tape(rows):
    """Loans disbursed on 2023-01-10 for twelve months unless drawn otherwise, and what became of them."""

    def label(performance, as_of, *, events=None, loans=None, rules=None):
        session = Session(None)
        seen = rows(performance)
        drawn = rows(loans) if loans else pd.DataFrame({"record_id": seen["loan_id"].unique()})
        offer(session, "loan", drawn, **LOAN)
        offer(session, "loan_performance", seen, entity_id="A", balance_cny=50, risk_class="NORMAL")
        if events:
            offer(session, "loan_event", rows(events), entity_id="A", amount_cny=50)
        return loan_outcomes(session, pd.Timestamp(as_of), rules)

    return label


GOOD = """
    loan_id | event_date | dpd
    L1      | 2023-12-31 | 0
    """


def test_default_is_strictly_more_than_ninety_days(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L90     | 2023-12-31 | 90
        L91     | 2023-12-31 | 91
        """,
        "2024-02-01",
    )
    assert told["bad"].to_dict() == {"L90": False, "L91": True}
    assert told["grey"].to_dict() == {"L90": True, "L91": False}
    assert told.loc["L91", "cause"] == "dpd"
    assert pd.isna(told.loc["L90", "cause"])


def test_a_bank_may_draw_the_line_elsewhere(tape):
    drawing = """
        loan_id | event_date | dpd
        L60     | 2023-12-31 | 60
        L61     | 2023-12-31 | 61
        """
    told = tape(drawing, "2024-02-01", rules=LabelRules(bad_dpd_over=60, grey_dpd_over=60))
    assert told["bad"].to_dict() == {"L60": False, "L61": True}
    assert not told["grey"].any()


def test_a_non_performing_class_is_default_whatever_the_days(tape):
    drawing = """
        loan_id | event_date | dpd | risk_class
        L1      | 2023-12-31 | 0   | SUBSTANDARD
        L2      | 2023-12-31 | 0   | SPECIAL_MENTION
        """
    told = tape(drawing, "2024-02-01")
    assert told["bad"].to_dict() == {"L1": True, "L2": False}
    assert told.loc["L1", "cause"] == "class"
    lenient = tape(drawing, "2024-02-01", rules=LabelRules(non_performing=("DOUBTFUL", "LOSS")))
    assert not lenient["bad"].any()


def test_default_after_the_window_does_not_count(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L1      | 2023-12-31 | 0
        L1      | 2024-02-29 | 120
        """,
        "2024-06-01",
    )
    assert told["bad"].to_dict() == {"L1": False}


def test_a_loan_whose_window_is_open_has_no_label(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L1      | 2023-06-30 | 0
        L2      | 2023-06-30 | 120
        """,
        "2023-12-01",
    )
    assert not told["mature"].any(), "an early default alone would make a cohort of defaults"
    assert told[["bad", "grey", "cause"]].isna().all(axis=None)


def test_a_loan_that_is_no_longer_reported_is_not_called_good(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L1      | 2023-06-30 | 0
        """,
        "2024-06-01",
    )
    assert told["bad"].isna().all()


def test_a_loan_repaid_early_is_good(tape):
    told = tape(
        """
        loan_id | event_date | dpd | balance_cny
        L1      | 2023-06-30 | 0   | 0
        """,
        "2024-06-01",
    )
    assert told["bad"].to_dict() == {"L1": False}


def test_performance_that_had_not_arrived_does_not_count(tape):
    drawing = """
        loan_id | event_date | available_at | dpd
        L1      | 2023-12-31 | 2024-01-05   | 0
        L1      | 2023-11-30 | 2024-09-01   | 120
        """
    assert tape(drawing, "2024-06-01")["bad"].to_dict() == {"L1": False}
    assert tape(drawing, "2024-09-01")["bad"].to_dict() == {"L1": True}


BULLETS = """
    record_id | term_months | maturity_date | repayment
    B6        | 6           | 2023-07-10    | BULLET
    B12       | 12          | 2024-01-10    | BULLET
    I12       | 12          | 2024-01-10    | INSTALMENT
    B36       | 36          | 2026-01-10    | BULLET
    """


def windows(told):
    return told["window_end"].dt.strftime("%Y-%m-%d").to_dict()


def test_a_bullet_loan_is_watched_until_three_months_after_its_principal_fell_due(tape):
    told = tape(GOOD, "2024-02-01", loans=BULLETS)
    assert windows(told) == {
        "B6": "2023-10-10",
        "B12": "2024-04-10",
        "I12": "2024-01-10",
        "B36": "2026-04-10",
    }


def test_a_bank_may_watch_bullet_loans_as_long_as_others_or_bound_the_window(tape):
    alike = tape(GOOD, "2024-02-01", loans=BULLETS, rules=LabelRules(bullet_grace_months=None))
    assert set(windows(alike).values()) == {"2024-01-10"}
    bounded = tape(GOOD, "2024-02-01", loans=BULLETS, rules=LabelRules(longest_window_months=18))
    assert windows(bounded)["B36"] == "2024-07-10"
    assert windows(bounded)["B12"] == "2024-04-10"
    assert bounded["window_months"].to_dict() == {"B6": 9, "B12": 15, "I12": 12, "B36": 18}


def test_a_bullet_loan_not_repaid_at_maturity_is_bad_though_every_instalment_of_interest_was_paid(tape):
    drawing = """
        loan_id | event_date | dpd
        B12     | 2023-12-31 | 0
        B12     | 2024-01-31 | 21
        B12     | 2024-03-31 | 81
        B12     | 2024-04-09 | 91
        """
    loans = "\n".join(BULLETS.splitlines()[:2] + BULLETS.splitlines()[3:4])
    assert tape(drawing, "2024-05-01", loans=loans)["bad"].to_dict() == {"B12": True}
    twelve = tape(drawing, "2024-05-01", loans=loans, rules=LabelRules(bullet_grace_months=None))
    assert twelve["bad"].to_dict() == {"B12": False}


def test_a_bullet_loan_still_owed_after_maturity_and_then_not_reported_is_not_called_good(tape):
    drawing = """
        loan_id | event_date | dpd | balance_cny
        B12     | 2024-01-31 | 0   | {}
        """
    loans = "\n".join(BULLETS.splitlines()[:2] + BULLETS.splitlines()[3:4])
    assert tape(drawing.format(50), "2024-05-01", loans=loans)["bad"].isna().all()
    assert tape(drawing.format(0), "2024-05-01", loans=loans)["bad"].to_dict() == {"B12": False}


def test_a_loan_reported_until_it_fell_due_and_not_afterwards_was_repaid(tape):
    loans = "\n".join(BULLETS.splitlines()[:2] + BULLETS.splitlines()[3:4])
    drawing = """
        loan_id | event_date | dpd
        B12     | 2023-12-31 | 0
        """
    assert tape(drawing, "2024-05-01", loans=loans)["bad"].to_dict() == {"B12": False}


EVENT = """
    loan_id | event_date | available_at | kind
    L1      | 2023-10-15 | 2023-10-20   | {}
    """


@pytest.mark.parametrize(
    ("kind", "bad", "grey", "cause"),
    [
        ("WRITTEN_OFF", True, False, "write_off"),
        ("DEBT_EVASION", True, False, "evasion"),
        ("RESTRUCTURED", False, True, None),
        ("RENEWED_WITH_RELIEF", False, True, None),
        ("RENEWED_WITHOUT_REPAYMENT", False, False, None),
    ],
)
def test_each_event_makes_of_a_loan_what_the_rules_say(tape, kind, bad, grey, cause):
    told = tape(GOOD, "2024-02-01", events=EVENT.format(kind)).loc["L1"]
    assert (told["bad"], told["grey"]) == (bad, grey)
    assert told["cause"] == cause if cause else pd.isna(told["cause"])


KINDS = {
    "renewed": "RENEWED_WITHOUT_REPAYMENT",
    "renewed_with_relief": "RENEWED_WITH_RELIEF",
    "restructured": "RESTRUCTURED",
}


@pytest.mark.parametrize("rule", KINDS)
@pytest.mark.parametrize("treatment", ["ignored", "grey", "bad"])
def test_renewals_and_restructurings_are_kept_apart_and_judged_one_by_one(tape, rule, treatment):
    performance = "loan_id | event_date | dpd" + "".join(f"\n{name} | 2023-12-31 | 0" for name in KINDS)
    events = "loan_id | event_date | kind" + "".join(
        f"\n{name} | 2023-10-15 | {kind}" for name, kind in KINDS.items()
    )
    rules = LabelRules(**(dict.fromkeys(KINDS, "ignored") | {rule: treatment}))
    told = tape(performance, "2024-02-01", events=events, rules=rules)
    for name in KINDS:
        assert told.loc[name, "bad"] == (treatment == "bad" and name == rule)
        assert told.loc[name, "grey"] == (treatment == "grey" and name == rule)
        assert [flag for flag in KINDS if told.loc[name, flag]] == [name]
    assert told["cause"].dropna().to_dict() == ({rule: rule} if treatment == "bad" else {})


def test_a_default_outweighs_what_would_make_it_indeterminate(tape):
    drawing = """
        loan_id | event_date | dpd
        L1      | 2023-12-31 | 120
        """
    told = tape(drawing, "2024-02-01", events=EVENT.format("RESTRUCTURED")).loc["L1"]
    assert (told["bad"], told["grey"], told["cause"]) == (True, False, "dpd")
    assert told["restructured"]


def test_the_cause_is_what_happened_first(tape):
    drawing = """
        loan_id | event_date | dpd | risk_class
        L1      | 2023-10-31 | 0   | SUBSTANDARD
        L1      | 2023-11-30 | 100 | SUBSTANDARD
        L2      | 2023-11-30 | 100 | SUBSTANDARD
        """
    told = tape(drawing, "2024-02-01", events=EVENT.format("WRITTEN_OFF"))
    assert told["cause"].to_dict() == {"L1": "write_off", "L2": "dpd"}


def test_an_event_that_had_not_arrived_or_lies_after_the_window_does_not_count(tape):
    late = """
        loan_id | event_date | available_at | kind
        L1      | 2023-12-01 | 2024-03-01   | WRITTEN_OFF
        L2      | 2024-01-11 | 2024-01-12   | WRITTEN_OFF
        """
    both = GOOD + "L2      | 2023-12-31 | 0\n"
    assert not tape(both, "2024-02-01", events=late)["bad"].any()
    assert tape(both, "2024-03-01", events=late)["bad"].to_dict() == {"L1": True, "L2": False}


def test_an_event_taken_back_no_longer_counts(tape):
    events = """
        loan_id | record_id | event_date | available_at | op       | kind
        L1      | E1        | 2023-10-15 | 2023-10-20   | upsert   | WRITTEN_OFF
        L1      | E1        | 2023-10-15 | 2024-01-20   | withdraw | WRITTEN_OFF
        """
    assert tape(GOOD, "2024-01-15", events=events)["bad"].to_dict() == {"L1": True}
    assert tape(GOOD, "2024-02-01", events=events)["bad"].to_dict() == {"L1": False}


def test_where_no_event_was_ever_collected_nobody_knows_whether_loans_were_renewed(tape):
    told = tape(GOOD, "2024-02-01")
    assert told.attrs["loan_events"] is False
    assert told[["renewed", "renewed_with_relief", "restructured"]].isna().all(axis=None)
    assert told["bad"].to_dict() == {"L1": False}, "the label comes from days and class alone"
    other = EVENT.format("WRITTEN_OFF").replace("L1", "L9")
    known = tape(GOOD, "2024-02-01", events=other)
    assert known.attrs["loan_events"] is True
    assert not known[["renewed", "renewed_with_relief", "restructured"]].any(axis=None)
    assert tape(GOOD, "2023-10-16", events=other).attrs["loan_events"] is False, "not yet on that day"


TWO_BANKS = """
    record_id | entity_id | bank | event_date | application_date | maturity_date
    L1        | A         | 甲   | 2023-01-10 | 2023-01-05       | 2024-01-10
    L2        | A         | 乙   | 2023-02-10 | 2023-02-05       | 2024-02-10
    L3        | B         | 甲   | 2023-02-10 | 2023-02-05       | 2024-02-10
    """
TWO_BANKS_SEEN = """
    loan_id | event_date | dpd
    L1      | 2023-12-31 | 0
    L2      | 2023-12-31 | 100
    L2      | 2024-01-31 | 130
    L3      | 2024-01-31 | 45
    """


def test_a_firm_is_as_bad_as_the_worst_of_its_loans_at_any_bank(tape):
    firms = firm_outcomes(tape(TWO_BANKS_SEEN, "2024-03-01", loans=TWO_BANKS)).set_index("entity_id")
    assert firms["bad"].to_dict() == {"A": True, "B": False}
    assert firms["grey"].to_dict() == {"A": False, "B": True}
    assert firms["banks"].to_dict() == {"A": 2, "B": 1}
    assert firms.loc["A", "cause"] == "dpd"
    assert firms.loc["A", "worst_dpd"] == 130
    assert firms.loc["A", "application_date"] == pd.Timestamp("2023-01-05")
    assert firms.loc["A", "window_end"] == pd.Timestamp("2024-02-10")


def test_a_firm_has_no_label_while_one_of_its_loans_has_none(tape):
    firms = firm_outcomes(tape(TWO_BANKS_SEEN, "2024-02-01", loans=TWO_BANKS))
    assert not firms["mature"].any()
    assert firms[["bad", "grey", "cause"]].isna().all(axis=None)


def test_firms_can_be_labelled_cohort_by_cohort(tape):
    firms = firm_outcomes(tape(TWO_BANKS_SEEN, "2024-03-01", loans=TWO_BANKS), every="M")
    told = firms.set_index(["entity_id", "cohort"])["bad"].to_dict()
    assert told == {("A", "2023-01"): False, ("A", "2023-02"): True, ("B", "2023-02"): False}


def test_banks_whose_outcomes_are_of_different_days_are_not_mixed(tape):
    days = [tape(TWO_BANKS_SEEN, day, loans=TWO_BANKS) for day in ("2024-03-01", "2024-04-01")]
    with pytest.raises(ModelError, match="as of one day, found 2: 2024-03-01, 2024-04-01"):
        firm_outcomes(pd.concat(days))


def test_labels_of_a_mature_cohort_are_zeros_and_ones(tape):
    told = matured_labels(tape(TWO_BANKS_SEEN, "2024-03-01", loans=TWO_BANKS))
    assert told.to_dict() == {"L1": 0, "L2": 1, "L3": 0}


def test_labelling_an_immature_cohort_is_refused_with_the_days(tape):
    with pytest.raises(
        ModelError, match="2 of 3 outcomes have no label on 2024-02-01: the windows of L2, L3 "
    ) as no:
        matured_labels(tape(TWO_BANKS_SEEN, "2024-02-01", loans=TWO_BANKS))
    assert "the last on 2024-02-10 (9 days later)" in str(no.value)


def test_labelling_loans_that_fell_silent_is_refused_by_name(tape):
    drawing = """
        loan_id | event_date | dpd
        L1      | 2023-06-30 | 0
        """
    with pytest.raises(ModelError, match="1 are not reported until their windows end: L1;"):
        matured_labels(tape(drawing, "2024-06-01"))
