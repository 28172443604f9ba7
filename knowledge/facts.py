"""Facts: typed values read from evidence, each with a confidence, a method and a citation."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError, model_validator

from knowledge.base import Frozen
from knowledge.money import Money
from knowledge.reasons import DesiredOutcome, DisputeReason, Severity
from knowledge.tracking import DeliveryMode, TrackingStatus


class FactName(StrEnum):
    """Every fact a reader can fill. The prefix says which evidence it speaks about."""

    # The claim, as the buyer tells it.
    CLAIM_REASON = "claim.reason"
    CLAIM_SECOND_REASON = "claim.second_reason"
    CLAIM_SEVERITY = "claim.severity"
    CLAIM_WANTS = "claim.wants"
    CLAIM_LANGUAGE = "claim.language"
    CLAIM_INSTRUCTS = "claim.instructs"
    """True when a text tries to instruct the system or its reader rather than to complain."""
    CLAIM_FIRST_AT = "claim.first_at"

    # Photos of the claim.
    PHOTO_COUNT = "photo.count"
    PHOTO_DAMAGE = "photo.damage"
    PHOTO_CAPTURED_AT = "photo.captured_at"
    PHOTO_REUSED_FROM = "photo.reused_from"
    """The case in which the same picture was sent before."""
    PHOTO_SHOWS_TEXT = "photo.shows_text"

    # The parcel's route.
    ROUTE_STATUS = "route.status"
    ROUTE_SHIPPED_AT = "route.shipped_at"
    ROUTE_DELIVERED_AT = "route.delivered_at"
    ROUTE_DELIVERY_PLACE = "route.delivery_place"
    ROUTE_DELIVERY_MODE = "route.delivery_mode"
    ROUTE_SIGNED_BY = "route.signed_by"
    ROUTE_DAMAGE_SCAN = "route.damage_scan"
    ROUTE_LAST_SCAN_AT = "route.last_scan_at"
    ROUTE_WEIGHT_G = "route.weight_g"
    ROUTE_AFTER_DELIVERY_SCAN = "route.after_delivery_scan"
    """A scan that cannot follow a delivery (out for delivery again, returned to sender)."""

    # The order as sold.
    ORDER_PAID = "order.paid"
    ORDER_ITEMS_PRICE = "order.items_price"
    """Price of the lines the claim is about, after discount, tax included."""
    ORDER_SHIPPING_PAID = "order.shipping_paid"
    ORDER_COST = "order.cost"
    ORDER_WEIGHT_G = "order.weight_g"
    ORDER_PLACED_AT = "order.placed_at"
    ORDER_PROMISED_BY = "order.promised_by"
    ORDER_DESTINATION = "order.destination"
    ORDER_DESTINATION_CITY = "order.destination_city"
    ORDER_DESTINATION_POSTCODE = "order.destination_postcode"
    ORDER_CATEGORY = "order.category"
    ORDER_DIGITAL = "order.digital"
    ORDER_REFUNDED = "order.refunded"

    # The payment, for defences.
    PAYMENT_AVS = "payment.avs"
    PAYMENT_CVC = "payment.cvc"
    PAYMENT_THREE_D_SECURE = "payment.three_d_secure"
    PAYMENT_ECI = "payment.eci"
    PAYMENT_AUTHORIZATION_CODE = "payment.authorization_code"


class FactMethod(StrEnum):
    """Who or what read the fact."""

    RULE = "rule"
    LOCAL_MODEL = "local_model"
    HOSTED_MODEL = "hosted_model"
    PERSON = "person"


class Standing(StrEnum):
    """Whether something independent stands behind the fact, or only the word of whoever gains by it."""

    ESTABLISHED = "established"
    CLAIMED = "claimed"


class MessageSpan(Frozen):
    """Characters `start` to `end` of a message's text."""

    kind: Literal["message"] = "message"
    message_id: str
    start: int
    end: int


class PhotoBox(Frozen):
    """A region of a photo in fractions of its width and height; the whole picture by default."""

    kind: Literal["photo"] = "photo"
    photo_id: str
    sha256: str
    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


class ScanEvent(Frozen):
    """One event of a shipment's raw carrier payload."""

    kind: Literal["scan"] = "scan"
    shipment_id: str
    sha256: str
    pointer: str


