"""Captures, their orders and their refunds by PayPal's rules (Payments v2, Orders v2)."""

from decimal import Decimal
from typing import Any

from knowledge.money import decimals_of
from tools.processors.sandbox.books import Books, Entry, Wire
from tools.processors.sandbox.paypal import objects
from tools.processors.sandbox.paypal.messages import DashboardPayPalRefund, NewCapture, PayPalRefundOutcome
from tools.processors.sandbox.paypal.refusal import unknown_resource, unprocessable

CAPTURE, REFUND = "paypal_capture", "paypal_refund"
_GIVEN_BACK = ("FAILED", "CANCELLED")
"""States in which the amount is the capture's again."""


class Payments:
    """What PayPal lets happen to payments. Every method runs inside one transaction of the books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def capture(self, new: NewCapture, now: float) -> Entry:
        """A payment that was captured."""
        identifier, order = new.id or objects.new_id(), objects.new_id()
        body = {
            "id": identifier,
            "status": "COMPLETED",
            "amount": objects.amount_of(new.amount),
            "final_capture": True,
            "create_time": objects.at(now),
            "update_time": objects.at(now),
        }
        note = {"refunds_start_as": new.refunds_start_as, "order": order if new.in_order else None}
        entry = Entry(identifier, CAPTURE, identifier, body, note)
        self._books.add(entry)
        return entry

    def find(self, identifier: str) -> Entry:
        """The capture; PayPalRefusal when there is none."""
        entry = self._books.find(CAPTURE, identifier)
        if entry is None:
            raise unknown_resource()
        return entry

    def show_capture(self, identifier: str, base: str) -> Wire:
        """GET /v2/payments/captures/{id}."""
        entry = self.find(identifier)
        path, order = f"/v2/payments/captures/{identifier}", entry.note["order"]
        links = [objects.link(base, path, "self"), objects.link(base, f"{path}/refund", "refund", "POST")]
        if order:
            links.append(objects.link(base, f"/v2/checkout/orders/{order}", "up"))
        return {**entry.body, "links": links}

    def show_order(self, identifier: str, base: str) -> Wire:
        """GET /v2/checkout/orders/{id}: the capture and all its refunds, oldest first."""
        capture = next((one for one in self._books.all(CAPTURE) if one.note["order"] == identifier), None)
        if capture is None:
            raise unknown_resource()
        refunds = [self._shown(one, base) for one in reversed(self._books.all(REFUND, capture.id))]
        payments: Wire = {"captures": [self.show_capture(capture.id, base)]}
        if refunds:
            payments["refunds"] = refunds
        return {
            "id": identifier,
            "intent": "CAPTURE",
            "status": "COMPLETED",
            "purchase_units": [{"reference_id": "default", "payments": payments}],
            "links": [objects.link(base, f"/v2/checkout/orders/{identifier}", "self")],
        }

    def show_refund(self, identifier: str, base: str) -> Wire:
        """GET /v2/payments/refunds/{id}."""
        return self._shown(self._refund(identifier), base)

    def refund(self, capture: str, asked: Wire, base: str, now: float) -> Wire:
        """POST /v2/payments/captures/{id}/refund."""
        entry = self.find(capture)
        self._refuse_disputed(entry)
        remaining, currency = self._remaining(entry), entry.body["amount"]["currency_code"]
        if remaining <= 0:
            raise unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded")
        wanted = asked.get("amount")
        value = remaining if wanted is None else _checked(wanted, currency, remaining)
        return self._shown(self._made(entry, value, asked.get("custom_id"), "api", now), base)

    def refund_in_dashboard(self, new: DashboardPayPalRefund, now: float) -> Entry:
        """A refund behind the merchant's program's back, under the same rules."""
        entry = self.find(new.capture)
        value = _checked(objects.amount_of(new.amount), entry.body["amount"]["currency_code"], self._remaining(entry))
        return self._made(entry, value, new.custom_id, "dashboard", now)

    def decide(self, identifier: str, outcome: PayPalRefundOutcome) -> Entry:
        """What becomes of a refund."""
        entry = self._refund(identifier)
        entry.body["status"] = outcome.status
        if outcome.reason is not None:
            entry.body["status_details"] = {"reason": outcome.reason}
        self._books.save(entry)
        self._settle(self.find(str(entry.charge)))
        return entry

    def _refund(self, identifier: str) -> Entry:
        entry = self._books.find(REFUND, identifier)
        if entry is None:
            raise unknown_resource()
        return entry

    def _refuse_disputed(self, capture: Entry) -> None:
        for dispute in self._books.all("paypal_dispute", capture.id):
            stage, status = dispute.body["dispute_life_cycle_stage"], dispute.body["status"]
            if stage != "INQUIRY" and status != "RESOLVED":
                raise unprocessable(
                    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK",
                    "Refunds are not allowed on this capture due to a chargeback on the card or bank. Please contact "
                    "the payee to resolve the chargeback.",
                )

    def _remaining(self, capture: Entry) -> Decimal:
        refunds = self._books.all(REFUND, capture.id)
        gone = sum(
            (Decimal(one.body["amount"]["value"]) for one in refunds if one.body["status"] not in _GIVEN_BACK),
            Decimal(0),
        )
        return Decimal(capture.body["amount"]["value"]) - gone

    def _made(self, capture: Entry, value: Decimal, custom_id: str | None, by: str, now: float) -> Entry:
        body: Wire = {
            "id": objects.new_id(),
            "status": capture.note["refunds_start_as"],
            "amount": objects.amount(value, capture.body["amount"]["currency_code"]),
            "create_time": objects.at(now),
            "update_time": objects.at(now),
        }
        if custom_id is not None:
            body["custom_id"] = custom_id
        entry = Entry(body["id"], REFUND, capture.id, body, {"by": by})
        self._books.add(entry)
        self._settle(capture)
        return entry

    def _settle(self, capture: Entry) -> None:
        remaining, whole = self._remaining(capture), Decimal(capture.body["amount"]["value"])
        capture.body["status"] = (
            "COMPLETED" if remaining == whole else "PARTIALLY_REFUNDED" if remaining else "REFUNDED"
        )
        self._books.save(capture)

    def _shown(self, refund: Entry, base: str) -> Wire:
        capture = self.find(str(refund.charge))
        total = Decimal(capture.body["amount"]["value"]) - self._remaining(capture)
        return {
            **refund.body,
            "seller_payable_breakdown": {
                "gross_amount": refund.body["amount"],
                "net_amount": refund.body["amount"],
                "total_refunded_amount": objects.amount(total, capture.body["amount"]["currency_code"]),
            },
            "links": [
                objects.link(base, f"/v2/payments/refunds/{refund.id}", "self"),
                objects.link(base, f"/v2/payments/captures/{refund.charge}", "up"),
            ],
        }


def minimal(refund: Wire) -> Wire:
    """What `Prefer: return=minimal` leaves of a refund."""
    return {name: refund[name] for name in ("id", "status", "links")}


def _checked(wanted: Any, currency: str, remaining: Decimal) -> Decimal:
    value, asked = Decimal(wanted["value"]), wanted["currency_code"]
    try:
        decimals_of(asked)
    except ValueError:
        raise unprocessable("INVALID_CURRENCY_CODE", "Currency code is invalid.") from None
    if asked != currency:
        raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", "Refund must be in the same currency as the capture")
    _refuse_fraction(wanted["value"], currency)
    if value <= 0:
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.")
    if value > remaining:
        raise unprocessable(
            "REFUND_AMOUNT_EXCEEDED",
            "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
        )
    return value


def _refuse_fraction(written: str, currency: str) -> None:
    places = objects.decimals(currency)
    given = len(written.partition(".")[2])
    if given and not places:
        raise unprocessable("DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.")
    if given > places:
        raise unprocessable("DECIMAL_PRECISION", "The value should not have more decimal places.")
