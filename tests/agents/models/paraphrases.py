"""Free paraphrases of composed sentences, 80 that state the same and 80 with one thing changed, written by hand."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Paraphrase(NamedTuple):
    """A composed sentence in other words."""

    composed: str
    text: str
    corrupted: str | None
    """What is wrong with it; None when it states the same."""


@cache
def paraphrases() -> tuple[Paraphrase, ...]:
    """All of them, those of one sentence together."""
    written = json.loads(Path(__file__).with_name("paraphrases.json").read_text(encoding="utf-8"))
    return tuple(
        Paraphrase(one["composed"], text, kind)
        for one in written
        for kind, text in [*((None, text) for text in one["true"]), *one["corrupted"]]
    )