class OrderField(Frozen):
    """A field of the case's order snapshot or notice, as a JSON pointer into `case.json`."""

    kind: Literal["field"] = "field"
    pointer: str


class DocumentPlace(Frozen):
    """A page of a document."""

    kind: Literal["document"] = "document"
    document_id: str
    sha256: str
    page: int = 1


class PersonStatement(Frozen):
    """A reviewer's own observation, with who said it and why."""

    kind: Literal["person"] = "person"
    person: str
    at: AwareDatetime
    note: str


class LedgerEntry(Frozen):
    """An entry of the payment's ledger."""

    kind: Literal["ledger"] = "ledger"
    entry_id: str


Citation = Annotated[
    MessageSpan | PhotoBox | ScanEvent | OrderField | DocumentPlace | PersonStatement | LedgerEntry,
    Field(discriminator="kind"),
]
"""Where in the evidence a fact can be checked."""

_TYPES: dict[FactName, type] = {
    FactName.CLAIM_REASON: DisputeReason,
    FactName.CLAIM_SECOND_REASON: DisputeReason,
    FactName.CLAIM_SEVERITY: Severity,
    FactName.CLAIM_WANTS: DesiredOutcome,
    FactName.CLAIM_LANGUAGE: str,
    FactName.CLAIM_INSTRUCTS: bool,
    FactName.CLAIM_FIRST_AT: datetime,
    FactName.PHOTO_COUNT: int,
    FactName.PHOTO_DAMAGE: Severity,
    FactName.PHOTO_CAPTURED_AT: datetime,
    FactName.PHOTO_REUSED_FROM: str,
    FactName.PHOTO_SHOWS_TEXT: bool,
    FactName.ROUTE_STATUS: TrackingStatus,
    FactName.ROUTE_SHIPPED_AT: datetime,
    FactName.ROUTE_DELIVERED_AT: datetime,
    FactName.ROUTE_DELIVERY_PLACE: str,
    FactName.ROUTE_DELIVERY_MODE: DeliveryMode,
    FactName.ROUTE_SIGNED_BY: str,
    FactName.ROUTE_DAMAGE_SCAN: bool,
    FactName.ROUTE_LAST_SCAN_AT: datetime,
    FactName.ROUTE_WEIGHT_G: int,
    FactName.ROUTE_AFTER_DELIVERY_SCAN: TrackingStatus,
    FactName.ORDER_PAID: Money,
    FactName.ORDER_ITEMS_PRICE: Money,
    FactName.ORDER_SHIPPING_PAID: Money,
    FactName.ORDER_COST: Money,
    FactName.ORDER_WEIGHT_G: int,
    FactName.ORDER_PLACED_AT: datetime,
    FactName.ORDER_PROMISED_BY: datetime,
    FactName.ORDER_DESTINATION: str,
    FactName.ORDER_DESTINATION_CITY: str,
    FactName.ORDER_DESTINATION_POSTCODE: str,
    FactName.ORDER_CATEGORY: str,
    FactName.ORDER_DIGITAL: bool,
    FactName.ORDER_REFUNDED: Money,
    FactName.PAYMENT_AVS: str,
    FactName.PAYMENT_CVC: str,
    FactName.PAYMENT_THREE_D_SECURE: str,
    FactName.PAYMENT_ECI: str,
    FactName.PAYMENT_AUTHORIZATION_CODE: str,
}

FactValue = str | int | bool | Money
"""The JSON form of a value: times as ISO 8601 text with an offset, enumerations as their text."""


class WrittenAs(StrEnum):
    """How a person writes the value of a fact."""

    AMOUNT = "amount"
    """`12.50 EUR`."""
    YES_NO = "yes_no"
    NUMBER = "number"
    TIME = "time"
    """`2026-03-01T09:30:00Z`."""
    CHOICE = "choice"
    """A word of the fact's own list."""
    TEXT = "text"


_WRITTEN: dict[type, WrittenAs] = {
    Money: WrittenAs.AMOUNT,
    bool: WrittenAs.YES_NO,
    int: WrittenAs.NUMBER,
    datetime: WrittenAs.TIME,
    str: WrittenAs.TEXT,
}


