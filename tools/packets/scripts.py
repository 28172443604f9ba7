"""Text as the packet can set it: direction, language for the right glyphs, and nothing the fonts cannot show."""

import re
import unicodedata
from typing import TypedDict

from tools.packets.fonts import coverage

_LONGEST_UNBROKEN = 28
"""Characters of one word after which a line may break, so that ids stay inside their column."""
_UNBREAKABLE = re.compile(rf"[!-~]{{{_LONGEST_UNBROKEN + 1},}}")
_ZERO_WIDTH_SPACE = "\u200b"


class SetText(TypedDict):
    """What the template takes for one piece of somebody's text."""

    text: str
    dir: str
    lang: str
    region: str


def set_text(text: str) -> SetText:
    """`text` ready for the template: it is data there and never markup."""
    shown = _UNBREAKABLE.sub(_breakable, printable(text))
    lang, region = language_of(shown)
    return SetText(text=shown, dir=direction_of(shown), lang=lang, region=region)


def _breakable(match: re.Match[str]) -> str:
    word = match.group()
    parts = [word[start : start + _LONGEST_UNBROKEN] for start in range(0, len(word), _LONGEST_UNBROKEN)]
    return _ZERO_WIDTH_SPACE.join(parts)


def direction_of(text: str) -> str:
    """`rtl` when the first letter with a direction runs right to left (Unicode rule P2), else `ltr`."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def language_of(text: str) -> tuple[str, str]:
    """Language and region by script, for line breaking and for the right form of shared Han characters."""
    if re.search("[\u3040-\u30ff]", text):
        return "ja", "JP"
    if re.search("[\uac00-\ud7af\u1100-\u11ff]", text):
        return "ko", "KR"
    han = "".join(re.findall("[\u3400-\u9fff]", text))
    if han:
        return "zh", "TW" if _fits(han, "big5") and not _fits(han, "gb2312") else "CN"
    for pattern, language, region in (
        ("[\u0600-\u06ff]", "ar", "SA"),
        ("[\u0590-\u05ff]", "he", "IL"),
        ("[\u0e00-\u0e7f]", "th", "TH"),
        ("[\u0900-\u097f]", "hi", "IN"),
        ("[\u0400-\u04ff]", "ru", "RU"),
        ("[\u0370-\u03ff]", "el", "GR"),
    ):
        if re.search(pattern, text):
            return language, region
    return "en", "GB"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str) -> str:
    """`text` with every character the fonts lack named in brackets; PDF/A forbids showing it as an empty box."""
    clusters = re.findall(
        r"[^\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f][\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f]*",
        unicodedata.normalize("NFC", text),
    )
    shown: list[str] = []
    lacking: list[str] = []
    for cluster in clusters:
        kept = _kept(cluster)
        if kept is None:
            lacking.append(cluster[0])
            continue
        if lacking:
            shown.append(_named(lacking))
            lacking = []
        shown.append(kept)
    if lacking:
        shown.append(_named(lacking))
    return "".join(shown)


def _kept(cluster: str) -> str | None:
    """The cluster when one font has all of it, its base alone when only that is covered, None otherwise."""
    if cluster[0] in " \n":
        return cluster[0]
    for candidate in (cluster, cluster[0]):
        if any(all(ord(character) in font for character in candidate) for font in coverage()):
            return candidate
    return None


def _named(characters: list[str]) -> str:
    if len(characters) <= 3:
        names = (unicodedata.name(character, f"U+{ord(character):04X}").lower() for character in characters)
        return "".join(f"[{name}]" for name in names)
    return f"[{len(characters)} characters in a script the packet has no font for]"
