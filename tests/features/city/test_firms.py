"""The firms: valid codes, and a view of them that depends on what kind of firm they are."""

import numpy as np
import pytest

from features.city.codes import make_codes
from features.uscc import are_valid

KINDS = {"企业": "1", "个体工商户": "2", "农民专业合作社": "3"}


@pytest.fixture(scope="session")
def register(clean):
    """One row a firm."""
    return clean.rows("registration").drop_duplicates("entity_id").set_index("entity_id")


def test_every_code_is_valid(clean, source):
    assert are_valid(clean.rows(source)["entity_id"].drop_duplicates().astype("str")).all()


def test_codes_never_repeat_even_in_a_large_city():
    firms = 200_000
    codes = make_codes(np.full(firms, 1), np.arange(firms) % 6, 31**6 - 5).to_pandas()
    assert codes.is_unique
    assert are_valid(codes.sample(2_000, random_state=1).astype("str")).all()


def test_a_code_tells_the_kind_and_the_district_of_its_firm(register):
    codes = register.index.to_series()
    assert (codes.str[1] == register["entity_type"].map(KINDS)).all()
    assert (codes.str[2:8] == register["district"]).all()


def test_every_firm_of_a_source_is_in_the_register(clean, source, register):
    assert set(clean.rows(source)["entity_id"]) <= set(register.index)


def covered_share(clean, register, source):
    """Share of the firms of each kind that a source names."""
    named = register.index.isin(clean.rows(source)["entity_id"])
    return register.assign(named=named).groupby("entity_type")["named"].mean()


@pytest.mark.parametrize("source", ["social_insurance", "electricity"])
def test_individual_businesses_rarely_insure_people_or_have_a_meter(clean, register, source):
    share = covered_share(clean, register, source)
    assert share["个体工商户"] < 0.5 < share["企业"]


def test_some_firms_have_no_invoices_connected(clean, register):
    share = covered_share(clean, register, "vat_invoice")
    assert 0.80 < share["企业"] < 0.98
    assert share["个体工商户"] < share["企业"]


def test_services_have_no_environmental_assessment(clean, register):
    assessed = clean.rows("environment")["entity_id"].unique()
    assert set(register.loc[assessed, "industry"].str[0]) <= set("ACE")


def test_below_scale_firms_rarely_have_a_carbon_code(clean):
    assessed = clean.rows("carbon_code")
    assert 0.02 < assessed["carbon_eff_k"].notna().mean() < 0.6


def test_about_a_fifth_of_the_firms_has_an_official_grade(clean, register):
    assert 0.10 < clean.rows("green_grade")["entity_id"].nunique() / len(register) < 0.28


def test_deep_green_firms_use_less_energy_than_their_industry(clean, register):
    grades = clean.rows("green_grade").drop_duplicates("entity_id").set_index("entity_id")["grade"]
    assessed = clean.rows("carbon_code").assign(energy=lambda all_: all_["energy_per_output"].astype(float))
    energy = np.log(assessed.groupby("entity_id")["energy"].mean())
    industry = register["industry"].reindex(energy.index)
    relative = energy - energy.groupby(industry).transform("mean")
    means = relative.groupby(grades.reindex(energy.index)).mean()
    assert means["深绿"] < means["中绿"] < means["浅绿"] < means["非绿"]


def test_firms_are_born_and_die_within_the_window(clean, register):
    first, last = clean.manifest.first_day, clean.manifest.last_day
    assert 0.1 < (register["established_date"] > first).mean() < 0.5
    ends = clean.rows("registration").query("status in ['注销', '吊销']")
    assert ends["event_date"].between(first, last).all()
    assert len(ends) > 10


def test_nothing_is_reported_of_a_firm_before_it_exists(clean, source, register):
    rows = clean.rows(source)
    born = register["established_date"].reindex(rows["entity_id"]).to_numpy()
    month_end = rows["event_date"] + np.timedelta64(31, "D")
    assert (month_end >= born).all()
