"""One look at the page: the desk, and who looks."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from features.errors import RequestError
from serving.access.caller import Caller
from serving.access.doors import page_caller
from serving.access.roles import Right
from serving.desk import Desk
from serving.page.rendering import rendered

SEE_OTHER = 303
PLACES = (
    ("/", "查询", (Right.ASK,)),
    ("/history", "历史", (Right.READ_OWN, Right.READ_AUDIT)),
    ("/objections", "异议", (Right.OBJECT, Right.ANSWER_OBJECTIONS, Right.READ_AUDIT)),
)
"""Where the bar at the top leads, in which words, and the rights of which one is needed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at the page.

    Attributes:
        desk: What answers.
        caller: Who looks.
        here: The path that was asked for.
    """

    desk: Desk
    caller: Caller
    here: str = "/"

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where this caller may go."""
        return [(path, zh) for path, zh, rights in PLACES if any(map(self.caller.may, rights))]

    def name_of(self, entity_id: str) -> str | None:
        """A firm's registered name; None where the snapshot does not tell it."""
        snapshot = self.desk.loaded.snapshot
        if snapshot is None:
            return None
        try:
            return snapshot.name(entity_id)
        except RequestError:
            return None

    def show(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A template with what every page shows."""
        return rendered(template, status, self._frame() | context)

    def _frame(self) -> dict[str, Any]:
        loaded = self.desk.loaded
        return {
            "caller": self.caller,
            "places": self.places,
            "here": self.here,
            "has_codes": loaded.has_codes,
            "as_of": loaded.snapshot.as_of if loaded.snapshot else None,
            "name_of": self.name_of,
            "may": lambda right: self.caller.may(Right(right)),
            "banner": "",
        }


def to(path: str) -> RedirectResponse:
    """Lead to another place: what came by GET can be read, printed and left without asking twice."""
    return RedirectResponse(path, SEE_OTHER)


async def _visit(request: Request, caller: Annotated[Caller, Depends(page_caller)]) -> Visit:
    desk: Desk = request.app.state.desk
    return Visit(desk, caller, request.url.path)


AtPage = Annotated[Visit, Depends(_visit)]
