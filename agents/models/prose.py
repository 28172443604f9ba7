"""Composed sentences made to read better by a model, and kept as composed wherever it said something else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from agents.models.calls import ModelTask
from agents.models.gateway import ModelGateway
from agents.models.personal import PersonalData
from agents.models.prompts import Prompt, PromptDocument, load_prompt
from agents.models.same_statement import differences, languages_checked
from knowledge.base import Frozen

_MOST_SENTENCES = 40
_MOST_CHARACTERS = 12_000


class ProseAnswer(Frozen):
    """As many sentences as were sent, in the same order."""

    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """The sentences to show, one for each composed one."""

    sentences: tuple[str, ...]
    by_model: tuple[bool, ...]
    """Per sentence: True when the wording is a model's, which goes out only over a person's signature."""
    kept_because: tuple[str, ...]
    """Per sentence: why the composed one was kept; empty text where the model's was taken."""


async def offer_prose(
    gateway: ModelGateway, composed: Sequence[str], *, language: str, personal: PersonalData
) -> Prose:
    """The sentences of an offer to the buyer in warmer words, in `language` (BCP 47)."""
    return await _rewritten(gateway, load_prompt("agents.writing", "offer"), composed, language, personal)


async def letter_prose(
    gateway: ModelGateway, composed: Sequence[str], *, language: str, personal: PersonalData
) -> Prose:
    """The sentences of a defence letter in more fluent words, in `language` (BCP 47)."""
    return await _rewritten(gateway, load_prompt("agents.writing", "letter"), composed, language, personal)


def _kept(composed: Sequence[str], why: str) -> Prose:
    return Prose(tuple(composed), (False,) * len(composed), (why,) * len(composed))


async def _rewritten(
    gateway: ModelGateway, document: PromptDocument, composed: Sequence[str], language: str, personal: PersonalData
) -> Prose:
    if language.partition("-")[0].lower() not in languages_checked():
        return _kept(composed, f"there are no word lists to check {language} with")
    if not composed:
        return _kept(composed, "")
    if len(composed) > _MOST_SENTENCES or sum(map(len, composed)) > _MOST_CHARACTERS:
        return _kept(composed, "the text is too long for one question")
    sentences = json.dumps(list(composed), ensure_ascii=False)
    prompt = Prompt(document, {"language": language, "sentences": sentences}, personal)
    answer = await gateway.ask(ModelTask.PROSE, prompt, ProseAnswer)
    if answer.value is None:
        return _kept(composed, answer.detail)
    if len(answer.value.sentences) != len(composed):
        return _kept(composed, "the model returned another number of sentences")
    taken: list[str] = []
    because: list[str] = []
    for before, after in zip(composed, answer.value.sentences, strict=True):
        found = differences(before, after.strip(), language, personal)
        because.append("; ".join(found) if found else "the model left it as it was" if after.strip() == before else "")
        taken.append(before if because[-1] else after.strip())
    return Prose(tuple(taken), tuple(not why for why in because), tuple(because))
