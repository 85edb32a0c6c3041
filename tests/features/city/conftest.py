"""One small city for all tests of it, written once and read the way a recipe would."""

import gzip
import io
import json
import unicodedata
import zipfile
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from features.catalogue import source_named
from features.city import make_city
from features.city.look import BOOKKEEPING, EXCEL, LOOKS

SIZE = {"entities": 1200, "months": 40, "seed": 7}


def kinds_of(table, withdrawn):
    """Whether each row is the first report of its record, a newer version or a withdrawal."""
    again = table.sort_values("available_at", kind="stable").duplicated("record_id").reindex(table.index)
    kind = again.map({False: "NEW", True: "CORRECTED"})
    return kind.mask(table["op"] == withdrawn, "WITHDRAWN")


def days_of(text, forms):
    """Days from text in any of the forms, missing where it is none; months and years by their last day."""
    found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for form in forms:
        plain = "%Y-%m-%d" if form == EXCEL else form.replace("%-", "%")
        days = pd.to_datetime(text, format=plain, errors="coerce")
        if "%d" not in plain:
            days = days + (pd.offsets.MonthEnd(0) if "%m" in plain else pd.offsets.YearEnd(0))
        found = found.fillna(days.astype("datetime64[us]"))
    return found


def numbers_of(text, column, look):
    """Numbers in the catalogue's unit from text as a department writes it."""
    plain = (
        text.astype("str").fillna("").map(lambda cell: unicodedata.normalize("NFKC", cell).replace(",", ""))
    )
    wan = column.dtype == "money" and look.unit == "万元"
    scale = 10_000 if wan else 0.01 if column.name in look.percent else 1
    return pd.to_numeric(plain, errors="coerce") * scale


def date_columns(source):
    """The columns of a source that hold days."""
    payload = source_named(source).columns.items()
    return ["event_date", "available_at", *(name for name, column in payload if column.dtype == "date")]


class City:
    """A written city: its folder, its manifest, its files as text and as typed rows."""

    def __init__(self, folder, manifest):
        self.folder, self.manifest, self._rows = folder, manifest, {}

    def bytes_of(self, source):
        """The source's own bytes, unpacked."""
        look, path = LOOKS[source], self.folder / LOOKS[source].file
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                return archive.read(look.part)
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()

    def sheet(self, source):
        """The cells of the source's sheet, row by row."""
        look = LOOKS[source]
        book = CalamineWorkbook.from_path(str(self.folder / look.file))
        return book.get_sheet_by_name(look.part).to_python(skip_empty_area=False)

    def raw(self, source):
        """The table as it stands, under the catalogue's names; text files as text, empty cells missing."""
        look = LOOKS[source]
        if not look.is_text:
            return pq.read_table(self.folder / look.file).to_pandas(date_as_object=False)
        if look.ending == ".xlsx":
            header, *rows = self.sheet(source)[len(look.titles) :]
            table = pd.DataFrame(rows, columns=header).astype("str")
        elif look.ending == ".jsonl":
            lines = self.bytes_of(source).decode().splitlines()
            table = pd.DataFrame([json.loads(line) for line in lines], dtype="object")
            table = table.fillna("").astype("str")
        else:
            table = pd.read_csv(
                io.BytesIO(self.bytes_of(source)),
                encoding=look.encoding,
                sep="," if look.ending == ".csv" else "\t",
                dtype=str,
                keep_default_na=False,
            )
        named = table.rename(columns={header: name for name, header in look.headers.items()})
        return named.mask(named == "")

    def rows(self, source):
        """The table with days as days; only for a city without dirt."""
        if source not in self._rows:
            self._rows[source] = self._typed(source)
        return self._rows[source]

    def _typed(self, source):
        look, table = LOOKS[source], self.raw(source)
        if look.is_text:
            for name in date_columns(source):
                table[name] = days_of(table[name], look.date_forms(name))
        return table.assign(op=kinds_of(table, look.operations["WITHDRAWN"]))

    def days(self, source, name):
        """A column of days, missing where the text is none."""
        return days_of(self.raw(source)[name], LOOKS[source].date_forms(name))

    def numbers(self, source, name, table=None):
        """A column of numbers in the catalogue's unit."""
        table = self.rows(source) if table is None else table
        return numbers_of(table[name], source_named(source).columns[name], LOOKS[source])

    def oracle(self):
        """The oracle by loan."""
        return pd.read_parquet(self.folder / "oracle" / "oracle_pd.parquet").set_index("record_id")


@pytest.fixture(scope="session")
def clean(tmp_path_factory):
    """A city without dirty rows."""
    folder = tmp_path_factory.mktemp("clean")
    return City(folder, make_city(folder, **SIZE, dirty_share=0.0))


@pytest.fixture(scope="session")
def dirty(tmp_path_factory):
    """A small city with many dirty rows."""
    folder = tmp_path_factory.mktemp("dirty")
    return City(folder, make_city(folder, entities=250, months=20, seed=3, dirty_share=0.05))


@pytest.fixture(scope="session")
def dirty_twin(tmp_path_factory):
    """The small city before the dirt."""
    folder = tmp_path_factory.mktemp("twin")
    return City(folder, make_city(folder, entities=250, months=20, seed=3, dirty_share=0.0))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Makes one of the smallest cities there can be."""

    def make(name, **changes):
        folder = tmp_path_factory.mktemp(name)
        asked = {"entities": 40, "months": 14, "seed": 1, "last_month": date(2025, 12, 31), **changes}
        return City(folder, make_city(folder, **asked))

    return make


@pytest.fixture(params=sorted(LOOKS))
def source(request):
    """Every source of the city in turn."""
    return request.param


@pytest.fixture
def bookkeeping():
    """The columns of every row."""
    return list(BOOKKEEPING)
