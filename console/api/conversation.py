"""What is said to a case: the buyer's answers, and the decisions of people and systems that review."""

import asyncio
import secrets
from datetime import UTC, datetime

from fastapi import APIRouter

from console.api.caller import Decides, OpenHouse, SubmitsCases, actor_of, refuse_key_unless
from console.api.paths import CaseId
from console.api.problems import Refused
from console.api.shapes import Answer, MessageSaid, ReviewGiven
from console.api.specification import answers
from knowledge.case import Author, CaseKind, Message
from knowledge.rules.authority import Permission
from tools.records.case_pages import CasePages
from workflows.messages import BuyerMessage, Review, ReviewAction, Stage

router = APIRouter(tags=["cases"])
PATIENCE_SECONDS = 20.0
"""How long a case is waited for to take what it is told."""
_SAYS = {"say": {"value": {"move": "say", "text": "Quando recebo a resposta?"}},
         "counter": {"value": {"move": "counter", "amount": {"amount": "20.00", "currency": "EUR"}}}}  # fmt: skip
_DECIDES = {"approve": {"value": {"action": "approve", "note": "agreed"}},
            "adjust": {"value": {"action": "adjust", "amount": {"amount": "12.50", "currency": "EUR"}}},
            "ask": {"value": {"action": "ask", "question": "Please send a photo of the parcel."}}}  # fmt: skip


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
    async with asyncio.timeout(PATIENCE_SECONDS):
        answered = await house.desk.buyer(key.merchant, case_id, message, heard)
    return Answer(stage=answered.stage, detail=answered.detail)


@router.post(
    "/cases/{case_id}/reviews", operation_id="review", status_code=201, openapi_extra=_examples(_DECIDES),
    responses=answers(400, 403, 404, 409, 413, 422),
)  # fmt: skip
async def review(case_id: CaseId, given: ReviewGiven, key: Decides, house: OpenHouse) -> Answer:
    """Decide a case that waits in review: approve, adjust, deny, ask, escalate, hold.

    An escalated case needs the scope `cases.decide_escalated`; approving a chargeback's letter, `letters.sign`.
    """
    await CasePages(house.installation.records).case(key.merchant, case_id)
    try:
        view = await house.desk.view(key.merchant, case_id)
    except LookupError:
        raise Refused(409, "the case is closed") from None
    if view.stage is Stage.ESCALATED:
        refuse_key_unless(key, Permission.DECIDE_ESCALATED)
    if view.kind is CaseKind.CHARGEBACK and given.action is ReviewAction.APPROVE:
        refuse_key_unless(key, Permission.SIGN_LETTERS)
    decided = Review(
        by=actor_of(key),
        action=given.action,
        resolution=given.resolution,
        amount=given.amount,
        note=given.note,
        question=given.question,
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        answered = await house.desk.review(key.merchant, case_id, decided)
    return Answer(stage=answered.stage, detail=answered.detail)
