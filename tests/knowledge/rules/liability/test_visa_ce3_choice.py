"""Compelling Evidence 3.0: which purchases count and are chosen, what is missing, and what holds of every history."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.case import CardNetwork
from knowledge.rules.liability.visa_ce3 import (
    Ce3Status,
    RequiredAction,
    Slot,
    Standing,
    assess_ce3,
)
from knowledge.rules.reason_codes import find_reason
from tests.knowledge.rules.liability.histories import (
    DEVICE,
    EMAIL,
    PAID,
    STREET,
    ago,
    bare,
    ce3,
    history,
    only,
    prior,
)

YES, EDGE, NO = Ce3Status.QUALIFIED, Ce3Status.EDGE, Ce3Status.NOT_QUALIFIED


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"disputed": True}, Standing.DISPUTED),
        ({"refunded": True}, Standing.REFUNDED),
        ({"fraud_reported": True}, Standing.FRAUD_REPORTED),
        ({"amount": {"amount": "0.00", "currency": "EUR"}}, Standing.ZERO_AMOUNT),
        ({"processor_reference": "ch_lamp"}, Standing.THE_DISPUTED_CHARGE),
        ({"at": ago(-1)}, Standing.NOT_EARLIER),
        ({"at": f"{PAID}T12:00:00Z"}, Standing.NOT_EARLIER),
        ({"at": f"{PAID}T11:59:59Z"}, Standing.TOO_RECENT),
        ({"description": "   "}, Standing.NOT_DESCRIBED),
        ({"device": only("ip"), "ship_to": None, "email": None}, Standing.ONE_SLOT_ONLY),
        ({"device": only("account_id")}, Standing.NO_IP_OR_DEVICE),
        ({"amount": {"amount": "39", "currency": "JPY"}}, Standing.COUNTS),
    ],
)
def test_each_purchase_says_why_it_counts_or_does_not(change: dict[str, Any], standing: Standing) -> None:
    found = ce3(prior(1), prior(2, **change))
    assert [one.standing for one in found.priors] == [Standing.COUNTS, standing]
    assert (found.status is YES) is (standing is Standing.COUNTS)
    assert bool(found.missing) is (standing is not Standing.COUNTS)


def test_a_sound_third_purchase_stands_in_for_one_that_does_not_count() -> None:
    found = ce3(prior(1), prior(2, disputed=True), prior(3, ago(210)))
    assert (found.status, found.chosen) == (YES, ("ch_1", "ch_3"))


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_purchases_never_qualify(count: int) -> None:
    found = ce3(*[prior(number) for number in range(count)])
    assert (found.status, found.missing) == (NO, (RequiredAction.PRIORS,))


def test_of_three_the_pair_with_most_slots_is_chosen_though_it_is_older() -> None:
    newest = bare(1, ago(130), device=only("ip", "account_id"))
    found = ce3(newest, prior(2, ago(250)), prior(3, ago(300)))
    assert found.chosen == ("ch_2", "ch_3")
    assert found.matched == (Slot.IP, Slot.DEVICE, Slot.ACCOUNT, Slot.ADDRESS)


def test_of_three_alike_the_two_newest_are_chosen_the_newer_first() -> None:
    found = ce3(prior(1, ago(300)), prior(2, ago(140)), prior(3, ago(200)))
    assert found.chosen == ("ch_2", "ch_3")


def test_the_order_of_the_list_does_not_change_the_choice() -> None:
    priors = [prior(1, ago(140)), prior(2, ago(140)), prior(3, ago(140)), prior(4, ago(300))]
    assert ce3(*priors).chosen == ce3(*reversed(priors)).chosen == ("ch_3", "ch_2")


@pytest.mark.parametrize(
    ("priors", "change", "missing"),
    [
        ([], {"device": None}, (RequiredAction.CUSTOMER_IDENTIFIERS, RequiredAction.PRIORS)),
        ([prior(1), prior(2)], {"device": None}, (RequiredAction.CUSTOMER_IDENTIFIERS,)),
        ([prior(1), prior(2, description=" ")], {}, (RequiredAction.PRIOR_DESCRIPTION,)),
        ([prior(2, description=" ")], {}, (RequiredAction.PRIOR_DESCRIPTION, RequiredAction.PRIORS)),
        ([prior(1), prior(2)], {"title": " "}, (RequiredAction.DISPUTED_DESCRIPTION,)),
        ([prior(1), prior(2, ago(365))], {}, (RequiredAction.PRIORS,)),
        ([prior(1), prior(2, fraud_reported=True)], {}, (RequiredAction.PRIORS,)),
        ([prior(1), prior(2)], {}, ()),
    ],
)
def test_what_is_missing_is_named_as_stripe_names_it(
    priors: list[dict[str, Any]], change: dict[str, Any], missing: tuple[RequiredAction, ...]
) -> None:
    assert ce3(*priors, **change).missing == missing


@pytest.mark.parametrize(
    ("network", "code"),
    [
        ("visa", "10.1"),
        ("visa", "10.3"),
        ("visa", "10.5"),
        ("visa", "13.1"),
        ("visa", "12.6.1"),
        ("mastercard", "4837"),
        ("amex", "F29"),
        ("discover", "UA02"),
    ],
)
def test_nothing_but_visa_10_4_is_answered_with_it(network: str, code: str) -> None:
    found = ce3(prior(1), prior(2), network=network, code=code)
    assert (found.status, found.chosen, found.missing) == (Ce3Status.NOT_APPLICABLE, (), ())


def test_without_a_notice_there_is_nothing_to_assess() -> None:
    bundle = history().model_copy(update={"chargeback": None})
    with pytest.raises(ValueError, match="chargeback: missing"):
        assess_ce3(bundle, find_reason(CardNetwork.VISA, "10.4"))


def purchase(days: int, names: set[str], street: bool, email: bool, fault: str | None) -> dict[str, Any]:
    fields = bare(0, ago(days), device=only(*names))
    if street:
        fields["ship_to"] = STREET
    if email:
        fields["email"] = EMAIL
    if fault is not None:
        fields[fault] = True
    return fields


def numbered(priors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one | {"processor_reference": f"ch_{number}"} for number, one in enumerate(priors)]


PURCHASE = some.builds(
    purchase,
    some.integers(1, 420),
    some.sets(some.sampled_from(sorted(DEVICE))),
    some.booleans(),
    some.booleans(),
    some.sampled_from([None, None, None, "disputed", "refunded", "fraud_reported"]),
)
HISTORY = some.lists(PURCHASE, max_size=6).map(numbered)


@given(priors=HISTORY, late=some.integers(0, 300))
def test_who_qualifies_has_two_sound_purchases_in_both_windows_with_the_same_two_slots(
    priors: list[dict[str, Any]], late: int
) -> None:
    disputed_on = PAID + timedelta(days=late)
    found = ce3(*priors, disputed=f"{disputed_on}T12:00:00Z")

    def in_time(one: dict[str, Any]) -> bool:
        bought = date.fromisoformat(one["at"][:10])
        return (PAID - bought).days >= 120 and (disputed_on - bought).days <= 364

    def values(one: dict[str, Any]) -> set[str]:
        return set(one["device"]) | ({"ship_to"} if one["ship_to"] else set())

    def enough(shared: set[str]) -> bool:
        slots = {"device" if name in {"device_id", "fingerprint"} else name for name in shared}
        return len(slots) >= 2 and bool(slots & {"ip", "device"})

    sound = [
        one
        for one in priors
        if in_time(one) and not (one["disputed"] or one["refunded"] or one.get("fraud_reported", False))
    ]
    pairs = {
        frozenset({one["processor_reference"], other["processor_reference"]})
        for index, one in enumerate(sound)
        for other in sound[:index]
        if enough(values(one) & values(other))
    }
    assert (found.status is YES) is bool(pairs)
    if found.status is YES:
        assert frozenset(found.chosen) in pairs
    assert len(found.chosen) == (2 if found.status in {YES, EDGE} else 0)
    assert (found.missing == ()) is (found.status is YES)


@given(priors=HISTORY, more=HISTORY)
def test_another_earlier_purchase_never_takes_a_qualification_away(
    priors: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    before = ce3(*priors)
    added = [one | {"processor_reference": f"{one['processor_reference']}_more"} for one in more]
    after = ce3(*priors, *added)
    if before.status is YES:
        assert after.status is YES
    if before.status is EDGE:
        assert after.status in {YES, EDGE}
