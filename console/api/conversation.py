"""What is said to a case: the buyer's answers, decisions, facts set right, and goods that came back."""

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Response

from console.api.caller import Decides, OpenHouse, SubmitsCases, actor_of, person_of, refuse_key_unless
from console.api.paths import CaseId
from console.api.problems import Refused, refused_field
from console.api.shapes import Answer, CorrectionGiven, MessageSaid, ReturnGiven, ReviewGiven
from console.api.specification import answers
from knowledge.base import Frozen
from knowledge.case import Author, Message
from knowledge.facts import FactName, WrittenAs, written_as, written_value
from tools.records.api_keys import ApiKey
from tools.records.case_pages import CasePages
from tools.records.person_reviews import ReviewState
from workflows.messages import BuyerMessage, FactCorrection, Review
from workflows.review_rules import needed_for

router = APIRouter(tags=["cases"])
PATIENCE = timedelta(seconds=20)
"""How long a case is waited for to take what it is told."""
_SAYS = {"say": {"value": {"move": "say", "text": "Quando recebo a resposta?"}},
         "counter": {"value": {"move": "counter", "amount": {"amount": "20.00", "currency": "EUR"}}}}  # fmt: skip
_DECIDES = {"approve": {"value": {"action": "approve", "note": "agreed"}},
            "adjust": {"value": {"action": "adjust", "amount": {"amount": "12.50", "currency": "EUR"}}},
            "ask": {"value": {"action": "ask", "question": "Please send a photo of the parcel."}}}  # fmt: skip
_CORRECTS = {"word": {"value": {"name": "photo.damage", "value": "moderate", "note": "crack in the lid"}},
             "amount": {"value": {"name": "order.refunded", "value": "12.50 EUR", "note": "receipt 47"}}}  # fmt: skip
_RETURNS = {"received": {"value": {"note": "gate 3, parcel 00340434161094042557"}}}
_REPEATS = Header(include_in_schema=False)
"""The header the door reads as well; described in the specification for every POST."""

_WRITTEN = {
    WrittenAs.AMOUNT: "an amount such as 12.50 EUR",
    WrittenAs.YES_NO: "yes or no",
    WrittenAs.NUMBER: "a whole number of zero or more",
    WrittenAs.TIME: "a time with its offset, such as 2026-03-01T09:30:00Z",
    WrittenAs.TEXT: "text",
}
_SECOND = "Kept as a proposal: the amount is above what the key decides alone, and a second person decides."


def _examples(examples: object) -> dict[str, object]:
    return {"requestBody": {"content": {"application/json": {"examples": examples}}}}


@router.post(
    "/cases/{case_id}/messages", operation_id="say", status_code=201, openapi_extra=_examples(_SAYS),
    responses=answers(400, 403, 404, 409, 413, 422),
)  # fmt: skip
async def say(case_id: CaseId, said: MessageSaid, key: SubmitsCases, house: OpenHouse) -> Answer:
    """Relay what the buyer answers: words (`say`), or accept, refuse or counter the offer.

    Refused (409) when the case does not wait for it; `standing.allowed` of the case says what is legal now. Give the
    message's `id` and `at` so that repeating it after a lost answer cannot make two messages of it.
    """
    await CasePages(house.installation.records).case(key.merchant, case_id)
    at = said.at or datetime.now(UTC)
    name = said.id or f"m-{at:%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    message = Message(id=name, author=Author.BUYER, at=at, text=said.text)
    heard = BuyerMessage(move=said.move, message_id=name, amount=said.amount)
    async with asyncio.timeout(PATIENCE.total_seconds()):
        answered = await house.desk.buyer(key.merchant, case_id, message, heard)
    return Answer(stage=answered.stage, detail=answered.detail)


