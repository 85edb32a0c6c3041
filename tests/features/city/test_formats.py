"""The formats in which departments send: sheets, archives, packed files, JSON lines and odd spellings."""

import gzip
import json
import zipfile
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from features.catalogue import load_catalogue, source_named
from features.city import make_city
from features.city.look import BOOKKEEPING, LOOKS
from features.city.spelling import thousands
from features.city.theme import THEMES
from features.errors import RequestError
from pipelines.recipe import load_recipe

RESEARCH_ONLY = {"credit_record", "business_exit"}


def test_the_city_sends_every_source_of_the_catalogue_but_those_of_research():
    assert {theme.source for theme in THEMES} == set(load_catalogue()) - RESEARCH_ONLY == set(LOOKS)


def test_no_two_sources_begin_their_record_numbers_alike():
    prefixes = [look.prefix for look in LOOKS.values()]
    assert len(set(prefixes)) == len(prefixes)


def test_even_the_smallest_city_has_rows_of_every_source(tiny):
    empty = [place for place, facts in tiny("smallest").manifest.files.items() if not facts.good_rows]
    assert empty == []


def test_the_recipe_names_the_file_part_and_headers_of_every_look(source):
    (table,) = [table for table in load_recipe("city").tables if table.source.name == source]
    look = LOOKS[source]
    names = [*BOOKKEEPING, *source_named(source).columns]
    assert table.file == look.file
    assert look.part in ("", getattr(table, "sheet", None), getattr(table, "member", None))
    assert table.headers == {look.header(name) for name in names}
    assert set(table.columns) == set(names)


def test_one_workbook_holds_two_lists_below_title_rows(clean):
    lists = ["abnormal_operation", "serious_violation"]
    assert len({LOOKS[source].file for source in lists}) == 1
    for source in lists:
        titles, header = clean.sheet(source)[:2], clean.sheet(source)[2]
        assert [row[0] for row in titles] == list(LOOKS[source].titles)
        assert {cell for row in titles for cell in row[1:]} == {""}
        assert header[0] == "统一社会信用代码"


def test_one_sheet_holds_days_and_the_other_text(clean):
    place = 2
    days = {type(row[place]) for row in clean.sheet("abnormal_operation")[3:]}
    assert days <= {date, datetime}
    words = [row[place] for row in clean.sheet("serious_violation")[3:]]
    assert all(pd.Series(words).str.fullmatch(r"\d{4}年\d{2}月\d{2}日"))


def test_money_in_a_sheet_is_a_number(clean):
    amounts = {type(row[-1]) for row in clean.sheet("subsidy_award")[3:] if row[-1] != ""}
    assert amounts == {float}


def test_one_archive_holds_two_tables_of_a_fixed_day(clean):
    with zipfile.ZipFile(clean.folder / "司法公开.zip") as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 1, 1, 0, 0, 0)}
        assert archive.namelist() == ["裁判文书.csv", "失信被执行人.csv"]


@pytest.mark.parametrize("file", ["water_gas.csv.gz", "patent.jsonl.gz"])
def test_a_packed_file_has_no_time_and_no_name_in_it(clean, file):
    packed = (clean.folder / file).read_bytes()
    assert packed[3:8] == bytes(5), "no flags, no time"
    assert gzip.decompress(packed)


def test_json_lines_have_bare_numbers_and_words_in_quotes(clean):
    first = json.loads(clean.bytes_of("customs").decode().splitlines()[0])
    assert list(first) == [
        LOOKS["customs"].header(name) for name in (*BOOKKEEPING, "direction", "value_cny", "credit_class")
    ]
    assert isinstance(first["value_rmb"], float)
    assert isinstance(first["month"], str)


def test_missing_is_null_in_json_lines(clean):
    patents = [json.loads(line) for line in clean.bytes_of("patent").decode().splitlines()]
    assert {type(row["失效日期"]) for row in patents} == {str, type(None)}


def test_grades_come_as_the_unicode_text_of_a_spreadsheet(clean):
    bytes_ = clean.bytes_of("tax_credit_grade")
    assert bytes_.startswith(b"\xff\xfe")
    text = bytes_.decode("utf-16")
    assert "\ufeff" not in text, "one mark, though written chunk by chunk"
    assert "\t" in text.splitlines()[0]


@pytest.fixture(scope="session")
def many_chunks(tiny):
    """One of the smallest cities, written in chunks of a few firms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("features.city.world.CHUNK_FIRMS", 15)
        return tiny("chunks")


TEXTS = sorted(name for name, look in LOOKS.items() if look.ending in (".csv", ".tsv", ".txt"))


@pytest.mark.parametrize("source", TEXTS)
def test_marks_and_headers_stand_once_however_many_chunks_are_written(many_chunks, source):
    text = many_chunks.bytes_of(source).decode(LOOKS[source].encoding)
    assert "\ufeff" not in text
    assert text.count(LOOKS[source].header("record_id")) == 1


def test_sheets_go_on_below_what_they_hold(many_chunks):
    for source in ("abnormal_operation", "serious_violation", "subsidy_award"):
        rows = many_chunks.manifest.files[LOOKS[source].place].rows
        assert len(many_chunks.sheet(source)) == len(LOOKS[source].titles) + 1 + rows


def test_pledges_are_written_in_full_width_digits(clean):
    assert clean.raw("pledge")["secured_cny"].str.fullmatch("[０-９．]+").all()
    assert clean.numbers("pledge", "secured_cny").between(1e4, 1e9).all()


def test_shares_written_as_per_cent_are_shares(clean):
    assert clean.numbers("pledge", "equity_share").dropna().between(0, 1).all()
    assert clean.numbers("equity_investment", "share").median() > 0.2
    assert clean.raw("equity_investment")["share"].str.fullmatch(r"\d{1,3}\.\d").all()


def test_licences_mix_three_forms_of_date(clean):
    forms = clean.raw("administrative_licence")["event_date"].str.replace(r"\d+", "", regex=True)
    assert set(forms) == {"--", "//", ".."}


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("housing_fund", r"\d{4}年\d{2}月"),
        ("water_gas", r"\d{6}"),
        ("customs", r"\d{4}-\d{2}"),
        ("qualification", r"\d{4}年\d{2}月"),
        ("annual_report", r"\d{4}年度"),
    ],
)
def test_months_and_years_stand_for_their_last_day(clean, source, form):
    assert clean.raw(source)["event_date"].str.fullmatch(form).all()
    days = clean.rows(source)["event_date"]
    assert (days == days + pd.offsets.MonthEnd(0)).all()


@pytest.mark.parametrize(
    "yuan", [0, 0.01, 5.5, 999.99, 1000, 12345.6, 999999.99, 1e6, 1234567890123.45, -1234.5, -0.07]
)
def test_thousands_are_parted_as_python_parts_them(yuan):
    column = pa.chunked_array([pa.array([f"{yuan:.2f}", None, "1000000.00"]).cast(pa.decimal128(18, 2))])
    assert thousands(column).to_pylist() == [f"{yuan:,.2f}", None, "1,000,000.00"]


def test_a_sheet_that_would_overflow_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("features.city.workbook.MOST_ROWS", 10)
    with pytest.raises(RequestError, match="rows, a sheet holds 10; ask for fewer firms or months"):
        make_city(tmp_path, entities=300, months=30, seed=1)
