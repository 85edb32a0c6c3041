"""At every instant one file tells which rows were refused, and it adds up with the lake."""

from contextlib import contextmanager

import pandas as pd
import pytest

from features.batch import BatchWriter, keep_refused, place
from features.catalogue import source_named
from features.errors import LakeError
from features.lake import Receipt, batch_path, history, quarantine_path, read_receipt, to_arrow
from features.quarantine import pending_path, refused_batches, refused_rows
from features.staging import staged

SOURCE = source_named("court_judgment")


class Killed(BaseException):
    """A process that ends at once."""


def _rows(count: int) -> pd.DataFrame:
    day = pd.Timestamp("2024-01-05")
    rows = pd.DataFrame({"record_id": [f"r{number}" for number in range(count)]}).assign(
        entity_id="A", event_date=day, available_at=day, op="upsert"
    )
    for column in SOURCE.columns:
        rows[column] = None
    return rows


@contextmanager
def written(home, spec: str, good: int, bad: int):
    """A finished batch on its way."""
    with staged(home) as folder, BatchWriter(folder, SOURCE) as writer:
        writer.accept(to_arrow(_rows(good), SOURCE))
        raw = pd.DataFrame({"a": ["x"] * bad}, index=pd.RangeIndex(1, bad + 1, name="row"))
        writer.refuse(raw, pd.Series(f"rule of {spec}", index=raw.index), "t")
        rules = {f"rule of {spec}": bad}
        receipt = Receipt(
            SOURCE.name, "t", "f", "b", spec, good + bad, good, bad, rules, refused_id=writer.refused_id
        )
        writer.wait()
        writer.close(receipt)
        yield writer, receipt


def put(home, spec: str, good: int, bad: int, instead_of: Receipt | None = None) -> Receipt:
    with written(home, spec, good, bad) as (writer, receipt):
        assert place(home, writer, receipt, instead_of)
    return receipt


def told(home) -> list[tuple[str, int, bool]]:
    return [(one.receipt.spec, len(one.rows()), one.committed) for one in refused_batches(home, SOURCE.name)]


def test_a_batch_and_its_refused_rows_take_the_place_of_those_before(home):
    first = put(home, "one", 3, 2)
    assert told(home) == [("one", 2, True)]
    put(home, "two", 4, 1, first)
    assert told(home) == [("two", 1, True)]
    assert refused_rows(home, SOURCE.name)["rules"].tolist() == ["rule of two"]
    assert not pending_path(home, SOURCE.name, "b").exists()


@pytest.mark.parametrize(("commits", "spec", "rows"), [(1, "one", 2), (2, "two", 1)])
def test_killed_at_any_step_of_taking_its_place_there_is_one_answer(home, monkeypatch, commits, spec, rows):
    first, done = put(home, "one", 3, 2), []

    def dying(file, final):
        from features.staging import commit

        commit(file, final)
        done.append(final)
        if len(done) == commits:
            raise Killed

    def replace_it() -> None:
        with written(home, "two", 4, 1) as (writer, receipt):
            place(home, writer, receipt, first)

    with monkeypatch.context() as patch:
        patch.setattr("features.batch.commit", dying)
        with pytest.raises(Killed):
            replace_it()
    assert told(home) == [(spec, rows, True)]
    assert pending_path(home, SOURCE.name, "b").exists()
    put(home, "three", 5, 0, read_receipt(batch_path(home, SOURCE.name, "b")))
    assert told(home) == [("three", 0, True)]
    assert not pending_path(home, SOURCE.name, "b").exists()


def test_a_place_that_somebody_else_changed_meanwhile_is_left_to_them(home):
    with written(home, "mine", 3, 2) as (writer, receipt):
        theirs = put(home, "theirs", 4, 1)
        assert not place(home, writer, receipt, None)
        assert told(home) == [("theirs", 1, True)]
        assert place(home, writer, receipt, theirs)
    assert told(home) == [("mine", 2, True)]


