"""A thin client of Adyen's Disputes and Checkout APIs: strict answers, explicit timeouts, no hidden retries."""

from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from knowledge.base import Frozen
from tools.ports import ProcessorError

_DISPUTES = "ca/services/DisputeService/v30"
_CHECKOUT = "v71"
_Answer = TypeVar("_Answer", bound=BaseModel)
_IN_PROGRESS = "704"
"""errorCode of a request whose key is still being worked on
(https://docs.adyen.com/development-resources/api-idempotency)."""


class AdyenAddresses(Frozen):
    """Where Adyen's two services are."""

    disputes: str
    checkout: str


def addresses(live_prefix: str | None, sandbox: str | None = None) -> AdyenAddresses:
    """Adyen's live system for a company's prefix, its test system without one, or our own stand-in at `sandbox`.

    https://docs.adyen.com/development-resources/live-endpoints
    """
    if sandbox is not None:
        base = sandbox.rstrip("/")
        return AdyenAddresses(disputes=f"{base}/{_DISPUTES}", checkout=f"{base}/checkout/{_CHECKOUT}")
    if live_prefix is None:
        return AdyenAddresses(
            disputes=f"https://ca-test.adyen.com/{_DISPUTES}", checkout=f"https://checkout-test.adyen.com/{_CHECKOUT}"
        )
    return AdyenAddresses(
        disputes=f"https://ca-live.adyen.com/{_DISPUTES}",
        checkout=f"https://{live_prefix}-checkout-live.adyenpayments.com/checkout/{_CHECKOUT}",
    )


class _Wire(BaseModel):
    """What Adyen answers; a field we do not know is no answer we can rely on."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceResult(_Wire):
    """Whether a call to the Disputes API was taken: HTTP 200 says nothing of it."""

    success: bool
    errorMessage: str | None = None  # noqa: N815 -- Adyen's own name


class Outcome(_Wire):
    """Answer of the calls that change a dispute."""

    disputeServiceResult: ServiceResult  # noqa: N815


class WireDocumentType(_Wire):
    """A kind of document a reason asks for."""

    defenseDocumentTypeCode: str  # noqa: N815
    requirementLevel: str  # noqa: N815
    available: bool


class WireReason(_Wire):
    """A defence reason on offer."""

    defenseReasonCode: str  # noqa: N815
    satisfied: bool
    defenseDocumentTypes: tuple[WireDocumentType, ...] = ()  # noqa: N815


class Reasons(_Wire):
    """Answer of retrieveApplicableDefenseReasons."""

    defenseReasons: tuple[WireReason, ...] = ()  # noqa: N815
    disputeServiceResult: ServiceResult  # noqa: N815


class WireAmount(_Wire):
    """Adyen's amount."""

    value: int
    currency: str


class RefundReceived(_Wire):
    """Answer of a refund request: never more than `received`, whatever becomes of it."""

    merchantAccount: str  # noqa: N815
    paymentPspReference: str  # noqa: N815
    pspReference: str  # noqa: N815
    reference: str
    status: str
    amount: WireAmount


