"""A model's wording of a letter, taken sentence by sentence where it states the same and the verifier proves it."""

from agents.models.gateway import ModelGateway
from agents.models.personal import personal_data_of
from agents.models.prose import letter_prose
from knowledge.case import CaseBundle
from knowledge.letter.claims import Letter
from knowledge.letter.redraft import Redraft, Rewording, RewordingError, Wording, judged, placed_sentences, reworded

_LANGUAGE = "en"
"""Letters are composed in English, the language issuers and processors take."""


async def model_wording(gateway: ModelGateway, bundle: CaseBundle, composed: Letter) -> Redraft:
    """The composed letter in the model's words; empty when none of them may be taken.

    Personal data does not leave for the model. What it wrote otherwise than the sentence states, or what the letter's
    own claims do not prove, stays as it was composed.
    """
    placed = list(placed_sentences(composed))
    prose = await letter_prose(
        gateway, [one.text for _, _, one in placed], language=_LANGUAGE, personal=personal_data_of(bundle)
    )
    taken: list[Rewording] = []
    for (place, _, _), text, by_model in zip(placed, prose.sentences, prose.by_model, strict=True):
        if not by_model:
            continue
        try:
            own = Rewording(place=place, text=reworded(text), wording=Wording.MODEL)
        except RewordingError:
            continue
        verdict = next(one for one in judged(composed, Redraft(rewordings=(own,))).sentences if one.place == place)
        if verdict.proved:
            taken.append(own)
    return Redraft(rewordings=tuple(taken))
