"""Compelling Evidence 3.0: what two purchases must share with the disputed one, and in which form."""

from typing import Any

import pytest

from knowledge.rules.liability.visa_ce3 import (
    Ce3Status,
    Definition,
    RequiredAction,
    Slot,
)
from tests.knowledge.rules.liability.histories import (
    ACCOUNT,
    DEVICE,
    EMAIL,
    IP,
    STREET,
    bare,
    ce3,
    only,
)

YES, EDGE, NO = Ce3Status.QUALIFIED, Ce3Status.EDGE, Ce3Status.NOT_QUALIFIED
VISA, SUPPORT, API = Definition.VISA_READINESS, Definition.STRIPE_SUPPORT, Definition.STRIPE_API
EVERY = (VISA, SUPPORT, API)


@pytest.mark.parametrize(
    ("shared", "status", "matched"),
    [
        ({"device": only("ip", "device_id")}, YES, (Slot.IP, Slot.DEVICE)),
        ({"device": only("ip", "fingerprint")}, YES, (Slot.IP, Slot.DEVICE)),
        ({"device": only("ip", "account_id")}, YES, (Slot.IP, Slot.ACCOUNT)),
        ({"device": only("device_id", "account_id")}, YES, (Slot.DEVICE, Slot.ACCOUNT)),
        ({"device": only("fingerprint", "account_id")}, YES, (Slot.DEVICE, Slot.ACCOUNT)),
        ({"device": only("ip"), "ship_to": STREET}, YES, (Slot.IP, Slot.ADDRESS)),
        ({"device": only("device_id"), "ship_to": STREET}, YES, (Slot.DEVICE, Slot.ADDRESS)),
        ({"device": DEVICE, "ship_to": STREET}, YES, (Slot.IP, Slot.DEVICE, Slot.ACCOUNT, Slot.ADDRESS)),
        # One slot, however many values it has.
        ({"device": only("device_id", "fingerprint")}, NO, ()),
        ({"device": only("ip")}, NO, ()),
        ({"device": only("device_id")}, NO, ()),
        # No anchor.
        ({"device": only("account_id"), "ship_to": STREET}, NO, ()),
        ({"device": only("account_id"), "ship_to": STREET, "email": EMAIL}, NO, ()),
        ({"ship_to": STREET}, NO, ()),
        ({"email": EMAIL}, NO, ()),
        ({}, NO, ()),
        # The e-mail address is Stripe's alone.
        ({"device": only("ip"), "email": EMAIL}, EDGE, (Slot.IP, Slot.EMAIL)),
        ({"device": only("device_id", "fingerprint"), "email": EMAIL}, EDGE, (Slot.DEVICE, Slot.EMAIL)),
    ],
)
def test_two_slots_must_be_equal_and_one_of_them_the_ip_or_the_device(
    shared: dict[str, Any], status: Ce3Status, matched: tuple[Slot, ...]
) -> None:
    found = ce3(bare(1, **shared), bare(2, **shared))
    assert (found.status, found.matched) == (status, matched)
    if status is EDGE:
        assert found.definitions == (SUPPORT, API)
    if status is not YES:
        assert found.missing == (RequiredAction.CUSTOMER_IDENTIFIERS,)


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        # Each matches in two slots, but not in the same two.
        (only("ip", "account_id"), only("device_id", "account_id"), NO),
        (only("ip", "account_id"), only("ip", "device_id"), NO),
        # The device by its id in one and by its fingerprint in the other: no value is on all three.
        (only("account_id", "device_id"), only("account_id", "fingerprint"), NO),
        (only("ip", "account_id"), only("ip", "account_id", "device_id"), YES),
        (DEVICE, DEVICE | {"ip": "198.51.100.7"}, YES),
        (DEVICE, DEVICE | {"ip": "198.51.100.7", "device_id": None, "fingerprint": None}, NO),
    ],
)
def test_both_purchases_must_share_the_same_two_slots(
    first: dict[str, Any], second: dict[str, Any], status: Ce3Status
) -> None:
    found = ce3(bare(1, device=first), bare(2, device=second))
    assert found.status is status


