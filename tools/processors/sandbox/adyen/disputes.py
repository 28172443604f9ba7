"""Disputes by Adyen's rules (https://docs.adyen.com/risk-management/disputes-api)."""

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tools.processors.sandbox.adyen.messages import Event, NewAdyenDispute
from tools.processors.sandbox.adyen.notices import Notices, new_reference
from tools.processors.sandbox.adyen.payments import Payments
from tools.processors.sandbox.adyen.refusal import NotTaken
from tools.processors.sandbox.books import Books, Entry, Wire

DISPUTE = "adyen_dispute"
_REASONS: dict[str, dict[str, str]] = {
    "GoodsNotReturned": {"TIDorInvoice": "Optional", "GoodsNotReturned": "Required"},
    "GoodsRepairedOrReplaced": {"TIDorInvoice": "Optional", "GoodsRepairedOrReplaced": "Required"},
    "GoodsWereAsDescribed": {"GoodsWereAsDescribed": "Required", "TIDorInvoice": "Required"},
    "SupplyDefenseMaterial": {"TIDorInvoice": "Optional", "DefenseMaterial": "Required"},
    "OneOfMany": {"ProofOfDelivery": "OneOrMore", "SignedReceipt": "OneOrMore"},
    "AnyDocument": {"Particular": "Required", "GenericDocument": "AlternativeRequired"},
}
"""Reasons and their documents: four from the examples of Adyen's specification, two for the other levels it names."""
_KINDS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/jpg": b"\xff\xd8\xff",
    "image/tiff": b"II*",
}
_MEGABYTE = 1_048_576
_PAGES_MASTERCARD = 19


