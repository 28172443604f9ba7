"""`POST /webhooks/{processor}/{account}`: checked, stored, and only then answered.

Refusals are problem details (RFC 9457) that say what to mend and hold no secret. Nothing is worked on here.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tools.intake import adyen, paypal, stripe
from tools.intake.notice import BadSignature, UnreadableNotice, WebhookNotice, WebhookProcessor
from tools.intake.paypal_certificates import CertificateUnavailable, PayPalCertificates
from tools.records.inbox import WebhookInbox
from tools.records.records import RecordsUnavailable
from tools.settings import WebhookAccount
from tools.telemetry.figures import WEBHOOKS

LARGEST = 1024 * 1024
"""Bytes of a body; processors' webhooks are a few thousand."""
_BODY_SECONDS = 10.0
_PARSE = {
    WebhookProcessor.STRIPE: stripe.parse,
    WebhookProcessor.PAYPAL: paypal.parse,
    WebhookProcessor.ADYEN: adyen.parse,
}
# Adyen's older webhooks count as delivered only with this text; the others look at the status alone.
_ACCEPTED = "[accepted]"


class _Refused(Exception):
    """An answer other than success."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        super().__init__(title)


class WebhookDoor:
    """`stored` is called after each delivery that was stored, so that the inbox is worked on at once."""

    def __init__(
        self,
        accounts: Sequence[WebhookAccount],
        inbox: WebhookInbox,
        certificates: PayPalCertificates,
        *,
        stored: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        self._accounts = {(each.processor.value, each.account): each for each in accounts}
        self._inbox = inbox
        self._certificates = certificates
        self._stored = stored
        self._clock = clock

    def application(self) -> Starlette:
        """The web application."""
        return Starlette(
            routes=[
                Route("/webhooks/{processor}/{account}", self._receive, methods=["POST"]),
                Route("/ready", self._ready, methods=["GET"]),
            ],
            exception_handlers={_Refused: _problem},
        )

    async def _ready(self, _: Request) -> Response:
        return PlainTextResponse("ready")

    async def _receive(self, request: Request) -> Response:
        given = request.path_params
        account = self._accounts.get((given["processor"], given["account"]))
        if account is None:
            WEBHOOKS.labels("other", "404").inc()
            raise _Refused(404, "No such account", "no account of this processor and name is set in AMENDS_WEBHOOKS")
        try:
            answer = await self._take(account, request)
        except _Refused as refused:
            WEBHOOKS.labels(account.processor.value, str(refused.status)).inc()
            raise
        WEBHOOKS.labels(account.processor.value, "200").inc()
        return answer

    async def _take(self, account: WebhookAccount, request: Request) -> Response:
        raw = await _body(request)
        try:
            await self._verify(account, raw, request)
            notices = _PARSE[account.processor](raw)
        except BadSignature as bad:
            raise _Refused(400, "Not signed", bad.reason) from None
        except UnreadableNotice as unreadable:
            raise _Refused(400, "Not readable", str(unreadable)) from None
        except CertificateUnavailable as later:
            raise _Refused(
                503, "Not checked", f"PayPal's certificate cannot be had now, deliver again: {later}"
            ) from None
        for notice in notices:
            _refuse_anothers(account, notice)
        try:
            for notice in notices:
                await self._inbox.store(account.merchant, account.account, notice, raw)
        except RecordsUnavailable as down:
            raise _Refused(503, "Not stored", f"deliver again: {down}") from None
        self._stored()
        return PlainTextResponse(_ACCEPTED)

    async def _verify(self, account: WebhookAccount, raw: bytes, request: Request) -> None:
        secrets = [secret.get_secret_value() for secret in account.secrets]
        match account.processor:
            case WebhookProcessor.STRIPE:
                stripe.verify(raw, request.headers, secrets, self._clock())
            case WebhookProcessor.PAYPAL:
                await paypal.verify(raw, request.headers, secrets, self._clock(), self._certificates)
            case WebhookProcessor.ADYEN:
                adyen.verify(raw, request.headers, secrets, self._clock())


def _refuse_anothers(account: WebhookAccount, notice: WebhookNotice) -> None:
    """One key may sign for several accounts (Adyen's company-wide webhooks, Stripe's Connect)."""
    if notice.account not in (None, account.account):
        raise _Refused(
            403,
            "Another account",
            f"event {notice.event_id} is of {notice.account}; set up its webhook with an address of its own",
        )
    if notice.live not in (None, account.live):
        kind = "live" if notice.live else "test"
        raise _Refused(
            403,
            "Live and test",
            f"event {notice.event_id} is a {kind} event; AMENDS_WEBHOOKS says the other of this account",
        )


async def _body(request: Request) -> bytes:
    """The body byte for byte, no longer than `LARGEST` and no slower than ten seconds."""
    read = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                read += chunk
                if len(read) > LARGEST:
                    raise _Refused(413, "Too large", f"a webhook may have {LARGEST} bytes")
    except TimeoutError:
        raise _Refused(408, "Too slow", f"the body must arrive within {_BODY_SECONDS:.0f} s") from None
    except ClientDisconnect:
        raise _Refused(400, "Cut off", "the connection ended before the body") from None
    return bytes(read)


async def _problem(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, _Refused)
    content = {"title": refused.title, "status": refused.status, "detail": refused.detail}
    return JSONResponse(content, refused.status, media_type="application/problem+json")
