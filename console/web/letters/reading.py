"""`/cases/{case_id}/letter`: a letter with its pages and proofs, and the bytes of its packet."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from console.web.house import House, house_of
from console.web.letters.desk_page import letter_page
from console.web.rendering import Pages, pages_of
from console.web.security.seen import record_export, record_view
from console.web.security.visitor import ReadsLetters
from tools.packets import PacketError, page_picture

router = APIRouter(prefix="/cases/{case_id}/letter")


@router.get("")
async def letter(
    request: Request,
    case_id: str,
    signed: ReadsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    edition: str | None = None,
    told: str = "",
) -> Response:
    """The letter; whoever may sign it has the case in hand from here on, unless another person has."""
    found = await house.letters.letter(signed.merchant, case_id)
    await record_view(house, signed, case_id, "letter", found.composed_sha256)
    chosen = found.edition(edition) if edition else None
    return await letter_page(request, house, pages, signed, found, edition=chosen, told=_TOLD.get(told, ""))


@router.get("/{edition}/pages/{number}.png")
async def page_of_packet(
    case_id: str, edition: str, number: int, signed: ReadsLetters, house: Annotated[House, Depends(house_of)]
) -> Response:
    """A page as a picture, drawn from the packet's own bytes."""
    found = await house.letters.letter(signed.merchant, case_id)
    packet = await house.letters.packet(found, found.edition(edition))
    try:
        drawn = await asyncio.to_thread(page_picture, packet.pdf, number)
    except PacketError as absent:
        raise LookupError(str(absent)) from None
    return Response(drawn, media_type="image/png")


@router.get("/{edition}/packet.pdf")
async def pdf_of_packet(
    case_id: str, edition: str, signed: ReadsLetters, house: Annotated[House, Depends(house_of)]
) -> Response:
    """The packet's PDF, byte for byte; that somebody took it is in the audit chain."""
    found = await house.letters.letter(signed.merchant, case_id)
    packet = await house.letters.packet(found, found.edition(edition))
    await record_export(house, signed, "packet", packet.sha256, case_id)
    name = f"packet-{packet.sha256[:12]}.pdf"
    return Response(
        packet.pdf, media_type="application/pdf", headers={"content-disposition": f'inline; filename="{name}"'}
    )


_TOLD = {
    "signed": "Signed: exactly these bytes are being submitted.",
    "unconfirmed": "The case has not confirmed your signature yet. Load the page again in a moment; "
    "while it still waits here, sign again: it is submitted once.",
    "proposed": "Signed, and above what one person signs alone: it waits for somebody more senior, who signs the same "
    "pages or decides otherwise. Nothing is sent yet.",
    "undone": "This signature was taken back; load the page again to sign anew.",
    "taken-over": "The case is in your hands now.",
    "composed": "Back to the composed words; every version is kept below.",
    "prose": "The model’s words stand where they say the same and are proved; they go out over a signature only.",
    "carried": "The words were taken over and checked again.",
}
