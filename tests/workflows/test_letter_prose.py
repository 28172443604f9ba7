"""A model's words in a letter: taken where they say the same and are proved, and never otherwise."""

import pytest

from agents.models.calls import CallLog
from agents.models.gateway import ModelGateway
from knowledge.letter.compose import compose_letter
from knowledge.letter.redraft import Redraft, Wording, judged
from tests.knowledge.letter.dossiers import dossier
from tests.support.model_servers import serving
from tools.settings import ModelEndpoint, Settings
from workflows.letter_prose import model_wording


async def wording(kind: str) -> tuple[Redraft, str]:
    records = dossier("visa", "13.1")
    with serving(kind) as server:
        gateway = ModelGateway(Settings(model=ModelEndpoint(url=server.url, name="scripted")), CallLog())
        try:
            redraft = await model_wording(gateway, records.bundle, compose_letter(records))
        finally:
            await gateway.close()
        return redraft, server.everything_received()


async def test_a_models_words_are_taken_where_they_are_proved_and_marked_as_its_own() -> None:
    redraft, sent = await wording("good")
    (one,) = redraft.rewordings
    assert one.wording is Wording.MODEL
    assert one.text is not None
    assert one.text.startswith("On ")
    records = dossier("visa", "13.1")
    assert judged(compose_letter(records), redraft).may_be_sent
    assert records.bundle.buyer.name not in sent


@pytest.mark.parametrize("kind", ["malicious", "malicious-echo", "nonsense", "failing"])
async def test_what_a_bad_model_writes_stands_in_no_letter(kind: str) -> None:
    redraft, _ = await wording(kind)
    assert redraft == Redraft()
