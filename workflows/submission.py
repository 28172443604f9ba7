"""What is submitted beside the packet: the letter's and the order's own words, for a processor's structured fields."""

from collections.abc import Sequence

from knowledge.case import Address, CaseBundle, DisputeStage, EarlierRefund
from knowledge.letter.claims import Letter
from tools.ports import EvidencePackage, ParcelSent


def evidence_package(
    bundle: CaseBundle, letter: Letter, posted: Sequence[EarlierRefund], packet_sha256: str, stage: DisputeStage
) -> EvidencePackage:
    """The package of a proved letter. Only the letter's own sentences state anything; the rest is the order as sold."""
    order = bundle.order
    return EvidencePackage(
        dispute=letter.dispute_id,
        charge=order.payment.processor_reference,
        family=letter.family,
        network=letter.network,
        reason_code=letter.reason_code,
        stage=stage,
        packet_sha256=packet_sha256,
        statement=" ".join(sentence.text for sentence in (letter.verdict, *letter.grounds, letter.request)),
        summary=f"{letter.verdict.text} {letter.request.text}",
        product="\n".join(f"{line.quantity} × {line.title}" for line in order.lines),
        parcels=tuple(
            ParcelSent(carrier=parcel.carrier, tracking_number=parcel.tracking_number, shipped_at=parcel.shipped_at)
            for parcel in bundle.shipments
        ),
        credits=tuple(
            credit.reference for credit in posted if credit.channel == "processor" and credit.state == "succeeded"
        ),
        customer_name=bundle.buyer.name,
        customer_email=bundle.buyer.email or "",
        purchase_ip=order.device.ip or "" if order.device else "",
        billing_address=_on_one_line(order.bill_to) if order.bill_to else "",
        shipping_address=_on_one_line(order.ship_to),
    )


def _on_one_line(address: Address) -> str:
    town = " ".join(part for part in (address.postcode, address.city) if part)
    return ", ".join(part for part in (address.name, *address.lines, town, address.region, address.country) if part)
