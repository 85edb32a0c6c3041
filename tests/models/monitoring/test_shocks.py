import pytest

from models.monitoring.shocks import shocks


def test_an_industry_that_sells_less_and_pays_less_is_hit(months, numbers):
    history = months()
    for month in history[-2:]:
        month.activity["vat_invoice"]["C17"] = [120.0, -0.45, 0.5]
        month.arrears["C17"] = [150, 18]
    (told,) = shocks(history, numbers)
    assert (told.kind, told.subject, told.since) == ("industry_shock", "C17", "2026-08")
    assert told.needs_person
    assert "增值税发票" in told.what_zh
    assert "逾期" in told.what_zh


def test_one_strong_sign_is_enough_and_one_weak_one_is_not(months, numbers):
    history = months()
    history[-1].activity["vat_invoice"]["C17"] = [120.0, -0.5, 0.5]
    assert [one.subject for one in shocks(history, numbers)] == ["C17"]
    history[-1].activity["vat_invoice"]["C17"] = [120.0, -0.26, 0.5]
    assert list(shocks(history, numbers)) == []


def test_scores_that_worsen_beyond_all_others_are_a_sign(months, numbers):
    history = months()
    history[-1].population.shifts["1"]["C17"] = [120.0, 0.6, 0.5]
    assert [one.subject for one in shocks(history, numbers)] == ["C17"]


def test_a_bad_month_for_all_is_no_shock_of_one(months, numbers):
    history = months()
    for name, (firms, mean, spread) in history[-1].activity["vat_invoice"].items():
        history[-1].activity["vat_invoice"][name] = [firms, mean - 0.5, spread]
        history[-1].arrears[name] = [150, 30]
    assert list(shocks(history, numbers)) == []


def test_a_season_that_comes_every_year_is_none(months, numbers):
    history = months()
    for month in history[1::2]:
        month.activity["vat_invoice"]["C17"] = [120.0, -0.4, 0.5]
    assert list(shocks(history, numbers)) == []


@pytest.mark.parametrize("seed", range(10))
def test_quiet_months_say_nothing(months, numbers, seed):
    assert list(shocks(months(seed=seed), numbers)) == []
