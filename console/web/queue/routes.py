"""`/`: the cases that wait for a person, the next one to decide, and passing one over."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.web.house import House, house_of
from console.web.queue.address import address_of, asked_of, cursor_of, place_after
from console.web.queue.counting import ViewCounts, counts_of
from console.web.queue.words import BANDS, FLAGS, ORDERS, SKIPS, VIEWS, shown_count
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import Decides, ReadsCases
from knowledge.case import CardNetwork, CaseKind
from knowledge.judgement.waiting import WAITING_STAGES, QueueFlag
from knowledge.reasons import ChargebackFamily, DisputeReason
from knowledge.rules.authority import Permission
from tools.records.queue import Queue, SkipReason
from tools.records.queue_filter import NOBODY
from tools.records.sessions import SignedIn

router = APIRouter()
_REASONS = sorted({*(one.value for one in DisputeReason), *(one.value for one in ChargebackFamily)})
_TOLD = {
    "none": "Nothing is left that nobody holds and you have not skipped.",
    "skipped": "Skipped. Nothing else is free now.",
}
_WORDS = 500


async def names_of(house: House, merchant: str) -> Mapping[str, str]:
    """The people of the merchant by account."""
    return {one.account_id: one.name for one in await house.staff.members(merchant)}


@router.get("/")
async def queue(
    request: Request,
    signed: ReadsCases,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    counts: Annotated[ViewCounts, Depends(counts_of)],
) -> Response:
    """A page of the queue, as the address asks for it."""
    # The page shows no personal data, so that looking at it is no entry of the audit chain; opening a case is one.
    asked, after = asked_of(request.query_params), cursor_of(request.query_params)
    waiting = Queue(house.installation.records)
    page = await waiting.page(signed.merchant, asked, signed.account_id, after)
    return pages.page(
        request,
        "queue/page.html",
        asked=asked,
        rows=page.rows,
        next_page=place_after(asked, page.after) if page.after else None,
        first_page=address_of(asked) if after else None,
        counts=await counts.of(signed.merchant, signed.account_id),
        names=await names_of(house, signed.merchant),
        at_processor=await waiting.at_processor(signed.merchant),
        told=_TOLD.get(request.query_params.get("told", "")),
        views=VIEWS,
        orders=ORDERS,
        bands=BANDS,
        flags=FLAGS,
        kinds=CaseKind,
        stages=WAITING_STAGES,
        reasons=_REASONS,
        networks=CardNetwork,
        all_flags=QueueFlag,
        nobody=NOBODY,
        address_of=address_of,
        shown_count=shown_count,
    )


@router.post("/next")
async def next_case(signed: Decides, house: Annotated[House, Depends(house_of)]) -> Response:
    """Give the person the best free case and go there."""
    return await _to_next(house, signed, otherwise="none")


@router.post("/cases/{case_id}/skip")
async def skip(
    case_id: str,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    reason: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
) -> Response:
    """Pass the case over, with the reason, and go to the next."""
    if reason not in set(SkipReason):
        raise HTTPException(400, f"reason: missing; one of {', '.join(f'{one.value} ({SKIPS[one]})' for one in SKIPS)}")
    if len(words) > _WORDS:
        raise HTTPException(400, f"words: at most {_WORDS} characters")
    queue = Queue(house.installation.records)
    await queue.skip(signed.merchant, case_id, signed.account_id, SkipReason(reason), words.strip())
    return await _to_next(house, signed, otherwise="skipped")


async def _to_next(house: House, signed: SignedIn, *, otherwise: str) -> Response:
    lease = await Queue(house.installation.records).take_next(
        signed.merchant, signed.account_id, escalated=signed.may(Permission.DECIDE_ESCALATED)
    )
    return RedirectResponse(f"/cases/{lease.case_id}" if lease else f"/?told={otherwise}", 303)
