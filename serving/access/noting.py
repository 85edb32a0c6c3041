"""Events at the doors as rows of the audit log."""

from uuid import uuid4

from serving.access.event import Event, Note
from serving.access.moments import Now
from serving.records.audit import Audit
from serving.records.entry import Entry
from serving.records.moments import moment


def noting(audit: Audit, now: Now) -> Note:
    """A note that returns when the event is in the log.

    Args:
        audit: The log.
        now: The clock.
    """

    def note(event: Event) -> None:
        entry = Entry(
            audit_id=str(uuid4()),
            at=moment(now()),
            kind=event.kind,
            actor=event.actor,
            role=event.role,
            bank=event.bank,
            outcome=event.outcome,
            status=event.status,
            detail=dict(event.detail),
        )
        audit.append(entry)

    return note
