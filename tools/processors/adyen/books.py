"""Adyen's books as its notifications and our own requests add up to: a pure fold, the same for every order and repeat.

Notifications arrive late, twice and in any order, so nothing here depends on when one came: items are made unique and
sorted by the event's own date, and for equal dates (Adyen writes whole seconds) by the course a dispute takes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from knowledge.base import Frozen
from knowledge.case import CardNetwork, DisputeStage
from knowledge.money import Money, total
from tools.ports import DisputeState, ProcessorCharge, ProcessorDispute, ProcessorRefund, RefundState
from tools.processors.adyen.notification import Notification
from tools.processors.adyen.requests import AdyenRequest, RequestKind, RequestState
from tools.processors.adyen.stages import STAGE_OF, behind

_COURSE = (
    "REQUEST_FOR_INFORMATION",
    "NOTIFICATION_OF_CHARGEBACK",
    "CHARGEBACK",
    "INFORMATION_SUPPLIED",
    "CHARGEBACK_REVERSED",
    "DISPUTE_DEFENSE_PERIOD_ENDED",
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
    "SECOND_CHARGEBACK",
    "PREARBITRATION_OPEN",
    "PREARBITRATION_DECLINED",
    "PREARBITRATION_ACCEPTED",
    "PREARBITRATION_WON",
    "PREARBITRATION_ISSUER_WITHDRAWN",
    "PREARBITRATION_LOST",
    "SCHEME_ARBITRATION",
    "SCHEME_ARBITRATION_WON",
    "SCHEME_ARBITRATION_LOST",
)
_DISPUTE_CODES = frozenset(_COURSE)
_OPENS = frozenset(
    {
        "REQUEST_FOR_INFORMATION",
        "NOTIFICATION_OF_CHARGEBACK",
        "CHARGEBACK",
        "SECOND_CHARGEBACK",
        "PREARBITRATION_OPEN",
    }
)
_WINS = frozenset(
    {
        "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
        "PREARBITRATION_WON",
        "PREARBITRATION_ISSUER_WITHDRAWN",
        "SCHEME_ARBITRATION_WON",
    }
)
_NETWORKS = {
    "visa": CardNetwork.VISA,
    "mc": CardNetwork.MASTERCARD,
    "amex": CardNetwork.AMEX,
    "diners": CardNetwork.DISCOVER,
    "discover": CardNetwork.DISCOVER,
}
"""Adyen's chargebackSchemeCode. Diners runs on Discover."""
_OVER = ("lost", "accepted", "expired")
"""What `disputeStatus` says of a dispute that cannot be won any more; Adyen leaves it out in Brazil."""
_LOSES = frozenset({"PREARBITRATION_LOST", "PREARBITRATION_ACCEPTED", "SCHEME_ARBITRATION_LOST"})
_MADE = ("CANCEL_OR_REFUND", "REFUND", "REFUND_WITH_DATA")
"""Tell by `success` whether the refund was made."""
_UNDONE = ("REFUND_FAILED", "REFUNDED_REVERSED")
"""Tell that the money of a refund came back to the merchant after it had been called made."""
_RANK = {code: rank for rank, code in enumerate((*_MADE, *_UNDONE, *_COURSE))}


class AdyenDispute(Frozen):
    """A dispute, with what only Adyen's calls need to know beside it."""

    known: ProcessorDispute
    defendable: bool
    """Whether Adyen takes a defence in this stage."""


def dispute_of(
    reference: str, notifications: Iterable[Notification], requests: Iterable[AdyenRequest] = ()
) -> AdyenDispute | None:
    """The dispute as Adyen told it and as we asked; None when Adyen has told nothing of it."""
    told = [one for one in _in_course(notifications) if one.reference == reference and one.code in _DISPUTE_CODES]
    told = [one for one in told if one.succeeded]
    first = next((one for one in told if one.amount is not None), None)
    if first is None or first.amount is None:
        return None
    fold = _Fold(first.amount)
    for one in told:
        fold.take(one)
    ours = [one for one in requests if one.about == reference and one.state is RequestState.TAKEN]
    fold.ask(ours)
    return AdyenDispute(
        known=ProcessorDispute(
            reference=reference,
            charge=fold.payment,
            amount=fold.amount,
            state=fold.outcome(),
            respond_by=fold.respond_by,
            network_reason_code=fold.reason_code,
            submission_count=len(fold.answered),
            evidence_staged=fold.staged,
            opened_at=first.at,
            network=fold.network,
            stage=fold.stage,
            recovered=fold.recovered,
        ),
        defendable=fold.defendable,
    )


