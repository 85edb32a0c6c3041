"""The officer's page: one form, one answer on one screen; server-rendered, no script, no outside asset."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from features.errors import LvdaitongError, RequestError
from serving import wording
from serving.answers import Answered
from serving.desk import Desk
from serving.dial import dial
from serving.form import BY_NAME, FACTS, FormError, question_from, read_form, typed_from, wrong
from serving.policy import FactError, NoNumberForDay, PolicyError
from serving.problems import FieldError, NotReady

BEIJING = timezone(timedelta(hours=8))
CORRECT = "请更正标出的内容后再提交。"
MISSING_ZH = {
    "champion": "评分模型",
    "snapshot": "企业数据快照",
    "records": "查询记录库",
    "policy": "政策参数",
}

router = APIRouter(include_in_schema=False)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("serving"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "yuan": wording.yuan,
        "wan": wording.wan,
        "percent": wording.percent,
        "numeral": wording.numeral,
        "fact": wording.fact_name,
        "source": wording.source_name,
        "department": wording.department_name,
        "title_zh": wording.measure_title,
        "estimates": wording.estimates,
        "label": wording.result_label,
        "chips": wording.chips,
        "clock": wording.clock_line,
        "said": wording.said,
    }
    words = ("RESULTS", "GRADES", "WORDS", "BENEFICIARIES")
    made.globals |= {name: getattr(wording, name) for name in words} | {"FACTS": FACTS}
    return made


ENVIRONMENT = _environment()


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]


@router.get("/")
def form(desk: AtDesk) -> HTMLResponse:
    """The empty form."""
    banner = _not_ready(desk.missing) if desk.missing else ""
    return _page(desk, {}, banner=banner)


@router.post("/")
async def ask(request: Request, desk: AtDesk) -> HTMLResponse:
    """The answer to what was typed; or the form again, saying which field is at fault."""
    body = await request.body()
    return await run_in_threadpool(_ask, desk, body)


@router.get("/answers/{audit_id}")
def answer(audit_id: UUID, desk: AtDesk) -> HTMLResponse:
    """An answer that was given, as it was."""
    try:
        answered = desk.find(str(audit_id))
    except (LvdaitongError, PolicyError) as error:
        return _refused(desk, {}, error)
    if answered is None:
        return _page(desk, {}, banner="没有这个编号的查询记录。", status=HTTPStatus.NOT_FOUND)
    return _answered(desk, answered)


def _ask(desk: Desk, body: bytes) -> HTMLResponse:
    typed: dict[str, str] = {}
    try:
        typed = read_form(body)
        return _answered(desk, desk.preapprove(question_from(typed)))
    except (FormError, LvdaitongError, PolicyError) as error:
        return _refused(desk, typed, error)


def _answered(desk: Desk, answered: Answered) -> HTMLResponse:
    told = json.loads(answered.answer)
    return _page(desk, typed_from(json.loads(answered.question)), answer=told)


def _refused(desk: Desk, typed: Mapping[str, str], error: Exception) -> HTMLResponse:
    """The form again, with what is wrong, in Chinese."""
    status, field = _status(error), getattr(error, "field", "")
    marked: dict[str, str] = error.wrong if isinstance(error, FormError) else {}
    if isinstance(error, FieldError | FactError) and (field in BY_NAME or field == "entity_id"):
        marked = {error.field: wrong(error.field)}
    banner = CORRECT if marked else _explained(desk, error)
    return _page(desk, typed, wrong=marked, banner=banner, status=status)


def _status(error: Exception) -> HTTPStatus:
    if isinstance(error, FormError | FieldError | FactError | NoNumberForDay):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.NOT_FOUND if isinstance(error, RequestError) else HTTPStatus.SERVICE_UNAVAILABLE


def _explained(desk: Desk, error: Exception) -> str:
    if isinstance(error, NotReady):
        return _not_ready(error.missing)
    if isinstance(error, FactError):
        return f"“{wording.fact_name(error.field)}”有误或与平台数据矛盾，请核对。"
    if isinstance(error, NoNumberForDay):
        return f"{error.day} 没有可用的政策参数，无法测算。"
    if isinstance(error, RequestError) and desk.snapshot:
        return f"截至 {desk.snapshot.as_of}，平台没有该主体的数据，请核对后再查。"
    return "服务暂时不能作答，请稍后再试；原因见服务日志。"


def _not_ready(missing: Mapping[str, str]) -> str:
    return f"服务尚未就绪，缺少：{'、'.join(MISSING_ZH[name] for name in missing)}。"


def _page(
    desk: Desk,
    typed: Mapping[str, str],
    *,
    answer: dict[str, Any] | None = None,
    wrong: Mapping[str, str] | None = None,
    banner: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    more = _view(answer) if answer else {}
    content = ENVIRONMENT.get_template("page.html").render(
        typed=typed,
        wrong=wrong or {},
        banner=banner,
        answer=answer,
        has_codes=desk.has_codes,
        as_of=desk.snapshot.as_of if desk.snapshot else None,
        typed_facts=[name for name in BY_NAME if typed.get(name) or name in (wrong or {})],
        **more,
    )
    return HTMLResponse(content.encode("utf-8", "replace"), status)


def _view(told: dict[str, Any]) -> dict[str, Any]:
    """What the template draws beside the answer itself."""
    reasons = told["credit"]["reasons"] + told["credit"]["strengths"]
    asked_at = datetime.fromisoformat(told["asked_at"]).astimezone(BEIJING)
    return {
        "dial": dial(told["credit"]),
        "most_points": max((abs(reason["points"]) for reason in reasons), default=1) or 1,
        "subject": wording.subject_line(told["subject"]),
        "asked_at": f"{asked_at:%Y-%m-%d %H:%M}",
    }
