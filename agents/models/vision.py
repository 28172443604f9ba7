"""The hosted grader of damage in photos, believed only while it grades control pictures right.

Pictures are tainted: they can carry words, and a model can be biased or hostile. So the model also gets parcels
whose damage is known, mixed among the photos; each photo is read twice, as it is and mirrored with its writing
blurred; and all it can say is one grade.
"""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageOps

from agents.models.calls import ModelAnswer, ModelTask
from agents.models.canaries import Canary, draw_canaries
from agents.models.gateway import ModelGateway
from agents.models.personal import PersonalData
from agents.models.prompts import Prompt, load_prompt
from agents.reading.photos import DamageGrade, PreparedPhoto, UngradedDamage
from knowledge.base import Frozen
from knowledge.facts import FactMethod
from knowledge.reasons import Severity

MOST_PHOTOS = 3
"""Two calls each, and at most three control pictures: nine calls a case, side by side."""
_TRUSTED_FOR = 20
"""Cases graded on the strength of one passed control; then it is repeated."""
_DISTRUSTED_FOR = 10
"""Cases for which an endpoint that failed its control is not asked at all."""
_CONFIDENCE = {0: 0.85, 1: 0.6}
"""By the steps between the two readings; further apart the writing, not the damage, was read."""
_SWAYED = 0.3
_QUALITY = 88


class PhotoAnswer(Frozen):
    """One word about one picture."""

    grade: Literal["none", "minor", "moderate", "severe", "cannot_tell"]


@dataclass(slots=True)
class _Trust:
    passed: bool
    cases_left: int


class VisionGrader:
    """A `DamageGrader` over the gateway's photo endpoint."""

    def __init__(self, gateway: ModelGateway) -> None:
        self._gateway = gateway
        self._document = load_prompt("agents.reading", "photo")
        self._trust: _Trust | None = None

    async def grade(self, photos: Sequence[PreparedPhoto], what: str) -> DamageGrade:
        """The worst harm that the first three photos show, as read without their writing.

        `corroborated` only when the control pictures were graded right and both readings of every photo are the
        same. Raises UngradedDamage when there is no model, no answer, no trust, or nothing to see.
        """
        if not photos:
            raise UngradedDamage("no photo was sent")
        believed = self._believed()
        if believed is False:
            raise UngradedDamage("the vision model graded control pictures wrong moments ago")
        shown = photos[:MOST_PHOTOS]
        seed = hashlib.sha256("/".join([what, *(photo.sha256 for photo in shown)]).encode()).hexdigest()
        canaries = () if believed else draw_canaries(seed)
        questions = {f"plain/{number}": photo.jpeg for number, photo in enumerate(shown)}
        questions |= {f"masked/{number}": _mirrored(photo.masked) for number, photo in enumerate(shown)}
        questions |= {f"canary/{canary.kind}": canary.jpeg for canary in canaries}
        answers = await self._ask_all(questions, what, seed)
        self._check(canaries, answers)
        return self._joined(answers, len(shown))

    def _believed(self) -> bool | None:
        """True or False while a control's verdict lasts; None when the control pictures are due."""
        if self._trust is None or self._trust.cases_left == 0:
            return None
        self._trust.cases_left -= 1
        return self._trust.passed

    async def _ask_all(self, questions: dict[str, bytes], what: str, seed: str) -> dict[str, ModelAnswer[PhotoAnswer]]:
        """All pictures side by side, in an order the digest draws, so that no place in the row means anything."""
        order = sorted(questions, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
        prompt = Prompt(self._document, {"what": what}, PersonalData())
        answers = await asyncio.gather(
            *(self._gateway.ask(ModelTask.PHOTOS, prompt, PhotoAnswer, images=[questions[name]]) for name in order)
        )
        return dict(zip(order, answers, strict=True))

    def _check(self, canaries: Sequence[Canary], answers: dict[str, ModelAnswer[PhotoAnswer]]) -> None:
        """Raise unless every control picture was graded right. Silence is no verdict and is not remembered."""
        if not canaries:
            return
        for canary in canaries:
            if (failure := answers[f"canary/{canary.kind}"]).value is None:
                raise UngradedDamage(f"the vision model gave no grade: {failure.detail}")
        wrong = [canary for canary in canaries if _grade(answers[f"canary/{canary.kind}"]) not in canary.right]
        self._trust = _Trust(not wrong, _DISTRUSTED_FOR if wrong else _TRUSTED_FOR - 1)
        if wrong:
            kinds = ", ".join(canary.kind.value.replace("_", " ") for canary in wrong)
            raise UngradedDamage(f"the vision model graded control pictures wrong ({kinds}); its grade does not count")

    def _joined(self, answers: dict[str, ModelAnswer[PhotoAnswer]], count: int) -> DamageGrade:
        pairs: list[tuple[Severity, Severity]] = []
        for number in range(count):
            plain, masked = _grade(answers[f"plain/{number}"]), _grade(answers[f"masked/{number}"])
            if plain is not None and masked is not None:
                pairs.append((plain, masked))
        if not pairs:
            failed = next((answer for answer in answers.values() if answer.value is None), None)
            said = "cannot tell what the photos show" if failed is None else f"gave no grade: {failed.detail}"
            raise UngradedDamage(f"the vision model {said}")
        apart = max(abs(plain.rank - masked.rank) for plain, masked in pairs)
        worst = max((masked for _, masked in pairs), key=lambda severity: severity.rank)
        model = self._gateway.model_for(ModelTask.PHOTOS) or ""
        why = {
            0: "both readings of every photo agree, and the control pictures were graded right",
            1: "the readings with and without the writing in the photos are one grade apart",
        }.get(apart, "the writing in a photo changes what the model says it shows; a person should look")
        return DamageGrade(
            severity=worst,
            confidence=_CONFIDENCE.get(apart, _SWAYED),
            method=FactMethod.HOSTED_MODEL,
            reader=f"{self._document.label}/{model}"[:200],
            corroborated=apart == 0 and len(pairs) == count,
            why=why if len(pairs) == count else f"{count - len(pairs)} of {count} photos could not be graded; {why}",
        )


def _grade(answer: ModelAnswer[PhotoAnswer]) -> Severity | None:
    if answer.value is None or answer.value.grade == "cannot_tell":
        return None
    return Severity(answer.value.grade)


def _mirrored(jpeg: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        ImageOps.mirror(picture).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
