"""Bad information leaves the lake when the rule of its source says so (`bad_information.yaml`).

A record goes with all its versions, or stays with all of them: an older version must not come back to life.
The receipt of a batch stays as it was, so that the same file collected again brings nothing back.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.home import Home
from features.staging import commit, committing, staged
from features.yaml_text import read_yaml
from serving.records.moments import years_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How long the bad information of one source stays.

    Attributes:
        source: Its name in the catalogue.
        column: The day from which it counts; a record without one stays.
        years: So long.
        repaired: Whether a withdrawn record goes at once.
        cites: The article.
    """

    source: str
    column: str
    years: int
    repaired: bool
    cites: str


@cache
def rules() -> dict[str, Rule]:
    """The rule of every source with bad information."""
    raw: dict[str, Any] = read_yaml((files("pipelines") / "bad_information.yaml").read_text("utf-8"))
    return {
        source: Rule(
            source=source,
            column=words.get("column", "event_date"),
            repaired=words["repaired"],
            **raw[words["clock"]],
        )
        for source, words in raw["sources"].items()
    }


def forget(home: Home, on: date) -> dict[str, int]:
    """Take away the bad information that has been kept long enough on a day.

    Returns:
        So many stored rows of each source went; sources of which none went are left out.

    Raises:
        LakeError: The disk is full or the home cannot be written.
    """
    went = {source: _forget(home, rule, on) for source, rule in rules().items()}
    return {source: rows for source, rows in went.items() if rows}


def _forget(home: Home, rule: Rule, on: date) -> int:
    batches = sorted((home.lake / rule.source).glob("*.parquet"))
    if not batches:
        return 0
    gone = _gone(batches, rule, years_before(on, rule.years))
    return sum(_without(home, batch, gone) for batch in batches) if len(gone) else 0


def _gone(batches: list[Path], rule: Rule, before: date) -> pa.Array:
    """The records whose newest version says that they have been kept long enough."""
    names = list(dict.fromkeys(["record_id", "available_at", "op", rule.column]))
    rows = pa.concat_tables([pq.read_table(batch, columns=names) for batch in batches])
    # of the versions of one day a withdrawal is the newest, as in the view as of a day
    rows = rows.sort_by([("record_id", "ascending"), ("available_at", "ascending"), ("op", "ascending")])
    is_newest = pc.not_equal(rows["record_id"].combine_chunks()[1:], rows["record_id"].combine_chunks()[:-1])
    newest = rows.filter(pa.concat_arrays([is_newest, pa.array([True][: len(rows)], pa.bool_())]))
    is_old = pc.fill_null(pc.less(newest[rule.column], pa.scalar(before, pa.date32())), fill_value=False)
    if rule.repaired:
        is_old = pc.or_(is_old, pc.equal(newest["op"], "withdraw"))
    return newest.filter(is_old)["record_id"].combine_chunks()


def _without(home: Home, batch: Path, gone: pa.Array) -> int:
    """Write a batch without those records; one that changes meanwhile is left to the next run."""
    before = batch.stat()
    rows = pq.read_table(batch)
    kept = rows.filter(pc.invert(pc.is_in(rows["record_id"], value_set=gone)))
    if len(kept) == len(rows):
        return 0
    with staged(home) as folder:
        pq.write_table(
            kept.replace_schema_metadata(rows.schema.metadata), folder / batch.name, compression="zstd"
        )
        with committing(home):
            if batch.stat().st_ino != before.st_ino:
                return 0
            commit(folder / batch.name, batch)
    return len(rows) - len(kept)
