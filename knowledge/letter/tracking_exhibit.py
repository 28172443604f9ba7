"""The carrier's record of one parcel as exhibit rows: canonical label first, the carrier's own words quoted."""

from knowledge.facts import ScanEvent
from knowledge.letter.claims import ExhibitRow
from knowledge.letter.wording import DAY_ONLY, carrier_name, printed_place, quoted
from knowledge.tracking import DeliveryMode, Route, TrackingStatus

STATUS_LABELS = {
    TrackingStatus.LABEL_CREATED: "Label created",
    TrackingStatus.HANDED_OVER: "Handed over",
    TrackingStatus.IN_TRANSIT: "In transit",
    TrackingStatus.CUSTOMS: "In customs",
    TrackingStatus.OUT_FOR_DELIVERY: "Out for delivery",
    TrackingStatus.DELIVERY_ATTEMPTED: "Delivery attempted",
    TrackingStatus.AVAILABLE_FOR_PICKUP: "Available for pickup",
    TrackingStatus.DELIVERED: "Delivered",
    TrackingStatus.EXCEPTION: "Exception",
    TrackingStatus.DAMAGED: "Damage recorded",
    TrackingStatus.LOST: "Recorded as lost",
    TrackingStatus.REFUSED: "Refused",
    TrackingStatus.RETURNING: "Returning to sender",
    TrackingStatus.RETURNED: "Returned to sender",
    TrackingStatus.UNKNOWN: "Other scan",
}
UNDOING_LABELS = frozenset(
    STATUS_LABELS[status]
    for status in (TrackingStatus.LOST, TrackingStatus.REFUSED, TrackingStatus.RETURNING, TrackingStatus.RETURNED)
)
"""Scans after which an earlier delivery may no longer be stated."""
RETURN_LABELS = frozenset(
    STATUS_LABELS[status] for status in (TrackingStatus.REFUSED, TrackingStatus.RETURNING, TrackingStatus.RETURNED)
)
MODE_TEXTS = {
    DeliveryMode.HANDED_TO_RECIPIENT: "handed to recipient",
    DeliveryMode.HANDED_TO_OTHER: "handed to another person",
    DeliveryMode.LEFT_UNATTENDED: "left unattended",
    DeliveryMode.MAILBOX: "placed in the mailbox",
    DeliveryMode.PICKUP_POINT: "collected at a pickup point",
}
SCAN_LENGTH = 160


def tracking_rows(shipment_id: str, route: Route, sha256: str) -> tuple[ExhibitRow, ...]:
    """Rows of one parcel: carrier, number, every scan in order, signature, mode, and whether a return was scanned."""

    def cited(pointer: str) -> ScanEvent:
        return ScanEvent(shipment_id=shipment_id, sha256=sha256, pointer=pointer)

    whole = cited("")
    rows = [ExhibitRow(locator="carrier", label="Carrier", value=carrier_name(route.carrier), citation=whole)]
    if route.tracking_number:
        number = quoted(route.tracking_number, 60)
        rows.append(ExhibitRow(locator="parcel", label="Parcel", value=number, citation=whole))
    for index, event in enumerate(route.events):
        place = printed_place(event.place)
        words = f"“{quoted(event.text, SCAN_LENGTH)}”" if event.text else ""
        value = ": ".join(part for part in (place, words) if part) or "no place or text given"
        # A time whose zone the carrier left out proves a day; the row says so instead of printing an hour.
        shown = value if event.zone_known else f"{value} {DAY_ONLY}"
        label = STATUS_LABELS[event.status]
        locator = f"scan-{index + 1}"
        rows.append(ExhibitRow(locator=locator, label=label, value=shown, at=event.at, citation=cited(event.pointer)))
    delivered = next((event for event in route.events if event.status is TrackingStatus.DELIVERED), None)
    at_delivery = cited(delivered.pointer) if delivered else whole
    if route.signed_by:
        name = quoted(route.signed_by, 60)
        rows.append(ExhibitRow(locator="signature", label="Signature name", value=name, citation=at_delivery))
    if route.mode is not DeliveryMode.UNSTATED:
        mode = MODE_TEXTS[route.mode]
        rows.append(ExhibitRow(locator="mode", label="Mode of delivery", value=mode, citation=at_delivery))
    returning = [row for row in rows if row.label in RETURN_LABELS]
    found = f"{len(returning)} of {len(route.events)} scans" if returning else f"none among {len(route.events)} scans"
    rows.append(ExhibitRow(locator="returns", label="Return scans", value=found, citation=whole))
    return tuple(rows)
