"""Rules put together in words, and what must not depend on how a file is cut into chunks."""

import pyarrow.parquet as pq

from features.lake import batch_path
from features.quarantine import refused_rows
from pipelines.collect import collect
from pipelines.recipe import parse_recipe
from pipelines.retry import retry


def test_a_row_that_breaks_several_rules_says_all_of_them(home, tmp_path):
    columns = "entity_id: a, record_id: b, event_date: c, available_at: c, amount_cny: d, role: e"
    recipe = "name: t\nkey: research\ntables:\n  - {source: court_judgment, file: f.csv, columns: {COLUMNS}}"
    lines = ["A,1,2024-01-05,1,DEFENDANT", "A,2,2024-01-06,-1,nobody", "A,3,2024-02-30,x,DEFENDANT"]
    (tmp_path / "f.csv").write_text("\n".join(["a,b,c,d,e", *lines, "A,1,2024-01-05,-1,x"]), "utf-8")
    (receipt,) = collect(home, parse_recipe(recipe.replace("COLUMNS", columns), "t.yaml"), tmp_path)
    said = refused_rows(home, "court_judgment").set_index("row")["rules"].str.split("; ")
    negative = "amount_cny: outside 0 to 100,000,000,000"
    unknown = "role: not one of DEFENDANT, PLAINTIFF, THIRD_PARTY"
    unread = {f"{name}: not a date written %Y-%m-%d" for name in ("event_date", "available_at")}
    assert set(said[2]) == {negative, unknown}
    assert set(said[3]) == {*unread, "amount_cny: not a number"}
    assert set(said[4]) == {negative, unknown, "record_id: the row stands in the file already"}
    assert (receipt.rules[negative], receipt.untyped, receipt.quarantined) == (2, 1, 3)


KEPT = """
name: t
key: research
tables:
  - source: court_judgment
    file: f.csv
    columns:
      entity_id: a
      record_id: {content: [a, c], repeated: keep}
      event_date: c
      available_at: c
      role: {from: e, values: {VALUES}}
"""


def test_rows_alike_in_everything_are_numbered_across_chunks_and_by_a_retry(home, tmp_path):
    def keys() -> list[str]:
        (path,) = (home.lake / "court_judgment").glob("*.parquet")
        return sorted(key[24:] for key in pq.read_table(path)["record_id"].to_pylist())

    lines = ["A,2024-01-05,D", "A,2024-01-05,被告", "A,2024-01-05,D", "A,2024-01-05,D", "A,2024-01-05,D"]
    (tmp_path / "f.csv").write_text("\n".join(["a,c,e", *lines]), "utf-8")
    first = parse_recipe(KEPT.replace("VALUES", "D: DEFENDANT"), "t.yaml")
    (receipt,) = collect(home, first, tmp_path, chunk_rows=2)
    assert (receipt.accepted, receipt.quarantined) == (4, 1)
    assert batch_path(home, "court_judgment", receipt.batch).exists()
    (told,) = retry(home, parse_recipe(KEPT.replace("VALUES", "D: DEFENDANT, 被告: DEFENDANT"), "t.yaml"))
    assert told.accepted == 1
    assert keys() == ["", "-1", "-2", "-3", "-4"], "as if the file had been read under this recipe"
