"""The words in which cases are kept: what is given in, what is listed, and the ways the records refuse."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CaseKind, Document, Message, Photo, Shipment
from knowledge.money import Money

GATHERING = "gathering"
"""The reader under whose name the records keep what sources did not give."""


class OpenedCase(Frozen):
    """A case in the records."""

    merchant: str
    case_id: str
    digest: str
    """SHA-256 of the canonical bundle, which holds the digest of every file."""
    created: bool
    """False when the same bundle had been opened before."""


class EvidenceAddition(Frozen):
    """What came in after a case was opened; ids must be new in the case, paths are keys of the files beside it."""

    messages: tuple[Message, ...] = ()
    photos: tuple[Photo, ...] = ()
    documents: tuple[Document, ...] = ()
    shipments: tuple[Shipment, ...] = ()


class CaseSummary(Frozen):
    """A case in a list."""

    case_id: str
    kind: CaseKind
    status: str
    detail: str
    """Empty for an erased case."""
    opened_at: AwareDatetime
    changed_at: AwareDatetime
    order_id: str
    payment_reference: str
    erased: bool


class ArtifactSummary(Frozen):
    """Something made for a case: a letter, a packet, a proof, the record of a model call."""

    kind: str
    name: str
    sha256: str
    size: int
    """Bytes."""
    saved_at: AwareDatetime


class CaseEvent(Frozen):
    """A line of a case's own timeline: who, when, what, why."""

    seq: int
    at: AwareDatetime
    actor: str
    what: str
    detail: str
    digest: str


class Outcome(Frozen):
    """What came of a case."""

    outcome: str
    amount: Money | None
    at: AwareDatetime


class CaseUnknown(LookupError):
    """The merchant has no such case; another merchant's looks the same."""


class CaseErased(LookupError):
    """The case's key was destroyed; only its digests are left."""


class CaseConflict(Exception):
    """The case id is taken by another bundle. `differences` are JSON pointers; empty when the old one was erased."""

    def __init__(self, case_id: str, differences: Sequence[str]) -> None:
        self.case_id = case_id
        self.differences = tuple(differences)
        if self.differences:
            told = f"exists with other content at {', '.join(self.differences)}; add evidence to it, or use another id"
        else:
            told = "was erased, and is not worked on again; use another id"
        super().__init__(f"case {case_id} {told}")


class DisputeTaken(CaseConflict):
    """Another case is on the same dispute: a dispute is answered once, by one case."""

    def __init__(self, case_id: str, dispute: str, taken_by: str) -> None:
        super().__init__(case_id, ("/chargeback/dispute_id",))
        told = f"{dispute} is in case {taken_by} already; add evidence to that case"
        self.args = (f"case {case_id}: /chargeback/dispute_id: {told}",)
