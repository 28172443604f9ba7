"""A walk of the documentation: the numbered steps under a heading, each performed by an action of its own.

A step names what is pressed or read between `**` and `**`, and keys between backticks. An action takes each name as it
uses it; a step without an action, an action without a step, and a name no action has used are failures.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

_DOCUMENTS = Path(__file__).parents[4] / "docs"
_STEP = re.compile(r"^\d+\. (.*(?:\n   .*)*)", re.MULTILINE)
_WORDS = re.compile(r"\*\*(.+?)\*\*")
_KEYS = re.compile(r"`(.+?)`")


class Step:
    """One numbered step of a document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = _WORDS.findall(text)
        self._keys = _KEYS.findall(text)

    def words(self) -> str:
        """The next name of the step, as it stands on the page."""
        assert self._words, f"the action uses more than the step names: {self.text}"
        return self._words.pop(0)

    def key(self) -> str:
        """The next key of the step."""
        assert self._keys, f"the action presses more than the step says: {self.text}"
        return self._keys.pop(0)

    def left(self) -> list[str]:
        """What the step names and no action has used."""
        return [*self._words, *self._keys]


Action = Callable[[Step], Awaitable[None]]


async def walk(document: str, heading: str, actions: Sequence[Action]) -> None:
    """Perform the steps under the heading of `docs/DOCUMENT`, one after the other."""
    text = (_DOCUMENTS / document).read_text(encoding="utf-8")
    _, found, after = text.partition(f"\n## {heading}\n")
    assert found, f"{document} has no heading {heading!r}"
    steps = [Step(each) for each in _STEP.findall(after.partition("\n## ")[0])]
    assert len(steps) == len(actions), f"{len(steps)} steps in {document}, {len(actions)} actions"
    for number, (step, action) in enumerate(zip(steps, actions, strict=True), 1):
        await action(step)
        assert step.left() == [], f"step {number} of {document} names what nobody used: {step.text}"
