"""`/finance`: what is at stake, what it is expected to bring, what a month brought, how near scheme limits are."""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from console.web.finance import ledger_routes, month_routes
from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import ClosesMonth, ReadsFinance
from knowledge.case import CardNetwork
from knowledge.finance.expected import exposure_of
from knowledge.finance.figures import figures_of
from knowledge.finance.month import Month
from knowledge.finance.reporting import reported
from knowledge.finance.scheme_ratios import PROGRAMMES, Headroom, MonthCounts, headroom
from knowledge.outcomes.report import report_outcomes
from knowledge.rules.policy import HOUSE_POLICY
from tools.records.finance import FinanceRecords
from tools.records.month_close import Books
from tools.records.scheme_counts import NetworkMonth, SchemeCounts
from tools.records.sessions import SignedIn

router = APIRouter(prefix="/finance")
router.include_router(ledger_routes.router)
router.include_router(month_routes.router)
_WATCHED = (CardNetwork.VISA, CardNetwork.MASTERCARD)
_NOTHING = NetworkMonth(disputes=0, sales=None, imported=False, fraud_reports=None)


class Watched(NamedTuple):
    """A network's month and where it stands with its programmes."""

    network: CardNetwork
    known: NetworkMonth
    programmes: tuple[Headroom, ...]


@router.get("")
async def overview(
    request: Request,
    signed: ReadsFinance,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    month: str = "",
) -> Response:
    """Exposure, the month's figures, win rates and headroom; `month` chooses the month, this one when left out."""
    shown = month_routes.month_of(month) if month else Month.of(datetime.now(UTC))
    await month_routes.note_view(house, signed, "overview")
    return await _overview(request, signed, house, pages, shown)


@router.post("/sales")
async def give_sales(
    request: Request,
    signed: ClosesMonth,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    network: Annotated[str, Form()],
    month: Annotated[str, Form()],
    sales: Annotated[str, Form()],
    fraud_reports: Annotated[str, Form()] = "",
) -> Response:
    """Keep a month's sales and fraud reports of a network."""
    shown = month_routes.month_of(month)
    if network not in {one.value for one in _WATCHED}:
        raise LookupError(network)
    try:
        await SchemeCounts(house.installation.records).give(
            signed.merchant,
            CardNetwork(network),
            shown,
            sales=_count(sales, "sales"),
            fraud_reports=_count(fraud_reports, "fraud_reports") if fraud_reports.strip() else None,
            by=signed.account_id,
        )
    except ValueError as wrong:
        return await _overview(request, signed, house, pages, shown, refused=str(wrong))
    return RedirectResponse(f"/finance?month={shown}#headroom", 303)


async def _overview(
    request: Request, signed: SignedIn, house: House, pages: Pages, month: Month, refused: str = ""
) -> Response:
    records = house.installation.records
    finance, books = FinanceRecords(records), Books(records, HOUSE_POLICY)
    exposure = exposure_of(await finance.open_disputes(signed.merchant), HOUSE_POLICY)
    figures = figures_of((await books.month(signed.merchant, month)).lines)
    schemes = SchemeCounts(records)
    counts = await schemes.month(signed.merchant, month)
    before = await schemes.month(signed.merchant, month.before)
    ended = await house.installation.outcomes.closed(signed.merchant)
    return pages.page(
        request,
        "finance/overview.html",
        status=422 if refused else 200,
        refused=refused,
        month=month,
        this_month=Month.of(datetime.now(UTC)),
        shelf=await books.shelf(signed.merchant),
        exposure=exposure,
        on_their_way=await finance.refunds_on_their_way(signed.merchant),
        figures=figures,
        reported=reported([one.net_recovery for one in figures], HOUSE_POLICY) if len(figures) > 1 else None,
        rates=sorted(report_outcomes(ended).rates, key=lambda one: -one.rate.answered),
        watched=[_watched(network, counts, before) for network in _WATCHED],
    )


def _watched(
    network: CardNetwork, counts: dict[CardNetwork, NetworkMonth], before: dict[CardNetwork, NetworkMonth]
) -> Watched:
    known = counts.get(network, _NOTHING)
    told = MonthCounts(
        disputes=known.disputes,
        sales=known.sales,
        fraud_reports=known.fraud_reports,
        sales_before=before.get(network, _NOTHING).sales,
    )
    return Watched(network, known, tuple(headroom(one, told) for one in PROGRAMMES if one.network is network))


def _count(text: str, field: str) -> int:
    plain = text.strip().replace(" ", "").replace("\u00a0", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12):
        raise ValueError(f"{field}: write a whole number, for example 81250")
    return int(plain)