class AdyenClient:
    """Calls Adyen for one merchant account. Every failure is a ProcessorError without bodies or the key."""

    def __init__(self, key: SecretStr, account: str, where: AdyenAddresses, *, timeout_seconds: float = 30.0) -> None:
        """`account` is the merchant account code; `key` goes into the `x-API-key` header."""
        self._account = account
        self._where = where
        self._http = httpx.AsyncClient(
            headers={"x-API-key": key.get_secret_value()},
            timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def reasons(self, dispute: str) -> Reasons:
        """POST /retrieveApplicableDefenseReasons."""
        what = f"retrieve the defence reasons of {dispute}"
        answer = await self._dispute("retrieveApplicableDefenseReasons", dispute, {}, Reasons, what, None)
        _check(answer.disputeServiceResult, what)
        return answer

    async def supply(self, dispute: str, documents: list[dict[str, str]]) -> None:
        """POST /supplyDefenseDocument."""
        what = f"supply documents for {dispute}"
        body = {"defenseDocuments": documents}
        _check(
            (await self._dispute("supplyDefenseDocument", dispute, body, Outcome, what, None)).disputeServiceResult,
            what,
        )

    async def delete_document(self, dispute: str, code: str) -> None:
        """POST /deleteDisputeDefenseDocument."""
        what, body = f"delete the document {code} of {dispute}", {"defenseDocumentType": code}
        answer = await self._dispute("deleteDisputeDefenseDocument", dispute, body, Outcome, what, None)
        _check(answer.disputeServiceResult, what)

    async def defend(self, dispute: str, reason: str, key: str) -> None:
        """POST /defendDispute."""
        what, body = f"defend {dispute}", {"defenseReasonCode": reason}
        _check((await self._dispute("defendDispute", dispute, body, Outcome, what, key)).disputeServiceResult, what)

    async def accept(self, dispute: str, key: str) -> None:
        """POST /acceptDispute."""
        what = f"accept {dispute}"
        _check((await self._dispute("acceptDispute", dispute, {}, Outcome, what, key)).disputeServiceResult, what)

    async def refund(self, payment: str, amount: dict[str, int | str], reference: str, key: str) -> RefundReceived:
        """POST /payments/{paymentPspReference}/refunds."""
        url = f"{self._where.checkout}/payments/{payment}/refunds"
        body = {"merchantAccount": self._account, "amount": amount, "reference": reference}
        return await self._post(url, body, RefundReceived, f"refund {payment}", key)

    async def _dispute(
        self, call: str, dispute: str, body: dict[str, Any], kind: type[_Answer], what: str, key: str | None
    ) -> _Answer:
        whole = {"merchantAccountCode": self._account, "disputePspReference": dispute, **body}
        return await self._post(f"{self._where.disputes}/{call}", whole, kind, what, key)

    async def _post(self, url: str, body: dict[str, Any], kind: type[_Answer], what: str, key: str | None) -> _Answer:
        try:
            answer = await self._http.post(url, json=body, headers={"Idempotency-Key": key} if key else {})
        except httpx.TransportError:
            answer = None
        if answer is None:
            raise ProcessorError(f"Adyen did not answer: {what}", retry=True)
        request_id = answer.headers.get("pspreference")
        if not answer.is_success:
            raise _refused(answer, what, request_id)
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError as error:
            fields = ", ".join(".".join(str(part) for part in one["loc"]) or "body" for one in error.errors())
        # Something was done, and only a further look tells what.
        raise ProcessorError(f"Adyen's answer cannot be read ({fields}): {what}", retry=True, request_id=request_id)


def _check(result: ServiceResult, what: str) -> None:
    """A call that was answered and not taken; asking again would bring the same."""
    if not result.success:
        raise ProcessorError(f"Adyen refused to {what}: {result.errorMessage or 'without a reason'}", retry=False)


def _refused(answer: httpx.Response, what: str, request_id: str | None) -> ProcessorError:
    """What failed, in Adyen's own words and code when the body is its own, and whether asking again can help.

    It helps after 408, 409, 429, any 5xx, a redirect, a key still being worked on and whatever Adyen itself calls a
    transient error.
    """
    error = _Error.of(answer)
    code = f" ({error.errorCode})" if error.errorCode else ""
    status = answer.status_code
    return ProcessorError(
        f"Adyen refused to {what}: {error.message or f'HTTP {status}'}{code}",
        retry=status in (408, 409, 429)
        or status >= 500
        or status < 400
        or error.errorCode == _IN_PROGRESS
        or answer.headers.get("transient-error") == "true",
        request_id=request_id or error.pspReference,
    )


class _Error(BaseModel):
    """Adyen's ServiceError; a body in another shape comes from something in between and is not quoted."""

    model_config = ConfigDict(extra="ignore")

    message: str | None = None
    errorCode: str | None = None  # noqa: N815
    pspReference: str | None = None  # noqa: N815

    @classmethod
    def of(cls, answer: httpx.Response) -> "_Error":
        try:
            return cls.model_validate_json(answer.content)
        except ValidationError:
            return cls()