def written_as(name: FactName) -> tuple[WrittenAs, tuple[str, ...]]:
    """How the fact's value is written, and the words to choose from when it is one of a list."""
    expected = _TYPES[name]
    if issubclass(expected, StrEnum):
        return WrittenAs.CHOICE, tuple(expected)
    return _WRITTEN[expected], ()


_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def written_value(name: FactName, text: str) -> FactValue:
    """What a person wrote as the value of that fact; ValueError says what the fact takes.

    Amounts as `12.50 EUR`, times as `2026-03-01T09:30:00Z`, yes or no, whole numbers, a word of the fact's own list,
    or free text.
    """
    expected, text = _TYPES[name], text.strip()
    value: object = text
    if expected is Money:
        value = Money.parse(text[:-3].strip(), text[-3:].upper())
    elif expected is bool:
        if text.casefold() not in _YES_NO:
            raise ValueError(f"{name} takes yes or no, got {text!r}")
        value = _YES_NO[text.casefold()]
    elif expected is int:
        if not text.isdecimal():
            raise ValueError(f"{name} takes a whole number, got {text!r}")
        value = int(text)
    return checked_value(name, value)


def checked_value(name: FactName, value: object) -> FactValue:
    """The value in its JSON form; ValueError when it is not of the fact's type."""
    expected = _TYPES[name]
    if expected is datetime:
        refused = ValueError(f"{name} takes a time with its offset, such as 2026-03-01T09:30:00Z, got {value!r}")
        # Pydantic alone reads bare digits as seconds since 1970, which nobody means who writes a date.
        if not isinstance(value, datetime) and not (isinstance(value, str) and "T" in value.upper()):
            raise refused
        try:
            at: datetime = TypeAdapter(AwareDatetime).validate_python(value)
        except ValidationError:
            raise refused from None
        return at.isoformat()
    if expected is Money:
        try:
            amount = Money.model_validate(value)
        except ValidationError:
            raise ValueError(f"{name} takes an amount, got {value!r}") from None
        if amount.minor < 0:
            raise ValueError(f"{name} takes an amount of zero or more, got {amount}")
        return amount
    if expected is bool or expected is int:
        if type(value) is not expected:
            raise ValueError(f"{name} takes {expected.__name__}, got {value!r}")
        if expected is int and value < 0:  # type: ignore[operator]
            raise ValueError(f"{name} takes a number of zero or more, got {value}")
        return value  # type: ignore[return-value]
    if issubclass(expected, StrEnum):
        if value not in list(expected):
            raise ValueError(f"{name} takes one of {', '.join(expected)}, got {value!r}")
        return expected(str(value)).value
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} takes text, got {value!r}")
    return value


class Fact(Frozen):
    """One typed value with where it came from."""

    name: FactName
    value: FactValue
    confidence: float = Field(ge=0, le=1)
    method: FactMethod
    standing: Standing
    citation: Citation
    reader: str = Field(max_length=200)
    """Name and version of the reader, model or person, for example `claims/e5-head@3`."""

    @model_validator(mode="before")
    @classmethod
    def _typed_by_name(cls, data: object) -> object:
        if isinstance(data, dict) and "name" in data and "value" in data:
            fields: dict[str, object] = dict(data)  # pyright: ignore[reportUnknownArgumentType]
            return fields | {"value": checked_value(FactName(str(fields["name"])), fields["value"])}
        return data  # pyright: ignore[reportUnknownVariableType]

    def reason(self) -> DisputeReason:
        """The value as a dispute reason."""
        return DisputeReason(str(self.value))

    def severity(self) -> Severity:
        """The value as a severity."""
        return Severity(str(self.value))

    def time(self) -> datetime:
        """The value as an aware time."""
        return datetime.fromisoformat(str(self.value))

    def money(self) -> Money:
        """The value as money; TypeError for any other fact."""
        if not isinstance(self.value, Money):
            raise TypeError(f"{self.name} is not money")
        return self.value

    def text(self) -> str:
        """The value as text, for people."""
        return str(self.value)


class MissingFact(Frozen):
    """A fact that could not be read, and why, so that a person can supply it."""

    name: FactName
    why: str


class Reading(Frozen):
    """What one reader got from the evidence."""

    facts: tuple[Fact, ...] = ()
    missing: tuple[MissingFact, ...] = ()
