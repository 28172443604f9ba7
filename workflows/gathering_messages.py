"""Messages in and out of `GatherDispute`. They are an on-disk format."""

from enum import StrEnum

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import ChargebackNotice, ProcessorName
from tools.sources.ports import PaymentAsked, SourceName


def gathering_id(merchant: str, processor: ProcessorName, dispute: str) -> str:
    """The workflow of a gathering: one dispute of one merchant is gathered by one workflow at a time."""
    return f"gather/{merchant}/{processor.value}/{dispute}"


class GatherOrder(Frozen):
    """Which dispute."""

    merchant: str
    processor: ProcessorName
    dispute: str


class DisputeRead(Frozen):
    """What the processor says of the dispute and its payment."""

    notice: ChargebackNotice | None = None
    payment: PaymentAsked | None = None
    over: str = ""
    """Why no case can be made of it; empty when one can."""
    case_id: str | None = None
    """The case that is on the dispute already."""
    patience_minutes: float
    buffer_hours: float


class AskSource(Frozen):
    """Ask one source what it has for the dispute."""

    order: GatherOrder
    payment: PaymentAsked
    source: SourceName
    insist: bool = False
    """Refusals too are worth asking again: somebody may mend the connection meanwhile."""


class SourceState(StrEnum):
    """What became of asking."""

    HELD = "held"
    ABSENT = "absent"
    """The source answered and has nothing."""
    UNCONNECTED = "unconnected"
    UNREACHABLE = "unreachable"


class SourceAsked(Frozen):
    """What became of asking a source. What it gave is in the records."""

    source: SourceName
    state: SourceState
    why: str = ""
    """For people, when something is missing."""


class OpenGathered(Frozen):
    """Open the case from what is held."""

    order: GatherOrder
    notice: ChargebackNotice
    payment: PaymentAsked
    asked: tuple[SourceAsked, ...]
    at: AwareDatetime


class Opened(Frozen):
    """The case, or why there is none."""

    case_id: str | None = None
    why: str = ""
    submitted: bool = False
    """Somebody submitted the case meanwhile: nothing is added to it."""


class AddLate(Frozen):
    """Add to the case what a source gave after it was opened."""

    order: GatherOrder
    case_id: str
    source: SourceName
    asked: tuple[SourceAsked, ...]
    """How every source stands now."""


class GatheringNote(Frozen):
    """Say where the gathering stands."""

    order: GatherOrder
    state: str
    why: str = ""
    case_id: str | None = None
