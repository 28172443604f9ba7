"""`/audit`: entries by case, actor, action, time and policy; the walk over the chain; a copy of it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from console.web.audit.export import DESCRIPTION, Format, exported
from console.web.house import House, house_of
from console.web.rendering import HTMX_REQUEST, Pages, pages_of
from console.web.security.seen import record_export
from console.web.security.visitor import ReadsAudit
from knowledge.base import Frozen
from tools.records.audit import AuditEntry, AuditFilter, AuditProgress, AuditVerdict
from tools.records.records import RecordsUnavailable
from tools.records.sessions import SignedIn

router = APIRouter(prefix="/audit")
_PAGE = 100
_HouseNow = Annotated[House, Depends(house_of)]
_PagesNow = Annotated[Pages, Depends(pages_of)]


class Asked(Frozen):
    """The filter as its form is filled in; times are UTC, as browsers write local ones."""

    case: str = ""
    actor: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    policy: str = ""
    before: str = ""
    """The number of the oldest entry of the page before."""

    def address(self, **changes: str) -> str:
        """This page with other values."""
        given = {name: value for name, value in (self.model_dump() | changes).items() if value}
        return f"/audit?{urlencode(given)}" if given else "/audit"


@router.get("")
async def page(
    request: Request, signed: ReadsAudit, house: _HouseNow, pages: _PagesNow, asked: Annotated[Asked, Query()]
) -> Response:
    """A page of the chain, the newest entries first."""
    return await _page(request, signed, house, pages, asked)


@router.post("/verify")
async def verify(request: Request, signed: ReadsAudit, house: _HouseNow, pages: _PagesNow) -> Response:
    """Begin the walk: a fragment that follows it live, or, without scripts, the page with the verdict."""
    if request.headers.get(HTMX_REQUEST) == "true":
        return pages.page(request, "audit/walk.html")
    verdict = await house.installation.audit.verify(signed.merchant)
    said = await _verdict(house, pages, signed, verdict)
    return await _page(request, signed, house, pages, Asked(), said)


@router.get("/walk")
async def walk(signed: ReadsAudit, house: _HouseNow, pages: _PagesNow) -> Response:
    """The walk as it goes: `progress`, then `verdict`, then `end`."""

    async def told() -> AsyncGenerator[bytes]:
        try:
            async for step in house.installation.audit.walk(signed.merchant):
                if isinstance(step, AuditProgress):
                    text = pages.text("audit/progress.html", {"step": step})
                else:
                    text = await _verdict(house, pages, signed, step)
                yield format_sse_event(data_str=text, event="walk")
        except RecordsUnavailable:
            text = pages.text("templates/refusal_fragment.html", _SILENT)
            yield format_sse_event(data_str=text, event="walk")
        yield format_sse_event(data_str="", event="end")

    return EventSourceResponse(told())


@router.post("/export")
async def export(
    request: Request, signed: ReadsAudit, house: _HouseNow, form: Annotated[Format, Form(alias="format")]
) -> Response:
    """The whole chain as a file; that it was taken is its last entry."""
    await record_export(house, signed, "audit")
    name = f"audit-{signed.merchant}-{datetime.now(UTC):%Y%m%d}.{form.value}"
    return StreamingResponse(
        exported(house.installation.audit, signed.merchant, form),
        media_type="text/csv; charset=utf-8" if form is Format.CSV else "application/jsonl",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.get("/how-to-verify")
async def how_to_verify(signed: ReadsAudit) -> Response:
    """What a copy is verified by, without us."""
    return PlainTextResponse(DESCRIPTION.read_text(encoding="utf-8"))


_SILENT = {
    "outage": True,
    "title": "The records do not answer",
    "said": "The chain was not walked to its end.",
    "mend": "Verify again in a moment.",
}


async def _verdict(house: House, pages: Pages, signed: SignedIn, verdict: AuditVerdict) -> str:
    broken = None
    if verdict.broken_at is not None:
        broken = await house.installation.audit.entry(signed.merchant, verdict.broken_at)
    names = await names_of_staff(house)
    return pages.text("audit/verdict.html", {"verdict": verdict, "broken": broken, "names": names})


async def _page(
    request: Request, signed: SignedIn, house: House, pages: Pages, asked: Asked, verdict: str = ""
) -> Response:
    names = await names_of_staff(house)
    problem, entries, older = "", list[AuditEntry](), False
    try:
        wanted, before = _wanted(asked, names), int(asked.before) if asked.before else None
        found = await house.installation.audit.page(signed.merchant, wanted, before=before, most=_PAGE + 1)
        entries, older = list(found[:_PAGE]), len(found) > _PAGE
    except ValueError as wrong:
        problem = str(wrong)
    length, head = await house.installation.audit.head(signed.merchant)
    return pages.page(
        request,
        "audit/page.html",
        status=400 if problem else 200,
        entries=entries,
        names=names,
        colleagues=await _colleagues(house, signed.merchant),
        policies=await house.installation.audit.policy_versions(signed.merchant, entries),
        asked=asked,
        filtered=any(asked.model_copy(update={"before": ""}).model_dump().values()),
        problem=problem,
        older=asked.address(before=str(entries[-1].seq)) if older else "",
        length=length,
        head=head,
        verdict=verdict,
    )


async def names_of_staff(house: House) -> Mapping[str, str]:
    """The name of each account, by its id."""
    return {one.account_id: one.name for one in await house.staff.members()}


async def _colleagues(house: House, merchant: str) -> Sequence[str]:
    return sorted({one.name for one in await house.staff.members(merchant)})


def _wanted(asked: Asked, names: Mapping[str, str]) -> AuditFilter:
    """ValueError names the field that cannot be read."""
    if asked.before and not asked.before.isdigit():
        raise ValueError("before: give the number of an entry")
    known = [account for account, name in names.items() if name.casefold() == asked.actor.strip().casefold()]
    return AuditFilter(
        case_id=asked.case.strip(),
        actor=known[0] if len(known) == 1 else asked.actor.strip(),
        action=asked.action.strip(),
        since=_moment("from", asked.since),
        until=_moment("to", asked.until),
        policy_version=asked.policy.strip(),
    )


def _moment(field: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{field}: write a time such as 2026-11-27T09:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
