"""The checks of a packet's file find what they look for: each is shown a file that breaks it."""

import io
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
import typst
from PIL import Image
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject

from tests.knowledge.letter.dossiers import dossier
from tests.tools.packets.archival import archival_problems, drawn
from tests.tools.packets.test_packets import packet_of


def spoilt(change: Callable[[pypdf.PdfWriter], object]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(packet_of(dossier("visa", "13.1")).pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def without(key: str) -> Callable[[pypdf.PdfWriter], object]:
    return lambda writer: writer.root_object.pop(NameObject(key))


def scripted(writer: pypdf.PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))


def linked(writer: pypdf.PdfWriter) -> None:
    writer.add_annotation(0, Link(rect=RectangleObject((50, 50, 90, 90)), url="https://example.com"))


def attached(writer: pypdf.PdfWriter) -> None:
    writer.add_attachment("a.txt", b"hello")


def turned(writer: pypdf.PdfWriter) -> None:
    writer.pages[1].rotate(90)


def unembedded(writer: pypdf.PdfWriter) -> None:
    font = {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
    fonts = writer.pages[0]["/Resources"]["/Font"]  # pyright: ignore
    fonts[NameObject("/Loose")] = writer._add_object(DictionaryObject(font))  # pyright: ignore


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without("/Metadata"), "metadata: lacks <pdfaid:part>2"),
        (without("/OutputIntents"), "output intent: no GTS_PDFA1"),
        (scripted, "/JavaScript"),
        (attached, "/EF"),
        (linked, "page 1: has annotations"),
        (linked, "/URI"),
        (unembedded, "font: /Helvetica is not embedded"),
        (turned, "page 2: (595.2756, 841.8898) turned by 90, not A4 portrait"),
    ],
    ids=["metadata", "intent", "script", "file", "link", "address", "font", "turned"],
)
def test_a_file_that_breaks_a_rule_is_found_out(change: Callable[[pypdf.PdfWriter], object], named: str):
    found = archival_problems(spoilt(change))
    assert any(named in problem for problem in found), found


def test_an_encrypted_file_is_found_out():
    data = spoilt(lambda writer: writer.encrypt("", algorithm="RC4-128"))
    assert "encryption: the file is encrypted" in archival_problems(data)


def set_from(folder: Path, body: str) -> list[str]:
    """The problems of a file of another template."""
    source = folder / "other.typ"
    source.write_text(f'#set page(paper: "a4")\n{body}', encoding="utf-8")
    made = typst.compile(source, root=folder, format="pdf")
    assert isinstance(made, bytes)
    return archival_problems(made)


def test_colour_is_found_in_letters_and_in_pictures(tmp_path: Path):
    Image.new("RGB", (20, 20), "red").save(tmp_path / "red.png")
    found = set_from(tmp_path, '#text(fill: rgb("#c00000"))[red]\n#image("red.png")')
    assert any(problem.startswith("page 1: colour space") for problem in found), found
    assert any(problem.startswith("picture: colour space") for problem in found), found


def test_a_letter_without_a_glyph_is_found(tmp_path: Path):
    found = set_from(tmp_path, "#text(fallback: false)[Broken \u1234]")
    assert "page 1: shows a missing glyph" in found


def test_the_size_of_letters_is_measured_as_it_is_drawn(tmp_path: Path):
    source = tmp_path / "sizes.typ"
    source.write_text("#set text(12pt)\nbody #text(9pt)[small] #scale(50%)[half]", encoding="utf-8")
    made = typst.compile(source, format="pdf")
    assert isinstance(made, bytes)
    sizes = drawn(pypdf.PdfReader(io.BytesIO(made))).sizes
    assert dict(sizes) == {12.0: 5, 9.0: 5, 6.0: 4}
