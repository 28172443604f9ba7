"""The case bundle, `amends.case/1`: a case as it travels, a folder or a zip with `case.json` and the files it names."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema

from knowledge.base import Frozen
from knowledge.money import Amount
from knowledge.reasons import DisputeReason

FORMAT = "amends.case/1"

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id that is safe in file names, URLs and workflow ids."""
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47, for example `pt` or `zh-Hans`."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
EmailAddress = Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,255}$")]
ShortText = Annotated[str, Field(min_length=1, max_length=300)]
LongText = Annotated[str, Field(max_length=20_000)]
BundlePath = Annotated[str, Field(min_length=1, max_length=200, examples=["photos/lamp.jpg"])]
"""A file of this bundle, relative, with forward slashes; it may not leave the bundle."""

_RFC_3339 = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)


def _written_in_full(value: Any) -> Any:
    """Only RFC 3339 text, so that a bundle means the same to every reader (pydantic alone takes epoch digits)."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(_RFC_3339[1:-1], value):
        raise ValueError("not a time in full; write 2026-03-01T09:30:00Z, with the date, the seconds and the offset")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"there is no such date or time as {value}; write a real one") from error


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_in_full),
    AfterValidator(_in_utc),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "pattern": _RFC_3339, "examples": ["2026-03-01T09:30:00Z"]}
    ),
]
"""A time as a bundle writes it: RFC 3339 with an offset, kept in UTC."""


ProcessorReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{3,100}$")]
"""A processor's own id, for example Stripe's `ch_3Nq…` or PayPal's `PP-D-27803`."""


class CaseKind(StrEnum):
    """Which of the two jobs a case is."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"


class Author(StrEnum):
    """Who wrote a message or supplied a file. Only the merchant's own records are untainted."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    PLATFORM = "platform"


class Address(Frozen):
    """A postal address as given at checkout."""

    name: ShortText | None = None
    lines: tuple[ShortText, ...] = ()
    city: ShortText
    region: ShortText | None = None
    postcode: ShortText | None = None
    country: CountryCode


class Device(Frozen):
    """What the shop saw of the buyer's connection at checkout."""

    ip: ShortText | None = None
    device_id: ShortText | None = None
    fingerprint: ShortText | None = None
    account_id: ShortText | None = None


class CardNetwork(StrEnum):
    """Whose rules a payment falls under."""

    VISA = "visa"
    MASTERCARD = "mastercard"
    AMEX = "amex"
    DISCOVER = "discover"
    PAYPAL = "paypal"
    KLARNA = "klarna"


class ThreeDSecure(Frozen):
    """The result of 3-D Secure authentication, when it was attempted."""

    version: ShortText | None = None
    eci: Annotated[str, Field(pattern=r"^0?[0-7]$")] | None = None
    outcome: Literal["authenticated", "attempted", "failed", "not_supported"]


class ProcessorName(StrEnum):
    """Who takes payments and passes disputes on."""

    STRIPE = "stripe"
    PAYPAL = "paypal"
    ADYEN = "adyen"


class Payment(Frozen):
    """How the order was paid.

    `processor_reference` is the payment as the processor knows it: Stripe's charge, PayPal's capture, Adyen's
    PSP reference.
    """

    processor: ProcessorName
    processor_reference: ProcessorReference
    network: CardNetwork | None = None
    last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    captured: Amount
    captured_at: Moment
    avs: Literal["match", "postcode_only", "street_only", "mismatch", "unchecked"] = "unchecked"
    cvc: Literal["match", "mismatch", "unchecked"] = "unchecked"
    three_d_secure: ThreeDSecure | None = None
    authorization_code: ShortText | None = None
    descriptor: ShortText | None = None


class LineItem(Frozen):
    """One line of the order as it was sold."""

    sku: Identifier
    title: ShortText
    description: LongText = ""
    attributes: dict[str, ShortText] = {}
    category: ShortText = "general"
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    unit_price: Amount
    unit_cost: Amount | None = None
    weight_g: Annotated[int, Field(ge=0, le=2_000_000)] | None = None
    digital: bool = False


class ShownPolicy(Frozen):
    """A policy section as the buyer was shown it at checkout."""

    kind: Literal["returns", "refunds", "shipping", "cancellation", "terms"]
    text: LongText
    shown_at: Moment
    accepted: bool = False


class Order(Frozen):
    """The order snapshot: what was sold, for how much, promised by when, and how it was paid."""

    id: Identifier
    placed_at: Moment
    lines: Annotated[tuple[LineItem, ...], Field(min_length=1, max_length=200)]
    shipping: Amount
    tax: Amount
    discount: Amount
    """A positive amount taken off."""
    total: Amount
    promised_by: Moment | None = None
    ship_to: Address
    bill_to: Address | None = None
    device: Device | None = None
    payment: Payment
    policies: tuple[ShownPolicy, ...] = ()


