"""Files of every format, encoding and packing: what was written is what is read, or one clear error."""

import csv
import gzip
import io
import json
import struct
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import RecipeError, SourceError
from pipelines.reading import open_input, read_chunks
from pipelines.recipe import parse_recipe

RECIPE = """
name: t
key: uscc
tables:
  - source: court_judgment
    %s
    columns:
      entity_id: 统一社会信用代码
      record_id: 记录号
      event_date: 日期
      available_at: {after: event_date, days: 30}
      case_kind: 种类
      amount_cny: "标的(元)"
"""
HEADERS = ["统一社会信用代码", "记录号", "日期", "种类", "标的(元)"]
ROWS = [
    ["91330502MA29K00168", "r1", "2024-01-05", "买卖合同", "1,200.50"],
    ["91330502MA2B00000N", "r2", "2024年2月", "", "0.1"],
]
TRADITIONAL = str.maketrans("统会码记录号种类标买卖", "統會碼記錄號種類標買賣")


def table(words: str, recipe: str = RECIPE):
    (one,) = parse_recipe(recipe % words, "t.yaml").tables
    return one


def as_csv(rows: list[list[str]], headers: list[str] = HEADERS, delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([headers, *rows])
    return text.getvalue()


def as_json_lines(rows: list[list[str]], headers: list[str] = HEADERS) -> str:
    return "".join(
        json.dumps(dict(zip(headers, row, strict=True)), ensure_ascii=False) + "\n" for row in rows
    )


def read(folder: Path, words: str, recipe: str = RECIPE, chunk_rows: int = 500_000) -> pd.DataFrame:
    with open_input(table(words, recipe), folder) as source:
        return pd.concat(source.chunks(chunk_rows))


def cells(frame: pd.DataFrame) -> list[list[str]]:
    return frame[HEADERS].to_numpy().tolist()


def zipped(folder: Path, name: str, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return folder / name


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell)


# ---------------------------------------------------------------- what is written is read

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufeff", exclude_categories=("Cs",)), max_size=8
)
CHINESE = st.text("中文湖州企业买卖合同纠纷元①，“”·ＡＢ１２abc,;\t\"' \n0123", max_size=8)
TABLES = st.lists(st.lists(st.one_of(TEXT, CHINESE), min_size=5, max_size=5), min_size=1, max_size=5)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=TABLES,
    ending=st.sampled_from(["csv", "tsv", "txt", "jsonl", "ndjson"]),
    encoding=st.sampled_from(ENCODINGS),
    packing=st.sampled_from(["", ".gz", ".zip"]),
    named=st.booleans(),
    chunk_rows=st.integers(1, 6),
)
def test_any_table_written_as_text_reads_back_equal(
    tmp_path, rows, ending, encoding, packing, named, chunk_rows
):
    delimiter = {"csv": ",", "tsv": "\t", "txt": ";"}.get(ending)
    text = as_csv(rows, delimiter=delimiter) if delimiter else as_json_lines(rows)
    content, name = text.encode(encoding), f"表.{ending}"
    words = f"file: 表.{ending}{packing}" if packing == ".gz" else f"file: 表{packing or '.' + ending}"
    if packing == ".zip":
        zipped(tmp_path, "表.zip", {f"导出/{name}": content})
    else:
        (tmp_path / (name + packing)).write_bytes(gzip.compress(content) if packing else content)
    words += f"\n    encoding: {encoding}" if named else ""
    words += "\n    delimiter: ';'" if ending == "txt" else ""
    frame = read(tmp_path, words, chunk_rows=chunk_rows)
    assert cells(frame) == rows
    assert frame.index.tolist() == list(range(1, len(rows) + 1))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLES, packed=st.booleans())
def test_any_table_written_as_parquet_reads_back_equal(tmp_path, rows, packed):
    pd.DataFrame(rows, columns=HEADERS).to_parquet(tmp_path / "a.parquet")
    if packed:
        zipped(tmp_path, "a.zip", {"a.parquet": (tmp_path / "a.parquet").read_bytes()})
    assert cells(read(tmp_path, f"file: a.{'zip' if packed else 'parquet'}")) == rows


