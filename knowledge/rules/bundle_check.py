"""What a case bundle must satisfy beyond its shape: sums, currencies, ids, references, dates, places.

Pure: the caller gives `now`. Every finding is a `Refusal` with the JSON pointer into `case.json` and the mend.
"""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from knowledge.base import Frozen
from knowledge.case import Author, CaseBundle, CaseKind
from knowledge.money import Money
from knowledge.rules.iso3166 import COUNTRIES, MEANT_COUNTRY, MEANT_LANGUAGE

CLOCK_SKEW = timedelta(minutes=15)
"""How far two honest clocks may disagree before an order of events counts as impossible."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing sold on line and still disputable is older; an earlier date is a field left at its zero."""
_MAY_LIE_AHEAD = frozenset({"promised_by", "respond_by"})


class Refusal(Frozen):
    """One reason a bundle is turned away."""

    pointer: str
    """JSON pointer into `case.json`, or the name of the file that is wrong."""
    problem: str
    mend: str
    """What to change, in plain words."""


def check_bundle(bundle: CaseBundle, now: datetime) -> list[Refusal]:
    """Everything wrong with a well-shaped bundle, in the order of its fields; empty when it may come in.

    `now` is aware UTC. Amounts are compared exactly, in minor units.
    """
    found = [*_kind(bundle), *_currencies(bundle)]
    if not found:
        # Sums and limits only mean something within one currency.
        found += _sums(bundle)
    found += [
        *_amount_signs(bundle),
        *_ids(bundle),
        *_references(bundle),
        *_order_of_events(bundle),
        *_every_value(bundle, "", now),
    ]
    return found


def _kind(bundle: CaseBundle) -> Iterator[Refusal]:
    if bundle.kind is CaseKind.CHARGEBACK:
        if bundle.chargeback is None:
            yield Refusal(
                pointer="/chargeback",
                problem="the case is a chargeback without the bank's notice",
                mend="add the chargeback block, or set kind to refund",
            )
        return
    if bundle.chargeback is not None:
        yield Refusal(
            pointer="/chargeback",
            problem="a refund case carries a chargeback notice",
            mend="set kind to chargeback, or leave the block out",
        )
    if bundle.claim is None and not any(message.author is Author.BUYER for message in bundle.messages):
        yield Refusal(
            pointer="/messages",
            problem="nothing says what the buyer complains of",
            mend="add a message by the buyer, or a claim",
        )


def _amounts(bundle: CaseBundle) -> Iterator[tuple[str, Money]]:
    """Every amount that must be in the order's currency, with its pointer."""
    order = bundle.order
    for index, line in enumerate(order.lines):
        yield f"/order/lines/{index}/unit_price", line.unit_price
        if line.unit_cost is not None:
            yield f"/order/lines/{index}/unit_cost", line.unit_cost
    yield "/order/shipping", order.shipping
    yield "/order/tax", order.tax
    yield "/order/discount", order.discount
    yield "/order/total", order.total
    yield "/order/payment/captured", order.payment.captured
    if bundle.claim is not None and bundle.claim.requested is not None:
        yield "/claim/requested", bundle.claim.requested
    for index, refund in enumerate(bundle.earlier_refunds):
        yield f"/earlier_refunds/{index}/amount", refund.amount


def _currencies(bundle: CaseBundle) -> Iterator[Refusal]:
    wanted = bundle.order.total.currency
    for pointer, amount in _amounts(bundle):
        if amount.currency != wanted:
            yield Refusal(
                pointer=f"{pointer}/currency",
                problem=f"{amount.currency} in an order of {wanted}",
                mend=f"write every amount of the order in {wanted}, converted at the rate the buyer was charged",
            )


def _amount_signs(bundle: CaseBundle) -> Iterator[Refusal]:
    for pointer, amount in _amounts(bundle):
        if amount.minor < 0:
            yield Refusal(
                pointer=f"{pointer}/amount",
                problem=f"{amount} is negative",
                mend="write the amount without a sign; a discount is a positive amount taken off",
            )
    positive = [(f"/earlier_refunds/{i}", refund.amount) for i, refund in enumerate(bundle.earlier_refunds)]
    if bundle.chargeback is not None:
        positive.append(("/chargeback", bundle.chargeback.amount))
        positive += [
            (f"/chargeback/prior_transactions/{i}", prior.amount)
            for i, prior in enumerate(bundle.chargeback.prior_transactions)
        ]
    for pointer, amount in positive:
        if amount.minor == 0 or (amount.minor < 0 and not pointer.startswith("/earlier_refunds")):
            yield Refusal(
                pointer=f"{pointer}/amount/amount",
                problem=f"{amount} was never moved",
                mend="write the positive amount, or leave the entry out",
            )


