"""Documents that are PDFs: whether they may be exhibited, and their pages as pictures.

A packet is PDF/A, into which no other PDF may be put as it is; its pages are set as pictures, drawn by the same
renderer as the packet. Nothing in the document runs. Full card numbers are looked for in the text of its pages, its
form fields and its notes; one that has any is refused, because a box drawn over it could miss. What is written in a
picture inside the document has no text to look through: a person who files a scan answers for it.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdf
import typst
from PIL import Image, ImageOps
from pypdf.errors import PyPdfError

from tools.files.card_numbers import find_card_numbers

PDF_START = b"%PDF-"
MOST_PAGES = 12
"""Of one document. More is a whole catalogue or all terms, which analysts do not read."""
_MOST_ASPECT = 4.0
"""Longest side over the shorter one; beyond it a page is a strip nobody can read."""
_WIDEST_MM = 297.0
"""A wider page (a plan, a poster) is drawn as wide as A4 is long."""
_MM_IN_POINT = 25.4 / 72
DOTS_PER_INCH = 200
_MARGIN_MM = 4.0
"""Of white left around what is printed when a page is cropped."""


class UnshowableDocument(ValueError):
    """The document may not or cannot be exhibited; the message says why and the mend."""


def check_document(data: bytes) -> None:
    """Refuse a PDF that cannot be shown page by page or that shows a full card number. Raises UnshowableDocument."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnshowableDocument("the PDF is encrypted; give a copy without a password")
        pages = list(reader.pages)
        if not 1 <= len(pages) <= MOST_PAGES:
            raise UnshowableDocument(
                f"the PDF has {len(pages)} pages, and {MOST_PAGES} can be shown; give the pages that prove something"
            )
        for number, page in enumerate(pages, start=1):
            sides = sorted((float(page.cropbox.width), float(page.cropbox.height)))
            if sides[0] <= 0 or sides[1] / sides[0] > _MOST_ASPECT:
                raise UnshowableDocument(f"page {number} of the PDF is a strip; give it as ordinary pages")
            if any(find_card_numbers(text) for text in _texts(page)):
                raise UnshowableDocument(
                    f"page {number} of the PDF shows a full card number; give a copy that shows the last four digits"
                )
    except UnshowableDocument:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # What pypdf raises on files that were cut off or made to break it.
        raise UnshowableDocument(f"the PDF cannot be read ({type(error).__name__}); give a whole copy") from error


def _texts(page: pypdf.PageObject) -> Iterator[str]:
    yield page.extract_text()
    notes: Any = page.get("/Annots") or []
    for note in notes:
        held: Any = note.get_object()
        for key in ("/Contents", "/V", "/DV"):
            value: Any = held.get(key)
            if isinstance(value, str):
                yield value


def document_pages(data: bytes) -> list[Image.Image]:
    """The pages of a PDF as grey pictures of 200 dots an inch, cropped to their print. Raises UnshowableDocument."""
    check_document(data)
    widths = [_width_mm(page) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    # The renderer reads files only; the folder is its whole world and is gone afterwards.
    with TemporaryDirectory(prefix="document-") as folder:
        root = Path(folder)
        (root / "document.pdf").write_bytes(data)
        return [_cropped(_picture(root, number, width)) for number, width in enumerate(widths, start=1)]


def _width_mm(page: pypdf.PageObject) -> float:
    upright = page.rotation % 180 == 0
    return min(float(page.cropbox.width if upright else page.cropbox.height) * _MM_IN_POINT, _WIDEST_MM)


def _cropped(picture: Image.Image) -> Image.Image:
    """The picture without its white margins, so that the print is as large as it can be; a blank page stays whole."""
    ink = ImageOps.invert(picture).point([0] * 16 + [255] * 240).getbbox()
    if ink is None:
        return picture
    margin = round(_MARGIN_MM / 25.4 * DOTS_PER_INCH)
    left, top, right, bottom = ink
    return picture.crop(
        (
            max(left - margin, 0),
            max(top - margin, 0),
            min(right + margin, picture.width),
            min(bottom + margin, picture.height),
        )
    )


def _picture(root: Path, number: int, width: float) -> Image.Image:
    source = root / "page.typ"
    source.write_text(
        f"#set page(width: {width:.2f}mm, height: auto, margin: 0mm, fill: white)\n"
        f'#image("document.pdf", page: {number}, width: 100%)\n',
        encoding="utf-8",
    )
    try:
        drawn = typst.compile(source, root=root, format="png", ppi=float(DOTS_PER_INCH))
    except typst.TypstError as error:
        raise UnshowableDocument(f"page {number} of the PDF cannot be drawn; give it as a picture") from error
    with Image.open(io.BytesIO(drawn)) as picture:
        return picture.convert("L")
