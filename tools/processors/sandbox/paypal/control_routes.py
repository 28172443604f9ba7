"""The control interface under `/_sandbox/paypal/`: what may be made to happen at PayPal's side, and seen."""

from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from knowledge.base import Frozen
from tools.processors.sandbox.books import Books, Entry
from tools.processors.sandbox.paypal import objects
from tools.processors.sandbox.paypal.api import PayPalApi
from tools.processors.sandbox.paypal.disputes import DISPUTE
from tools.processors.sandbox.paypal.messages import (
    CaptureLedger,
    DashboardPayPalRefund,
    NewCapture,
    NewPayPalDispute,
    PayPalDisputeLedger,
    PayPalLedger,
    PayPalOutcome,
    PayPalRefund,
    PayPalRefundOutcome,
    PayPalStage,
    PayPalSubmission,
    TokenPlan,
)
from tools.processors.sandbox.paypal.payments import CAPTURE, REFUND
from tools.processors.sandbox.paypal.refusal import malformed

_Message = TypeVar("_Message", bound=Frozen)


class PayPalControl:
    """The handlers of the control interface."""

    def __init__(self, api: PayPalApi) -> None:
        self._api = api
        self._books = api.books

    def routes(self) -> list[Route]:
        """Every address of the control interface."""
        here = "/_sandbox/paypal"
        return [
            Route(f"{here}/captures", self._new_capture, methods=["POST"]),
            Route(f"{here}/disputes", self._new_dispute, methods=["POST"]),
            Route(f"{here}/disputes/{{id}}/outcome", self._outcome, methods=["POST"]),
            Route(f"{here}/disputes/{{id}}/stage", self._stage, methods=["POST"]),
            Route(f"{here}/dashboard/refunds", self._dashboard_refund, methods=["POST"]),
            Route(f"{here}/refunds/{{id}}/outcome", self._refund_outcome, methods=["POST"]),
            Route(f"{here}/tokens", self._tokens, methods=["POST"]),
            Route(f"{here}/ledger", self._ledger),
        ]

    async def _new_capture(self, request: Request) -> Response:
        new = await _message(request, NewCapture)
        existing = self._books.find(CAPTURE, new.id) if new.id else None
        if existing is not None:
            if existing.body["amount"] != objects.amount_of(new.amount):
                raise malformed("amount", f"capture {existing.id} exists already, with {existing.body['amount']}")
            return _id(existing)
        with self._books.changing():
            return _id(self._api.payments.capture(new, self._api.now()))

    async def _new_dispute(self, request: Request) -> Response:
        new = await _message(request, NewPayPalDispute)
        existing = self._books.find(DISPUTE, new.id) if new.id else None
        if existing is not None:
            return _id(existing)
        with self._books.changing():
            return _id(self._api.disputes.open(new, self._api.now()))

    async def _outcome(self, request: Request) -> Response:
        outcome = await _message(request, PayPalOutcome)
        with self._books.changing():
            return _id(self._api.disputes.decide(request.path_params["id"], outcome, self._api.now()))

    async def _stage(self, request: Request) -> Response:
        stage = await _message(request, PayPalStage)
        with self._books.changing():
            return _id(self._api.disputes.go_on(request.path_params["id"], stage, self._api.now()))

    async def _dashboard_refund(self, request: Request) -> Response:
        new = await _message(request, DashboardPayPalRefund)
        with self._books.changing():
            return _id(self._api.payments.refund_in_dashboard(new, self._api.now()))

    async def _refund_outcome(self, request: Request) -> Response:
        outcome = await _message(request, PayPalRefundOutcome)
        with self._books.changing():
            return _id(self._api.payments.decide(request.path_params["id"], outcome))

    async def _tokens(self, request: Request) -> Response:
        plan = await _message(request, TokenPlan)
        if plan.end_all:
            self._api.tokens.end_all()
        self._api.tokens.last_for(plan.last_seconds)
        return JSONResponse({"planned": True})

    async def _ledger(self, _: Request) -> Response:
        books = self._books
        ledger = PayPalLedger(
            captures={one.id: _capture_ledger(books, one) for one in reversed(books.all(CAPTURE))},
            disputes={one.id: _dispute_ledger(books, one) for one in reversed(books.all(DISPUTE))},
            tokens=self._api.tokens.given,
        )
        return JSONResponse(ledger.model_dump(mode="json"))


def _capture_ledger(books: Books, capture: Entry) -> CaptureLedger:
    return CaptureLedger(
        captured=objects.money_of(capture.body["amount"]),
        status=capture.body["status"],
        refunds=tuple(
            PayPalRefund(
                id=one.id,
                amount=objects.money_of(one.body["amount"]),
                status=one.body["status"],
                by=one.note["by"],
                custom_id=one.body.get("custom_id"),
            )
            for one in reversed(books.all(REFUND, capture.id))
        ),
    )


def _dispute_ledger(books: Books, dispute: Entry) -> PayPalDisputeLedger:
    return PayPalDisputeLedger(
        capture=str(dispute.charge),
        status=dispute.body["status"],
        outcome=dispute.body.get("dispute_outcome", {}).get("outcome_code"),
        submissions=tuple(PayPalSubmission.model_validate(one) for one in books.submissions(dispute.id)),
    )


def _id(entry: Entry) -> Response:
    return JSONResponse({"id": entry.id})


async def _message(request: Request, kind: type[_Message]) -> _Message:
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        raise malformed("/", str(error)) from error
