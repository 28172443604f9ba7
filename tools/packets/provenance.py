"""Which letter a packet shows: its digest travels in the PDF's keywords."""

import io
import re

import pypdf
from pypdf.errors import PyPdfError

_KEYWORD = "letter-sha256:"


def letter_keyword(sha256: str) -> str:
    """The keyword a packet carries for the letter of that digest."""
    return f"{_KEYWORD}{sha256}"


def letter_of_packet(pdf: bytes) -> str | None:
    """The digest of the letter a packet was rendered from; None for anything that is no packet of ours."""
    try:
        metadata = pypdf.PdfReader(io.BytesIO(pdf)).metadata
    except (PyPdfError, ValueError, KeyError):
        return None
    found = re.search(rf"{_KEYWORD}([0-9a-f]{{64}})\b", str(metadata.get("/Keywords", "")) if metadata else "")
    return found[1] if found else None
