"""The letter desk: a composed letter, its versions in people's words, and the signature under one of them.

Whoever asks (page, API, command) comes through here: an unproved letter, a packet nobody saw, a version that is no
longer the latest one, or a case that does not wait for it is refused before anything is kept.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from knowledge.base import Frozen
from knowledge.case import CaseBundle, ChargebackNotice
from knowledge.decision import Stance
from knowledge.letter.claims import Letter
from knowledge.letter.redraft import JudgedLetter, Redraft, judged, redrafted
from knowledge.letter.release import release_refusals
from knowledge.letter.verify import letter_digest
from tools.packets import PacketProfile, letter_of_packet, page_count, profile_for
from tools.records.cases import ArtifactSummary, CaseRecords
from tools.records.letter_drafts import DraftMovedError, LetterDraft, LetterDrafts
from workflows.desk import NotNowError
from workflows.installation import Installation
from workflows.messages import CaseRef, Review, ReviewAction, SignedLetter, Stage
from workflows.packet_making import keep_packet, make_packet
from workflows.reviewing import PATIENCE, Person, Reviewed, Reviewing

_SENT = frozenset({Stage.SUBMITTING, Stage.SUBMITTED, Stage.CLOSED})
_KEPT_PACKETS = 24
"""Packets of unsigned versions that are held ready in this process; any of them is made again in a moment."""


class NotSignedError(ValueError):
    """The letter may not be signed as it is; the message says why and the mend. Nothing was kept or sent."""


class Edition(Frozen):
    """One form of the letter: as composed (version 0), in somebody's words, or as it was sent."""

    name: str
    """`composed`, `version-3` or `sent`: as addresses call it."""
    version: int
    redraft: Redraft


@dataclass(frozen=True)
class CaseLetter:
    """The letter of a case's latest decision with everything people made of it."""

    merchant: str
    case_id: str
    status: str
    decision_id: str
    notice: ChargebackNotice
    composed: Letter
    composed_sha256: str
    """The artifact's digest, which names the composed letter everywhere."""
    artifacts: Sequence[ArtifactSummary]
    versions: Sequence[LetterDraft]
    """Of every letter the case has had, oldest first."""
    sent_packet_sha256: str | None
    """Of a case that was answered: the packet the processor got."""

    @property
    def profile(self) -> PacketProfile:
        """What processor and network take."""
        return profile_for(self.notice.processor.value, self.notice.network)

    @property
    def version(self) -> int:
        """The number of the latest version; 0 before the first."""
        return self.versions[-1].version if self.versions else 0

    @property
    def latest(self) -> Edition:
        """What would be signed now: the latest version's words, or the composed ones when it has none of this letter's.

        A version of an earlier letter (the case was decided anew meanwhile) does not count.
        """
        own = self.versions[-1] if self.versions and self.versions[-1].composed_sha256 == self.composed_sha256 else None
        redraft = own.redraft if own else Redraft()
        name = f"version-{self.version}" if redraft.rewordings else "composed"
        return Edition(name=name, version=self.version, redraft=redraft)

    @property
    def earlier_wording(self) -> LetterDraft | None:
        """The latest version, when it words a letter that was replaced and changes something."""
        last = self.versions[-1] if self.versions else None
        gone = last is not None and last.composed_sha256 != self.composed_sha256 and last.redraft.rewordings
        return last if gone else None

    def edition(self, name: str) -> Edition:
        """The edition of that name; LookupError when there is none."""
        if name == "composed":
            return Edition(name=name, version=0, redraft=Redraft())
        if name == "sent" and self.sent_packet_sha256 is not None:
            return Edition(name=name, version=0, redraft=Redraft())
        for one in self.versions:
            if name == f"version-{one.version}" and one.composed_sha256 == self.composed_sha256:
                return Edition(name=name, version=one.version, redraft=one.redraft)
        raise LookupError(f"case {self.case_id} has no letter {name}")


@dataclass(frozen=True)
class LetterPacket:
    """An edition as its reader gets it, with the verifier's verdict on every sentence."""

    edition: Edition
    judged: JudgedLetter
    pdf: bytes
    sha256: str
    pages: int


