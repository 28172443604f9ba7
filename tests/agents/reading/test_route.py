import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agents.reading.route import RouteReader, read_route_facts
from knowledge.case import CaseBundle, Shipment
from knowledge.facts import Fact, FactName, MissingFact, OrderField, Reading, ScanEvent, Standing
from knowledge.tracking import DeliveryMode, Place, Route, TrackingEvent, TrackingStatus
from tests.agents.reading.case_in_memory import CaseInMemory
from tests.tools.bundles.lamp_bundle import lamp_case

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHA = "a" * 64


def _route(*statuses: str | tuple[str, dict[str, Any]], **more: Any) -> Route:
    """A route with one scan a day, in that order."""
    events: list[TrackingEvent] = []
    for day, given in enumerate(statuses):
        status, changes = (given, {}) if isinstance(given, str) else given
        event = TrackingEvent(
            at=START + timedelta(days=day),
            zone_known=True,
            status=TrackingStatus(status),
            text=status,
            pointer=f"/events/{day}",
        )
        events.append(event.model_copy(update=changes))
    return Route(carrier="dhl_universal", tracking_number="1", events=tuple(events), **more)


def _case(*parcels: dict[str, Any], **changes: Any) -> CaseBundle:
    shipments = [{"id": f"s{n}", "carrier": "dhl_universal", **parcel} for n, parcel in enumerate(parcels, 1)]
    return CaseBundle.model_validate({**lamp_case(), "shipments": shipments, **changes})


def _read(bundle: CaseBundle, *routes: Route) -> Reading:
    return read_route_facts(bundle, [(s, r, SHA) for s, r in zip(bundle.shipments, routes, strict=True)])


def _by_name(reading: Reading) -> dict[FactName, Fact]:
    return {fact.name: fact for fact in reading.facts}


def _scan(day: int, shipment: str = "s1") -> ScanEvent:
    return ScanEvent(shipment_id=shipment, sha256=SHA, pointer=f"/events/{day}")


def test_a_delivery_is_told_with_time_place_mode_and_signature_from_its_scan():
    place = Place(city="Porto", postcode="4050-262", country="PT")
    facts = _by_name(
        _read(
            _case({}),
            _route(
                "label_created",
                "in_transit",
                ("delivered", {"place": place}),
                mode=DeliveryMode.HANDED_TO_OTHER,
                signed_by=" J. Sousa ",
                weight_g=1900,
            ),
        )
    )

    assert {name: fact.value for name, fact in facts.items()} == {
        FactName.ROUTE_STATUS: "delivered",
        FactName.ROUTE_LAST_SCAN_AT: "2026-03-04T08:00:00+00:00",
        FactName.ROUTE_SHIPPED_AT: "2026-03-03T08:00:00+00:00",
        FactName.ROUTE_DELIVERED_AT: "2026-03-04T08:00:00+00:00",
        FactName.ROUTE_DELIVERY_PLACE: "4050-262 Porto, PT",
        FactName.ROUTE_DELIVERY_MODE: "handed_to_other",
        FactName.ROUTE_SIGNED_BY: "J. Sousa",
        FactName.ROUTE_WEIGHT_G: 1900,
    }
    assert {fact.standing for fact in facts.values()} == {Standing.ESTABLISHED}
    assert facts[FactName.ROUTE_DELIVERED_AT].citation == _scan(2)
    assert facts[FactName.ROUTE_SHIPPED_AT].citation == _scan(1)


def test_a_parcel_under_way_has_no_delivery_and_its_last_meaning_counts():
    facts = _by_name(_read(_case({}), _route("in_transit", "out_for_delivery", "unknown")))

    assert facts[FactName.ROUTE_STATUS].value == "out_for_delivery"
    assert facts[FactName.ROUTE_LAST_SCAN_AT].citation == _scan(2)
    assert FactName.ROUTE_DELIVERED_AT not in facts
    assert FactName.ROUTE_DAMAGE_SCAN not in facts


def test_out_for_delivery_after_a_delivery_is_a_contradiction_and_undoes_the_status():
    facts = _by_name(_read(_case({}), _route("in_transit", "delivered", "out_for_delivery")))

    assert facts[FactName.ROUTE_STATUS].value == "out_for_delivery"
    assert facts[FactName.ROUTE_AFTER_DELIVERY_SCAN].value == "out_for_delivery"
    assert facts[FactName.ROUTE_AFTER_DELIVERY_SCAN].citation == _scan(2)


def test_a_note_after_a_delivery_leaves_it_a_delivery():
    facts = _by_name(_read(_case({}), _route("in_transit", "delivered", "exception", "unknown")))

    assert facts[FactName.ROUTE_STATUS].value == "delivered"
    assert FactName.ROUTE_AFTER_DELIVERY_SCAN not in facts


def test_a_scan_of_the_same_minute_contradicts_nothing():
    same = ("out_for_delivery", {"at": START})
    facts = _by_name(_read(_case({}), _route("delivered", same)))

    assert facts[FactName.ROUTE_STATUS].value == "delivered"
    assert FactName.ROUTE_AFTER_DELIVERY_SCAN not in facts


def test_a_damage_scan_is_kept_whatever_follows():
    facts = _by_name(_read(_case({}), _route("in_transit", "damaged", "delivered")))

    assert facts[FactName.ROUTE_DAMAGE_SCAN].value is True
    assert facts[FactName.ROUTE_DAMAGE_SCAN].citation == _scan(1)


