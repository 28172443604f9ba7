"""Which items of the evidence vocabulary the case's records hold."""

from knowledge.case import CaseBundle, DocumentKind
from knowledge.facts import Fact, FactName
from knowledge.judgement.defence.question import text_of
from knowledge.judgement.places import delivered_at_destination
from knowledge.money import Money


def held_evidence(bundle: CaseBundle, facts: dict[FactName, Fact], credited: Money) -> frozenset[str]:
    """Which items of the evidence vocabulary the case's records hold."""
    held = {"order_confirmation", "receipt_invoice", "product_listing_at_purchase"}
    if any(shipment.tracking_number for shipment in bundle.shipments):
        held.add("tracking_number")
    if FactName.ROUTE_SHIPPED_AT in facts:
        held.add("proof_of_shipment")
    if FactName.ROUTE_DELIVERED_AT in facts:
        held.add("proof_of_delivery")
        if delivered_at_destination(facts):
            held.add("delivery_address_match")
    if FactName.ROUTE_SIGNED_BY in facts:
        held.add("delivery_signature_or_photo")
    if bundle.messages:
        held.add("customer_communication")
    refunds = [policy for policy in bundle.order.policies if policy.kind in {"refunds", "returns"}]
    if refunds:
        held.add("refund_policy")
        if any(policy.accepted for policy in refunds):
            held.add("refund_policy_disclosure")
    if credited.minor:
        held |= {"refund_record", "partial_refund_record"}
    if _authenticated(facts):
        held.add("three_ds_result")
    if text_of(facts, FactName.PAYMENT_AVS) == "match" or text_of(facts, FactName.PAYMENT_CVC) == "match":
        held.add("avs_cvv_result")
    device = bundle.order.device
    if device is not None:
        held |= {
            name for name, value in (("ip_address", device.ip), ("device_fingerprint", device.fingerprint)) if value
        }
    if _linked_priors(bundle) >= 2:
        held.add("prior_undisputed_transactions")
    kinds = {document.kind for document in bundle.documents}
    for kind, item in (
        (DocumentKind.ACCESS_LOG, "digital_access_log"),
        (DocumentKind.CUSTOMS, "customs_clearance_record"),
        (DocumentKind.QUALITY_CHECK, "pre_shipment_qc"),
        (DocumentKind.PROOF_OF_DELIVERY, "proof_of_delivery"),
    ):
        if kind in kinds:
            held.add(item)
    return frozenset(held)


def _authenticated(facts: dict[FactName, Fact]) -> bool:
    # ECI 5/6 (Visa) and 2/1 (Mastercard): authenticated or attempted, both with liability shift in most regions.
    eci = text_of(facts, FactName.PAYMENT_ECI).lstrip("0")
    return text_of(facts, FactName.PAYMENT_THREE_D_SECURE) in {"authenticated", "attempted"} and eci in {
        "1",
        "2",
        "5",
        "6",
    }


def _linked_priors(bundle: CaseBundle) -> int:
    """Earlier undisputed, unrefunded purchases that share the IP or the device with the disputed one."""
    device, notice = bundle.order.device, bundle.chargeback
    if device is None or notice is None:
        return 0
    return sum(
        1
        for prior in notice.prior_transactions
        if not prior.disputed
        and not prior.refunded
        and prior.device is not None
        and (
            (device.ip is not None and prior.device.ip == device.ip)
            or (device.device_id is not None and prior.device.device_id == device.device_id)
            or (device.fingerprint is not None and prior.device.fingerprint == device.fingerprint)
        )
    )
