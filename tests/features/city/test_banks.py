"""The banks' own files: whom they know, from when, and what their figures tell beside the platform's."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.city.activity import drift, turnover
from features.city.banks import BANKS, COLUMNS, bank_tables
from features.city.banks.customers import customers_of
from features.city.banks.figures import figures
from features.city.signals import NOISE
from features.city.theme import LOAN_THEME
from features.city.themes import loan
from features.city.world import make_world
from features.uscc import are_valid

MONEY = ["account_inflow_cny", "account_outflow_cny", "average_balance_cny", "lowest_balance_cny"]


def read(folder, bank):
    """A bank's file as a bank would read it."""
    return pd.read_csv(folder / "banks" / f"{bank}.csv", parse_dates=["as_of"], dtype={"entity_id": "str"})


@pytest.fixture(scope="session")
def files(clean):
    """Every bank's file of the clean city."""
    return {bank: read(clean.folder, bank) for bank in BANKS}


@pytest.fixture(scope="session")
def both(files):
    """The rows of both banks."""
    return pd.concat(files, names=["bank"]).reset_index("bank").reset_index(drop=True)


@pytest.fixture(scope="session")
def loans(clean):
    """Every loan of the tape as it was first reported."""
    return clean.rows("loan").query("op == 'NEW'")


@pytest.fixture(scope="session")
def at_application(clean, both, loans):
    """Loans with the newest row of their bank as of the application, and the oracle's word."""
    asked = loans.join(clean.oracle()["oracle_pd"], on="record_id")
    asked = asked.assign(application_date=asked["application_date"].astype("datetime64[us]"))
    rows = both.assign(as_of=both["as_of"].astype("datetime64[us]"))
    return pd.merge_asof(
        asked.sort_values("application_date")[["entity_id", "bank", "application_date", "oracle_pd"]],
        rows.sort_values("as_of"),
        left_on="application_date",
        right_on="as_of",
        by=["entity_id", "bank"],
    ).dropna(subset=["as_of"])


def test_the_first_two_banks_of_the_tape_have_a_file(clean, loans):
    assert {path.stem for path in (clean.folder / "banks").iterdir()} == set(BANKS)
    assert set(BANKS) < set(loans["bank"])


def test_the_manifest_counts_departments_files_only(clean):
    assert not any("banks" in place for place in clean.manifest.files)


def test_columns_are_those_promised_and_firms_are_codes(files):
    for rows in files.values():
        assert list(rows) == list(COLUMNS)
        assert are_valid(rows["entity_id"]).all()


def test_a_firm_has_one_row_a_month_end_without_gaps(files):
    for rows in files.values():
        assert rows["as_of"].dt.is_month_end.all()
        assert not rows.duplicated(["entity_id", "as_of"]).any()
        months = rows["as_of"].dt.to_period("M").astype("int64").groupby(rows["entity_id"])
        assert (months.max() - months.min() + 1 == months.count()).all()


def test_no_row_is_later_than_the_city(clean, both):
    assert both["as_of"].max() <= pd.Timestamp(clean.manifest.last_day)


def test_nearly_every_loan_of_a_bank_has_a_row_of_it_before(loans, at_application):
    asked = loans["bank"].isin(BANKS).sum()
    assert len(at_application) > 0.9 * asked
    assert (at_application["as_of"] <= at_application["application_date"]).all()


def test_a_bank_knows_more_firms_than_it_lends_to_and_not_all(clean, files, loans):
    for bank, rows in files.items():
        known, borrowers = set(rows["entity_id"]), set(loans.loc[loans["bank"] == bank, "entity_id"])
        assert known - borrowers
        assert len(known) < 0.8 * clean.manifest.entities


def test_amounts_are_no_less_than_nothing_and_the_lowest_balance_is_the_lowest(both):
    assert (both[MONEY] >= 0).all(axis=None)
    assert (both["lowest_balance_cny"] <= both["average_balance_cny"] + 0.01).all()
    assert (both["returned_payments_count"] >= 0).all()


