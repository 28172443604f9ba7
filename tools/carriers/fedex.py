"""FedEx Track API (JSON): `output.completeTrackResults[].trackResults[].scanEvents[]`.

One number can stand for several parcels (FedEx uses numbers again); each `trackResult` is one parcel, told
apart by `trackingNumberUniqueId`. A proof of delivery is an image in base64 and holds no scans.
"""

from datetime import datetime, timedelta

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, mode_of, narrowed

CARRIER = "fedex"
EXPECTED = "output.completeTrackResults[].trackResults[].scanEvents[]"

_S = TrackingStatus
EVENTS = coded(
    {
        _S.LABEL_CREATED: "OC OX EP MD",
        _S.HANDED_OVER: "PU PX AP DO OF",
        _S.IN_TRANSIT: "IT IX AA AC AF AR AX DP EA EO FD LO OW PF PL PM SF TR AE AO HA RC RR SP TP",
        _S.CUSTOMS: "CC CD CP CU",
        _S.OUT_FOR_DELIVERY: "OD ED AD",
        _S.AVAILABLE_FOR_PICKUP: "HL HP",
        _S.EXCEPTION: "SE DE DY DD PD CA",
        _S.RETURNING: "RS RT",
        _S.DELIVERED: "DL",
    }
)
"""`eventType` and `derivedStatusCode` values of FedEx's tracking status codes."""
REASONS = coded(
    {
        _S.DELIVERY_ATTEMPTED: "01 1 08 8 11 45 46",
        _S.REFUSED: "07 7",
        _S.DAMAGED: "09 9 10 37",
        _S.RETURNING: "14",
        _S.CUSTOMS: "25 50 55 58 61 64 65",
    }
)
"""`exceptionCode` (reason codes, ANSI X12 element 641 without its A) where it says more than DE or SE."""

_CLOCKS_AGREE = timedelta(hours=1)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of FedEx's Track API, its errors and proofs of delivery included."""
    if answer.at("output").exists:
        output = answer.at("output")
        return output.at("completeTrackResults").exists or output.at("documents").exists
    return answer.at("transactionId").exists and answer.at("errors").exists


def read(answer: Node) -> list[Route]:
    """A route for each track result, in FedEx's order."""
    routes = [
        _parcel(result, complete.text("trackingNumber"))
        for complete in answer.each("output", "completeTrackResults")
        for result in complete.each("trackResults")
    ]
    if routes:
        return routes
    output = answer.at("output")
    if output.at("documents").exists:
        kind = (output.text("documentType") or "document").replace("_", " ").lower()
        note = f"FedEx sent a {kind} as a file and no scans; add the file itself to the case as a document."
        return [build(CARRIER, None, [], notes=[note])]
    error = answer.at("errors")
    return [refused(CARRIER, None, error.text("code"), error.text("message"))]


def _parcel(result: Node, asked: str | None) -> Route:
    number = asked or result.text("trackingNumberInfo", "trackingNumber")
    events = result.each("scanEvents")
    error = result.at("error")
    if error.exists and not events:
        return refused(CARRIER, number, error.text("code"), error.text("message"))
    notes = [f"FedEx adds an error: {error.text('message') or error.text('code')}"] if error.exists else []
    own = result.text("trackingNumberInfo", "trackingNumber")
    if own and asked and own != asked:
        notes.append(f"FedEx answers for number {own}, asked for {asked}.")
    scans = [_scan(event) for event in events]
    notes.extend(_clock_differences(result, scans))
    details = result.at("deliveryDetails")
    return build(
        CARRIER,
        number,
        scans,
        signed_by=details.first("signedByName", "receivedByName"),
        mode=mode_of(details.text("locationDescription"), (details.text("locationType") or "").replace("_", " ")),
        weight_g=_weight(result),
        promised_by=_promise(result),
        notes=notes,
    )


def _scan(event: Node) -> Scan:
    place = event.at("scanLocation")
    spot = Spot(
        city=place.text("city"),
        region=place.text("stateOrProvinceCode"),
        postcode=place.text("postalCode"),
        country=country_of(place.first("countryCode", "countryName")),
    )
    code, reason = event.text("eventType"), event.text("exceptionCode")
    text = event.text("eventDescription")
    status = meaning(EVENTS, code)
    if status is _S.UNKNOWN:
        status = meaning(EVENTS, event.text("derivedStatusCode"))
        # A parcel-level summary is not this scan's own word for a delivery.
        status = _S.UNKNOWN if status is _S.DELIVERED else status
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    if status is _S.EXCEPTION:
        precise = meaning(REASONS, (reason or "").removeprefix("A"))
        status = (
            precise
            if precise is not _S.UNKNOWN
            else narrowed(
                status,
                event.text("exceptionDescription"),
                _S.REFUSED,
                _S.DAMAGED,
                _S.DELIVERY_ATTEMPTED,
                _S.CUSTOMS,
                _S.LOST,
            )
        )
    why = event.text("exceptionDescription")
    return Scan(
        node=event,
        when=read_time(event.text("date"), spot=spot),
        status=status,
        text=f"{text}: {why}" if text and why else text or why,
        code="/".join(part for part in (code, reason) if part) or None,
        spot=spot,
    )


def _weight(result: Node) -> int | None:
    weights = result.each("packageDetails", "weightAndDimensions", "weight")
    by_unit = sorted(weights, key=lambda weight: (weight.text("unit") or "") != "KG")
    return next((found for w in by_unit if (found := grams(w.text("value"), w.text("unit"))) is not None), None)


def _promise(result: Node) -> datetime | None:
    times = {time.text("type"): time.text("dateTime") for time in result.each("dateAndTimes")}
    for said in (
        times.get("COMMITMENT"),
        result.text("standardTransitTimeWindow", "window", "ends"),
        times.get("ESTIMATED_DELIVERY"),
        result.text("estimatedDeliveryTimeWindow", "window", "ends"),
    ):
        if (when := deadline(said)) is not None:
            return when
    return None


def _clock_differences(result: Node, scans: list[Scan]) -> list[str]:
    """FedEx's summary of times can disagree with its scans; the scans are what is read."""
    summary = next(
        (read_time(t.text("dateTime")) for t in result.each("dateAndTimes") if t.text("type") == "ACTUAL_DELIVERY"),
        None,
    )
    if summary is None:
        return []
    delivered = [scan.when for scan in scans if scan.status is _S.DELIVERED and scan.when]
    if not delivered:
        return [f"FedEx's summary names a delivery on {summary.at:%Y-%m-%d}, but no scan shows one."]
    if all(abs(when.at - summary.at) > _CLOCKS_AGREE for when in delivered):
        return [f"FedEx's summary names a delivery at {summary.at:%Y-%m-%d %H:%M} UTC, unlike its scans."]
    return []
