"""The photos of a claim as facts: how many, taken when, sent before, and what they show where a model can look."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.reading.order import claimed_lines
from knowledge.base import Frozen
from knowledge.case import Author, CaseBundle, Photo
from knowledge.facts import (
    Citation,
    Fact,
    FactMethod,
    FactName,
    MissingFact,
    OrderField,
    PhotoBox,
    Reading,
    Standing,
)
from knowledge.reasons import Severity
from tools.files.images import PictureFacts, UndecodableImage, describe, prepare_for_model
from tools.ports import CaseReading

READER = "photos/rule@1"
DAY_ONLY_CONFIDENCE = 0.9
"""Of a capture time without a zone: right to a day."""
MOST_GRADED = 8
"""Pictures shown to a model: the first of a claim; more rarely change a grade and each costs a call's tokens."""
NO_GRADER = "no vision model is configured; a reviewer can supply it"


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo as a model may see it: re-encoded, without metadata."""

    photo_id: str
    sha256: str
    """Of the original."""
    jpeg: bytes
    masked: bytes
    """The same with what looks like writing blurred, for the second reading."""


class DamageGrade(Frozen):
    """What a grader saw in all photos of a claim together."""

    severity: Severity
    confidence: float
    method: FactMethod
    reader: str
    corroborated: bool
    """True when the reading with the writing blurred agreed."""
    why: str


class DamageGrader(Protocol):
    """Grades the damage photos show. It may fail by raising `UngradedDamage`, never by guessing."""

    async def grade(self, photos: Sequence[PreparedPhoto], what: str) -> DamageGrade:
        """The harm to `what` (the goods' title, as sold) that the photos show."""
        ...


class UngradedDamage(Exception):
    """A grader could not grade; the message says why in plain words."""


@dataclass(frozen=True)
class _Seen:
    photo: Photo
    pointer: str
    sha256: str
    data: bytes
    facts: PictureFacts


class PhotoReader:
    """Reads the claim's photos through the reading port; grades them when a grader is given."""

    def __init__(self, cases: CaseReading, grader: DamageGrader | None) -> None:
        self._cases = cases
        self._grader = grader

    async def read(self, bundle: CaseBundle) -> Reading:
        """Facts of the distinct pictures of the case; a picture that cannot be opened is missing by its name."""
        seen, missing = await self._look(bundle)
        facts = [_count(seen)]
        facts += _earliest_capture(seen)
        facts += await self._reused(seen, bundle)
        damage = await self._damage(bundle, seen)
        if isinstance(damage, Fact):
            facts.append(damage)
        else:
            missing.append(damage)
        return Reading(facts=tuple(facts), missing=tuple(missing))

    async def _look(self, bundle: CaseBundle) -> tuple[list[_Seen], list[MissingFact]]:
        seen: dict[str, _Seen] = {}
        missing: list[MissingFact] = []
        for index, photo in enumerate(bundle.photos):
            if photo.sha256 is None or photo.sha256 in seen:
                continue
            data = await self._cases.evidence(bundle.merchant.id, bundle.case_id, photo.sha256)
            try:
                facts = await asyncio.to_thread(describe, data)
            except UndecodableImage as error:
                missing.append(MissingFact(name=FactName.PHOTO_DAMAGE, why=f"photo {photo.id}: {error}"))
                continue
            seen[photo.sha256] = _Seen(photo, f"/photos/{index}", photo.sha256, data, facts)
        return list(seen.values()), missing

    async def _reused(self, seen: Sequence[_Seen], bundle: CaseBundle) -> list[Fact]:
        """Exact bytes in another case: that much is established, whoever sent them."""
        for each in seen:
            others = await self._cases.other_cases_with(bundle.merchant.id, bundle.case_id, each.sha256)
            if others:
                return [_fact(FactName.PHOTO_REUSED_FROM, min(others), _box(each), standing=Standing.ESTABLISHED)]
        return []

    async def _damage(self, bundle: CaseBundle, seen: Sequence[_Seen]) -> Fact | MissingFact:
        name = FactName.PHOTO_DAMAGE
        if not seen:
            return MissingFact(name=name, why="no photo was sent")
        if self._grader is None:
            return MissingFact(name=name, why=NO_GRADER)
        shown = seen[:MOST_GRADED]
        prepared = [await asyncio.to_thread(_prepared, each) for each in shown]
        what = ", ".join(bundle.order.lines[index].title for index in claimed_lines(bundle))[:300]
        try:
            grade = await self._grader.grade(prepared, what)
        except UngradedDamage as error:
            return MissingFact(name=name, why=str(error))
        # A buyer's photo stays the buyer's word; agreement with the masked reading only rules out its writing.
        standing = Standing.ESTABLISHED if grade.corroborated and not _any_by_buyer(shown) else Standing.CLAIMED
        return Fact(
            name=name,
            value=grade.severity.value,
            confidence=grade.confidence,
            method=grade.method,
            standing=standing,
            citation=_box(shown[0]),
            reader=grade.reader,
        )


def _prepared(seen: _Seen) -> PreparedPhoto:
    return PreparedPhoto(
        photo_id=seen.photo.id,
        sha256=seen.sha256,
        jpeg=prepare_for_model(seen.data),
        masked=prepare_for_model(seen.data, mask_text=True),
    )


def _count(seen: Sequence[_Seen]) -> Fact:
    citation: Citation = _box(seen[0]) if seen else OrderField(pointer="/photos")
    return _fact(FactName.PHOTO_COUNT, len(seen), citation, standing=_standing(seen))


def _earliest_capture(seen: Sequence[_Seen]) -> list[Fact]:
    """The earliest capture time, the one that could lie before the order. Metadata can be written by anybody."""
    dated = [(each.facts.captured_at, each) for each in seen if each.facts.captured_at is not None]
    if not dated:
        return []
    at, first = min(dated, key=lambda pair: pair[0])
    sure = 1.0 if first.facts.zone_known else DAY_ONLY_CONFIDENCE
    return [
        _fact(FactName.PHOTO_CAPTURED_AT, at, _box(first), confidence=sure, standing=Standing.CLAIMED),
    ]


def _standing(seen: Sequence[_Seen]) -> Standing:
    return Standing.CLAIMED if _any_by_buyer(seen) else Standing.ESTABLISHED


def _any_by_buyer(seen: Sequence[_Seen]) -> bool:
    return any(each.photo.author is Author.BUYER for each in seen)


def _box(seen: _Seen) -> PhotoBox:
    return PhotoBox(photo_id=seen.photo.id, sha256=seen.sha256)


def _fact(name: FactName, value: object, citation: Citation, *, standing: Standing, confidence: float = 1.0) -> Fact:
    return Fact.model_validate(
        {
            "name": name,
            "value": value,
            "confidence": confidence,
            "method": FactMethod.RULE,
            "standing": standing,
            "citation": citation,
            "reader": READER,
        }
    )
