"""What the carrier, the correspondence, the refunds and the documents let a letter say."""

from collections.abc import Iterator
from datetime import datetime

from knowledge.case import Address
from knowledge.letter.claims import ClaimKind, Exhibit, ExhibitKind, ExhibitRow
from knowledge.letter.dossier import DefenceDossier
from knowledge.letter.lexicon import name_or_none
from knowledge.letter.statements import Statement, claim, of_kind, rows_of, statement
from knowledge.letter.tracking_exhibit import MODE_TEXTS, STATUS_LABELS, UNDOING_LABELS
from knowledge.letter.wording import is_reference, printed_date
from knowledge.money import Money
from knowledge.tracking import DeliveryMode, Route, TrackingEvent, TrackingStatus


def fulfilment_statements(dossier: DefenceDossier, exhibits: tuple[Exhibit, ...]) -> Iterator[Statement]:
    """Statements about the parcels, the messages, the credits and the documents, as far as the records go."""
    order = of_kind(exhibits, ExhibitKind.ORDER)[0]
    scanned = [route for _, route, _ in dossier.routes if route.events]
    tracked = of_kind(exhibits, ExhibitKind.TRACKING)
    for route, exhibit in zip(scanned, tracked, strict=True) if tracked else ():
        yield from _parcel(dossier, route, exhibit, order)
    for exhibit in of_kind(exhibits, ExhibitKind.CORRESPONDENCE):
        yield from _messages(exhibit, _delivered_at(scanned))
    for exhibit in of_kind(exhibits, ExhibitKind.REFUNDS):
        yield from _credits(dossier, exhibit)
    for exhibit in of_kind(exhibits, ExhibitKind.DOCUMENT):
        yield from _document(exhibit)
    for exhibit in of_kind(exhibits, ExhibitKind.PHOTO):
        yield from _photo(exhibit)


def standing_delivery(route: Route) -> TrackingEvent | None:
    """The delivery scan, unless a later scan undoes it (returned, refused, lost)."""
    delivered: TrackingEvent | None = None
    for event in route.events:
        if event.status is TrackingStatus.DELIVERED:
            delivered = event
        elif STATUS_LABELS[event.status] in UNDOING_LABELS:
            delivered = None
    return delivered


def _delivered_at(routes: list[Route]) -> datetime | None:
    times = [event.at for event in map(standing_delivery, routes) if event]
    return min(times, default=None)


def _parcel(dossier: DefenceDossier, route: Route, exhibit: Exhibit, order: Exhibit) -> Iterator[Statement]:
    rows = rows_of(exhibit)
    carrier = rows["carrier"].value
    number = rows["parcel"].value if "parcel" in rows else None
    number = number if number and is_reference(number) else None
    parcel = f"the parcel {number}" if number else "the parcel"
    known: tuple[str, ...] = ("carrier", "parcel") if number else ("carrier",)
    named: dict[str, str | int | Money] = {"carrier": carrier}
    if number:
        named["parcel"] = number

    handed = next((event for event in route.events if event.status is TrackingStatus.HANDED_OVER), None)
    if handed:
        yield statement(
            "shipped",
            f"The carrier {carrier} recorded {parcel} as handed over on {printed_date(handed.at)}.",
            claim(ClaimKind.SHIPPED, exhibit, (_scan(route, handed), *known), named | _day(handed)),
            brief=f"the carrier recorded {parcel} as handed over on {printed_date(handed.at)}",
        )
    delivered = standing_delivery(route)
    if delivered:
        # The carrier's own words reach a sentence only where they are the order's words too; the exhibit shows all.
        city = _ship_to_city(delivered, dossier.bundle.order.ship_to)
        where = f" in {city}" if city else ""
        values = named | _day(delivered) | ({"city": city} if city else {})
        day = printed_date(delivered.at)
        yield statement(
            "delivered",
            f"The carrier {carrier} recorded {parcel} as delivered on {day}{where}.",
            claim(ClaimKind.DELIVERED, exhibit, (_scan(route, delivered), *known), values),
            brief=f"the carrier recorded the parcel as delivered on {day}{where}",
        )
        yield from _manner(route, exhibit)
        yield from _place(delivered, route, dossier.bundle.order.ship_to, exhibit, order)
        yield from _returns(rows["returns"], number, exhibit)
    else:
        yield from _last_status(route, exhibit)


