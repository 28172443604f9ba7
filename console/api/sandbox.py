"""The sandbox: the payments and disputes that bundles speak of, and how their banks decide. Never beside real money."""

from fastapi import APIRouter, Request

from console.api.caller import OpenHouse, SubmitsCases
from console.api.paths import CaseId
from console.api.problems import Refused, refused_field
from console.api.shapes import SandboxDecision, SandboxPlayed
from console.api.specification import SANDBOX_BODY, answers
from console.api.submitted import sent_bundle
from console.cli.outside import decide, play, sandbox_of
from console.web.house import House
from knowledge.case import CaseBundle
from workflows.installation import Installation

router = APIRouter(prefix="/sandbox", tags=["sandbox"])


def has_sandbox(installation: Installation) -> bool:
    """Whether any processor is played here."""
    settings, addresses = installation.settings, installation.addresses
    return any(
        address is not None and key is None
        for address, key in (
            (addresses.stripe_url, settings.stripe_key),
            (addresses.paypal_url, settings.paypal_client_id),
            (addresses.adyen_url, settings.adyen_key),
        )
    )


@router.post("/payments", operation_id="play_payment", status_code=201, openapi_extra=SANDBOX_BODY,
             responses=answers(400, 403, 409, 413, 415, 422))  # fmt: skip
async def play_payment(request: Request, key: SubmitsCases, house: OpenHouse) -> SandboxPlayed:
    """Make the payment, and for a chargeback the dispute, of a bundle exist at the sandbox. Repeating is harmless."""
    bundle = (await sent_bundle(request)).bundle
    if bundle.merchant.id != key.merchant:
        raise refused_field("/merchant/id", "is not the merchant of the key", f"write {key.merchant}")
    address = _sandbox(house, bundle)
    try:
        await play(bundle, address)
    except RuntimeError as refused:
        raise Refused(409, str(refused)) from None
    notice = bundle.chargeback
    return SandboxPlayed(
        payment_reference=bundle.order.payment.processor_reference, dispute_id=notice.dispute_id if notice else None
    )


@router.post("/cases/{case_id}/outcome", operation_id="force_outcome", status_code=202,
             openapi_extra={"requestBody": {"content": {"application/json": {"example": {"outcome": "won"}}}}},
             responses=answers(400, 403, 404, 409, 413, 422))  # fmt: skip
async def force_outcome(case_id: CaseId, asked: SandboxDecision, key: SubmitsCases, house: OpenHouse) -> SandboxPlayed:
    """Have the sandbox's bank decide the case's dispute: won or lost. The case learns of it as it would of a real one.

    Where processors' webhooks are not set up, the case is told at once.
    """
    bundle = await house.installation.cases.bundle(key.merchant, case_id)
    if bundle.chargeback is None:
        raise Refused(409, "the case is no chargeback; nobody decides it but you")
    address = _sandbox(house, bundle)
    try:
        await decide(bundle, address, asked.outcome)
    except RuntimeError as refused:
        raise Refused(409, str(refused)) from None
    await house.desk.outcome_news(key.merchant, case_id, f"sandbox-{asked.outcome}")
    payment = bundle.order.payment.processor_reference
    return SandboxPlayed(payment_reference=payment, dispute_id=bundle.chargeback.dispute_id)


def _sandbox(house: House, bundle: CaseBundle) -> str:
    address = sandbox_of(bundle, house.installation.settings, house.installation.addresses)
    if address is None:
        raise Refused(409, f"{bundle.order.payment.processor.value} is no sandbox here")
    return address
