"""Why a buyer or a bank disputes: the two families of reasons and how they meet."""

from enum import StrEnum


class DisputeReason(StrEnum):
    """A buyer's reason for a claim. Marketplaces' and wallets' own codes map onto these."""

    NOT_RECEIVED = "not_received"
    LATE_DELIVERY = "late_delivery"
    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    NOT_AS_DESCRIBED = "not_as_described"
    COUNTERFEIT = "counterfeit"
    WRONG_ITEM = "wrong_item"
    MISSING_PARTS = "missing_parts"
    SIZE_FIT = "size_fit"
    UNAUTHORIZED = "unauthorized"
    DUPLICATE_CHARGE = "duplicate_charge"
    REFUND_NOT_PROCESSED = "refund_not_processed"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class ChargebackFamily(StrEnum):
    """What a network's reason code is about."""

    FRAUD = "fraud"
    AUTHORIZATION = "authorization"
    PROCESSING_ERROR = "processing_error"
    CREDIT_NOT_PROCESSED = "credit_not_processed"
    NOT_RECEIVED = "not_received"
    NOT_AS_DESCRIBED = "not_as_described"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    PAID_BY_OTHER_MEANS = "paid_by_other_means"
    WRONG_AMOUNT = "wrong_amount"
    RECURRING = "recurring"


class Severity(StrEnum):
    """How much of the goods' worth is lost. The order of members is the order of harm."""

    NONE = "none"
    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 for none to 3 for severe."""
        return list(Severity).index(self)


class DesiredOutcome(StrEnum):
    """What the buyer asks for, as read from their words."""

    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    REPLACEMENT = "replacement"
    RETURN = "return"
    MISSING_PART = "missing_part"
    INFORMATION = "information"
    UNKNOWN = "unknown"
