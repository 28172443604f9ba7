"""The one door through which people's decisions go, whether they come from the page, the API or the command line."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar, assert_never

from pydantic import AwareDatetime
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from knowledge.base import Frozen
from knowledge.case import CaseKind
from knowledge.decision import Decision
from knowledge.facts import Citation, DocumentPlace, PhotoBox, ScanEvent
from knowledge.money import Money
from knowledge.override import Override
from knowledge.rules.authority import Permission, Role, may_decide_alone, permissions_of
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy
from tools.records.leases import Leases
from tools.records.overrides import Overrides
from tools.records.person_reviews import PersonReview, PersonReviews, ReviewState, ReviewTaken
from tools.records.records import RecordsUnavailable
from tools.records.second_looks import SecondLooks
from workflows.desk import CaseDesk, NotAnsweredError, NotNowError
from workflows.doors import legal_for_chargeback, legal_for_refund, refuse_superseded
from workflows.installation import Installation
from workflows.messages import Answered, CaseView, FactCorrection, ReturnReceived, Review, Stage, Undo
from workflows.review_rules import decided_amount, drawn, legal_now, same_decision, settled_amount, worded_letter

_Said = TypeVar("_Said", bound=Answered | None)
PATIENCE = timedelta(seconds=3)
"""How long a person waits for the workflow's answer before they are told that it is not known yet."""
_GLANCE = timedelta(seconds=1.5)
_ANSWERS = timedelta(seconds=10)
"""How long an update that cannot be asked after again is waited for: it may write into the records first."""


class Person(Frozen):
    """Who decides: a signed-in person, or whoever an API key or a command line names."""

    account: str
    name: str
    role: Role


class KeptReview(Frozen):
    """What the records keep of a review, sealed."""

    review: Review
    override: Override | None = None
    answer: str = ""
    """What the workflow said; empty until it did."""


class Reviewed(Frozen):
    """What became of a review, as far as is known now."""

    review_id: str
    state: ReviewState
    said: str
    """The workflow's words, or why a second person is needed."""


class Proposal(Frozen):
    """A decision above its maker's limit, which a second person confirms or decides otherwise."""

    review_id: str
    account: str
    at: AwareDatetime
    amount: Money | None
    """What it pays or contests; None where the action names no amount."""
    review: Review


