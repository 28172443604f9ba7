"""The words of a packet's pages, as any PDF reader gives them back."""

import io
from functools import lru_cache

import pypdf


@lru_cache(maxsize=16)
def page_texts(pdf: bytes) -> tuple[str, ...]:
    """The text of each page, first page first; remembered for the letters in work, whose pages are asked for often."""
    return tuple(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def page_count(pdf: bytes) -> int:
    """How many pages a packet has."""
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