class _Fold:
    """What is known of a dispute while its notifications are read in course."""

    def __init__(self, amount: Money) -> None:
        self.amount = amount
        self.payment = ""
        self.stage = DisputeStage.INQUIRY
        self.state = DisputeState.UNDER_REVIEW
        self.defendable = False
        self.respond_by: datetime | None = None
        self.reason_code: str | None = None
        self.network: CardNetwork | None = None
        self.answered: set[DisputeStage] = set()
        """Stages that were defended: each once, so that a repeat is never taken for the next stage's answer."""
        self.staged = False
        self.recovered: Money | None = None
        self._opened: set[DisputeStage] = set()

    def take(self, one: Notification) -> None:
        """One more notification."""
        self.payment = one.payment or self.payment
        self.reason_code = one.more("chargebackReasonCode") or self.reason_code
        self.network = _NETWORKS.get((one.more("chargebackSchemeCode") or "").lower(), self.network)
        stage = STAGE_OF.get(one.code, self.stage)
        if behind(stage, self.stage):
            return  # told late about a stage that is behind us
        if one.code in _OPENS:
            self._open(one, stage)
            return
        self.stage = stage
        if one.code == "INFORMATION_SUPPLIED":
            self._defended()
        elif one.code == "CHARGEBACK_REVERSED":
            # The money is back for now; the issuer may still decline the defence.
            self.recovered = one.amount
            self._end(DisputeState.WON if _told(one) == "won" else DisputeState.UNDER_REVIEW)
        elif one.code in _WINS:
            self.recovered = self.recovered or one.amount
            self._end(DisputeState.WON)
        elif one.code in _LOSES:
            self.recovered = None
            self._end(DisputeState.LOST)
        elif one.code == "DISPUTE_DEFENSE_PERIOD_ENDED":
            self._expire(one)
        else:  # declined by us, or before the scheme: others decide now
            self._end(DisputeState.UNDER_REVIEW)

    def ask(self, ours: Sequence[AdyenRequest]) -> None:
        """What we asked in the stage reached and Adyen took, before it tells so itself."""
        defended = {one.stage for one in ours if one.kind is RequestKind.DEFENCE and one.stage is not None}
        here = {one.kind for one in ours if one.stage is self.stage}
        if RequestKind.DEFENCE in here and self.stage not in self.answered:
            self._defended()
        self.answered |= defended
        self.staged = RequestKind.DOCUMENTS in here or self.stage in self.answered
        if RequestKind.ACCEPTANCE in here and self.state is DisputeState.NEEDS_RESPONSE:
            self._end(DisputeState.LOST)

    def outcome(self) -> DisputeState:
        """The state; won with less than was disputed is lost with that part recovered, as in our words."""
        back = self.recovered
        in_part = back is not None and back.currency == self.amount.currency and back.minor < self.amount.minor
        return DisputeState.LOST if self.state is DisputeState.WON and in_part else self.state

    def _open(self, one: Notification, stage: DisputeStage) -> None:
        self.amount = one.amount or self.amount
        until = one.more("defensePeriodEndsAt")
        if stage in self._opened:
            # CHARGEBACK takes the money that NOTIFICATION_OF_CHARGEBACK announced: the same stage.
            if _told(one) in _OVER:
                self._end(self._lost())
            elif until is not None and self.state is DisputeState.NEEDS_RESPONSE:
                self.respond_by = datetime.fromisoformat(until)
            return
        self._opened.add(stage)
        self.stage, self.recovered = stage, None
        self.respond_by = datetime.fromisoformat(until) if until is not None else None
        self.state = DisputeState.UNDER_REVIEW
        defendable = (one.more("defendable") or "").lower()
        # A first chargeback may be answered unless Adyen says no, a later stage only when it says yes.
        first = stage in (DisputeStage.INQUIRY, DisputeStage.CHARGEBACK)
        self.defendable = defendable != "false" if first else defendable == "true"
        if (one.more("autoDefended") or "").lower() == "true":
            self._defended()
        elif _told(one) in _OVER:
            self._end(self._lost())
        elif self.defendable:
            self.state = DisputeState.NEEDS_RESPONSE
        else:
            lost = one.code == "SECOND_CHARGEBACK"
            self._end(DisputeState.LOST if lost else DisputeState.UNDER_REVIEW)

    def _defended(self) -> None:
        self.answered.add(self.stage)
        if self.state in (DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW):
            self._end(DisputeState.UNDER_REVIEW)

    def _expire(self, one: Notification) -> None:
        if self.stage in self.answered and _told(one) not in _OVER:
            return  # the period for defending ends for a defended dispute too
        self._end(self._lost())

    def _lost(self) -> DisputeState:
        """A request for information that nobody answered costs nothing yet: no money was taken."""
        return DisputeState.CLOSED if self.stage is DisputeStage.INQUIRY else DisputeState.LOST

    def _end(self, state: DisputeState) -> None:
        """No answer is taken any more in this stage."""
        self.state, self.defendable, self.respond_by = state, False, None


