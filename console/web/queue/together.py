"""`/together`: like cases decided as one set: what is chosen is seen first, three samples opened, then each decided."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from console.web.case.page import person_of
from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import DecidesTogether
from knowledge.base import Frozen
from knowledge.money import Money, total
from tools.records.set_previews import PreviewedCase
from workflows.deciding_together import Became, DecidingTogether, NotTogetherError

router = APIRouter()


def deciding_of(house: Annotated[House, Depends(house_of)]) -> DecidingTogether:
    """The door for sets of the house."""
    return DecidingTogether(house.installation, house.reviewing)


Deciding = Annotated[DecidingTogether, Depends(deciding_of)]


@router.post("/together")
async def choose(
    request: Request,
    signed: DecidesTogether,
    deciding: Deciding,
    pages: Annotated[Pages, Depends(pages_of)],
    case: Annotated[Sequence[str], Form()] = (),
) -> Response:
    """Keep the chosen cases as a preview and show it; every reason when they are no set."""
    try:
        preview_id = await deciding.preview(person_of(signed), signed.merchant, case)
    except NotTogetherError as refused:
        return pages.page(request, "queue/not_together.html", status=409, why=refused.why)
    return RedirectResponse(f"/together/{preview_id}", 303)


@router.get("/together/{preview_id}")
async def preview(
    preview_id: str,
    request: Request,
    signed: DecidesTogether,
    deciding: Deciding,
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """The set as it was chosen, with its sum and the samples to open."""
    found, opened = await deciding.seen(person_of(signed), signed.merchant, preview_id)
    cases = found.content.cases
    return pages.page(
        request,
        "queue/together.html",
        preview=found,
        opened=opened,
        ready=len(opened) == len(found.content.samples),
        sums=_sums(cases),
    )


@router.post("/together/{preview_id}")
async def decide(
    preview_id: str,
    request: Request,
    signed: DecidesTogether,
    deciding: Deciding,
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """Decide the set; what became of each case. The same again tells what is known by then."""
    try:
        outcomes = await deciding.decide(person_of(signed), signed.merchant, preview_id)
    except NotTogetherError as refused:
        return pages.page(request, "queue/not_together.html", status=409, why=refused.why)
    found, _ = await deciding.seen(person_of(signed), signed.merchant, preview_id)
    # What was not decided comes first: that is what is left to do.
    outcomes = sorted(outcomes, key=lambda one: one.became is Became.DECIDED)
    by_case = {case.case_id: case for case in found.content.cases}
    decided = [by_case[one.case_id] for one in outcomes if one.became is Became.DECIDED]
    return pages.page(
        request,
        "queue/decided_together.html",
        preview=found,
        outcomes=outcomes,
        by_case=by_case,
        Became=Became,
        decided=len(decided),
        unconfirmed=any(one.became is Became.UNCONFIRMED for one in outcomes),
        sums=_sums(decided),
        undo_seconds=deciding.undo_seconds,
    )


@router.post("/together/{preview_id}/undo")
async def undo(
    preview_id: str,
    request: Request,
    signed: DecidesTogether,
    deciding: Deciding,
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """Take back the set, as far as it is not carried out; what became of each case it had decided."""
    outcomes = await deciding.take_back(person_of(signed), signed.merchant, preview_id)
    outcomes = sorted(outcomes, key=lambda one: one.became is Became.TAKEN_BACK)
    return pages.page(request, "queue/taken_back_together.html", outcomes=outcomes, Became=Became)


class _Sums(Frozen):
    """What cases pay or contest together, where their proposal has amounts, and what they turn on."""

    amount: Money | None
    stake: Money | None


def _sums(cases: Sequence[PreviewedCase]) -> _Sums:
    if not cases:
        return _Sums(amount=None, stake=None)
    currency = cases[0].stake.currency
    amounts = [case.amount for case in cases if case.amount is not None]
    return _Sums(
        amount=total(amounts, currency) if amounts else None,
        stake=total([case.stake for case in cases], currency),
    )
