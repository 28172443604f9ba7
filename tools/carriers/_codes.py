"""Tables from a carrier's own codes to what they mean, written the short way round."""

from collections.abc import Mapping

from knowledge.tracking import TrackingStatus


def coded(by_status: Mapping[TrackingStatus, str]) -> dict[str, TrackingStatus]:
    """Code -> status from status -> codes separated by spaces; ValueError when a code stands twice."""
    table: dict[str, TrackingStatus] = {}
    for status, codes in by_status.items():
        for code in codes.split():
            if code in table:
                raise ValueError(f"code {code} stands for {table[code]} and {status}")
            table[code] = status
    return table


def meaning(table: Mapping[str, TrackingStatus], code: str | None) -> TrackingStatus:
    """The status of a code; UNKNOWN for one the table lacks, so that a new code never becomes a delivery."""
    return table.get((code or "").upper(), TrackingStatus.UNKNOWN)
