"""What a defence letter states: typed claims, each proved by an exhibit at a locator."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen
from knowledge.case import CardNetwork
from knowledge.facts import Citation
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily


class ClaimKind(StrEnum):
    """What a sentence may state. A sentence of any other kind cannot be composed."""

    ORDERED = "ordered"
    PAID = "paid"
    LISTED_AS = "listed_as"
    SHIPPED = "shipped"
    SCANNED = "scanned"
    DELIVERED = "delivered"
    SIGNED_BY = "signed_by"
    ADDRESS_MATCHES = "address_matches"
    AUTHENTICATED = "authenticated"
    AVS_MATCHED = "avs_matched"
    CVC_MATCHED = "cvc_matched"
    SAME_DEVICE_AS_PRIOR = "same_device_as_prior"
    PRIOR_TRANSACTION = "prior_transaction"
    BUYER_WROTE = "buyer_wrote"
    MERCHANT_WROTE = "merchant_wrote"
    OFFERED = "offered"
    CREDITED = "credited"
    POLICY_SHOWN = "policy_shown"
    NO_RETURN_RECORDED = "no_return_recorded"
    SEPARATE_ORDERS = "separate_orders"
    USED = "used"
    DISPUTED = "disputed"
    REQUESTED = "requested"


class ExhibitKind(StrEnum):
    """What an exhibit shows; decides how it is rendered."""

    ORDER = "order"
    PAYMENT = "payment"
    LISTING = "listing"
    TRACKING = "tracking"
    CORRESPONDENCE = "correspondence"
    REFUNDS = "refunds"
    POLICY = "policy"
    PRIOR_TRANSACTIONS = "prior_transactions"
    PHOTO = "photo"
    DOCUMENT = "document"
    NOTICE = "notice"


class ExhibitRow(Frozen):
    """A line of a tabular exhibit. `locator` is what sentences point at."""

    locator: str
    """Unique in its exhibit, for example `scan-3` or `total`."""
    label: str
    value: str
    at: AwareDatetime | None = None
    original: str | None = None
    """The text in its own language, when `value` is a translation."""
    citation: Citation


class Exhibit(Frozen):
    """A lettered exhibit, built from the case's own records."""

    letter: Annotated[str, Field(pattern=r"^[A-Z]$")]
    kind: ExhibitKind
    title: str
    caption: str
    rows: tuple[ExhibitRow, ...] = ()
    evidence_sha256: str | None = None
    """The photo or document shown, for exhibits that are pictures or files."""


class LetterClaim(Frozen):
    """One statement: its sentence is composed from `kind` and `values`, and proved at `exhibit`/`locators`."""

    id: str
    """Stable within the letter, for example `delivered-1`."""
    kind: ClaimKind
    negated: bool = False
    values: dict[str, str | int | Money]
    """Named values that appear in the sentence, for example `{"at": "2026-03-04", "city": "Lyon"}`."""
    exhibit: str
    locators: tuple[str, ...]


class Sentence(Frozen):
    """Text with the claims it states. `text` is what the issuer reads."""

    text: str
    claims: tuple[str, ...]
    """Ids of `LetterClaim`s; never empty in a letter that may be submitted."""


class Section(Frozen):
    """A titled run of sentences: one point of the cardholder, or one part of the case."""

    title: str
    sentences: tuple[Sentence, ...]


class ChronologyLine(Frozen):
    """One dated line of the timeline."""

    at: AwareDatetime
    text: str
    exhibit: str
    locator: str


class Letter(Frozen):
    """A defence letter before rendering: the verdict, the sections, the timeline, the exhibits, the claims."""

    version: str = "amends.letter/1"
    case_id: str
    merchant_name: str
    network: CardNetwork
    reason_code: str
    reason_title: str
    family: ChargebackFamily
    dispute_id: str
    transaction_reference: str
    transaction_at: AwareDatetime
    transaction_amount: Money
    disputed_amount: Money
    credited_amount: Money
    contested_amount: Money
    card_last4: str | None
    cardholder_name: str
    dated: AwareDatetime
    verdict: Sentence
    grounds: tuple[Sentence, ...]
    """Two to four reasons in order of force."""
    request: Sentence
    sections: tuple[Section, ...]
    chronology: tuple[ChronologyLine, ...]
    exhibits: tuple[Exhibit, ...]
    claims: tuple[LetterClaim, ...]


class ProofLine(Frozen):
    """One sentence, where it stands, and what proves it."""

    sentence: str
    section: str
    claims: tuple[str, ...]
    exhibits: tuple[str, ...]
    """`A#scan-3`: exhibit letter and locator."""
    proved: bool
    problem: str | None = None


class Proof(Frozen):
    """`proof.json`: every sentence of the letter mapped to its exhibits, with the verifier's verdict."""

    version: str = "amends.proof/1"
    case_id: str
    letter_sha256: str
    """Digest of the letter's canonical JSON."""
    lines: tuple[ProofLine, ...]
    verifier: str

    @property
    def complete(self) -> bool:
        """True when no sentence lacks proof."""
        return all(line.proved for line in self.lines)
