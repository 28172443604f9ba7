"""The evidence as the page shows it: messages and what is cited in them, pictures, routes with gaps, the order."""

import mimetypes
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from console.web.case.citations import Citations
from console.web.case.route_map import RouteMap, map_of
from console.web.case.veil import Veil
from knowledge.case import Address, Author, CaseBundle, Document, DocumentKind, Message
from knowledge.geography.cities import Gazetteer
from knowledge.tracking import Place, Route, TrackingStatus
from tools.carriers import UnreadableTracking, read_route

GAP = timedelta(hours=36)
"""A silence of a parcel worth marking: a night and a day without a scan are common."""

_ARRIVED = frozenset({TrackingStatus.DELIVERED, TrackingStatus.RETURNED})
"""After which a parcel has nothing more to tell."""


class Piece(NamedTuple):
    """A stretch of a message: cited by the numbers in `cites`, hidden when it stands for personal data."""

    text: str
    cites: str
    hidden: bool


class ShownMessage(NamedTuple):
    """A message as a quotation."""

    id: str
    author: str
    at: datetime
    language: str | None
    pieces: Sequence[Piece]
    translation: str | None


class Picture(NamedTuple):
    """A picture in the gallery; `number` is its key."""

    number: int
    id: str
    sha256: str
    author: str
    caption: str
    listing: bool
    """The merchant's own picture of what was sold, to compare with."""


class Scan(NamedTuple):
    """A line of a route: a scan, or (when `gap` is given) a silence before it."""

    at: datetime
    words: str
    status: str
    place: str
    pointer: str
    zone_known: bool
    gap: timedelta | None
    mark: str
    """Its place on the route's map; empty when it is not there."""


class ShownRoute(NamedTuple):
    """A parcel's way."""

    shipment_id: str
    carrier: str
    number: str | None
    scans: Sequence[Scan]
    silent: timedelta | None
    """From the last scan until the answer was fetched, when that is long."""
    notes: Sequence[str]
    map: RouteMap | None
    """None when the carrier names no place."""


class Row(NamedTuple):
    """A field of the order as it was sold."""

    pointer: str
    name: str
    value: str


class ShownDocument(NamedTuple):
    """A document; a PDF is shown in a frame, anything else is downloaded."""

    id: str
    title: str
    kind: str
    sha256: str
    framed: bool


def shown_messages(bundle: CaseBundle, citations: Citations, veil: Veil) -> list[ShownMessage]:
    """Every message, oldest first."""
    return [
        ShownMessage(
            id=message.id,
            author=message.author.value,
            at=message.at,
            language=message.language,
            pieces=_pieces(message, citations, veil),
            translation=veil.over(message.translation) if message.translation else None,
        )
        for message in sorted(bundle.messages, key=lambda message: message.at)
    ]


def _pieces(message: Message, citations: Citations, veil: Veil) -> list[Piece]:
    text, spans = message.text, citations.spans(message.id)
    hidden = veil.hidden(text)
    ends = {0, len(text), *(end for span in spans for end in span[:2]), *(end for each in hidden for end in each[:2])}
    cuts = sorted(cut for cut in ends if 0 <= cut <= len(text))
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        cites = " ".join(str(number) for first, last, number in spans if first <= start and end <= last)
        over = next((each for each in hidden if each.start <= start and end <= each.end), None)
        if over is None:
            pieces.append(Piece(text[start:end], cites, False))
        elif over.start == start:
            pieces.append(Piece(over.word, cites, True))
    return pieces


def shown_pictures(bundle: CaseBundle, veil: Veil) -> list[Picture]:
    """Pictures of the claim first, then the merchant's own of what was sold."""
    claim = [photo for photo in bundle.photos if photo.sha256 and photo.author is not Author.MERCHANT]
    own = [photo for photo in bundle.photos if photo.sha256 and photo.author is Author.MERCHANT]
    listings = [each for each in bundle.documents if each.kind is DocumentKind.LISTING and _is_picture(each)]
    shown = [(each.id, each.sha256, each.author.value, each.caption or "", False) for each in claim]
    shown += [(each.id, each.sha256, each.author.value, each.caption or "", True) for each in own]
    shown += [(each.id, each.sha256, each.author.value, each.title, True) for each in listings]
    return [
        Picture(number, identifier, sha256 or "", author, veil.over(caption), listing)
        for number, (identifier, sha256, author, caption, listing) in enumerate(shown, 1)
    ]


def _is_picture(document: Document) -> bool:
    return (mimetypes.guess_type(document.path)[0] or "").startswith("image/") and document.sha256 is not None


def shown_documents(bundle: CaseBundle, veil: Veil) -> list[ShownDocument]:
    """Documents that are not in the gallery."""
    return [
        ShownDocument(each.id, veil.over(each.title), each.kind.value, each.sha256, each.path.lower().endswith(".pdf"))
        for each in bundle.documents
        if each.sha256 and not (each.kind is DocumentKind.LISTING and _is_picture(each))
    ]


