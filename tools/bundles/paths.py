"""Names of files inside a bundle: relative, forward slashes, nothing that leads out or reads as another name."""

import re
import unicodedata

from knowledge.rules.bundle_check import Refusal
from tools.bundles.limits import PATH_DEPTH

CASE = "case.json"

_DRIVE = re.compile(r"^[A-Za-z]:")
_MEND = "use a relative path with forward slashes inside the bundle, such as photos/lamp.jpg"


def path_problem(name: str) -> str | None:
    """What is wrong with a file name in a bundle; None for a name that may be used."""
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in name):
        return "the name is not UTF-8"
    if any(unicodedata.category(letter) in {"Cc", "Cf"} for letter in name):
        return "the name holds control or invisible characters"
    if "\\" in name:
        return "the path has backslashes"
    if name.startswith("/"):
        return "the path is absolute"
    if _DRIVE.match(name):
        return "the path starts with a drive letter"
    parts = name.split("/")
    if ".." in parts:
        return "the path leads out of the bundle"
    if "" in parts or "." in parts:
        return "the path has an empty part"
    if len(parts) > PATH_DEPTH:
        return f"the path is deeper than {PATH_DEPTH} folders"
    return None


def path_refusal(pointer: str, name: str) -> Refusal | None:
    """The refusal of a file name, at `pointer`."""
    problem = path_problem(name)
    return Refusal(pointer=pointer, problem=problem, mend=_MEND) if problem else None


def readable(name: str) -> str:
    """A name that is safe to show, whatever the sender wrote."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)[:200] or "(no name)"


def composed(name: str) -> str:
    """The one spelling under which names meet: macOS archives decompose letters that JSON writes composed."""
    return unicodedata.normalize("NFC", name)


def repeated_names(names: list[str]) -> list[Refusal]:
    """A refusal for each name that a file system without case, or with composed letters, would take for another."""
    refusals: list[Refusal] = []
    seen: set[str] = set()
    for name in names:
        key = composed(name).casefold()
        if key in seen:
            refusals.append(
                Refusal(
                    pointer=readable(name),
                    problem="another file has the same name, upper and lower case aside",
                    mend="rename one of them",
                )
            )
        seen.add(key)
    return refusals
