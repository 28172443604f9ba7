"""Payments and refunds by Adyen's rules (https://docs.adyen.com/online-payments/refund)."""

from tools.processors.sandbox.adyen.messages import CustomerAreaRefund, NewPayment, RefundEvent
from tools.processors.sandbox.adyen.notices import Notices, new_reference
from tools.processors.sandbox.adyen.refusal import ServiceError
from tools.processors.sandbox.books import Books, Entry, Wire

PAYMENT, REFUND = "adyen_payment", "adyen_refund"
_REFERENCE_LENGTH = 80


class Payments:
    """What Adyen lets happen to payments. Every method that changes runs inside one transaction of the books."""

    def __init__(self, books: Books, notices: Notices) -> None:
        self._books = books
        self._notices = notices

    def create(self, new: NewPayment, now: int) -> Wire:
        """A payment that was authorised, and captured without a notification of its own."""
        identifier = new.id or new_reference()
        body: Wire = {
            "id": identifier,
            "value": new.value,
            "currency": new.currency,
            "scheme": new.scheme,
            "reference": f"order {identifier}",
            "refunds_end": new.refunds_end,
        }
        self._books.add(Entry(identifier, PAYMENT, identifier, body, {}))
        self._notices.tell("AUTHORISATION", identifier, body, now)
        return body

    def find(self, identifier: str) -> Entry:
        """The payment."""
        entry = self._books.find(PAYMENT, identifier)
        if entry is None:
            raise ServiceError("Original pspReference required for this operation", status=422, code="167")
        return entry

    def refund(self, identifier: str, body: Wire, now: int, key: str | None) -> Wire:
        """POST /payments/{paymentPspReference}/refunds: received, and told by REFUND what became of it."""
        payment = self.find(identifier)
        amount, reference = body["amount"], body.get("reference", "")
        if len(reference) > _REFERENCE_LENGTH:
            raise ServiceError("Field 'reference' is not valid.", status=422, code="702")
        made = self._make(payment, amount["value"], amount["currency"], reference, now, key)
        return {
            "merchantAccount": body["merchantAccount"],
            "paymentPspReference": identifier,
            "pspReference": made["id"],
            "reference": reference,
            "status": "received",
            "amount": amount,
        }

    def refund_by_hand(self, new: CustomerAreaRefund, now: int) -> Wire:
        """In the Customer Area, under the same rules."""
        payment = self.find(new.payment)
        return self._make(payment, new.value, payment.body["currency"], new.reference, now, None)

    def tell(self, identifier: str, event: RefundEvent, now: int) -> Wire:
        """What becomes of a refund."""
        entry = self._books.find(REFUND, identifier)
        if entry is None:
            raise ServiceError(f"no refund {identifier}", status=404, code="0")
        undone = event.code in ("REFUND_FAILED", "REFUNDED_REVERSED")
        entry.body["standing"] = "undone" if undone else "made" if event.success else "refused"
        self._books.save(entry)
        about = {**entry.body, "reason": event.reason}
        self._notices.tell(event.code, identifier, about, now, success=event.success)
        return entry.body

    def _make(self, payment: Entry, value: int, currency: str, reference: str, now: int, key: str | None) -> Wire:
        if currency != payment.body["currency"] or value < 1:
            raise ServiceError("Invalid amount specified", status=422, code="137")
        given = sum(
            entry.body["value"]
            for entry in self._books.all(REFUND, payment.id)
            if entry.body["standing"] in ("received", "made")
        )
        identifier = new_reference()
        body: Wire = {
            "id": identifier,
            "value": value,
            "currency": currency,
            "scheme": payment.body["scheme"],
            "reference": reference,
            "payment": payment.id,
            "standing": "received",
        }
        self._books.add(Entry(identifier, REFUND, payment.id, body, {"key": key}))
        if payment.body["refunds_end"] is not None:
            # More than is left is received too, and told afterwards: https://docs.adyen.com/online-payments/refund
            enough = given + value <= payment.body["value"]
            reason = "Refused by the bank" if enough else "Insufficient balance on payment"
            success = enough and payment.body["refunds_end"] == "true"
            self.tell(identifier, RefundEvent(success=success, reason="" if success else reason), now)
        return body
