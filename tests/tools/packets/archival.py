"""What can be checked of a packet without Java: PDF/A-2b's outward marks, and what processors ask of a file.

Checked here, each by name: XMP metadata with `pdfaid:part` 2 and conformance B; a `GTS_PDFA1` output intent with an ICC
profile; every font embedded, also in forms; no encryption; no JavaScript, launch, link, form, sound or embedded file
anywhere in the file; A4 portrait pages without rotation; only grey operators, colour spaces and pictures; the size of
every letter as the content streams set it; no glyph 0 (`.notdef`). veraPDF checks more, where it is installed.
"""

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject, PdfObject

_ACTIVE = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/URI",
        "/GoToR",
        "/GoToE",
        "/SubmitForm",
        "/ImportData",
        "/Movie",
        "/Sound",
        "/Rendition",
    }
)
_FORBIDDEN_KEYS = frozenset({"/JS", "/AA", "/OpenAction", "/EF", "/EmbeddedFiles", "/AcroForm", "/XFA", "/Encrypt"})
A4 = (595.28, 841.89)


class Drawn(NamedTuple):
    """What the content streams of a packet set."""

    sizes: Counter[float]
    """How many letters are set at which size, in points."""
    problems: tuple[str, ...]


def archival_problems(pdf: bytes) -> list[str]:
    """Every mark of PDF/A-2b, and every rule of the processors, that the file does not keep; empty when all are."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    found: list[str] = []
    metadata = root["/Metadata"].get_object().get_data().decode() if "/Metadata" in root else ""
    for wanted in ("<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>"):
        if wanted not in metadata:
            found.append(f"metadata: lacks {wanted}")
    intents = [intent.get_object() for intent in root.get("/OutputIntents", [])]
    if not any(one["/S"] == "/GTS_PDFA1" and "/DestOutputProfile" in one for one in intents):
        found.append("output intent: no GTS_PDFA1 with an ICC profile")
    if reader.is_encrypted:
        found.append("encryption: the file is encrypted")
    found += _active(reader)
    for number, page in enumerate(reader.pages, start=1):
        size = (float(page.mediabox.width), float(page.mediabox.height))
        if any(abs(side - wanted) > 0.1 for side, wanted in zip(size, A4, strict=True)) or page.rotation:
            found.append(f"page {number}: {size} turned by {page.rotation}, not A4 portrait")
        if page.get("/Annots"):
            found.append(f"page {number}: has annotations")
    found += [f"font: {name} is not embedded" for name in _loose_fonts(reader)]
    return [*found, *drawn(reader).problems]


def _active(reader: pypdf.PdfReader) -> Iterator[str]:
    size: Any = reader.trailer["/Size"]
    for number in range(1, int(size)):
        try:
            held: Any = IndirectObject(number, 0, reader).get_object()
        except (PyPdfError, KeyError, ValueError):
            continue
        for one in _dictionaries(held):
            if _FORBIDDEN_KEYS & set(one):
                yield f"active: object {number} has {sorted(_FORBIDDEN_KEYS & set(one))}"
            if one.get("/S") in _ACTIVE:
                yield f"active: object {number} is {one['/S']}"


def _dictionaries(held: Any) -> Iterator[Any]:
    """The dictionary and those written inside it; what it only refers to is an object of its own."""
    if isinstance(held, DictionaryObject):
        yield held
        for inner in held.values():
            yield from _dictionaries(inner)
    elif isinstance(held, ArrayObject):
        for inner in held:
            yield from _dictionaries(inner)


def fonts_of(reader: pypdf.PdfReader) -> list[Any]:
    """Every font of every page and of the forms drawn on it."""
    return [font.get_object() for where in _resources(reader) for font in where.get("/Font", {}).values()]


def pictures_of(reader: pypdf.PdfReader) -> list[Any]:
    """Every picture drawn, page by page."""
    drawn_ones = [one.get_object() for where in _resources(reader) for one in where.get("/XObject", {}).values()]
    return [one for one in drawn_ones if one["/Subtype"] == "/Image"]


def _resources(reader: pypdf.PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        yield from _nested(page["/Resources"])


def _nested(resources: Any) -> Iterator[Any]:
    held = resources.get_object()
    yield held
    for one in held.get("/XObject", {}).values():
        form = one.get_object()
        if form["/Subtype"] == "/Form" and "/Resources" in form:
            yield from _nested(form["/Resources"])


def _loose_fonts(reader: pypdf.PdfReader) -> Iterator[str]:
    for font in fonts_of(reader):
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor: Any = inner["/FontDescriptor"].get_object() if "/FontDescriptor" in inner else ()
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
            yield str(font["/BaseFont"])


def drawn(reader: pypdf.PdfReader) -> Drawn:
    """Follow the content streams: sizes of letters, colours that are not grey, glyphs that are missing."""
    sizes: Counter[float] = Counter()
    problems: list[str] = []
    for number, page in enumerate(reader.pages, start=1):
        resources = page["/Resources"].get_object()
        stream = page.get_contents()
        if stream is None:
            problems.append(f"page {number}: is blank")
            continue
        _follow(ContentStream(stream, reader), resources, f"page {number}", sizes, problems, 1.0)
    problems += [
        f"picture: colour space {one['/ColorSpace']}"
        for one in pictures_of(reader)
        if not _grey(one["/ColorSpace"], {})
    ]
    return Drawn(sizes, tuple(dict.fromkeys(problems)))


def _grey(space: Any, named: Any) -> bool:
    held: Any = named.get(space, space) if isinstance(space, str) else space
    held = held.get_object() if isinstance(held, PdfObject) else held
    if held in ("/DeviceGray", "/CalGray"):
        return True
    return isinstance(held, ArrayObject) and (
        held[0] == "/CalGray" or (held[0] == "/ICCBased" and held[1].get_object()["/N"] == 1)
    )


def _follow(
    stream: ContentStream, resources: Any, where: str, sizes: Counter[float], problems: list[str], outer: float
) -> None:
    named: Any = resources.get("/ColorSpace", {})
    named = named.get_object() if isinstance(named, PdfObject) else named
    scales: list[float] = []
    scale, size, matrix = outer, 0.0, 1.0
    for operands, operator in stream.operations:
        match operator:
            case b"q":
                scales.append(scale)
            case b"Q":
                scale = scales.pop()
            case b"cm":
                scale *= _scaling(operands)
            case b"Tf":
                size = float(operands[1])
            case b"Tm":
                matrix = _scaling(operands)
            case b"BT":
                matrix = 1.0
            case b"Tj" | b"TJ":
                shown = operands[0] if operator == b"TJ" else operands
                codes = b"".join(one.original_bytes for one in shown if hasattr(one, "original_bytes"))
                glyphs = [codes[at : at + 2] for at in range(0, len(codes), 2)]
                sizes[round(size * matrix * scale, 1)] += len(glyphs)
                if b"\x00\x00" in glyphs:
                    problems.append(f"{where}: shows a missing glyph")
            case b"cs" | b"CS" if not _grey(operands[0], named):
                problems.append(f"{where}: colour space {operands[0]} is not grey")
            case b"rg" | b"RG" | b"k" | b"K":
                problems.append(f"{where}: sets a colour with {operator.decode()}")
            case b"Do":
                form = resources["/XObject"][operands[0]].get_object()
                if form["/Subtype"] == "/Form":
                    inner = form.get("/Resources", resources).get_object()
                    _follow(ContentStream(form, stream.pdf), inner, where, sizes, problems, scale)
            case _:
                pass


def _scaling(operands: Any) -> float:
    """How much a matrix enlarges what stands upright."""
    return abs(float(operands[3])) or abs(float(operands[1]))
