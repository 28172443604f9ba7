"""Documents as merchants hold them: small PDFs made with the packet's own renderer, and what spoils them."""

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdf
import typst
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

_INVOICE = """#set page(paper: "a4", margin: 25mm)
#set text(size: 12pt)
= Invoice 2026-0417
Harbour Lamps GmbH, Speicherstrasse 4, 20457 Hamburg

#table(columns: (1fr, auto, auto), [Item], [Qty], [Price],
  [Table lamp Oak & Linen], [1], [59.90 EUR], [Shipping], [1], [5.00 EUR], [Total], [], [64.90 EUR])

NOTE
"""


@cache
def pdf(
    pages: int = 1, note: str = "Paid by card ending 4242.", *, width: str = "210mm", height: str = "297mm"
) -> bytes:
    """An invoice of so many pages, with a note on the last."""
    source = _INVOICE.replace(
        "NOTE", "#pagebreak()\n".join([f"Sheet {number + 1}\n\n" for number in range(pages)]) + note
    )
    with TemporaryDirectory() as folder:
        written = Path(folder) / "invoice.typ"
        written.write_text(source.replace('paper: "a4"', f"width: {width}, height: {height}"), encoding="utf-8")
        made = typst.compile(written, format="pdf")
    assert isinstance(made, bytes)
    return made


def _saved(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def encrypted() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    return _saved(writer)


def with_script() -> bytes:
    """An invoice that would like to run something when it is opened."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello');")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return _saved(writer)


def with_note(text: str) -> bytes:
    """An invoice on which somebody has put a note."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.add_annotation(0, FreeText(text=text, rect=(50, 550, 200, 650)))
    return _saved(writer)


def rotated(data: bytes, by: int) -> bytes:
    """The document with its pages turned clockwise, as scanners do it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        page.rotate(by)
    return _saved(writer)
