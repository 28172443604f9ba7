"""Everything the case page shows, read from the records and the workflow at once."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from console.web.case.citations import Citations
from console.web.case.exhibits import (
    Picture,
    Row,
    ShownDocument,
    ShownMessage,
    ShownRoute,
    shown_documents,
    shown_messages,
    shown_order,
    shown_pictures,
    shown_routes,
)
from console.web.case.reasoning import (
    Bar,
    Chance,
    ShownFact,
    ShownReason,
    cost_bars,
    shown_facts,
    shown_reasons,
    win_chance,
)
from console.web.case.veil import Veil
from console.web.house import House
from console.web.queue.words import SKIPS
from console.web.rendering import shown_words
from knowledge.case import CaseBundle
from knowledge.decision import Assessment, Decision, DefenceDecision, Resolution
from knowledge.facts import FactName, Reading
from knowledge.judgement.assess import assess, could_matter
from knowledge.judgement.waiting import AT_PROCESSOR_STAGES
from knowledge.money import Money
from knowledge.rules.authority import Permission
from tools.geography import geo_names
from tools.ports import CaseFile
from tools.records.case_words import CaseEvent
from tools.records.leases import Lease, LeaseHeld, LeaseLost, Leases
from tools.records.queue import SkipReason
from tools.records.sessions import SignedIn
from workflows.messages import CaseView
from workflows.review_rules import legal_now, second_key_because
from workflows.reviewing import Person, Proposal, Reviewed

_QUESTIONS = {
    "photo_of_damage": "A photo that shows the damage, and one of the outer packaging",
    "details": "What went wrong, and what the buyer would like us to do",
    "still_waiting": "To write again if the parcel has not come within seven days",
}
"""The questions that exist in every language we write; the buyer reads them in theirs."""
_NO_MONEY = frozenset({Resolution.DENY, Resolution.ASK_EVIDENCE})
_STEPS = 100
_BIG_STEPS = 20


@dataclass(frozen=True)
class Place:
    """Where a case stands and since when, as the line above its page says it."""

    stage: str
    """`done` for what the processor has done while the case is still being closed."""
    since: datetime


@dataclass(frozen=True)
class Standing:
    """Who may do what with the case now."""

    view: CaseView
    told: bool
    """Whether the workflow itself said so; False while it does not answer."""
    legal: tuple[str, ...]
    lease: Lease | None
    """The person's own."""
    held_by: str
    """The name of whoever else works on the case; empty when nobody does."""
    may_take_over: bool
    second_key: tuple[str, ...]
    proposal: Proposal | None
    proposed_by_me: bool
    decided_by_me: bool
    """Whether the person made the decision that can still be taken back."""
    place: Place
    unconfirmed: Reviewed | None
    """What the person sent from an earlier page on this very decision, and nobody has confirmed."""
    review_id: str
    """For the review that the page may send: the same page sent twice is one review."""
    opened: datetime


@dataclass(frozen=True)
class CasePage:
    """The page; what the case has none of is empty and has no place on it."""

    case_id: str
    file: CaseFile
    """What the page was made of, for whoever asks about the same case in the same request."""
    bundle: CaseBundle
    reason: str
    lane: str
    value: Money
    revealed: bool
    pictures: Sequence[Picture]
    messages: Sequence[ShownMessage]
    cardholder: str
    """What the cardholder told the bank; empty when nothing came."""
    routes: Sequence[ShownRoute]
    order: Sequence[Row]
    documents: Sequence[ShownDocument]
    facts: Sequence[ShownFact]
    contradictions: Sequence[str]
    missing: Sequence[tuple[FactName, str]]
    """What could change the decision."""
    unread: Sequence[tuple[FactName, str]]
    """What is not on record either, and changes nothing."""
    gaps: Sequence[str]
    decision_id: str | None
    refund: Decision | None
    defence: DefenceDecision | None
    reasons: Sequence[ShownReason]
    bars: Sequence[Bar]
    chance: Chance | None
    events: Sequence[CaseEvent]
    questions: Mapping[str, str]
    step: int
    big_step: int
    """Minor units that an arrow key changes an amount by: one and five hundredths of what was paid."""

    correctable: Sequence[FactName] = tuple(FactName)
    skips: Mapping[SkipReason, str] = field(default_factory=lambda: SKIPS)
    resolutions: Sequence[Resolution] = tuple(one for one in Resolution if one not in _NO_MONEY)

    @property
    def decision(self) -> Decision | DefenceDecision | None:
        """The decision shown, of whichever kind."""
        return self.refund or self.defence