class Disputes:
    """What Adyen lets happen to disputes. Every method that changes runs inside one transaction of the books."""

    def __init__(self, books: Books, payments: Payments, notices: Notices, folder: Path) -> None:
        self._books = books
        self._payments = payments
        self._notices = notices
        self._folder = folder / "files"
        self._folder.mkdir(parents=True, exist_ok=True)

    def open(self, new: NewAdyenDispute, now: int) -> Wire:
        """The issuer opens a dispute and Adyen tells of it."""
        payment = self._payments.find(new.payment)
        identifier = new.id or new_reference()
        body: Wire = {
            "id": identifier,
            "payment": payment.id,
            "value": new.value or payment.body["value"],
            "currency": payment.body["currency"],
            "scheme": payment.body["scheme"],
            "reference": payment.body["reference"],
            "reason_code": new.reason_code,
            "reasons": list(new.reasons),
            "due": int(new.due_by.timestamp()) if new.defendable else 0,
            "tells_supplied": new.tells_supplied,
            "documents": {},
            "accepted": False,
        }
        self._books.add(Entry(identifier, DISPUTE, payment.id, body, {"supplied": 0}))
        more = {
            **self._code(body),
            "defendable": "true" if new.defendable else "false",
            "defensePeriodEndsAt": new.due_by.astimezone(UTC).isoformat(),
            "disputeStatus": "Undefended",
        }
        if new.auto_defended:
            more |= {"autoDefended": "true", "disputeStatus": "Pending"}
        self._notices.tell(new.event, identifier, body, now, more=more)
        return body

    def find(self, identifier: str) -> Entry:
        """The dispute."""
        entry = self._books.find(DISPUTE, identifier)
        if entry is None:
            raise NotTaken("Error retrieving dispute.")
        return entry

    def tell(self, identifier: str, event: Event, now: int) -> Wire:
        """What happens next; a date opens the dispute to a defence again, anything but information closes it."""
        entry = self.find(identifier)
        body = entry.body
        more = self._code(body)
        if event.status:
            more["disputeStatus"] = event.status
        if event.due_by is not None:
            more |= {"defendable": "true", "defensePeriodEndsAt": event.due_by.astimezone(UTC).isoformat()}
            body["due"] = int(event.due_by.timestamp())
        elif event.code not in ("CHARGEBACK", "ISSUER_COMMENTS", "NOTIFICATION_OF_FRAUD"):
            body["due"] = 0
        self._books.save(entry)
        value = body["value"] if event.value is None else event.value
        self._notices.tell(event.code, identifier, {**body, "value": value}, now, more=more)
        return body

    def reasons(self, identifier: str) -> list[Wire]:
        """POST /retrieveApplicableDefenseReasons."""
        body = self.find(identifier).body
        documents: Wire = body["documents"]
        return [
            {
                "defenseReasonCode": reason,
                "satisfied": not _missing(reason, documents),
                "defenseDocumentTypes": [
                    {"available": code in documents, "defenseDocumentTypeCode": code, "requirementLevel": level}
                    for code, level in _REASONS[reason].items()
                ],
            }
            for reason in body["reasons"]
        ]

    def supply(self, identifier: str, given: list[Wire], now: int) -> None:
        """POST /supplyDefenseDocument: all of them, or none when one breaks a rule."""
        entry = self._open_to_defence(identifier, now)
        known = {code for reason in entry.body["reasons"] for code in _REASONS[reason]}
        for document in given:
            code = document["defenseDocumentTypeCode"]
            if code not in known:
                raise NotTaken(f"Invalid defense document type: {code}.")
            if code in entry.body["documents"]:
                raise NotTaken(f"There is a document of type {code} already; delete it first.")
            content = _decoded(document["content"])
            _check(content, document["contentType"], entry.body["scheme"])
            digest = hashlib.sha256(content).hexdigest()
            (self._folder / f"{identifier}-{code}-{digest[:12]}").write_bytes(content)
            entry.body["documents"][code] = digest
            entry.note["supplied"] += 1
        self._books.save(entry)

    def delete(self, identifier: str, code: str, now: int) -> None:
        """POST /deleteDisputeDefenseDocument."""
        entry = self._open_to_defence(identifier, now)
        if entry.body["documents"].pop(code, None) is None:
            raise NotTaken(f"There is no document of type {code}.")
        self._books.save(entry)

    def defend(self, identifier: str, reason: str, now: int, key: str | None) -> None:
        """POST /defendDispute: the documents reach the issuer, and nothing can be added."""
        entry = self._open_to_defence(identifier, now)
        body = entry.body
        if reason not in body["reasons"]:
            raise NotTaken(f"Invalid defense reason: {reason}.")
        missing = _missing(reason, body["documents"])
        if missing:
            raise NotTaken(f"Missing required defense documents: {', '.join(missing)}.")
        self._books.add_submission(
            identifier,
            {
                "at": datetime.fromtimestamp(now, UTC).isoformat(),
                "reason": reason,
                "document_sha256": body["documents"],
                "idempotency_key": key,
            },
        )
        body["documents"], body["due"] = {}, 0
        self._books.save(entry)
        if body["tells_supplied"]:
            more = {**self._code(body), "disputeStatus": "Pending"}
            self._notices.tell("INFORMATION_SUPPLIED", identifier, body, now, more=more)

    def accept(self, identifier: str, now: int) -> None:
        """POST /acceptDispute: the defence period is over, irreversibly."""
        entry = self._open_to_defence(identifier, now)
        entry.body["accepted"], entry.body["due"] = True, 0
        self._books.save(entry)
        more = {**self._code(entry.body), "disputeStatus": "Lost"}
        self._notices.tell("DISPUTE_DEFENSE_PERIOD_ENDED", identifier, entry.body, now, more=more)

    def _open_to_defence(self, identifier: str, now: int) -> Entry:
        entry = self.find(identifier)
        if not entry.body["due"]:
            raise NotTaken("Dispute is not defendable.")
        if now > entry.body["due"]:
            raise NotTaken("Dispute expired.")
        return entry

    @staticmethod
    def _code(body: Wire) -> dict[str, str]:
        # The official examples have the space.
        return {"chargebackReasonCode": f" {body['reason_code']}", "chargebackSchemeCode": body["scheme"]}


def _missing(reason: str, documents: Wire) -> list[str]:
    levels = _REASONS[reason]
    generic = [code for code, level in levels.items() if level == "AlternativeRequired"]
    if any(code in documents for code in generic):
        return []
    missing = [code for code, level in levels.items() if level == "Required" and code not in documents]
    one_of = [code for code, level in levels.items() if level == "OneOrMore"]
    return [*missing, *(one_of if one_of and not any(code in documents for code in one_of) else [])]


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise NotTaken("Invalid defense document content.") from error


def _check(content: bytes, kind: str, scheme: str) -> None:
    """The limits of Oracle Payment Cloud, which runs on Adyen (`x-evidence-file-limits` of the specification)."""
    start = _KINDS.get(kind)
    if start is None or not content.startswith(start):
        raise NotTaken(f"Invalid defense document content type: {kind}.")
    most = (2 if kind == "application/pdf" else 10) * _MEGABYTE
    if scheme in ("diners", "discover"):
        most = min(most, 3 * _MEGABYTE)
    if len(content) > most:
        raise NotTaken(f"The defense document has {len(content)} bytes; the limit is {most}.")
    if kind == "application/pdf" and scheme == "mc" and _pages(content) > _PAGES_MASTERCARD:
        raise NotTaken(f"The defense document has more than {_PAGES_MASTERCARD} pages.")


def _pages(content: bytes) -> int:
    try:
        return len(PdfReader(BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise NotTaken("The defense document cannot be read.") from error
