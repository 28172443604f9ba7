"""How well carriers' raw answers are read: `python -m benchmarks.tracking PATH`.

PATH holds payloads and an `index.jsonl` with `file`, `carrier` and `final_status` (the label, one status or
`mixed: a; b; c` in the payload's order). Prints what was read of each, and how much of it agrees.
"""

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from knowledge.tracking import Route, TrackingStatus
from tools.carriers import UnreadableTracking, carriers, detect_carrier, latest_status, read_routes

NO_SCANS = "no_scans"
NOT_FOUND = "not_found"
CONTRADICTORY = "contradictory"

AGREES: dict[str, frozenset[str]] = {
    "pre_transit": frozenset({TrackingStatus.LABEL_CREATED, NO_SCANS}),
    "picked_up": frozenset({TrackingStatus.HANDED_OVER}),
    "delivery_failed": frozenset({TrackingStatus.DELIVERY_ATTEMPTED, TrackingStatus.EXCEPTION, TrackingStatus.REFUSED}),
    "customs_released": frozenset({TrackingStatus.CUSTOMS}),
    "ready_for_pickup": frozenset({TrackingStatus.AVAILABLE_FOR_PICKUP}),
    "return_to_sender": frozenset({TrackingStatus.RETURNING, TrackingStatus.RETURNED}),
    "on_hold": frozenset({TrackingStatus.EXCEPTION, TrackingStatus.CUSTOMS}),
    "delivery_delayed": frozenset({TrackingStatus.EXCEPTION, TrackingStatus.IN_TRANSIT}),
}
"""Labels that are not our own words, and what reads them rightly; every other label must be met to the letter."""


@dataclass(frozen=True)
class Reading:
    """One payload as read."""

    file: str
    carrier: str
    label: str
    read: tuple[str, ...]
    events: int
    zoned: int
    agrees: bool
    remark: str


def verdict(route: Route) -> str:
    """The status a route ends in, or why it has none."""
    if route.error is not None:
        return NOT_FOUND
    return latest_status(route).value if route.events else NO_SCANS


def agrees(label: str, routes: tuple[Route, ...]) -> bool:
    """Whether the routes say what the label says: each in turn when mixed, else the newest of them."""
    wanted = [part.split("(")[0].strip() for part in label.removeprefix("mixed:").split(";")]
    if label.startswith("mixed:"):
        return len(wanted) == len(routes) and all(map(_matches, wanted, routes))
    newest = max(routes, key=lambda route: route.events[-1].at.timestamp() if route.events else 0)
    return _matches(wanted[0], newest)


def _matches(label: str, route: Route) -> bool:
    if label == CONTRADICTORY:
        return any("contradicts" in note or "two parcels" in note for note in route.notes)
    # "delivered after delays": the label's first word is the status.
    exact = label if label in AGREES or label in _ALL else label.split(" ")[0]
    return verdict(route) in AGREES.get(exact, frozenset({exact}))


_ALL = {*TrackingStatus, NOT_FOUND}


def measure(folder: Path) -> list[Reading]:
    """Every payload of the folder's index, read."""
    readings: list[Reading] = []
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        payload = (folder / row["file"]).read_bytes()
        try:
            routes = read_routes(row["carrier"], payload)
        except UnreadableTracking as error:
            readings.append(Reading(row["file"], row["carrier"], row["final_status"], (), 0, 0, False, str(error)))
            continue
        found = detect_carrier(payload)
        remark = "" if found == row["carrier"] else f"detected as {found}"
        readings.append(
            Reading(
                file=row["file"],
                carrier=row["carrier"],
                label=row["final_status"],
                read=tuple(verdict(route) for route in routes),
                events=sum(len(route.events) for route in routes),
                zoned=sum(event.zone_known for route in routes for event in route.events),
                agrees=agrees(row["final_status"], routes),
                remark="; ".join(part for part in (remark, *(route.error or "" for route in routes)) if part),
            )
        )
    return readings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a folder of payloads with an index.jsonl")
    folder: Path = parser.parse_args().path
    started = time.perf_counter()
    readings = measure(folder)
    took = time.perf_counter() - started
    for reading in readings:
        mark = "=" if reading.agrees else "≠"
        print(f"{mark} {reading.carrier:<14} {reading.file}")
        print(f"    read {'; '.join(reading.read)} | labelled {reading.label}")
        print(f"    {reading.events} events, {reading.zoned} with a known zone {('| ' + reading.remark)[:150]}")
    agreed = sum(reading.agrees for reading in readings)
    events = sum(reading.events for reading in readings)
    zoned = sum(reading.zoned for reading in readings)
    print(f"\n{agreed} of {len(readings)} payloads agree with their label; {len(carriers())} carriers can be read.")
    print(f"{events} events, {zoned} ({zoned / max(events, 1):.0%}) with a known zone; {took * 1000:.0f} ms in all.")
    print(f"Ends: {dict(Counter(end for reading in readings for end in reading.read).most_common())}")
    false = [r.file for r in readings if "delivered" not in r.label and TrackingStatus.DELIVERED in r.read]
    print(f"Read as delivered although labelled otherwise: {false or 'none'}")


if __name__ == "__main__":
    main()
