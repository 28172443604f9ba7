"""The state of the reading graph: which case, and what each reader found."""

from pydantic import BaseModel

from knowledge.facts import Reading


class CaseToRead(BaseModel):
    """What a reader is given: ids only, evidence stays in the records."""

    merchant: str
    case_id: str


class ReadingState(CaseToRead):
    """Ids in, three readings out."""

    claim: Reading = Reading()
    photos: Reading = Reading()
    journey: Reading = Reading()
    doubts: tuple[str, ...] = ()
    """Readers that disagreed about the claim, in plain words."""