# A workbook cannot hold control characters, and rows of empty cells are no rows there.
IN_SHEETS = st.lists(
    st.tuples(
        st.text("ABC123", min_size=1, max_size=8),
        *[st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="_"), max_size=8)] * 4,
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=IN_SHEETS, above=st.integers(0, 29), packed=st.booleans())
def test_any_table_written_as_a_workbook_reads_back_equal(tmp_path, rows, above, packed):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADERS, *rows], start=above):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell) if cell else None
    if packed:
        zipped(tmp_path, "a.zip", {"a.xlsx": (tmp_path / "a.xlsx").read_bytes()})
    assert cells(read(tmp_path, f"file: a.{'zip' if packed else 'xlsx'}")) == [list(row) for row in rows]


# ---------------------------------------------------------------- encodings

HEAD = RECIPE[: RECIPE.index("columns:")]
SHORT = HEAD + "columns: {entity_id: 代码, record_id: 代码, event_date: 日期, available_at: 日期}\n"
PLAIN = HEAD + "columns: {entity_id: EID, record_id: EID, event_date: DAY, available_at: DAY}\n"


@pytest.mark.parametrize(
    "encoding", ["gb18030", "gbk", "gb2312", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize(
    "rows", [ROWS, [["A", "1", "2024-01-01", "", "1"]], [["A", "1", "2024-01-01", "饮", "1"]]]
)
def test_the_encoding_of_the_citys_headers_is_found(tmp_path, encoding, rows):
    (tmp_path / "a.csv").write_bytes(as_csv(rows).encode(encoding))
    with open_input(table("file: a.csv"), tmp_path) as source:
        assert cells(pd.concat(source.chunks())) == rows
        assert source.encoding == (encoding if encoding.startswith("utf") else "gb18030")


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-8"])
def test_traditional_headers_are_told_apart_too(tmp_path, encoding):
    recipe = RECIPE.translate(TRADITIONAL)
    headers = [header.translate(TRADITIONAL) for header in HEADERS]
    rows = [[cell.translate(TRADITIONAL) for cell in row] for row in ROWS]
    (tmp_path / "a.csv").write_bytes(as_csv(rows, headers).encode(encoding))
    assert read(tmp_path, "file: a.csv", recipe)[headers].to_numpy().tolist() == rows


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-8", "utf-16"])
def test_two_short_headers_are_enough(tmp_path, encoding):
    recipe = SHORT if encoding != "big5" else SHORT.translate(TRADITIONAL)
    text = "代码,日期\nA,1\n" if encoding != "big5" else "代碼,日期\nA,1\n"
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert len(read(tmp_path, "file: a.csv", recipe)) == 1


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_under_plain_headers_the_cells_tell(tmp_path, encoding):
    text = "EID,DAY\n" + "A,2024-01-01\n" * 200_000 + "湖州市某某环保科技有限公司,2024年1月\n"
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert read(tmp_path, "file: a.csv", PLAIN)["EID"].iloc[-1] == "湖州市某某环保科技有限公司"


def test_under_plain_headers_big5_is_found_by_its_characters(tmp_path):
    text = "EID,DAY\n" + "臺北市信義區股份有限公司,2024年1月\n"
    (tmp_path / "a.csv").write_bytes(text.encode("big5"))
    assert read(tmp_path, "file: a.csv", PLAIN)["EID"].iloc[0] == "臺北市信義區股份有限公司"


def test_a_byte_that_does_not_fit_is_named_with_its_line_and_what_would_fit(tmp_path):
    text = as_csv([["A", str(number), "2024-01-01", "合同", "1"] for number in range(100_000)])
    raw = text.encode() + "B,1,2024-01-01,合同,1\n".encode("gb18030")
    (tmp_path / "a.csv").write_bytes(raw)
    at = len(text.encode()) + len("B,1,2024-01-01,")
    with pytest.raises(
        SourceError, match=rf"a.csv: is not utf-8 at byte {at}, line 100002; it reads as none of"
    ):
        read(tmp_path, "file: a.csv")


@pytest.mark.parametrize("packing", [".gz", ".zip"])
def test_a_wrong_encoding_is_told_for_packed_text_too(tmp_path, packing):
    raw = as_csv(ROWS).encode("gb18030")
    if packing == ".zip":
        zipped(tmp_path, "a.zip", {"a.csv": raw})
    else:
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress(raw))
    name = "a.zip" if packing == ".zip" else "a.csv.gz"
    with pytest.raises(SourceError, match=rf"{name}: is not utf-8 at byte \d+, line 1; it reads as gb18030"):
        read(tmp_path, f"file: {name}\n    encoding: utf-8")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16-le"])
def test_a_text_cut_within_a_character_is_told(tmp_path, encoding):
    raw = as_csv([["A", "1", "2024-01-01", "合同", "元"]]).removesuffix("\r\n").encode(encoding)[:-1]
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(SourceError, match=rf"a\.csv: is not {encoding} at byte \d+, line 2"):
        read(tmp_path, f"file: a.csv\n    encoding: {encoding}")


def test_text_of_no_encoding_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\x80,\x80\xff\n\xff\xff,1\n")
    with pytest.raises(SourceError, match=r"a.csv: is text of no encoding known here"):
        read(tmp_path, "file: a.csv")


def test_a_changed_header_says_which_encoding_was_found(tmp_path):
    (tmp_path / "a.csv").write_bytes(as_csv(ROWS, [*HEADERS[:4], "金额"]).encode("gb18030"))
    with pytest.raises(
        SourceError, match=r"1 missing: '标的\(元\)'; 1 not in the recipe: '金额'.*read as gb18030"
    ):
        read(tmp_path, "file: a.csv")


# ---------------------------------------------------------------- delimited text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            as_csv(ROWS) + "A,1,2024\n",
            r"fewer fields than headers in row 3 \(3 of 5\); the file is truncated",
        ),
        (as_csv(ROWS)[:-8], r"fewer fields than headers in row 2 \(3 of 5\)"),
        (as_csv(ROWS) + "A,1,2024,a,1,2\n", r"more fields than headers in row 3 \(6 of 5\)"),
        (as_csv(ROWS) + '"A,1,2024,a,1\n', "fewer fields than headers in row 3"),
        (as_csv(ROWS) + 'A,1,2024,a,"1\n', "a quote is opened and never closed"),
        (as_csv(ROWS) + 'A,1,2024,a,"1', "a quote is opened and never closed"),
        (as_csv(ROWS, [*HEADERS[:4], "种类"]), "two columns are called '种类'"),
        (",".join(HEADERS) + "\n", "has a header and no rows; expected rows of"),
        ("\n", "holds nothing but empty lines"),
    ],
)
def test_a_broken_csv_is_one_clear_error(tmp_path, content, told):
    (tmp_path / "a.csv").write_text(content, "utf-8")
    with pytest.raises(SourceError, match=told):
        read(tmp_path, "file: a.csv", chunk_rows=2)


