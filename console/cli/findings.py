"""What the doctor says of each thing it looks at: how it is, what was found, and how to mend it."""

from enum import StrEnum

from knowledge.base import Frozen

ANSWER_SECONDS = 5.0
"""How long each question waits."""


class State(StrEnum):
    """How much a finding matters. Only `BROKEN` stops the house from working."""

    GOOD = "good"
    NOTE = "note"
    BROKEN = "broken"


class Finding(Frozen):
    """One line of the doctor's report."""

    state: State
    what: str
    found: str
    mend: str | None = None


def good(what: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(state=State.GOOD, what=what, found=found)


def note(what: str, found: str, mend: str | None = None) -> Finding:
    """The house works; somebody may want to act."""
    return Finding(state=State.NOTE, what=what, found=found, mend=mend)


def broken(what: str, found: str, mend: str) -> Finding:
    """The house does not work until it is mended."""
    return Finding(state=State.BROKEN, what=what, found=found, mend=mend)


def short(problem: BaseException) -> str:
    """The first line of a problem."""
    text = str(problem).strip() or type(problem).__name__
    return text.splitlines()[0][:200]
