"""One small city for all tests of it, written once and read the way a recipe would."""

from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import source_named
from features.city import make_city
from features.city.formats import BOOKKEEPING, LOOKS

SIZE = {"entities": 1200, "months": 40, "seed": 7}


def kinds_of(table, withdrawn):
    """Whether each row is the first report of its record, a correction or a withdrawal."""
    again = table.sort_values("available_at", kind="stable").duplicated("record_id").reindex(table.index)
    kind = again.map({False: "NEW", True: "CORRECTED"})
    return kind.mask(table["op"] == withdrawn, "WITHDRAWN")


class City:
    """A written city: its folder, its manifest, its files as text and as typed rows."""

    def __init__(self, folder, manifest):
        self.folder, self.manifest, self._rows = folder, manifest, {}

    def raw(self, source):
        """The file as it stands, under the catalogue's names; text files as text, empty cells missing."""
        look = LOOKS[source]
        if not look.is_text:
            return pq.read_table(self.folder / look.file).to_pandas(date_as_object=False)
        table = pd.read_csv(self.folder / look.file, encoding=look.encoding, dtype=str, keep_default_na=False)
        named = table.rename(columns={header: name for name, header in look.headers.items()})
        return named.mask(named == "")

    def rows(self, source):
        """The file with days as days; only for a city without dirt."""
        if source not in self._rows:
            self._rows[source] = self._typed(source)
        return self._rows[source]

    def _typed(self, source):
        look, table = LOOKS[source], self.raw(source)
        days = ["event_date", "available_at"]
        if look.is_text:
            days += [name for name, column in source_named(source).columns.items() if column.dtype == "date"]
            for name in days:
                table[name] = pd.to_datetime(table[name], format=look.dates)
        return table.assign(op=kinds_of(table, look.operations["WITHDRAWN"]))

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