def _told(one: Notification) -> str:
    return (one.more("disputeStatus") or "").lower()


def refunds_of(
    payment: str, notifications: Iterable[Notification], requests: Iterable[AdyenRequest] = ()
) -> list[ProcessorRefund]:
    """Every refund of the payment that Adyen told of or took from us, newest first.

    Adyen carries our key's digest back as the refund's own merchantReference; what we kept says which key that is.
    """
    ours = [one for one in requests if one.kind is RequestKind.REFUND and one.about == payment]
    by_key = {one.key: one for one in ours}
    taken = {one.reference: one for one in ours if one.state is RequestState.TAKEN and one.reference}
    told: dict[str, list[Notification]] = {}
    for one in _in_course(notifications):
        cancelled = one.code == "CANCEL_OR_REFUND" and one.more("modification.action") != "refund"
        if one.payment == payment and not cancelled and one.code in (*_MADE, *_UNDONE):
            told.setdefault(one.reference, []).append(one)
    made = [_refund(reference, told.get(reference, []), taken.get(reference), by_key) for reference in {*told, *taken}]
    known = [refund for refund in made if refund is not None]
    return sorted(known, key=lambda refund: (refund.created_at, refund.reference), reverse=True)


def _refund(
    reference: str, told: Sequence[Notification], ours: AdyenRequest | None, by_key: dict[str, AdyenRequest]
) -> ProcessorRefund | None:
    named = [by_key[one.merchant_reference] for one in told if one.merchant_reference in by_key]
    asked = ours or (named[0] if named else None)
    amount = next((one.amount for one in told if one.amount), None) or (asked.amount if asked else None)
    if amount is None:
        return None
    # The last word counts: a refusal can be followed by success, and a success be undone.
    last = next((one for one in reversed(told) if one.code in _MADE or one.succeeded), None)
    failed = last is not None and (last.code in _UNDONE or not last.succeeded)
    state = RefundState.FAILED if failed else RefundState.PENDING if last is None else RefundState.SUCCEEDED
    return ProcessorRefund(
        reference=reference,
        amount=amount,
        state=state,
        created_at=asked.asked_at if asked else told[0].at,
        case_key=asked.case_key if asked else None,
        failure=(last.reason or last.code) if failed and last else None,
    )


def charge_of(
    payment: str, notifications: Sequence[Notification], requests: Iterable[AdyenRequest] = ()
) -> ProcessorCharge | None:
    """The payment; None when Adyen has told nothing of its authorisation.

    An account that captures by itself sends no CAPTURE: then what was authorised was captured.
    """
    own = [one for one in _in_course(notifications) if one.succeeded and one.amount is not None]
    authorised = [one.amount for one in own if one.code == "AUTHORISATION" and one.reference == payment and one.amount]
    captured = [one.amount for one in own if one.code == "CAPTURE" and one.payment == payment and one.amount]
    if not authorised and not captured:
        return None
    currency = (captured or authorised)[0].currency
    refunds = refunds_of(payment, notifications, requests)
    told = next((one for one in own if one.code == "AUTHORISATION" and one.reference == payment), None)
    return ProcessorCharge(
        reference=payment,
        captured=total(captured, currency) if captured else authorised[0],
        refunded=total([one.amount for one in refunds if one.state is not RefundState.FAILED], currency),
        disputed=any(one.payment == payment and one.code in _OPENS for one in own),
        captured_at=told.at if told else None,
        order_reference=told.merchant_reference if told else None,
    )


def _in_course(notifications: Iterable[Notification]) -> list[Notification]:
    """Each item once, in the order in which things happened; items that differ in nothing that orders them too."""
    return sorted(
        dict.fromkeys(notifications),
        key=lambda one: (one.at, _RANK.get(one.code, -1), one.succeeded, one.reference, one.model_dump_json()),
    )
