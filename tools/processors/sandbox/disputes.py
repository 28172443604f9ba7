"""Disputes by Stripe's rules (https://docs.stripe.com/api/disputes, https://docs.stripe.com/disputes)."""

import math
from datetime import UTC, datetime

from tools.processors.sandbox import objects
from tools.processors.sandbox.books import Books, Entry, Wire
from tools.processors.sandbox.files import Files
from tools.processors.sandbox.messages import DisputeOutcome, NewDispute
from tools.processors.sandbox.refunds import Refunds, merged_metadata
from tools.processors.sandbox.refusal import Refusal, no_such

_SUBMITTED = {
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
    "appeal_needs_response": "appeal_under_review",
}
"""The states that wait for a response, and what submitting makes of them."""
_COMBINED_BYTES = 4_500_000
_COMBINED_CHARACTERS = 150_000
_FEWER_PAGES_THAN = 50
_PAGES_MASTERCARD = 19
_PRIORS = 2
_APPEALED = "appeal.supporting_files."
_CHARACTERS_PER_PAGE = 3_000
"""Stripe counts texts as compiled pages and does not say how; this is a page of 12-point type."""


class Disputes:
    """What Stripe lets happen to disputes. Every method runs inside one transaction of the books."""

    def __init__(self, books: Books, files: Files, refunds: Refunds) -> None:
        self._books = books
        self._files = files
        self._refunds = refunds

    def open(self, new: NewDispute, now: int) -> Wire:
        """The issuer opens a dispute: pending refunds fail, and the charge is disputed for good."""
        charge = self._books.find("charge", new.charge)
        if charge is None:
            raise no_such("charge", new.charge, "charge")
        if new.case_type != "inquiry":
            self._refunds.fail_pending(charge.id)
            charge = self._books.find("charge", new.charge) or charge
        body = objects.dispute(new, charge.body, now)
        charge.body["disputed"] = True
        self._books.save(charge)
        self._books.add(Entry(body["id"], "dispute", charge.id, body, {}))
        return body

    def find(self, identifier: str) -> Entry:
        """GET /v1/disputes/{id}."""
        entry = self._books.find("dispute", identifier)
        if entry is None:
            raise no_such("dispute", identifier, "dispute")
        return entry

    def update(self, identifier: str, params: Wire, now: int, key: str | None) -> Wire:
        """POST /v1/disputes/{id}: stage, and submit unless `submit` is false."""
        entry = self.find(identifier)
        body = entry.body
        body["metadata"] = merged_metadata(body["metadata"], params.get("metadata"))
        submit = params.get("submit", True)
        if "evidence" in params or submit:
            self._check_open(body, now)
        if "intended_submission_method" in params:
            body["intended_submission_method"] = params["intended_submission_method"]
        given: Wire = params.get("evidence") or {}
        for field, value in given.items():
            body["evidence"][field] = value or None
        self._check_enhanced(body)
        staged = _staged(body)
        body["evidence_details"]["has_evidence"] = bool(staged)
        self._check_limits(body, staged)
        if submit:
            self._submit(entry, staged, now, key)
        self._books.save(entry)
        return body

    def close(self, identifier: str) -> Wire:
        """POST /v1/disputes/{id}/close: concede, irreversibly."""
        entry = self.find(identifier)
        if entry.body["status"] not in _SUBMITTED:
            raise Refusal(f"This dispute is {entry.body['status']} and cannot be closed.")
        entry.body["status"] = "lost"
        self._books.save(entry)
        return entry.body

    def decide(self, identifier: str, outcome: DisputeOutcome, now: int) -> Wire:
        """What the issuer decides, and what of the money comes back."""
        entry = self.find(identifier)
        body = entry.body
        body["status"] = outcome.status
        if outcome.due_by is not None:
            body["evidence_details"]["due_by"] = int(outcome.due_by.timestamp())
        recovered = outcome.recovered
        if recovered is None:
            recovered = body["amount"] if outcome.status == "won" else 0
        if recovered and body["balance_transactions"]:
            body["balance_transactions"].append(
                objects.balance_transaction(recovered, body["currency"], identifier, now)
            )
        if outcome.withdrawn:
            withdrawn = objects.balance_transaction(-outcome.withdrawn, body["currency"], identifier, now)
            body["balance_transactions"].append(withdrawn)
        body["is_charge_refundable"] = outcome.status in ("won", "warning_closed")
        self._books.save(entry)
        return body

    def _check_open(self, body: Wire, now: int) -> None:
        details = body["evidence_details"]
        if body["status"] not in _SUBMITTED:
            if details["submission_count"]:
                raise Refusal("Evidence for this dispute has already been submitted and can no longer be updated.")
            raise Refusal(f"This dispute is {body['status']} and takes no evidence.")
        if not details["due_by"]:
            raise Refusal("The bank does not allow a response to this dispute.")
        if now > details["due_by"]:
            raise Refusal("The date by which evidence had to be submitted has passed.")

    def _check_enhanced(self, body: Wire) -> None:
        """Visa CE 3.0 by Stripe's rules: 10.4 alone, two other charges that exist, every field the objects name."""
        enhanced: Wire = body["evidence"].get("enhanced_evidence") or {}
        compelling: Wire | None = enhanced.get("visa_compelling_evidence_3")
        if not compelling:
            return
        where = "evidence[enhanced_evidence][visa_compelling_evidence_3]"
        if (body["payment_method_details"]["card"]["network"], body["network_reason_code"]) != ("visa", "10.4"):
            raise Refusal("This dispute is not eligible for Visa Compelling Evidence 3.0.", param=where)
        priors: list[Wire] = compelling.get("prior_undisputed_transactions") or []
        charges = {prior["charge"] for prior in priors} - {body["charge"]}
        if len(priors) != _PRIORS or len(charges) != _PRIORS:
            raise Refusal("Exactly two prior undisputed transactions are required.", param=where)
        for charge in sorted(charges):
            if self._books.find("charge", charge) is None:
                raise no_such("charge", charge, where)
        for one in [compelling.get("disputed_transaction") or {}, *priors]:
            for field in objects.CE3_FIELDS:
                one.setdefault(field, None)
            if one["shipping_address"]:
                one["shipping_address"] = dict.fromkeys(objects.ADDRESS_FIELDS) | one["shipping_address"]
        body["evidence_details"]["enhanced_eligibility"] = {
            "visa_compelling_evidence_3": {"required_actions": [], "status": "qualified"}
        }

    def _check_limits(self, body: Wire, staged: dict[str, str]) -> None:
        files = [self._files.find(value, f"evidence[{field}]") for field, value in staged.items() if _is_file(field)]
        for file in files:
            if file.body["purpose"] != "dispute_evidence":
                raise Refusal(f"File {file.id} was not uploaded with the purpose dispute_evidence.", param="evidence")
        characters = sum(len(value) for field, value in staged.items() if not _is_file(field))
        if characters > _COMBINED_CHARACTERS:
            raise Refusal(
                f"Evidence has {characters} characters; the limit is {_COMBINED_CHARACTERS}.", param="evidence"
            )
        size = sum(file.body["size"] for file in files)
        if size > _COMBINED_BYTES:
            raise Refusal(f"Evidence files have {size} bytes; the limit is {_COMBINED_BYTES}.", param="evidence")
        network = body["payment_method_details"]["card"]["network"]
        most = _PAGES_MASTERCARD if network == "mastercard" else _FEWER_PAGES_THAN - 1
        pages = sum(file.note["pages"] for file in files) + math.ceil(characters / _CHARACTERS_PER_PAGE)
        if pages > most:
            raise Refusal(
                f"Evidence has {pages} pages; the limit is {most}.",
                code="dispute_evidence_page_limit_exceeded",
                param="evidence",
            )

    def _submit(self, entry: Entry, staged: dict[str, str], now: int, key: str | None) -> None:
        if not staged:
            raise Refusal("There is no evidence to submit for this dispute.", param="evidence")
        body = entry.body
        body["status"] = _SUBMITTED[body["status"]]
        count = body["evidence_details"]["submission_count"] + 1
        body["evidence_details"].update(submission_count=count, submission_method="manual")
        self._books.add_submission(
            entry.id,
            {
                "at": datetime.fromtimestamp(now, UTC).isoformat(),
                "texts": {field: value for field, value in staged.items() if not _is_file(field)},
                "file_sha256": {
                    field: self._files.find(value, field).note["sha256"]
                    for field, value in staged.items()
                    if _is_file(field)
                },
                "idempotency_key": key,
                "enhanced": body["evidence"].get("enhanced_evidence") or {},
            },
        )


def _staged(body: Wire) -> dict[str, str]:
    """What an answer sent now would hold: the evidence, or in an appeal the appeal's own."""
    evidence: Wire = body["evidence"]
    if not body["status"].startswith("appeal_"):
        return {field: value for field, value in evidence.items() if value and isinstance(value, str)}
    appeal: Wire = evidence.get("appeal") or {}
    card: Wire = appeal.get("card") or {}
    files: list[str] = card.get("supporting_files") or []
    staged = {f"{_APPEALED}{number}": file for number, file in enumerate(files)}
    if card.get("reason_for_filing"):
        staged["appeal.reason_for_filing"] = card["reason_for_filing"]
    return staged


def _is_file(field: str) -> bool:
    return field in objects.FILE_EVIDENCE or field.startswith(_APPEALED)
