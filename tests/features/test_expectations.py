"""Suites derived from the catalogue: each rule fires and stays silent, for every source."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.catalogue import KEY_COLUMNS, CrossCheck, load_catalogue, source_named
from features.errors import LvdaitongError
from features.expectations import (
    DUPLICATE,
    Judge,
    broken_rules,
    expectations_of,
    rule_of,
    types_of,
)
from features.lake import MONEY

SOURCES = load_catalogue()
KINDS = {
    "text": "str",
    "category": "str",
    "date": "datetime64[us]",
    "flag": "boolean",
    "money": pd.ArrowDtype(MONEY),
}
GOOD = {"text": "x", "date": pd.Timestamp("2024-01-05"), "flag": True}


def column(values: list[object], dtype: str) -> pd.Series:
    if dtype == "money":
        exact = pa.array([None if value is None else f"{value:.2f}" for value in values]).cast(MONEY)
        return pd.Series(pd.array(exact, dtype=KINDS["money"]))
    return pd.Series(values, dtype=KINDS.get(dtype, "float64"))


def good_value(one) -> object:
    """A value that keeps every promise of a column but its pattern."""
    if one.values:
        return one.values[0]
    if one.minimum is not None:
        return one.minimum
    return one.maximum if one.maximum is not None else GOOD.get(one.dtype, 1.0)


def rows_of(source, count: int = 3, **changed: list[object]) -> pd.DataFrame:
    """Rows that keep every promise, but for the columns given."""
    keys = {
        "entity_id": ("text", ["A"] * count),
        "record_id": ("text", [f"r{number}" for number in range(count)]),
        "event_date": ("date", [pd.Timestamp("2024-01-05")] * count),
        "available_at": ("date", [pd.Timestamp("2024-01-08")] * count),
        "op": ("text", ["upsert"] * count),
    }
    columns = keys | {one.name: (one.dtype, [good_value(one)] * count) for one in source.columns.values()}
    return pd.DataFrame(
        {name: column(changed.get(name, values), dtype) for name, (dtype, values) in columns.items()}
    )


def found(rows: pd.DataFrame, source) -> dict[str, list[bool]]:
    return {rule: where.tolist() for rule, where in broken_rules(rows, source).items()}


LAST = [False, False, True]


def cases(source):
    """Of every promise of a source: the column, the values whose last breaks it, and the rule."""
    for name in KEY_COLUMNS:
        good = rows_of(source)[name].tolist()
        yield name, [*good[:2], None], f"{name}: is missing"
    for one in source.columns.values():
        good = good_value(one)
        if one.required:
            yield one.name, [good, good, None], f"{one.name}: is missing"
        if one.values:
            yield one.name, [good, one.values[-1], "?"], f"{one.name}: not one of {', '.join(one.values)}"
        if one.minimum is not None:
            yield one.name, [one.minimum, good, one.minimum - 1], f"{one.name}: "
        if one.maximum is not None:
            yield one.name, [one.maximum, good, one.maximum + 1], f"{one.name}: "


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_promise_of_a_source_fires_for_the_row_that_breaks_it_and_no_other(source):
    judge = Judge(source)
    for name, values, rule in cases(source):
        broken = judge.broken_rules(rows_of(source, **{name: values}))
        told = {said: where.tolist() for said, where in broken.items() if said.startswith(f"{name}:")}
        assert [where for said, where in told.items() if said.startswith(rule)] == [LAST], (name, told)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_rows_that_keep_every_promise_break_none(source):
    dates = {check.column for check in source.checks} | {check.other for check in source.checks}
    rows = rows_of(source, **{name: [pd.Timestamp("2024-01-05")] * 3 for name in dates})
    patterned = {one.name for one in source.columns.values() if one.pattern}
    assert {rule.split(":")[0] for rule in found(rows, source)} <= patterned


INVOICE = source_named("vat_invoice")
DAY = pd.Timestamp("2024-01-05")


AMOUNT = "amount_cny: outside -10,000,000,000 to 10,000,000,000"
FOUNDED = pd.Timestamp("1949-10-01")


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"op": ["upsert", "withdraw", "delete"]}, "op: not one of upsert, withdraw"),
        ({"event_date": [FOUNDED, DAY, pd.Timestamp("1949-09-30")]}, "event_date: below 1949-10-01"),
        ({"available_at": [DAY, DAY, pd.Timestamp("2024-01-04")]}, "available_at: before event_date"),
        ({"amount_cny": [-1e10, 1e10, 10_000_000_000.01]}, AMOUNT),
        ({"amount_cny": [0.0, 1.0, -10_000_000_000.01]}, AMOUNT),
    ],
)
def test_the_bound_itself_is_kept_and_a_fen_beyond_is_not(changed, rule):
    assert found(rows_of(INVOICE, **changed), INVOICE) == {rule: LAST}


def test_missing_where_it_may_be_breaks_nothing():
    rows = rows_of(INVOICE, tax_cny=[None] * 3, counterparty=[None] * 3, invoice_number=[None] * 3)
    assert found(rows, INVOICE) == {}


def test_a_pattern_is_asked_of_every_value():
    patterned = replace(INVOICE.columns["invoice_number"], pattern="^[0-9]{8}$")
    source = replace(INVOICE, columns={**INVOICE.columns, "invoice_number": patterned})
    rows = rows_of(INVOICE, invoice_number=["12345678", None, "1234567x"])
    assert found(rows, source) == {"invoice_number: not of the form ^[0-9]{8}$": LAST}


def test_a_pair_of_dates_is_compared_where_both_are_there():
    court = source_named("dishonest_debtor")
    source = replace(court, checks=(CrossCheck("not before", "delisted_date", "event_date"),))
    rows = rows_of(source, delisted_date=[DAY, None, pd.Timestamp("2024-01-04")])
    assert found(rows, source) == {"delisted_date: before event_date": LAST}


@pytest.mark.parametrize("far", ["2999-12-31", "9999-12-31"])
def test_a_day_beyond_the_range_of_nanoseconds_is_judged_all_the_same(far):
    days = [pd.Timestamp(far), DAY, pd.Timestamp("1500-01-01")]
    rows = rows_of(INVOICE, event_date=days, available_at=[pd.Timestamp("9999-12-31")] * 3)
    assert found(rows, INVOICE) == {"event_date: below 1949-10-01": LAST}


def test_a_version_that_stood_before_is_refused():
    broken = Judge(INVOICE).broken_rules(rows_of(INVOICE), np.array([0, 0, 1]))
    assert {rule: where.tolist() for rule, where in broken.items()} == {DUPLICATE: LAST}


def test_only_the_rows_that_are_asked_for_are_judged():
    rows = rows_of(INVOICE, count=4, op=["?", "upsert", "?", "?"])
    broken = Judge(INVOICE).broken_rules(rows, among=np.array([False, True, True, False]))
    assert {rule: where.tolist() for rule, where in broken.items()} == {
        "op: not one of upsert, withdraw": [False, False, True, False]
    }
    nobody = Judge(INVOICE).broken_rules(rows, among=np.zeros(4, dtype=bool))
    assert nobody == {}


def test_a_column_of_another_type_is_the_programs_fault_and_stops_it():
    rows = rows_of(INVOICE).assign(amount_cny=[1.0, 2.0, 3.0])
    with pytest.raises(LvdaitongError, match="'amount_cny' was typed as number, expected exact decimal"):
        broken_rules(rows, INVOICE)
    judge = Judge(INVOICE)
    judge.broken_rules(rows_of(INVOICE))
    with pytest.raises(LvdaitongError, match="'amount_cny' was typed as number"):
        judge.broken_rules(rows)


def test_an_expectation_that_cannot_be_asked_is_not_taken_for_one_that_holds():
    judge = Judge(INVOICE)
    judge._present.discard("record_id")
    with pytest.raises(
        LvdaitongError, match="vat_invoice: could not be judged: expect_column_values_to_not_be"
    ):
        judge.broken_rules(rows_of(INVOICE))


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_column_has_a_type_and_every_rule_its_own_words(source):
    assert {one.column for one in types_of(source)} == {*KEY_COLUMNS, *source.columns}
    rules = [rule_of(one) for one in expectations_of(source)]
    assert len(rules) == len(set(rules))


SPARK_FIRST = """
import sys, warnings
warnings.simplefilter("error", FutureWarning)
import pyspark, pyspark.sql
before = {name: module for name, module in sys.modules.items() if name.startswith("pyspark")}
import features.expectations
assert {name: module for name, module in sys.modules.items() if name.startswith("pyspark")} == before
assert features.expectations.gxe.ExpectColumnValuesToNotBeNull
"""


def test_spark_is_neither_imported_nor_lost():
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    told = subprocess.run([sys.executable, "-c", SPARK_FIRST], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    first = "import sys, features.expectations; assert 'pyspark' not in sys.modules"
    told = subprocess.run([sys.executable, "-c", first], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
