"""Ports: what the house may read, and what it may do, as two different kinds of type.

Graphs see reading ports only; acting ports reach activities alone. Every method is scoped to one
merchant; implementations set row-level security from it and never answer across merchants.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from knowledge.base import Frozen
from knowledge.case import Address, CardNetwork, CaseBundle, DisputeStage
from knowledge.facts import Fact, MissingFact
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily


class CaseFile(Frozen):
    """All that a step of a case may rest on, read at once."""

    bundle: CaseBundle
    facts: tuple[Fact, ...]
    """A person's corrections first; they hide what a machine read under their names."""
    missing: tuple[MissingFact, ...]
    """What no reader could read and no person supplied, each once, and why."""
    gaps: tuple[MissingFact, ...] = ()
    """What a source was asked for and did not give; until it does, somebody should look before anything is sent."""


class CaseReading(Protocol):
    """Reading port: a case and its evidence."""

    async def bundle(self, merchant: str, case_id: str) -> CaseBundle:
        """The case as it stands (with evidence added since); LookupError when absent or another merchant's."""
        ...

    async def evidence(self, merchant: str, case_id: str, sha256: str) -> bytes:
        """Decrypted bytes of a piece of evidence; LookupError when absent or another merchant's."""
        ...

    async def facts(self, merchant: str, case_id: str) -> Sequence[Fact]:
        """Facts read so far, a person's corrections included and first."""
        ...

    async def case_file(self, merchant: str, case_id: str) -> CaseFile:
        """Bundle, facts and what is missing, as of one moment; LookupError as for `bundle`."""
        ...

    async def other_cases_with(self, merchant: str, case_id: str, sha256: str) -> Sequence[str]:
        """Ids of the merchant's other cases that hold the same bytes."""
        ...


class RefundState(StrEnum):
    """A refund as the processor tells it. Unknown foreign states are `PENDING`, never success."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class ProcessorRefund(Frozen):
    """A refund the processor knows about, ours or made behind our back."""

    reference: str
    amount: Money
    state: RefundState
    created_at: datetime
    case_key: str | None
    """The ledger key we put into its metadata; None for refunds made elsewhere."""
    failure: str | None = None


class ProcessorCharge(Frozen):
    """What the processor says about a payment now."""

    reference: str
    captured: Money
    refunded: Money
    disputed: bool
    captured_at: datetime | None = None
    order_reference: str | None = None
    """What the shop wrote into the payment: the order's id or name."""
    credential: str | None = None
    """The same for every payment with the same card or wallet, where the processor tells; no card number."""
    network: CardNetwork | None = None
    last4: str | None = None


class DisputeState(StrEnum):
    """A dispute as the processor tells it. Unknown foreign states are `UNDER_REVIEW`, never won."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


class ProcessorDispute(Frozen):
    """A dispute as it stands at the processor."""

    reference: str
    charge: str
    amount: Money
    state: DisputeState
    respond_by: datetime | None
    network_reason_code: str | None
    submission_count: int
    evidence_staged: bool
    opened_at: datetime | None = None
    network: CardNetwork | None = None
    stage: DisputeStage = DisputeStage.CHARGEBACK
    recovered: Money | None = None
    """What came back to the merchant, in the currency of their balance; told apart from won and lost, because a
    dispute corrected for an earlier refund ends lost with that part returned."""


class PaymentReading(Protocol):
    """Reading port: the processor's own books."""

    async def charge(self, reference: str) -> ProcessorCharge:
        """The charge as it stands."""
        ...

    async def refunds(self, charge: str) -> Sequence[ProcessorRefund]:
        """Every refund on the charge, on any channel the processor sees."""
        ...

    async def dispute(self, reference: str) -> ProcessorDispute:
        """The dispute as it stands."""
        ...

    async def disputes_since(self, since: datetime) -> Sequence[str]:
        """References of the disputes opened since, for what a webhook missed; empty where a processor lists none."""
        ...


class ProcessorError(Exception):
    """The processor could not be asked or refused. `retry` says whether asking again can help."""

    def __init__(self, what: str, *, retry: bool, request_id: str | None = None) -> None:
        super().__init__(what)
        self.retry = retry
        self.request_id = request_id


class ParcelSent(Frozen):
    """A parcel as a processor's own fields take it."""

    carrier: str
    """Our name of the carrier, as in `amends carriers`."""
    tracking_number: str | None
    shipped_at: datetime | None


class IdentifiedPurchase(Frozen):
    """A purchase with what identifies its buyer; identifiers in another form than a programme takes are left out."""

    charge: str
    description: str
    ip: str | None = None
    device_id: str | None = None
    fingerprint: str | None = None
    account_id: str | None = None
    email: str | None = None
    ship_to: Address | None = None
    """None unless every field is there."""


class CompellingEvidence(Frozen):
    """Visa Compelling Evidence 3.0, for a dispute that qualifies under every published text of the rule."""

    disputed: IdentifiedPurchase
    digital: bool
    """Whether nothing was shipped."""
    priors: tuple[IdentifiedPurchase, IdentifiedPurchase]


class EvidencePackage(Frozen):
    """What is submitted for a dispute, in our words; each connector puts it into its processor's.

    The packet's bytes travel beside it. Everything but the packet is optional to every processor: a field that one
    does not take is left out there, because the packet says all of it too.
    """

    dispute: str
    charge: str
    family: ChargebackFamily
    network: CardNetwork
    reason_code: str
    stage: DisputeStage
    packet_sha256: str
    statement: str
    """The letter's own proved sentences that decide the dispute, plain text."""
    summary: str = ""
    """The verdict and the request of the same letter alone, for processors whose text field is short."""
    product: str = ""
    """What was sold, line by line."""
    parcels: tuple[ParcelSent, ...] = ()
    credits: tuple[str, ...] = ()
    """References of the refunds already made, as the processor knows them."""
    customer_name: str = ""
    customer_email: str = ""
    purchase_ip: str = ""
    billing_address: str = ""
    shipping_address: str = ""
    compelling: CompellingEvidence | None = None


class PaymentActing(Protocol):
    """Acting port: money and submissions. Only activities hold it."""

    async def refund(self, charge: str, amount: Money, *, key: str, case_key: str) -> ProcessorRefund:
        """Refund once. `key` is the idempotency key; `case_key` is written where `refunds` reads it back.

        The caller reconciles with `PaymentReading.refunds` before every retry: keys can expire.
        Raises ProcessorError.
        """
        ...

    async def stage_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Prepare without submitting: check every limit, and upload where the processor keeps drafts.

        Raises ProcessorError when a limit is broken or the dispute takes no evidence now.
        """
        ...

    async def submit_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Submit what was staged. Irreversible: call only when `submission_count` is zero."""
        ...

    async def accept_dispute(self, dispute: str, *, key: str) -> ProcessorDispute:
        """Concede. Irreversible."""
        ...


class Processor(PaymentReading, PaymentActing, Protocol):
    """A connected processor: its books and its actions. Only activities hold it."""


class Mail(Frozen):
    """A message to a buyer."""

    key: str
    """Unique per message; sending the same key twice delivers once."""
    merchant: str
    case_id: str
    to: str
    language: str
    subject: str
    body: str


class MailActing(Protocol):
    """Acting port: outgoing mail."""

    async def send(self, mail: Mail) -> None:
        """Deliver once per key."""
        ...
