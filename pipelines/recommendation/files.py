"""The lists as files: CSV for people and spreadsheets, JSON for machines."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from pipelines.recommendation.lists import Recommendations, Row
from pipelines.recommendation.open_ones import OpenOne
from serving.policy.measures.recommendation_list import CRITERIA, STATUS_ZH

MARK = "\ufeff"
"""So that spreadsheets read the Chinese."""

LISTS = {"passed": "建议推荐", "to_visit": "待走访核实", "refused": "暂不推荐"}
"""Each list and its name."""

FIRM_COLUMNS = (
    "list",
    "rank",
    "entity_id",
    "entity_type",
    "industry",
    *CRITERIA,
    "failed",
    "missing",
    "need_since",
    "need_cny",
    "purpose",
    "visited_on",
    "visit_id",
    "score",
    "open_since",
    "open_status",
)
OPEN_COLUMNS = (
    "record_id",
    "entity_id",
    "bank",
    "amount_cny",
    "recommended_on",
    "documents_complete_on",
    "start",
    "due_date",
    "status",
    "status_zh",
    "days",
    "notes",
)


def firms_csv(found: Recommendations) -> str:
    """Every firm of the three lists, a row each; empty is not known."""
    rows = [{"list": LISTS[name], **row, **row["criteria"]} for name in LISTS for row in getattr(found, name)]
    return _csv(FIRM_COLUMNS, rows)


def open_csv(found: Recommendations) -> str:
    """Every open recommendation, a row each, by what is to be done next."""
    return _csv(OPEN_COLUMNS, [open_record(one) for one in found.open])


def open_record(one: OpenOne) -> Row:
    """An open recommendation by the names of its columns."""
    own = {name: getattr(one, name) for name in OPEN_COLUMNS if name != "status_zh"}
    return own | {"status_zh": STATUS_ZH[one.status] if one.status else None}


def as_record(found: Recommendations) -> dict[str, Any]:
    """Everything for machines."""
    return {
        "as_of": found.as_of.isoformat(),
        "district": found.district,
        "district_zh": found.district_zh,
        "policy_version": found.policy_version,
        "policy_status": found.policy_status,
        "is_decision": False,
        "rules": found.rules,
        "counts": {name: len(getattr(found, name)) for name in LISTS}
        | {
            "not_addressed": found.not_addressed,
            "unreadable": len(found.unreadable),
            "open": len(found.open),
        },
        **{name: [_plain(row) for row in getattr(found, name)] for name in LISTS},
        "unreadable": found.unreadable,
        "open": [_plain(open_record(one)) for one in found.open],
        "absent": list(found.absent),
        "assumptions": list(found.assumptions),
    }


def as_json(found: Recommendations) -> str:
    """The same as text."""
    return json.dumps(as_record(found), ensure_ascii=False, indent=1) + "\n"


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    written = StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(columns)
    for row in rows:
        lines.writerow([_cell(row[name]) for name in columns])
    return MARK + written.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "；".join(value)
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    """Days and amounts as text."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, (date, Decimal, str)) else value
