"""What the measures give to any facts."""

from fastapi import APIRouter
from fastapi.responses import Response

from serving.api.needs import PROBLEMS, Asker, AtDesk, as_it_was
from serving.loan_request import EligibilityQuestion

router = APIRouter(prefix="/v1", responses=PROBLEMS, tags=["eligibility"])


@router.post("/eligibility")
def eligibility(question: EligibilityQuestion, desk: AtDesk, caller: Asker) -> Response:
    """What the measures give to any facts; no firm needs to be known."""
    return as_it_was(desk.eligibility(question, caller))
