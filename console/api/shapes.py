"""What the API takes and gives, one type each; the typed client uses the same ones."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AwareDatetime, ConfigDict, Field

from knowledge.base import Frozen
from knowledge.case import CaseKind, Identifier, Moment
from knowledge.decision import Resolution, Route, Stance
from knowledge.facts import FactName, FactValue, Standing
from knowledge.money import Amount
from knowledge.rules.authority import Permission
from tools.outgoing.events import EventType
from tools.records.webhook_deliveries import DeliveryState
from workflows.messages import BuyerMove, ReviewAction, Stage

Words = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Text without control characters other than tabs and line ends."""
_Item = TypeVar("_Item")


class Page(Frozen, Generic[_Item]):
    """A part of a list."""

    # pydantic looks for the docstrings of a generic where it is used, and cannot read them there.
    model_config = ConfigDict(use_attribute_docstrings=False)

    items: tuple[_Item, ...]
    next_cursor: Annotated[str | None, Field(description="Give it as `cursor` for the next page; null on the last.")]


class OrderTaken(Frozen):
    """An order that is frozen."""

    order_id: str
    created: bool
    """False when the same order was held already."""


class OrderHeld(Frozen):
    """An order that is held, without what is in it."""

    order_id: str
    payment_reference: str
    placed_at: AwareDatetime
    sha256: str
    """Of the canonical snapshot."""
    erased: bool


class CaseOpened(Frozen):
    """A case that is open."""

    case_id: str
    digest: str
    """SHA-256 of the canonical bundle, which holds the digest of every file."""
    created: bool
    """False when the same bundle had been taken before."""


class CaseListed(Frozen):
    """A case in a list."""

    case_id: str
    kind: CaseKind
    stage: str
    opened_at: AwareDatetime
    recorded_at: AwareDatetime
    changed_at: AwareDatetime
    order_id: str
    payment_reference: str
    erased: bool


class FactRead(Frozen):
    """A fact of a case."""

    name: FactName
    value: FactValue | None
    """Null when it is personal and the key lacks the scope `personal.reveal`."""
    masked: bool
    confidence: float
    """From 0 to 1."""
    standing: Standing
    reader: str
    source: str
    """What kind of place it was read at: message, photo, scan, field, document, person or ledger."""


class CaseStanding(Frozen):
    """Where the case stands in its workflow."""

    stage: Stage
    detail: str
    decision_id: str | None
    resolution: Resolution | None
    stance: Stance | None
    amount: Amount | None
    paid: Amount | None
    due: AwareDatetime | None
    """When the stage's clock runs out."""
    allowed: tuple[str, ...]
    """What may be done now."""


class ProposalWaiting(Frozen):
    """A decision above its maker's limit, which waits for a second person: they decide the same, or otherwise."""

    by: str
    """The account of who proposes; of a key `key:` and its id."""
    at: AwareDatetime
    action: ReviewAction
    amount: Amount | None
    """What it pays or contests; null where the action names no amount."""


class CaseRead(CaseListed):
    """A case with what was read from its evidence."""

    standing: CaseStanding | None
    """Null while no worker answers, and when the workflow's history is gone, long after the case was closed."""
    proposal: ProposalWaiting | None
    """What waits for a second person; null when nothing does."""
    facts: tuple[FactRead, ...]
    missing: tuple[str, ...]
    """Why what could not be read is missing."""
    outcome: str | None


class EvidenceTaken(Frozen):
    """Evidence that was added."""

    digest: str
    """SHA-256 of the addition."""


class MessageSaid(Frozen):
    """What the buyer answers."""

    move: BuyerMove
    text: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")] = ""
    amount: Amount | None = None
    """For `counter`: what the buyer asks for."""
    id: Identifier | None = None
    """The message's id at your side; made up when it is left out."""
    at: Moment | None = None
    """When the buyer wrote it; now when it is left out."""


class ReviewGiven(Frozen):
    """A decision on a case that waits in review."""

    action: ReviewAction
    resolution: Resolution | None = None
    """For `adjust`: another resolution than the proposed one."""
    amount: Amount | None = None
    """For `adjust`."""
    note: Words = ""
    question: Words = ""
    """For `ask`."""


