"""Firms: what is known of one, and finding one by code or name."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from serving.access.roles import Right
from serving.api.needs import PROBLEMS, Asker, AtDesk, as_it_was
from serving.desk.gate import expect_right
from serving.loan_request import Key, Text
from serving.purposes import Purpose

router = APIRouter(prefix="/v1/entities", responses=PROBLEMS, tags=["entities"])


@router.get("/{entity_id}/profile")
def entity_profile(
    entity_id: Key,
    desk: AtDesk,
    caller: Asker,
    purpose: Annotated[Purpose, Query(description="What the query is for.")] = Purpose.PRE_LOAN,
) -> Response:
    """What is known of one firm, how fresh it is, what is missing, and its score."""
    return as_it_was(desk.profile(entity_id, caller, purpose))


@router.get("")
def search(
    desk: AtDesk,
    caller: Asker,
    q: Annotated[Text, Query(description="Beginning of a code, or part of a name.")],
) -> dict[str, Any]:
    """Firms by code or name, at most 20; nothing but both is told."""
    expect_right(caller, Right.ASK)
    return {"items": [{"entity_id": one.entity_id, "name": one.name} for one in desk.search(q)]}