def _sums(bundle: CaseBundle) -> Iterator[Refusal]:
    order = bundle.order
    goods = Money.zero(order.total.currency)
    for line in order.lines:
        goods += Money(minor=line.unit_price.minor * line.quantity, currency=line.unit_price.currency)
    added = goods + order.shipping + order.tax - order.discount
    if added != order.total:
        yield Refusal(
            pointer="/order/total",
            problem=(
                f"lines {goods} + shipping {order.shipping} + tax {order.tax} - discount {order.discount} "
                f"make {added}, not {order.total}"
            ),
            mend="correct the part that is wrong; when prices include tax, write tax as zero",
        )
    paid = order.payment.captured
    if paid > order.total:
        yield Refusal(
            pointer="/order/payment/captured",
            problem=f"{paid} was captured for an order of {order.total}",
            mend="write what was captured for this order alone",
        )
    back = Money.zero(order.total.currency)
    for refund in bundle.earlier_refunds:
        if refund.state != "failed":
            back += refund.amount
    if back > paid:
        yield Refusal(
            pointer="/earlier_refunds",
            problem=f"{back} was refunded of {paid} paid",
            mend="name each refund once, and mark those that failed as failed",
        )
    notice = bundle.chargeback
    # Across currencies the bank's rate may push a dispute above what was captured.
    if notice is not None and notice.amount.currency == paid.currency and notice.amount > paid:
        yield Refusal(
            pointer="/chargeback/amount",
            problem=f"{notice.amount} is disputed of {paid} captured",
            mend="write the disputed amount without the processor's fee",
        )


def _ids(bundle: CaseBundle) -> Iterator[Refusal]:
    priors = bundle.chargeback.prior_transactions if bundle.chargeback is not None else ()
    lists: tuple[tuple[str, str, list[str]], ...] = (
        ("/order/lines", "sku", [line.sku for line in bundle.order.lines]),
        ("/messages", "id", [message.id for message in bundle.messages]),
        ("/photos", "id", [photo.id for photo in bundle.photos]),
        ("/documents", "id", [document.id for document in bundle.documents]),
        ("/shipments", "id", [shipment.id for shipment in bundle.shipments]),
        ("/earlier_refunds", "reference", [f"{r.channel} {r.reference}" for r in bundle.earlier_refunds]),
        ("/chargeback/prior_transactions", "processor_reference", [prior.processor_reference for prior in priors]),
    )
    for pointer, field, ids in lists:
        seen: set[str] = set()
        for index, value in enumerate(ids):
            if value in seen:
                yield Refusal(
                    pointer=f"{pointer}/{index}/{field}",
                    problem=f"{value} is used twice",
                    mend="give every entry its own, or remove the repeated entry",
                )
            seen.add(value)


def _references(bundle: CaseBundle) -> Iterator[Refusal]:
    notice, payment = bundle.chargeback, bundle.order.payment
    if notice is not None and notice.processor is not payment.processor:
        yield Refusal(
            pointer="/chargeback/processor",
            problem=f"{notice.processor.value} disputes a payment that {payment.processor.value} took",
            mend="write the processor that took the payment in both places",
        )
    sold = {line.sku for line in bundle.order.lines}
    named: list[tuple[str, str]] = []
    if bundle.claim is not None:
        named += [(f"/claim/skus/{i}", sku) for i, sku in enumerate(bundle.claim.skus)]
    named += [(f"/photos/{i}/sku", photo.sku) for i, photo in enumerate(bundle.photos) if photo.sku is not None]
    for index, shipment in enumerate(bundle.shipments):
        named += [(f"/shipments/{index}/skus/{i}", sku) for i, sku in enumerate(shipment.skus)]
    for pointer, sku in named:
        if sku not in sold:
            yield Refusal(
                pointer=pointer,
                problem=f"{sku} is not on the order",
                mend=f"name a sku of the order ({', '.join(sorted(sold)[:5])})",
            )


