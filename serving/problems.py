"""Errors as the service tells them: RFC 9457 problem+json, with the field at fault and never a traceback."""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from features.errors import LvdaitongError, RequestError
from serving.policy import FactError, NoNumberForDay, PolicyError
from serving.refusals import Forbidden, KeyReused, NoBasis

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:lvdaitong:problem:"
NO_STORE = {"Cache-Control": "no-store"}
MOST_TOLD = 20

LONGEST_ACCEPTED = 200
WEIGHT = re.compile(r"[01](\.[0-9]{1,3})?", re.ASCII)
TITLES_ZH = {
    "invalid-question": "提问有误",
    "malformed-json": "请求体不是 JSON",
    "not-known": "没有该主体的数据",
    "invalid-fact": "事实有误",
    "no-number-for-day": "该日没有政策参数",
    "not-ready": "服务尚未就绪",
    "forbidden": "没有该权限",
    "no-lawful-basis": "没有有效授权或其他合法依据",
    "idempotency-key-reused": "幂等键已用于其他提问",
    "unavailable": "服务暂不可用",
    "not-found": "没有找到",
    "too-large": "请求体过大",
    "unauthorized": "请先登录",
    "too-many-requests": "请求过于频繁",
    "method-not-allowed": "不支持该方法",
    "internal-error": "内部错误",
}

_log = logging.getLogger("lvdaitong.serving")


class FieldError(RequestError):
    """A field of the question is malformed.

    Args:
        field: Its name.
        detail: What was expected.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field


class NotReady(LvdaitongError):  # noqa: N818 - the name is the sentence
    """Something the service needs is not there; `missing` names it.

    Args:
        missing: What is missing → why.
    """

    def __init__(self, missing: dict[str, str]) -> None:
        super().__init__(f"not ready, missing: {', '.join(missing)}")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one question.

    Attributes:
        status: HTTP status.
        kind: Last part of its type; in words it is the title.
        detail: What is wrong with this question.
        more: Further members, such as `field`.
        headers: Further headers, such as `Retry-After`.
    """

    status: int
    kind: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Its members as RFC 9457 has them; the title in the language asked for."""
        title = TITLES_ZH.get(self.kind) if language == "zh" else None
        told = {
            "type": TYPE + self.kind,
            "title": title or self.kind.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
        }
        return told | {name: value for name, value in self.more.items() if value is not None}

    def response(self, language: str = "en") -> Response:
        """It as an answer."""
        content = json.dumps(self.to_dict(language), ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Language": language} | NO_STORE | dict(self.headers)
        return Response(content, self.status, headers=headers, media_type=MEDIA_TYPE)


def problem(status: int, kind: str, detail: str, **more: Any) -> Response:
    """A problem as an answer; see `Problem`."""
    return Problem(status, kind, detail, more).response()


def install(app: FastAPI) -> None:
    """Let an application tell every error as a problem."""
    for error in (*KNOWN, Exception):
        app.add_exception_handler(error, _answer)


def told(error: Exception) -> Problem:
    """An error as a problem; one that nobody expected says nothing of itself."""
    for kind, tell in KNOWN.items():
        if isinstance(error, kind):
            return tell(error)
    return Problem(500, "internal-error", "an unexpected error; it is in the service's log")


def language_of(accepted: str | None) -> str:
    """`zh` or `en`: what an Accept-Language header likes best of both; `en` where it says nothing.

    >>> language_of("zh-CN,zh;q=0.9,en;q=0.8"), language_of("en;q=0.3, zh;q=0.2"), language_of(None)
    ('zh', 'en', 'en')
    """
    best, most = "en", 0.0
    for part in (accepted or "")[:LONGEST_ACCEPTED].split(","):
        tag, _, weight = part.strip().partition(";")
        share = _weight(weight)
        if tag.strip().lower()[:2] in ("zh", "en") and share > most:
            best, most = tag.strip().lower()[:2], share
    return best


def _weight(text: str) -> float:
    number = text.strip().removeprefix("q=")
    if not number:
        return 1.0
    return float(number) if WEIGHT.fullmatch(number) else 0.0


def field_of(place: Sequence[int | str]) -> str:
    """`loan.amount_cny`: where pydantic found something, without the part of the request.

    >>> field_of(("body", "loan", "amount_cny"))
    'loan.amount_cny'
    """
    parts = place[1:] if place[:1] and place[0] in ("body", "path", "query") else place
    return ".".join(str(part) for part in parts)


async def _answer(request: Request, error: Exception) -> Response:
    return told(error).response(language_of(request.headers.get("accept-language")))


def _invalid(error: RequestValidationError) -> Problem:
    found = [{"field": field_of(one["loc"]), "detail": one["msg"]} for one in error.errors()[:MOST_TOLD]]
    if error.errors()[0]["type"] == "json_invalid":
        return Problem(400, "malformed-json", "the body is not JSON")
    first = found[0]
    detail = f"{first['field'] or 'body'}: {first['detail']}"
    return Problem(422, "invalid-question", detail, {"field": first["field"] or "body", "errors": found})


def _field(error: FieldError) -> Problem:
    return Problem(422, "invalid-question", str(error), {"field": error.field})


def _unknown(error: RequestError) -> Problem:
    return Problem(404, "not-known", str(error))


def _fact(error: FactError) -> Problem:
    return Problem(422, "invalid-fact", str(error), {"field": error.field})


def _no_number(error: NoNumberForDay) -> Problem:
    return Problem(422, "no-number-for-day", str(error), {"field": "as_of"})


def _not_ready(error: NotReady) -> Problem:
    return Problem(503, "not-ready", str(error), {"missing": error.missing})


def _forbidden(error: Forbidden) -> Problem:
    return Problem(403, "forbidden", str(error))


def _no_basis(error: NoBasis) -> Problem:
    more = {"purpose": str(error.purpose), "day": str(error.on), "detail_zh": error.zh}
    return Problem(403, "no-lawful-basis", str(error), more)


def _key_reused(error: KeyReused) -> Problem:
    return Problem(422, "idempotency-key-reused", str(error), {"field": "Idempotency-Key"})


def _unavailable(error: Exception) -> Problem:
    _log.error("%s: %s", type(error).__name__, error)
    return Problem(503, "unavailable", "the service cannot answer now; its log says why")


def _http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    kind = status.phrase.lower().replace(" ", "-")
    return Problem(status, kind, str(error.detail), headers=error.headers or {})


KNOWN: dict[type[Exception], Callable[[Any], Problem]] = {
    RequestValidationError: _invalid,
    FieldError: _field,
    NoBasis: _no_basis,
    KeyReused: _key_reused,
    RequestError: _unknown,
    FactError: _fact,
    NoNumberForDay: _no_number,
    NotReady: _not_ready,
    Forbidden: _forbidden,
    LvdaitongError: _unavailable,
    PolicyError: _unavailable,
    HTTPException: _http,
}
"""How each error is told; a kind stands before the kinds that it is one of."""
