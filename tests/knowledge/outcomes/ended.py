"""Ended disputes for tests."""

from datetime import UTC, datetime
from typing import Any

from knowledge.case import CardNetwork, ProcessorName
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from knowledge.reasons import ChargebackFamily


def ended(number: int, end: DisputeEnd = DisputeEnd.WON, **more: Any) -> ClosedDispute:
    """A dispute of 100.00 EUR over goods not received, Visa 13.1."""
    given: dict[str, Any] = {
        "case_id": f"case-{number}",
        "dispute_id": f"dp_{number}",
        "processor": ProcessorName.STRIPE,
        "network": CardNetwork.VISA,
        "reason_code": "13.1",
        "family": ChargebackFamily.NOT_RECEIVED,
        "end": end,
        "disputed": Money(minor=10_000, currency="EUR"),
        "contested": Money(minor=10_000, currency="EUR"),
        "recovered": Money(minor=10_000, currency="EUR") if end is DisputeEnd.WON else None,
        "costs": Money(minor=2_200, currency="EUR"),
        "policy_version": "test@1",
        "closed_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return ClosedDispute(**(given | more))
