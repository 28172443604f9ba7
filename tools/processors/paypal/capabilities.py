"""PayPal's limits on dispute evidence.

Files: https://developer.paypal.com/platforms/disputes/reference/supported-file-types-sizes.md; texts and lists: the
schemas `evidence`, `evidence_info` and `supporting_info` of Customer Disputes v1.
"""

from tools.processors.capabilities import Capabilities

FILE_BYTES = 10_000_000
"""Each file is smaller than "10 MB", read as decimal megabytes, the smaller of the two readings."""
NOTES = 2_000
"""Characters of `notes`."""
TRACKED_PARCELS = 10
"""Tracking numbers in one piece of evidence."""
REFUND_IDS = 100
"""Refund ids in one piece of evidence."""

PAYPAL = Capabilities(
    processor="paypal",
    file_kinds={
        "application/pdf": b"%PDF-",
        "image/jpeg": b"\xff\xd8\xff",
        "image/png": b"\x89PNG\r\n\x1a\n",
        "image/gif": b"GIF8",
    },
    file_fields=frozenset({"evidence-file", "supporting document", "accept-claim-document"}),
    files_combined_bytes=50_000_000,
    # PayPal states no limit on pages; this is the house's own, see `tools.packets.profiles`.
    pages_combined=49,
    pages_by_network={},
    text_fields={"notes": NOTES},
    text_combined=NOTES,
    submissions=1,
)

_SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}


def media_type(packet: bytes) -> str | None:
    """The media type by the first bytes; None for a kind PayPal does not take."""
    return next((kind for kind, start in PAYPAL.file_kinds.items() if packet.startswith(start)), None)


def file_name(packet_sha256: str, packet: bytes) -> str:
    """The packet's name with the extension PayPal knows its kind by; ValueError for a kind it does not take."""
    kind = media_type(packet)
    if kind is None:
        raise ValueError("the packet is not a PDF, JPEG, PNG or GIF; PayPal takes no other kind")
    return f"packet-{packet_sha256[:16]}.{_SUFFIXES[kind]}"


def broken_limits(notes: str, packet: bytes) -> list[str]:
    """Every limit that the notes and the packet break, with the mend; empty when they may be sent."""
    broken: list[str] = []
    if media_type(packet) is None:
        broken.append("the packet is not a PDF, JPEG, PNG or GIF; PayPal takes no other kind")
    if len(packet) >= FILE_BYTES:
        broken.append(f"the packet has {len(packet)} bytes; PayPal takes less than {FILE_BYTES} a file")
    if not notes:
        broken.append("notes are empty; say in a sentence why the dispute is wrong")
    if len(notes) > NOTES:
        broken.append(
            f"notes: verdict and request alone have {len(notes)} characters; shorten the letter's to {NOTES} together"
        )
    return broken
