"""The personal data of a case: what must not leave for a hosted model."""

from knowledge.base import Frozen
from knowledge.case import Address, CaseBundle, Device


class PersonalDatum(Frozen):
    """One known value and the kind its placeholder shows."""

    kind: str
    """Upper-case letters, for example `NAME`."""
    value: str


class PersonalData(Frozen):
    """Everything known about the people and the order of a case; patterns catch what is not known."""

    known: tuple[PersonalDatum, ...] = ()


def _of_address(address: Address | None) -> list[tuple[str, str | None]]:
    if address is None:
        return []
    return [
        ("NAME", address.name),
        *[("ADDRESS", line) for line in address.lines],
        ("CITY", address.city),
        ("REGION", address.region),
        ("POSTCODE", address.postcode),
    ]


def _of_device(device: Device | None) -> list[tuple[str, str | None]]:
    if device is None:
        return []
    return [
        ("IP", device.ip),
        ("DEVICE", device.device_id),
        ("DEVICE", device.fingerprint),
        ("ACCOUNT", device.account_id),
    ]


def personal_data_of(bundle: CaseBundle) -> PersonalData:
    """The names, addresses, contacts, devices, and order, payment and tracking ids of a case."""
    order, payment = bundle.order, bundle.order.payment
    found: list[tuple[str, str | None]] = [
        ("NAME", bundle.buyer.name),
        ("EMAIL", bundle.buyer.email),
        ("BUYER", bundle.buyer.id),
        ("ORDER", order.id),
        ("CASE", bundle.case_id),
        ("PAYMENT", payment.processor_reference),
        ("PAYMENT", payment.authorization_code),
        *_of_address(order.ship_to),
        *_of_address(order.bill_to),
        *_of_device(order.device),
        *[("TRACKING", shipment.tracking_number) for shipment in bundle.shipments],
        *[("PAYMENT", refund.reference) for refund in bundle.earlier_refunds],
    ]
    if bundle.chargeback is not None:
        found.append(("PAYMENT", bundle.chargeback.dispute_id))
        for prior in bundle.chargeback.prior_transactions:
            found += [("PAYMENT", prior.processor_reference), ("EMAIL", prior.email)]
            found += [*_of_device(prior.device), *_of_address(prior.ship_to)]
    known: dict[str, PersonalDatum] = {}
    for kind, value in found:
        if value is not None and len(value.strip()) > 1:
            known.setdefault(value.strip(), PersonalDatum(kind=kind, value=value.strip()))
    return PersonalData(known=tuple(known.values()))
