"""The queue's codes in words."""

from knowledge.judgement.waiting import CertaintyBand, QueueFlag
from tools.records.queue import SkipReason
from tools.records.queue_filter import QueueOrder, QueueView

VIEWS: dict[QueueView, str] = {
    QueueView.EVERYTHING: "Everything",
    QueueView.DUE: "Due in 24 h",
    QueueView.ABSTAINED: "Autopilot abstained",
    QueueView.HIGH_VALUE: "High value",
    QueueView.IMAGE_REUSE: "Image reuse",
    QueueView.APPEALS: "Appeals",
    QueueView.LETTERS: "Letters to sign",
    QueueView.TO_CONFIRM: "To confirm",
    QueueView.MINE: "My work",
    QueueView.SKIPPED: "Skipped",
}
ORDERS: dict[QueueOrder, tuple[str, str]] = {
    QueueOrder.PRESSING: (
        "Most pressing",
        "Due within six hours first, then by expected loss avoided per minute of yours.",
    ),
    QueueOrder.DUE: ("Due first", "By the next date that can still be met."),
    QueueOrder.VALUE: ("Most valuable", "By value at stake, in euro."),
    QueueOrder.OLDEST: ("Oldest", "By when the case was opened."),
}
BANDS: dict[CertaintyBand, tuple[str, str]] = {
    CertaintyBand.AUTOMATIC: ("would act alone", "good"),
    CertaintyBand.LOOK: ("needs a look", "note"),
    CertaintyBand.ABSTAINED: ("abstained", "warn"),
}
"""The words and the look of a tag."""
FLAGS: dict[QueueFlag, tuple[str, str]] = {
    QueueFlag.IMAGE_REUSE: ("image reuse", "bad"),
    QueueFlag.INSTRUCTS: ("instructs reader", "bad"),
    QueueFlag.CONTRADICTION: ("contradiction", "warn"),
    QueueFlag.HIGH_VALUE: ("high value", "note"),
    QueueFlag.FOUR_EYES: ("four eyes", "note"),
    QueueFlag.APPEAL: ("appeal", "warn"),
    QueueFlag.LETTER: ("letter to sign", "note"),
}
SKIPS: dict[SkipReason, str] = {
    SkipReason.LANGUAGE: "I do not read the language",
    SkipReason.EXPERTISE: "somebody else knows this better",
    SkipReason.CONFLICT: "I know somebody involved",
    SkipReason.WAITS_FOR_ANSWER: "an answer is on its way",
    SkipReason.UNCLEAR: "I cannot tell what to do",
    SkipReason.OTHER: "something else",
}


def shown_count(count: int) -> str:
    """A view's count; above 999 nobody needs the number."""
    return str(count) if count <= 999 else "999+"