def _order_of_events(bundle: CaseBundle) -> Iterator[Refusal]:
    order = bundle.order
    placed, captured = order.placed_at, order.payment.captured_at
    pairs: list[tuple[str, datetime | None, str, datetime | None]] = [
        ("/order/payment/captured_at", captured, "the order was placed", placed),
        ("/order/promised_by", order.promised_by, "the order was placed", placed),
        ("/opened_at", bundle.opened_at, "the order was placed", placed),
    ]
    for index, shipment in enumerate(bundle.shipments):
        pairs.append((f"/shipments/{index}/shipped_at", shipment.shipped_at, "the order was placed", placed))
        pairs.append((f"/shipments/{index}/fetched_at", shipment.fetched_at, "it was shipped", shipment.shipped_at))
    for index, refund in enumerate(bundle.earlier_refunds):
        pairs.append((f"/earlier_refunds/{index}/at", refund.at, "the payment was captured", captured))
    notice = bundle.chargeback
    if notice is not None:
        pairs.append(("/chargeback/received_at", notice.received_at, "the payment was captured", captured))
        if notice.respond_by <= notice.received_at:
            yield Refusal(
                pointer="/chargeback/respond_by",
                problem="the answer is due before the dispute was received",
                mend="write the processor's own due date",
            )
    for pointer, later, what, earlier in pairs:
        if later is not None and earlier is not None and later < earlier - CLOCK_SKEW:
            yield Refusal(
                pointer=pointer,
                problem=f"{later.isoformat()} lies before {what} ({earlier.isoformat()})",
                mend="correct the date that is wrong",
            )
    before: list[tuple[str, datetime]] = [
        (f"/order/policies/{i}/shown_at", policy.shown_at) for i, policy in enumerate(order.policies)
    ]
    if notice is not None:
        before += [
            (f"/chargeback/prior_transactions/{i}/at", prior.at) for i, prior in enumerate(notice.prior_transactions)
        ]
    for pointer, at in before:
        if at > placed + CLOCK_SKEW:
            yield Refusal(
                pointer=pointer,
                problem=f"{at.isoformat()} lies after the order was placed ({placed.isoformat()})",
                mend="name only what came before the order: what the buyer was shown then, what they bought earlier",
            )


def _every_value(value: object, pointer: str, now: datetime) -> Iterator[Refusal]:
    """Checks that depend on a value's type or its field's name, wherever it stands."""
    if isinstance(value, Money):
        return
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from _every_value(getattr(value, field), f"{pointer}/{field}", now)
    elif isinstance(value, tuple):
        for index, part in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _every_value(part, f"{pointer}/{index}", now)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, dict):
        # Keys are the merchant's own words here: only that a value is not blank can be checked.
        for key, part in value.items():  # pyright: ignore[reportUnknownVariableType]
            escaped = str(key).replace("~", "~0").replace("/", "~1")  # pyright: ignore[reportUnknownArgumentType]
            yield from _blank(str(part), f"{pointer}/{escaped}")  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, datetime):
        yield from _moment(value, pointer, now)
    elif isinstance(value, str):
        yield from _text(value, pointer)


def _moment(at: datetime, pointer: str, now: datetime) -> Iterator[Refusal]:
    if at < EARLIEST:
        yield Refusal(
            pointer=pointer,
            problem=f"{at.isoformat()} is before the year 2000",
            mend="write the real date, or leave the field out when it is not known",
        )
    elif at > now + CLOCK_SKEW and pointer.rpartition("/")[2] not in _MAY_LIE_AHEAD:
        yield Refusal(
            pointer=pointer,
            problem=f"{at.isoformat()} is in the future",
            mend="write when it happened; only promised_by and respond_by may lie ahead",
        )


def _blank(text: str, pointer: str) -> Iterator[Refusal]:
    if text and not text.strip():
        yield Refusal(pointer=pointer, problem="the text is blank", mend="write the text, or leave the field out")


def _text(text: str, pointer: str) -> Iterator[Refusal]:
    field = pointer.rpartition("/")[2]
    yield from _blank(text, pointer)
    if field == "country" and text not in COUNTRIES:
        meant = MEANT_COUNTRY.get(text)
        yield Refusal(
            pointer=pointer,
            problem=f"{text} is not a country code",
            mend=f"write {meant}" if meant else "write the two letters of ISO 3166-1, such as DE",
        )
    elif field == "language" and text.partition("-")[0] in MEANT_LANGUAGE:
        yield Refusal(
            pointer=pointer,
            problem=f"{text} is a country, not a language",
            mend=f"write {MEANT_LANGUAGE[text.partition('-')[0]]}",
        )
    elif field == "ip" and not _is_ip(text):
        yield Refusal(
            pointer=pointer, problem=f"{text} is not an IP address", mend="write it as 203.0.113.7 or 2001:db8::7"
        )


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