def test_the_rows_of_a_stopped_batch_are_shown_beside_the_batch_that_stands(home):
    first = put(home, "one", 3, 2)
    with written(home, "two", 0, 5) as (writer, receipt):
        keep_refused(home, writer, receipt)
    assert told(home) == [("one", 2, True), ("two", 5, False)]
    put(home, "three", 4, 1, first)
    assert told(home) == [("three", 1, True)]
    assert [path.name for path in home.quarantine.rglob("*") if path.is_file()] == ["b.parquet"]


def test_the_rows_of_a_stopped_batch_are_over_once_its_place_is_taken_even_before_they_are_cleared(home):
    with written(home, "two", 0, 5) as (writer, receipt):
        kept = keep_refused(home, writer, receipt)
    content = kept.read_bytes()
    assert told(home) == [("two", 5, False)]
    put(home, "three", 4, 1)
    kept.write_bytes(content)
    assert told(home) == [("three", 1, True)]


def test_pending_rows_of_a_batch_that_never_came_are_cleared_by_the_next_commit(home):
    with written(home, "one", 3, 2) as (writer, _):
        left = pending_path(home, SOURCE.name, "another")
        left.parent.mkdir(parents=True)
        writer.refused.replace(left)
    assert told(home) == []
    put(home, "two", 4, 1)
    assert not left.exists()
    assert told(home) == [("two", 1, True)]


def test_rows_that_get_their_place_between_being_found_and_being_read_are_read_there(home):
    put(home, "one", 3, 2)
    final, pending = quarantine_path(home, SOURCE.name, "b"), pending_path(home, SOURCE.name, "b")
    final.rename(pending)
    (found,) = refused_batches(home, SOURCE.name)
    assert found.path == pending
    pending.rename(final)
    assert len(found.rows()) == 2


def test_a_file_that_goes_while_its_receipt_is_read_is_looked_for_in_its_place(home, monkeypatch):
    import features.quarantine

    put(home, "one", 3, 2)
    final, pending = quarantine_path(home, SOURCE.name, "b"), pending_path(home, SOURCE.name, "b")
    final.rename(pending)

    def read(path):
        if path == pending:
            pending.rename(final)
        return read_receipt(path)

    monkeypatch.setattr(features.quarantine, "read_receipt", read)
    assert told(home) == [("one", 2, True)]


def test_a_damaged_file_is_named(home):
    put(home, "one", 3, 2)
    path = quarantine_path(home, SOURCE.name, "b")
    path.write_bytes(b"PAR1 no")
    with pytest.raises(LakeError, match=r"b\.parquet: damaged; collect its file again"):
        refused_rows(home, SOURCE.name)


def test_an_empty_quarantine_has_its_columns(home):
    rows = refused_rows(home, SOURCE.name)
    assert rows.empty
    assert {"row", "rules", "raw", "table", "batch"} <= set(rows.columns)


def test_batches_are_ordered_by_when_their_rows_became_available(home, monkeypatch):
    import features.lake

    told_ = [
        Receipt("s", table, "f", batch, "", 1, 1, 0, {}, newest_available=day)
        for batch, table, day in [("a", "t", "2024-03-01"), ("b", "t", "2024-01-01"), ("c", "u", None)]
    ]
    monkeypatch.setattr(features.lake, "receipts", lambda _home, _source: iter(told_))
    assert [one.batch for one in history(home, "s")] == ["c", "b", "a"]
    assert [one.batch for one in history(home, "s", "t")] == ["b", "a"]


def test_a_receipt_of_an_older_version_is_read(home):
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    old = {"source": "s", "table": "t", "file": "f", "batch": "b", "spec": "x"}
    old |= {"rows_read": 1, "accepted": 1, "quarantined": 0, "rules": {}}
    path = batch_path(home, "s", "b")
    path.parent.mkdir(parents=True)
    schema = pa.schema([("a", pa.int64())], metadata={"lvdaitong.receipt": json.dumps(old)})
    pq.write_table(schema.empty_table(), path)
    assert (read_receipt(path).warnings, read_receipt(path).retries) == ([], [])
