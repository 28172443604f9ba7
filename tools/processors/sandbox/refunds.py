"""Refunds by Stripe's rules (https://docs.stripe.com/api/refunds, https://docs.stripe.com/refunds)."""

from typing import Any

from tools.processors.sandbox import objects
from tools.processors.sandbox.books import Books, Entry, Wire
from tools.processors.sandbox.messages import DashboardRefund, RefundOutcome
from tools.processors.sandbox.refusal import Refusal, no_such

_GIVEN_BACK = ("failed", "canceled")
"""States in which the amount is the charge's again."""
# https://docs.stripe.com/currencies#special-cases and #three-decimal
_WHOLE_UNITS = frozenset({"isk", "ugx"})
_THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})


class Refunds:
    """What Stripe lets happen to refunds. Every method runs inside one transaction of the books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def create(self, params: Wire, now: int, key: str | None) -> Wire:
        """POST /v1/refunds; Refusal by Stripe's rules."""
        if "charge" not in params:
            raise Refusal(
                "One of the following params should be provided for this request: payment_intent or charge.",
                code="parameter_missing",
            )
        charge = self._charge(params["charge"])
        amount = params.get("amount")
        self._check(charge, amount)
        remaining = charge.body["amount_captured"] - charge.body["amount_refunded"]
        return self._make(
            charge, remaining if amount is None else amount, params.get("metadata") or {}, params.get("reason"), now,
            by="api", key=key,
        )  # fmt: skip

    def make_in_dashboard(self, new: DashboardRefund, now: int) -> Wire:
        """A refund behind the merchant's program's back, under the same rules."""
        charge = self._charge(new.charge)
        self._check(charge, new.amount)
        remaining = charge.body["amount_captured"] - charge.body["amount_refunded"]
        return self._make(charge, new.amount or remaining, new.metadata, None, now, by="dashboard", key=None)

    def find(self, identifier: str) -> Entry:
        """GET /v1/refunds/{id}."""
        entry = self._books.find("refund", identifier)
        if entry is None:
            raise no_such("refund", identifier, "id")
        return entry

    def update(self, identifier: str, params: Wire) -> Wire:
        """POST /v1/refunds/{id}: metadata only."""
        entry = self.find(identifier)
        entry.body["metadata"] = merged_metadata(entry.body["metadata"], params.get("metadata"))
        self._books.save(entry)
        return entry.body

    def cancel(self, identifier: str) -> Wire:
        """POST /v1/refunds/{id}/cancel: only refunds that wait for the customer can be canceled."""
        entry = self.find(identifier)
        if entry.body["status"] != "requires_action":
            raise Refusal(f"A refund that is {entry.body['status']} cannot be canceled.")
        return self.decide(identifier, RefundOutcome(status="canceled", failure_reason="merchant_request"))

    def decide(self, identifier: str, outcome: RefundOutcome) -> Wire:
        """What becomes of a refund."""
        entry = self.find(identifier)
        entry.body["status"] = outcome.status
        entry.body.pop("pending_reason", None)
        if outcome.failure_reason is not None:
            entry.body["failure_reason"] = outcome.failure_reason
        self._books.save(entry)
        self._settle(self._charge(entry.body["charge"]))
        return entry.body

    def fail_pending(self, charge: str) -> None:
        """A refund still pending when its charge is disputed fails, though the buyer was told of it."""
        for entry in self._books.all("refund", charge):
            if entry.body["status"] == "pending":
                self.decide(
                    entry.id, RefundOutcome(status="failed", failure_reason="charge_for_pending_refund_disputed")
                )

    def _charge(self, identifier: str) -> Entry:
        entry = self._books.find("charge", identifier)
        if entry is None:
            raise no_such("charge", identifier, "charge")
        return entry

    def _check(self, charge: Entry, amount: int | None) -> None:
        remaining = charge.body["amount_captured"] - charge.body["amount_refunded"]
        currency: str = charge.body["currency"]
        if any(not dispute.body["is_charge_refundable"] for dispute in self._books.all("dispute", charge.id)):
            raise Refusal(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")
        if remaining == 0:
            raise Refusal(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
        if amount is None:
            return
        if amount < 1:
            raise Refusal(
                "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
            )
        if (currency in _WHOLE_UNITS and amount % 100) or (currency in _THREE_DECIMALS and amount % 10):
            unit = 100 if currency in _WHOLE_UNITS else 10
            raise Refusal(
                f"Invalid amount. Amounts in {currency.upper()} must be evenly divisible by {unit}.",
                code="invalid_charge_amount_no_decimal_compatible" if unit == 100 else None,
                param="amount",
            )
        if amount > remaining:
            raise Refusal(
                f"Refund amount ({amount} {currency}) is greater than unrefunded amount on charge "
                f"({remaining} {currency})",
                param="amount",
            )

    def _make(
        self, charge: Entry, amount: int, metadata: dict[str, str], reason: str | None, now: int, *, by: str,
        key: str | None,
    ) -> Wire:  # fmt: skip
        status: str = charge.note["refunds_start_as"]
        body = objects.refund(charge.body, amount, status, metadata, reason, now)
        self._books.add(Entry(body["id"], "refund", charge.id, body, {"by": by, "key": key}))
        self._settle(charge)
        return body

    def _settle(self, charge: Entry) -> None:
        """Let the charge say what its refunds add up to."""
        refunded = sum(
            entry.body["amount"]
            for entry in self._books.all("refund", charge.id)
            if entry.body["status"] not in _GIVEN_BACK
        )
        charge.body["amount_refunded"] = refunded
        charge.body["refunded"] = refunded == charge.body["amount_captured"]
        self._books.save(charge)


def merged_metadata(before: dict[str, str], given: Any) -> dict[str, str]:
    """Stripe's rule: keys are merged, an empty value unsets its key, an empty `metadata` unsets all."""
    if given is None:
        return before
    if given == "":
        return {}
    return {key: value for key, value in {**before, **given}.items() if value != ""}
