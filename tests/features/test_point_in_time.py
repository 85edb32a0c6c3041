"""No feature sees past its day: properties over random histories of every source that features read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.assemble import assemble, by_source
from features.catalogue import KEY_COLUMNS, Column, Source, source_named
from features.definitions import ALL
from features.errors import RecipeError
from features.feature import feature
from features.home import Home
from features.lake import batch_path
from features.session import Session

FEATURES = by_source(ALL)
DAY = date(2026, 3, 31)
FIRMS = ("A", "B", "C")
BEGIN = DAY - timedelta(days=1500)
Stored = Callable[[pd.DataFrame, Source], pa.Table]

few = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def values_of(column: Column) -> st.SearchStrategy[object]:
    """Values that a column may hold, missing among them unless it is required."""
    kinds = {
        "text": st.sampled_from(["C3011", "x", "y", "z"]),
        "category": st.sampled_from(column.values or ("?",)),
        "money": st.integers(-10_000, 1_000_000).map(lambda fen: fen / 100),
        "number": st.integers(0, 10_000).map(lambda number: number / 100),
        "count": st.integers(0, 500),
        "date": st.dates(BEGIN, DAY + timedelta(days=400)),
        "flag": st.booleans(),
    }
    present = kinds[column.dtype]
    return present if column.required else st.none() | present


@st.composite
def a_row(draw: st.DrawFn, source: Source, *, record: str | None = None) -> dict[str, object]:
    event = draw(st.dates(BEGIN, DAY + timedelta(days=60)))
    return {
        "entity_id": draw(st.sampled_from(FIRMS)),
        "record_id": record or draw(st.sampled_from([f"r{number}" for number in range(8)])),
        "event_date": event,
        "available_at": event + timedelta(days=draw(st.integers(0, 200))),
        "op": draw(st.sampled_from(["upsert", "upsert", "upsert", "withdraw"])),
        **{name: draw(values_of(column)) for name, column in source.columns.items()},
    }


@dataclass(frozen=True)
class History:
    """Rows of one source."""

    source: Source
    rows: pd.DataFrame

    def known(self, *days: date, firms: tuple[str, ...] = FIRMS) -> pd.DataFrame:
        """Every feature of the source for some firms on some days."""
        session = Session(None, threads=1)
        session.offer(self.source, self.rows)
        session.set_spine(spine(days, firms))
        values = session.values(self.source, FEATURES[self.source.name])
        return values.reindex(session.pairs_numbered.index).set_axis(
            pd.MultiIndex.from_frame(session.pairs_numbered)
        )

    def with_rows(self, rows: pd.DataFrame) -> "History":
        """The same source with other rows."""
        return History(self.source, rows)


def spine(days: tuple[date, ...], firms: tuple[str, ...]) -> pd.DataFrame:
    pairs = [(firm, pd.Timestamp(day)) for day in days for firm in firms]
    return pd.DataFrame(pairs, columns=["entity_id", "as_of"])


def frame(rows: list[dict[str, object]], source: Source) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[*KEY_COLUMNS, *source.columns])
    dates = ["event_date", "available_at", *(n for n, c in source.columns.items() if c.dtype == "date")]
    texts = [
        "entity_id",
        "record_id",
        "op",
        *(n for n, c in source.columns.items() if c.dtype in ("text", "category")),
    ]
    return table.assign(
        **{name: pd.to_datetime(table[name]) for name in dates},
        **{name: table[name].astype("str") for name in texts},
        **{
            n: table[n].astype("Float64").astype("float64")
            for n, c in source.columns.items()
            if c.dtype in ("money", "number", "count")
        },
        **{n: table[n].astype("boolean") for n, c in source.columns.items() if c.dtype == "flag"},
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    source = source_named(draw(st.sampled_from(sorted(FEATURES))))
    rows = draw(st.lists(a_row(source), min_size=1, max_size=25))
    return History(source, frame(rows, source))


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@few
@given(histories(), st.data())
def test_no_row_that_arrives_later_changes_anything(history: History, data: st.DataObject) -> None:
    later = data.draw(st.lists(a_row(history.source), min_size=1, max_size=8))
    for number, row in enumerate(later):
        row["available_at"] = DAY + timedelta(days=1 + number)
    more = pd.concat([history.rows, frame(later, history.source)], ignore_index=True)
    same(history.with_rows(more).known(DAY), history.known(DAY))


@few
@given(histories(), st.randoms())
def test_neither_the_order_of_rows_nor_that_of_batches_matters(history: History, random: object) -> None:
    order = list(range(len(history.rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    same(history.with_rows(history.rows.iloc[order].reset_index(drop=True)).known(DAY), history.known(DAY))


@few
@given(histories(), st.data())
def test_a_withdrawn_fact_is_gone_from_that_day_on_and_still_there_before(
    history: History, data: st.DataObject
) -> None:
    fact = data.draw(a_row(history.source, record="fact")) | {"op": "upsert"}
    gone_on = DAY - timedelta(days=data.draw(st.integers(0, 300)))
    fact["available_at"] = gone_on - timedelta(days=data.draw(st.integers(0, 300)))
    gone = fact | {"op": "withdraw", "available_at": gone_on}
    stands = history.with_rows(_and(history, [fact]))
    withdrawn = history.with_rows(_and(history, [fact, gone]))
    same(withdrawn.known(gone_on, DAY), history.known(gone_on, DAY))
    before = gone_on - timedelta(days=1)
    same(withdrawn.known(before), stands.known(before))


@few
@given(histories())
def test_one_firm_alone_gives_the_same_values_as_the_whole_city(history: History) -> None:
    whole = history.known(DAY)
    for firm in FIRMS:
        alone = history.with_rows(history.rows[history.rows["entity_id"] == firm].reset_index(drop=True))
        rivals = history.rows.loc[history.rows["entity_id"] != firm, "record_id"]
        if not rivals.isin(alone.rows["record_id"]).any():
            same(alone.known(DAY, firms=(firm,)), whole.loc[[firm]])
        same(history.known(DAY, firms=(firm,)), whole.loc[[firm]])


@few
@given(histories(), st.lists(st.dates(BEGIN, DAY), min_size=2, max_size=5, unique=True))
def test_many_days_in_one_pass_give_the_same_as_one_by_one(history: History, days: list[date]) -> None:
    together = history.known(*days)
    same(together, pd.concat([history.known(day) for day in days]))


@few
@given(history=histories(), data=st.data())
def test_an_old_snapshot_is_rebuilt_byte_for_byte(
    history: History, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, stored: Stored
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    cut = data.draw(st.integers(1, len(history.rows)))
    _commit(home, history.source, "b", stored(history.rows.iloc[:cut], history.source))
    _commit(home, history.source, "a", stored(history.rows.iloc[cut:], history.source))
    snapshot = _snapshot(home, history.source.name)
    later = frame(data.draw(st.lists(a_row(history.source), min_size=1, max_size=8)), history.source)
    _commit(
        home,
        history.source,
        "c",
        stored(later.assign(available_at=pd.Timestamp(DAY) + pd.Timedelta(days=1)), history.source),
    )
    assert _snapshot(home, history.source.name) == snapshot


def _and(history: History, rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.concat([history.rows, frame(rows, history.source)], ignore_index=True)


def _commit(home: Home, source: Source, batch: str, rows: pa.Table) -> None:
    path: Path = batch_path(home, source.name, batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)


def _snapshot(home: Home, source: str) -> bytes:
    bytes_ = BytesIO()
    assemble(home, FEATURES[source], spine((DAY,), FIRMS)).values.to_parquet(bytes_)
    return bytes_.getvalue()


def test_a_feature_that_forgets_the_view_is_refused() -> None:
    import ibis

    everything = ibis.table(
        {"entity_id": "string", "amount_cny": "decimal(18, 2)"}, name="stored_vat_invoice"
    )

    @feature(source="vat_invoice", unit="CNY", zh="全部发票金额")
    def all_sales_ever_cny(_invoices: object) -> object:
        """Sales that the view as of the day would not show."""
        return everything.amount_cny.sum()

    rows = pd.DataFrame(
        {
            "entity_id": ["A"],
            "event_date": [pd.Timestamp(DAY)],
            "available_at": [pd.Timestamp(DAY)],
            "amount_cny": [1.0],
        }
    )
    with pytest.raises(RecipeError, match=r"all_sales_ever_cny.*reads rows that are not its own"):
        all_sales_ever_cny.as_of(rows, DAY)


def test_a_row_known_too_early_would_be_caught() -> None:
    """The first property sees a leak: the same comparison fails for a view that forgets `available_at`."""
    source = source_named("vat_invoice")
    sale = {
        "entity_id": "A",
        "record_id": "r",
        "event_date": DAY,
        "available_at": DAY + timedelta(days=1),
        "op": "upsert",
        "direction": "sales",
        "amount_cny": 5.0,
        "status": "valid",
    }
    honest = History(source, frame([sale], source))
    leaky = History(source, honest.rows.assign(available_at=honest.rows["event_date"]))
    with pytest.raises(AssertionError):
        same(leaky.known(DAY), honest.known(DAY))
