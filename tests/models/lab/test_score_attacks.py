"""Attacks on scores, on tables of rates, and on rows without any score."""

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.lab.score_attacks import on_rates, on_rows, on_scores

LOANS = 1200


@pytest.fixture(scope="module")
def loans():
    """Loans of 600 firms, half of them learnt from; risk falls with `paid`, fails more often later."""
    rng = np.random.default_rng(3)
    firm = np.arange(LOANS) // 2
    member = firm % 2 == 0
    paid = rng.normal(size=LOANS)
    bad = (rng.random(LOANS) < 1 / (1 + np.exp(1.5 * ~member + paid))).astype(int)
    columns = pd.DataFrame({"paid": paid, "noise": rng.normal(size=LOANS), "place": "甲"})
    return columns, bad, member, firm


def by_name(attacks):
    return {one.name: one for one in attacks}


def attacked(loans, log_odds, **changes):
    columns, bad, member, firm = loans
    said = {"log_odds": pd.Series(log_odds), "bad": bad, "member": member, "groups": firm, "columns": columns}
    said |= changes
    return by_name(on_scores(said["log_odds"].to_frame("score"), **said))


def test_scores_that_had_not_seen_their_loans_tell_nobody_apart(loans):
    found = attacked(loans, -loans[0]["paid"])
    assert {one.name for one in found.values() if one.gates} == {
        "membership_by_loss",
        "membership_by_confidence",
        "attribute_paid_gained",
        "attribute_noise_gained",
    }
    for one in found.values():
        assert not one.gates or one.auc.low < 0.55


def test_that_more_fail_in_one_period_gives_no_member_away(loans):
    """The same scores for all: what is left is the rate of default, which the attacker knows anyway."""
    found = attacked(loans, np.zeros(LOANS))
    assert found["membership_by_loss"].auc.value == pytest.approx(0.5, abs=0.001)


def test_scores_that_had_seen_their_loans_are_found_out(loans):
    _, bad, member, _ = loans
    seen = np.where(bad == 1, 4.0, -4.0) + np.random.default_rng(0).normal(size=LOANS)
    found = attacked(loans, np.where(member, seen, -loans[0]["paid"]))
    assert found["membership_by_loss"].auc.value > 0.9
    assert found["membership_by_loss"].auc.low > 0.55


def test_scores_that_tell_more_of_members_columns_than_of_others_are_found_out(loans):
    columns, _, member, _ = loans
    told = np.where(member, columns["noise"], np.random.default_rng(1).normal(size=LOANS))
    found = attacked(loans, told)
    assert found["attribute_noise"].auc.value > 0.9
    assert not found["attribute_noise"].gates
    assert found["attribute_noise_gained"].auc.low > 0.55


def test_what_scores_tell_of_their_columns_by_agreement_does_not_gate(loans):
    found = attacked(loans, -loans[0]["paid"])
    assert found["attribute_paid"].auc.value > 0.9
    assert found["attribute_paid_gained"].auc.low < 0.55


def test_without_a_column_of_numbers_there_is_only_guessing(loans):
    found = attacked(loans, -loans[0]["paid"], columns=loans[0][["place"]])
    assert found["attribute_without_columns"].auc.value == 0.5


def test_loans_of_one_kind_alone_cannot_be_told_apart(loans):
    with pytest.raises(ModelError, match="expected both kinds"):
        attacked(loans, -loans[0]["paid"], member=np.ones(LOANS, dtype=bool))


def test_a_table_of_large_cells_gives_nobody_away_and_one_of_single_loans_does(loans):
    _, bad, _, firm = loans
    label, groups = pd.Series(bad), pd.Series(firm.astype(str))
    large = by_name(on_rates(pd.Series(np.arange(LOANS) % 4), label, groups, 10))
    assert large["membership_by_table"].auc.low < 0.55
    assert large["attribute_outcome_gained"].auc.low < 0.55
    single = by_name(on_rates(pd.Series(firm), label, groups, 0))
    assert single["membership_by_table"].auc.low > 0.55
    assert single["attribute_outcome_gained"].auc.low > 0.55
    withheld = by_name(on_rates(pd.Series(firm), label, groups, 10))
    assert withheld["membership_by_table"].auc.value == pytest.approx(0.5, abs=0.001)


def test_a_table_of_one_firm_is_no_table():
    with pytest.raises(ModelError, match="two firms at least"):
        on_rates(pd.Series([1, 1]), pd.Series([0, 1]), pd.Series(["a", "a"]), 10)


def test_rows_without_scores_leave_only_guessing():
    assert [(one.name, one.auc.value, one.gates) for one in on_rows()] == [
        ("membership_without_scores", 0.5, True),
        ("attribute_without_columns", 0.5, True),
    ]
