"""Which of the defence reasons that Adyen offers a letter argues, and the document types it must be supplied under."""

from collections.abc import Sequence

from knowledge.base import Frozen
from knowledge.reasons import ChargebackFamily

_BY_FAMILY: dict[ChargebackFamily, tuple[str, ...]] = {
    ChargebackFamily.NOT_AS_DESCRIBED: ("GoodsWereAsDescribed",),
}
"""Reason codes that say what our letter on such a chargeback says. Adyen publishes no list; these stand in the examples
of its specification (`retrieveApplicableDefenseReasons`), and what is offered decides in any case."""
_GENERAL = ("SupplyDefenseMaterial",)
"""States nothing but that there is a defence: true of every letter."""
_NOT_OURS = frozenset({"GoodsNotReturned", "GoodsRepairedOrReplaced"})
"""State things that a letter does not prove by being written."""
_GENERIC_LEVEL = "AlternativeRequired"
"""A generic document is taken instead of the particular ones."""
_ONE_OF = "OneOrMore"
_OPTIONAL = "Optional"


class DocumentType(Frozen):
    """A kind of document that a reason asks for."""

    code: str
    level: str
    """Required, OneOrMore, Optional or AlternativeRequired; what is not known is taken for Required."""
    available: bool
    """Whether Adyen has one already."""


class DefenceReason(Frozen):
    """A reason Adyen offers for this dispute."""

    code: str
    documents: tuple[DocumentType, ...]


class NoReasonError(ValueError):
    """None of the reasons offered is one a letter argues."""


def choose(offered: Sequence[DefenceReason], family: ChargebackFamily) -> DefenceReason:
    """The reason to defend with: the family's own, else the general one, else the first that claims nothing foreign.

    Raises NoReasonError naming what was offered.
    """
    by_code = {reason.code: reason for reason in offered}
    for code in (*_BY_FAMILY.get(family, ()), *_GENERAL):
        if code in by_code and document_types(by_code[code]):
            return by_code[code]
    foreign = _NOT_OURS.union(*(codes for other, codes in _BY_FAMILY.items() if other is not family))
    for reason in offered:
        if reason.code not in foreign and document_types(reason):
            return reason
    named = ", ".join(reason.code for reason in offered) or "none"
    raise NoReasonError(
        f"Adyen offers no defence reason that a letter on {family.value} argues (offered: {named}); "
        "defend in Adyen's Customer Area or accept the dispute"
    )


def document_types(reason: DefenceReason) -> tuple[str, ...]:
    """The types under which the one packet must be supplied, so that the reason is satisfied.

    Every required type; one of those of which one is enough; for a reason that asks only for optional ones, the first.
    """
    generic = [document.code for document in reason.documents if document.level == _GENERIC_LEVEL]
    if generic:
        return (generic[0],)
    one_of = [document.code for document in reason.documents if document.level == _ONE_OF]
    required = [document.code for document in reason.documents if document.level not in (_ONE_OF, _OPTIONAL)]
    chosen = [*required, *one_of[:1]]
    return tuple(chosen or [document.code for document in reason.documents[:1]])
