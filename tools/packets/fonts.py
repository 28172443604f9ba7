"""The packet's fonts: Noto families from installed wheels, and which characters each can show."""

import struct
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import typst

_WHEELS = (
    "fontpkg_noto_sans",
    "pylopdf_fonts_ar",
    "pylopdf_fonts_he",
    "pylopdf_fonts_hi",
    "pylopdf_fonts_jp",
    "pylopdf_fonts_ko",
    "pylopdf_fonts_th",
    "pylopdf_fonts_zh_cn",
    "pylopdf_fonts_zh_tw",
)
FAMILIES = (
    "Noto Sans",
    "Noto Sans SC",
    "Noto Sans TC",
    "Noto Sans JP",
    "Noto Sans KR",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Thai",
    "Noto Sans Devanagari",
)
"""In order of preference for a character that several have."""


@cache
def packet_fonts() -> typst.Fonts:
    """Every font of the wheels and none of the system's, so that a packet looks the same everywhere."""
    folders = {str(path.parent) for wheel in _WHEELS for path in _font_files(wheel)}
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=sorted(folders))


def _font_files(wheel: str) -> list[Path]:
    root = Path(str(resources.files(wheel)))
    return [path for path in root.rglob("*") if path.suffix in {".ttf", ".otf"}]


@cache
def coverage() -> tuple[frozenset[int], ...]:
    """For each family of `FAMILIES`, the code points its upright font has a glyph for."""
    files = {font.family: font.path for font in packet_fonts().fonts() if font.style == "normal" and font.path}
    missing = [family for family in FAMILIES if family not in files]
    if missing:
        raise LookupError(f"fonts: {', '.join(missing)} not found; install the wheels {', '.join(_WHEELS)}")
    return tuple(frozenset(_mapped(Path(str(files[family])).read_bytes())) for family in FAMILIES)


def _mapped(font: bytes) -> Iterator[int]:
    """Code points of a font's character map (OpenType `cmap`, formats 4 and 12)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    offsets = [start + struct.unpack_from(">HHL", font, start + 4 + 8 * index)[2] for index in range(subtables)]
    by_format = {struct.unpack_from(">H", font, offset)[0]: offset for offset in offsets}
    if 12 in by_format:
        yield from _segmented_coverage(font, by_format[12])
    elif 4 in by_format:
        yield from _segment_mapping(font, by_format[4])


def _segmented_coverage(font: bytes, offset: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">L", font, offset + 12)
    for index in range(groups):
        first, last, glyph = struct.unpack_from(">LLL", font, offset + 16 + 12 * index)
        yield from range(first + (glyph == 0), last + 1)


def _segment_mapping(font: bytes, offset: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", font, offset + 6)
    ends, starts, deltas, ranges = (
        offset + 14,
        offset + 16 + double,
        offset + 16 + 2 * double,
        offset + 16 + 3 * double,
    )
    for at in range(0, double, 2):
        (last,), (first,), (delta,), (shift,) = (
            struct.unpack_from(">H", font, table + at) for table in (ends, starts, deltas, ranges)
        )
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = point + delta
            if shift:
                (glyph,) = struct.unpack_from(">H", font, ranges + at + shift + 2 * (point - first))
            if glyph & 0xFFFF:
                yield point
