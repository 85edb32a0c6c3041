"""What was asked before, newest first, page by page."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.responses import Response

from serving.form import FormError
from serving.page.firms import Several, firm_meant
from serving.page.visit import Visit
from serving.records.answers import Answered

ROWS = 25
BETWEEN = "~"


def listed(visit: Visit, firm: str, before: str) -> Response:
    """One page of the history.

    Args:
        visit: Who looks: an officer sees its own, a reviewer its bank's, an auditor everyone's.
        firm: Only of this firm: its code or name; empty for all.
        before: Where the page before ended; empty for the newest.
    """
    only, banner, found = _firm(visit, firm)
    rows: list[Answered] = []
    if not banner:
        rows = visit.desk.history(visit.caller, entity_id=only, before=place_of(before), limit=ROWS + 1)
    following = _following(rows[ROWS - 1], firm) if len(rows) > ROWS else ""
    return visit.show(
        "history.html",
        rows=[_row(one) for one in rows[:ROWS]],
        firm=firm,
        only=only,
        found=found,
        following=following,
        is_first=not before,
        banner=banner,
    )


def place_of(text: str) -> tuple[str, str] | None:
    """`(asked_at, audit_id)` of an address; None for the newest, also where it is none that a page gave."""
    asked_at, _, audit_id = text.partition(BETWEEN)
    try:
        datetime.fromisoformat(asked_at)
        return asked_at, str(UUID(audit_id))
    except ValueError:
        return None


def _firm(visit: Visit, text: str) -> tuple[str | None, str, Any]:
    """The firm that was meant, what is wrong with it, and those to choose from."""
    if not text.strip():
        return None, "", ()
    try:
        return firm_meant(visit, text), "", ()
    except Several as several:
        return None, f"有多户企业符合“{several.text}”，请选择其中一户。", several.found
    except FormError:
        return None, f"没有找到“{text.strip()}”：请填写企业名称，或完整的统一社会信用代码。", ()


def _following(last: Answered, firm: str) -> str:
    place = {"before": f"{last.asked_at}{BETWEEN}{last.audit_id}"}
    return "/history?" + urlencode(({"firm": firm} if firm else {}) | place)


def _row(one: Answered) -> dict[str, Any]:
    told = json.loads(one.answer)
    return {
        "audit_id": one.audit_id,
        "asked_at": one.asked_at,
        "account": one.account,
        "bank": one.bank,
        "entity_id": one.entity_id,
        "purpose": told.get("purpose"),
        "loan": told["loan"],
        "score": told["credit"]["score"],
        "band": told["credit"]["band"],
        "grade": told["green"]["grade_used"],
        "grade_source": told["green"]["grade_source"],
        "met": sum(finding["result"] == "PASS" for finding in told["findings"]),
    }
