"""The control interface under `/_sandbox/`: what the tests and the demonstration may make happen, and may see."""

from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from knowledge.base import Frozen
from tools.processors.sandbox import objects
from tools.processors.sandbox.books import Books, Entry, Wire
from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.messages import (
    ChargeLedger,
    DashboardRefund,
    DisputeLedger,
    DisputeOutcome,
    Fault,
    Hold,
    Ledger,
    MadeRefund,
    NewCharge,
    NewDispute,
    RefundOutcome,
    Storm,
    Submission,
)
from tools.processors.sandbox.refusal import Refusal
from tools.processors.sandbox.stripe_api import StripeApi

_Message = TypeVar("_Message", bound=Frozen)


class Control:
    """The handlers of the control interface."""

    def __init__(self, api: StripeApi, trouble: Trouble) -> None:
        self._api = api
        self._books = api.books
        self._trouble = trouble

    def routes(self) -> list[Route]:
        """Every address of the control interface."""
        return [
            Route("/_sandbox/ready", self._ready),
            Route("/_sandbox/charges", self._new_charge, methods=["POST"]),
            Route("/_sandbox/disputes", self._new_dispute, methods=["POST"]),
            Route("/_sandbox/dashboard/refunds", self._dashboard_refund, methods=["POST"]),
            Route("/_sandbox/refunds/{id}/outcome", self._refund_outcome, methods=["POST"]),
            Route("/_sandbox/disputes/{id}/outcome", self._dispute_outcome, methods=["POST"]),
            Route("/_sandbox/faults", self._fault, methods=["POST"]),
            Route("/_sandbox/storm", self._storm, methods=["POST"]),
            Route("/_sandbox/holds", self._hold, methods=["POST"]),
            Route("/_sandbox/holds", self._waiting),
            Route("/_sandbox/holds/release", self._release, methods=["POST"]),
            Route("/_sandbox/troubles", self._clear, methods=["DELETE"]),
            Route("/_sandbox/keys", self._forget_keys, methods=["DELETE"]),
            Route("/_sandbox/ledger", self._ledger),
            Route("/_sandbox/violations", self._violations),
            Route("/_sandbox/violations", self._forget_violations, methods=["DELETE"]),
        ]

    async def _ready(self, _: Request) -> Response:
        return JSONResponse({"ready": True})

    async def _new_charge(self, request: Request) -> Response:
        new = await _message(request, NewCharge)
        existing = self._books.find("charge", new.id) if new.id else None
        if existing is not None:
            return _same(existing, amount=new.amount, currency=new.currency)
        body = objects.charge(new, self._api.now())
        with self._books.changing():
            self._books.add(Entry(body["id"], "charge", body["id"], body, {"refunds_start_as": new.refunds_start_as}))
        return JSONResponse(body)

    async def _new_dispute(self, request: Request) -> Response:
        new = await _message(request, NewDispute)
        existing = self._books.find("dispute", new.id) if new.id else None
        if existing is not None:
            return _same(existing, charge=new.charge)
        with self._books.changing():
            body = self._api.disputes.open(new, self._api.now())
        return JSONResponse(body)

    async def _dashboard_refund(self, request: Request) -> Response:
        new = await _message(request, DashboardRefund)
        with self._books.changing():
            body = self._api.refunds.make_in_dashboard(new, self._api.now())
        return JSONResponse(body)

    async def _refund_outcome(self, request: Request) -> Response:
        outcome = await _message(request, RefundOutcome)
        with self._books.changing():
            body = self._api.refunds.decide(request.path_params["id"], outcome)
        return JSONResponse(body)

    async def _dispute_outcome(self, request: Request) -> Response:
        outcome = await _message(request, DisputeOutcome)
        with self._books.changing():
            body = self._api.disputes.decide(request.path_params["id"], outcome, self._api.now())
        return JSONResponse(body)

    async def _fault(self, request: Request) -> Response:
        self._trouble.plan_fault(await _message(request, Fault))
        return JSONResponse({"planned": True})

    async def _storm(self, request: Request) -> Response:
        self._trouble.storm(await _message(request, Storm))
        return JSONResponse({"planned": True})

    async def _hold(self, request: Request) -> Response:
        self._trouble.plan_hold(await _message(request, Hold))
        return JSONResponse({"planned": True})

    async def _waiting(self, _: Request) -> Response:
        return JSONResponse([held.model_dump(mode="json") for held in self._trouble.waiting()])

    async def _release(self, request: Request) -> Response:
        ticket = request.query_params.get("ticket")
        return JSONResponse({"released": self._trouble.release(int(ticket) if ticket else None)})

    async def _clear(self, _: Request) -> Response:
        self._trouble.clear()
        return JSONResponse({"cleared": True})

    async def _forget_keys(self, request: Request) -> Response:
        return JSONResponse({"forgotten": self._books.forget_keys(request.query_params.get("ending", ""))})

    async def _ledger(self, _: Request) -> Response:
        return JSONResponse(ledger(self._books).model_dump(mode="json"))

    async def _violations(self, _: Request) -> Response:
        return JSONResponse(self._books.violations())

    async def _forget_violations(self, _: Request) -> Response:
        self._books.forget_violations()
        return JSONResponse({"forgotten": True})


def ledger(books: Books) -> Ledger:
    """What really happened, from the books alone."""
    return Ledger(
        charges={entry.id: _charge_ledger(books, entry) for entry in reversed(books.all("charge"))},
        disputes={entry.id: _dispute_ledger(books, entry) for entry in reversed(books.all("dispute"))},
        files=len(books.all("file")),
    )


def _charge_ledger(books: Books, charge: Entry) -> ChargeLedger:
    refunds = [
        MadeRefund(
            id=entry.id,
            amount=entry.body["amount"],
            status=entry.body["status"],
            by=entry.note["by"],
            idempotency_key=entry.note["key"],
            metadata=entry.body["metadata"],
        )
        for entry in reversed(books.all("refund", charge.id))
    ]
    return ChargeLedger(
        captured=charge.body["amount_captured"],
        currency=charge.body["currency"],
        refunds=tuple(refunds),
        refunded=charge.body["amount_refunded"],
    )


def _dispute_ledger(books: Books, dispute: Entry) -> DisputeLedger:
    return DisputeLedger(
        charge=dispute.body["charge"],
        status=dispute.body["status"],
        submissions=tuple(Submission.model_validate(body) for body in books.submissions(dispute.id)),
        recovered=sum(max(0, part["amount"]) for part in dispute.body["balance_transactions"]),
    )


def _same(existing: Entry, **asked: int | str) -> Response:
    """Asked again for what is there; Refusal when it is something else."""
    different: Wire = {name: existing.body[name] for name, value in asked.items() if existing.body[name] != value}
    if different:
        raise Refusal(f"{existing.kind} {existing.id} exists already, with {different}.", status=409)
    return JSONResponse(existing.body)


async def _message(request: Request, kind: type[_Message]) -> _Message:
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        raise Refusal(str(error)) from error
