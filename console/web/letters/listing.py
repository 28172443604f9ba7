"""`/letters`: letters to sign, on their way, and answered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import ReadsLetters
from tools.records.letter_cases import LetterCases
from workflows.messages import Stage

router = APIRouter()
_PAGE = 100
_SHELVES: dict[str, tuple[str, tuple[Stage, ...]]] = {
    "sign": ("To sign", (Stage.ESCALATED, Stage.REVIEW)),
    "sending": ("On their way", (Stage.PREPARING, Stage.SUBMITTING)),
    "submitted": ("Submitted", (Stage.SUBMITTED,)),
    "closed": ("Closed", (Stage.CLOSED,)),
}


@router.get("/letters")
async def letters(
    request: Request,
    signed: ReadsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    shelf: str = "sign",
    before: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """One shelf of letters; those to sign by the processor's date, the others as they changed last."""
    if shelf not in _SHELVES:
        raise LookupError(f"there is no shelf {shelf!r}")
    cases = LetterCases(house.installation.records)
    counts = await cases.counts(signed.merchant, [stage.value for _, stages in _SHELVES.values() for stage in stages])
    found = await cases.listed(
        signed.merchant, [stage.value for stage in _SHELVES[shelf][1]], before=before, limit=_PAGE + 1
    )
    shown, more = found[:_PAGE], len(found) > _PAGE
    older = shown[-1].changed_at if more else None
    if shelf == "sign":
        shown = sorted(shown, key=lambda one: one.respond_by)
    return pages.page(
        request,
        "letters/list.html",
        shelf=shelf,
        title=_SHELVES[shelf][0],
        shelves=[
            (name, words, sum(counts.get(stage.value, 0) for stage in stages))
            for name, (words, stages) in _SHELVES.items()
        ],
        cases=shown,
        older=older,
    )
