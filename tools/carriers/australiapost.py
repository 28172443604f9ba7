"""Australia Post track (JSON): `tracking_results[].trackable_items[]`, events in words without a code."""

from knowledge.tracking import Route
from tools.carriers._answer import Node
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import status_of

CARRIER = "australiapost"
EXPECTED = "tracking_results[].tracking_id with trackable_items[].events[].description"


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Australia Post, errors included."""
    return answer.at("tracking_results").exists or any(
        error.at("error_code").exists and error.at("name").exists for error in answer.each("errors")
    )


def read(answer: Node) -> list[Route]:
    """A route for each article; a consignment lists its articles in `items`."""
    routes: list[Route] = []
    for result in answer.each("tracking_results"):
        number = result.text("tracking_id")
        items = [inner for item in result.each("trackable_items") for inner in (item.each("items") or [item])]
        routes.extend(_article(item, number) for item in items)
        if not items:
            error = result.at("errors")
            routes.append(refused(CARRIER, number, error.first("code", "error_code"), error.first("name", "message")))
    if not routes:
        error = answer.at("errors")
        routes.append(refused(CARRIER, None, error.first("error_code", "code"), error.first("name", "message")))
    return routes


def _article(item: Node, asked: str | None) -> Route:
    return build(CARRIER, item.text("article_id") or asked, [_scan(event) for event in item.each("events")])


def _scan(event: Node) -> Scan:
    text = event.text("description")
    spot = spot_of(event.text("location"), two_parts="city, country")
    return Scan(node=event, when=read_time(event.text("date"), spot=spot), status=status_of(text), text=text, spot=spot)
