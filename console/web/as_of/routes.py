"""`/cases/{id}/at`: the case as it looked after an entry of the audit chain, or at a time."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from console.web.audit.routes import names_of_staff
from console.web.case.reasoning import fact_value
from console.web.case.veil import Veil
from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.seen import record_view
from console.web.security.visitor import ReadsCases
from knowledge.decision import Decision
from tools.records.case_as_of import NOT_KEPT, CaseHistory
from tools.records.case_words import CaseErased

router = APIRouter()


@router.get("/cases/{case_id}/at")
async def as_of(
    request: Request,
    signed: ReadsCases,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    case_id: str,
    seq: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    time: str = "",
) -> Response:
    """Rebuilt and held against the chain; an erased case shows the digests that are left of it."""
    history = CaseHistory(house.installation.records)
    names = await names_of_staff(house)
    moments = await history.moments(signed.merchant, case_id)
    if not moments:
        raise LookupError(f"there is no case {case_id}")
    await record_view(house, signed, case_id)
    try:
        then = await history.as_of(signed.merchant, case_id, seq=seq, at=_moment(time))
    except CaseErased:
        return pages.page(request, "as_of/erased.html", case_id=case_id, moments=moments, names=names)
    # Nobody reveals here: what is personal is seen on the case's own page, where that is recorded.
    veil = Veil(then.bundle, lifted=False)
    return pages.page(
        request,
        "as_of/page.html",
        then=then,
        veil=veil,
        facts=[(fact, fact_value(fact, veil)) for fact in then.facts],
        is_refund=isinstance(then.decision, Decision),
        names=names,
        not_kept=NOT_KEPT,
    )


def _moment(text: str) -> datetime | None:
    """LookupError for what is no time: no case is there then."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LookupError(f"{text} is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
