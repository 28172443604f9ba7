"""`/finance/ledger`: the entries of the ledger, newest first, a page at a time."""

from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from console.web.finance.month_routes import month_of, note_view
from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import ReadsFinance
from knowledge.case import ProcessorName
from tools.records.finance import PAGE, FinanceRecords, LedgerFilter
from tools.records.ledger_words import EntryState

router = APIRouter()
_Word = TypeVar("_Word", EntryState, ProcessorName)


@router.get("/ledger")
async def ledger(
    request: Request,
    signed: ReadsFinance,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    month: str = "",
    state: str = "",
    processor: str = "",
    after: str = "",
) -> Response:
    """The entries; each filter may be left out. `after` is where the page before ended."""
    wanted = LedgerFilter(
        month=month_of(month) if month else None,
        state=_one_of(EntryState, state),
        processor=_one_of(ProcessorName, processor),
    )
    place = _place(after)
    await note_view(house, signed, "ledger")
    found = await FinanceRecords(house.installation.records).ledger_page(signed.merchant, wanted, place)
    shown = found[:PAGE]
    further = ""
    if len(found) > PAGE:
        last = f"{shown[-1].made_at.isoformat()} {shown[-1].key}"
        further = "?" + urlencode({"month": month, "state": state, "processor": processor, "after": last})
    return pages.page(
        request,
        "finance/ledger.html",
        entries=shown,
        further=further,
        first="?" + urlencode({"month": month, "state": state, "processor": processor}) if after else "",
        month=month,
        state=state,
        processor=processor,
        states=tuple(EntryState),
        processors=tuple(ProcessorName),
    )


def _one_of(words: type[_Word], given: str) -> _Word | None:
    try:
        return words(given) if given else None
    except ValueError:
        raise LookupError(given) from None


def _place(after: str) -> tuple[datetime, str] | None:
    moment, _, key = after.partition(" ")
    if not after:
        return None
    try:
        return datetime.fromisoformat(moment), key
    except ValueError:
        raise LookupError(after) from None
