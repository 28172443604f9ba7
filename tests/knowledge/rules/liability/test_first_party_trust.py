"""First-Party Trust: what is at hand of each of the three groups."""

from typing import Any

import pytest

from knowledge.case import CardNetwork
from knowledge.rules.liability.first_party_trust import (
    TrustAssessment,
    TrustElement,
    TrustGroup,
    TrustStatus,
    assess_first_party_trust,
)
from knowledge.rules.reason_codes import find_reason
from tests.knowledge.rules.liability.histories import ACCOUNT, DEVICE, EMAIL, STREET, ago, history, prior

PREPARED, INCOMPLETE = TrustStatus.PREPARED, TrustStatus.INCOMPLETE
NOWHERE: dict[str, Any] = {"city": "Lyon", "country": "FR"}
BILLED: dict[str, Any] = STREET | {"lines": ["2 place Bellecour"]}


def trust(*priors: dict[str, Any], network: str = "mastercard", code: str = "4837", **change: Any) -> TrustAssessment:
    bundle = history(*priors, network=network, code=code, **change)
    return assess_first_party_trust(bundle, find_reason(CardNetwork(network), code))


def lone(**values: str) -> dict[str, Any]:
    return {"device": values, "email": None}


@pytest.mark.parametrize(
    ("change", "status", "empty"),
    [
        ({}, PREPARED, []),
        (lone(ip=DEVICE["ip"], account_id=ACCOUNT), PREPARED, []),
        (lone(ip=DEVICE["ip"], device_id=DEVICE["device_id"]), PREPARED, []),
        (lone(ip=DEVICE["ip"]) | {"bill_to": BILLED}, PREPARED, []),
        (lone(ip=DEVICE["ip"]) | {"email": EMAIL}, PREPARED, []),
        (lone(ip=DEVICE["ip"], account_id=ACCOUNT) | {"ship_to": NOWHERE, "email": EMAIL}, PREPARED, []),
        # An element, or its value, stands for one group only.
        (lone(ip=DEVICE["ip"]), INCOMPLETE, [TrustGroup.ADDITIONAL_IDENTITY]),
        (lone(ip=DEVICE["ip"]) | {"bill_to": STREET}, INCOMPLETE, [TrustGroup.ADDITIONAL_IDENTITY]),
        (lone(ip=DEVICE["ip"]) | {"ship_to": NOWHERE, "email": EMAIL}, INCOMPLETE, [TrustGroup.ADDITIONAL_IDENTITY]),
        (
            lone(ip=DEVICE["ip"], account_id=EMAIL.upper()) | {"ship_to": NOWHERE, "email": EMAIL},
            INCOMPLETE,
            [TrustGroup.ADDITIONAL_IDENTITY],
        ),
        ({"device": None}, INCOMPLETE, [TrustGroup.DEVICE_IDENTITY]),
        (lone(account_id=ACCOUNT), INCOMPLETE, [TrustGroup.DEVICE_IDENTITY]),
        (lone(ip="192.168.1.4", account_id=ACCOUNT), INCOMPLETE, [TrustGroup.DEVICE_IDENTITY]),
        (lone(device_id="short", account_id=ACCOUNT), INCOMPLETE, [TrustGroup.DEVICE_IDENTITY]),
        (
            lone(ip=DEVICE["ip"], account_id=ACCOUNT) | {"ship_to": NOWHERE},
            INCOMPLETE,
            [TrustGroup.PROOF_OF_DELIVERY],
        ),
    ],
)
def test_each_group_needs_an_element_of_its_own(
    change: dict[str, Any], status: TrustStatus, empty: list[TrustGroup]
) -> None:
    found = trust(**change)
    assert found.status is status
    assert [group.group for group in found.groups if group.used is None] == empty
    used = [group.used for group in found.groups if group.used is not None]
    assert len(set(used)) == len(used)


def test_what_is_held_and_what_is_lacking_is_told_group_by_group() -> None:
    found = trust(**lone(ip=DEVICE["ip"], account_id=ACCOUNT))
    assert [(group.group, group.used, group.held, group.lacking) for group in found.groups] == [
        (
            TrustGroup.DEVICE_IDENTITY,
            TrustElement.IP,
            (TrustElement.IP,),
            (TrustElement.FINGERPRINT, TrustElement.DEVICE_ID),
        ),
        (
            TrustGroup.PROOF_OF_DELIVERY,
            TrustElement.SHIPPING_ADDRESS,
            (TrustElement.SHIPPING_ADDRESS,),
            (TrustElement.EMAIL,),
        ),
        (
            TrustGroup.ADDITIONAL_IDENTITY,
            TrustElement.ACCOUNT,
            (TrustElement.ACCOUNT, TrustElement.SHIPPING_ADDRESS, TrustElement.IP),
            (TrustElement.EMAIL, TrustElement.BILLING_ADDRESS),
        ),
    ]


def test_earlier_purchases_are_kept_when_they_are_sound_and_never_required() -> None:
    assert trust().status is PREPARED
    found = trust(
        prior(1), prior(2, ago(3)), prior(3, refunded=True), prior(4, disputed=True), prior(5, fraud_reported=True)
    )
    assert (found.status, found.priors) == (PREPARED, ("ch_1", "ch_2"))


@pytest.mark.parametrize(
    ("network", "code"), [("mastercard", "4863"), ("mastercard", "4853"), ("visa", "10.4"), ("amex", "F29")]
)
def test_nothing_but_mastercard_4837_takes_part(network: str, code: str) -> None:
    found = trust(network=network, code=code)
    assert (found.status, found.groups) == (TrustStatus.NOT_APPLICABLE, ())


def test_without_a_notice_there_is_nothing_to_prepare() -> None:
    bundle = history().model_copy(update={"chargeback": None})
    with pytest.raises(ValueError, match="chargeback: missing"):
        assess_first_party_trust(bundle, find_reason(CardNetwork.MASTERCARD, "4837"))
