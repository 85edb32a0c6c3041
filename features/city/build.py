"""The city from arguments to files: chunk by chunk of firms, theme by theme."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.city.banks import BankFiles, bank_tables
from features.city.clerk import Clerk
from features.city.consents import write_consents
from features.city.dirt import Dirt, plant
from features.city.lags import is_late
from features.city.look import LOOKS
from features.city.manifest import FileFacts, Manifest
from features.city.oracle import oracle_pd
from features.city.render import looked, typed
from features.city.rows import CORRECTED, NEW, WITHDRAWN
from features.city.theme import LOAN_THEME, THEMES, Theme
from features.city.themes import loan
from features.city.troubles.declared import Trouble
from features.city.troubles.planted import plant as plant_trouble
from features.city.troubles.worlds import chunks_of
from features.city.world import Chunk, make_world
from features.city.write import Outbox


@dataclass
class Written:
    """What has been written of one source so far."""

    theme: Theme
    good: Counter[str] = field(default_factory=Counter)
    dirty: Counter[str] = field(default_factory=Counter)

    def table(self, chunk: Chunk, dirty_share: float) -> pa.Table:
        """Return the chunk's rows as the department writes them, dirt among them, and count them."""
        source, look = self.theme.source, LOOKS[self.theme.source]
        rows = self.theme.reported(chunk)
        named = typed(source, rows, chunk.world.population.codes, look.prefix, self.theme.texts)
        planned = range(self.dirty.total(), round(dirty_share * (self.good["good"] + len(rows))))
        stream = chunk.stream(source, "dirt")
        table, planted = plant(stream, Dirt(source, look), looked(source, named, look), planned)
        self.dirty.update(planted)
        self.good.update(_counted(source, rows))
        return table

    def facts(self) -> FileFacts:
        """Return the counts as the manifest tells them."""
        good, dirty = self.good["good"], self.dirty.total()
        kinds = ("late", "corrected", "withdrawn")
        shares = {kind: round(self.good[kind] / max(1, good), 5) for kind in kinds}
        return FileFacts(
            source=self.theme.source,
            rows=good + dirty,
            good_rows=good,
            dirty_rows=dirty,
            dirty=dict(self.dirty),
            late_share=shares["late"],
            corrected_share=shares["corrected"],
            withdrawn_share=shares["withdrawn"],
        )


def make_city(
    out: Path,
    *,
    entities: int,
    months: int,
    seed: int,
    dirty_share: float = 0.002,
    last_month: date = date(2026, 10, 31),
    trouble: Trouble | None = None,
    steady: bool = False,
) -> Manifest:
    """Write a synthetic city: files as departments send them, an oracle apart, and a manifest.

    Args:
        out: Folder to write into; made if it does not exist.
        entities: How many firms ever exist.
        months: How many months the sources cover.
        seed: The same seed and arguments give the same bytes.
        dirty_share: Dirty rows added to each file, as a share of its good rows.
        last_month: Any day of the last month.
        trouble: What goes wrong from a month on; the good rows known before it are those of the quiet city,
            and so is the oracle, which no trouble was foretold.
        steady: Whether firms of equal health stop paying at the same rate in every year. Otherwise the rate
            rises by about a seventh a year, and a model that is not taught again falls behind it.

    Returns:
        What was written, as in `manifest.json`.

    Raises:
        RequestError: The trouble does not begin within the city.
    """
    world = make_world(entities=entities, months=months, seed=seed, last_month=last_month, steady=steady)
    planted = plant_trouble(trouble, world.months, seed) if trouble is not None else None
    (out / "oracle").mkdir(parents=True, exist_ok=True)
    written = [Written(theme) for theme in THEMES]
    best, codes = [], list[str]()
    with Outbox(out) as outbox, BankFiles(out / "banks") as banks, Clerk() as clerk:
        for chunk in chunks_of(world, planted):
            codes += chunk.world.population.codes[chunk.rows].to_pylist()
            for one in written:
                source = one.theme.source
                clerk.give(outbox.add, source, LOOKS[source], one.table(chunk, dirty_share))
            rows = LOAN_THEME.reported(chunk)
            loans = rows[rows["op"] == NEW]
            best.append(_oracle(chunk, loans))
            clerk.give(banks.add, bank_tables(chunk, loans))
    manifest = Manifest(
        entities=entities,
        months=months,
        seed=seed,
        dirty_share=dirty_share,
        first_day=str(np.datetime64(world.months.first_day, "D")),
        last_day=str(np.datetime64(world.months.last_day, "D")),
        files={LOOKS[one.theme.source].place: one.facts() for one in written},
        loans=_write_oracle(best, out / "oracle" / "oracle_pd.parquet"),
        steady=steady or None,
        trouble=trouble.name if trouble is not None else None,
        trouble_from=str(np.datetime64(planted.day, "D")) if planted is not None else None,
    )
    manifest.save(out)
    write_consents(codes, manifest.first_day, out / "consents" / "consents.csv")
    return manifest


def _counted(source: str, rows: pd.DataFrame) -> dict[str, int]:
    """Count what a chunk's good rows are."""
    return {
        "good": len(rows),
        "late": int(is_late(source, rows).sum()),
        "corrected": int((rows["op"] == CORRECTED).sum()),
        "withdrawn": int((rows["op"] == WITHDRAWN).sum()),
    }


def _write_oracle(best: list[pa.Table], path: Path) -> int:
    """Write the oracle's probability of every loan on the tape, where no source looks; return how many."""
    whole = pa.concat_tables(best)
    pq.write_table(whole, path, compression="zstd")
    return len(whole)


def _oracle(chunk: Chunk, first: pd.DataFrame) -> pa.Table:
    """Return the chunk's loans with their probability of default within 12 months."""
    world = (chunk.quiet or chunk).world
    table = typed(loan.SOURCE, first, world.population.codes, LOOKS[loan.SOURCE].prefix, loan.TEXTS)
    health = world.health.total[first["firm"].to_numpy(), first["health_month"].to_numpy()]
    known = table.select(["record_id", "entity_id", "application_date"])
    known = known.append_column("oracle_pd", pa.array(oracle_pd(world, first)))
    return known.append_column("health", pa.array(health.astype(np.float64)))
