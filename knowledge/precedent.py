"""A closed case as history tells it: the facts it had, what was decided by whom, and what came of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen
from knowledge.decision import Resolution
from knowledge.money import Amount
from knowledge.reasons import DisputeReason, Severity


class DecidedBy(StrEnum):
    """Who decided a closed case. Only people's decisions teach fair value, or the machine would learn from itself."""

    PERSON = "person"
    APPEAL = "appeal"
    BLIND_REVIEW = "blind_review"
    MACHINE = "machine"


class Answer(StrEnum):
    """How the buyer answered the offer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


class Precedent(Frozen):
    """One closed case of history (`amends.history/1`), without anything that tells who the buyer was."""

    case_id: str
    closed_at: AwareDatetime
    reason: DisputeReason
    severity: Severity | None = None
    category: str
    market: str
    items_price: Amount
    resolution: Resolution
    share: Annotated[float, Field(ge=0, le=1)]
    """Share of the claimed items' price that was given back."""
    decided_by: DecidedBy
    answer: Answer | None = None
    text: str
    """A short neutral summary of the claim; what similarity is measured on."""
    synthetic: bool = False


class RecalledPrecedent(Frozen):
    """A precedent with how near it lies to the case at hand."""

    precedent: Precedent
    similarity: Annotated[float, Field(ge=0, le=1)]
