"""What is said to a case: the buyer's answers, and the decisions of people and systems that review."""

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Response

from console.api.caller import Decides, OpenHouse, SubmitsCases, actor_of, person_of, refuse_key_unless
from console.api.paths import CaseId
from console.api.problems import Refused
from console.api.shapes import Answer, MessageSaid, ReviewGiven
from console.api.specification import answers
from knowledge.case import Author, Message
from tools.records.api_keys import ApiKey
from tools.records.case_pages import CasePages
from tools.records.person_reviews import ReviewState
from workflows.messages import BuyerMessage, Review
from workflows.review_rules import needed_for

router = APIRouter(tags=["cases"])
PATIENCE = timedelta(seconds=20)
"""How long a case is waited for to take what it is told."""
_SAYS = {"say": {"value": {"move": "say", "text": "Quando recebo a resposta?"}},
         "counter": {"value": {"move": "counter", "amount": {"amount": "20.00", "currency": "EUR"}}}}  # fmt: skip
_DECIDES = {"approve": {"value": {"action": "approve", "note": "agreed"}},
            "adjust": {"value": {"action": "adjust", "amount": {"amount": "12.50", "currency": "EUR"}}},
            "ask": {"value": {"action": "ask", "question": "Please send a photo of the parcel."}}}  # fmt: skip

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
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
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
        review_id=_review_id(key, idempotency_key, given),
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


def _review_id(key: ApiKey, idempotency_key: str | None, given: ReviewGiven) -> str:
    """The same for the same request under an Idempotency-Key: repeated after no answer, it is the same review."""
    if idempotency_key is None:
        return secrets.token_urlsafe(12)
    named = f"{key.key_id}/{idempotency_key}/{given.model_dump_json()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]
