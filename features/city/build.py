"""The city from arguments to files, theme by theme and chunk by chunk."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.city import (
    court,
    electricity,
    environment,
    green,
    insurance,
    invoices,
    loans,
    penalties,
    performance,
    registration,
    tax,
)
from features.city.dirt import Dirt, plant
from features.city.formats import LOOKS
from features.city.lags import Habits, is_late, report
from features.city.manifest import FileFacts, Manifest
from features.city.oracle import oracle_pd
from features.city.render import Texts, looked, typed
from features.city.rows import CORRECTED, NEW, WITHDRAWN
from features.city.world import Chunk, World, make_world
from features.city.write import FileWriter


@dataclass(frozen=True)
class Theme:
    """One source of the city: who makes its rows, and how they are reported, revised and spelled."""

    source: str
    rows: Callable[[Chunk], pd.DataFrame]
    habits: Habits
    texts: Texts = field(default_factory=dict)
    revise: Callable[[np.random.Generator, pd.DataFrame], pd.DataFrame] | None = None

    def reported(self, chunk: Chunk) -> pd.DataFrame:
        """Return the good rows that had become available by the city's last day."""
        rng = chunk.stream(self.source, "report")
        rows = report(rng, self.source, self.rows(chunk), self.habits)
        if self.revise is not None:
            rows = self.revise(rng, rows)
        return rows[rows["available_day"] <= chunk.world.months.last_day]


THEMES = (
    Theme(registration.SOURCE, registration.rows, registration.HABITS, registration.TEXTS),
    Theme(invoices.SOURCE, invoices.rows, invoices.HABITS, invoices.TEXTS),
    Theme(tax.SOURCE, tax.rows, tax.HABITS),
    Theme(insurance.SOURCE, insurance.rows, insurance.HABITS),
    Theme(electricity.SOURCE, electricity.rows, electricity.HABITS),
    Theme(court.SOURCE, court.rows, court.HABITS, court.TEXTS),
    Theme(penalties.SOURCE, penalties.rows, penalties.HABITS, revise=penalties.repair),
    Theme(environment.SOURCE, environment.rows, environment.HABITS),
    Theme(green.SOURCE, green.rows, green.HABITS),
    Theme(loans.SOURCE, loans.rows, loans.HABITS, loans.TEXTS),
    Theme(performance.SOURCE, performance.rows, performance.HABITS, performance.TEXTS),
)
LOAN_THEME = next(theme for theme in THEMES if theme.source == loans.SOURCE)


def make_city(
    out: Path,
    *,
    entities: int,
    months: int,
    seed: int,
    dirty_share: float = 0.002,
    last_month: date = date(2026, 10, 31),
) -> Manifest:
    """Write a synthetic city: files as departments send them, an oracle apart, and a manifest.

    Args:
        out: Folder to write into; made if it does not exist.
        entities: How many firms ever exist.
        months: How many months the sources cover.
        seed: The same seed and arguments give the same bytes.
        dirty_share: Dirty rows added to each file, as a share of its good rows.
        last_month: Any day of the last month.

    Returns:
        What was written, as in `manifest.json`.
    """
    (out / "oracle").mkdir(parents=True, exist_ok=True)
    world = make_world(entities=entities, months=months, seed=seed, last_month=last_month)
    files = {LOOKS[theme.source].file: _write(world, theme, out, dirty_share) for theme in THEMES}
    manifest = Manifest(
        entities=entities,
        months=months,
        seed=seed,
        dirty_share=dirty_share,
        first_day=str(np.datetime64(world.months.first_day, "D")),
        last_day=str(np.datetime64(world.months.last_day, "D")),
        files=files,
        loans=_write_oracle(world, out / "oracle" / "oracle_pd.parquet"),
    )
    manifest.save(out)
    return manifest


def _write(world: World, theme: Theme, out: Path, dirty_share: float) -> FileFacts:
    """Write one source's file and return its facts."""
    look, counts, dirty = LOOKS[theme.source], Counter[str](), Counter[str]()
    with FileWriter(out, look) as file:
        for chunk in world.chunks():
            rows = theme.reported(chunk)
            table = looked(
                theme.source,
                typed(theme.source, rows, world.population.codes, look.prefix, theme.texts),
                look,
            )
            planned = range(dirty.total(), round(dirty_share * (counts["good"] + len(rows))))
            table, planted = plant(
                chunk.stream(theme.source, "dirt"), Dirt(theme.source, look), table, planned
            )
            file.write(table)
            dirty.update(planted)
            counts.update(_counted(theme.source, rows))
    return _facts(theme.source, counts, dirty)


def _counted(source: str, rows: pd.DataFrame) -> dict[str, int]:
    """Count what a chunk's good rows are."""
    return {
        "good": len(rows),
        "late": int(is_late(source, rows).sum()),
        "corrected": int((rows["op"] == CORRECTED).sum()),
        "withdrawn": int((rows["op"] == WITHDRAWN).sum()),
    }


def _facts(source: str, counts: Counter[str], dirty: Counter[str]) -> FileFacts:
    good = max(1, counts["good"])
    return FileFacts(
        source=source,
        rows=counts["good"] + dirty.total(),
        good_rows=counts["good"],
        dirty_rows=dirty.total(),
        dirty=dict(dirty),
        late_share=round(counts["late"] / good, 5),
        corrected_share=round(counts["corrected"] / good, 5),
        withdrawn_share=round(counts["withdrawn"] / good, 5),
    )


def _write_oracle(world: World, path: Path) -> int:
    """Write the oracle's probability of every loan on the tape, where no source looks; return how many."""
    tables = [_oracle(chunk) for chunk in world.chunks()]
    whole = pa.concat_tables(tables)
    pq.write_table(whole, path, compression="zstd")
    return len(whole)


def _oracle(chunk: Chunk) -> pa.Table:
    rows = LOAN_THEME.reported(chunk)
    first = rows[rows["op"] == NEW]
    table = typed(loans.SOURCE, first, chunk.world.population.codes, LOOKS[loans.SOURCE].prefix, loans.TEXTS)
    health = chunk.world.health.total[first["firm"].to_numpy(), first["health_month"].to_numpy()]
    known = table.select(["record_id", "entity_id", "application_date"])
    known = known.append_column("oracle_pd", pa.array(oracle_pd(chunk.world, first)))
    return known.append_column("health", pa.array(health.astype(np.float64)))
