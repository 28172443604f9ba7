"""Adyen's limits on defence documents.

Sizes and pages as Oracle Payment Cloud documents them, which runs on Adyen
(https://docs.oracle.com/en/industries/food-beverage/payments-platform/latest/pcsrf/t_disputes_defend.htm); Adyen takes
documents only, in English, and no text fields.
"""

from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge.base import Frozen
from knowledge.case import CardNetwork
from tools.processors.capabilities import Capabilities

ADYEN = Capabilities(
    processor="adyen",
    file_kinds={
        "application/pdf": b"%PDF-",
        "image/jpeg": b"\xff\xd8\xff",
        "image/tiff": b"II*\x00",
    },
    file_fields=frozenset(),  # document types are the dispute's own: retrieveApplicableDefenseReasons names them
    files_combined_bytes=10_000_000,
    # Not stated but for Mastercard: what every other processor takes.
    pages_combined=49,
    pages_by_network={"mastercard": 19},
    text_fields={},
    text_combined=0,
    submissions=1,
)
# Decimal megabytes, the smaller of the two readings.
_BYTES_BY_KIND = {"application/pdf": 2_000_000, "image/jpeg": 10_000_000, "image/tiff": 10_000_000}
_BYTES_BY_NETWORK = {CardNetwork.DISCOVER: 3_000_000}
"""Diners Club and Discover, which are one network to us."""


class Document(Frozen):
    """A packet that keeps Adyen's limits, as it is supplied."""

    content_type: str
    content: bytes


def document(packet: bytes, network: CardNetwork) -> Document:
    """The packet with its kind; ValueError naming every limit it breaks, with the mend."""
    kind = next((kind for kind, start in ADYEN.file_kinds.items() if packet.startswith(start)), None)
    if kind is None:
        raise ValueError("packet: not a PDF, JPEG or TIFF; Adyen takes no other kind")
    broken: list[str] = []
    most = min(_BYTES_BY_KIND[kind], _BYTES_BY_NETWORK.get(network, ADYEN.files_combined_bytes))
    if len(packet) > most:
        broken.append(f"packet: {len(packet)} bytes; Adyen takes {most} for {kind} on {network.value}, make it smaller")
    pages, allowed = _pages(packet) if kind == "application/pdf" else 1, ADYEN.pages(network.value)
    if pages > allowed:
        broken.append(f"packet: {pages} pages; {allowed} are taken on {network.value}, leave some out")
    if broken:
        raise ValueError("; ".join(broken))
    return Document(content_type=kind, content=packet)


def _pages(content: bytes) -> int:
    try:
        return len(PdfReader(BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise ValueError("packet: the PDF cannot be read; render it again") from error
