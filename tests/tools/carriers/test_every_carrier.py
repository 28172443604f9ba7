"""What holds for every carrier's answer."""

import pytest

from knowledge.tracking import TrackingStatus
from tests.tools.carriers.payload_files import NAMES, carrier_of, payload
from tools.carriers import carriers, detect_carrier, locate, read_routes

STEMS = [name.rsplit(".", 1)[0] for name in NAMES]


@pytest.mark.parametrize("name", STEMS)
def test_an_answer_is_known_by_its_structure(name: str) -> None:
    assert detect_carrier(payload(name)) == carrier_of(name)


@pytest.mark.parametrize("name", STEMS)
def test_scans_come_oldest_first_and_point_into_the_answer(name: str) -> None:
    raw = payload(name)
    for route in read_routes(carrier_of(name), raw):
        times = [event.at for event in route.events]
        assert times == sorted(times)
        pointers = [event.pointer for event in route.events]
        assert len(set(pointers)) == len(pointers)
        for pointer in pointers:
            assert locate(raw, pointer).exists


@pytest.mark.parametrize("name", STEMS)
def test_a_signature_is_only_read_with_a_delivery(name: str) -> None:
    for route in read_routes(carrier_of(name), payload(name)):
        if route.signed_by is not None:
            assert TrackingStatus.DELIVERED in {event.status for event in route.events}


@pytest.mark.parametrize("name", STEMS)
def test_a_carriers_refusal_has_no_scans(name: str) -> None:
    for route in read_routes(carrier_of(name), payload(name)):
        assert route.error is None or route.events == ()


def test_every_carrier_has_a_payload_here() -> None:
    assert {carrier_of(stem) for stem in STEMS} == set(carriers())
