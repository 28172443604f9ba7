"""Answers that mislead: contradictions, refusals, returns, names that are no signatures, numbers used twice."""

import pytest

from knowledge.tracking import DeliveryMode, Route, TrackingStatus
from tests.tools.carriers.payload_files import carrier_of, payload
from tools.carriers import UnreadableTracking, latest_status, read_route, read_routes


def statuses(route: Route) -> list[str]:
    return [event.status.value for event in route.events]


def test_delivered_then_out_for_delivery_is_a_contradiction_and_no_delivery() -> None:
    route = read_route("canadapost", payload("canadapost-delivered-then-out"))
    assert latest_status(route) is TrackingStatus.OUT_FOR_DELIVERY
    assert route.signed_by is None
    assert route.notes == (
        "The carrier contradicts itself: delivered on 2024-02-05, then out for delivery on 2024-02-07.",
        "A signature of 'A CARDINAL' was recorded on 2024-02-05, "
        "but the scans do not show a delivery that stands: no proof of it.",
        "A signature of 'G ROY' was recorded on 2024-02-07, "
        "but the scans do not show a delivery that stands: no proof of it.",
    )


def test_of_two_parcels_under_one_fedex_number_the_newest_is_meant_and_the_note_says_so() -> None:
    raw = payload("fedex-one-number-two-parcels")
    assert [latest_status(route).value for route in read_routes("fedex", raw)] == ["delivered", "refused"]
    newest = read_route("fedex", raw, tracking_number="7700 0000 0026")
    assert statuses(newest) == ["out_for_delivery", "refused"]
    assert newest.events[-1].text == "Delivery exception: Shipment Refused by Recipient"
    assert newest.signed_by is None
    assert "2 parcels in this answer share number 770000000026." in newest.notes


def test_a_proof_of_delivery_is_a_document_and_no_scan() -> None:
    route = read_route("fedex", payload("fedex-proof-of-delivery"), tracking_number="770000000017")
    assert route.events == ()
    assert route.tracking_number == "770000000017"
    assert route.notes == (
        "FedEx sent a signature proof of delivery as a file and no scans; "
        "add the file itself to the case as a document.",
    )


def test_a_name_printed_while_in_transit_is_no_signature() -> None:
    route = read_route("royalmail", payload("royalmail-signed-in-transit"))
    assert statuses(route) == ["in_transit"]
    assert route.signed_by is None
    assert route.notes == (
        "The carrier prints the name 'Adeyemi', but the scans do not end in a delivery: no signature.",
    )


def test_local_times_that_run_backwards_keep_the_carriers_order() -> None:
    route = read_route("landmark", payload("landmark-clock-runs-backwards"))
    assert statuses(route) == ["label_created", "in_transit", "delivered"]
    assert not route.events[-1].zone_known
    assert route.events[-1].at.date().isoformat() == "2024-08-05"


def test_a_clock_without_a_zone_and_one_in_a_known_region_are_told_apart() -> None:
    route = read_route("landmark", payload("landmark-delivered"))
    # Idaho lies in two zones, Quebec in one.
    assert [event.zone_known for event in route.events] == [False, True, True]


def test_delivered_to_an_access_point_and_sent_back_is_no_delivery() -> None:
    route = read_route("ups", payload("ups-access-point-then-returned"))
    assert statuses(route) == ["in_transit", "available_for_pickup", "delivery_attempted", "returning"]
    assert route.signed_by is None


def test_a_steps_dpd_only_expects_is_no_scan() -> None:
    route = read_route("dpd", payload("dpd-expected-only"))
    assert statuses(route) == ["in_transit", "in_transit", "available_for_pickup"]
    assert route.notes == (
        "Scanned in BE and in DE within an hour (2024-03-04): two parcels may share the number, or a scan is in error.",
    )


def test_delivered_to_the_shop_is_available_for_pickup() -> None:
    route = read_route("gls", payload("gls-at-the-shop"))
    assert statuses(route) == ["label_created", "available_for_pickup"]
    assert route.mode is DeliveryMode.UNSTATED


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("aramex-returned", "30000000035", ["returned"]),
        ("australiapost-denied", "EZ000000026AU", ["delivery_attempted", "returning", "returned"]),
        ("boxknight-label", "00000000-0000-4000-8000-000000000017", ["label_created"]),
        ("dhl_express-not-home", "4400000026", ["delivery_attempted"]),
        ("dhl_parcel_de-returned", "00340430000000000044", ["refused", "returned"]),
        ("dhl_universal-code-against-text", "00340430000000000026", ["refused", "in_transit"]),
        ("hermes-unknown-code", "H1000000000000000026", ["out_for_delivery", "unknown"]),
        ("laposte-back-to-sender", "6A00000000026", ["refused", "returning", "returned"]),
        ("parcelone-failed", "P000000017", ["delivery_attempted"]),
        ("purolator-undeliverable", "335000000017", ["in_transit", "delivery_attempted"]),
        ("seko-in-part", "DG00000000026", ["exception"]),
        ("sendle-card-left", "S00026X", ["delivery_attempted", "available_for_pickup"]),
        ("spring-country-only", "LV000000017NL", ["handed_over", "in_transit"]),
        ("sf_express-wrapped-sent-back", "SF1000000000026", ["refused", "returned"]),
        ("tnt-number-used-again", "800000026", ["refused"]),
        ("usps-older-notice-left", "EJ000000017US", ["out_for_delivery", "delivery_attempted"]),
    ],
)
def test_what_is_no_delivery_to_the_buyer_is_not_read_as_one(name: str, number: str, expected: list[str]) -> None:
    route = read_route(carrier_of(name), payload(name), tracking_number=number)
    assert statuses(route) == expected
    assert route.signed_by is None


@pytest.mark.parametrize(
    ("name", "number", "error"),
    [
        ("ups-unknown-number", None, "151044: No tracking information available"),
        ("australiapost-denied", "EZ000000035AU", "ESB-10001: No such article"),
        ("dhl_express-not-home", "4400000035", "103: Nothing found for 4400000035"),
        ("laposte-back-to-sender", "6A00000000035", "404: Ressource non trouvée"),
        ("tnt-number-used-again", "800000035", "CNF: TNT does not know this consignment"),
    ],
)
def test_a_carriers_own_refusal_is_kept_in_its_words(name: str, number: str | None, error: str) -> None:
    assert read_route(carrier_of(name), payload(name), tracking_number=number).error == error


def test_a_dhl_parcel_is_read_whichever_dhl_interface_answered() -> None:
    for name in ("dhl_express-delivered", "mydhl-delivered", "dhl_universal-delivered", "dhl_parcel_de-delivered"):
        assert read_route("DHL", payload(name)).carrier == carrier_of(name)
    assert read_route("dhl_express", payload("mydhl-delivered")).carrier == "mydhl"


def test_several_parcels_without_a_number_are_not_guessed_between() -> None:
    with pytest.raises(UnreadableTracking) as refusal:
        read_route("aramex", payload("aramex-delivered"))
    assert str(refusal.value) == (
        "The aramex answer is about several parcels (30000000017, 30000000026). Say which number is meant."
    )


def test_an_answer_about_another_parcel_is_refused() -> None:
    with pytest.raises(UnreadableTracking) as refusal:
        read_route("gls", payload("gls-delivered"), tracking_number="45000000099")
    assert str(refusal.value) == (
        "The gls answer is not about 45000000099; it is about 45000000017. "
        "Correct the tracking number, or save the answer for this one."
    )