def _ship_to_city(event: TrackingEvent, ship_to: Address) -> str | None:
    city = event.place.city if event.place else None
    # A buyer can write anything as a city, and a carrier repeats it: only a name may enter a sentence.
    return city if city and _same(city, ship_to.city) and city == name_or_none(city) else None


def _scan(route: Route, event: TrackingEvent) -> str:
    return f"scan-{route.events.index(event) + 1}"


def _day(event: TrackingEvent) -> dict[str, str | int | Money]:
    return {"at": event.at.date().isoformat()}


def _manner(route: Route, exhibit: Exhibit) -> Iterator[Statement]:
    if route.mode is not DeliveryMode.UNSTATED:
        mode = MODE_TEXTS[route.mode]
        yield statement(
            "mode",
            f"The carrier recorded the mode of delivery as “{mode}”.",
            claim(ClaimKind.DELIVERED, exhibit, ("mode",), {"mode": mode}),
        )
    name = name_or_none(route.signed_by)
    if name and route.mode is not DeliveryMode.LEFT_UNATTENDED:
        yield statement(
            "signed",
            f"The carrier recorded the signature name “{name}”.",
            claim(ClaimKind.SIGNED_BY, exhibit, ("signature",), {"name": name}),
        )


def _same(left: str | None, right: str | None) -> bool:
    return (left or "").replace(" ", "").casefold() == (right or "").replace(" ", "").casefold()


def _place(
    event: TrackingEvent, route: Route, ship_to: Address, exhibit: Exhibit, order: Exhibit
) -> Iterator[Statement]:
    place = event.place
    city = _ship_to_city(event, ship_to)
    if place is None or city is None:
        return
    if place.country and place.country != ship_to.country:
        return
    if place.postcode and ship_to.postcode and not _same(place.postcode, ship_to.postcode):
        return
    values: dict[str, str | int | Money] = {"city": city}
    # A postcode written with other spacing is the same place, but not the same characters to point at.
    exact = place.postcode is not None and place.postcode == ship_to.postcode
    if exact and place.postcode:
        values["postcode"] = place.postcode
    spot = f"{city}, {place.postcode}," if exact else city
    yield statement(
        "place",
        f"The delivery place {spot} recorded by the carrier matches the ship-to address of the order.",
        claim(ClaimKind.ADDRESS_MATCHES, exhibit, (_scan(route, event),), values),
        claim(ClaimKind.ADDRESS_MATCHES, order, ("ship-to",), values),
    )


def _returns(row: ExhibitRow, number: str | None, exhibit: Exhibit) -> Iterator[Statement]:
    if not row.value.startswith("none"):
        return
    locators, values = ("returns",), {}
    if number:
        locators, values = ("returns", "parcel"), {"parcel": number}
    parcel = f"the parcel {number}" if number else "the parcel"
    yield statement(
        "no_return",
        f"No return scan is recorded for {parcel}.",
        claim(ClaimKind.NO_RETURN_RECORDED, exhibit, locators, values, negated=True),
    )


_TELLING = frozenset(
    {
        TrackingStatus.CUSTOMS,
        TrackingStatus.DELIVERY_ATTEMPTED,
        TrackingStatus.AVAILABLE_FOR_PICKUP,
        TrackingStatus.REFUSED,
        TrackingStatus.RETURNED,
        TrackingStatus.RETURNING,
    }
)


def _last_status(route: Route, exhibit: Exhibit) -> Iterator[Statement]:
    telling = [event for event in route.events if event.status in _TELLING]
    if telling:
        last = telling[-1]
        label = STATUS_LABELS[last.status]
        yield statement(
            "status",
            f"The carrier recorded the status “{label}” on {printed_date(last.at)}.",
            claim(ClaimKind.SCANNED, exhibit, (_scan(route, last),), _day(last) | {"status": label}),
        )


def _messages(exhibit: Exhibit, delivered_at: datetime | None) -> Iterator[Statement]:
    """The buyer's first message, the first after delivery, and the merchant's first answer to either."""
    wrote = {
        author: [row for row in exhibit.rows if row.label == f"{author} wrote"] for author in ("Buyer", "Merchant")
    }
    told: list[ExhibitRow] = wrote["Buyer"][:1]
    after = [row for row in wrote["Buyer"] if delivered_at and row.at and row.at > delivered_at]
    told += [row for row in after[:1] if row not in told]
    for row in told:
        if row.at is None:
            continue
        key = "buyer_wrote_after" if row in after else "buyer_wrote"
        yield statement(
            key,
            f"The buyer wrote to the merchant on {printed_date(row.at)}.",
            claim(ClaimKind.BUYER_WROTE, exhibit, (row.locator,), {"at": row.at.date().isoformat()}),
        )
        answer = next((reply for reply in wrote["Merchant"] if reply.at and reply.at > row.at), None)
        if answer and answer.at:
            yield statement(
                "merchant_wrote",
                f"The merchant wrote to the buyer on {printed_date(answer.at)}.",
                claim(ClaimKind.MERCHANT_WROTE, exhibit, (answer.locator,), {"at": answer.at.date().isoformat()}),
            )


