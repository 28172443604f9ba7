"""A parcel's journey in canonical words, whatever the carrier's own."""

from enum import StrEnum

from pydantic import AwareDatetime

from knowledge.base import Frozen


class TrackingStatus(StrEnum):
    """What a carrier's scan means. Unknown carrier codes mean `UNKNOWN`, never `DELIVERED`."""

    LABEL_CREATED = "label_created"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    DAMAGED = "damaged"
    LOST = "lost"
    REFUSED = "refused"
    RETURNING = "returning"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class DeliveryMode(StrEnum):
    """How a delivered parcel changed hands, as far as the carrier says."""

    HANDED_TO_RECIPIENT = "handed_to_recipient"
    HANDED_TO_OTHER = "handed_to_other"
    LEFT_UNATTENDED = "left_unattended"
    MAILBOX = "mailbox"
    PICKUP_POINT = "pickup_point"
    UNSTATED = "unstated"


class Place(Frozen):
    """Where a scan happened, as far as the carrier says."""

    city: str | None = None
    region: str | None = None
    """The state or province as the carrier writes it, where one is given; it tells towns of one name apart."""
    postcode: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2."""


class TrackingEvent(Frozen):
    """One scan. `pointer` is its place in the raw payload (JSON pointer or XPath), the citation's locator."""

    at: AwareDatetime
    zone_known: bool
    """False when the carrier gave no offset and UTC was assumed; such times prove a day, not an hour."""
    status: TrackingStatus
    text: str
    code: str | None = None
    place: Place | None = None
    pointer: str


class Route(Frozen):
    """Everything one carrier answer says about one parcel, events oldest first."""

    carrier: str
    tracking_number: str | None
    events: tuple[TrackingEvent, ...] = ()
    signed_by: str | None = None
    mode: DeliveryMode = DeliveryMode.UNSTATED
    weight_g: int | None = None
    promised_by: AwareDatetime | None = None
    error: str | None = None
    """The carrier's own refusal ("unknown number"), when it gave one instead of a route."""
    notes: tuple[str, ...] = ()
    """What a reader of this payload should know: two parcels under one number, times without a zone."""
