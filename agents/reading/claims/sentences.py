"""The sentences the reader learnt from. All were written for Amends; none is a real buyer's."""

import hashlib
import re
from importlib import resources

from knowledge.base import Frozen
from knowledge.reasons import DisputeReason

REASONS = tuple(reason.value for reason in DisputeReason)
REMARK = "remark"
"""What buyers say around a complaint: it speaks for no reason."""
_LINE = re.compile(r"^(.*?)(?: @[a-z_,]+)?$")


class Example(Frozen):
    """A sentence with its label."""

    language: str
    label: str
    text: str


def complaints() -> list[Example]:
    """Every sentence of `training/`, language by language."""
    folder = resources.files("agents.reading.claims").joinpath("training")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".txt")), key=lambda file: file.name)
    return [example for file in files for example in _read(file.name[:-4], file.read_text(encoding="utf-8"))]


def labelled(name: str) -> list[Example]:
    """The sentences of a smaller head's file (`severity`, `wants`), in mixed languages."""
    text = resources.files("agents.reading.claims").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return _read("", text)


def _read(language: str, text: str) -> list[Example]:
    examples: list[Example] = []
    label = ""
    for line in text.splitlines():
        if line.startswith("# "):
            label = line[2:].strip()
        elif line.strip() and (match := _LINE.match(line)):
            examples.append(Example(language=language, label=label, text=match.group(1)))
    return examples


def digest() -> str:
    """SHA-256 over all sentences and labels: the committed head names the one it was made from."""
    lines = [f"{e.language}\t{e.label}\t{e.text}" for e in (*complaints(), *labelled("severity"), *labelled("wants"))]
    cues = resources.files("agents.reading.claims").joinpath("cues.txt").read_text(encoding="utf-8")
    return hashlib.sha256("\n".join([*lines, cues]).encode()).hexdigest()