def shown_routes(
    bundle: CaseBundle, answers: Mapping[str, bytes], veil: Veil, gazetteer: Callable[[], Gazetteer]
) -> list[ShownRoute]:
    """Every parcel whose carrier's answer (by its SHA-256) can be read, with its map.

    `gazetteer` is asked for when there is a route to draw; the first time in a process that takes seconds.
    """
    shown: list[ShownRoute] = []
    for shipment in bundle.shipments:
        answer = answers.get(shipment.tracking_sha256 or "")
        if answer is None:
            continue
        try:
            route = read_route(shipment.carrier, answer, tracking_number=shipment.tracking_number)
        except UnreadableTracking as unread:
            told = (str(unread),)
            shown.append(ShownRoute(shipment.id, shipment.carrier, shipment.tracking_number, (), None, told, None))
            continue
        notes = [*([route.error] if route.error else []), *route.notes]
        if route.signed_by:
            notes.append(f"signed by {veil.whole(route.signed_by, 'name')}")
        silences = _silences(route)
        drawn = None
        if any(event.place for event in route.events):
            gaps = [silence is not None for silence in silences]
            drawn = map_of(route, shipment.id, gaps, bundle.order.ship_to, bundle.merchant.country, gazetteer())
        shown.append(
            ShownRoute(
                shipment.id,
                shipment.carrier,
                shipment.tracking_number,
                _scans(route, silences, drawn, veil),
                _silence(route, shipment.fetched_at),
                notes,
                drawn,
            )
        )
    return shown


def _silences(route: Route) -> list[timedelta | None]:
    """For each scan how long it was silent before, when that is long."""
    between = [after.at - before.at for before, after in pairwise(route.events)]
    return [None, *(silence if silence >= GAP else None for silence in between)] if route.events else []


def _scans(route: Route, silences: Sequence[timedelta | None], drawn: RouteMap | None, veil: Veil) -> list[Scan]:
    marks = drawn.mark_of if drawn else [""] * len(route.events)
    return [
        Scan(
            event.at,
            veil.over(event.text),
            event.status.value,
            _place_words(event.place, veil),
            event.pointer,
            event.zone_known,
            silence,
            mark,
        )
        for event, silence, mark in zip(route.events, silences, marks, strict=True)
    ]


def _place_words(place: Place | None, veil: Veil) -> str:
    if place is None:
        return ""
    postcode = veil.over(place.postcode) if place.postcode else None
    return ", ".join(part for part in (place.city, postcode, place.country) if part)


def _silence(route: Route, until: datetime | None) -> timedelta | None:
    if until is None or not route.events or route.events[-1].status in _ARRIVED:
        return None
    silence = until - route.events[-1].at
    return silence if silence >= GAP else None


def shown_order(bundle: CaseBundle, veil: Veil) -> list[Row]:
    """The order as it was sold, each field with its pointer into `case.json`."""
    order, payment = bundle.order, bundle.order.payment
    rows = [Row("/order/id", "order", order.id), Row("/order/placed_at", "placed", f"{order.placed_at:%Y-%m-%d %H:%M}")]
    for index, line in enumerate(order.lines):
        sold = f"{line.quantity} × {line.title}, {line.unit_price}" + (" (digital)" if line.digital else "")
        rows.append(Row(f"/order/lines/{index}", "sold", sold))
        if line.description:
            rows.append(Row(f"/order/lines/{index}/description", "described as", line.description))
    rows += [
        Row("/order/shipping", "delivery", str(order.shipping)),
        Row("/order/total", "total", str(order.total)),
        Row("/order/ship_to", "to", _address(order.ship_to, veil)),
        Row(
            "/order/payment",
            "paid",
            f"{payment.captured} by {payment.network.value if payment.network else payment.processor.value}"
            + (f" ···{payment.last4}" if payment.last4 else ""),
        ),
    ]
    if order.promised_by:
        rows.append(Row("/order/promised_by", "promised by", f"{order.promised_by:%Y-%m-%d}"))
    if payment.avs != "unchecked" or payment.cvc != "unchecked":
        rows.append(Row("/order/payment/avs", "checks", f"address {payment.avs}, card code {payment.cvc}"))
    if payment.three_d_secure:
        rows.append(Row("/order/payment/three_d_secure", "3-D Secure", payment.three_d_secure.outcome))
    if order.device:
        ip = veil.whole(order.device.ip, "IP address") if order.device.ip else "no IP address"
        rows.append(Row("/order/device", "device", f"{ip}, {order.device.device_id or 'no device id'}"))
    buyer = bundle.buyer
    rows.append(Row("/buyer/name", "buyer", veil.whole(buyer.name, "name")))
    if buyer.email:
        rows.append(Row("/buyer/email", "e-mail", veil.whole(buyer.email, "e-mail")))
    rows.append(Row("/buyer", "history", f"{buyer.earlier_orders} earlier orders, {buyer.earlier_claims} claims"))
    rows += [
        Row(
            f"/earlier_refunds/{n}", "given back", f"{each.amount} on {each.at:%Y-%m-%d} ({each.channel}, {each.state})"
        )
        for n, each in enumerate(bundle.earlier_refunds)
    ]
    if not bundle.earlier_refunds:
        rows.append(Row("/earlier_refunds", "given back", "nothing before this case"))
    if bundle.chargeback:
        notice = bundle.chargeback
        rows += [
            Row("/chargeback/reason_code", "disputed", f"{notice.network.value} {notice.reason_code}, {notice.amount}"),
            Row("/chargeback/respond_by", "answer by", f"{notice.respond_by:%Y-%m-%d %H:%M} UTC"),
        ]
        rows += [
            Row(
                f"/chargeback/prior_transactions/{n}",
                "earlier purchase",
                f"{each.amount} on {each.at:%Y-%m-%d}, {each.description}"
                + (", disputed" if each.disputed else "")
                + (", refunded" if each.refunded else ""),
            )
            for n, each in enumerate(notice.prior_transactions)
        ]
    return rows


def _address(address: Address, veil: Veil) -> str:
    street = [veil.whole(line, "address") for line in address.lines]
    name = [veil.whole(address.name, "name")] if address.name else []
    postcode = [veil.whole(address.postcode, "postcode")] if address.postcode else []
    return ", ".join([*name, *street, *postcode, address.city, address.country])
