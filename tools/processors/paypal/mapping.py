"""Pure mapping between our words and PayPal's. What PayPal has not told us about is never taken for success."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.case import CardNetwork, DisputeStage
from knowledge.money import Money, total
from tools.ports import DisputeState, ProcessorCharge, ProcessorDispute, ProcessorRefund, RefundState
from tools.processors.paypal.amounts import to_paypal
from tools.processors.paypal.answers import Capture, Dispute, Link, Refund

_CUSTOM_ID = 127
"""Characters of `refund_request.custom_id`."""
_CASE_KEY = re.compile(r"[A-Za-z0-9._/-]+")
# `refund.custom_id` is answered with letters, digits and - _ . , only; our keys have slashes and no commas.
_SLASH = ","

_REFUND_STATES = {
    "COMPLETED": RefundState.SUCCEEDED,
    "FAILED": RefundState.FAILED,
    "CANCELLED": RefundState.CANCELED,
}

ANSWERS = ("provide_evidence", "provide_supporting_info", "appeal")
"""The links that carry a defence, the first that is given first: where PayPal asks, it is answered."""
ACCEPT = "accept_claim"

_STAGES = {
    "INQUIRY": DisputeStage.INQUIRY,
    "CHARGEBACK": DisputeStage.CHARGEBACK,
    "PRE_ARBITRATION": DisputeStage.PRE_ARBITRATION,
    "ARBITRATION": DisputeStage.ARBITRATION,
}
_APPEAL = timedelta(days=10)
""""The Appeal button will only be available for 10 days after your case closes" (PayPal, help article HELP230)."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

_SELLER = "SUBMITTED_BY_SELLER"
_ASKED = "REQUESTED_FROM_SELLER"

# An outcome that says by itself whose money it is. A buyer who withdraws leaves it with the merchant.
_OUTCOMES = {
    "RESOLVED_SELLER_FAVOUR": DisputeState.WON,
    "CANCELED_BY_BUYER": DisputeState.WON,
    "RESOLVED_BUYER_FAVOUR": DisputeState.LOST,
    "ACCEPTED": DisputeState.LOST,
}
# These say that PayPal paid or declined, not who bears it: that is the last adjudication's to say.
_ADJUDICATED = ("RESOLVED_WITH_PAYOUT", "DENIED")
_ADJUDICATIONS = {
    "DENY_BUYER": DisputeState.WON,
    "PAYOUT_TO_SELLER": DisputeState.WON,
    "PAYOUT_TO_BUYER": DisputeState.WON,
    "RECOVER_FROM_SELLER": DisputeState.LOST,
}


def refund_state(status: str) -> RefundState:
    """PayPal's refund status in our words; what is not known to be final is pending."""
    return _REFUND_STATES.get(status, RefundState.PENDING)


def case_key_to_paypal(case_key: str) -> str:
    """Our ledger key as a `custom_id`; ValueError when PayPal cannot carry it whole, for a cut key finds nothing."""
    if not _CASE_KEY.fullmatch(case_key) or len(case_key) > _CUSTOM_ID:
        raise ValueError(
            f"case key {case_key!r} cannot be a PayPal custom_id: shorten merchant and case ids so that it has at most "
            f"{_CUSTOM_ID} letters, digits or . _ / -"
        )
    return case_key.replace("/", _SLASH)


def case_key_from_paypal(custom_id: str | None) -> str | None:
    """The ledger key in a `custom_id`."""
    return custom_id.replace(_SLASH, "/") if custom_id else None


def refund_to_paypal(amount: Money, case_key: str) -> dict[str, Any]:
    """The body of POST /v2/payments/captures/{id}/refund; ValueError when PayPal cannot carry it exactly."""
    return {"amount": to_paypal(amount), "custom_id": case_key_to_paypal(case_key)}


