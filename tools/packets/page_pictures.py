"""A packet's pages as pictures, drawn from the very bytes of its PDF by the renderer that made it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from tools.packets.packet import PacketError

WIDTH, HEIGHT = 1240, 1754
"""Pixels of a drawn A4 page: 150 dots an inch, at which footnotes are legible on a screen of high density."""
_SOURCE = (
    "#set page(width: 210mm, height: 297mm, margin: 0mm, fill: white)\n"
    '#image("packet.pdf", page: {number}, width: 100%)\n'
)


def page_picture(pdf: bytes, number: int) -> bytes:
    """Page `number` (from 1 on) as a PNG of `WIDTH` by `HEIGHT` pixels; PacketError when there is no such page."""
    # The renderer reads files only; the folder is its whole world and is gone afterwards.
    with TemporaryDirectory(prefix="page-") as folder:
        root = Path(folder)
        (root / "packet.pdf").write_bytes(pdf)
        (root / "page.typ").write_text(_SOURCE.format(number=number), encoding="utf-8")
        try:
            return typst.compile(root / "page.typ", root=root, format="png", ppi=150.0)
        except typst.TypstError as error:
            raise PacketError(f"page: {number} of the packet cannot be drawn; look at its PDF instead") from error
