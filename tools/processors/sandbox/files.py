"""Uploaded evidence files by Stripe's rules (https://docs.stripe.com/file-upload)."""

import hashlib
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tools.processors.sandbox import objects
from tools.processors.sandbox.books import Books, Entry, Wire
from tools.processors.sandbox.refusal import Refusal, no_such

_KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


class Files:
    """The files the merchant uploaded; their bytes lie beside the books, so that a person can open them."""

    def __init__(self, books: Books, folder: Path) -> None:
        self._books = books
        self._folder = folder / "files"
        self._folder.mkdir(parents=True, exist_ok=True)

    def upload(self, content: bytes, name: str, purpose: str, now: int) -> Wire:
        """POST /v1/files; Refusal for a kind Stripe does not take as evidence."""
        kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
        if kind is None:
            raise Refusal("Invalid file: evidence must be a PDF, JPEG or PNG.", code="invalid_file_type", param="file")
        identifier = objects.new_id("file")
        body = objects.file(identifier, name, purpose, len(content), kind, now)
        note = {"sha256": hashlib.sha256(content).hexdigest(), "pages": _pages(content) if kind == "pdf" else 1}
        (self._folder / f"{identifier}.{kind}").write_bytes(content)
        self._books.add(Entry(identifier, "file", None, body, note))
        return body

    def find(self, identifier: str, param: str) -> Entry:
        """The file; Refusal naming the parameter that asked for it."""
        entry = self._books.find("file", identifier)
        if entry is None:
            raise no_such("file upload", identifier, param)
        return entry


def _pages(content: bytes) -> int:
    try:
        return len(PdfReader(BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise Refusal("Invalid file: the PDF cannot be read.", param="file") from error
