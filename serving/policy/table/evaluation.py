"""The measures asked about many firms at once, by the very clauses and amounts that are asked of one."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from serving.policy.evaluation import law_on
from serving.policy.law import Parameters, default_parameters
from serving.policy.measure import Measure
from serving.policy.measures import MEASURES
from serving.policy.table.columns_out import Out, outs_of
from serving.policy.table.facts import read_facts
from serving.policy.table.findings import FindingsTable
from serving.policy.table.frame import Array, Frame
from serving.policy.table.judging import judge
from serving.policy.table.law import TableLaw
from serving.policy.table.sizing import sizings
from serving.policy.table.source import Source, taken_rows

ROWS_AT_ONCE = 150_000
"""Of fewer, threads wait for each other between the many small steps; of more, columns leave the cache."""


@dataclass(slots=True)
class Part:
    """What rows that were computed together give."""

    outs: dict[str, Out]
    bad: dict[str, Array]
    refused: Array


def evaluate_table(
    table: Any,
    as_of: date,
    *,
    parameters: Parameters | None = None,
    measures: Sequence[Measure] = MEASURES,
    threads: int = 2,
) -> FindingsTable:
    """What the measures give to each row, one firm and one loan a row.

    Row by row the result, the clauses that failed or could not be judged, the missing facts and the amounts
    are those of `evaluate`.

    Args:
        table: An Arrow table or record batch, or sequences of values by name, with the names of `Facts`.
        as_of: The day of the question.
        parameters: Other numbers of law than the package's own.
        measures: Fewer measures than all.
        threads: How many parts of the table are computed at a time.

    Raises:
        FactError: A column is not a fact, or `as_of` is no day. A row that cannot be is no exception: it has
            an entry in `errors`.
        NoNumberForDay: The law has no number for `as_of`.
    """
    source = Source(table)
    law = law_on(as_of, parameters)
    _ = law.policy_version
    known = parameters or default_parameters()
    size = _rows_a_part(source.count, threads)
    starts = range(0, source.count, size) or range(1)

    def work(start: int) -> Part:
        return _part(source.part(start, min(start + size, source.count)), as_of, known, measures)

    parts = _in_threads(work, starts, threads)
    return FindingsTable(
        pa.concat_tables([_as_arrow(part) for part in parts], promote_options="permissive"),
        source,
        {name: _together(parts, name) for name in dict.fromkeys(name for part in parts for name in part.bad)},
        np.concatenate([part.refused for part in parts]),
        as_of=as_of,
        parameters=parameters,
        measures=measures,
    )


def _rows_a_part(count: int, threads: int) -> int:
    """Rows of each part, so that there are as many parts for every thread."""
    parts = -(-count // ROWS_AT_ONCE)
    if parts > 1:
        parts = -(-parts // threads) * threads
    return -(-count // max(parts, 1)) or 1


def _in_threads(work: Callable[[int], Part], starts: range, threads: int) -> list[Part]:
    if threads == 1 or len(starts) == 1:
        return [work(start) for start in starts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, starts))


def _part(cells: dict[str, Any], as_of: date, parameters: Parameters, measures: Sequence[Measure]) -> Part:
    """The findings of rows; those whose numbers leave 64 bits are computed again by Python's own."""
    count = len(next(iter(cells.values()), ()))
    frame = Frame(count)
    part = _computed(frame, cells, as_of, parameters, measures)
    rows = np.flatnonzero(frame.wide)
    if len(rows):
        again = Frame(len(rows), unbounded=True)
        other = _computed(again, taken_rows(cells, rows), as_of, parameters, measures)
        for name, out in part.outs.items():
            out.replace(rows, other.outs[name])
        part.refused[rows] = other.refused
    return part


def _computed(
    frame: Frame, cells: dict[str, Any], as_of: date, parameters: Parameters, measures: Sequence[Measure]
) -> Part:
    law = TableLaw(parameters, as_of, frame)
    facts, bad = read_facts(frame, cells)
    frame.refuse((facts.green_grade_date > as_of).yes)
    sizes = sizings(facts, law)
    facts.columns["size_class"] = sizes.size_class
    judged = {measure.key: judge(measure, facts, law, sizes) for measure in measures}
    kept = ~frame.refused
    outs = {
        f"{key}.{name}": out
        for key, found in judged.items()
        for name, out in outs_of(found, frame, kept).items()
    }
    return Part(outs, bad, frame.refused.copy())


def _as_arrow(part: Part) -> Any:
    return pa.table({name: out.to_arrow() for name, out in part.outs.items()})


def _together(parts: Sequence[Part], name: str) -> Array:
    return np.concatenate([part.bad.get(name, np.zeros(len(part.refused), dtype=bool)) for part in parts])
