"""Adyen's part of the control interface, under `/_sandbox/adyen/`."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from knowledge.base import Frozen
from tools.processors.sandbox.adyen.courier import Courier
from tools.processors.sandbox.adyen.disputes import DISPUTE
from tools.processors.sandbox.adyen.gateway import AdyenWorld
from tools.processors.sandbox.adyen.messages import (
    AdyenDisputeLedger,
    AdyenLedger,
    AdyenPaymentLedger,
    AdyenRefundMade,
    AdyenSubmission,
    CustomerAreaRefund,
    Delivery,
    Event,
    NewAdyenDispute,
    NewPayment,
    RefundEvent,
    Told,
)
from tools.processors.sandbox.adyen.payments import PAYMENT, REFUND
from tools.processors.sandbox.adyen.refusal import NotTaken, ServiceError
from tools.processors.sandbox.books import Books, Entry

_Message = TypeVar("_Message", bound=Frozen)
_BASE = "/_sandbox/adyen"


class AdyenControl:
    """The handlers of Adyen's part."""

    def __init__(self, world: AdyenWorld, courier: Courier) -> None:
        self._world = world
        self._courier = courier

    def routes(self) -> list[Route]:
        """Every address."""
        return [
            Route(f"{_BASE}/payments", _told(self._payment), methods=["POST"]),
            Route(f"{_BASE}/disputes", _told(self._dispute), methods=["POST"]),
            Route(f"{_BASE}/disputes/{{id}}/events", _told(self._event), methods=["POST"]),
            Route(f"{_BASE}/refunds", _told(self._refund), methods=["POST"]),
            Route(f"{_BASE}/refunds/{{id}}/events", _told(self._refund_event), methods=["POST"]),
            Route(f"{_BASE}/delivery", _told(self._delivery), methods=["POST"]),
            Route(f"{_BASE}/notifications", _told(self._notifications)),
            Route(f"{_BASE}/ledger", _told(self._ledger)),
        ]

    async def _payment(self, request: Request) -> Response:
        new = await _message(request, NewPayment)
        existing = self._world.books.find(PAYMENT, new.id) if new.id else None
        if existing is not None:
            return _same(existing, value=new.value, currency=new.currency)
        with self._world.books.changing():
            return JSONResponse(self._world.payments.create(new, self._world.now()))

    async def _dispute(self, request: Request) -> Response:
        new = await _message(request, NewAdyenDispute)
        existing = self._world.books.find(DISPUTE, new.id) if new.id else None
        if existing is not None:
            return _same(existing, payment=new.payment)
        with self._world.books.changing():
            return JSONResponse(self._world.disputes.open(new, self._world.now()))

    async def _event(self, request: Request) -> Response:
        event = await _message(request, Event)
        with self._world.books.changing():
            return JSONResponse(self._world.disputes.tell(request.path_params["id"], event, self._world.now()))

    async def _refund(self, request: Request) -> Response:
        new = await _message(request, CustomerAreaRefund)
        with self._world.books.changing():
            return JSONResponse(self._world.payments.refund_by_hand(new, self._world.now()))

    async def _refund_event(self, request: Request) -> Response:
        event = await _message(request, RefundEvent)
        with self._world.books.changing():
            return JSONResponse(self._world.payments.tell(request.path_params["id"], event, self._world.now()))

    async def _delivery(self, request: Request) -> Response:
        self._courier.deliver_as(await _message(request, Delivery))
        return JSONResponse({"delivering": True})

    async def _notifications(self, request: Request) -> Response:
        items = self._world.notices.about(request.query_params.get("reference", ""))
        return JSONResponse(Told(items=tuple(items)).model_dump(mode="json"))

    async def _ledger(self, _: Request) -> Response:
        return JSONResponse(_ledger(self._world, self._courier.refused).model_dump(mode="json"))


def _ledger(world: AdyenWorld, refused: int) -> AdyenLedger:
    """What really happened, from the books alone."""
    books = world.books
    disputes = books.all(DISPUTE)
    return AdyenLedger(
        payments={entry.id: _payment_ledger(books, entry) for entry in reversed(books.all(PAYMENT))},
        disputes={
            entry.id: AdyenDisputeLedger(
                payment=entry.body["payment"],
                open=bool(entry.body["due"]),
                accepted=entry.body["accepted"],
                documents=entry.body["documents"],
                submissions=tuple(AdyenSubmission.model_validate(body) for body in books.submissions(entry.id)),
            )
            for entry in reversed(disputes)
        },
        undelivered=len(world.notices.waiting()),
        refused_deliveries=refused,
        supplied=sum(entry.note["supplied"] for entry in disputes),
    )


def _payment_ledger(books: Books, payment: Entry) -> AdyenPaymentLedger:
    refunds = [
        AdyenRefundMade(
            id=entry.id,
            value=entry.body["value"],
            reference=entry.body["reference"],
            idempotency_key=entry.note["key"],
            standing=entry.body["standing"],
        )
        for entry in reversed(books.all(REFUND, payment.id))
    ]
    return AdyenPaymentLedger(value=payment.body["value"], currency=payment.body["currency"], refunds=tuple(refunds))


def _same(existing: Entry, **asked: int | str) -> Response:
    """Asked again for what is there; refused when it is something else."""
    if any(existing.body[name] != value for name, value in asked.items()):
        raise ServiceError(f"{existing.id} exists already, and is another", status=409, code="0")
    return JSONResponse(existing.body)


async def _message(request: Request, kind: type[_Message]) -> _Message:
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        raise ServiceError(str(error), status=400, code="0") from error


def _told(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """What cannot be done is told with its reason."""

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except ServiceError as error:
            return JSONResponse(error.body(""), error.status)
        except NotTaken as error:
            return JSONResponse({"message": str(error)}, 400)

    return handled
