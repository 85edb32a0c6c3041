"""Two sources held against each other."""

import duckdb
import ibis
import pandas as pd
import pytest

from features.assemble import combined_columns
from features.definitions import by_name
from features.definitions.across_sources import FEATURES
from features.feature import Combined, Feature


def computed(name: str, **parts: list[float | None]) -> list[float | None]:
    """A combined feature from columns of its parts."""
    one = by_name()[name]
    values = pd.DataFrame(parts, dtype="float64")
    table = ibis.table(dict.fromkeys(parts, "float64"), name="parts")
    query = table.select(**combined_columns(table, [one]))
    with duckdb.connect() as engine:
        engine.register("parts", values)
        found = engine.execute(ibis.to_sql(query, dialect="duckdb")).df()[name]
    return [None if pd.isna(value) else float(value) for value in found]


def test_every_part_is_a_plain_feature_and_every_one_rests_on_two_sources():
    for one in FEATURES:
        assert isinstance(one, Combined)
        assert all(isinstance(part, Feature) for part in one.of)
        assert len(one.sources) == 2
        assert one.source == one.sources[0]


def test_electricity_per_sales_is_missing_where_nothing_was_sold():
    found = computed(
        "electricity_per_sales_12m", kwh_12m=[50, 50, 50, None, 0], invoiced_sales_cny_12m=[100, 0, -10, 5, 5]
    )
    assert found == [0.5, None, None, None, 0]


def test_what_was_invoiced_against_what_was_declared():
    found = computed(
        "invoiced_over_declared_gap_12m", invoiced_sales_cny_12m=[120, 100], declared_revenue_cny_12m=[100, 0]
    )
    assert found == [pytest.approx(0.2), None]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("enforced_over_sales_12m", "enforced_amount_cny_12m"),
        ("defendant_amount_over_sales", "defendant_amount_cny_24m"),
        ("tax_arrears_over_sales", "open_tax_arrears_cny"),
        ("exports_over_sales_12m", "export_value_cny_12m"),
    ],
)
def test_amounts_are_weighed_against_a_year_of_sales(name, part):
    sales = [200, 0, None]
    assert computed(name, **{part: [50, 50, 50], "invoiced_sales_cny_12m": sales}) == [0.25, None, None]


def test_people_of_three_offices():
    assert computed(
        "fund_over_insured_headcount", fund_headcount_latest=[8, 8], headcount_latest=[10, 0]
    ) == [0.8, None]
    assert computed(
        "insured_over_reported_headcount", headcount_latest=[10, None], reported_employees=[20, 20]
    ) == [0.5, None]


def test_taxes_paid_against_what_invoices_owe():
    assert computed("tax_paid_over_net_vat_12m", tax_paid_cny_12m=[30, 30], net_vat_cny_12m=[20, -5]) == [
        1.5,
        None,
    ]
