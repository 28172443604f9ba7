"""Where a case stands as its buyer may see it: typed values only, and nothing of how the house weighs cases."""

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum

from temporalio.service import RPCError

from console.web.house import House
from knowledge.base import Frozen
from knowledge.case import Author, CaseKind
from knowledge.decision import Decision, Resolution
from knowledge.money import Money
from knowledge.offers.language import buyer_language
from knowledge.offers.page_words import meaning_of
from tools.records.buyer_links import BuyerLink
from tools.records.case_words import CaseSummary, CaseUnknown
from workflows.doors import APPEALED, may_appeal
from workflows.messages import BuyerMove, CaseView, Stage

_PATIENCE = timedelta(seconds=4)
"""A page that cannot say what may be answered is better than one that does not come."""


class Standing(StrEnum):
    """What the page is about; each has a sentence `now.…`."""

    CHECKING = "checking"
    PERSON = "person"
    ASKING = "asking"
    OFFERED = "offered"
    RETURNING = "returning"
    PAYING = "paying"
    PAID = "paid"
    DENIED = "denied"
    OFFER_LAPSED = "offer_lapsed"
    NOT_RETURNED = "not_returned"
    UNRESOLVED = "unresolved"


class Act(StrEnum):
    """What a buyer can send from the page."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    COUNTER = "counter"
    SAY = "say"
    """Words, photos, or both."""
    APPEAL = "appeal"


_OF_STAGE = {
    Stage.REVIEW: Standing.PERSON,
    Stage.ESCALATED: Standing.PERSON,
    Stage.ASKING: Standing.ASKING,
    Stage.OFFERED: Standing.OFFERED,
    Stage.RETURNING: Standing.RETURNING,
    Stage.PAYING: Standing.PAYING,
    Stage.REFUND_PENDING: Standing.PAYING,
}
_STEPS = {Standing.CHECKING: 0, Standing.PERSON: 0, Standing.ASKING: 0, Standing.OFFERED: 1, Standing.RETURNING: 1}
_EXPLAINED = frozenset({Standing.ASKING, Standing.OFFERED, Standing.RETURNING, Standing.DENIED})


class BuyerView(Frozen):
    """All the page shows and offers."""

    language: str | None
    merchant: str
    order_id: str
    standing: Standing
    step: int
    """Of three: we check, our answer, done."""
    amount: Money | None
    """What is offered, comes back for a return, or was paid."""
    due: datetime | None
    question: str | None
    because: tuple[str, ...]
    """Sentences of the page's words."""
    acts: frozenset[Act]
    most: Money
    """What was paid for the order: no buyer can ask for more."""
    messages: int
    photos: int
    slow: bool
    """Whether nothing can be taken now, because the workflows do not answer."""

    @property
    def moving(self) -> bool:
        """Whether the page will be another in a moment."""
        return self.standing in {Standing.CHECKING, Standing.PAYING}


async def standing_of(house: House, link: BuyerLink) -> BuyerView:
    """What the link's buyer sees now. LookupError for a case that has no buyer's page."""
    cases = house.installation.cases
    summary = await cases.summary(link.merchant, link.case_id)
    if summary.kind is not CaseKind.REFUND:
        raise CaseUnknown(f"case {link.case_id} has no buyer's page")
    file = await cases.case_file(link.merchant, link.case_id)
    latest = await cases.latest_decision(link.merchant, link.case_id)
    decision = latest[1] if latest is not None and isinstance(latest[1], Decision) else None
    closed = summary.status == Stage.CLOSED.value
    view = None if closed else await _asked(house, link)
    standing, amount, acts = await _ended(house, link, summary) if closed else _open(view, summary, decision)
    bundle = file.bundle
    return BuyerView(
        language=buyer_language(bundle, file.facts),
        merchant=bundle.merchant.name,
        order_id=bundle.order.id,
        standing=standing,
        step=_STEPS.get(standing, 2),
        amount=amount,
        due=view.due if view is not None and standing in _EXPLAINED else None,
        question=decision.question if decision is not None and standing is Standing.ASKING else None,
        because=_because(decision) if decision is not None and standing in _EXPLAINED else (),
        acts=acts,
        most=bundle.order.payment.captured,
        messages=sum(message.author is Author.BUYER for message in bundle.messages),
        photos=sum(photo.author is Author.BUYER for photo in bundle.photos),
        slow=view is None and not closed,
    )


async def _asked(house: House, link: BuyerLink) -> CaseView | None:
    """The workflow's own answer; None when it does not come in time."""
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            return await house.desk.view(link.merchant, link.case_id)
    except (TimeoutError, RPCError, LookupError):
        return None


async def _ended(house: House, link: BuyerLink, summary: CaseSummary) -> tuple[Standing, Money | None, frozenset[Act]]:
    cases = house.installation.cases
    outcome = await cases.outcome(link.merchant, link.case_id)
    appeals = [event for event in await cases.events(link.merchant, link.case_id) if event.what == APPEALED]
    ended_as = outcome.outcome if outcome is not None else ""
    standing = Standing(ended_as) if ended_as in set(Standing) else Standing.UNRESOLVED
    acts = {Act.APPEAL} if may_appeal(summary.status, ended_as, len(appeals)) else set[Act]()
    return standing, outcome.amount if outcome is not None else None, frozenset(acts)


def _open(
    view: CaseView | None, summary: CaseSummary, decision: Decision | None
) -> tuple[Standing, Money | None, frozenset[Act]]:
    stage = view.stage if view is not None else Stage(summary.status) if summary.status in set(Stage) else Stage.READING
    standing = _OF_STAGE.get(stage, Standing.CHECKING)
    if view is None:
        return standing, None, frozenset()
    amount = view.rung.amount if view.rung is not None else None
    if standing is Standing.ASKING and decision is None:
        standing = Standing.PERSON
    return standing, amount, frozenset(Act(move.value) for move in BuyerMove if move.value in view.allowed)


def _because(decision: Decision) -> tuple[str, ...]:
    """Why, each reason once. Of a decision in which a person saw it otherwise, the rules' own reasons are none."""
    rules = [reason.rule for reason in decision.reasons]
    if "person.decided_otherwise" in rules:
        rules = ["person.decided_otherwise"]
    told = [sentence for rule in rules if (sentence := meaning_of(rule)) is not None]
    if decision.resolution is not Resolution.PRICE_REDUCTION:
        told = [sentence for sentence in told if sentence != "because.fair"]
    return tuple(dict.fromkeys(told))
