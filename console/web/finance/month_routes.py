"""`/finance/months`: the books by months, closing and opening again, and the files a month can be taken out as."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import ClosesMonth, Exports, ReadsFinance
from knowledge.finance.figures import figures_of
from knowledge.finance.journal import account_number, balances_of, journal_of
from knowledge.finance.month import Month
from knowledge.finance.reporting import reported
from knowledge.rules.policy import HOUSE_POLICY
from tools.finance_files.exports import FinanceExports
from tools.finance_files.letters import letters_zip
from tools.records.finance import FinanceRecords
from tools.records.month_close import Books, MonthRefused
from tools.records.sessions import SignedIn

router = APIRouter()
_LINES = 100
"""Lines of a month on a page."""


def month_of(text: str) -> Month:
    """The month of an address or form; LookupError when it is none."""
    try:
        return Month.parse(text)
    except ValueError:
        raise LookupError(text) from None


async def note_view(house: House, signed: SignedIn, page: str) -> None:
    """Chain that somebody looked at a page of the finance desk."""
    await house.installation.audit.record(signed.merchant, actor=signed.account_id, action=f"view.finance.{page}")


@router.get("/months")
async def months(
    request: Request,
    signed: ReadsFinance,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """Every month with its standing, newest first."""
    await note_view(house, signed, "months")
    shelf = await _books(house).shelf(signed.merchant)
    this_month = Month.of(datetime.now(UTC))
    still_open: list[Month] = []
    one = shelf.first_open
    while one is not None and one <= this_month:
        still_open.append(one)
        one = one.next
    return pages.page(
        request,
        "finance/months.html",
        still_open=list(reversed(still_open)),
        this_month=this_month,
        closed=[closing for closing in shelf.closings if closing.holds],
        names=await _names(house, signed),
    )


@router.get("/months/{month}")
async def month_page(
    request: Request,
    signed: ReadsFinance,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    month: str,
    after: int = 0,
) -> Response:
    """One month: figures, what does not agree, lines, closing; `after` is the last line's number of the page before."""
    which = month_of(month)
    await note_view(house, signed, f"month.{which}")
    return await _month_page(request, signed, house, pages, which, after=max(0, after))


@router.post("/months/{month}/close")
async def close(
    request: Request,
    signed: ClosesMonth,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    month: str,
) -> Response:
    """Close the month."""
    which = month_of(month)
    try:
        await _books(house).close(signed.merchant, which, by=signed.account_id, now=datetime.now(UTC))
    except MonthRefused as refused:
        return await _month_page(request, signed, house, pages, which, refused=str(refused))
    return RedirectResponse(f"/finance/months/{which}", 303)


@router.post("/months/{month}/reopen")
async def reopen(
    request: Request,
    signed: ClosesMonth,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    month: str,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Open the month closed last again."""
    which = month_of(month)
    try:
        await _books(house).reopen(signed.merchant, which, by=signed.account_id, reason=reason)
    except MonthRefused as refused:
        return await _month_page(request, signed, house, pages, which, refused=str(refused))
    return RedirectResponse(f"/finance/months/{which}", 303)


@router.post("/months/{month}/letters")
async def letters(signed: Exports, house: Annotated[House, Depends(house_of)], month: str) -> Response:
    """Letters and packets of the month as a ZIP, made while it is sent."""
    which = month_of(month)
    pieces = letters_zip(house.installation.records, signed.merchant, which, by=signed.account_id)
    name = f"amends-{signed.merchant}-{which}-letters.zip"
    return StreamingResponse(pieces, media_type="application/zip", headers=_attached(name))


@router.post("/months/{month}/export/{kind}")
async def export(
    request: Request,
    signed: Exports,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    month: str,
    kind: str,
) -> Response:
    """The month as a file."""
    which = month_of(month)
    exports = FinanceExports(house.installation.records, HOUSE_POLICY)
    try:
        made = await exports.make(signed.merchant, which, kind, by=signed.account_id)
    except ValueError as refused:
        return await _month_page(request, signed, house, pages, which, refused=str(refused))
    headers = _attached(made.name) | {"x-content-sha256": made.sha256}
    return Response(made.content, media_type=made.media_type, headers=headers)


async def _month_page(
    request: Request, signed: SignedIn, house: House, pages: Pages, month: Month, *, after: int = 0, refused: str = ""
) -> Response:
    books = await _books(house).month(signed.merchant, month)
    shelf = await _books(house).shelf(signed.merchant)
    figures = figures_of(books.lines)
    now = datetime.now(UTC)
    return pages.page(
        request,
        "finance/month.html",
        status=409 if refused else 200,
        refused=refused,
        month=month,
        books=books,
        over=now >= month.ends,
        last_closed=shelf.closed_until == month,
        to_close_first=shelf.first_open if shelf.first_open is not None and shelf.first_open < month else None,
        figures=figures,
        reported=reported([one.net_recovery for one in figures], HOUSE_POLICY) if len(figures) > 1 else None,
        balances=[
            (account_number(each.account, HOUSE_POLICY.account_numbers), each)
            for each in balances_of(journal_of(books.lines, month))
        ],
        differences=await FinanceRecords(house.installation.records).differences(signed.merchant, month),
        lines=list(enumerate(books.lines, 1))[after : after + _LINES],
        further=after + _LINES if after + _LINES < len(books.lines) else None,
        after=after,
        names=await _names(house, signed),
    )


def _books(house: House) -> Books:
    return Books(house.installation.records, HOUSE_POLICY)


async def _names(house: House, signed: SignedIn) -> dict[str, str]:
    """Who closed: staff by account."""
    return {one.account_id: one.name for one in await house.staff.members(signed.merchant)}


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
