"""A merchant's policy: what it promises buyers, what its operations cost, and what may run without a person."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen
from knowledge.money import Money, decimals_of
from knowledge.reasons import DisputeReason, Severity

Share = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[int | float, Field(gt=0, le=24 * 366)]
Days = Annotated[int | float, Field(gt=0, le=366)]
"""Whole or broken: half a day is 0.5. Nothing waits for nothing, and nothing for more than a leap year."""


class SeverityBand(Frozen):
    """Which share of the goods' price a harm of this severity is usually worth, before precedents speak."""

    severity: Severity
    low: Share
    usual: Share
    high: Share
    salvage: Share
    """Share of the unit cost that can be recovered when the goods come back in this state."""


class MerchantPolicy(Frozen):
    """Versioned data. Limits and operating costs are in euro and converted by the policy's own reference rates,
    which are never used for money that moves: payments stay in the order's currency."""

    version: str
    valid_from: AwareDatetime
    return_window_days: int
    """For unused goods without fault, where the law gives no longer time."""
    automatic_up_to_eur: float
    """No larger amount is paid without a person."""
    small_claim_up_to_eur: float
    """Up to this price the buyer's own account is enough when nothing contradicts it."""
    minimum_claim_confidence: Share
    """Below it a person reads the claim; on real complaints readings above 0.5 are right about four times in five."""
    minimum_borne_out_confidence: Share
    """The same where an independent record says what the buyer says."""
    delivery_grace_days: int
    """Days after the promised date before an undelivered parcel counts as lost."""
    silent_route_days: int
    """Days without a scan after which a parcel in transit counts as lost."""
    late_day_share: Share
    """Price reduction offered for each day of lateness, beside the delivery charge."""
    late_share_most: Share
    severity_bands: tuple[SeverityBand, ...]
    return_freight_base_eur: float
    return_freight_per_kg_eur: float
    return_handling_eur: float
    chargeback_fee_eur: float
    counter_fee_eur: float
    """Charged for answering a dispute and returned on a win (Stripe since June 2025)."""
    letter_labour_eur: float
    reversal_share: Share = 0.05
    """The share of won disputes that is lost again in a second cycle; our own choice until outcomes say more."""
    goodwill_eur: float
    """What a buyer who leaves angry costs, as the merchant sets it."""
    always_reviewed: tuple[DisputeReason, ...]
    offer_open_days: Days
    buyer_reminder_days: Days
    review_sla_hours: Hours
    submission_buffer_hours: Hours
    """How long before the processor's date an answer is sent."""
    send_before_days_off: bool = True
    """An answer that would go out on a day off goes out on the working day before: what is refused can be mended."""
    concession_notice_hours: Hours = 24
    """How long a concession made without a person is announced before it is made, within the date to answer by."""
    return_open_days: Days = 30
    """How long goods that are to come back are waited for."""
    refund_poll_hours: Hours = 1
    """How often the processor is asked what became of a pending refund."""
    source_patience_minutes: float = 15.0
    """How long a dispute's case waits for a carrier or helpdesk that does not answer before it opens without it."""
    decides_alone_up_to_eur: dict[str, float] = {"reviewer": 200.0, "lead": 2000.0}
    """By role: larger amounts need a second person. Roles that are not named have no limit."""
    undo_seconds: Annotated[float, Field(ge=0, le=600)] = 10
    """How long a person's decision can be taken back before anything is done on it."""
    second_look_share: Share = 0.05
    """The share of people's decisions that a second person decides too, blind to the first."""
    reference_rates: dict[str, str]
    """Units of each currency for one euro, as decimal text."""
    reporting_currency: str = "EUR"
    """In which totals over all currencies are told, beside the figures and never in the journal."""
    account_numbers: dict[str, str] = {}
    """The merchant's own account numbers by the names of `knowledge.finance.journal.Account`, where not the default."""

    def band(self, severity: Severity) -> SeverityBand:
        """The band of a severity; LookupError when the policy forgot one."""
        for band in self.severity_bands:
            if band.severity is severity:
                return band
        raise LookupError(f"severity_bands: policy {self.version} has no band for {severity.value} harm")

    def in_currency(self, eur: float, currency: str) -> Money | None:
        """A policy limit or cost in another currency, to the minor unit; None when the policy has no rate for it."""
        rate = "1" if currency == "EUR" else self.reference_rates.get(currency)
        if rate is None:
            return None
        exact = Fraction(str(eur)) * Fraction(rate) * 10 ** decimals_of(currency)
        return Money(minor=round(exact), currency=currency)

    def in_euro(self, amount: Money) -> Money | None:
        """What an amount is worth in euro, to the cent, for sorting and limits; None when the policy has no rate."""
        rate = "1" if amount.currency == "EUR" else self.reference_rates.get(amount.currency)
        if rate is None:
            return None
        exact = Fraction(amount.minor) / 10 ** decimals_of(amount.currency) / Fraction(rate) * 100
        return Money(minor=round(exact), currency="EUR")


HOUSE_POLICY = MerchantPolicy(
    version="house-2026-11@1",
    valid_from=datetime.fromisoformat("2020-01-01T00:00:00+00:00"),
    return_window_days=30,
    automatic_up_to_eur=150.0,
    small_claim_up_to_eur=25.0,
    minimum_claim_confidence=0.5,
    minimum_borne_out_confidence=0.3,
    delivery_grace_days=7,
    silent_route_days=10,
    late_day_share=0.01,
    late_share_most=0.15,
    severity_bands=(
        SeverityBand(severity=Severity.NONE, low=0.0, usual=0.0, high=0.05, salvage=0.8),
        SeverityBand(severity=Severity.MINOR, low=0.10, usual=0.15, high=0.25, salvage=0.5),
        SeverityBand(severity=Severity.MODERATE, low=0.30, usual=0.40, high=0.55, salvage=0.25),
        SeverityBand(severity=Severity.SEVERE, low=0.80, usual=1.0, high=1.0, salvage=0.0),
    ),
    return_freight_base_eur=6.0,
    return_freight_per_kg_eur=2.5,
    return_handling_eur=4.0,
    chargeback_fee_eur=20.0,
    counter_fee_eur=20.0,
    letter_labour_eur=2.0,
    goodwill_eur=5.0,
    always_reviewed=(
        DisputeReason.COUNTERFEIT,
        DisputeReason.UNAUTHORIZED,
        DisputeReason.DUPLICATE_CHARGE,
        DisputeReason.REFUND_NOT_PROCESSED,
        DisputeReason.OTHER,
    ),
    offer_open_days=7,
    buyer_reminder_days=3,
    review_sla_hours=24,
    submission_buffer_hours=48,
    reference_rates={
        "AED": "4.25", "AUD": "1.78", "BHD": "0.435", "BRL": "6.30", "CAD": "1.62", "CHF": "0.94", "CNY": "8.30",
        "CZK": "24.5", "DKK": "7.46", "EGP": "56", "GBP": "0.86", "HKD": "9.05", "HUF": "395", "IDR": "18900",
        "ILS": "4.0", "INR": "101", "JPY": "172", "KRW": "1630", "KWD": "0.355", "MXN": "21.5", "MYR": "4.9",
        "NOK": "11.7", "NZD": "2.0", "PHP": "67", "PLN": "4.27", "RON": "5.08", "RUB": "95", "SAR": "4.35",
        "SEK": "11.1", "SGD": "1.50", "THB": "37.8", "TRY": "48", "TWD": "35", "UAH": "48", "USD": "1.16",
        "VND": "30500", "ZAR": "20.3",
    },
)  # fmt: skip
"""The policy the demo and new merchants start with."""
