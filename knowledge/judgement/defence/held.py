"""Which items of the evidence vocabulary the case's records hold."""

from knowledge.case import CaseBundle, DocumentKind
from knowledge.facts import Fact, FactName
from knowledge.judgement.defence.liability import LiabilityAssessed
from knowledge.judgement.defence.question import text_of
from knowledge.judgement.places import delivered_at_destination
from knowledge.money import Money
from knowledge.rules.liability.first_party_trust import TrustStatus
from knowledge.rules.liability.visa_ce3 import Ce3Status


def held_evidence(
    bundle: CaseBundle, facts: dict[FactName, Fact], credited: Money, liability: LiabilityAssessed
) -> frozenset[str]:
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
    if liability.authentication.protects:
        held.add("three_ds_result")
    if text_of(facts, FactName.PAYMENT_AVS) == "match" or text_of(facts, FactName.PAYMENT_CVC) == "match":
        held.add("avs_cvv_result")
    device = bundle.order.device
    if device is not None:
        held |= {
            name for name, value in (("ip_address", device.ip), ("device_fingerprint", device.fingerprint)) if value
        }
    if len(liability.linked) >= 2:
        held.add("prior_undisputed_transactions")
    if liability.ce3.status is Ce3Status.QUALIFIED:
        held.add("ce3_qualified_priors")
    if liability.first_party_trust.status is TrustStatus.PREPARED:
        held.add("fpt_device_delivery_identity")
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