def _credits(dossier: DefenceDossier, exhibit: Exhibit) -> Iterator[Statement]:
    for number, refund in enumerate(dossier.credits):
        if refund.state != "succeeded":
            continue
        locator, day = f"refund-{number + 1}", printed_date(refund.at)
        values: dict[str, str | int | Money] = {"amount": refund.amount, "at": refund.at.date().isoformat()}
        under = ""
        if is_reference(refund.reference):
            under, values = f" under reference {refund.reference}", values | {"reference": refund.reference}
        yield statement(
            "credited",
            f"A credit of {refund.amount} was posted on {day}{under}.",
            claim(ClaimKind.CREDITED, exhibit, (locator,), values),
            brief=f"a credit of {refund.amount} was posted on {day}",
        )
    for number, offer in enumerate(dossier.offers):
        values = {"amount": offer.amount, "at": offer.offered_at.date().isoformat()}
        yield statement(
            "offered",
            f"The merchant offered {offer.amount} to the buyer on {printed_date(offer.offered_at)}.",
            claim(ClaimKind.OFFERED, exhibit, (f"offer-{number + 1}",), values),
        )
        if offer.accepted_at:
            values = {"amount": offer.amount, "at": offer.accepted_at.date().isoformat(), "accepted": "accepted"}
            yield statement(
                "accepted",
                f"The buyer accepted the offer of {offer.amount} on {printed_date(offer.accepted_at)}.",
                claim(ClaimKind.OFFERED, exhibit, (f"acceptance-{number + 1}",), values),
            )
    if dossier.posted.minor:
        contested = dossier.decision.contested
        yield statement(
            "balance",
            f"The credits posted are {dossier.posted} in total; the contested balance is {contested}.",
            claim(ClaimKind.CREDITED, exhibit, ("credited",), {"amount": dossier.posted}),
            claim(ClaimKind.REQUESTED, exhibit, ("balance",), {"amount": contested}),
        )


DOCUMENT_CLAIMS = {
    "Invoice": ("invoice", ClaimKind.ORDERED),
    "Listing document": ("listing_document", ClaimKind.LISTED_AS),
    "Policy document": ("policy_document", ClaimKind.POLICY_SHOWN),
    "Carrier document": ("carrier_document", ClaimKind.SCANNED),
    "Customs document": ("customs_document", ClaimKind.SCANNED),
    "Access log": ("access_log", ClaimKind.USED),
    "Pre-shipment check": ("quality_check", ClaimKind.LISTED_AS),
}


def _document(exhibit: Exhibit) -> Iterator[Statement]:
    row = rows_of(exhibit)["title"]
    if row.label not in DOCUMENT_CLAIMS or "“" in row.value or "”" in row.value:
        return
    key, kind = DOCUMENT_CLAIMS[row.label]
    if row.at:
        values = {"title": row.value, "at": row.at.date().isoformat()}
        text = f"The {row.label.lower()} “{row.value}” is dated {printed_date(row.at)}."
    else:
        values, text = {"title": row.value}, f"The {row.label.lower()} “{row.value}” is exhibited."
    yield statement(key, text, claim(kind, exhibit, ("title",), values))


_PHOTO_CLAIMS = {
    "Carrier": ("photo_carrier", ClaimKind.SCANNED),
    "Merchant": ("photo_merchant", ClaimKind.LISTED_AS),
    "Buyer": ("photo_buyer", ClaimKind.BUYER_WROTE),
}


def _photo(exhibit: Exhibit) -> Iterator[Statement]:
    author = rows_of(exhibit)["author"].value
    if author in _PHOTO_CLAIMS:
        key, kind = _PHOTO_CLAIMS[author]
        text = f"A photograph supplied by the {author.lower()} is exhibited."
        yield statement(key, text, claim(kind, exhibit, ("author",), {}))
