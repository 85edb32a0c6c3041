"""What every route needs: the desk, who asks, and how problems are described."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from fastapi.responses import Response

from serving.access.caller import Caller
from serving.access.doors import caller
from serving.desk import Desk
from serving.problems import MEDIA_TYPE, FieldError
from serving.records.answers import Answered

PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: PROBLEM | {"description": "The body is not JSON."},
    401: PROBLEM | {"description": "Nobody has logged in; a bearer token or a session is needed."},
    403: PROBLEM | {"description": "The role may not do that, or there is no lawful basis for that firm."},
    404: PROBLEM | {"description": "The firm or the answer is not known, or is not this bank's."},
    413: PROBLEM | {"description": "The body is too large."},
    422: PROBLEM | {"description": "The question is wrong; `field` names where."},
    429: PROBLEM | {"description": "Too many questions; `Retry-After` says when to come back."},
    503: PROBLEM | {"description": "A model, a snapshot or the record of answers is missing."},
}
MOST_ROWS = 200


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
Asker = Annotated[Caller, Depends(caller)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=120,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of your own: the same question under the same key has the same answer.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="So many at most.")]
Before = Annotated[
    str | None, Query(max_length=200, description="`next` of the page before; none for the newest.")
]


def as_it_was(answered: Answered, *, created: bool = False) -> Response:
    """An answer to the byte."""
    headers = {"Location": f"/v1/preapprovals/{answered.audit_id}"} if created else {}
    return Response(answered.answer, media_type="application/json", headers=headers)


def cursor_of(answered: Answered) -> str:
    """Where a page ended, as opaque text."""
    return base64.urlsafe_b64encode(f"{answered.asked_at} {answered.audit_id}".encode()).decode()


def place_of(cursor: str | None) -> tuple[str, str] | None:
    """`(asked_at, audit_id)` of a cursor.

    Raises:
        FieldError: It is none that this service gave.
    """
    if cursor is None:
        return None
    try:
        asked_at, _, audit_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
    except (binascii.Error, ValueError):
        asked_at = audit_id = ""
    if not asked_at or not audit_id:
        raise FieldError("before", "the `next` of an earlier page is expected")
    return asked_at, audit_id
