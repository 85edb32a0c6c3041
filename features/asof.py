"""The view as of a day: what the platform knew then. One function does this; no feature repeats it.

A row is known at D when it had arrived (`available_at` ≤ D) and no newer version of its record had.
So every version is known during an interval, `available_at` ≤ D < `known_until`, that does not depend on D:
the intervals are found once, and any number of days, one or many, are looked up in the same way.
"""

from datetime import date
from typing import Any

import ibis

from features.catalogue import KEY_COLUMNS

Table = Any
"""An Ibis table. Ibis ships no types."""


def with_intervals(versions: Table) -> Table:
    """Every version of every record with the day from which a newer one replaced it.

    Versions that arrived on one day are ordered by `op` (a withdrawal wins) and then by their content,
    so that neither the order of rows nor of batches changes anything.

    Args:
        versions: All stored rows of a source: the key columns and the payload.

    Returns:
        The same rows and `known_until`; missing while no newer version is known.
    """
    rest = [name for name in versions.columns if name not in ("record_id", "available_at", "op")]
    order = [versions.available_at, versions["op"], *(versions[name] for name in rest)]
    newer = versions.available_at.lead().over(ibis.window(group_by=versions.record_id, order_by=order))
    return versions.mutate(known_until=newer)


def known_on(versions: Table, day: date) -> Table:
    """What was known on one day, whatever the firm and whenever it happens: the loan tape, for labels."""
    timed = with_intervals(versions)
    current = timed.filter(timed["op"] == "upsert", timed.available_at <= day)
    return current.filter(current.known_until.isnull() | (current.known_until > day))


def known_rows(versions: Table, spine: Table) -> Table:
    """What was known about each firm on each day of a spine.

    Args:
        versions: All stored rows of a source.
        spine: `entity_id` (text) and `as_of` (date), each pair once.

    Returns:
        A row per firm, day and record known then and not withdrawn: `entity_id`, `as_of`, `record_id`,
        `event_date`, `available_at` and the payload. Nothing that happens after `as_of` is in it.
    """
    timed = with_intervals(versions)
    current = timed.filter(timed["op"] == "upsert")
    joined = spine.join(
        current,
        [
            spine.entity_id == current.entity_id,
            current.available_at <= spine.as_of,
            current.event_date <= spine.as_of,
        ],
    )
    still = joined.known_until.isnull() | (joined.known_until > joined.as_of)
    payload = [name for name in versions.columns if name not in KEY_COLUMNS]
    return joined.filter(still).select(
        "entity_id", "as_of", "record_id", "event_date", "available_at", *payload
    )
