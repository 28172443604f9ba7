"""`/cases/{case_id}`: the page, its evidence, its lease, and what changes on it while somebody looks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from console.web.case.page import name_of, read_page, read_place, read_standing
from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.seen import record_reveal, record_view
from console.web.security.visitor import Decides, ReadsCases, Reveals, TakesOver
from tools.files.images import UndecodableImage, prepare_for_people
from tools.records.leases import LeaseLost, Leases
from tools.records.records import RecordsUnavailable
from workflows.messages import Stage

router = APIRouter()
LIVE_EVERY = 1.0
"""Seconds between looks at whether the case has moved on; each is one short transaction, none is held."""
_SILENT_AFTER = 15.0
"""Seconds after which a live connection says that it lives, so that proxies keep it."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_PDF = b"%PDF-"
# What a piece is, is told by its first bytes and not by its name.
_WAITING = frozenset({Stage.REVIEW, Stage.ESCALATED, Stage.ANNOUNCED})
"""Where another decision than the one shown matters: after a person's own it is theirs."""
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"


@router.get("/cases/{case_id}")
async def case_page(
    case_id: str,
    request: Request,
    signed: ReadsCases,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """The case; whoever may decide on it takes it, unless somebody else has it."""
    page = await read_page(house, signed.merchant, case_id, revealed=False)
    standing = await read_standing(house, signed, case_id, file=page.file)
    await record_view(house, signed, case_id)
    return pages.page(request, "case/page.html", case=page, standing=standing, blind=False)


@router.post("/cases/{case_id}/reveal")
async def reveal(
    case_id: str,
    request: Request,
    signed: Reveals,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """The same page with personal data in full, this once; it is recorded before it is shown."""
    await house.installation.cases.summary(signed.merchant, case_id)
    await record_reveal(house, signed, case_id, "case")
    page = await read_page(house, signed.merchant, case_id, revealed=True)
    standing = await read_standing(house, signed, case_id, file=page.file)
    return pages.page(request, "case/page.html", case=page, standing=standing, blind=False)


@router.get("/cases/{case_id}/evidence/{sha256}")
async def evidence(
    case_id: str, sha256: str, signed: ReadsCases, house: Annotated[House, Depends(house_of)]
) -> Response:
    """A piece of evidence: pictures and PDFs to be shown, everything else (SVG and HTML too) as a download only.

    A picture goes out as its pixels alone; 415 for one that cannot be decoded within bounds.
    """
    content = await house.installation.cases.evidence(signed.merchant, case_id, sha256)
    media, shown = "application/octet-stream", "attachment"
    if _is_picture(content):
        try:
            content = await asyncio.to_thread(prepare_for_people, content)
        except UndecodableImage as refused:
            raise HTTPException(415, f"this picture is not shown: {refused}") from None
        media, shown = "image/jpeg", "inline"
    elif content.startswith(_PDF):
        media, shown = "application/pdf", "inline"
    return Response(
        content,
        media_type=media,
        headers={
            "content-disposition": f'{shown}; filename="evidence-{sha256[:12]}"',
            "content-security-policy": _ALONE,
        },
    )


def _is_picture(content: bytes) -> bool:
    return content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


@router.post("/cases/{case_id}/lease")
async def keep_lease(
    case_id: str,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: Annotated[str, Form()],
) -> Response:
    """A sign of life of the page that shows the case; says so when the case went into other hands."""
    try:
        kept = await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
    except LeaseLost:
        held = await Leases(house.installation.records).held(signed.merchant, [case_id])
        other = held.get(case_id)
        name = await name_of(house, signed.merchant, other.holder) if other else "somebody else"
        return pages.page(request, "case/lease.html", case_id=case_id, lease=None, held_by=name)
    return pages.page(request, "case/lease.html", case_id=case_id, lease=kept, held_by="")


@router.post("/cases/{case_id}/take-over")
async def take_over(case_id: str, signed: TakesOver, house: Annotated[House, Depends(house_of)]) -> Response:
    """Take the case out of another person's hands; the audit chain says so."""
    await Leases(house.installation.records).take(signed.merchant, case_id, signed.account_id, over=True)
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.get("/cases/{case_id}/live")
async def live(
    case_id: str,
    request: Request,
    signed: ReadsCases,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    seen: str = "",
) -> Response:
    """Where the case stands, whenever that changes, as server-sent events; `seen` is the decision the page shows."""
    await house.installation.cases.summary(signed.merchant, case_id)
    told = _told(house, pages, signed.merchant, case_id, seen)
    return StreamingResponse(told, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _told(house: House, pages: Pages, merchant: str, case_id: str, seen: str) -> AsyncIterator[str]:
    before, silent = "", 0.0
    while True:
        fragment = await _status(house, pages, merchant, case_id, seen)
        if fragment != before:
            before, silent = fragment, 0.0
            lines = "".join(f"data: {line}\n" for line in fragment.splitlines())
            yield f"event: status\n{lines}\n"
        elif silent >= _SILENT_AFTER:
            silent = 0.0
            yield ": here\n\n"
        await asyncio.sleep(LIVE_EVERY)
        silent += LIVE_EVERY


async def _status(house: House, pages: Pages, merchant: str, case_id: str, seen: str) -> str:
    try:
        place = await read_place(house, merchant, case_id)
        latest = await house.installation.cases.latest_decision(merchant, case_id)
    except (RecordsUnavailable, LookupError):
        return pages.text("case/status.html", {"place": None, "anew": False, "silent": True})
    anew = place.stage in _WAITING and latest is not None and bool(seen) and latest[0] != seen
    told = {"place": place, "anew": anew, "silent": False}
    return pages.text("case/status.html", told)