def test_a_delimiter_opens_any_ending(tmp_path):
    (tmp_path / "a.asc").write_text(as_csv(ROWS, delimiter="|"), "utf-8")
    assert cells(read(tmp_path, 'file: a.asc\n    delimiter: "|"')) == ROWS


@pytest.mark.parametrize("name", ["a.asc", "a.txt", "a.doc", "a", "a.gz"])
def test_an_ending_that_nobody_reads_is_answered_with_those_there_are(tmp_path, name):
    (tmp_path / name).write_bytes(gzip.compress(b"x") if name == "a.gz" else b"x")
    with pytest.raises(RecipeError, match=rf"{name}: cannot read .*; expected .csv, .tsv, .jsonl"):
        read(tmp_path, f"file: {name}")


# ---------------------------------------------------------------- JSON lines


def test_numbers_of_json_lines_stay_as_they_are_written(tmp_path):
    line = (
        '{"统一社会信用代码": "A", "记录号": 12345678901234567890, "日期": null, "种类": true, '
        '"标的(元)": 0.1000000000000000055}\n\n{"统一社会信用代码": "B", "标的(元)": -1e3}\n'
    )
    (tmp_path / "a.jsonl").write_text(line, "utf-8")
    first, second = read(tmp_path, "file: a.jsonl")[HEADERS].fillna("missing").to_numpy().tolist()
    assert first == ["A", "12345678901234567890", "missing", "true", "0.1000000000000000055"]
    assert second == ["B", "missing", "missing", "missing", "-1e3"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"记录号": "r', "line 3 is broken or cut off: (Unterminated|Invalid control)"),
        ("[1, 2]", r"line 3 is no object but a list"),
        ('{"金额": 1}', "the header changed, 1 not in the recipe: '金额'"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, told):
    (tmp_path / "a.jsonl").write_text(as_json_lines(ROWS) + line + "\n", "utf-8")
    with pytest.raises(SourceError, match=told):
        read(tmp_path, "file: a.jsonl")


def test_a_name_that_no_line_has_is_a_header_that_is_missing(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"记录号": "1"}\n', "utf-8")
    with pytest.raises(SourceError, match=r"the header changed, 4 missing"):
        read(tmp_path, "file: a.jsonl")


# ---------------------------------------------------------------- packed


def test_a_member_is_named_or_alone_and_what_a_mac_adds_does_not_count(tmp_path):
    content = as_csv(ROWS).encode()
    zipped(tmp_path, "a.zip", {"b.csv": content, "__MACOSX/._b.csv": b"x", ".DS_Store": b"x"})
    assert cells(read(tmp_path, "file: a.zip")) == ROWS
    zipped(tmp_path, "c.zip", {"登记.csv": content, "说明.txt": b"x"})
    assert cells(read(tmp_path, "file: c.zip\n    member: 登记.csv")) == ROWS
    with pytest.raises(
        RecipeError, match=r"the archive holds 2 files: 登记.csv, 说明.txt; name one with 'member'"
    ):
        read(tmp_path, "file: c.zip")
    with pytest.raises(SourceError, match=r"the archive holds no '登录.csv'; it holds 登记.csv, 说明.txt"):
        read(tmp_path, "file: c.zip\n    member: 登录.csv")


def test_names_in_archives_of_windows_are_read(tmp_path):
    zipped(tmp_path, "a.zip", {"XXXX.csv": as_csv(ROWS).encode(), "b.csv": b"x"})
    raw = (tmp_path / "a.zip").read_bytes().replace(b"XXXX.csv", "登记".encode("gbk") + b".csv")
    (tmp_path / "a.zip").write_bytes(raw)
    assert cells(read(tmp_path, "file: a.zip\n    member: 登记.csv")) == ROWS


def test_an_encrypted_archive_is_refused(tmp_path):
    path = zipped(tmp_path, "a.zip", {"a.csv": as_csv(ROWS).encode()})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    raw[6] |= 1
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=r"'a.csv' is encrypted; expected an archive without a password"):
        read(tmp_path, "file: a.zip")


