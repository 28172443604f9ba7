"""Why a chargeback waits for a person, as the queue names it."""

from knowledge.judgement.waiting import WaitCause
from workflows.messages import LetterWritten, Linked

LATER_CYCLES = frozenset({"pre_arbitration", "arbitration"})
"""Stages in which the issuer did not accept an answer; whether to go on is a person's decision."""


def causes_of(linked: Linked, letter: LetterWritten | None, refused: bool) -> tuple[WaitCause, ...]:
    """The causes that hold; `refused` says that the processor did not take an answer."""
    brings = {
        WaitCause.LATER_CYCLE: linked.stage in LATER_CYCLES,
        WaitCause.NOT_SUBMITTED: refused,
        WaitCause.LETTER_TO_SIGN: letter is not None and letter.proved,
        WaitCause.LETTER_UNPROVED: letter is not None and not letter.proved,
        WaitCause.LETTER_ATTACKED: letter is not None and bool(letter.attacks),
    }
    return tuple(cause for cause, holds in brings.items() if holds)
