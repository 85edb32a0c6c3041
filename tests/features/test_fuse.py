"""Features computed together give what each gives alone."""

import ibis
import pandas as pd
import pytest

from features.assemble import by_source
from features.catalogue import Source, source_named
from features.definitions import ALL
from features.errors import RecipeError
from features.feature import Feature, feature
from features.fuse import Fused
from features.rows import PAIR, Rows, Value
from features.session import Session, known_schema

FEATURES = by_source(ALL)
DAYS = ("2025-12-31", "2026-02-28")


def session_over(source: Source, rows: pd.DataFrame) -> Session:
    session = Session(None, threads=1)
    session.offer(source, rows)
    pairs = [(firm, pd.Timestamp(day)) for firm in "ABCDEFG" for day in DAYS]
    session.set_spine(pd.DataFrame(pairs, columns=["entity_id", "as_of"]))
    return session


def alone(session: Session, source: Source, one: Feature) -> pd.Series:
    """The feature as it is written: its own filters, its own aggregation."""
    known = ibis.table(known_schema(source), name="known_rows")
    rows = Rows(known)
    value = one.compute(rows if one.months is None else rows.filter(rows.within(one.months)))
    (relation,) = value.op().relations
    query = (
        relation.to_expr()
        .group_by(PAIR)
        .agg(value=value.cast("float64" if one.kind == "number" else "string"))
    )
    return session.frame(query).set_index(PAIR)["value"].reindex(session.pairs_numbered.index)


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_together_each_feature_of_a_source_is_what_it_is_alone(name: str, random_rows) -> None:
    source = source_named(name)
    session = session_over(source, random_rows(source, seed=len(name)))
    together = session.values(source, FEATURES[name]).reindex(session.pairs_numbered.index)
    session.engine.execute(
        f"CREATE TEMP TABLE known_rows AS {ibis.to_sql(session._known(source), dialect='duckdb')}"
    )
    for one in FEATURES[name]:
        expected = alone(session, source, one)
        pd.testing.assert_series_equal(
            together[one.name], expected, check_names=False, check_dtype=False, rtol=1e-12, obj=one.name
        )


def test_parts_give_the_same_as_the_whole(monkeypatch: pytest.MonkeyPatch, random_rows) -> None:
    source = source_named("vat_invoice")
    rows = random_rows(source, seed=1)
    whole = session_over(source, rows).values(source, FEATURES["vat_invoice"])
    monkeypatch.setattr("features.session.ROWS_A_PART", 40)
    parts = session_over(source, rows).values(source, FEATURES["vat_invoice"])
    pd.testing.assert_frame_equal(parts.sort_index(), whole.sort_index(), check_exact=True)


@feature(source="vat_invoice", unit="count", zh="笔数")
def invoice_count(invoices: Rows) -> Value:
    """Invoices."""
    return invoices.count()


@feature(source="vat_invoice", unit="count", zh="零数", months=3)
def positive_invoice_count_3m(invoices: Rows) -> Value:
    """Invoices above zero."""
    return invoices.filter(invoices.amount_cny > 0).count()


def test_where_no_row_passes_the_filters_the_value_is_missing_and_not_zero(random_rows) -> None:
    source = source_named("vat_invoice")
    rows = random_rows(source, seed=2).assign(amount_cny=-1.0)
    values = session_over(source, rows).values(source, [invoice_count, positive_invoice_count_3m])
    assert (values["invoice_count"] > 0).all()
    assert values["positive_invoice_count_3m"].isna().all()


def test_the_same_aggregate_is_computed_once() -> None:
    known = ibis.table(known_schema(source_named("vat_invoice")), name="known")
    sql = ibis.to_sql(Fused([invoice_count] * 1, known).query(known), dialect="duckdb")
    assert sql.count("COUNT(") == 1


@feature(source="vat_invoice", unit="CNY", zh="嵌套")
def grouped_twice(invoices: Rows) -> Value:
    """Groups of groups."""
    once = invoices.group_by("counterparty").agg(amount=invoices.amount_cny.sum())
    return once.group_by("counterparty").agg(most=once.amount.max()).most.sum()


def test_what_cannot_be_computed_together_is_refused_by_name() -> None:
    known = ibis.table(known_schema(source_named("vat_invoice")), name="known")
    with pytest.raises(RecipeError, match="'grouped_twice' groups groups"):
        Fused([grouped_twice], known)
