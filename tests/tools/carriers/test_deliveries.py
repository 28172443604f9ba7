"""Plain deliveries: where, when, how and to whom, as each carrier says it."""

from datetime import UTC, datetime

import pytest

from knowledge.tracking import DeliveryMode, Place, TrackingStatus
from tests.tools.carriers.payload_files import carrier_of, payload
from tools.carriers import latest_status, read_route

HANDED, OTHER = DeliveryMode.HANDED_TO_RECIPIENT, DeliveryMode.HANDED_TO_OTHER
LEFT, MAILBOX, UNSTATED = DeliveryMode.LEFT_UNATTENDED, DeliveryMode.MAILBOX, DeliveryMode.UNSTATED


@pytest.mark.parametrize(
    ("name", "number", "delivered_at", "zone_known", "mode", "signed_by"),
    [
        ("asendia-delivered", "AS000000017", "2024-06-15T11:00", True, UNSTATED, None),
        ("australiapost-delivered", "EZ000000017AU", "2023-05-21T01:04", True, LEFT, None),
        ("bpost-delivered", "323200000000000000000017", "2023-11-23T08:31", True, UNSTATED, None),
        ("cainiao-delivered", "LP00000000000017", "2024-03-06T10:00", True, UNSTATED, None),
        ("canadapost-delivered", "7000000000000017", "2024-02-05T16:59", True, UNSTATED, "L TREMBLAY"),
        ("chronopost-delivered", "XY000000017FR", "2024-05-14T09:31", True, OTHER, None),
        ("dhl_express-delivered", "4400000017", "2024-09-12T11:02", False, UNSTATED, "T. MEDINA"),
        ("dhl_parcel_de-delivered", "00340430000000000035", "2023-07-04T11:05", True, OTHER, None),
        ("dhl_poland-delivered", "20000000017", "2022-10-12T11:40", True, UNSTATED, "WOJCIK"),
        ("dhl_universal-delivered", "00340430000000000017", "2025-01-14T11:31", True, UNSTATED, "Ines Brandt"),
        ("dpd-delivered", None, "2024-03-05T12:45", True, HANDED, None),
        ("fedex-delivered", "770000000017", "2025-05-06T19:20", True, OTHER, "K.OYELARAN"),
        ("gls-delivered", "45000000017", "2024-10-09T09:24", True, UNSTATED, None),
        ("hermes-delivered", "H1000000000000000017", "2024-02-20T13:30", True, UNSTATED, None),
        ("landmark-delivered", "LM000000017CA", "2024-08-06T18:05", True, UNSTATED, None),
        ("laposte-delivered", "6A00000000017", "2024-03-09T10:38", True, MAILBOX, None),
        ("mydhl-delivered", "5500000017", "2024-11-20T01:31", True, UNSTATED, "SATO"),
        ("purolator-delivered", "335000000017", "2024-01-15T17:28", False, UNSTATED, "N PATEL"),
        ("royalmail-delivered", "XQ000000017GB", "2024-04-18T09:04", True, UNSTATED, "Adeyemi"),
        ("seko-neighbour", "DG00000000017", "2024-10-27T12:00", True, OTHER, None),
        ("sendle-delivered", "S00017X", "2024-04-08T03:13", True, LEFT, None),
        ("sf_express-delivered", "SF1000000000017", "2023-03-02T03:30", True, HANDED, None),
        ("smartkargo-left-at-door", "AXB00000017", "2024-03-15T14:31", True, LEFT, None),
        ("spring-delivered", "LV000000026NL", "2024-03-06T10:00", True, UNSTATED, None),
        ("tnt-delivered", "800000017", "2022-06-14T10:20", False, UNSTATED, "de wit"),
        ("ups-delivered", "1ZA00W120300000017", "2025-03-11T18:15", True, LEFT, None),
        ("usps-delivered", "9400100000000000000017", "2025-07-18T17:58", True, MAILBOX, None),
        ("yunexpress-delivered", "YT0000000000000017", "2024-02-11T09:00", True, MAILBOX, None),
    ],
)
def test_a_delivery_is_read_as_the_carrier_tells_it(
    name: str, number: str | None, delivered_at: str, zone_known: bool, mode: DeliveryMode, signed_by: str | None
) -> None:
    route = read_route(carrier_of(name), payload(name), tracking_number=number)
    delivery = next(event for event in route.events if event.status is TrackingStatus.DELIVERED)
    assert latest_status(route) is TrackingStatus.DELIVERED
    assert route.tracking_number == number
    assert delivery.at.strftime("%Y-%m-%dT%H:%M") == delivered_at
    assert delivery.zone_known is zone_known
    assert route.mode is mode
    assert route.signed_by == signed_by


def test_an_aramex_answer_holds_a_delivered_and_an_unknown_waybill() -> None:
    raw = payload("aramex-delivered")
    delivered = read_route("aramex", raw, tracking_number="30000000017")
    assert [event.status.value for event in delivered.events] == ["out_for_delivery", "delivered"]
    assert delivered.events[-1].place == Place(city="Amman", country="JO")
    unknown = read_route("aramex", raw, tracking_number="30000000026")
    assert unknown.error == "Aramex does not know this waybill"


def test_a_fedex_route_gives_weight_promise_and_places() -> None:
    route = read_route("FedEx", payload("fedex-delivered"))
    assert route.weight_g == 1500
    assert route.promised_by == datetime(2025, 5, 8, 5, 59, 59, tzinfo=UTC)
    assert route.events[-1].place == Place(city="Lowell", region="MA", postcode="01851", country="US")
    assert [event.status.value for event in route.events] == [
        "label_created",
        "handed_over",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    assert [event.code for event in route.events] == ["OC", "PU", "DP", "OD", "DL"]


def test_a_promised_day_ends_at_its_end() -> None:
    route = read_route("canadapost", payload("canadapost-delivered"))
    assert route.promised_by == datetime(2024, 2, 6, 23, 59, 59, tzinfo=UTC)
