"""Refused rows as lists that the command line prints: counts by rule, and what a retry made of them."""

from collections import Counter
from typing import Any

from features.catalogue import load_catalogue, source_named
from features.home import Home
from features.quarantine import refused_rows
from pipelines.retry import Retried


def list_rules(home: Home, source: str | None) -> list[dict[str, Any]]:
    """How many refused rows broke each rule, most first; a row that broke two counts under both.

    Raises:
        RecipeError: There is no such source.
        LakeError: A file of the quarantine is damaged.
    """
    names = [source_named(source).name] if source else list(load_catalogue())
    return [row for name in names for row in _rules(home, name)]


def _rules(home: Home, source: str) -> list[dict[str, Any]]:
    rows = refused_rows(home, source)
    counts: Counter[tuple[str, str]] = Counter()
    for (table, rules), count in rows.groupby(["table", "rules"]).size().items():
        for rule in str(rules).split("; "):
            counts[table, rule] += int(count)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"source": source, "table": table, "rule": rule, "rows": count} for (table, rule), count in ranked
    ]


def list_retried(retried: list[Retried]) -> list[dict[str, Any]]:
    """What became of the refused rows of every batch; rows read = accepted + quarantined, as before."""
    return [
        {
            "file": one.receipt.file,
            "source": one.receipt.source,
            "tried": one.tried,
            "accepted now": one.accepted,
            "rows read": one.receipt.rows_read,
            "accepted": one.receipt.accepted,
            "quarantined": one.receipt.quarantined,
            "note": one.note,
        }
        for one in retried
    ]
