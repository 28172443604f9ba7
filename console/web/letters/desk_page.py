"""What the page of one letter shows: the edition, who has the case, what happens next, and the versions."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request
from pydantic import AwareDatetime
from starlette.responses import Response
from temporalio.service import RPCError

from console.web.case.page import read_place
from console.web.house import House
from console.web.letters.pictures import Proven, SeenLetter, seen_letter
from console.web.rendering import Pages
from knowledge.decision import Stance
from knowledge.judgement.waiting import WaitCause
from knowledge.letter.redraft import JudgedSentence, Redraft
from knowledge.letter.redraft_changes import SentenceChange, changes_between
from knowledge.rules.authority import Permission
from tools.packets import PacketError
from tools.records.leases import Lease, LeaseHeld, Leases
from tools.records.letter_drafts import LetterDraft
from tools.records.sessions import SignedIn
from workflows.letter_desk import CaseLetter, Edition
from workflows.messages import CaseView, Stage

_PATIENCE_SECONDS = 3.0
"""How long the page waits for the case's workflow to say where it stands."""
WAITS = frozenset({Stage.REVIEW, Stage.ESCALATED})
_OPEN = WAITS | {Stage.SUBMITTING}
"""While the processor's date still matters."""


@dataclass(frozen=True)
class Holder:
    """Who has the case in hand."""

    name: str
    ends_at: AwareDatetime


@dataclass(frozen=True)
class Version:
    """A saved version and what it changed."""

    draft: LetterDraft
    author: str
    changes: tuple[SentenceChange, ...]


async def names_of(house: House, merchant: str) -> dict[str, str]:
    """The names of the merchant's people by account."""
    return {member.account_id: member.name for member in await house.staff.members(merchant)}


def prose_model(house: House) -> str | None:
    """The name of the model that may word letters; None where none is configured."""
    settings = house.installation.settings
    endpoint = settings.model_prose or settings.model
    return endpoint.name if endpoint else None


def history_of(letter: CaseLetter, names: dict[str, str]) -> list[Version]:
    """The versions of this letter, the newest first."""
    before, found = Redraft(), list[Version]()
    for one in letter.versions:
        if one.composed_sha256 == letter.composed_sha256:
            changes = changes_between(letter.composed, before, one.redraft)
            found.append(Version(draft=one, author=names.get(one.author, one.author), changes=changes))
            before = one.redraft
    return found[::-1]


async def seen(house: House, letter: CaseLetter, edition: Edition) -> SeenLetter:
    """The edition read back from its pages; PacketError when it has none."""
    packet = await house.letters.packet(letter, edition)
    return await asyncio.to_thread(seen_letter, packet, letter.notice.processor, letter.profile)


async def take(house: House, signed: SignedIn, letter: CaseLetter, *, over: bool = False) -> Lease | LeaseHeld | None:
    """The case in the person's hands, in another's, or None where there is nothing to sign or they may not."""
    if letter.status not in WAITS or not signed.may(Permission.SIGN_LETTERS):
        return None
    try:
        return await Leases(house.installation.records).take(
            signed.merchant, letter.case_id, signed.account_id, over=over
        )
    except LeaseHeld as held:
        return held


async def standing(house: House, letter: CaseLetter) -> CaseView | None:
    """Where the workflow stands; None when nothing answers in time (no worker runs) or the case has none any more."""
    with suppress(TimeoutError, RPCError, LookupError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await house.desk.view(letter.merchant, letter.case_id)
    return None


def _heading(letter: CaseLetter, edition: Edition) -> str:
    if edition.name == "sent":
        return "Pages as they were sent"
    if letter.sent_packet_sha256 or letter.status == Stage.CLOSED:
        return f"Pages of the letter, {edition.name.replace('-', ' ')}"
    return "Pages as they will be sent"


def is_at_processor(view: CaseView | None) -> bool:
    """Whether the answer is on its way, also while people are called because the processor does not take it."""
    return view is not None and WaitCause.PROCESSOR_SILENT in view.causes and not view.allowed


def otherwise(letter: CaseLetter, view: CaseView | None) -> str:
    """What happens when nobody signs, and when."""
    if letter.status not in WAITS:
        return ""
    if view is None:
        return "The case does not answer now, so what happens without a signature cannot be said; load the page again."
    if is_at_processor(view):
        return f"Nothing is left to sign: {view.detail}."
    if view.stance is not Stance.FIGHT:
        return "The case does not propose to answer the issuer; nothing is sent."
    if view.unsigned_at is not None:
        return (
            f"If nobody does anything, the composed letter goes out unsigned at {view.unsigned_at:%Y-%m-%d %H:%M} UTC."
        )
    until = f" before {view.due:%Y-%m-%d %H:%M} UTC" if view.due else ""
    return f"If nobody signs, nothing is sent, and people are called to it{until}."


async def letter_page(
    request: Request,
    house: House,
    pages: Pages,
    signed: SignedIn,
    letter: CaseLetter,
    *,
    edition: Edition | None = None,
    lease: str | None = None,
    refused: str = "",
    told: str = "",
    status: int = 200,
) -> Response:
    """The page; `lease` is the token the person already holds, else the case is taken when it may be."""
    chosen = edition or (letter.edition("sent") if letter.sent_packet_sha256 else letter.latest)
    older = edition is not None and edition.name not in {letter.latest.name, "sent"}
    try:
        shown = await seen(house, letter, chosen)
    except PacketError as broken:
        shown = await seen(house, letter, letter.edition("composed"))
        refused = refused or f"No packet can be made of {chosen.name}: {broken}. These are the composed pages."
    view = await standing(house, letter) if letter.status in _OPEN else None
    sending = letter.status == Stage.SUBMITTING or is_at_processor(view)
    held = None if older or lease or sending else await take(house, signed, letter)
    names = await names_of(house, signed.merchant)
    token = lease or (held.token if isinstance(held, Lease) else "")

    def proofs_of(one: JudgedSentence) -> list[Proven]:
        return [proof for claim in one.claims for proof in shown.proofs.get(claim, ())]

    return pages.page(
        request,
        "letters/page.html",
        status=status,
        letter=letter,
        seen=shown,
        older=older,
        lease="" if older else token,
        holder=Holder(name=names.get(held.lease.holder, "Another person"), ends_at=held.lease.ends_at)
        if isinstance(held, LeaseHeld)
        else None,
        history=history_of(letter, names),
        due=(view.due if view and view.due else letter.notice.respond_by) if letter.status in _OPEN else None,
        place=await read_place(house, letter.merchant, letter.case_id),
        due_words="to be sent within" if view and view.due else "the processor’s date in",
        otherwise=otherwise(letter, view),
        heading=_heading(letter, shown.packet.edition),
        proofs_of=proofs_of,
        model=prose_model(house),
        refused=refused,
        told=told,
        review_id=secrets.token_urlsafe(12),
    )
