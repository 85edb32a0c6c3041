"""Dirty rows: as many as planned, each breaking one rule, beside the good rows and never in their place."""

import pandas as pd
import pytest

from features.catalogue import source_named
from features.city.dirt import UNKNOWN_WORD, Dirt
from features.city.look import LOOKS
from features.uscc import are_valid


def facts_of(city, source):
    """What the manifest says of a source's file."""
    return city.manifest.files[LOOKS[source].place]


def added(dirty, twin, source):
    """Rows of the dirty file that its clean twin lacks, by record."""
    return dirty.raw(source)[lambda all_: ~all_["record_id"].isin(twin.raw(source)["record_id"])]


def test_dirty_rows_are_as_many_as_asked_and_every_kind_is_used_evenly(dirty, source):
    facts = facts_of(dirty, source)
    assert facts.dirty_rows == sum(facts.dirty.values()) == round(0.05 * facts.good_rows)
    assert set(facts.dirty) == set(Dirt(source, LOOKS[source]).kinds())
    assert max(facts.dirty.values()) - min(facts.dirty.values()) <= 1


def test_good_rows_are_complete_beside_the_dirt(dirty, dirty_twin, source):
    new = added(dirty, dirty_twin, source)
    rest = dirty.raw(source).drop(new.index).drop_duplicates()
    order = ["record_id", "available_at", "op"]
    pd.testing.assert_frame_equal(
        rest.sort_values(order).reset_index(drop=True),
        dirty_twin.raw(source).sort_values(order).reset_index(drop=True),
        check_dtype=False,  # an empty cell among whole numbers makes floats of them
    )


def test_duplicates_are_exact(dirty, source):
    assert dirty.raw(source).duplicated().sum() == facts_of(dirty, source).dirty["duplicate"]


def test_wrong_check_digits_are_counted(dirty, dirty_twin, source):
    codes = added(dirty, dirty_twin, source)["entity_id"].astype("str")
    assert (~are_valid(codes)).sum() == facts_of(dirty, source).dirty["bad_check_digit"]


def test_unknown_words_are_counted(dirty, source):
    table = dirty.raw(source)
    found = sum(
        (table[name] == UNKNOWN_WORD).sum()
        for name, column in source_named(source).columns.items()
        if column.dtype == "category"
    )
    assert found == facts_of(dirty, source).dirty.get("unknown_category", 0)


def test_dates_that_do_not_exist_are_counted(dirty, source):
    look = LOOKS[source]
    if not look.is_text:
        assert "impossible_date" not in facts_of(dirty, source).dirty
        return
    impossible = dirty.days(source, "event_date").isna() & dirty.raw(source)["event_date"].notna()
    assert impossible.sum() == facts_of(dirty, source).dirty["impossible_date"]


def test_empty_mandatory_cells_are_counted(dirty, source):
    table = dirty.raw(source)
    must = [name for name, column in source_named(source).columns.items() if column.required]
    empty = table[["entity_id", "record_id", "event_date", "available_at", "op", *must]].isna()
    assert empty.to_numpy().sum() == facts_of(dirty, source).dirty["empty_mandatory"]


def test_values_below_their_bound_are_counted(dirty, dirty_twin, source):
    new = added(dirty, dirty_twin, source)
    found = 0
    for name, column in source_named(source).columns.items():
        if column.minimum is not None:
            found += (dirty.numbers(source, name, new) < column.minimum).sum()
    assert found == facts_of(dirty, source).dirty.get("out_of_bounds", 0)


@pytest.mark.parametrize("source", ["vat_invoice", "loan_performance"])
def test_parquet_holds_only_the_dirt_that_its_types_can(source):
    assert "impossible_date" not in Dirt(source, LOOKS[source]).kinds()


def test_no_dirt_is_planted_unasked(clean):
    assert all(facts.dirty_rows == 0 for facts in clean.manifest.files.values())