class Buyer(Frozen):
    """Who bought. Never enters an amount: only the facts of the claim and costs may."""

    id: Identifier
    name: ShortText
    email: EmailAddress | None = None
    language: LanguageCode | None = None
    country: CountryCode
    account_created_at: Moment | None = None
    earlier_orders: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    earlier_claims: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class Merchant(Frozen):
    """Whose case this is."""

    id: Identifier
    name: ShortText
    country: CountryCode


class Message(Frozen):
    """Something somebody wrote. Untrusted: it is quoted and read, and never instructs."""

    id: Identifier
    author: Author
    at: Moment
    text: LongText
    language: LanguageCode | None = None
    translation: LongText | None = None
    """An English translation, when the merchant's desk made one."""


class Photo(Frozen):
    """A picture in the bundle."""

    id: Identifier
    path: BundlePath
    sha256: Sha256 | None = None
    author: Author
    at: Moment | None = None
    sku: Identifier | None = None
    caption: ShortText | None = None


class DocumentKind(StrEnum):
    """What a document is, which decides where it may be exhibited."""

    INVOICE = "invoice"
    LISTING = "listing"
    POLICY = "policy"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    CUSTOMS = "customs"
    ACCESS_LOG = "access_log"
    QUALITY_CHECK = "quality_check"
    CORRESPONDENCE = "correspondence"
    OTHER = "other"


class Document(Frozen):
    """A PDF, picture or text file other than a claim photo."""

    id: Identifier
    path: BundlePath
    sha256: Sha256 | None = None
    kind: DocumentKind
    author: Author
    title: ShortText
    at: Moment | None = None


class Shipment(Frozen):
    """A parcel, with the carrier's raw answer as it came."""

    id: Identifier
    carrier: Identifier
    """The carrier's name as in `amends carriers`, for example `dhl_express`."""
    tracking_number: ShortText | None = None
    skus: tuple[Identifier, ...] = ()
    shipped_at: Moment | None = None
    weight_g: Annotated[int, Field(ge=0, le=2_000_000)] | None = None
    tracking: BundlePath | None = None
    """The raw carrier payload, JSON or XML."""
    tracking_sha256: Sha256 | None = None
    fetched_at: Moment | None = None


class EarlierRefund(Frozen):
    """Money already given back on this order, on any channel, before this case."""

    amount: Amount
    at: Moment
    channel: Literal["processor", "marketplace", "store_credit", "bank_transfer"]
    reference: ShortText
    state: Literal["pending", "succeeded", "failed"] = "succeeded"
    reason: ShortText | None = None


class Claim(Frozen):
    """What the buyer filled into a form, when there was one. Their words are in the messages."""

    reason: DisputeReason | None = None
    requested: Amount | None = None
    skus: tuple[Identifier, ...] = ()


class PriorTransaction(Frozen):
    """An earlier purchase on the same credential, for compelling evidence."""

    processor_reference: ShortText
    at: Moment
    amount: Amount
    description: ShortText
    device: Device | None = None
    ship_to: Address | None = None
    email: EmailAddress | None = None
    disputed: bool
    refunded: bool
    fraud_reported: bool = False
    """The issuer reported fraud on it (Visa TC40, Mastercard SAFE), disputed or not."""


class DisputeStage(StrEnum):
    """How far a dispute has gone: each stage is answered on its own."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    PRE_ARBITRATION = "pre_arbitration"
    """The issuer did not accept the first answer; Stripe calls answering it an appeal."""
    ARBITRATION = "arbitration"


class ChargebackNotice(Frozen):
    """What the processor says about the dispute. `respond_by` is the processor's own date."""

    processor: ProcessorName
    dispute_id: ProcessorReference
    network: CardNetwork
    reason_code: Annotated[str, Field(min_length=1, max_length=64)]
    amount: Amount
    received_at: Moment
    respond_by: Moment
    stage: DisputeStage = DisputeStage.CHARGEBACK
    cardholder_statement: LongText | None = None
    prior_transactions: tuple[PriorTransaction, ...] = ()


class CaseBundle(Frozen):
    """A case: the order as sold, what people and carriers sent, and what is disputed."""

    format: Literal["amends.case/1"]
    case_id: Identifier
    kind: CaseKind
    opened_at: Moment
    merchant: Merchant
    order: Order
    buyer: Buyer
    claim: Claim | None = None
    messages: Annotated[tuple[Message, ...], Field(max_length=500)] = ()
    photos: Annotated[tuple[Photo, ...], Field(max_length=50)] = ()
    documents: Annotated[tuple[Document, ...], Field(max_length=50)] = ()
    shipments: Annotated[tuple[Shipment, ...], Field(max_length=20)] = ()
    earlier_refunds: Annotated[tuple[EarlierRefund, ...], Field(max_length=100)] = ()
    chargeback: ChargebackNotice | None = None
