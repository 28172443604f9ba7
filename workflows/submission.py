"""What is submitted beside the packet: the letter's and the order's own words, for a processor's structured fields."""

from collections.abc import Sequence

from knowledge.case import Address, CaseBundle, Device, DisputeStage, EarlierRefund
from knowledge.letter.claims import Letter
from knowledge.rules.liability.identifiers import Identifier, identifiers_of
from knowledge.rules.liability.visa_ce3 import Ce3Status, assess_ce3
from knowledge.rules.reason_codes import find_reason
from tools.ports import CompellingEvidence, EvidencePackage, IdentifiedPurchase, ParcelSent


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
        compelling=_compelling(bundle),
    )


def _compelling(bundle: CaseBundle) -> CompellingEvidence | None:
    """The three purchases of Compelling Evidence 3.0, when the dispute qualifies; there is one attempt only."""
    notice, order = bundle.chargeback, bundle.order
    if notice is None:
        return None
    assessed = assess_ce3(bundle, find_reason(notice.network, notice.reason_code))
    if assessed.status is not Ce3Status.QUALIFIED:
        return None
    known = {prior.processor_reference: prior for prior in notice.prior_transactions}
    first, second = (
        _identified(
            reference,
            known[reference].description,
            known[reference].device,
            known[reference].ship_to,
            known[reference].email,
        )
        for reference in assessed.chosen
    )
    titles = ", ".join(line.title for line in order.lines)
    return CompellingEvidence(
        disputed=_identified(
            order.payment.processor_reference, titles, order.device, order.ship_to, bundle.buyer.email
        ),
        digital=all(line.digital for line in order.lines),
        priors=(first, second),
    )


def _identified(
    charge: str, description: str, device: Device | None, ship_to: Address | None, email: str | None
) -> IdentifiedPurchase:
    usable = identifiers_of(device, ship_to, email)
    return IdentifiedPurchase(
        charge=charge,
        description=description,
        ip=usable.get(Identifier.IP),
        device_id=device.device_id if device and Identifier.DEVICE_ID in usable else None,
        fingerprint=device.fingerprint if device and Identifier.FINGERPRINT in usable else None,
        account_id=device.account_id if device and Identifier.ACCOUNT in usable else None,
        email=email,
        ship_to=ship_to if Identifier.ADDRESS_WITH_REGION in usable else None,
    )


def _on_one_line(address: Address) -> str:
    town = " ".join(part for part in (address.postcode, address.city) if part)
    return ", ".join(part for part in (address.name, *address.lines, town, address.region, address.country) if part)
