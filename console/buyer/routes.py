"""`/b/{token}`: the page of the buyer who has the link, and what they send from it. Nobody signs in here."""

import asyncio
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated
from weakref import WeakValueDictionary

from fastapi import APIRouter, Depends, Request
from limits import RateLimitItemPerMinute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from console.buyer.answers import (
    BODY_BYTES,
    MOST_LETTERS,
    MOST_PHOTOS,
    PHOTO_MIB,
    Sent,
    Unanswerable,
    event_key,
    is_form_id,
    read_form,
    take,
)
from console.buyer.showing import InWords, page, wished_language
from console.buyer.standing import Act, standing_of
from console.web.house import House, house_of
from console.web.security.rate import Rates, TooOften
from knowledge.money import Money
from knowledge.offers.compose import languages, question_words
from knowledge.offers.page_words import page_words
from tools.records.buyer_links import BuyerLink, BuyerLinks
from tools.records.records import RecordsUnavailable

router = APIRouter()
_VIEWS = RateLimitItemPerMinute(60)
_ANSWERS = RateLimitItemPerMinute(20)
"""Of one link."""
_MISSES = RateLimitItemPerMinute(60)
"""Of one network address: links that open nothing. Those that open something are not slowed down by them."""
_TYPED = frozenset({Act.COUNTER, Act.SAY, Act.APPEAL})
"""Answers that hold what somebody wrote; the others are one tap."""
_in_hand: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""One answer of a link at a time, so that a double tap finds the first one's answer."""


@router.get("/b/{token}")
async def show(
    request: Request,
    token: str,
    house: Annotated[House, Depends(house_of)],
    language: str = "",
    took: str = "",
) -> Response:
    """Where the case stands and what may be answered; `took` names a form that was sent from here."""
    return await _guarded(request, house, token, language, took=took)


@router.post("/b/{token}/{act}")
async def answer(
    request: Request,
    token: str,
    act: str,
    house: Annotated[House, Depends(house_of)],
    language: str = "",
) -> Response:
    """Take one answer; the page says so once it is stored, and never twice for one form."""
    # What nobody can send is told as a link that opens nothing.
    known = act in set(Act)
    return await _guarded(request, house, token if known else "", language, act=Act(act) if known else Act.SAY)


async def _guarded(
    request: Request, house: House, token: str, language: str, *, took: str = "", act: Act | None = None
) -> Response:
    """Every refusal in the buyer's words; a link that is unknown, over or of no buyer's page is told alike."""
    rates: Rates = request.app.state.rates
    spoken = language if language in languages() else wished_language(request.headers.get("accept-language", ""))
    try:
        link = await BuyerLinks(house.installation.records).find(token)
        if link is None:
            await rates.refuse_too_often(_MISSES, "miss", request.client.host if request.client else "")
            return _absent(spoken)
        await rates.refuse_too_often(_VIEWS if act is None else _ANSWERS, link.link_id, "" if act is None else "act")
        wished = language if language in languages() else ""
        if act is None:
            await _note_opened(house, link)
            return await _page(house, link, token, wished, took=took)
        return await _answer(request, house, link, token, wished, act)
    except TooOften:
        return page("told.html", page_words(spoken), status=429, told="problem.often")
    except RecordsUnavailable:
        return await _not_now(request, house, token, spoken, act)
    except LookupError:
        return _absent(spoken)


async def _not_now(request: Request, house: House, token: str, language: str | None, act: Act | None) -> Response:
    """Nothing can be read now: what the buyer typed is given back, to be sent again as the same form."""
    words, sent = page_words(language), None
    if act in _TYPED:
        rates: Rates = request.app.state.rates
        with suppress(Unanswerable, TooOften):
            # Whether the link is anybody's is not known now, so that forms are counted by where they come from.
            await rates.refuse_too_often(_MISSES, "miss", request.client.host if request.client else "")
            sent = await _form(request, house, token)
    if sent is None or act is None:
        return page("told.html", words, status=503, told="slow")
    form_token = house.form_tokens.of(token)
    return page("again.html", words, status=503, token=token, form_token=form_token, act=act.value, sent=sent)


def _absent(language: str | None) -> Response:
    return page("absent.html", page_words(language), status=404)


async def _note_opened(house: House, link: BuyerLink) -> None:
    """Staff see that the buyer, or whoever has the link, opened the page: once a day, and nothing about the person."""
    cases, key = house.installation.cases, f"buyer-opened/{link.link_id}/{datetime.now(UTC):%Y-%m-%d}"
    if not await cases.has_event(link.merchant, link.case_id, key):
        await cases.record_event(link.merchant, link.case_id, "buyer", "buyer:opened-page", "", key=key)


async def _answer(request: Request, house: House, link: BuyerLink, token: str, language: str, act: Act) -> Response:
    sent: Sent | None = None
    lock = _in_hand.setdefault(link.link_id, asyncio.Lock())
    try:
        sent = await _form(request, house, token)
        async with lock:
            if not await house.installation.cases.has_event(link.merchant, link.case_id, event_key(sent.form_id)):
                await take(house, link, await standing_of(house, link), act, sent)
    except Unanswerable as problem:
        return await _page(house, link, token, language, problem=problem, act=act, sent=sent)
    back = f"/b/{token}?took={sent.form_id}" + (f"&language={language}" if language else "")
    return RedirectResponse(back, 303, {"referrer-policy": "no-referrer"})


async def _form(request: Request, house: House, token: str) -> Sent:
    """The form, within bounds and with its token; Unanswerable otherwise."""
    told = request.headers.get("content-length", "")
    if not told.isdecimal() or int(told) > BODY_BYTES:
        raise Unanswerable("problem.many", 413, count=str(MOST_PHOTOS), size=str(PHOTO_MIB))
    try:
        form = await request.form(max_files=MOST_PHOTOS + 1, max_fields=10, max_part_size=64 * 1024)
    except HTTPException:
        raise Unanswerable("problem.refused") from None
    if not await house.form_tokens.is_right(request, token):
        raise Unanswerable("problem.moved_on", 403)
    return read_form(form)


async def _page(
    house: House,
    link: BuyerLink,
    token: str,
    language: str,
    *,
    took: str = "",
    problem: Unanswerable | None = None,
    act: Act | None = None,
    sent: Sent | None = None,
) -> Response:
    view = await standing_of(house, link)
    words = page_words(language or view.language)
    in_words = InWords(words)
    told = None
    if problem is not None:
        filled = {
            name: in_words.money(value) if isinstance(value, Money) else value for name, value in problem.filled.items()
        }
        if problem.sentence == "problem.amount":
            filled["example"] = in_words.example(view.most.currency)
        told = in_words(problem.sentence, **filled)
    took_it = is_form_id(took) and await house.installation.cases.has_event(
        link.merchant, link.case_id, event_key(took)
    )
    # What may succeed when it is sent again keeps its form's id, so that it counts once.
    again = problem is not None and problem.status != 409 and sent is not None
    return page(
        "page.html",
        words,
        status=problem.status if problem is not None else 200,
        view=view,
        question=question_words(words.language, view.question) if view.question is not None else "",
        acts={act.value for act in view.acts},
        token=token,
        wished=language,
        form_token=house.form_tokens.of(token),
        form_id=sent.form_id if again and sent is not None else secrets.token_hex(16),
        took=took_it and problem is None,
        problem=told,
        tried=act.value if act is not None else "",
        sent=sent,
        limits={"letters": MOST_LETTERS, "photos": MOST_PHOTOS, "size": PHOTO_MIB},
    )
