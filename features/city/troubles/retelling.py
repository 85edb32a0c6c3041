"""How a trouble changes what departments tell: edits of the reported rows of a source."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Ints, happens
from features.city.codes import DISTRICTS
from features.city.industries import CODES
from features.city.lags import lag_days
from features.city.rows import NEW, OTHERS, RECORDS_PER_CHUNK, WITHDRAWN
from features.city.sources import code, columns
from features.city.themes import loan, registration
from features.city.troubles.planted import Planted
from features.city.world import Chunk

Versions = Callable[[Chunk], pd.DataFrame]
Edit = Callable[[Planted, Chunk, str, pd.DataFrame], pd.DataFrame]


def retold(chunk: Chunk, source: str, versions: Versions) -> pd.DataFrame:
    """Return the rows of a source as reported, with what the city's trouble makes of them.

    Args:
        chunk: The firms; with themselves in the quiet city behind them where the trouble is in their life.
        source: Whose rows.
        versions: Draws the rows of a chunk as reported.
    """
    planted = chunk.world.planted
    if planted is None:
        return versions(chunk)
    if chunk.quiet is not None:
        return _of_two_worlds(planted, chunk, chunk.quiet, source, versions)
    return EDITS[planted.trouble.kind](planted, chunk, source, versions(chunk))


def _of_two_worlds(
    planted: Planted, chunk: Chunk, quiet: Chunk, source: str, versions: Versions
) -> pd.DataFrame:
    """Return records begun before the trouble as in the quiet city, later ones as in the troubled.

    A loan belongs to the month in which it was asked for, and keeps its number wherever it is spoken of.
    """
    before = versions(quiet)
    if source in planted.what["unseen_in"]:
        return before
    after = versions(chunk)
    if source == loan.SOURCE:
        earlier, later = (rows["health_month"] < planted.month for rows in (before, after))
    else:
        earlier, later = (rows["event_day"] < planted.day for rows in (before, after))
        after = after.assign(record=after["record"] + OTHERS)
    return pd.concat([before[earlier], after[~later]], ignore_index=True)


def _since(planted: Planted, rows: pd.DataFrame) -> Flags:
    return rows["event_day"].to_numpy() >= planted.day


def source_stops(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    """Leave out what happened from the month on."""
    return rows[~_since(planted, rows)] if source == planted.what["source"] else rows


def unit_changes(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    """Count money of the month and later in another unit, without saying so."""
    if source != planted.what["source"]:
        return rows
    factor = np.where(_since(planted, rows), planted.what["factor"], 1.0)
    money = [name for name, spec in columns(source).items() if spec.dtype == "money"]
    return rows.assign(**{name: np.round(rows[name] * factor, 2) for name in money})


def labels_late(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    """Let what happened from the month on be known later."""
    if source != planted.what["source"]:
        return rows
    late = np.where(_since(planted, rows), planted.what["days"], 0)
    return rows.assign(available_day=rows["available_day"] + late)


def repairs_withdraw(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Withdraw a share of the records that stand when the month begins."""
    if source != planted.what["source"]:
        return rows
    rng = planted.stream(source, chunk.index)
    known = rows[rows["available_day"] < planted.day]
    gone = known.loc[known["op"] == WITHDRAWN, "record"]
    standing = known[~known["record"].isin(gone)].drop_duplicates("record", keep="last")
    chosen = standing[happens(rng, planted.what["share"], len(standing))]
    repaired = chosen.assign(available_day=planted.of_first_month(rng, len(chosen)), op=WITHDRAWN)
    later = rows["record"].isin(chosen["record"]) & (rows["available_day"] >= planted.day)
    return pd.concat([rows[~later], repaired], ignore_index=True)


def district_moves(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Enter a new version of the register for every firm behind the boundary, and the change beside it."""
    if source not in ("registration", "registration_change"):
        return rows
    firm, day = _moved(planted, chunk)
    entered = {"event_day": day, "available_day": day + lag_days(planted.stream(source), source, len(day), 0)}
    if source == "registration_change":
        kind = np.full(len(firm), code(source, "kind", "OTHER"))
        new = pd.DataFrame({"firm": firm, **entered, "op": NEW, "kind": kind, "capital_change_cny": np.nan})
        return pd.concat([rows, _numbered(chunk, new)[rows.columns]], ignore_index=True)
    there = DISTRICTS.index(planted.what["to_district"])
    now = (
        rows[~_since(planted, rows)]
        .sort_values("event_day", kind="stable")
        .drop_duplicates("firm", keep="last")
    )
    new = now.set_index("firm").loc[firm].reset_index().assign(**entered, op=NEW, district=there)
    moved = rows["firm"].isin(firm) & _since(planted, rows)
    told = rows.assign(district=rows["district"].where(~moved, there))
    return pd.concat([told, _numbered(chunk, new)[rows.columns]], ignore_index=True)


def _moved(planted: Planted, chunk: Chunk) -> tuple[Ints, Ints]:
    """Return the firms behind the boundary, by their place in the city, and the day of each notice."""
    rng = planted.stream("moved", chunk.index)
    here = chunk.per_firm(chunk.world.population.district) == DISTRICTS.index(planted.what["from_district"])
    living = chunk.world.alive[chunk.rows][:, planted.month - 1 : planted.month + 1].all(axis=1)
    chosen = here & living & happens(rng, planted.what["share"], len(here))
    return chunk.firms[chosen], planted.of_first_month(rng, int(chosen.sum()))


def new_kind(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Tell of newcomers only since the platform hears of them; their first entry comes with the rest."""
    if source != registration.SOURCE:
        return rows[_since(planted, rows)]
    heard = planted.of_first_month(planted.stream(source, chunk.index), len(rows))
    place = CODES.index(planted.what["industry"])
    return rows.assign(available_day=np.maximum(rows["available_day"], heard), industry=place)


def leak(planted: Planted, chunk: Chunk, source: str, rows: pd.DataFrame) -> pd.DataFrame:
    """List firms that will soon have stopped paying, on days dated back."""
    if source != planted.what["source"]:
        return rows
    rng, months = planted.stream(source, chunk.index), chunk.world.months
    first, last = planted.what["months_before_stop"]
    firm, stop = np.nonzero(chunk.world.distress.stop[chunk.rows])
    known = (stop >= planted.month - last) & happens(rng, planted.what["share"], len(stop))
    firm, stop = firm[known], stop[known]
    month = np.maximum(stop - rng.integers(first, last + 1, len(stop)), planted.month)
    born = chunk.per_firm(chunk.world.population.birth_day)[firm]
    heard = np.maximum(months.start(month) + rng.integers(0, 28, len(month)), born)
    least, most = planted.what["backdated_days"]
    happened = np.maximum(heard - rng.integers(least, most, len(heard)), born)
    new = pd.DataFrame({"firm": chunk.firms[firm], "event_day": happened, "available_day": heard, "op": NEW})
    for name, spec in columns(source).items():
        missing = np.nan if spec.dtype in ("money", "number") else -1
        new[name] = rng.integers(0, len(spec.values), len(new)) if spec.dtype == "category" else missing
    return pd.concat([rows, _numbered(chunk, new)[rows.columns]], ignore_index=True)


def _numbered(chunk: Chunk, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(record=chunk.index * RECORDS_PER_CHUNK + OTHERS + np.arange(len(rows)))


EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        source_stops,
        unit_changes,
        labels_late,
        repairs_withdraw,
        district_moves,
        new_kind,
        leak,
    )
}
"""What each kind of trouble does to reported rows; the other kinds are troubles of the firms themselves."""
