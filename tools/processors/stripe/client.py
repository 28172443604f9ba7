"""A thin client on Stripe's own library: one address for all traffic, explicit timeouts, no hidden retries."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import httpx
import stripe
from pydantic import SecretStr
from stripe import Charge, Dispute, File, Refund

from tools.ports import ProcessorError

if TYPE_CHECKING:
    from stripe.params import DisputeListParams, DisputeUpdateParams, RefundCreateParams

# The library logs bodies at DEBUG and, with telemetry on, tells Stripe about the host's platform.
logging.getLogger("stripe").setLevel(logging.INFO)
stripe.enable_telemetry = False

_Answer = TypeVar("_Answer")
_SERVER_ERROR = 500
_PAGE = 100
"""The longest page Stripe gives."""


class _NamedBytes(BytesIO):
    """Bytes with the file name Stripe shows."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


class StripeClient:
    """Calls Stripe, or whatever speaks its interface at `url`. Every failure is a ProcessorError.

    Retrying is the caller's decision, who reconciles first: the library's own retries are switched off.
    """

    def __init__(self, key: SecretStr, *, url: str | None = None, timeout_seconds: float = 30.0) -> None:
        """`url` replaces both of Stripe's addresses, files included; None means Stripe itself."""
        self._transport = stripe.HTTPXClient(timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)))
        addresses: dict[str, str] = {} if url is None else dict.fromkeys(("api", "files", "connect"), url.rstrip("/"))
        self._stripe = stripe.StripeClient(
            key.get_secret_value(),
            base_addresses=addresses,  # pyright: ignore[reportArgumentType] -- a TypedDict of the same three keys
            max_network_retries=0,
            http_client=self._transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close_async()

    async def charge(self, reference: str) -> Charge:
        """GET /v1/charges/{id}."""
        return await _answered(self._stripe.v1.charges.retrieve_async(reference), f"read charge {reference}")

    async def refunds(self, charge: str) -> list[Refund]:
        """GET /v1/refunds?charge=…, every page."""

        async def every_page() -> list[Refund]:
            first = await self._stripe.v1.refunds.list_async({"charge": charge, "limit": _PAGE})
            pages: AsyncIterator[Refund] = first.auto_paging_iter()
            return [refund async for refund in pages]

        return await _answered(every_page(), f"list refunds of {charge}")

    async def create_refund(self, body: "RefundCreateParams", key: str) -> Refund:
        """POST /v1/refunds."""
        made = self._stripe.v1.refunds.create_async(body, {"idempotency_key": key})
        return await _answered(made, f"refund {body.get('charge')}")

    async def dispute(self, reference: str) -> Dispute:
        """GET /v1/disputes/{id}."""
        return await _answered(self._stripe.v1.disputes.retrieve_async(reference), f"read dispute {reference}")

    async def disputes_since(self, since: datetime) -> list[Dispute]:
        """GET /v1/disputes?created[gte]=…, every page."""

        async def every_page() -> list[Dispute]:
            asked: DisputeListParams = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
            first = await self._stripe.v1.disputes.list_async(asked)
            pages: AsyncIterator[Dispute] = first.auto_paging_iter()
            return [dispute async for dispute in pages]

        return await _answered(every_page(), "list disputes")

    async def update_dispute(self, reference: str, body: "DisputeUpdateParams", key: str) -> Dispute:
        """POST /v1/disputes/{id}."""
        return await _guarded(
            lambda under: self._stripe.v1.disputes.update_async(reference, body, {"idempotency_key": under}),
            key,
            f"update dispute {reference}",
        )

    async def close_dispute(self, reference: str, key: str) -> Dispute:
        """POST /v1/disputes/{id}/close."""
        return await _guarded(
            lambda under: self._stripe.v1.disputes.close_async(reference, None, {"idempotency_key": under}),
            key,
            f"close dispute {reference}",
        )

    async def upload_evidence(self, content: bytes, name: str, key: str) -> File:
        """POST /v1/files with purpose `dispute_evidence`."""
        return await _guarded(
            lambda under: self._stripe.v1.files.create_async(
                {"purpose": "dispute_evidence", "file": _NamedBytes(content, name)}, {"idempotency_key": under}
            ),
            key,
            f"upload {name}",
        )


async def _guarded(call: Callable[[str], Awaitable[_Answer]], key: str, what: str) -> _Answer:
    """Await `call` under `key`; under a new one when Stripe repeats a failure of its own that it remembers.

    Stripe keeps what it answered under a key for a day, a 500 too, which would outlast a dispute's date. Disputes
    guard themselves: one takes one submission and one closing, and an upload that nothing names changes nothing. (A
    refund does not, so it is never asked for under another key.)
    """
    try:
        return await call(key)
    except stripe.StripeError as error:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        failed = _processor_error(error, what)
        repeated = headers.get("idempotent-replayed") == "true" and (error.http_status or 0) >= _SERVER_ERROR
    if not repeated:
        raise failed
    return await _answered(call(f"{key}-{uuid4().hex}"), what)


async def _answered(call: Awaitable[_Answer], what: str) -> _Answer:
    """Await `call`; a refusal becomes a ProcessorError without the body or the key it may carry."""
    try:
        return await call
    except stripe.StripeError as error:
        failed = _processor_error(error, what)
    raise failed


def _processor_error(error: stripe.StripeError, what: str) -> ProcessorError:
    """What failed, Stripe's own words and code, and whether asking again can help.

    Asking again helps after a lost connection, 408, 429, any 5xx, 409 (the same key is still being worked on), and a
    success whose body cannot be read. A body that is not in Stripe's error shape comes from something in between and
    is not quoted.
    """
    status = error.http_status
    if isinstance(error, stripe.APIConnectionError) or status is None:
        return ProcessorError(f"Stripe did not answer: {what}", retry=True)
    code: str | None = getattr(error.error, "code", None)
    words = error.user_message if error.error and error.user_message else f"HTTP {status}"
    return ProcessorError(
        f"Stripe refused to {what}: {words}" + (f" ({code})" if code else ""),
        retry=status in (408, 409, 429) or status >= 500 or status < 400,
        request_id=error.request_id,
    )