def refund_from_paypal(refund: Refund) -> ProcessorRefund:
    """The refund in our words, with the ledger key we wrote into its `custom_id`."""
    state = refund_state(refund.status)
    failed = state in (RefundState.FAILED, RefundState.CANCELED)
    return ProcessorRefund(
        reference=refund.id,
        amount=refund.amount.money(),
        state=state,
        created_at=refund.create_time,
        case_key=case_key_from_paypal(refund.custom_id),
        failure=(refund.status_details and refund.status_details.reason) or refund.status if failed else None,
    )


def charge_from_paypal(capture: Capture, refunds: Sequence[Refund], *, disputed: bool) -> ProcessorCharge:
    """The capture in our words; pending refunds count, failed and canceled ones do not."""
    captured = capture.amount.money()
    given = [refund_from_paypal(refund) for refund in refunds]
    return ProcessorCharge(
        reference=capture.id,
        captured=captured,
        refunded=total(
            [one.amount for one in given if one.state in (RefundState.PENDING, RefundState.SUCCEEDED)],
            captured.currency,
        ),
        disputed=disputed,
        captured_at=capture.create_time,
        # Shops write their order into either; neither is shown to the buyer's bank.
        order_reference=capture.custom_id or capture.invoice_id,
    )


def dispute_from_paypal(dispute: Dispute) -> ProcessorDispute:
    """The dispute in our words; ValueError when it names no payment of ours."""
    charge = next((one.seller_transaction_id for one in dispute.disputed_transactions if one.seller_transaction_id), "")
    if not charge:
        raise ValueError(f"dispute {dispute.dispute_id} names no seller_transaction_id; look at it in PayPal itself")
    return ProcessorDispute(
        reference=dispute.dispute_id,
        charge=charge,
        amount=dispute.dispute_amount.money(),
        state=_state(dispute),
        respond_by=_respond_by(dispute),
        network_reason_code=dispute.external_reason_code or dispute.reason,
        submission_count=_rounds(dispute)[0],
        evidence_staged=False,
        opened_at=dispute.create_time,
        # A code of the card's network comes with disputes of card payments alone, and PayPal does not name the network.
        network=None if dispute.external_reason_code else CardNetwork.PAYPAL,
        stage=_stage(dispute),
        recovered=_recovered(dispute),
    )


def _state(dispute: Dispute) -> DisputeState:
    """Whose turn it is, or whose money; what is not known is under review."""
    if dispute.status == "RESOLVED":
        return DisputeState.NEEDS_RESPONSE if _appealable(dispute) else outcome_of(dispute)
    asked = dispute.status == "WAITING_FOR_SELLER_RESPONSE"
    # An open inquiry waits for nobody in its status; the link says whether an answer is taken.
    asked = asked or (dispute.status == "OPEN" and dispute.link("provide_evidence") is not None)
    return DisputeState.NEEDS_RESPONSE if asked and not answered(dispute) else DisputeState.UNDER_REVIEW


def outcome_of(dispute: Dispute) -> DisputeState:
    """What a resolved dispute ended with; under review where PayPal does not say whose money it is."""
    code = dispute.dispute_outcome.outcome_code if dispute.dispute_outcome else None
    if dispute.status == "RESOLVED" and code in _ADJUDICATED:
        last = max(dispute.adjudications, key=lambda one: one.adjudication_time, default=None)
        return _ADJUDICATIONS.get(last.type if last else "", DisputeState.UNDER_REVIEW)
    return _OUTCOMES.get(code or "", DisputeState.UNDER_REVIEW)


def _appealable(dispute: Dispute) -> bool:
    """Lost, and PayPal takes an appeal; it withdraws the link when one is filed or the time is over."""
    lost = dispute.status == "RESOLVED" and outcome_of(dispute) is DisputeState.LOST
    return lost and dispute.link("appeal") is not None


def _respond_by(dispute: Dispute) -> datetime | None:
    """PayPal's date while it asks; an appeal's, which PayPal does not give, counts from the last decision or change."""
    if not _appealable(dispute):
        return dispute.seller_response_due_date if dispute.status != "RESOLVED" else None
    closed = max((one.adjudication_time for one in dispute.adjudications), default=dispute.update_time)
    return closed + _APPEAL if closed else None