def test_a_time_without_its_zone_is_trusted_less():
    facts = _by_name(_read(_case({}), _route("in_transit", ("delivered", {"zone_known": False}))))

    assert facts[FactName.ROUTE_DELIVERED_AT].confidence == 0.9
    assert facts[FactName.ROUTE_STATUS].confidence == 1.0


def _about(reason: str | None, *skus: str) -> dict[str, Any]:
    return {"reason": reason, "skus": list(skus)}


BOTH = ({"skus": ["lamp-1"]}, {"skus": ["bulb-2"]})


@pytest.mark.parametrize(
    ("claim", "speaks"),
    [
        (_about("not_received"), "s2"),
        (_about("not_received", "lamp-1"), "s1"),
        (_about("not_received", "bulb-2"), "s2"),
        (_about("damaged"), "s1"),
        (_about(None), "s2"),
    ],
)
def test_of_two_parcels_the_one_the_claim_is_about_speaks(claim: dict[str, Any], speaks: str):
    reading = _read(_case(*BOTH, claim=claim), _route("delivered"), _route("in_transit"))

    citation = _by_name(reading)[FactName.ROUTE_STATUS].citation
    assert isinstance(citation, ScanEvent)
    assert citation.shipment_id == speaks


def test_of_two_parcels_that_came_the_one_scanned_damaged_speaks_for_damage():
    bundle = _case({}, {}, claim=_about("damaged"))
    reading = _read(bundle, _route("in_transit", "delivered"), _route("damaged", "delivered"))

    assert _by_name(reading)[FactName.ROUTE_DAMAGE_SCAN].citation == _scan(0, "s2")


def test_one_delivery_proves_nothing_about_a_parcel_that_cannot_be_followed():
    bundle = _case({}, {}, claim=_about("not_received"))
    reading = read_route_facts(bundle, [(bundle.shipments[0], _route("delivered"), SHA)])

    assert reading.facts == ()
    assert reading.missing == (
        MissingFact(
            name=FactName.ROUTE_STATUS,
            why="another parcel of this claim cannot be followed (s2: the carrier gave no answer)",
        ),
    )


def test_a_carriers_refusal_is_a_missing_route_in_the_carriers_words():
    refused = Route(carrier="dhl_universal", tracking_number="1", error="unknown number")

    assert _read(_case({}), refused).missing == (
        MissingFact(name=FactName.ROUTE_STATUS, why="s1: the carrier answered 'unknown number'"),
    )


def test_without_a_scan_of_the_road_the_merchants_word_is_only_claimed():
    facts = _by_name(_read(_case({"shipped_at": "2026-03-02T08:00:00Z"}), _route("label_created")))

    shipped = facts[FactName.ROUTE_SHIPPED_AT]
    assert shipped.standing is Standing.CLAIMED
    assert shipped.citation == OrderField(pointer="/shipments/0/shipped_at")


def test_a_parcel_with_a_part_of_the_goods_is_not_weighed_against_all_of_them():
    routes = (_route("delivered", weight_g=200), _route("delivered", weight_g=1900))

    assert FactName.ROUTE_WEIGHT_G not in _by_name(_read(_case(*BOTH, claim=_about("missing_parts")), *routes))
    alone = _by_name(_read(_case(*BOTH, claim=_about("missing_parts", "lamp-1")), *routes))
    assert alone[FactName.ROUTE_WEIGHT_G].value == 200


@pytest.mark.parametrize(("digital", "why"), [(False, "the case names no parcel"), (True, "the goods are digital")])
def test_no_parcel_is_said_so(digital: bool, why: str):
    case = lamp_case()
    for line in case["order"]["lines"]:
        line["digital"] = digital
    bundle = CaseBundle.model_validate({**case, "shipments": []})

    assert read_route_facts(bundle, []).missing[0].why.startswith(why)


def _payload(status: str) -> bytes:
    event = {"timestamp": "2026-03-04T09:12:00+00:00", "statusCode": status, "status": status.upper()}
    return json.dumps({"shipments": [{"id": "7777777770", "events": [event], "status": event}]}).encode()


async def test_the_reader_fetches_each_answer_and_reads_it_as_its_carrier_writes():
    payload = _payload("delivered")
    sha = hashlib.sha256(payload).hexdigest()
    bundle = _case({"tracking_number": "7777777770", "tracking": "t.json", "tracking_sha256": sha})

    reading = await RouteReader(CaseInMemory(bundle, {sha: payload})).read(bundle)

    delivered = _by_name(reading)[FactName.ROUTE_DELIVERED_AT]
    assert delivered.value == "2026-03-04T09:12:00+00:00"
    assert isinstance(delivered.citation, ScanEvent)
    assert delivered.citation.sha256 == sha


async def test_an_answer_that_no_reader_knows_is_missing_with_the_reason():
    payload = b'{"hello": "world"}'
    sha = hashlib.sha256(payload).hexdigest()
    bundle = _case({"tracking": "t.json", "tracking_sha256": sha}, {})

    reading = await RouteReader(CaseInMemory(bundle, {sha: payload})).read(bundle)

    (gap,) = reading.missing
    assert gap.why.startswith("s1: The tracking file is not an answer of dhl_universal")
    assert gap.why.endswith("s2: the carrier's answer was not sent with the case")


def test_a_shipment_is_found_by_its_goods_or_by_naming_none():
    bundle = _case({"skus": ["bulb-2"]}, {}, claim=_about("not_received", "lamp-1"))
    whole: Shipment = bundle.shipments[1]
    reading = read_route_facts(bundle, [(whole, _route("in_transit"), SHA)])

    assert _by_name(reading)[FactName.ROUTE_STATUS].value == "in_transit"
