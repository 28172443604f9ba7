import hashlib
import io
import json
from collections.abc import Sequence
from typing import Any

from PIL import Image

from agents.reading.photos import NO_GRADER, DamageGrade, PhotoReader, PreparedPhoto, UngradedDamage
from knowledge.facts import Fact, FactMethod, FactName, MissingFact, OrderField, PhotoBox, Reading, Standing
from knowledge.reasons import Severity
from tests.agents.reading.case_in_memory import CaseInMemory
from tests.tools.bundles.lamp_bundle import FILES, NOW, lamp_case, picture
from tools.bundles import read_sent


class Grader:
    """Grades everything moderate and remembers what it was shown."""

    def __init__(self, *, corroborated: bool = True, fails: bool = False) -> None:
        self.shown: list[tuple[list[str], str]] = []
        self._corroborated = corroborated
        self._fails = fails

    async def grade(self, photos: Sequence[PreparedPhoto], what: str) -> DamageGrade:
        if self._fails:
            raise UngradedDamage("the model answered nothing usable")
        self.shown.append(([photo.photo_id for photo in photos], what))
        for photo in photos:
            for jpeg in (photo.jpeg, photo.masked):
                assert Image.open(io.BytesIO(jpeg)).format == "JPEG"
        return DamageGrade(
            severity=Severity.MODERATE,
            confidence=0.8,
            method=FactMethod.HOSTED_MODEL,
            reader="photos/test@1",
            corroborated=self._corroborated,
            why="a crack",
        )


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _cases(
    files: dict[str, bytes], elsewhere: dict[str, list[str]] | None = None, author: str = "buyer"
) -> CaseInMemory:
    case: dict[str, Any] = lamp_case()
    case["photos"] = [{"id": f"p{number}", "path": name, "author": author} for number, name in enumerate(files, 1)]
    del case["documents"], case["shipments"]
    sent = read_sent(json.dumps(case).encode(), files, now=NOW)
    return CaseInMemory(sent.bundle, {_sha(data): data for data in files.values()}, elsewhere)


async def _read(cases: CaseInMemory, grader: Grader | None = None) -> Reading:
    return await PhotoReader(cases, grader).read(await cases.bundle("lumen", "case-1001"))


def _by_name(reading: Reading) -> dict[FactName, Fact]:
    return {fact.name: fact for fact in reading.facts}


LAMP, BOX = FILES["photos/lamp.jpg"], FILES["photos/box.png"]


def _taken(at: str, offset: str | None = None) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = at
    if offset is not None:
        exif.get_ifd(0x8769)[0x9011] = offset
    return picture(exif=exif)


async def test_the_same_picture_sent_twice_counts_once():
    reading = await _read(_cases({"a.jpg": LAMP, "b.jpg": LAMP, "c.png": BOX}))

    count = _by_name(reading)[FactName.PHOTO_COUNT]
    assert count.value == 2
    assert count.citation == PhotoBox(photo_id="p1", sha256=_sha(LAMP))
    assert count.standing is Standing.CLAIMED


async def test_without_photos_the_count_is_zero_and_damage_is_missing():
    reading = await _read(_cases({}), Grader())

    assert _by_name(reading)[FactName.PHOTO_COUNT].value == 0
    assert _by_name(reading)[FactName.PHOTO_COUNT].citation == OrderField(pointer="/photos")
    assert reading.missing == (MissingFact(name=FactName.PHOTO_DAMAGE, why="no photo was sent"),)


async def test_without_a_vision_model_a_reviewer_is_asked_for_the_damage():
    reading = await _read(_cases({"a.jpg": LAMP}))

    assert reading.missing == (MissingFact(name=FactName.PHOTO_DAMAGE, why=NO_GRADER),)
    assert NO_GRADER == "no vision model is configured; a reviewer can supply it"


async def test_a_buyers_photo_stays_the_buyers_word_however_sure_the_model_is():
    grader = Grader()
    damage = _by_name(await _read(_cases({"a.jpg": LAMP, "b.png": BOX}), grader))[FactName.PHOTO_DAMAGE]

    assert (damage.severity(), damage.confidence, damage.standing) == (Severity.MODERATE, 0.8, Standing.CLAIMED)
    assert damage.reader == "photos/test@1"
    assert grader.shown == [(["p1", "p2"], "Desk lamp")]


async def test_a_carriers_photo_establishes_damage_only_when_the_masked_reading_agrees():
    agreed = await _read(_cases({"a.jpg": LAMP}, author="carrier"), Grader())
    differed = await _read(_cases({"a.jpg": LAMP}, author="carrier"), Grader(corroborated=False))

    assert _by_name(agreed)[FactName.PHOTO_DAMAGE].standing is Standing.ESTABLISHED
    assert _by_name(differed)[FactName.PHOTO_DAMAGE].standing is Standing.CLAIMED


async def test_a_grader_that_cannot_grade_leaves_the_fact_missing_with_its_reason():
    reading = await _read(_cases({"a.jpg": LAMP}), Grader(fails=True))

    assert reading.missing == (MissingFact(name=FactName.PHOTO_DAMAGE, why="the model answered nothing usable"),)


async def test_the_same_bytes_in_another_case_are_established():
    reading = await _read(_cases({"a.jpg": LAMP, "b.png": BOX}, {_sha(BOX): ["case-9", "case-12"]}))

    reused = _by_name(reading)[FactName.PHOTO_REUSED_FROM]
    assert (reused.value, reused.standing) == ("case-12", Standing.ESTABLISHED)
    assert reused.citation == PhotoBox(photo_id="p2", sha256=_sha(BOX))


async def test_the_earliest_capture_time_is_told_as_claimed_with_less_trust_without_its_zone():
    early, late = _taken("2026:02:20 10:00:00"), _taken("2026:03:09 10:00:00", "+01:00")
    reading = await _read(_cases({"late.jpg": late, "early.jpg": early}))

    taken = _by_name(reading)[FactName.PHOTO_CAPTURED_AT]
    assert taken.value == "2026-02-20T10:00:00+00:00"
    assert (taken.standing, taken.confidence) == (Standing.CLAIMED, 0.9)
    assert taken.citation == PhotoBox(photo_id="p2", sha256=_sha(early))
    only = await _read(_cases({"late.jpg": late}))
    assert _by_name(only)[FactName.PHOTO_CAPTURED_AT].confidence == 1.0


async def test_a_picture_that_will_not_open_is_missing_by_its_name_and_the_others_are_read():
    good = _cases({"a.jpg": LAMP, "b.png": BOX})
    bundle = await good.bundle("lumen", "case-1001")
    spoilt = CaseInMemory(bundle, {_sha(LAMP): LAMP[: len(LAMP) // 2], _sha(BOX): BOX})

    reading = await _read(spoilt, Grader())

    assert _by_name(reading)[FactName.PHOTO_COUNT].value == 1
    assert [gap.name for gap in reading.missing] == [FactName.PHOTO_DAMAGE]
    assert reading.missing[0].why.startswith("photo p1: the picture is damaged or cut off")