@pytest.mark.parametrize(
    ("field", "value", "counts"),
    [
        ("fingerprint", "f" * 19, False),
        ("fingerprint", "f" * 20, True),
        ("fingerprint", f"{'f' * 19} ", False),
        ("device_id", "d" * 14, False),
        ("device_id", "d" * 15, True),
        ("account_id", "lumen 88123", False),
        ("account_id", "lumen\t88123", False),
        ("account_id", "a", True),
        ("ip", "not-an-address", False),
        ("ip", "203.0.113.256", False),
        ("ip", "2001:db8::7", True),
        ("ip", "10.1.2.3", False),
        ("ip", "172.16.9.1", False),
        ("ip", "172.32.9.1", True),
        ("ip", "192.168.1.1", False),
        ("ip", "100.64.0.9", False),
        ("ip", "127.0.0.1", False),
        ("ip", "169.254.3.3", False),
        ("ip", "0.0.0.0", False),
        ("ip", "224.0.0.1", False),
        ("ip", "::1", False),
        ("ip", "::", False),
        ("ip", "fd00::7", False),
        ("ip", "fe80::7", False),
        ("ip", "::ffff:192.168.1.1", False),
    ],
)
def test_an_identifier_out_of_form_matches_nothing_though_it_is_equal(field: str, value: str, counts: bool) -> None:
    partner = "device_id" if field != "device_id" else "ip"
    device = {partner: DEVICE[partner], field: value}
    if field == "fingerprint":
        device = {"ip": IP, field: value}
    found = ce3(bare(1, device=device), bare(2, device=device), device=device)
    assert found.status is (YES if counts else NO)


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [
        ("2001:db8::7", "2001:0DB8:0:0:0:0:0:0007", True),
        ("203.0.113.24", "::ffff:203.0.113.24", True),
        ("203.0.113.24", " 203.0.113.24 ", True),
        ("2001:db8::7", "2001:db8::8", False),
        ("203.0.113.24", "203.0.113.240", False),
    ],
)
def test_ip_addresses_are_compared_as_addresses(ours: str, theirs: str, equal: bool) -> None:
    there = {"ip": theirs, "account_id": ACCOUNT}
    priors = [bare(number, device=there) for number in (1, 2)]
    assert (ce3(*priors, device={"ip": ours, "account_id": ACCOUNT}).status is YES) is equal


@pytest.mark.parametrize(
    ("change", "status", "definitions"),
    [
        ({}, YES, EVERY),
        ({"name": "E. Marchand"}, YES, EVERY),
        ({"city": " LYON "}, YES, EVERY),
        ({"lines": ["9  Rue des Brumes"]}, YES, EVERY),
        ({"lines": ["11 rue des Brumes"]}, NO, ()),
        ({"lines": ["9 rue des Brumes", "Appartement 4"]}, NO, ()),
        ({"postcode": "69004"}, NO, ()),
        ({"city": "Villeurbanne"}, NO, ()),
        ({"country": "BE"}, NO, ()),
        ({"region": None}, NO, ()),
        ({"region": "Bretagne"}, NO, ()),
    ],
)
def test_the_delivery_address_must_be_equal_in_every_field_of_it(
    change: dict[str, Any], status: Ce3Status, definitions: tuple[Definition, ...]
) -> None:
    priors = [bare(number, device=only("ip"), ship_to=STREET | change) for number in (1, 2)]
    found = ce3(*priors)
    assert (found.status, found.definitions) == (status, definitions)


@pytest.mark.parametrize(
    ("missing", "status", "definitions"),
    [
        ({"region": None}, EDGE, (VISA,)),
        ({"postcode": None}, NO, ()),
        ({"lines": []}, NO, ()),
    ],
)
def test_an_address_with_one_field_missing_everywhere_is_no_full_address(
    missing: dict[str, Any], status: Ce3Status, definitions: tuple[Definition, ...]
) -> None:
    street = STREET | missing
    found = ce3(*[bare(number, device=only("ip"), ship_to=street) for number in (1, 2)], ship_to=street)
    assert (found.status, found.definitions) == (status, definitions)
    assert found.missing == (RequiredAction.CUSTOMER_IDENTIFIERS,)


def test_email_addresses_are_compared_without_letter_case_and_another_is_another() -> None:
    there = [bare(number, device=only("ip"), email="Elise@Example.com") for number in (1, 2)]
    assert ce3(*there).status is EDGE
    assert ce3(*there, email="lise@example.com").status is NO
    assert ce3(*there, email=None).status is NO
