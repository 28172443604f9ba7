"""Disputes by PayPal's rules (Customer Disputes v1): whose turn it is decides which links there are."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from tools.processors.sandbox.books import Books, Entry, Wire
from tools.processors.sandbox.paypal import objects
from tools.processors.sandbox.paypal.messages import NewPayPalDispute, PayPalOutcome, PayPalStage
from tools.processors.sandbox.paypal.payments import Payments
from tools.processors.sandbox.paypal.refusal import unknown_resource, unprocessable

DISPUTE = "paypal_dispute"
_ASKED = "WAITING_FOR_SELLER_RESPONSE"
_EARLY = ("INQUIRY", "CHARGEBACK")
_CALLS = {
    "provide_evidence": "provide-evidence",
    "provide_supporting_info": "provide-supporting-info",
    "appeal": "appeal",
    "accept_claim": "accept-claim",
}
_ADJUDICATIONS = {"RESOLVED_SELLER_FAVOUR": "DENY_BUYER", "RESOLVED_BUYER_FAVOUR": "RECOVER_FROM_SELLER"}
_EXTENSIONS = {"jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "png": b"\x89PNG", "pdf": b"%PDF-"}
_FILE_BYTES = 10_485_760
_CALL_BYTES = 52_428_800

FileParts = Mapping[str, tuple[str, bytes]]
"""The field of each uploaded file to its name and bytes."""


class Disputes:
    """What PayPal lets happen to disputes. Every method runs inside one transaction of the books."""

    def __init__(self, books: Books, payments: Payments) -> None:
        self._books = books
        self._payments = payments

    def open(self, new: NewPayPalDispute, now: float) -> Entry:
        """The buyer, or their bank, opens a dispute, and PayPal asks the merchant."""
        capture = self._payments.find(new.capture)
        amount = objects.amount_of(new.amount) if new.amount else capture.body["amount"]
        body: Wire = {
            "dispute_id": new.id or objects.new_dispute_id(),
            "create_time": objects.at(now),
            "disputed_transactions": [
                {
                    "seller_transaction_id": capture.id,
                    "gross_amount": capture.body["amount"],
                    "seller": {"name": "Shop"},
                }
            ],
            "reason": new.reason,
            "dispute_amount": amount,
            "dispute_channel": "INTERNAL",
            "allowed_response_options": {"accept_claim": {"accept_claim_types": list(new.accept_claim_types)}},
        }
        entry = Entry(body["dispute_id"], DISPUTE, capture.id, body, {"appealable": False})
        self._ask(entry, new.stage, objects.at(new.due_by.timestamp()), now)
        self._books.add(entry)
        return entry

    def find(self, identifier: str) -> Entry:
        """The dispute; PayPalRefusal when there is none."""
        entry = self._books.find(DISPUTE, identifier)
        if entry is None:
            raise unknown_resource()
        return entry

    def show(self, identifier: str, base: str) -> Wire:
        """GET /v1/customer/disputes/{id}, with the links that are legal now."""
        entry = self.find(identifier)
        path = f"/v1/customer/disputes/{identifier}"
        links = [objects.link(base, path, "self")]
        links += [objects.link(base, f"{path}/{_CALLS[rel]}", rel, "POST") for rel in _legal(entry)]
        return {**entry.body, "links": links}

    def found(self, query: Mapping[str, str], base: str) -> Wire:
        """GET /v1/customer/disputes by disputed_transaction_id or update_time_after, newest first, page by page."""
        named = ("dispute_id", "create_time", "reason", "status", "dispute_amount", "dispute_life_cycle_stage")
        changed_after = query.get("update_time_after", "")
        entries = [
            one
            for one in self._books.all(DISPUTE, query.get("disputed_transaction_id"))
            if one.body["update_time"] > changed_after
        ]
        start, size = int(query.get("next_page_token", "0")), int(query.get("page_size", "10"))
        items = [
            {name: one.body[name] for name in named}
            | {"links": [objects.link(base, f"/v1/customer/disputes/{one.id}", "self")]}
            for one in entries[start : start + size]
        ]
        here = "/v1/customer/disputes?" + urlencode({**query, "next_page_token": start} if start else query)
        links = [objects.link(base, here, "self")]
        if start + size < len(entries):
            following = urlencode({**query, "next_page_token": start + size})
            links.append(objects.link(base, f"/v1/customer/disputes?{following}", "next"))
        return {"items": items, "links": links} if items else {"links": links}

    def act(self, identifier: str, call: str, given: Wire, files: FileParts, base: str, now: float) -> Wire:
        """POST …/{provide-evidence, provide-supporting-info, appeal, accept-claim}."""
        entry = self.find(identifier)
        if call not in [_CALLS[rel] for rel in _legal(entry)]:
            raise unprocessable(
                "ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", f"{call} is not allowed for the dispute as it stands."
            )
        _check_files(files)
        if call == "accept-claim":
            self._accept(entry, given)
        else:
            self._take(entry, call, given, files, now)
        self._books.save(entry)
        return {"links": [objects.link(base, f"/v1/customer/disputes/{identifier}", "self")]}

    def decide(self, identifier: str, outcome: PayPalOutcome, now: float) -> Entry:
        """What PayPal decides, and what the buyer gets."""
        entry = self.find(identifier)
        refunded = objects.amount_of(outcome.refunded) if outcome.refunded else None
        if refunded is None and outcome.code == "RESOLVED_BUYER_FAVOUR":
            refunded = entry.body["dispute_amount"]
        _resolve(entry, outcome.code, refunded)
        adjudication = outcome.adjudication or _ADJUDICATIONS.get(outcome.code)
        if adjudication:
            entry.body.setdefault("adjudications", []).append(
                {
                    "type": adjudication,
                    "adjudication_time": objects.at(now),
                    "dispute_life_cycle_stage": entry.body["dispute_life_cycle_stage"],
                }
            )
        entry.note["appealable"] = outcome.appealable
        self._books.save(entry)
        return entry

    def go_on(self, identifier: str, stage: PayPalStage, now: float) -> Entry:
        """The dispute goes on, and waits for the merchant."""
        entry = self.find(identifier)
        self._ask(entry, stage.stage, objects.at(stage.due_by.timestamp()), now)
        self._books.save(entry)
        return entry

    def _ask(self, entry: Entry, stage: str, due: str, now: float) -> None:
        body = entry.body
        body.pop("dispute_outcome", None)
        body |= {
            "dispute_life_cycle_stage": stage,
            "status": _ASKED,
            "seller_response_due_date": due,
            "update_time": objects.at(now),
        }
        entry.note["appealable"] = False
        if stage in _EARLY:
            body.setdefault("evidences", []).append(
                {
                    "evidence_type": "OTHER",
                    "source": "REQUESTED_FROM_SELLER",
                    "date": objects.at(now),
                    "dispute_life_cycle_stage": stage,
                }
            )

    def _take(self, entry: Entry, call: str, given: Wire, files: FileParts, now: float) -> None:
        body = entry.body
        stage = body["dispute_life_cycle_stage"]
        said = {"source": "SUBMITTED_BY_SELLER", "dispute_life_cycle_stage": stage}
        if call == "provide-supporting-info":
            documents = {"documents": [{"name": name} for name, _ in files.values()]} if files else {}
            body.setdefault("supporting_info", []).append(
                {"notes": given["notes"], "provided_time": objects.at(now), **documents, **said}
            )
        else:
            body.setdefault("evidences", []).extend(
                {**piece, "date": objects.at(now), **said} for piece in given["evidences"]
            )
        body["status"] = "UNDER_REVIEW"
        body["update_time"] = objects.at(now)
        for over in ("seller_response_due_date", "dispute_outcome"):
            body.pop(over, None)
        entry.note["appealable"] = False
        self._books.add_submission(
            entry.id,
            {
                "at": objects.at(now),
                "call": call,
                "stage": stage,
                "body": given,
                "file_sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.values()},
            },
        )

    def _accept(self, entry: Entry, given: Wire) -> None:
        ways: list[str] = entry.body["allowed_response_options"]["accept_claim"]["accept_claim_types"]
        if given["accept_claim_type"] not in ways:
            raise unprocessable("ACCEPT_CLAIM_TYPE_NOT_ALLOWED", f"accept_claim_type is one of {', '.join(ways)}.")
        _resolve(entry, "RESOLVED_BUYER_FAVOUR", entry.body["dispute_amount"])


def _legal(entry: Entry) -> list[str]:
    stage, status = entry.body["dispute_life_cycle_stage"], entry.body["status"]
    if status == "RESOLVED":
        return ["appeal"] if entry.note["appealable"] else []
    if status == _ASKED:
        return ["provide_evidence" if stage in _EARLY else "provide_supporting_info", "accept_claim"]
    return [] if stage == "INQUIRY" else ["provide_supporting_info"]


def _resolve(entry: Entry, code: str, refunded: Wire | None) -> None:
    body = entry.body
    outcome: dict[str, Any] = {"outcome_code": code}
    if refunded is not None:
        outcome["amount_refunded"] = refunded
        moved = {"affected_party": "SELLER", "type": "DEBIT", "amount": refunded, "reason": "DISPUTE_SETTLEMENT"}
        if Decimal(refunded["value"]):
            body.setdefault("money_movements", []).append(moved)
    body |= {"status": "RESOLVED", "dispute_outcome": outcome}
    body.pop("seller_response_due_date", None)


def _check_files(files: FileParts) -> None:
    for name, content in files.values():
        extension = name.rpartition(".")[2].lower()
        if extension not in _EXTENSIONS or not content.startswith(_EXTENSIONS[extension]):
            raise unprocessable("FILE_TYPE_NOT_ALLOWED", f"{name} is not a JPG, GIF, PNG or PDF file.")
        if len(content) >= _FILE_BYTES:
            raise unprocessable("FILE_SIZE_EXCEEDED", f"{name} is not smaller than 10 MB.")
    if sum(len(content) for _, content in files.values()) > _CALL_BYTES:
        raise unprocessable("FILE_SIZE_EXCEEDED", "The files are larger than 50 MB together.")
