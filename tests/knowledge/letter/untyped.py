"""Untyped corruptions of composed sentences: what is written, and what somebody would rather have read."""

from typing import Literal

UntypedKind = Literal[
    "negation", "swapped actor", "shipped for delivered", "left for signed", "invented cause", "over-claim"
]

_END = "."

UNTYPED: dict[UntypedKind, tuple[tuple[str, str], ...]] = {
    "negation": (
        ("recorded the", "never recorded the"),
        ("recorded the parcel", "did not record the parcel"),
        (" was charged", " was not charged"),
        (" was placed", " was never placed"),
        (" was posted", " was not posted"),
        (" was shown", " was not shown"),
        ("matches", "does not match"),
        ("No return scan is", "A return scan is"),
        ("No return scan is recorded", "No return scan is not recorded"),
        ("no dispute of it is recorded", "a dispute of it is recorded"),
        ("offered", "never offered"),
        ("accepted the", "refused the"),
        ("wrote to", "never wrote to"),
        ("carries the", "lacks the"),
        ("has the result", "has not the result"),
        ("references are different", "references are not different"),
    ),
    "swapped actor": (
        ("The carrier", "The buyer"),
        ("The carrier", "The merchant"),
        ("The buyer wrote to the merchant", "The merchant wrote to the buyer"),
        ("The merchant wrote to the buyer", "The buyer wrote to the merchant"),
        ("The buyer wrote", "The carrier wrote"),
        ("The merchant offered", "The buyer offered"),
        ("The merchant offered", "The bank offered"),
        ("The buyer accepted", "The merchant accepted"),
        ("shown to the buyer", "shown to the merchant"),
        ("shown to the buyer", "shown by the buyer"),
        ("The merchant asks", "The cardholder asks"),
        ("recorded by the carrier", "recorded by the buyer"),
        ("was placed", "was placed by the cardholder"),
        ("was opened", "was opened by the merchant"),
        ("was posted", "was posted by the issuer"),
    ),
    "shipped for delivered": (
        ("as delivered", "as handed over"),
        ("as delivered", "as shipped"),
        ("as handed over", "as delivered"),
        ("as delivered", "as out for delivery"),
        ("as delivered", "as dispatched"),
        ("as handed over", "as delivered over"),
        ("delivery place", "dispatch place"),
        ("mode of delivery", "mode of dispatch"),
        ("recorded the parcel as delivered", "delivered the parcel"),
    ),
    "left for signed": (
        ("the signature name", "the place left"),
        ("the mode of delivery as “handed to recipient”", "the mode of delivery as “left unattended”"),
        ("“handed to another person”", "“handed to recipient”"),
        ("“handed to another person”", "“left unattended”"),
        ("as delivered", "as left at the door"),
        ("as delivered", "as signed for"),
        ("as delivered", "as delivered and signed"),
        ("as delivered", "as delivered against signature"),
        ("recorded the signature name", "left the parcel with"),
        ("the signature name", "no signature but the name"),
    ),
    "invented cause": (
        (_END, " because the buyer changed plans."),
        (_END, " due to an address the buyer gave."),
        (_END, "; therefore the dispute has no ground."),
        (_END, " after the buyer confused two orders."),
        (_END, ", which is why the bank was called."),
        (_END, " in order to avoid a return."),
        (_END, " following a delay by customs."),
        ("The ", "Because of the weather the "),
        ("The ", "As a consequence of a mistake of the buyer the "),
        (_END, " since the buyer never answered."),
    ),
    "over-claim": (
        (_END, " without doubt."),
        (_END, ", which proves that the cardholder has the goods."),
        (_END, " in perfect condition."),
        (_END, " to the buyer personally."),
        (_END, " and was received."),
        (_END, "; the cardholder confirmed it."),
        ("The ", "Clearly the "),
        ("The ", "It is undisputed that the "),
        (_END, " on time and complete."),
        (_END, "; the dispute is fraudulent."),
        (" recorded ", " irrefutably recorded "),
        (" was ", " was always "),
        (" is ", " is certainly "),
    ),
}
"""By kind, pairs of what stands in a composed sentence and what replaces it. None of them states the same thing."""


def rewritings(kind: UntypedKind, text: str) -> list[str]:
    """Every corruption of the kind that fits the sentence, one change each."""
    made: list[str] = []
    for cue, changed in UNTYPED[kind]:
        if cue == _END:
            made.append(text.removesuffix(_END) + changed)
        elif cue.strip() == "The":
            made += [changed + text.removeprefix(cue)] if text.startswith(cue) else []
        elif cue in text:
            made.append(text.replace(cue, changed, 1))
    return made