def person_of(signed: SignedIn) -> Person:
    """Whoever is signed in, as the reviewing door knows people."""
    return Person(account=signed.account_id, name=signed.name, role=signed.role)


async def read_page(
    house: House, merchant: str, case_id: str, *, revealed: bool, decision_id: str | None = None
) -> CasePage:
    """The page without anything that depends on who looks; `decision_id` shows an earlier decision, and no events.

    LookupError when the merchant has no such case.
    """
    cases = house.installation.cases
    file = await cases.case_file(merchant, case_id)
    veil = Veil(file.bundle, lifted=revealed)
    answers, latest, events = await asyncio.gather(
        _answers(house, merchant, file.bundle),
        cases.latest_decision(merchant, case_id),
        cases.events(merchant, case_id),
    )
    if decision_id is not None:
        latest = (decision_id, await cases.decision(merchant, case_id, decision_id))
        events = ()
    citations = Citations(veil)
    decision = latest[1] if latest else None
    facts = shown_facts(file.facts, citations, veil)
    reasons = shown_reasons(decision, citations, veil) if decision else []
    bundle, joined = file.bundle, assessment_of(house, file)
    paid = bundle.order.payment.captured
    # In a thread: the first map of a process waits for the gazetteer, and nobody else should.
    routes = await asyncio.to_thread(shown_routes, bundle, answers, veil, geo_names)
    return CasePage(
        case_id=case_id,
        file=file,
        bundle=bundle,
        reason=_reason(file),
        lane=_lane(bundle),
        value=bundle.chargeback.amount if bundle.chargeback else paid,
        revealed=revealed,
        pictures=shown_pictures(bundle, veil),
        messages=shown_messages(bundle, citations, veil),
        cardholder=veil.over(bundle.chargeback.cardholder_statement or "") if bundle.chargeback else "",
        routes=routes,
        order=shown_order(bundle, veil),
        documents=shown_documents(bundle, veil),
        facts=facts,
        contradictions=[each.what for each in joined.contradictions],
        missing=[(gap.name, veil.over(gap.why)) for gap in file.missing if gap.name in joined.missing],
        unread=[
            (gap.name, veil.over(gap.why))
            for gap in file.missing
            if gap.name not in joined.missing and could_matter(gap.name, chargeback=bundle.chargeback is not None)
        ],
        gaps=[veil.over(gap.why) for gap in file.gaps],
        decision_id=latest[0] if latest else None,
        refund=decision if isinstance(decision, Decision) else None,
        defence=decision if isinstance(decision, DefenceDecision) else None,
        reasons=reasons,
        bars=cost_bars(decision.alternatives) if isinstance(decision, Decision) else [],
        chance=win_chance(decision) if isinstance(decision, DefenceDecision) else None,
        events=[event.model_copy(update={"detail": veil.over(event.detail)}) for event in events],
        questions=_QUESTIONS,
        step=max(1, paid.minor // _STEPS),
        big_step=max(1, paid.minor // _BIG_STEPS),
    )


async def _answers(house: House, merchant: str, bundle: CaseBundle) -> dict[str, bytes]:
    digests = {each.tracking_sha256 for each in bundle.shipments if each.tracking_sha256}
    cases = house.installation.cases
    return {digest: await cases.evidence(merchant, bundle.case_id, digest) for digest in digests}


def assessment_of(house: House, file: CaseFile) -> Assessment:
    """What contradicts what and what is missing, by the same rule that the decision used."""
    read = Reading(facts=file.facts, missing=file.missing)
    return assess(read, house.reviewing.policy, file.bundle.opened_at)


def _reason(file: CaseFile) -> str:
    if file.bundle.chargeback:
        notice = file.bundle.chargeback
        return f"{notice.network.value} {notice.reason_code}"
    read = next((fact for fact in file.facts if fact.name is FactName.CLAIM_REASON), None)
    return read.text().replace("_", " ") if read else "reason not read"


def _lane(bundle: CaseBundle) -> str:
    carriers = " + ".join(dict.fromkeys(shown_words(each.carrier) for each in bundle.shipments))
    lane = f"{bundle.merchant.country} → {bundle.order.ship_to.country}"
    return f"{lane}, {carriers}" if carriers else lane


async def read_standing(
    house: House, signed: SignedIn, case_id: str, *, token: str = "", file: CaseFile | None = None
) -> Standing:
    """Where the case stands for this person; keeps their lease by its token, or takes it when nobody else has it.

    Only while there is something for them to decide. `file` is the case file where it was read already.
    """
    view, told = await house.reviewing.view(signed.merchant, case_id)
    legal = legal_now(view, signed.role)
    lease, held_by = await _lease(house, signed, case_id, token, wanted=any(what != "undo" for what in legal))
    proposal = await house.reviewing.proposal(signed.merchant, case_id, view.decision_id)
    unconfirmed = await house.reviewing.unconfirmed(person_of(signed), signed.merchant, case_id, view.decision_id)
    return Standing(
        view=view,
        told=told,
        # What was sent cannot be called back: nothing else is decided until it is known what came of it.
        legal=() if held_by or unconfirmed else legal,
        lease=lease,
        held_by=held_by,
        may_take_over=bool(held_by) and signed.may(Permission.TAKE_OVER),
        second_key=await read_second_key(house, signed, view, file=file),
        proposal=proposal,
        proposed_by_me=proposal is not None and proposal.account == signed.account_id,
        place=await read_place(house, signed.merchant, case_id, view.stage),
        unconfirmed=unconfirmed,
        decided_by_me=await house.reviewing.decided_by(signed.merchant, case_id) == signed.account_id,
        review_id=secrets.token_urlsafe(12),
        opened=datetime.now(UTC),
    )


async def read_place(house: House, merchant: str, case_id: str, stage: str | None = None) -> Place:
    """By the records; `stage` is what the case's workflow says, where it was asked."""
    cases = house.installation.cases
    summary = await cases.summary(merchant, case_id)
    place = Place(stage=stage or summary.status, since=summary.changed_at)
    if place.stage in AT_PROCESSOR_STAGES:
        outcome = await cases.outcome(merchant, case_id)
        if outcome is not None and outcome.at > summary.changed_at:
            return replace(place, stage="done")
    return place


async def read_second_key(
    house: House, signed: SignedIn, view: CaseView, *, file: CaseFile | None = None
) -> tuple[str, ...]:
    """Why an approval by this person needs a second key; empty for a routine case. `file` as in `read_standing`."""
    if file is None:
        file = await house.installation.cases.case_file(signed.merchant, view.case_id)
    instructs = any(fact.name is FactName.CLAIM_INSTRUCTS and fact.value is True for fact in file.facts)
    contradictions = [each.what for each in assessment_of(house, file).contradictions]
    return second_key_because(view, signed.role, house.reviewing.policy, contradictions, instructs=instructs)


async def _lease(house: House, signed: SignedIn, case_id: str, token: str, *, wanted: bool) -> tuple[Lease | None, str]:
    leases = Leases(house.installation.records)
    if not wanted:
        return None, ""
    if token:
        with suppress(LeaseLost):
            return await leases.keep(signed.merchant, case_id, token), ""
    try:
        return await leases.take(signed.merchant, case_id, signed.account_id), ""
    except LeaseHeld as held:
        return None, await name_of(house, signed.merchant, held.lease.holder)


async def name_of(house: House, merchant: str, account: str) -> str:
    """The name behind an account, for colleagues at the same merchant."""
    members = await house.staff.members(merchant)
    return next((each.name for each in members if each.account_id == account), "somebody else")
