"""Lists that verbs print: rows of words and whole numbers."""

import json
from typing import Any

from features.catalogue import load_catalogue, source_named
from features.definitions import ALL
from features.home import Home
from features.lake import Receipt
from features.quarantine import refused_rows


def list_sources() -> list[dict[str, Any]]:
    """The catalogue's sources."""
    return [
        {
            "source": source.name,
            "名称": source.zh,
            "department": source.department,
            "frequency": source.frequency,
            "usual lag (days)": source.usual_lag_days,
            "columns": len(source.columns),
            "lawful basis": source.lawful_basis,
        }
        for source in load_catalogue().values()
    ]


def list_features() -> list[dict[str, Any]]:
    """Every feature, in the order in which models read them."""
    return [
        {
            "feature": one.name,
            "名称": one.zh,
            "source": ", ".join(one.sources),
            "months": "all" if one.months is None else str(one.months),
            "unit": one.unit,
            "risk": one.risk or "free",
        }
        for one in ALL
    ]


def list_receipts(receipts: list[Receipt]) -> list[dict[str, Any]]:
    """What became of every file, and the sum: rows read = accepted + quarantined."""
    rows = [_counted(told.file, told.source, [told]) for told in receipts]
    return [*rows, _counted("total", "", receipts)]


def _counted(file: str, source: str, receipts: list[Receipt]) -> dict[str, Any]:
    return {
        "file": file,
        "source": source,
        "rows read": sum(told.rows_read for told in receipts),
        "accepted": sum(told.accepted for told in receipts),
        "quarantined": sum(told.quarantined for told in receipts),
    }


def list_refused(home: Home, source: str | None, most: int) -> list[dict[str, Any]]:
    """Refused rows as they were read, at most so many a rule; of one source or of all."""
    names = [source_named(source).name] if source else list(load_catalogue())
    return [row for name in names for row in _refused(home, name, most)]


def _refused(home: Home, source: str, most: int) -> list[dict[str, Any]]:
    shown = refused_rows(home, source).groupby("rules", sort=True).head(most)
    return [
        {
            "source": source,
            "table": row["table"],
            "row": int(row["row"]),
            "rules": row["rules"],
            "as it was read": "  ".join(f"{name}={cell}" for name, cell in json.loads(row["raw"]).items()),
        }
        for row in shown.sort_values(["rules", "row"]).to_dict("records")
    ]
