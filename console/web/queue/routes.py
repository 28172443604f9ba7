"""`/`: the cases that wait for a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import Visitor, refuse_unless_allowed
from knowledge.rules.authority import Permission
from workflows.messages import Stage

router = APIRouter()
_WAITING = (Stage.ESCALATED, Stage.ANNOUNCED, Stage.REVIEW)


@router.get("/")
async def queue(
    request: Request,
    signed: Visitor,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """What waits, handed-up cases first."""
    refuse_unless_allowed(signed, Permission.READ_CASES)
    cases = [
        one
        for stage in _WAITING
        for one in await house.installation.cases.list_cases(signed.merchant, status=stage.value)
    ]
    return pages.page(request, "queue/page.html", cases=cases)
