"""A fact's name decides what its value may be."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from knowledge.facts import Fact, FactMethod, FactName, OrderField, Standing, written_value
from knowledge.money import Money
from knowledge.reasons import DisputeReason, Severity

TIMES = [
    FactName.CLAIM_FIRST_AT,
    FactName.PHOTO_CAPTURED_AT,
    FactName.ROUTE_SHIPPED_AT,
    FactName.ROUTE_DELIVERED_AT,
    FactName.ROUTE_LAST_SCAN_AT,
    FactName.ORDER_PLACED_AT,
    FactName.ORDER_PROMISED_BY,
]
AMOUNTS = [
    FactName.ORDER_PAID,
    FactName.ORDER_ITEMS_PRICE,
    FactName.ORDER_SHIPPING_PAID,
    FactName.ORDER_COST,
    FactName.ORDER_REFUNDED,
]
COUNTS = [FactName.PHOTO_COUNT, FactName.ROUTE_WEIGHT_G, FactName.ORDER_WEIGHT_G]
YES_OR_NO = [
    FactName.CLAIM_INSTRUCTS,
    FactName.PHOTO_SHOWS_TEXT,
    FactName.ROUTE_DAMAGE_SCAN,
    FactName.ORDER_DIGITAL,
]
WORDS = {
    FactName.CLAIM_REASON: "not_received",
    FactName.CLAIM_SECOND_REASON: "damaged",
    FactName.CLAIM_SEVERITY: "minor",
    FactName.CLAIM_WANTS: "partial_refund",
    FactName.PHOTO_DAMAGE: "severe",
    FactName.ROUTE_STATUS: "out_for_delivery",
    FactName.ROUTE_DELIVERY_MODE: "mailbox",
    FactName.ROUTE_AFTER_DELIVERY_SCAN: "returning",
}
TEXTS = sorted(set(FactName) - {*TIMES, *AMOUNTS, *COUNTS, *YES_OR_NO, *WORDS})
MONEY = Money(minor=4200, currency="EUR")
MOMENT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def fact(name: FactName, value: object, **change: Any) -> Fact:
    fields: dict[str, Any] = {
        "name": name,
        "value": value,
        "confidence": 0.8,
        "method": FactMethod.RULE,
        "standing": Standing.CLAIMED,
        "citation": OrderField(pointer="/order"),
        "reader": "test@1",
    }
    return Fact.model_validate(fields | change)


def good_value(name: FactName) -> object:
    if name in TIMES:
        return MOMENT
    if name in AMOUNTS:
        return MONEY
    if name in COUNTS:
        return 3
    return True if name in YES_OR_NO else WORDS.get(name, "Lyon")


@pytest.mark.parametrize("name", list(FactName))
def test_every_fact_has_a_kind_and_survives_being_written_and_read(name: FactName) -> None:
    told = fact(name, good_value(name))
    again = Fact.model_validate_json(told.model_dump_json())
    assert again == told
    assert type(again.value) is type(told.value)


@pytest.mark.parametrize("name", TIMES)
def test_a_time_keeps_its_offset_and_its_moment(name: FactName) -> None:
    tokyo = datetime(2026, 11, 2, 18, 30, tzinfo=timezone(timedelta(hours=9)))
    assert fact(name, tokyo).time() == MOMENT
    assert fact(name, "2026-11-02T18:30:00+09:00").value == "2026-11-02T18:30:00+09:00"


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(
    "value", [0, 20261102, 1.5, True, "2026", "20261102", "1700000000", "2026-11-02", "2026-11-02T09:30:00", "soon", ""]
)
def test_digits_and_times_without_an_offset_are_no_moment(name: FactName, value: object) -> None:
    with pytest.raises(ValidationError):
        fact(name, value)


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize(
    "value", [4200, 42.0, "42.00 EUR", {"minor": 4200}, {"minor": "4200", "currency": "EUR"}, None]
)
def test_money_is_minor_units_with_a_currency(name: FactName, value: object) -> None:
    assert fact(name, {"minor": 4200, "currency": "EUR"}).money() == MONEY
    with pytest.raises(ValidationError):
        fact(name, value)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("value", ["3", 3.0, True, None])
def test_a_count_is_a_whole_number(name: FactName, value: object) -> None:
    assert fact(name, 3).value == 3
    with pytest.raises(ValidationError):
        fact(name, value)


@pytest.mark.parametrize("name", YES_OR_NO)
@pytest.mark.parametrize("value", ["true", "false", 1, 0, None])
def test_yes_or_no_is_never_guessed_from_a_word_or_a_number(name: FactName, value: object) -> None:
    assert fact(name, False).value is False
    with pytest.raises(ValidationError):
        fact(name, value)


@pytest.mark.parametrize(("name", "word"), WORDS.items())
@pytest.mark.parametrize("value", ["", "catastrophic", 1, True, None])
def test_a_grade_or_status_is_one_of_its_words(name: FactName, word: str, value: object) -> None:
    assert fact(name, word).text() == word
    with pytest.raises(ValidationError):
        fact(name, value)
    with pytest.raises(ValidationError):
        fact(name, word.upper())


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", [75001, True, 1.5, None, MONEY])
def test_text_is_text_so_that_a_postcode_keeps_its_zeros(name: FactName, value: object) -> None:
    assert fact(name, "01067").text() == "01067"
    with pytest.raises(ValidationError):
        fact(name, value)


def test_a_fact_nobody_defined_is_refused() -> None:
    with pytest.raises(ValidationError):
        fact("buyer.trustworthiness", 0.3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan"), float("inf")])
def test_confidence_is_a_share_of_certainty(confidence: float) -> None:
    with pytest.raises(ValidationError):
        fact(FactName.CLAIM_REASON, "damaged", confidence=confidence)


def test_a_value_is_read_only_as_what_it_is() -> None:
    assert fact(FactName.CLAIM_REASON, DisputeReason.DAMAGED).reason() is DisputeReason.DAMAGED
    assert fact(FactName.PHOTO_DAMAGE, Severity.SEVERE).severity() is Severity.SEVERE
    assert fact(FactName.ORDER_DIGITAL, True).text() == "True"
    with pytest.raises(TypeError, match=r"photo\.count is not money"):
        fact(FactName.PHOTO_COUNT, 2).money()


@pytest.mark.parametrize("kind", ["page", "url", ""])
def test_a_citation_is_of_a_kind_a_reviewer_can_open(kind: str) -> None:
    with pytest.raises(ValidationError, match="kind"):
        fact(FactName.CLAIM_REASON, "damaged", citation={"kind": kind, "pointer": "/order"})


def test_a_fact_without_a_citation_is_no_fact() -> None:
    with pytest.raises(ValidationError, match="citation"):
        Fact.model_validate(
            {
                "name": "claim.reason",
                "value": "damaged",
                "confidence": 1,
                "method": "rule",
                "standing": "claimed",
                "reader": "x",
            }
        )


@given(at=some.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=some.timezones()))  # noqa: DTZ001
def test_any_moment_of_any_zone_is_the_same_moment_when_read_back(at: datetime) -> None:
    # In UTC, because Python holds a local time that a clock skipped equal to no other.
    assert fact(FactName.ROUTE_DELIVERED_AT, at).time().astimezone(UTC) == at.astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (FactName.ORDER_DESTINATION_POSTCODE, "01310100", "01310100"),
        (FactName.PHOTO_COUNT, "2", 2),
        (FactName.ORDER_DIGITAL, "No", False),
        (FactName.ROUTE_DAMAGE_SCAN, "true", True),
        (FactName.ORDER_REFUNDED, "12.50 eur", Money(minor=1250, currency="EUR")),
        (FactName.ORDER_COST, "800JPY", Money(minor=800, currency="JPY")),
        (FactName.PHOTO_DAMAGE, " minor ", "minor"),
        (FactName.ROUTE_DELIVERED_AT, "2026-11-02T09:30:00Z", "2026-11-02T09:30:00+00:00"),
    ],
)
def test_what_a_person_writes_becomes_the_facts_own_kind(name: FactName, text: str, value: object) -> None:
    assert written_value(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "mend"),
    [
        (FactName.PHOTO_COUNT, "-1", "photo.count takes a whole number"),
        (FactName.PHOTO_COUNT, "two", "photo.count takes a whole number"),
        (FactName.ORDER_DIGITAL, "maybe", "order.digital takes yes or no"),
        (FactName.ORDER_REFUNDED, "-3.00EUR", "order.refunded takes an amount of zero or more"),
        (FactName.ORDER_REFUNDED, "3.005EUR", "EUR"),
        (FactName.PHOTO_DAMAGE, "awful", "photo.damage takes one of none, minor, moderate, severe"),
        (FactName.ROUTE_DELIVERED_AT, "yesterday", "route.delivered_at takes a time with its offset"),
        (FactName.ROUTE_SIGNED_BY, "  ", "route.signed_by takes text"),
    ],
)
def test_what_a_fact_cannot_be_is_refused_with_what_it_can(name: FactName, text: str, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        written_value(name, text)


@pytest.mark.parametrize(("name", "value"), [(FactName.PHOTO_COUNT, -1), (FactName.ROUTE_SIGNED_BY, " ")])
def test_no_reader_counts_below_zero_or_reads_nothing(name: FactName, value: object) -> None:
    with pytest.raises(ValidationError):
        fact(name, value)