@pytest.mark.parametrize("packing", [".gz", ".zip"])
def test_a_bomb_is_refused(tmp_path, packing, monkeypatch):
    monkeypatch.setattr("pipelines.reading.packed.MOST_BYTES", 100_000)
    content = as_csv(ROWS).encode() + b"A,1,2024-01-01,a,1\n" * 10_000
    name = "a.csv.gz" if packing == ".gz" else "a.zip"
    if packing == ".gz":
        (tmp_path / name).write_bytes(gzip.compress(content))
    else:
        zipped(tmp_path, name, {"a.csv": content})
    with pytest.raises(SourceError, match=rf"{name}: unpacks to more than 0 GB"):
        read(tmp_path, f"file: {name}")


def test_an_empty_archive_is_told(tmp_path):
    zipped(tmp_path, "a.zip", {})
    with pytest.raises(SourceError, match=r"a.zip: the archive holds no file"):
        read(tmp_path, "file: a.zip")


def packed_of_every_kind(folder: Path) -> dict[str, Path]:
    rows = [["A" * 9 + str(number), str(number), "2024-01-01", "合同", "1"] for number in range(3_000)]
    text = as_csv(rows).encode()
    (folder / "a.csv.gz").write_bytes(gzip.compress(text))
    zipped(folder, "a.zip", {"a.csv": text})
    pd.DataFrame(rows, columns=HEADERS).to_parquet(folder / "a.parquet")
    workbook(folder / "a.xlsx", {"表": [HEADERS, *rows]})
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.parquet", "a.xlsx"])
@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_file_is_one_clear_error(tmp_path, name, kept):
    path = packed_of_every_kind(tmp_path)[name]
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * kept)])
    with pytest.raises(SourceError, match=rf"{name}: is truncated or"):
        read(tmp_path, f"file: {name}")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.parquet", "a.xlsx"])