class LetterDesk:
    """Reads, rewords and signs the letters of cases."""

    def __init__(self, installation: Installation, reviewing: Reviewing) -> None:
        self._cases: CaseRecords = installation.cases
        self._drafts = LetterDrafts(installation.records)
        self._reviewing = reviewing
        self._ready: OrderedDict[str, LetterPacket] = OrderedDict()

    async def letter(self, merchant: str, case_id: str) -> CaseLetter:
        """The case's letter; LookupError when there is no such case, or none was composed for its latest decision."""
        bundle = await self._cases.bundle(merchant, case_id)
        notice, latest = bundle.chargeback, await self._cases.latest_decision(merchant, case_id)
        artifacts = await self._cases.artifacts(merchant, case_id)
        status = await self._cases.status(merchant, case_id)
        sent = await self._sent(merchant, case_id) if status in _SENT else None
        if notice is None or latest is None:
            raise LookupError(f"case {case_id} has no letter")
        composed = _last(artifacts, "letter", f"letter-{latest[0][:12]}.json")
        if composed is None:
            raise LookupError(f"case {case_id} has no letter")
        return CaseLetter(
            merchant=merchant,
            case_id=case_id,
            status=status,
            decision_id=latest[0],
            notice=notice,
            composed=Letter.model_validate_json(await self._cases.artifact(merchant, case_id, composed.sha256)),
            composed_sha256=composed.sha256,
            artifacts=artifacts,
            versions=await self._drafts.versions(merchant, case_id),
            sent_packet_sha256=sent,
        )

    async def bundle(self, letter: CaseLetter) -> CaseBundle:
        """The case the letter is of."""
        return await self._cases.bundle(letter.merchant, letter.case_id)

    async def packet(self, letter: CaseLetter, edition: Edition) -> LetterPacket:
        """The edition's packet: the very artifact for what was sent or composed, made anew for a version in words.

        LookupError when its artifact is gone; PacketError when the packet cannot keep the limits.
        """
        if edition.name == "sent":
            return await self._sent_packet(letter, edition)
        verdict = judged(letter.composed, edition.redraft)
        if not edition.redraft.rewordings:
            return await self._kept(letter, edition, verdict)
        digest = verdict.proof.letter_sha256
        known = self._ready.get(digest)
        if known is not None and known.edition == edition:
            self._ready.move_to_end(digest)
            return known
        made = await make_packet(self._cases, _ref(letter), verdict.letter, verdict.proof, letter.profile)
        packet = LetterPacket(edition=edition, judged=verdict, pdf=made.pdf, sha256=made.sha256, pages=made.pages)
        self._ready[digest] = packet
        while len(self._ready) > _KEPT_PACKETS:
            self._ready.popitem(last=False)
        return packet

    async def save(self, letter: CaseLetter, redraft: Redraft, *, author: str, after: int) -> CaseLetter:
        """Keep a version that follows `after`, and the letter with it; DraftMovedError when somebody was faster."""
        saved = await self._drafts.save(
            letter.merchant,
            letter.case_id,
            redraft,
            composed_sha256=letter.composed_sha256,
            author=author,
            after=after,
        )
        return replace(letter, versions=(*letter.versions, saved))

    async def sign(
        self,
        person: Person,
        letter: CaseLetter,
        *,
        version: int,
        packet_sha256: str,
        confirmed: str,
        review_id: str,
        lease: str,
        patience: timedelta = PATIENCE,
    ) -> Reviewed:
        """Sign the latest edition and have exactly it submitted, or wait for a second signature above the limit.

        `packet_sha256` is that of the pages the person saw, `confirmed` the case's id or the contested amount as they
        typed it; `review_id` and `lease` are as in `Reviewing.decide`, whose refusals are raised too. Raises
        NotSignedError, DraftMovedError, PacketError, or NotNowError when the case does not wait.
        """
        if confirmed.strip() not in {letter.case_id, str(letter.composed.contested_amount)}:
            raise NotSignedError(
                f"confirmation: type {letter.case_id} or {letter.composed.contested_amount}; "
                "an answer is sent once and cannot be changed"
            )
        if version != letter.version:
            raise DraftMovedError(letter.versions[-1] if letter.versions else None)
        packet = await self.packet(letter, letter.latest)
        unproved = [one for one in packet.judged.sentences if not one.proved]
        if unproved or packet.judged.other_problems:
            first = unproved[0].problem if unproved else packet.judged.other_problems[0]
            raise NotSignedError(
                f"letter: {len(unproved) or 'its form'} not proved ({first}); mend or leave out what no exhibit shows"
            )
        if packet.sha256 != packet_sha256:
            raise NotSignedError("packet: these are not the pages you saw; load the letter again and look at them")
        refusals = release_refusals(packet.judged.letter, packet.judged.proof, letter_of_packet(packet.pdf))
        if refusals:
            raise NotSignedError("; ".join(refusals))
        view, told = await self._reviewing.view(letter.merchant, letter.case_id)
        review = Review(by=person.name, action=ReviewAction.APPROVE, decision_id=letter.decision_id)
        self._reviewing.refuse(person, view, review)
        if view.stance is not Stance.FIGHT:
            raise NotNowError("the case does not propose to answer the issuer; there is nothing to sign")
        if not told:
            # Before it is in the timeline that somebody signed.
            await self._reviewing.refuse_silent()
        signed = await self._signed(letter, packet)
        await self._cases.record_event(
            letter.merchant,
            letter.case_id,
            person.account,
            "signed",
            f"version {version}" if letter.latest.redraft.rewordings else "as composed",
            signed.packet_sha256,
            key=f"signed/{person.account}/{signed.packet_sha256}",
        )
        return await self._reviewing.decide(
            person,
            letter.merchant,
            letter.case_id,
            review.model_copy(update={"signed": signed}),
            review_id=review_id,
            lease=lease,
            patience=patience,
        )

    async def _signed(self, letter: CaseLetter, packet: LetterPacket) -> SignedLetter:
        edition = packet.edition
        if not edition.redraft.rewordings:
            return SignedLetter(
                composed_sha256=letter.composed_sha256,
                letter_sha256=letter.composed_sha256,
                packet_sha256=packet.sha256,
            )
        # Made anew and not taken from what is held ready: what is kept is what this very wording gives.
        made = await make_packet(self._cases, _ref(letter), packet.judged.letter, packet.judged.proof, letter.profile)
        if made.sha256 != packet.sha256:
            raise NotSignedError("packet: these are not the pages you saw; load the letter again and look at them")
        name = f"{letter.decision_id[:12]}-version-{edition.version}"
        kept = await keep_packet(self._cases, _ref(letter), name, packet.judged.letter, packet.judged.proof, made)
        return SignedLetter(
            composed_sha256=letter.composed_sha256,
            letter_sha256=kept.letter_sha256,
            packet_sha256=kept.packet_sha256,
        )

    async def _kept(self, letter: CaseLetter, edition: Edition, verdict: JudgedLetter) -> LetterPacket:
        digest = verdict.proof.letter_sha256
        name = f"packet-{letter.decision_id[:12]}.pdf"
        for one in reversed(letter.artifacts):
            if (one.kind, one.name) != ("packet", name):
                continue
            pdf = await self._cases.artifact(letter.merchant, letter.case_id, one.sha256)
            if letter_of_packet(pdf) == digest:
                return LetterPacket(edition=edition, judged=verdict, pdf=pdf, sha256=one.sha256, pages=page_count(pdf))
        raise LookupError(f"case {letter.case_id} has no packet of its letter yet")

    async def _sent_packet(self, letter: CaseLetter, edition: Edition) -> LetterPacket:
        assert letter.sent_packet_sha256 is not None
        pdf = await self._cases.artifact(letter.merchant, letter.case_id, letter.sent_packet_sha256)
        digest = letter_of_packet(pdf)
        for one in (Redraft(), *(version.redraft for version in reversed(letter.versions))):
            if _digest(letter.composed, one) == digest:
                return LetterPacket(
                    edition=edition.model_copy(update={"redraft": one}),
                    judged=judged(letter.composed, one),
                    pdf=pdf,
                    sha256=letter.sent_packet_sha256,
                    pages=page_count(pdf),
                )
        raise LookupError(f"case {letter.case_id}: the letter that was sent is not its latest decision's")

    async def _sent(self, merchant: str, case_id: str) -> str | None:
        sent = [one.digest for one in await self._cases.events(merchant, case_id) if one.what == "submitted"]
        return sent[-1] if sent else None


def _digest(composed: Letter, redraft: Redraft) -> str | None:
    try:
        return letter_digest(redrafted(composed, redraft))
    except ValueError:
        return None  # a version of another letter


def _ref(letter: CaseLetter) -> CaseRef:
    return CaseRef(merchant=letter.merchant, case_id=letter.case_id)


def _last(artifacts: Sequence[ArtifactSummary], kind: str, name: str) -> ArtifactSummary | None:
    return next((one for one in reversed(artifacts) if (one.kind, one.name) == (kind, name)), None)
