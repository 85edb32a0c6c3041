"""What the page tells when something cannot be answered: in Chinese, what to do, and never a traceback."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from features.errors import LvdaitongError, RequestError
from serving.form import BY_NAME, FormError, wrong
from serving.page.rendering import rendered
from serving.page.visit import Visit
from serving.policy import FactError, NoNumberForDay, PolicyError
from serving.problems import FieldError, NotReady
from serving.records.faults import Contradiction
from serving.refusals import Forbidden, NoBasis
from serving.wording import fact_name

CORRECT = "请更正标出的内容后再提交。"
UNAVAILABLE = "服务暂时不能作答，请稍后再试；原因见服务日志。"
FORBIDDEN = "您的账号没有这项权限。"
MISSING_ZH = {
    "champion": "评分模型",
    "snapshot": "企业数据快照",
    "records": "查询记录库",
    "policy": "政策参数",
}
TOLD: Mapping[int, tuple[str, str]] = {
    400: ("提交的内容无法识别", "请返回上一页重新填写。"),
    403: (
        "不能办理",
        "您的账号没有这项权限，或页面停留过久、登录状态已变化。请返回首页，必要时重新登录后再试。",
    ),
    404: ("没有找到", "没有这个页面或编号，或者它不属于本机构。"),
    405: ("不支持这种访问方式", "请从页面上的链接或按钮进入。"),
    409: ("已经办理过", "同样的内容已经登记，无须重复提交。"),
    413: ("提交的内容过大", "请精简后再提交。"),
    422: ("提交的内容有误", "请返回上一页核对后再提交。"),
    429: ("操作过于频繁", "请稍候片刻再试。"),
    500: ("服务出现意外错误", UNAVAILABLE),
    503: ("服务暂时不能作答", "查询记录库或模型暂不可用；没有留痕就不作答。请稍后再试。"),
}

_log = logging.getLogger("lvdaitong.serving")


class PageRoute(APIRoute):
    """A route whose failures are pages, too: an officer is not shown JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, its failures told in Chinese; being led to the log-in is none."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                if error.status_code < HTTPStatus.BAD_REQUEST:
                    raise
                return told(request, error.status_code, error.headers)
            except RequestValidationError:
                return told(request, HTTPStatus.NOT_FOUND)
            except (FormError, LvdaitongError, PolicyError) as error:
                _log.warning("%s: %s", type(error).__name__, error)
                return told(request, status_of(error))

        return handled


def told(request: Request, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A page that says what went wrong and what to do."""
    title, advice = TOLD.get(status, TOLD[500])
    caller = getattr(request.state, "caller", None)
    known = Visit(request.app.state.desk, caller, request.url.path).places if caller else []
    frame = {"caller": caller, "places": known, "here": "", "as_of": None, "banner": ""}
    page = rendered("failure.html", status, frame | {"title": title, "advice": advice})
    page.headers.update(headers or {})
    return page


def status_of(error: Exception) -> HTTPStatus:
    """With which status an error is told."""
    if isinstance(error, NoBasis | Forbidden):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, FormError | FieldError | FactError | NoNumberForDay):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, Contradiction):
        return HTTPStatus.CONFLICT
    return HTTPStatus.NOT_FOUND if isinstance(error, RequestError) else HTTPStatus.SERVICE_UNAVAILABLE


def marks_of(error: Exception) -> dict[str, str]:
    """Field → what to do about it, where a field of the form is at fault."""
    if isinstance(error, FormError):
        return error.wrong
    if isinstance(error, FieldError | FactError) and (error.field in BY_NAME or error.field == "entity_id"):
        return {error.field: wrong(error.field)}
    return {}


def explained(visit: Visit, error: Exception) -> str:
    """What is wrong with a question, for the line above the form."""
    line = UNAVAILABLE
    snapshot = visit.desk.loaded.snapshot
    if marks_of(error) or isinstance(error, FormError):
        line = CORRECT
    elif isinstance(error, NotReady):
        line = not_ready(error.missing)
    elif isinstance(error, Forbidden):
        line = FORBIDDEN
    elif isinstance(error, FactError):
        line = f"“{fact_name(error.field)}”有误或与平台数据矛盾，请核对。"
    elif isinstance(error, NoNumberForDay):
        line = f"{error.day} 没有可用的政策参数，无法测算。"
    elif isinstance(error, RequestError) and snapshot:
        line = f"截至 {snapshot.as_of}，平台没有该主体的数据，请核对后再查。"
    return line


def not_ready(missing: Mapping[str, str]) -> str:
    """What the service lacks."""
    return f"服务尚未就绪，缺少：{'、'.join(MISSING_ZH.get(name, name) for name in missing)}。"
