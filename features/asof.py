"""The view as of a day: what the platform knew then. One function does this; no feature repeats it.

A row is known at D when it had arrived (`available_at` ≤ D) and no newer version of its record had.
So every version is known during an interval, `available_at` ≤ D < `known_until`, that does not depend on D:
the intervals are found once, and any number of days, one or many, are looked up in the same way.
"""

from datetime import date
from typing import Any

import ibis

from features.catalogue import KEY_COLUMNS
from features.rows import months_ago

Table = Any
"""An Ibis table. Ibis ships no types."""


def with_intervals(versions: Table) -> Table:
    """Every version of every record with the day from which a newer one replaced it.

    Versions that arrived on one day are ordered by `op` (a withdrawal wins) and then by their content,
    so that neither the order of rows nor of batches changes anything.

    Args:
        versions: All stored rows of a source, or all versions of some records.

    Returns:
        The same rows and `known_until`; missing while no newer version is known.
    """
    rest = [name for name in versions.columns if name not in ("record_id", "available_at", "op")]
    order = [versions.available_at, versions["op"], *(versions[name] for name in rest)]
    newer = versions.available_at.lead().over(ibis.window(group_by=versions.record_id, order_by=order))
    return versions.mutate(known_until=newer)


@ibis.udf.scalar.builtin(name="hash", signature=(("string",), "uint64"))
def _hash(text):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the signature stands above
    """A text's hash, as DuckDB has it."""


def replaced_records(versions: Table) -> Table:
    """Hashes of the records with more than one version: few, so that only their versions need sorting.

    Two records of one hash are both taken; that costs a little and changes nothing.
    """
    hashed = versions.select(record=_hash(versions.record_id))
    counted = hashed.group_by("record").agg(versions=hashed.count())
    return counted.filter(counted.versions > 1).select("record")


def only_version(versions: Table, replaced: Table) -> Table:
    """The versions that no other version of their record replaces, with a missing `known_until`."""
    alone = versions.anti_join(replaced, _hash(versions.record_id) == replaced.record)
    return alone.mutate(known_until=ibis.null("date"))


def of_replaced(versions: Table, replaced: Table) -> Table:
    """Every version of the records that have several."""
    return versions.semi_join(replaced, _hash(versions.record_id) == replaced.record)


def known_on(versions: Table, day: date) -> Table:
    """What was known on one day, whatever the firm and whenever it happens: the loan tape, for labels."""
    return current_on(with_intervals(versions), day)


def current_on(timed: Table, day: date) -> Table:
    """Of versions with their intervals those that were known on one day."""
    current = timed.filter(timed["op"] == "upsert", timed.available_at <= day)
    return current.filter(current.known_until.isnull() | (current.known_until > day))


def known_rows(timed: Table, spine: Table) -> Table:
    """What was known about each firm on each day of a spine.

    Args:
        timed: Stored rows of a source with the `known_until` of `with_intervals`.
        spine: `pair` (its number), `entity_id` (text) and `as_of` (date), each pair once.

    Returns:
        A row per firm, day and record known then and not withdrawn: `pair`, `entity_id`, `as_of`,
        `record_id`, `event_date`, `available_at`, the payload, and `months_ago`, by which windows are cut.
        Nothing that happens after `as_of` is in it.
    """
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
    payload = [name for name in timed.columns if name not in (*KEY_COLUMNS, "known_until")]
    return joined.filter(still).select(
        "pair",
        "entity_id",
        "as_of",
        "record_id",
        "event_date",
        "available_at",
        *payload,
        months_ago=months_ago(joined.event_date, joined.as_of),
    )