class CorrectionGiven(Frozen):
    """A fact that is supplied or set right."""

    name: FactName
    value: Annotated[Words, Field(min_length=1)]
    """As a person writes it: an amount `12.50 EUR`, a time `2026-03-01T09:30:00Z`, `yes` or `no`, a whole number, a
    word of the fact's own list, or text."""
    note: Annotated[Words, Field(min_length=1)]
    """How you know."""


class ReturnGiven(Frozen):
    """That the goods came back."""

    note: Words = ""


class Answer(Frozen):
    """Where the case stands after what was said or decided was taken."""

    stage: Stage
    detail: str
    second_person: bool = False
    """Whether it is above the key's limit and waits for a second person, who decides the same or otherwise."""


class RungRead(Frozen):
    """One offer of the ladder."""

    resolution: Resolution
    amount: Amount
    needs: str | None


class ReasonRead(Frozen):
    """One reason of a decision."""

    rule: str
    text: str
    source: str | None


class DecisionListed(Frozen):
    """A decision of a case."""

    decision_id: str
    kind: str
    """`refund` or `defence`."""
    decided_at: AwareDatetime


class DecisionRead(Frozen):
    """A decision as it was recorded. `resolution`, `floor` and `ladder` are a refund's, `stance` a chargeback's."""

    decision_id: str
    kind: str
    resolution: Resolution | None = None
    stance: Stance | None = None
    amount: Amount
    """What is paid when the first offer is accepted; in a chargeback, what is contested."""
    floor: Amount | None = None
    """What law and policy guarantee the buyer."""
    fair_low: Amount | None = None
    fair_high: Amount | None = None
    ladder: tuple[RungRead, ...] = ()
    route: Route
    review_because: tuple[str, ...]
    reasons: tuple[ReasonRead, ...]
    question: str | None
    policy_version: str
    rule_version: str


class DocumentListed(Frozen):
    """Something made for a case: a letter, a packet, or the proof of a letter."""

    kind: Literal["letter", "packet", "proof"]
    name: str
    sha256: str
    size: int
    """Bytes."""
    saved_at: AwareDatetime


class OutcomeListed(Frozen):
    """What came of a case. A later one of the same case, after an appeal, replaces an earlier one."""

    case_id: str
    kind: CaseKind
    outcome: str
    amount: Amount | None
    at: AwareDatetime


class KeyListed(Frozen):
    """An API key without its secret."""

    key_id: str
    name: str
    scopes: tuple[Permission, ...]
    made_at: AwareDatetime
    ends_at: AwareDatetime | None
    used_at: AwareDatetime | None
    """To the minute."""
    revoked_at: AwareDatetime | None
    this_one: bool
    """Whether it is the key of this request."""


class EndpointAsked(Frozen):
    """Where to be told, and of what."""

    url: Annotated[str, Field(min_length=1, max_length=500, examples=["https://shop.example/hooks/amends"])]
    events: Annotated[tuple[EventType, ...], Field(max_length=50)] = ()
    """Which events; all when it is empty."""


class EndpointListed(Frozen):
    """A webhook endpoint."""

    endpoint_id: str
    url: str
    events: tuple[EventType, ...]
    made_at: AwareDatetime


class EndpointMade(EndpointListed):
    """A webhook endpoint with its secret, which is shown this once."""

    secret: str


class SecretRotated(Frozen):
    """The new secret, shown this once; for a day deliveries carry the old one's signature too."""

    secret: str


class DeliveryListed(Frozen):
    """One event for one endpoint."""

    delivery_id: str
    endpoint_id: str
    event_type: EventType
    case_id: str
    state: DeliveryState
    attempts: int
    made_at: AwareDatetime
    due_at: AwareDatetime
    """When it is sent, or was to be."""
    done_at: AwareDatetime | None
    last_status: int | None
    """The status of the last answer; null when there was none."""
    last_failure: str


class ExportAsked(Frozen):
    """Which month, as which file."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-10"])]
    kind: Literal["lines", "totals", "journal", "workbook"]


class SandboxPlayed(Frozen):
    """What now exists at the sandbox."""

    payment_reference: str
    dispute_id: str | None


class SandboxDecision(Frozen):
    """How the sandbox's bank decides the case's dispute."""

    outcome: Literal["won", "lost"]