def test_figures_are_written_with_the_digits_they_have(clean):
    for bank in BANKS:
        text = pd.read_csv(clean.folder / "banks" / f"{bank}.csv", dtype="str")
        for name, digits in (("balance_cover_days", 1), ("line_utilisation_share", 4)):
            assert text[name].dropna().str.fullmatch(rf"\d+(\.\d{{1,{digits}}})?(E-\d+)?").all()


def test_a_line_and_salaries_are_there_or_missing_for_good(files):
    for rows in files.values():
        for name in ("line_utilisation_share", "salary_payments_cny"):
            has = rows[name].notna().groupby(rows["entity_id"])
            assert (has.all() | ~has.any()).all()
            assert 0.05 < rows[name].isna().mean() < 0.95
        assert rows["line_utilisation_share"].dropna().between(0, 1).all()


def test_growth_is_twelve_months_over_the_twelve_before(files):
    rows = files[BANKS[0]].sort_values(["entity_id", "as_of"])
    firms = rows.groupby("entity_id")
    inflow = firms["account_inflow_cny"]
    recent = inflow.rolling(12).sum().droplevel(0)
    before = recent.groupby(rows["entity_id"]).shift(12)
    told = rows["inflow_growth_12m_share"]
    checked = before.notna()
    assert checked.sum() > 100
    np.testing.assert_allclose(told[checked], (recent / before - 1)[checked], atol=2e-3)


def test_growth_is_missing_before_a_year_and_a_half(clean, both):
    early = both["as_of"] < pd.Timestamp(clean.manifest.first_day) + pd.DateOffset(months=16)
    assert both.loc[early, "inflow_growth_12m_share"].isna().all()
    assert both.loc[~early, "inflow_growth_12m_share"].notna().mean() > 0.8


def test_the_bank_sees_who_will_fail(at_application):
    risk = at_application["oracle_pd"]
    for name, sign in (("balance_cover_days", -1), ("returned_payments_count", 1)):
        assert sign * at_application[name].corr(risk, method="spearman") > 0.1


def test_no_figure_gives_the_outcome_away(at_application):
    figures = at_application[[name for name in COLUMNS if name not in ("entity_id", "as_of")]]
    assert figures.corrwith(at_application["oracle_pd"], method="spearman").abs().max() < 0.8


def test_the_same_city_has_the_same_bytes_and_another_seed_others(tiny):
    one, two, other = tiny("one"), tiny("two"), tiny("other", seed=2)

    def held(city):
        return [(city.folder / "banks" / f"{bank}.csv").read_bytes() for bank in BANKS]

    assert held(one) == held(two) != held(other)


@pytest.fixture(scope="module")
def customers():
    """Those of a latent city's firms that have an account at the first bank."""
    world = make_world(entities=2500, months=40, seed=5, last_month=date(2026, 10, 31))
    chunk = next(world.chunks())
    return customers_of(chunk, LOAN_THEME.rows(chunk), 0)


@pytest.fixture(scope="module")
def known(customers):
    """All that the first bank knows of them, in every month of the window."""
    return figures(customers)


def health(customers, month):
    """Latent health of the customers in a month."""
    return customers.chunk.world.health.total[customers.chunk.rows][customers.firms, month]


def sales_of(customers):
    """What the customers invoice; shape (customers, months)."""
    return (turnover(customers.chunk) * np.exp(drift(customers.chunk, "sales_growth")))[customers.firms]


def growth_of_sales(customers, month):
    """Log growth of a year's sales over the year's before, zero of those too young for it."""
    sold, old = sales_of(customers), customers.alive[:, month - 23]
    recent, before = sold[:, month - 11 : month + 1], sold[:, month - 23 : month - 11]
    return np.where(old, np.log(recent.sum(axis=1) / before.sum(axis=1)), 0.0)