def test_a_damaged_file_is_one_clear_error(tmp_path, name):
    path = packed_of_every_kind(tmp_path)[name]
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 3
    raw[middle : middle + 40] = bytes(byte ^ 0xFF for byte in raw[middle : middle + 40])
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=name):
        read(tmp_path, f"file: {name}")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.parquet", "a.xlsx"])
def test_a_file_of_another_kind_is_one_clear_error(tmp_path, name):
    (tmp_path / name).write_text("not at all", "utf-8")
    with pytest.raises(SourceError, match=rf"{name}: is truncated or"):
        read(tmp_path, f"file: {name}")


# ---------------------------------------------------------------- workbooks


def test_the_header_is_found_below_titles_and_nothing_around_it_matters(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("数据")
        book.add_worksheet("空")
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.merge_range("B1:F1", "湖州市涉诉信息表")
        sheet.write("B2", "制表日期：2024-03-01")
        sheet.write("B3", "种类")
        for place, header in enumerate(HEADERS, start=1):
            sheet.write(3, place, f" {header} ")
        sheet.write_row(4, 1, ["A", 1, None, "合同", 1200.5])
        sheet.write_datetime(4, 3, date(2024, 1, 5), day)
        sheet.write_row(6, 1, ["B", 330502000000001, "2024年2月", True, 0.1])
        sheet.write_row(7, 1, [None, None, None, None, 5])
        sheet.write_blank(30, 9, None, day)
    frame = read(tmp_path, "file: a.xlsx")
    assert frame.index.tolist() == [1, 3, 4], "rows are numbered from the header on"
    assert cells(frame) == [
        ["A", "1", "2024-01-05 00:00:00", "合同", "1200.5"],
        ["B", "330502000000001", "2024年2月", "TRUE", "0.1"],
        ["", "", "", "", "5"],
    ]


def test_chunks_of_a_sheet_are_numbered_through(tmp_path):
    rows = [["A", str(number), "d", "k", "1"] if number % 3 else [""] * 5 for number in range(1, 12)]
    workbook(tmp_path / "a.xlsx", {"一": [HEADERS, *rows]})
    with open_input(table("file: a.xlsx"), tmp_path) as source:
        frames = list(source.chunks(3))
    assert [label for frame in frames for label in frame.index] == [1, 2, 4, 5, 7, 8, 10, 11]


def test_several_sheets_need_a_name(tmp_path):
    workbook(tmp_path / "a.xlsx", {"一月": [HEADERS, *ROWS], "二月": [HEADERS, ROWS[0]], "空": []})
    assert len(read(tmp_path, "file: a.xlsx\n    sheet: 一月")) == 2
    with open_input(table("file: a.xlsx\n    sheet: 二月"), tmp_path) as source:
        assert source.name == "a.xlsx › 二月"
        assert len(next(source.chunks())) == 1
    with pytest.raises(RecipeError, match=r"2 sheets with content: 一月, 二月; name one with 'sheet'"):
        read(tmp_path, "file: a.xlsx")
    with pytest.raises(SourceError, match=r"has no sheet '三月'; it has 一月, 二月, 空"):
        read(tmp_path, "file: a.xlsx\n    sheet: 三月")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [["湖州市"], ["代码", "日子"]],
            r"no header within the first 30 rows; expected .*, found 湖州市 \| 代码, 日子",
        ),
        (
            [["湖州市"], [*HEADERS[:4], "金额"]],
            r"the header changed, 1 missing: '标的\(元\)'; 1 not in .*'金额'",
        ),
        ([[*HEADERS, "备注"], ROWS[0]], "the header changed, 1 not in the recipe: '备注'"),
        ([[*HEADERS, "", ""], [*ROWS[0], "", "漏"]], "column G has no header and holds something in row 1"),
        ([[""]] * 30 + [HEADERS, ROWS[0]], "the sheet is empty|no header within the first 30"),
        ([HEADERS], "has a header and no rows"),
        ([], "every sheet is empty|the sheet is empty"),
    ],
)
def test_a_sheet_that_is_not_as_promised_says_what_was_found(tmp_path, rows, told):
    workbook(tmp_path / "a.xlsx", {"表": rows})
    with pytest.raises(SourceError, match=told):
        read(tmp_path, "file: a.xlsx")


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.reading.sheets.MOST_BYTES", 1_000)
    workbook(tmp_path / "a.xlsx", {"表": [HEADERS, *ROWS]})
    with pytest.raises(SourceError, match=r"a workbook of more than 0 GB is refused"):
        read(tmp_path, "file: a.xlsx")


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def old_workbook(rows: list[list[object]]) -> bytes:
    """A smallest .xls: one sheet's BIFF8 records in a compound file of one stream."""

    def begin(kind: int) -> bytes:
        return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x1234, 2000, 0, 6))

    sheet = begin(0x10)
    for row, line in enumerate(rows):
        for place, cell in enumerate(line):
            if isinstance(cell, str):
                text = struct.pack("<HHHHB", row, place, 0, len(cell), 1) + cell.encode("utf-16-le")
                sheet += _record(0x204, text)
            else:
                sheet += _record(0x203, struct.pack("<HHHd", row, place, 0, cell))
    name = struct.pack("<BB", 1, 1) + "表".encode("utf-16-le")
    book = begin(5)
    book += _record(0x85, struct.pack("<IBB", len(book) + 14 + len(name), 0, 0) + name) + _record(0xA, b"")
    stream = book + sheet + _record(0xA, b"")
    return _compound(stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0"))


def _compound(stream: bytes) -> bytes:
    sectors, free, last = len(stream) // 512, 0xFFFFFFFF, 0xFFFFFFFE
    chain = [0xFFFFFFFD, last, *range(3, sectors + 2), last]

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBBIII", len(raw), kind, 1, free, free, child)
        return raw.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, last, 0) + entry("Workbook", 2, free, 2, len(stream)) + bytes(256)
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<10I", 0, 1, 1, 0, 4096, last, 0, last, 0, 0) + b"\xff" * 432
    return head + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + folder + stream


