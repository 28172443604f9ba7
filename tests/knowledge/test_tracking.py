"""A parcel's journey in canonical words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge.tracking import DeliveryMode, Place, Route, TrackingEvent, TrackingStatus

SCAN: dict[str, Any] = {
    "at": datetime(2026, 3, 4, 14, 5, tzinfo=UTC),
    "zone_known": True,
    "status": "delivered",
    "text": "Livré",
    "pointer": "/events/3",
}


@pytest.mark.parametrize("status", ["", "Delivered", "DELIVERED", "delivered_to_neighbour", "lost in transit"])
def test_a_carriers_own_word_is_no_status(status: str) -> None:
    with pytest.raises(ValidationError):
        TrackingEvent.model_validate(SCAN | {"status": status})


def test_a_scan_without_an_offset_is_refused_because_it_proves_no_moment() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        TrackingEvent.model_validate(SCAN | {"at": datetime(2026, 3, 4, 14, 5)})  # noqa: DTZ001


@pytest.mark.parametrize("missing", sorted(SCAN))
def test_a_scan_says_when_what_in_which_words_and_where_it_can_be_checked(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        TrackingEvent.model_validate({name: value for name, value in SCAN.items() if name != missing})


def test_a_route_of_which_the_carrier_said_nothing_claims_nothing() -> None:
    route = Route(carrier="dhl_express", tracking_number=None)
    assert route.events == ()
    assert route.signed_by is None
    assert route.mode is DeliveryMode.UNSTATED
    assert (route.weight_g, route.promised_by, route.error) == (None, None, None)


def test_a_route_survives_being_written_and_read_again() -> None:
    route = Route(
        carrier="gls",
        tracking_number="00340434161094042557",
        events=(
            TrackingEvent.model_validate(SCAN | {"place": Place(city="São Paulo", postcode="01310-100", country="BR")}),
        ),
        signed_by="J. 山田",
        mode=DeliveryMode.HANDED_TO_OTHER,
        weight_g=1840,
        promised_by=datetime(2026, 3, 8, tzinfo=UTC),
        notes=("two parcels under one number",),
    )
    assert Route.model_validate_json(route.model_dump_json()) == route


def test_a_scan_once_read_is_never_changed() -> None:
    scan = TrackingEvent.model_validate(SCAN)
    with pytest.raises(ValidationError, match="frozen"):
        scan.status = TrackingStatus.LOST
    with pytest.raises(ValidationError, match="forbidden"):
        TrackingEvent.model_validate(SCAN | {"temperature": 4})