def test_rows_begin_a_year_before_the_first_loan_and_end_with_the_firm(customers):
    loans = LOAN_THEME.rows(customers.chunk).query("bank == 0")
    first = loans.groupby("firm")["health_month"].min().reindex(customers.firms)
    borrowers = first.notna().to_numpy()
    assert (customers.opened[borrowers] == first[borrowers] - 12).all()
    customer, month = customers.shown()
    assert (month >= customers.opened[customer]).all()
    assert customers.alive[customer, month].all()
    assert len(month) == (customers.alive & (np.arange(40) >= customers.opened[:, None])).sum()


def test_firms_without_a_loan_are_those_of_the_house_bank(customers):
    lent = np.isin(customers.firms, LOAN_THEME.rows(customers.chunk).query("bank == 0")["firm"])
    assert not lent.all()
    assert (loan.house_bank(customers.chunk)[customers.firms[~lent]] == 0).all()
    assert (customers.opened[~lent] == 0).all()


def test_drawing_a_line_is_a_good_sign_for_producers_and_a_bad_one_for_others(customers, known):
    month = 12  # nobody's growth is known yet
    used = known["line_utilisation_share"][:, month]
    producing = customers.per_customer(customers.chunk.world.population.producing)[:, 0]
    good, bad, all_ = (
        np.corrcoef(used[who], health(customers, month)[who])[0, 1]
        for who in (~np.isnan(used) & producing, ~np.isnan(used) & ~producing, ~np.isnan(used))
    )
    assert good > 0.4
    assert bad < -0.4
    assert abs(all_) < 0.3


def test_where_sales_change_a_lot_drawing_a_line_means_the_contrary(customers, known):
    month = 39
    used = known["line_utilisation_share"][:, month]
    growth = growth_of_sales(customers, month)
    producing = customers.per_customer(customers.chunk.world.population.producing)[:, 0]
    has_line = ~np.isnan(used)
    for turned in (producing & (growth < -0.5), ~producing & (growth > 0.5)):
        who = has_line & turned
        assert who.sum() > 10
        sign = np.corrcoef(used[who], customers.view("line_need")[who, month])[0, 1]
        assert abs(sign) > 0.8
        assert (sign < 0) == producing[who].all()


def test_inflow_tells_more_when_it_is_held_against_sales(customers, known):
    sold = sales_of(customers)
    old, late = customers.alive.all(axis=1), slice(28, 40)
    inflow, sales = (
        np.log(values[old, late].sum(axis=1) / values[old, 4:16].sum(axis=1))
        for values in (known["account_inflow_cny"], sold)
    )
    known_both = np.column_stack([inflow, sales, np.ones(old.sum())])
    weights = np.linalg.lstsq(known_both, health(customers, 39)[old], rcond=None)[0]
    alone = np.corrcoef(inflow, health(customers, 39)[old])[0, 1]
    together = np.corrcoef(known_both @ weights, health(customers, 39)[old])[0, 1]
    assert together > alone + 0.1
    assert weights[0] > 0
    assert weights[1] > 0  # at the same inflow, the firm that sold more has outgrown this bank


def test_what_the_banks_know_moves_no_other_number(customers):
    chunk = customers.chunk
    before = LOAN_THEME.rows(chunk)
    once, again = (bank_tables(chunk, before) for _ in range(2))
    assert once == again
    assert LOAN_THEME.rows(chunk).equals(before)


def test_without_any_loan_the_house_customers_are_left(customers):
    none = LOAN_THEME.rows(customers.chunk).iloc[:0]
    for table in bank_tables(customers.chunk, none):
        assert table.schema.names == list(COLUMNS)
        assert table.num_rows


def test_views_that_only_the_banks_read_move_no_other_file(tiny, monkeypatch):
    usual = tiny("usual")
    for name in ("account_share", "line_need", "cash_buffer", "returned_payment", "salary_paid"):
        monkeypatch.setitem(NOISE, name, 3 * NOISE[name])
    other = tiny("other_views")

    def held(city):
        return {
            path.relative_to(city.folder).as_posix(): path.read_bytes()
            for path in sorted(city.folder.rglob("*"))
            if path.is_file()
        }

    one, two = held(usual), held(other)
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} == {f"banks/{bank}.csv" for bank in BANKS}
