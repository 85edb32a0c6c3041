"""One row of the audit log, before and after it is sealed."""

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from sqlalchemy import String

from serving.records.seal import canonical
from serving.records.tables import AUDIT
from serving.records.texts import fitted, is_storable

_STRANGERS = ("actor", "bank", "subject", "basis")
"""May come from outside as they please; the other words are the program's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened and must be known later.

    Attributes:
        audit_id: Its name; that of the answer, where there is one.
        at: When, UTC, ISO 8601 with milliseconds (`moments.moment`).
        kind: What, such as `preapproval`, `login`, `consent`; at most 24 characters.
        actor: The account, or the name that somebody claimed.
        role: Its role; `NONE` where nobody proved one.
        outcome: `ANSWERED`, `REFUSED`, `RECORDED`, `FAILED` …; at most 16 characters.
        status: The HTTP status that left, 0 where it was no request.
        bank: The bank of the account.
        subject: The firm that it is about.
        purpose: What the firm was looked at for.
        basis: Kind and reference of the basis in law.
        detail: Versions, codes of reasons, counts; never the value of a feature or a secret.
        question_hash: Of the question (`seal.digest_of`); `append` fills it in where an answer comes along.
        answer_hash: Of the answer's bytes; likewise.
    """

    audit_id: str
    at: str
    kind: str
    actor: str
    role: str
    outcome: str
    status: int = 0
    bank: str | None = None
    subject: str | None = None
    purpose: str | None = None
    basis: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    question_hash: str | None = None
    answer_hash: str | None = None

    def as_row(self) -> dict[str, Any]:
        """The columns that it fills; what a stranger typed is cut where it does not fit.

        Raises:
            ValueError: A word of the program's own is too long for its column, or the detail is no JSON.
        """
        row = {name: getattr(self, name) for name in _NAMES}
        row["detail"] = canonical(self.detail)
        for name in _STRANGERS:
            row[name] = fitted(row[name], _widths()[name])
        for name, width in _widths().items():
            text = row.get(name)
            if text is not None and (len(text) > width or not is_storable(text)):
                raise ValueError(f"audit entry: '{name}' has {len(text)} characters, at most {width} fit")
        if not is_storable(row["detail"]):
            raise ValueError("audit entry: half of a surrogate pair is in the detail")
        return row


_NAMES = [one.name for one in fields(Entry)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Entry):
    """An entry in its place.

    Attributes:
        place: 1, 2, 3 …
        sealed_with: Algorithm and name of the key.
        previous: Seal of the row before; zeros in the first.
        seal: Over everything else in this row.
    """

    place: int
    sealed_with: str
    previous: str
    seal: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends: kept elsewhere, it finds rows that were cut off.

    Attributes:
        place: Of the newest row; 0 where there is none.
        seal: Of that row.
    """

    place: int
    seal: str


@cache
def _widths() -> dict[str, int]:
    return {
        one.name: int(one.type.length)
        for one in AUDIT.c
        if isinstance(one.type, String) and one.type.length and one.name in _NAMES
    }
