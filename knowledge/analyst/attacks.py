"""The cheapest attacks on a packet, each found in its printed rows and sentences alone."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from knowledge.analyst.requirements import same_person
from knowledge.analyst.seen import SeenPacket, SeenRow
from knowledge.analyst.view import AttackKind, Finding, Mend, Weight
from knowledge.case import CardNetwork
from knowledge.letter.claims import ExhibitKind
from knowledge.letter.tokens import amounts_in
from knowledge.letter.tracking_exhibit import UNDOING_LABELS
from knowledge.letter.wording import printed_date
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily

_ORDER, _PAYMENT, _TRACKING = ExhibitKind.ORDER, ExhibitKind.PAYMENT, ExhibitKind.TRACKING
_REFUNDS, _NOTICE, _POLICY = ExhibitKind.REFUNDS, ExhibitKind.NOTICE, ExhibitKind.POLICY
_RESTS_ON_DELIVERY = frozenset({ChargebackFamily.NOT_RECEIVED, ChargebackFamily.FRAUD})

_SIGNATURE_FROM = {CardNetwork.PAYPAL: {"USD": Money(minor=75_000, currency="USD")}}
"""PayPal user agreement, seller protection: signature confirmation from 750 USD. Its thresholds in other currencies
were not read, and no card network publishes one; what is not known is no attack."""


def attacks_on(packet: SeenPacket) -> tuple[Finding, ...]:
    """Every attack the packet offers, fatal ones first, then in the order an analyst reads."""
    found = [finding for attack in _ATTACKS for finding in attack(packet)]
    return tuple(sorted(found, key=lambda finding: finding.weight is not Weight.FATAL))


def _unexhibited(packet: SeenPacket) -> Iterator[Finding]:
    for sentence in packet.sentences:
        if not set(sentence.exhibits) & set(packet.exhibits):
            yield Finding(
                kind=AttackKind.STATEMENT_WITHOUT_EXHIBIT,
                weight=Weight.FATAL,
                told=f"“{sentence.text}” stands beside no exhibit of the packet.",
                places=(f"page {sentence.page}",),
                mend=Mend.CASE,
                by="Take the sentence out, or exhibit the record it rests on.",
            )


def _tracking_number(packet: SeenPacket) -> Iterator[Finding]:
    held = packet.labelled(_TRACKING, "Parcel")
    numbers = {row.value for row in held}
    for sentence in packet.sentences:
        told = re.findall(r"\bparcel ((?=\w*\d)\w[\w-]{5,})", sentence.text)
        strange = [number for number in told if number not in numbers]
        if strange:
            yield Finding(
                kind=AttackKind.TRACKING_NUMBER_DIFFERS,
                weight=Weight.FATAL,
                told=f"The letter names the parcel {strange[0]}; the carrier's record shows {_listed(held)}.",
                places=(f"page {sentence.page}", *(row.place for row in held)),
                mend=Mend.CASE,
                by="Exhibit the carrier's record of that very parcel, or name the parcel that was recorded.",
            )


def _dates(packet: SeenPacket) -> Iterator[Finding]:
    steps = [
        *(packet.labelled(_ORDER, "Order placed")[:1]),
        *(packet.labelled(_TRACKING, "Handed over")[:1]),
        *(packet.labelled(_TRACKING, "Delivered")[:1]),
    ]
    for before, after in pairwise(steps):
        if before.at and after.at and after.at.date() < before.at.date():
            told = f"{after.label} {printed_date(after.at)} is before {before.label.lower()} {printed_date(before.at)}."
            yield _of_rows(
                AttackKind.DATES_OUT_OF_ORDER,
                Weight.FATAL,
                told,
                (before, after),
                Mend.ASK,
                "Ask which of the two records belongs to another order.",
            )


def _amounts(packet: SeenPacket) -> Iterator[Finding]:
    posted = packet.labelled(_REFUNDS, "Credit posted")
    total = sum(amount.minor for row in posted for amount in amounts_in(row.value)[:1])
    due = max(packet.disputed.minor - packet.credited.minor, 0)
    if total == packet.credited.minor and due == packet.contested.minor:
        return
    yield Finding(
        kind=AttackKind.AMOUNTS_DISAGREE,
        weight=Weight.FATAL,
        told=f"{packet.credited} is said to be credited and {packet.contested} contested of {packet.disputed}; "
        f"the credits shown are {_listed(posted)}.",
        places=("page 1", *(row.place for row in posted)),
        mend=Mend.CASE,
        by="Decide the case anew from the credits that are posted.",
    )


def _after_dispute(packet: SeenPacket) -> Iterator[Finding]:
    opened = packet.row(_NOTICE, "opened")
    for row in packet.labelled(_TRACKING, "Delivered")[-1:]:
        if opened is None or opened.at is None or row.at is None or row.at <= opened.at:
            continue
        yield _of_rows(
            AttackKind.DELIVERED_AFTER_DISPUTE,
            Weight.FATAL if packet.family is ChargebackFamily.NOT_RECEIVED else Weight.WEAK,
            f"The parcel was delivered on {printed_date(row.at)}, after the dispute of {printed_date(opened.at)}.",
            (row, opened),
            Mend.CONCEDE,
            "Concede, unless the buyer has told the merchant since that the goods came.",
        )


def _elsewhere(packet: SeenPacket) -> Iterator[Finding]:
    """The place of the delivery scan against the ship-to address: another place, or one too coarse to tell."""
    ship_to = packet.row(_ORDER, "ship-to")
    delivered = packet.labelled(_TRACKING, "Delivered")
    if ship_to is None or packet.family not in _RESTS_ON_DELIVERY:
        return
    ordered = _words(ship_to.value)
    for row in delivered[-1:]:
        place = row.value.partition("“")[0].removesuffix(": ").partition(" (")[0]
        parts = [part.strip() for part in place.split(",") if part.strip() and "given" not in part]
        towns = [part for part in parts if not re.fullmatch(r"[A-Z]{2}", part)]
        if towns and not _words(" ".join(towns)) & ordered:
            yield _of_rows(
                AttackKind.DELIVERED_ELSEWHERE,
                Weight.FATAL,
                f"The carrier recorded the delivery at {place}; the order was to go to {ship_to.value}.",
                (row, ship_to),
                Mend.CONCEDE,
                "Concede, unless the buyer changed the address: then exhibit that message.",
            )
        elif len(towns) < 2 and not _proved_at_the_door(packet):
            yield _of_rows(
                AttackKind.PLACE_TOO_COARSE,
                Weight.WEAK,
                f"The carrier recorded the delivery at “{place or 'no place'}”: neither street nor postcode.",
                (row, ship_to),
                Mend.ASK,
                "Ask the carrier for the proof of delivery with the full address.",
            )


def _proved_at_the_door(packet: SeenPacket) -> bool:
    documents = packet.labelled(ExhibitKind.DOCUMENT, "Carrier document")
    return bool(documents or packet.labelled(_TRACKING, "Signature name"))


def _undone(packet: SeenPacket) -> Iterator[Finding]:
    if packet.family not in _RESTS_ON_DELIVERY:
        return
    scans = [row for row in packet.rows if row.kind is _TRACKING and row.locator.startswith("scan-")]
    for row in scans:
        if row.label in UNDOING_LABELS:
            yield _of_rows(
                AttackKind.DELIVERY_UNDONE,
                Weight.FATAL,
                f"The carrier's record shows “{row.label}”.",
                (row,),
                Mend.CONCEDE,
                "Concede, unless the carrier corrects its record.",
            )


def _signature(packet: SeenPacket) -> Iterator[Finding]:
    delivered, signed = packet.labelled(_TRACKING, "Delivered"), packet.labelled(_TRACKING, "Signature name")
    threshold = _SIGNATURE_FROM.get(packet.network, {}).get(packet.disputed.currency)
    if delivered and not signed and threshold is not None and packet.disputed >= threshold:
        yield _of_rows(
            AttackKind.NO_SIGNATURE,
            Weight.FATAL if packet.family is ChargebackFamily.NOT_RECEIVED else Weight.WEAK,
            f"{packet.disputed} is disputed; from {threshold} a signature is asked for, and none is shown.",
            tuple(delivered[-1:]),
            Mend.ASK,
            "Ask the carrier for the signature of the delivery.",
        )
    if packet.family not in _RESTS_ON_DELIVERY:
        return
    ship_to = packet.row(_ORDER, "ship-to")
    known = f"{packet.buyer} {ship_to.value if ship_to else ''}"
    for row in signed:
        if not same_person(row.value, known):
            yield _of_rows(
                AttackKind.SIGNED_BY_ANOTHER,
                Weight.WEAK,
                f"“{row.value}” signed; the buyer is {packet.buyer}.",
                (row,),
                Mend.ASK,
                "Ask who signed: household, reception or neighbour.",
            )
    for row in packet.labelled(_TRACKING, "Mode of delivery"):
        if row.value == "left unattended":
            yield _of_rows(
                AttackKind.LEFT_UNATTENDED,
                Weight.WEAK,
                "The carrier left the parcel unattended.",
                (row,),
                Mend.ASK,
                "Ask the carrier for its photograph of the delivery, and for its coordinates.",
            )


def _verification(packet: SeenPacket) -> Iterator[Finding]:
    if packet.family is not ChargebackFamily.FRAUD:
        return
    secured = packet.labelled(_PAYMENT, "3-D Secure result")
    linked = any(row.kind is ExhibitKind.PRIOR_TRANSACTIONS for row in packet.rows)
    strong = linked or any(row.value in {"authenticated", "attempted"} for row in secured)
    for row in packet.labelled(_PAYMENT, "Address verification result|Card verification code result"):
        if row.value == "mismatch":
            yield _of_rows(
                AttackKind.VERIFICATION_MISMATCH,
                Weight.WEAK if strong else Weight.FATAL,
                f"The {row.label.lower()} is “mismatch”.",
                (row,),
                Mend.ASK if strong else Mend.CONCEDE,
                "Ask for earlier orders of the buyer from the same device or address."
                if strong
                else "Concede, unless earlier orders link the buyer to the card.",
            )


def _other_name(packet: SeenPacket) -> Iterator[Finding]:
    ship_to = packet.row(_ORDER, "ship-to")
    if packet.family is not ChargebackFamily.FRAUD or ship_to is None:
        return
    if not same_person(packet.buyer, ship_to.value.partition(",")[0]):
        yield _of_rows(
            AttackKind.SHIPPED_TO_ANOTHER,
            Weight.WEAK,
            f"The order went to {ship_to.value.partition(',')[0]}; the buyer is {packet.buyer}.",
            (ship_to,),
            Mend.ASK,
            "Ask for a message or an earlier order that links the two.",
        )


def _priors(packet: SeenPacket) -> Iterator[Finding]:
    if packet.family is not ChargebackFamily.FRAUD:
        return
    for row in packet.labelled(ExhibitKind.PRIOR_TRANSACTIONS, "(Dispute|Refund) recorded"):
        if row.value == "yes":
            yield _of_rows(
                AttackKind.PRIOR_DISPUTED,
                Weight.WEAK,
                f"An earlier transaction shows “{row.label.lower()}: yes”.",
                (row,),
                Mend.CASE,
                "Leave that transaction out of the case; it links nothing.",
            )


def _balance(packet: SeenPacket) -> Iterator[Finding]:
    if packet.family is not ChargebackFamily.CREDIT_NOT_PROCESSED or not packet.contested.minor:
        return
    accepted = packet.labelled(_REFUNDS, "Offer accepted")
    policies = packet.labelled(_POLICY, "(Returns|Refunds) policy shown")
    if packet.credited.minor and not accepted and not policies:
        yield _of_rows(
            AttackKind.BALANCE_UNEXPLAINED,
            Weight.WEAK,
            f"{packet.credited} of {packet.disputed} was credited; why not {packet.contested} is nowhere shown.",
            tuple(packet.labelled(_REFUNDS, "Credit posted")),
            Mend.ASK,
            "Ask for the agreement on the partial refund, or for the refund policy as shown.",
        )


def _complaint(packet: SeenPacket) -> Iterator[Finding]:
    if packet.family is not ChargebackFamily.NOT_AS_DESCRIBED:
        return
    written = packet.labelled(ExhibitKind.CORRESPONDENCE, "Buyer wrote")
    answered = packet.labelled(ExhibitKind.CORRESPONDENCE, "Merchant wrote")
    if written and not answered and not packet.labelled(_REFUNDS, "Offer made|Credit posted"):
        yield _of_rows(
            AttackKind.COMPLAINT_UNANSWERED,
            Weight.WEAK,
            "The buyer complained and nothing shows an answer or a remedy.",
            (written[0],),
            Mend.ASK,
            "Ask for the merchant's answer, and for any remedy that was offered.",
        )


def _late_policy(packet: SeenPacket) -> Iterator[Finding]:
    placed = packet.row(_ORDER, "placed")
    for row in packet.labelled(_POLICY, ".+ policy shown"):
        if placed is not None and placed.at is not None and row.at is not None and row.at > placed.at:
            yield _of_rows(
                AttackKind.POLICY_SHOWN_LATE,
                Weight.WEAK,
                f"{row.label} on {printed_date(row.at)}, after the order of {printed_date(placed.at)}.",
                (row, placed),
                Mend.ASK,
                "Ask for the record of the checkout at which it was shown.",
            )


_ATTACKS: tuple[Callable[[SeenPacket], Iterator[Finding]], ...] = (
    _unexhibited,
    _tracking_number,
    _amounts,
    _dates,
    _after_dispute,
    _elsewhere,
    _undone,
    _signature,
    _verification,
    _other_name,
    _priors,
    _balance,
    _complaint,
    _late_policy,
)


def _of_rows(kind: AttackKind, weight: Weight, told: str, rows: tuple[SeenRow, ...], mend: Mend, by: str) -> Finding:
    return Finding(kind=kind, weight=weight, told=told, places=tuple(row.place for row in rows), mend=mend, by=by)


def _listed(rows: list[SeenRow]) -> str:
    return ", ".join(row.value for row in rows) or "none"


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) >= 2}
