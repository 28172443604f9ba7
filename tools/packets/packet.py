"""Render a letter and its proof as one PDF/A-2b within a processor's limits, or say which limit is in the way."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from PIL.Image import Image

from knowledge.letter.claims import ExhibitKind, Letter, Proof
from knowledge.letter.verify import letter_digest
from tools.files.images import UndecodableImage
from tools.packets.documents import DOTS_PER_INCH, PDF_START, UnshowableDocument, document_pages
from tools.packets.fonts import packet_fonts
from tools.packets.pages import PlacedPicture, packet_data
from tools.packets.pictures import DOCUMENT_STEPS, STEPS, PictureStep, grey_jpeg, grey_picture, width_on_page
from tools.packets.profiles import PacketProfile


class PacketError(ValueError):
    """The packet cannot be made; the message names what is in the way and the mend."""


class PacketTooLarge(PacketError):
    """The packet breaks a limit at the smallest pictures; nothing was cut."""


@dataclass(frozen=True)
class Packet:
    """A rendered packet and what a submission needs to know of it."""

    pdf: bytes
    sha256: str
    pages: int
    byte_count: int
    proof_json: bytes
    """`proof.json`, UTF-8: every sentence with the exhibits that prove it."""


def render_packet(letter: Letter, proof: Proof, files: Mapping[str, bytes], profile: PacketProfile) -> Packet:
    """The packet for a letter; `files` holds the bytes of every picture and document shown, by SHA-256.

    Pictures shrink step by step until the profile's targets are met, or at least its limits. A letter that is not
    proved is marked as a draft on every page. Raises PacketTooLarge when a limit cannot be kept, and PacketError for
    a proof of another letter, a missing or altered file, or a picture or document that cannot be shown.
    """
    if proof.letter_sha256 != letter_digest(letter):
        raise PacketError("proof: it was made for another version of this letter; verify the letter again")
    shown = _shown_pictures(letter, files)
    smallest: tuple[bytes, int] | None = None
    for step in range(len(STEPS) if shown else 1):
        pdf, pages = _compile(letter, proof, shown, step)
        if len(pdf) <= profile.target_bytes and pages <= profile.target_pages:
            return _packet(pdf, pages, proof)
        if smallest is None or (pages, len(pdf)) < (smallest[1], len(smallest[0])):
            smallest = pdf, pages
    assert smallest is not None
    pdf, pages = smallest
    if pages > profile.max_pages:
        raise PacketTooLarge(
            f"packet: {pages} pages, but {profile.name} takes {profile.max_pages} ({profile.source}); "
            "take exhibits out of the case that answer nothing in the dispute"
        )
    if len(pdf) > profile.max_bytes:
        raise PacketTooLarge(
            f"packet: {len(pdf)} bytes, but {profile.name} takes {profile.max_bytes} ({profile.source}); "
            "take pictures out of the case that answer nothing in the dispute"
        )
    return _packet(pdf, pages, proof)


@dataclass(frozen=True)
class _Shown:
    """What an exhibit shows: a photograph, or the pages of a document."""

    pictures: list[Image]
    steps: tuple[PictureStep, ...]
    dots_per_inch: int | None = None
    """Of the pages of a document, whose size is known."""


def _shown_pictures(letter: Letter, files: Mapping[str, bytes]) -> dict[str, _Shown]:
    shown: dict[str, _Shown] = {}
    for exhibit in letter.exhibits:
        sha256 = exhibit.evidence_sha256
        if sha256 is None:
            continue
        if sha256 not in files:
            raise PacketError(f"files: Exhibit {exhibit.letter} shows {sha256}, which was not given")
        data = files[sha256]
        if hashlib.sha256(data).hexdigest() != sha256:
            raise PacketError(f"files: the bytes given for Exhibit {exhibit.letter} are not those of {sha256}")
        steps = DOCUMENT_STEPS if exhibit.kind is ExhibitKind.DOCUMENT else STEPS
        try:
            if data.startswith(PDF_START):
                shown[sha256] = _Shown(document_pages(data), steps, DOTS_PER_INCH)
            else:
                shown[sha256] = _Shown([grey_picture(data)], steps)
        except (UndecodableImage, UnshowableDocument) as error:
            raise PacketError(f"files: Exhibit {exhibit.letter} cannot be shown, {error}; take it out") from error
    return shown


@cache
def _template() -> bytes:
    return resources.files("tools.packets").joinpath("packet.typ").read_bytes()


def _compile(letter: Letter, proof: Proof, shown: Mapping[str, _Shown], step: int) -> tuple[bytes, int]:
    # Typst reads pictures from files only; the folder is its whole world and is gone afterwards.
    with TemporaryDirectory(prefix="packet-") as folder:
        root = Path(folder)
        (root / "packet.typ").write_bytes(_template())
        placed: dict[str, list[PlacedPicture]] = {}
        for sha256, exhibit in shown.items():
            placed[sha256] = [
                _place(root, f"{sha256}-{number}.jpg", picture, exhibit.steps[step], exhibit.dots_per_inch)
                for number, picture in enumerate(exhibit.pictures, start=1)
            ]
        compiler = typst.Compiler(
            root / "packet.typ",
            root=root,
            font_paths=packet_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"packet": json.dumps(packet_data(letter, proof, placed), ensure_ascii=False)},
        )
        pdf = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=int(letter.dated.timestamp()))
        pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
    if not isinstance(pdf, bytes):
        raise PacketError("packet: the renderer gave no single PDF")
    return pdf, pages


def _place(root: Path, name: str, picture: Image, step: PictureStep, dots_per_inch: int | None) -> PlacedPicture:
    (root / name).write_bytes(grey_jpeg(picture, step))
    return PlacedPicture(file=name, width_mm=width_on_page(picture, step, dots_per_inch))


def _packet(pdf: bytes, pages: int, proof: Proof) -> Packet:
    written = json.dumps(proof.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()
    return Packet(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), pages=pages, byte_count=len(pdf), proof_json=written)
