"""The words of a packet's pages, as any PDF reader gives them back."""

import io

import pypdf


def page_texts(pdf: bytes) -> tuple[str, ...]:
    """The text of each page, first page first."""
    return tuple(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def page_count(pdf: bytes) -> int:
    """How many pages a packet has."""
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
