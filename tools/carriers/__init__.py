"""Carriers: raw tracking answers, as each carrier's interface gives them, read into routes.

Each carrier is one file with the same shape: `CARRIER`, `EXPECTED`, the table of its codes,
`recognises(answer)` and the pure function `read(answer)`. What is unknown stays unknown: a code that a
table lacks never becomes a delivery.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from knowledge.tracking import Route
from tools.carriers._answer import Node, UnreadableTracking, locate, parse
from tools.carriers._errors import spoken_error
from tools.carriers._registry import FAMILIES, READERS, Reader, named
from tools.carriers._route import latest_status, refused

__all__ = [
    "UnreadableTracking",
    "carriers",
    "detect_carrier",
    "latest_status",
    "locate",
    "read_route",
    "read_routes",
]

_EPOCH = datetime.min.replace(tzinfo=UTC)


def carriers() -> Sequence[str]:
    """The carriers whose answers can be read, by the names `read_routes` takes."""
    return tuple(READERS)


def detect_carrier(payload: bytes) -> str | None:
    """The carrier an answer comes from, by its structure; None when none or several would fit."""
    try:
        answer = parse(payload)
    except UnreadableTracking:
        return None
    return _detected(answer)


def read_routes(carrier: str, payload: bytes, *, tracking_number: str | None = None) -> tuple[Route, ...]:
    """Every parcel in a carrier's answer, in its order; with `tracking_number` only the parcels under it.

    `carrier` is a name from `carriers()`, in any spelling of spaces and dashes, or a house such as `DHL` with
    several interfaces. An answer that names no number is taken to be about the one asked for. A carrier's own
    refusal is a route with `error`. Raises UnreadableTracking.
    """
    answer = parse(payload)
    reader = _reader(carrier, answer)
    routes = _shared(reader.read(answer) if reader else _error(carrier, answer))
    if tracking_number is None:
        return routes
    found = tuple(route for route in routes if _same(route.tracking_number, tracking_number))
    if found:
        return found
    unnumbered = [route for route in routes if route.tracking_number is None]
    if len(routes) == len(unnumbered) == 1:
        return (unnumbered[0].model_copy(update={"tracking_number": tracking_number}),)
    numbers = ", ".join(sorted({route.tracking_number or "without a number" for route in routes}))
    raise UnreadableTracking(
        f"The {carrier} answer is not about {tracking_number}; it is about {numbers}. "
        "Correct the tracking number, or save the answer for this one."
    )


def read_route(carrier: str, payload: bytes, *, tracking_number: str | None = None) -> Route:
    """The one parcel meant: with that number, and the newest when several share it (its notes say so).

    Without a number the answer must be about one number. Raises UnreadableTracking.
    """
    routes = read_routes(carrier, payload, tracking_number=tracking_number)
    numbers = {route.tracking_number for route in routes}
    if len(numbers) > 1:
        listed = ", ".join(sorted(number or "without a number" for number in numbers))
        raise UnreadableTracking(
            f"The {carrier} answer is about several parcels ({listed}). Say which number is meant."
        )
    return max(routes, key=lambda route: max((event.at for event in route.events), default=_EPOCH))


def _detected(answer: Node) -> str | None:
    fitting = [name for name, reader in READERS.items() if reader.recognises(answer)]
    return fitting[0] if len(fitting) == 1 else None


def _error(carrier: str, answer: Node) -> list[Route]:
    """A route with the words of a general error; UnreadableTracking when the answer is no error either."""
    name = named(carrier)[0]
    spoken = spoken_error(answer)
    if spoken:
        return [refused(name, None, *spoken)]
    other = _detected(answer)
    mend = f"It looks like an answer of {other}." if other else "Save the carrier's answer unchanged."
    raise UnreadableTracking(
        f"The tracking file is not an answer of {carrier}: expected {READERS[name].EXPECTED}. {mend}"
    )


def _reader(carrier: str, answer: Node) -> Reader | None:
    """The reader that recognises the answer; None when the carrier is known and its answer is not."""
    names = named(carrier)
    if not names:
        raise UnreadableTracking(
            f"No reader for the carrier {carrier!r}. Known are {', '.join(READERS)}; "
            "name one of them, or add the events as a document."
        )
    family = next((family for family in FAMILIES if names[0] in family), names)
    for name in dict.fromkeys((*names, *family)):
        if READERS[name].recognises(answer):
            return READERS[name]
    return None


def _shared(routes: Sequence[Route]) -> tuple[Route, ...]:
    """Routes with a note on each that shares its number with another parcel."""
    counts = Counter(route.tracking_number for route in routes if route.tracking_number is not None)
    return tuple(
        route.model_copy(
            update={"notes": (*route.notes, f"{counts[number]} parcels in this answer share number {number}.")}
        )
        if (number := route.tracking_number) is not None and counts[number] > 1
        else route
        for route in routes
    )


def _same(one: str | None, other: str) -> bool:
    return one is not None and _bare(one) == _bare(other)


def _bare(number: str) -> str:
    return "".join(sign for sign in number if sign.isalnum()).upper().lstrip("0")
