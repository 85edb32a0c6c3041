"""The files: the same for the same seed, with every column of the catalogue, and the oracle kept apart."""

import json

import pandas as pd
import pytest

from features.catalogue import source_named
from features.city.look import BOOKKEEPING, LOOKS


def every_byte(city):
    """All files of a city by their name."""
    return {
        str(path.relative_to(city.folder)): path.read_bytes()
        for path in sorted(city.folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tiny):
    assert every_byte(tiny("once")) == every_byte(tiny("again"))


def test_another_seed_gives_another_city(tiny):
    one, other = every_byte(tiny("one")), every_byte(tiny("other", seed=2))
    assert one.keys() == other.keys()
    assert not [name for name in one if one[name] == other[name]]


def test_every_column_of_the_catalogue_is_there_in_its_order(clean, source):
    assert list(clean.raw(source)) == [*BOOKKEEPING, *source_named(source).columns]


@pytest.mark.parametrize("source", ["registration", "court_enforcement", "housing_fund", "court_judgment"])
def test_departments_of_the_old_school_write_gb18030(clean, source):
    bytes_ = clean.bytes_of(source)
    assert LOOKS[source].header("entity_id") in bytes_.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        bytes_.decode("utf-8")


def test_tax_is_written_with_a_mark_chinese_dates_and_thousands(clean):
    first = (clean.folder / "tax_declaration.csv").read_bytes()
    assert first.startswith(b"\xef\xbb\xbf")
    tax = clean.raw("tax_declaration")
    assert tax["event_date"].str.fullmatch(r"\d{4}年\d{2}月\d{2}日").all()
    assert tax["revenue_cny"].str.fullmatch(r"\d{1,3}(,\d{3})*\.\d{2}").all()
    assert tax["revenue_cny"].str.contains(",").any()


def test_departments_differ_in_encoding_date_form_and_unit():
    manners = {
        (look.encoding, look.date_forms("event_date"), look.unit) for look in LOOKS.values() if look.is_text
    }
    assert len(manners) >= 15


def test_categories_come_in_the_words_of_the_department(clean, source):
    look, table = LOOKS[source], clean.raw(source)
    for name, column in source_named(source).columns.items():
        if column.dtype == "category":
            words = {look.words.get(name, {}).get(value, value) for value in column.values}
            assert set(table[name].dropna()) <= words


def test_the_manifest_counts_every_row(dirty):
    written = json.loads((dirty.folder / "manifest.json").read_text(encoding="utf-8"))
    for file, facts in written["files"].items():
        assert len(dirty.raw(facts["source"])) == facts["rows"] == facts["good_rows"] + facts["dirty_rows"], (
            file
        )


def test_the_oracle_is_in_no_source(clean, source):
    assert not {"oracle_pd", "health"} & set(clean.raw(source))
    assert [path.name for path in clean.folder.glob("*oracle*")] == ["oracle"]


def test_the_oracle_knows_every_loan_on_the_tape(clean):
    loans = clean.rows("loan")
    assert set(clean.oracle().index) == set(loans["record_id"])
    assert clean.manifest.loans == loans["record_id"].nunique()


def test_money_in_wan_is_exact_to_the_yuan(clean):
    wan = clean.raw("court_enforcement")["amount_cny"]
    assert not wan.str.contains("[eE]").any()
    assert (pd.to_numeric(wan) * 10_000).round(2).gt(0).all()
