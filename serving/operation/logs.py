"""The log: a JSON object a line, with the request's id, without firms and persons.

Nothing of a question or an answer is written: a route's template stands for the path, a role for the
account. Of an unexpected error its kind and its places are told, not its words: they may quote a question.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from features.uscc import ALPHABET

HEADER = b"x-request-id"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
CODE_LIKE = re.compile(r"(?=([1-9ANY][1-9A-C][1-8]\d{5}[0-9A-HJ-NP-RTUWXY]{10}))")
PERSON_LIKE = re.compile(r"(?<![0-9A-Z])(\d{17}[\dX]|1[3-9]\d{9})(?![0-9A-Z])")
"""Numbers of identity cards and of mobile telephones."""

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

_access = logging.getLogger("lvdaitong.access")


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that the asker gave, where it is sane and names nobody; else one of our own.

    >>> request_id([(b"x-request-id", b"bank-a:7f3e")])
    'bank-a:7f3e'
    >>> len(request_id([(b"x-request-id", b"two words")]))
    32
    """
    for name, value in headers:
        if name == HEADER:
            text = value.decode("latin-1")
            return text if SANE.fullmatch(text) and not _names_somebody(text.upper()) else _own()
    return _own()


def access(method: str, route: str, status: int, seconds: float, role: str | None) -> None:
    """One line for one answered request."""
    if _access.isEnabledFor(logging.INFO):
        said = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
        _access.info(
            "%s %s %d", method, route, status, extra={"said": said | ({"role": role} if role else {})}
        )


class JsonLines(logging.Formatter):
    """Log records as JSON, also uvicorn's own; no colours, no words of unexpected errors."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": " ".join(record.getMessage().split()),
            "process": record.process,
        }
        said = getattr(record, "said", None) or {}
        told = line | ({"request_id": REQUEST_ID.get()} if REQUEST_ID.get() else {}) | said
        if record.exc_info and record.exc_info[1] is not None:
            told |= {"error": _kind(record.exc_info[1]), "places": _places(record.exc_info[1])}
        return json.dumps(told, ensure_ascii=False, default=str)


def configuration(level: str = "INFO") -> dict[str, Any]:
    """For `logging.config.dictConfig` and for uvicorn: everything to standard error as JSON lines.

    uvicorn's own line for each request is left out: it would hold paths, and so codes of firms.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "serving.operation.logs.JsonLines"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "lvdaitong": {"level": level},
            "uvicorn": {"level": "WARNING"},
            "uvicorn.access": {"level": "CRITICAL", "propagate": False},
        },
    }


def _own() -> str:
    return uuid4().hex


def _names_somebody(text: str) -> bool:
    """Whether the code of a firm, or what looks like a person's number, stands in it."""
    return bool(PERSON_LIKE.search(text)) or any(_is_code(found) for found in CODE_LIKE.findall(text))


def _is_code(text: str) -> bool:
    """The check character alone (GB 32100-2015): `features.uscc` is made for columns, not for one request."""
    values = [ALPHABET.index(letter) for letter in text]
    return (sum(value * 3**place for place, value in enumerate(values[:-1])) + values[-1]) % 31 == 0


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _places(error: BaseException) -> list[str]:
    """Where it happened, outermost first."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