@router.post(
    "/cases/{case_id}/reviews", operation_id="review", status_code=201, openapi_extra=_examples(_DECIDES),
    responses={**answers(400, 403, 404, 409, 413, 422), 202: {"model": Answer, "description": _SECOND}},
)  # fmt: skip
async def review(
    case_id: CaseId,
    given: ReviewGiven,
    key: Decides,
    house: OpenHouse,
    response: Response,
    idempotency_key: Annotated[str | None, _REPEATS] = None,
) -> Answer:
    """Decide a case that waits in review: approve, adjust, deny, ask, escalate, hold.

    An escalated case needs the scope `cases.decide_escalated`; approving a chargeback's letter, `letters.sign`. The key
    decides up to the amount a reviewer decides alone, with `cases.decide_escalated` a lead; a decision above it is kept
    as a proposal (202, `second_person`) until somebody else decides the same, or otherwise.
    """
    await CasePages(house.installation.records).case(key.merchant, case_id)
    view, _ = await house.reviewing.view(key.merchant, case_id)
    for permission in sorted(needed_for(view, given.action.value)):
        refuse_key_unless(key, permission)
    decided = Review(
        by=actor_of(key),
        action=given.action,
        resolution=given.resolution,
        amount=given.amount,
        note=given.note,
        question=given.question,
    )
    reviewed = await house.reviewing.decide(
        person_of(key),
        key.merchant,
        case_id,
        decided,
        review_id=_once(key, idempotency_key, given) or secrets.token_urlsafe(12),
        patience=PATIENCE,
    )
    match reviewed.state:
        case ReviewState.REFUSED:
            raise Refused(409, reviewed.said)
        case ReviewState.SENT:
            raise TimeoutError
        case ReviewState.PROPOSED:
            response.status_code = 202
            return Answer(stage=view.stage, detail=f"waits for a second person: {reviewed.said}", second_person=True)
        case _:
            stands, _ = await house.reviewing.view(key.merchant, case_id)
            return Answer(stage=stands.stage, detail=reviewed.said)


@router.post(
    "/cases/{case_id}/corrections", operation_id="correct_fact", status_code=201, openapi_extra=_examples(_CORRECTS),
    responses=answers(400, 403, 404, 409, 413, 422),
)  # fmt: skip
async def correct_fact(
    case_id: CaseId,
    given: CorrectionGiven,
    key: Decides,
    house: OpenHouse,
    idempotency_key: Annotated[str | None, _REPEATS] = None,
) -> Answer:
    """Supply a fact, or set one right; the case is decided anew. `note` says how you know.

    Refused (409) when `standing.allowed` does not have `amend-fact`, and while the case is in somebody's hands.
    """
    await CasePages(house.installation.records).case(key.merchant, case_id)
    if not given.note.strip():
        raise refused_field("/note", "is blank", "say how you know")
    try:
        value = written_value(given.name, given.value)
    except ValueError as wrong:
        raise refused_field("/value", str(wrong), f"write {_written(given.name)}") from None
    correction = FactCorrection(by=actor_of(key), name=given.name, value=value, note=given.note.strip())
    answered = await house.reviewing.correct(
        person_of(key), key.merchant, case_id, correction, once=_once(key, idempotency_key, given)
    )
    return Answer(stage=answered.stage, detail=answered.detail)


@router.post(
    "/cases/{case_id}/returns", operation_id="receive_return", status_code=201, openapi_extra=_examples(_RETURNS),
    responses=answers(400, 403, 404, 409, 413, 422),
)  # fmt: skip
async def receive_return(
    case_id: CaseId,
    given: ReturnGiven,
    key: Decides,
    house: OpenHouse,
    idempotency_key: Annotated[str | None, _REPEATS] = None,
) -> Answer:
    """Say that the goods came back, for example from the warehouse's system; the refund follows.

    Refused (409) unless `standing.allowed` has `return-received`.
    """
    await CasePages(house.installation.records).case(key.merchant, case_id)
    answered = await house.reviewing.receive_return(
        person_of(key), key.merchant, case_id, given.note.strip(), once=_once(key, idempotency_key, given)
    )
    return Answer(stage=answered.stage, detail=answered.detail)


def _written(name: FactName) -> str:
    """How the fact's value is written, for whoever wrote it otherwise."""
    written, choices = written_as(name)
    return f"one of {', '.join(choices)}" if choices else _WRITTEN[written]


def _once(key: ApiKey, idempotency_key: str | None, given: Frozen) -> str | None:
    """The same for the same request under an Idempotency-Key: repeated after no answer, it is done once."""
    if idempotency_key is None:
        return None
    named = f"{key.key_id}/{idempotency_key}/{given.model_dump_json()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]
