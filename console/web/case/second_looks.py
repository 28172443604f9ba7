"""`/second-looks`: drawn decisions, to be looked at blind by a second person."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from console.web.case.decisions import Decided
from console.web.case.page import person_of, read_page
from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.seen import record_view
from console.web.security.visitor import Decides
from tools.records.second_looks import SecondLooks

router = APIRouter()


@router.get("/second-looks")
async def waiting(
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """What is drawn for the person. What others propose above their limit is a view of the queue."""
    drawn = await SecondLooks(house.installation.records).offered(signed.merchant, signed.account_id)
    return pages.page(request, "case/second_looks.html", drawn=drawn)


@router.get("/second-looks/{case_id}/{review_id}")
async def look(
    case_id: str,
    review_id: str,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """The case as the first person saw it: with the proposal, without their decision or anything that came after."""
    offered = await SecondLooks(house.installation.records).offered(signed.merchant, signed.account_id, case_id=case_id)
    drawn = next((one for one in offered if (one.case_id, one.review_id) == (case_id, review_id)), None)
    if drawn is None:
        raise LookupError(f"case {case_id} waits for no second look by you")
    page = await read_page(house, signed.merchant, case_id, revealed=False, decision_id=drawn.decision_id)
    await record_view(house, signed, case_id, "second_look")
    return pages.page(
        request,
        "case/blind.html",
        blind=True,
        case=page,
        first=review_id,
        opened=datetime.now(UTC),
        review_id=secrets.token_urlsafe(12),
    )


@router.post("/second-looks/{case_id}/{review_id}")
async def decide_blind(
    case_id: str,
    review_id: str,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    form: Annotated[Decided, Form()],
) -> Response:
    """Keep what the second person decides; the case itself goes on as the first decided."""
    try:
        review = form.review(signed.name)
    except ValueError as problem:
        raise HTTPException(400, str(problem)) from None
    await house.reviewing.look_blind(person_of(signed), signed.merchant, case_id, review_id, review)
    return RedirectResponse("/second-looks", 303)
