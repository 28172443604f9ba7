"""A thin client of PayPal's REST interface: one token, explicit timeouts, no hidden retries, only the links it gave."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from tools.ports import ProcessorError
from tools.processors.paypal.answers import (
    Capture,
    Dispute,
    ErrorAnswer,
    FoundDisputes,
    Link,
    Links,
    Order,
    Refund,
    Token,
    TokenRefused,
)

LIVE = "https://api-m.paypal.com"
"""PayPal itself; its own test world is https://api-m.sandbox.paypal.com."""

_Answer = TypeVar("_Answer", bound=BaseModel)
_RENEW_BEFORE = 60.0
"""Seconds before a token expires from which on it is not used any more."""


class PayPalClient:
    """The calls we make. Refusals are ProcessorError; retrying is the caller's decision, who reconciles first.

    A 401 renews the token once: PayPal may end one before its time. The first request was not worked on then.
    """

    def __init__(self, client_id: str, secret: SecretStr, *, url: str = LIVE, timeout_seconds: float = 30.0) -> None:
        """`url` is where the interface begins, without a slash at its end."""
        self._url = url.rstrip("/")
        self._identity = httpx.BasicAuth(client_id, secret.get_secret_value())
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)), trust_env=False
        )
        self._token: tuple[str, float] | None = None
        self._renewing = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def capture(self, reference: str) -> Capture:
        """GET /v2/payments/captures/{id}."""
        return await self._read(f"/v2/payments/captures/{_part(reference)}", Capture, f"read capture {reference}")

    async def order(self, link: Link) -> Order:
        """The order a capture belongs to, by the capture's `up` link."""
        return await self._follow(link, Order, "read the order of a capture")

    async def refund(self, reference: str, body: Mapping[str, Any], key: str) -> Refund:
        """POST /v2/payments/captures/{id}/refund; `key` is remembered for 45 days and then replays its answer."""
        return await self._call(
            "POST",
            f"{self._url}/v2/payments/captures/{_part(reference)}/refund",
            Refund,
            f"refund {reference}",
            json=dict(body),
            headers={"PayPal-Request-Id": key, "Prefer": "return=representation"},
        )

    async def disputes_of(self, capture: str) -> FoundDisputes:
        """GET /v1/customer/disputes?disputed_transaction_id=…, the first page."""
        query = f"disputed_transaction_id={quote(capture, safe='')}"
        return await self._read(f"/v1/customer/disputes?{query}", FoundDisputes, f"list disputes of {capture}")

    async def disputes_since(self, since: datetime) -> list[str]:
        """GET /v1/customer/disputes?update_time_after=…, every page: ids of what was opened or changed since."""
        what = "list disputes"
        after = quote(since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"), safe="")
        page = await self._read(f"/v1/customer/disputes?update_time_after={after}&page_size=50", FoundDisputes, what)
        found = [item.dispute_id for item in page.items]
        while (following := page.link("next")) is not None:
            page = await self._follow(following, FoundDisputes, what)
            found += [item.dispute_id for item in page.items]
        return found

    async def dispute(self, reference: str) -> Dispute:
        """GET /v1/customer/disputes/{id}."""
        return await self._read(f"/v1/customer/disputes/{_part(reference)}", Dispute, f"read dispute {reference}")

    async def act(
        self, link: Link, what: str, body: Mapping[str, Any], file: tuple[str, str, bytes, str] | None = None
    ) -> Links:
        """Follow an action's link with a multipart body: `input` as JSON, and a file as (field, name, bytes, type)."""
        parts: list[tuple[str, tuple[str | None, str | bytes, str]]] = [
            ("input", (None, json.dumps(body, ensure_ascii=False), "application/json"))
        ]
        if file is not None:
            field, name, content, kind = file
            parts.append((field, (name, content, kind)))
        return await self._follow(link, Links, what, files=parts)

    async def _read(self, path: str, kind: type[_Answer], what: str) -> _Answer:
        return await self._call("GET", self._url + path, kind, what)

    async def _follow(self, link: Link, kind: type[_Answer], what: str, **request: Any) -> _Answer:
        if not is_paypals(link.href, self._url):
            raise ProcessorError(
                f"PayPal's link to {what} leads to {urlsplit(link.href).netloc}, not to PayPal; it was not followed",
                retry=False,
            )
        return await self._call(link.method, link.href, kind, what, **request)

    async def _call(self, method: str, url: str, kind: type[_Answer], what: str, **request: Any) -> _Answer:
        token = await self._fresh_token(None)
        answer = await self._sent(method, url, token, what, **request)
        if answer.status_code == 401:
            answer = await self._sent(method, url, await self._fresh_token(token), what, **request)
        return _read_as(kind, answer, what)

    async def _sent(self, method: str, url: str, token: str, what: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", **request.pop("headers", {})}
        try:
            return await self._http.request(method, url, headers=headers, **request)
        except httpx.InvalidURL as error:
            raise ProcessorError(f"PayPal's link to {what} is no address: {error}", retry=False) from error
        except httpx.HTTPError as error:
            raise ProcessorError(f"PayPal did not answer: {what} ({type(error).__name__})", retry=True) from None

    async def _fresh_token(self, refused: str | None) -> str:
        """The token at hand, or a new one when there is none, it ends soon, or it is the one that was refused."""
        async with self._renewing:
            if self._token is not None and self._token[0] != refused and time.monotonic() < self._token[1]:
                return self._token[0]
            asked = time.monotonic()
            try:
                answer = await self._http.post(
                    f"{self._url}/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=self._identity
                )
            except httpx.HTTPError as error:
                what = f"PayPal did not answer: get a token ({type(error).__name__})"
                raise ProcessorError(what, retry=True) from None
            token = _read_as(Token, answer, "give a token for AMENDS_PAYPAL_CLIENT_ID and AMENDS_PAYPAL_SECRET")
            self._token = (token.access_token, asked + max(0.0, token.expires_in - _RENEW_BEFORE))
            return token.access_token


def is_paypals(href: str, url: str) -> bool:
    """Whether a link leads where `url` leads; a token goes nowhere else.

    PayPal's links say https://api.paypal.com where https://api-m.paypal.com was asked.
    """
    there, here = urlsplit(href), urlsplit(url)
    if (there.scheme, there.netloc) == (here.scheme, here.netloc):
        return True
    hosts = (there.hostname or "", here.hostname or "")
    return there.scheme == "https" and all(host.endswith(".paypal.com") for host in hosts)


def _part(reference: str) -> str:
    return quote(reference, safe="")


def _read_as(kind: type[_Answer], answer: httpx.Response, what: str) -> _Answer:
    """The answer's body; a refusal becomes a ProcessorError without the body or the token it may carry."""
    if not answer.is_success:
        raise _processor_error(answer, what)
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in one["loc"]) or "body" for one in error.errors()[:3])
        raise ProcessorError(
            f"PayPal's answer cannot be read ({fields}): {what}", retry=True, request_id=_debug_id(answer)
        ) from None


def _processor_error(answer: httpx.Response, what: str) -> ProcessorError:
    """What failed, PayPal's own words, and whether asking again can help.

    Asking again helps after 408, 409 (a request with the same id is still being worked on), 429, any 5xx and a
    redirection. A body that is not in PayPal's error shape comes from something in between and is not quoted.
    """
    status = answer.status_code
    words, debug_id = _words(answer)
    return ProcessorError(
        f"PayPal refused to {what}: {words}",
        retry=status in (408, 409, 429) or status >= 500 or status < 400,
        request_id=_debug_id(answer) or debug_id,
    )


def _words(answer: httpx.Response) -> tuple[str, str | None]:
    try:
        error = ErrorAnswer.model_validate_json(answer.content)
    except ValidationError:
        try:
            refused = TokenRefused.model_validate_json(answer.content)
        except ValidationError:
            return f"HTTP {answer.status_code}", None
        return f"{refused.error_description or refused.error} ({refused.error})", None
    details = [
        " ".join(part for part in (one.field, one.description, f"({one.issue})") if part) for one in error.details
    ]
    return " ".join([error.message or error.name, f"({error.name})", *details]), error.debug_id


def _debug_id(answer: httpx.Response) -> str | None:
    return answer.headers.get("paypal-debug-id")