def _stage(dispute: Dispute) -> DisputeStage:
    """PayPal's stage; an open appeal is a cycle of its own, after the one that was lost."""
    stage = _STAGES.get(dispute.dispute_life_cycle_stage or "", DisputeStage.CHARGEBACK)
    if not _appealable(dispute):
        return stage
    early = (DisputeStage.INQUIRY, DisputeStage.CHARGEBACK)
    return DisputeStage.PRE_ARBITRATION if stage in early else DisputeStage.ARBITRATION


def answered(dispute: Dispute) -> bool:
    """Whether what PayPal asks now has its answer already; an open appeal has none."""
    return not _appealable(dispute) and _rounds(dispute)[1]


def _rounds(dispute: Dispute) -> tuple[int, bool]:
    """How often the merchant answered, and whether the last round is answered.

    PayPal counts nothing and keeps all evidence in one list. A round begins when PayPal asks, when it decides, and with
    another stage; whatever the merchant gives in one round is one answer, in however many pieces.
    """
    given = [(one.source, one.date, one.dispute_life_cycle_stage) for one in dispute.evidences]
    given += [(one.source, one.provided_time, one.dispute_life_cycle_stage) for one in dispute.supporting_info]
    given += [(_ASKED, one.adjudication_time, one.dispute_life_cycle_stage) for one in dispute.adjudications]
    count, at_stage, open_round = 0, None, True
    for source, _, stage in sorted(given, key=lambda one: one[1] or _LONG_AGO):
        if source == _ASKED:
            open_round = True
        elif source == _SELLER:
            count += open_round or stage != at_stage
            at_stage, open_round = stage, False
    return count, not open_round and at_stage in (None, dispute.dispute_life_cycle_stage)


def _recovered(dispute: Dispute) -> Money | None:
    """What came back: PayPal's settlements in the merchant's favour, else the part of a loss the buyer did not get."""
    credited = [
        one.amount.money()
        for one in dispute.money_movements
        if (one.affected_party, one.type, one.reason) == ("SELLER", "CREDIT", "DISPUTE_SETTLEMENT") and one.amount
    ]
    if credited:
        return total(credited, credited[0].currency)
    outcome = dispute.dispute_outcome
    if dispute.status != "RESOLVED" or outcome is None or outcome.amount_refunded is None:
        return None
    disputed, gone = dispute.dispute_amount.money(), outcome.amount_refunded.money()
    lost = outcome_of(dispute) is DisputeState.LOST and gone.currency == disputed.currency
    return disputed - gone if lost and gone.minor < disputed.minor else None


def answering_link(dispute: Dispute) -> tuple[str, Link]:
    """How a defence is sent now: the relation and the link; ValueError naming the links there are."""
    for rel in ANSWERS:
        link = dispute.link(rel)
        if link is not None:
            return rel, link
    raise ValueError(f"dispute {dispute.dispute_id} takes no evidence now: {_links_of(dispute)}")


def accepting_link(dispute: Dispute) -> Link:
    """How the claim is accepted with a full refund; ValueError naming the links, or the ways PayPal allows instead."""
    link = dispute.link(ACCEPT)
    if link is None:
        raise ValueError(f"dispute {dispute.dispute_id} cannot be conceded now: {_links_of(dispute)}")
    options = dispute.allowed_response_options
    ways = options.accept_claim.accept_claim_types if options and options.accept_claim else ()
    if ways and "REFUND" not in ways:
        raise ValueError(
            f"dispute {dispute.dispute_id} cannot be conceded with a plain refund: PayPal allows {', '.join(ways)}; "
            "choose one of them in PayPal itself"
        )
    return link


def _links_of(dispute: Dispute) -> str:
    given = ", ".join(link.rel for link in dispute.links) or "none"
    return f"it is {dispute.status} in {dispute.dispute_life_cycle_stage}, and PayPal's links are {given}"