def test_an_old_workbook_is_read_too(tmp_path):
    (tmp_path / "a.xls").write_bytes(old_workbook([["标题"], HEADERS, ["A", 1.0, 45231.0, "合同", 0.1]]))
    assert cells(read(tmp_path, "file: a.xls")) == [["A", "1", "45231", "合同", "0.1"]]


# ---------------------------------------------------------------- Parquet


def test_decimals_long_keys_and_dates_of_parquet_stay_exact(tmp_path):
    columns = {
        "统一社会信用代码": pa.array(["A", None]).dictionary_encode(),
        "记录号": pa.array([9007199254740993, None]),
        "日期": pa.array([date(2024, 1, 5), None]),
        "种类": pa.array(["合同", ""]),
        "标的(元)": pa.array([Decimal("12345678901234567.89"), None], pa.decimal128(30, 2)),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    frame = read(tmp_path, "file: a.parquet")
    assert frame["记录号"].astype("str").tolist()[0] == "9007199254740993"
    assert frame["标的(元)"].tolist()[0] == "12345678901234567.89"
    assert str(frame["日期"].dtype).startswith("datetime64")
    assert frame.isna().to_numpy().tolist() == [[False] * 5, [True, True, True, False, True]]


# ---------------------------------------------------------------- identity and the thin function


def test_the_digest_is_of_the_content_the_sheet_and_the_member(tmp_path):
    workbook(tmp_path / "a.xlsx", {"一": [HEADERS, *ROWS], "二": [HEADERS, *ROWS]})
    (tmp_path / "b.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes())

    def digest(words: str) -> str:
        with open_input(table(words), tmp_path) as source:
            return source.digest()

    one = digest("file: a.xlsx\n    sheet: 一")
    assert len(one) == 64
    assert digest("file: b.xlsx\n    sheet: 一") == one
    assert digest("file: a.xlsx\n    sheet: 二") != one
    (tmp_path / "a.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes() + b" ")
    assert digest("file: a.xlsx\n    sheet: 一") != one


def test_a_missing_or_empty_file_is_told_before_anything_is_read(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(SourceError, match=r"a\.csv: is empty \(0 bytes\)"):
        open_input(table("file: a.csv"), tmp_path)
    with pytest.raises(SourceError, match=r"b\.csv: no such file at .*; the folder holds a\.csv"):
        open_input(table("file: b.csv"), tmp_path)


def test_one_file_may_be_read_without_its_folder(tmp_path):
    (tmp_path / "b.csv").write_text(as_csv(ROWS), "utf-8")
    (chunk,) = read_chunks(tmp_path / "b.csv", table("file: a.csv"))
    assert cells(chunk) == ROWS


@pytest.fixture
def small_blocks(monkeypatch):
    """Text parsed in blocks so small that a test's file has many."""
    monkeypatch.setattr("pipelines.reading.delimited._BLOCK", 64 * 1024)


@pytest.mark.usefixtures("small_blocks")
def test_nothing_but_the_chunk_is_held_of_a_large_packed_text(tmp_path):
    line = as_csv([["A", "1", "2024-01-01", "合同" * 20, "1"]]).splitlines()[1] + "\n"
    with gzip.open(tmp_path / "a.csv.gz", "wt", encoding="gb18030") as out:
        out.write(",".join(HEADERS) + "\n")
        for _ in range(200):
            out.write(line * 1_000)
    tracemalloc.start()
    with open_input(table("file: a.csv.gz"), tmp_path) as source:
        assert sum(len(chunk) for chunk in source.chunks(1_000)) == 200_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000, "the text is 20 MB"


@pytest.mark.usefixtures("small_blocks")
def test_a_broken_line_far_down_is_numbered_right_and_its_cells_stay_out_of_the_message(tmp_path):
    text = as_csv([["A", str(number), "2024-01-01", "合同", "1"] for number in range(20_000)])
    (tmp_path / "a.csv").write_text(text + "张三,1,2024-01-01,\n", "utf-8")
    with pytest.raises(SourceError, match=r"fewer fields than headers in row 20001 \(4 of 5\)") as caught:
        read(tmp_path, "file: a.csv")
    assert "张三" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_stray_nul_does_not_make_the_text_utf_16(tmp_path):
    (tmp_path / "a.csv").write_text(as_csv([["A\0", *ROWS[0][1:]]]), "utf-8")
    assert read(tmp_path, "file: a.csv")[HEADERS[0]].tolist() == ["A\0"]


def test_two_bytes_that_are_utf_8_by_chance_do_not_outweigh_the_headers(tmp_path):
    # These characters of GB 18030 are well-formed UTF-8 too, of other letters.
    recipe = HEAD + "columns: {entity_id: 一, record_id: 一, event_date: 摇, available_at: 摇}\n"
    raw = "一,摇\nA,1\n".encode("gb18030")
    assert raw.decode("utf-8")
    (tmp_path / "a.csv").write_bytes(raw)
    assert read(tmp_path, "file: a.csv", recipe)["一"].tolist() == ["A"]