class Reviewing:
    """Checks permission, lease, limit and what the person saw, keeps the review, and gives it to the workflow."""

    def __init__(self, installation: Installation, desk: CaseDesk, policy: MerchantPolicy = HOUSE_POLICY) -> None:
        self.policy = policy
        self._desk = desk
        self._cases = installation.cases
        self._leases = Leases(installation.records)
        self._reviews = PersonReviews(installation.records)
        self._overrides = Overrides(installation.records)
        self._looks = SecondLooks(installation.records)

    async def view(self, merchant: str, case_id: str) -> tuple[CaseView, bool]:
        """Where the case stands, and whether the workflow said so itself; else as it last stood in the records.

        LookupError when the merchant has no such case.
        """
        try:
            async with asyncio.timeout(_GLANCE.total_seconds()):
                return await self._desk.view(merchant, case_id), True
        except (TimeoutError, RPCError, LookupError):
            return await self._recorded(merchant, case_id), False

    async def _recorded(self, merchant: str, case_id: str) -> CaseView:
        summary = await self._cases.summary(merchant, case_id)
        # `open` until the workflow first says where it is.
        stage = Stage.READING if summary.status == "open" else Stage(summary.status)
        latest = await self._cases.latest_decision(merchant, case_id)
        view = CaseView(
            case_id=case_id,
            kind=summary.kind,
            stage=stage,
            detail=summary.detail,
            decision_id=latest[0] if latest else None,
            allowed=legal_for_refund(stage) if summary.kind is CaseKind.REFUND else legal_for_chargeback(stage),
        )
        if latest is None:
            return view
        decision = latest[1]
        decided = (
            {"resolution": decision.resolution, "amount": decision.amount}
            if isinstance(decision, Decision)
            else {"stance": decision.stance, "amount": decision.contested}
        )
        return view.model_copy(update=decided)

    async def decide(
        self,
        person: Person,
        merchant: str,
        case_id: str,
        review: Review,
        *,
        review_id: str,
        lease: str | None = None,
        override: Override | None = None,
        spent: timedelta = timedelta(),
        patience: timedelta = PATIENCE,
    ) -> Reviewed:
        """Decide as `person`; `review_id` is the caller's own for this review, the same again changes nothing.

        `lease` is the token of the person's page; without one the case is taken for the moment of deciding. Raises
        NotNowError with what is legal, PermissionError, LeaseLost or LeaseHeld, LookupError without such a case, and
        CasesSilentError while the workflow server is down: nothing is kept then that nobody would send.
        """
        known = await self._reviews.find(merchant, case_id, review_id)
        if known is not None:
            return await self.again(person, merchant, case_id, review_id, patience=patience)
        view, told = await self.view(merchant, case_id)
        self.refuse(person, view, review)
        if not told:
            await self._desk.refuse_silent()
        token = lease or (await self._leases.take(merchant, case_id, person.account)).token
        try:
            await self._leases.keep(merchant, case_id, token)
            named = review.model_copy(update={"by": person.name, "account": person.account})
            kept = await self._keep(person, merchant, view, named, review_id, override, spent)
            return await self._ask(person, merchant, kept, patience)
        finally:
            if lease is None:
                await self._leases.give_back(merchant, case_id, token)

    async def refuse_silent(self) -> None:
        """CasesSilentError unless the workflow server answers now."""
        await self._desk.refuse_silent()

    def refuse(self, person: Person, view: CaseView, review: Review) -> None:
        """PermissionError or NotNowError, as `decide` raises them, unless the person may decide that now."""
        if Permission.DECIDE not in permissions_of(person.role):
            raise PermissionError(f"role {person.role.value} may not decide cases")
        _refuse_illegal(person, view, review.action.value)
        try:
            refuse_superseded(review, view.decision_id)
        except ValueError as superseded:
            raise NotNowError(str(superseded)) from None

    async def _keep(
        self,
        person: Person,
        merchant: str,
        view: CaseView,
        review: Review,
        review_id: str,
        override: Override | None,
        spent: timedelta,
    ) -> PersonReview:
        """Keep the review as what is sent, or as a proposal when the amount takes a second person."""
        case_id = view.case_id
        proposal = await self.proposal(merchant, case_id, view.decision_id)
        others = proposal if proposal is not None and proposal.account != person.account else None
        amount = settled_amount(view, review)
        alone = amount is None or may_decide_alone(person.role, amount, self.policy)
        if others is not None and amount is not None:
            if Permission.DECIDE_ESCALATED not in permissions_of(person.role):
                raise NotNowError("the case has a proposal above your limit; somebody more senior confirms it")
            if review.action is others.review.action and review.signed is None and worded_letter(others.review):
                raise NotNowError("a letter in a person's words waits: look at its pages, and sign at the letter desk")
            if same_decision(others.review, review):
                alone = True
                override = override or await self._override_of(merchant, case_id, others.review_id)
            if alone:
                review = review.model_copy(update={"proposed_by": others.review.by})
        try:
            return await self._reviews.keep(
                merchant,
                case_id,
                review_id,
                account=person.account,
                decision_id=view.decision_id or "",
                action=review.action.value,
                amount=decided_amount(view, review),
                state=ReviewState.SENT if alone else ReviewState.PROPOSED,
                spent=spent,
                content=KeptReview(review=review, override=override).model_dump_json().encode(),
            )
        except ReviewTaken as twice:
            raise NotNowError(str(twice)) from None

    async def _override_of(self, merchant: str, case_id: str, review_id: str) -> Override | None:
        kept = await self._reviews.find(merchant, case_id, review_id)
        return None if kept is None else KeptReview.model_validate_json(kept.content).override

    async def again(
        self, person: Person, merchant: str, case_id: str, review_id: str, *, patience: timedelta = PATIENCE
    ) -> Reviewed:
        """Go on asking what became of a review; LookupError when the person has none of that id."""
        kept = await self._reviews.find(merchant, case_id, review_id)
        if kept is None or kept.account != person.account:
            raise LookupError(f"case {case_id} has no review {review_id}")
        return await self._ask(person, merchant, kept, patience)

    async def _ask(self, person: Person, merchant: str, kept: PersonReview, patience: timedelta) -> Reviewed:
        said = KeptReview.model_validate_json(kept.content)
        match kept.state:
            case ReviewState.SENT:
                return await self._send(person, merchant, kept, said, patience)
            case ReviewState.PROPOSED:
                told = "above what you decide alone; somebody more senior confirms it or decides otherwise"
            case ReviewState.CONFIRMED:
                told = "confirmed by a second person"
            case ReviewState.REPLACED:
                told = "something else was decided in its place"
            case ReviewState.UNDONE:
                told = "taken back"
            case ReviewState.TAKEN | ReviewState.REFUSED:
                told = said.answer
            case _:
                assert_never(kept.state)
        return Reviewed(review_id=kept.review_id, state=kept.state, said=told)

    async def _send(
        self, person: Person, merchant: str, kept: PersonReview, said: KeptReview, patience: timedelta
    ) -> Reviewed:
        state = ReviewState.TAKEN
        try:
            async with asyncio.timeout(patience.total_seconds()):
                answered = await self._desk.review(merchant, kept.case_id, said.review, review_id=kept.review_id)
                told = answered.detail
        except NotNowError as refused:
            state, told = ReviewState.REFUSED, str(refused)
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
            return _not_confirmed(kept.review_id)
        content = said.model_copy(update={"answer": told}).model_dump_json().encode()
        try:
            # First what belongs to it: a process that ends in between asks again and finds the rest to be done.
            if state is ReviewState.TAKEN:
                await self._afterwards(person, merchant, kept, said)
            await self._reviews.change(
                merchant, kept.case_id, kept.review_id, state, actor=person.account, content=content
            )
        except RecordsUnavailable:
            return _not_confirmed(kept.review_id)
        return Reviewed(review_id=kept.review_id, state=state, said=told)

    async def _afterwards(self, person: Person, merchant: str, kept: PersonReview, said: KeptReview) -> None:
        """What a decision that was taken leaves behind; each may be done twice and then changes nothing."""
        case_id = kept.case_id
        proposal = await self.proposal(merchant, case_id, kept.decision_id)
        if proposal is not None:
            confirmed = proposal.account != person.account and same_decision(proposal.review, said.review)
            became = ReviewState.CONFIRMED if confirmed else ReviewState.REPLACED
            await self._reviews.change(merchant, case_id, proposal.review_id, became, actor=person.account)
        if said.override is not None:
            evidence = await self._evidence_of(merchant, case_id, said.override)
            await self._overrides.keep(merchant, case_id, kept.review_id, said.override, evidence, actor=person.account)
        settles = said.review.action.value in {"approve", "adjust", "deny"}
        if settles and drawn(self.policy.second_look_share, "second-look", merchant, case_id, kept.decision_id):
            await self._looks.offer(merchant, case_id, kept.review_id)

    async def _evidence_of(self, merchant: str, case_id: str, override: Override) -> tuple[str, ...]:
        found = [override.picture] if override.picture else []
        if override.fact is not None:
            facts = await self._cases.facts(merchant, case_id)
            found += [digest for fact in facts if fact.name is override.fact if (digest := _digest(fact.citation))]
        return tuple(dict.fromkeys(found))

    async def proposal(self, merchant: str, case_id: str, decision_id: str | None) -> Proposal | None:
        """The proposal that waits for a second person; None when there is none, or the case was decided anew since."""
        kept = await self._reviews.latest(merchant, case_id, ReviewState.PROPOSED)
        if kept is None or kept.decision_id != (decision_id or ""):
            return None
        review = KeptReview.model_validate_json(kept.content).review
        return Proposal(review_id=kept.review_id, account=kept.account, at=kept.at, amount=kept.amount, review=review)

    async def unconfirmed(
        self, person: Person, merchant: str, case_id: str, decision_id: str | None
    ) -> Reviewed | None:
        """The person's own review of that decision that was sent last and is not confirmed; `again` goes on asking."""
        kept = await self._reviews.latest(merchant, case_id, ReviewState.SENT)
        if kept is None or (kept.account, kept.decision_id) != (person.account, decision_id or ""):
            return None
        return _not_confirmed(kept.review_id)

    async def decided_by(self, merchant: str, case_id: str) -> str | None:
        """The account whose review was sent or taken last; None when nobody's was."""
        last = await self._reviews.latest(merchant, case_id, ReviewState.SENT, ReviewState.TAKEN)
        return None if last is None else last.account

    async def undo(self, person: Person, merchant: str, case_id: str) -> Answered:
        """Take back what the person has just decided; NotNowError when it is too late or was somebody else's.

        NotAnsweredError when the case does not answer in time.
        """
        answered = await _in_time(self._desk.undo(merchant, case_id, Undo(by=person.name, account=person.account)))
        last = await self._reviews.latest(merchant, case_id, ReviewState.SENT, ReviewState.TAKEN)
        if last is not None and last.account == person.account:
            await self._reviews.change(merchant, case_id, last.review_id, ReviewState.UNDONE, actor=person.account)
        return answered

    async def correct(
        self,
        person: Person,
        merchant: str,
        case_id: str,
        correction: FactCorrection,
        *,
        lease: str | None = None,
        once: str | None = None,
    ) -> Answered:
        """Supply or correct a fact as `person`; the same `once` again changes nothing.

        `lease` is the token of the person's page; without one the case is taken for the moment. Raises as `decide`
        does, and NotAnsweredError as `undo` does.
        """
        if (before := await self._answered(merchant, case_id, once)) is not None:
            return before
        await self._refuse_other(person, merchant, case_id, "amend-fact")
        named = correction.model_copy(update={"by": person.name})
        token = lease or (await self._leases.take(merchant, case_id, person.account)).token
        try:
            await self._leases.keep(merchant, case_id, token)
            return await _in_time(self._desk.amend_fact(merchant, case_id, named, once=once))
        finally:
            if lease is None:
                await self._leases.give_back(merchant, case_id, token)

    async def receive_return(
        self,
        person: Person,
        merchant: str,
        case_id: str,
        note: str = "",
        *,
        lease: str | None = None,
        once: str | None = None,
    ) -> Answered:
        """Say that the goods came back; the same `once` again changes nothing.

        It decides nothing, so that whoever has the case in hand does not stand against it; a page whose `lease` was
        lost is told so. Raises as `decide` does, and NotAnsweredError as `undo` does.
        """
        if (before := await self._answered(merchant, case_id, once)) is not None:
            return before
        await self._refuse_other(person, merchant, case_id, "return-received")
        if lease is not None:
            await self._leases.keep(merchant, case_id, lease)
        received = ReturnReceived(by=person.name, note=note)
        return await _in_time(self._desk.return_received(merchant, case_id, received, once=once))

    async def _answered(self, merchant: str, case_id: str, once: str | None) -> Answered | None:
        return None if once is None else await _in_time(self._desk.answered(merchant, case_id, once))

    async def _refuse_other(self, person: Person, merchant: str, case_id: str, what: str) -> None:
        if Permission.DECIDE not in permissions_of(person.role):
            raise PermissionError(f"role {person.role.value} may not decide cases")
        view, told = await self.view(merchant, case_id)
        _refuse_illegal(person, view, what)
        if not told:
            await self._desk.refuse_silent()

    async def look_blind(
        self, person: Person, merchant: str, case_id: str, first_review_id: str, review: Review
    ) -> None:
        """A second person's decision on a drawn case, blind to the first: kept, and nothing else happens.

        LookupError when the case waits for no second look by that person, or they have seen meanwhile what was decided.
        """
        if Permission.DECIDE not in permissions_of(person.role):
            raise PermissionError(f"role {person.role.value} may not decide cases")
        first = await self._reviews.find(merchant, case_id, first_review_id)
        offered = await self._looks.offered(merchant, person.account, case_id=case_id)
        if first is None or first_review_id not in {one.review_id for one in offered}:
            raise LookupError(f"case {case_id} waits for no second look by you")
        was = KeptReview.model_validate_json(first.content).review
        named = review.model_copy(update={"by": person.name, "account": person.account})
        content = KeptReview(review=named).model_dump_json().encode()
        agrees = same_decision(was, named)
        await self._looks.look(merchant, case_id, first_review_id, person.account, content, agrees=agrees)


def _not_confirmed(review_id: str) -> Reviewed:
    return Reviewed(review_id=review_id, state=ReviewState.SENT, said="sent; not yet confirmed")


async def _in_time(answering: Awaitable[_Said]) -> _Said:
    try:
        async with asyncio.timeout(_ANSWERS.total_seconds()):
            return await answering
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
        raise NotAnsweredError("it was sent and is not confirmed; the case may still take it") from None


def _refuse_illegal(person: Person, view: CaseView, what: str) -> None:
    legal = legal_now(view, person.role)
    if what in legal:
        return
    by_role = f" for a {person.role.value}" if what in view.allowed else ""
    listed = ", ".join(legal if by_role else view.allowed) or "nothing"
    raise NotNowError(f"the case is {view.stage.value}; legal now{by_role}: {listed}")


def _digest(citation: Citation) -> str | None:
    return citation.sha256 if isinstance(citation, PhotoBox | ScanEvent | DocumentPlace) else None
