"""The sandbox as a web application: Stripe under `/v1/`, PayPal under `/paypal/`, Adyen under `/adyen/`, and control.

Control is under `/_sandbox/`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.processors.sandbox.adyen.control_routes import AdyenControl
from tools.processors.sandbox.adyen.courier import Courier
from tools.processors.sandbox.adyen.gateway import AdyenGateway, AdyenWorld
from tools.processors.sandbox.books import Books
from tools.processors.sandbox.control_routes import Control
from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.gateway import Gateway
from tools.processors.sandbox.paypal.api import PayPalApi
from tools.processors.sandbox.paypal.control_routes import PayPalControl
from tools.processors.sandbox.paypal.gateway import BASE as PAYPAL_BASE
from tools.processors.sandbox.paypal.gateway import PayPalGateway
from tools.processors.sandbox.paypal.reading import PayPalReading, UncheckedReading
from tools.processors.sandbox.paypal.refusal import PayPalRefusal
from tools.processors.sandbox.reading import PlainReading, RequestReading
from tools.processors.sandbox.refusal import Refusal
from tools.processors.sandbox.stripe_api import StripeApi

DAY = 86_400
"""Stripe forgets idempotency keys after at least this many seconds."""


def sandbox(folder: Path, specification: Path | None = None, key_seconds: int = DAY) -> Starlette:
    """The application, keeping everything in `folder`; with `specification`, every request is held to it.

    `specification` is Stripe's; PayPal's and Adyen's stand beside it as `paypal_disputes.json`,
    `paypal_payments.json` and `adyen_disputes.json`.
    """
    reading: RequestReading = PlainReading()
    paypal_reading: PayPalReading = UncheckedReading()
    adyen_specification = None
    if specification is not None:
        # Imported here, because the checks need a package that a shop's installation does not.
        from tools.processors.sandbox.adyen.specification import AdyenSpecification
        from tools.processors.sandbox.paypal.specification import PayPalSpecification
        from tools.processors.sandbox.specification import Specification

        reading = Specification.read(specification)
        paypal_reading = PayPalSpecification.read(
            specification.with_name(f"paypal_{part}.json") for part in ("disputes", "payments")
        )
        adyen_specification = AdyenSpecification.read(specification.with_name("adyen_disputes.json"))
    books = Books(folder)
    api = StripeApi(books, folder)
    trouble = Trouble()
    gateway = Gateway(api, reading, trouble, key_seconds)
    adyen = AdyenWorld(books, folder)
    courier = Courier(books, adyen.notices, adyen_specification)

    paypal = PayPalApi(books)
    paypal_gateway = PayPalGateway(paypal, paypal_reading, trouble)

    @asynccontextmanager
    async def open_books(_: Starlette) -> AsyncGenerator[None]:
        delivering = asyncio.create_task(courier.run())
        yield
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        books.close()

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return JSONResponse(error.body(), error.status)

    async def refused_by_paypal(_: Request, error: Exception) -> Response:
        assert isinstance(error, PayPalRefusal)
        return JSONResponse(error.error, error.status)

    return Starlette(
        routes=[
            *Control(api, trouble).routes(),
            *PayPalControl(paypal).routes(),
            *AdyenControl(adyen, courier).routes(),
            *AdyenGateway(adyen, adyen_specification, trouble).routes(),
            Route("/v1/{rest:path}", gateway.handle, methods=["GET", "POST", "DELETE"]),
            Route(PAYPAL_BASE + "/{rest:path}", paypal_gateway.handle, methods=["GET", "POST"]),
        ],
        exception_handlers={Refusal: refused, PayPalRefusal: refused_by_paypal},
        lifespan=open_books,
    )
