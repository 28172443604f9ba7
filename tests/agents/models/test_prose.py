"""A model may change the wording of a sentence, never what it states."""

from collections import Counter

import pytest

from agents.models.personal import PersonalData, PersonalDatum, personal_data_of
from agents.models.prose import letter_prose, offer_prose
from agents.models.same_statement import differences
from knowledge.reasons import ChargebackFamily
from tests.agents.models.paraphrases import paraphrases
from tests.knowledge.letter.dossiers import family_dossiers
from tests.support.model_servers import Connect, Serve

BUYER = PersonalData(known=(PersonalDatum(kind="NAME", value="Maria Silva"),))
OFFER = ("Dear Maria Silva, thank you for your patience.", "We offer you 17.00 EUR and you may keep the Ceramic lamp.")


async def test_a_good_models_wording_is_taken_and_marked_as_a_models(serve: Serve, gateway_to: Connect):
    gateway, _ = gateway_to(serve("good").url)
    prose = await offer_prose(gateway, OFFER, language="en-GB", personal=BUYER)
    assert prose.sentences == (OFFER[0], "We would like to offer you 17.00 EUR and you may keep the Ceramic lamp.")
    assert prose.by_model == (False, True)
    assert prose.kept_because == ("the model left it as it was", "")


@pytest.mark.parametrize(
    "kind",
    ["malicious", "malicious-extra-fields", "malicious-wrong-types", "malicious-echo", "nonsense", "failing"],
)
async def test_a_bad_models_wording_is_never_shown(serve: Serve, gateway_to: Connect, kind: str):
    gateway, _ = gateway_to(serve(kind).url)
    prose = await letter_prose(gateway, OFFER, language="en", personal=BUYER)
    assert prose.sentences == OFFER
    assert prose.by_model == (False, False)
    assert all(prose.kept_because)


async def test_the_buyers_name_does_not_reach_the_model(serve: Serve, gateway_to: Connect):
    server = serve("good")
    gateway, _ = gateway_to(server.url)
    await offer_prose(gateway, OFFER, language="en", personal=BUYER)
    sent = server.everything_received()
    assert "Maria" not in sent
    assert "Dear ⟦NAME_1⟧" in sent


async def test_a_language_that_cannot_be_checked_is_not_rewritten_at_all(serve: Serve, gateway_to: Connect):
    server = serve("good")
    gateway, _ = gateway_to(server.url)
    prose = await offer_prose(gateway, ("17.00 EURを返金します。",), language="ja", personal=BUYER)
    assert prose.sentences == ("17.00 EURを返金します。",)
    assert prose.kept_because == ("there are no word lists to check ja with",)
    assert server.received == []


@pytest.mark.parametrize(
    "prose",
    [
        "We would like to offer you 17.00 EUR and you may keep the Ceramic lamp.",
        "For you we have set aside 17.00 EUR and you may keep the Ceramic lamp.",
        "You may keep the Ceramic lamp, and we are happy to offer you 17.00 EUR.",
    ],
)
def test_other_words_for_the_same_statement_pass(prose: str):
    assert differences(OFFER[1], prose, "en", BUYER) == ()


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("We offer you 70.00 EUR and you may keep the Ceramic lamp.", "other numbers"),
        ("We offer you 17 EUR and you may keep the Ceramic lamp.", "other numbers"),
        ("We offer you 17.00 USD and you may keep the Ceramic lamp.", "other names"),
        ("We offer you 17.00 € and you may keep the Ceramic lamp.", "other names"),
        ("We offer you 17.00 EUR and you may keep the lamp.", "other names"),
        ("We offer you 17.00 EUR and you may not keep the Ceramic lamp.", "other words of negation"),
        ("We offer you 17.00 EUR as a refund and you may keep the Ceramic lamp.", "other words of refund"),
        ("We offer you 17.00 EUR, a voucher, and you may keep the Ceramic lamp.", "other words of reduction"),
        ("We offer you 17.00 EUR today and you may keep the Ceramic lamp.", "other words of time"),
        ("We offer you twice 17.00 EUR and you may keep the Ceramic lamp.", "other words of number"),
        ("We are sorry and offer you 17.00 EUR; you may keep the Ceramic lamp.", "other words of fault"),
        ("We offer you 17.00 EUR and you may keep the Ceramic lamp, guaranteed.", "other words of pledge"),
        ("Maria, we offer you 17.00 EUR and you may keep the Ceramic lamp.", "other personal data"),
        ("Johnson offers you 17.00 EUR and you may keep the Ceramic lamp.", "an opening word"),
        ("We offer you 17.00 EUR and you may keep the Ceramic lamp <b>.", "other signs"),
        ("We оffer you 17.00 EUR and you may keep the Ceramic lamp.", "letters of another script"),
        ("We offer you 17.00 EUR and you may keep the Ceramic lamp\u202e.", "letters of another script"),
        ("17.00 EUR. You may keep the Ceramic lamp. " + "That is all there is to say. " * 3, "another length"),
    ],
)
def test_a_sentence_that_states_something_else_is_found_out(prose: str, found: str):
    assert any(line.startswith(found) for line in differences(OFFER[1], prose, "en", BUYER))


@pytest.mark.parametrize(
    ("language", "composed", "twisted"),
    [
        ("fr", "Le colis a été livré le 3 mars.", "Le colis n'a pas été livré le 3 mars."),
        ("de", "Wir erstatten Ihnen 17,00 EUR.", "Wir schenken Ihnen sofort 17,00 EUR."),
        ("es", "Le ofrecemos 17,00 EUR.", "Le ofrecemos 17,00 EUR y un descuento."),
        ("pt", "O pacote foi entregue em 3 de março.", "O pacote foi entregue ao vizinho em 3 de março."),
        ("it", "Le offriamo 17,00 EUR.", "Le offriamo 17,00 EUR entro domani."),
    ],
)
def test_twisted_sentences_are_found_out_in_each_language_with_word_lists(language: str, composed: str, twisted: str):
    assert differences(composed, twisted, language, BUYER)
    assert differences(composed, composed, language, BUYER) == ()


@pytest.mark.parametrize(
    ("composed", "prose", "found"),
    [
        ("The buyer wrote to the merchant.", "The merchant wrote to the buyer.", "another one who acts"),
        ("The delivery recorded by the carrier.", "The delivery recorded by the merchant.", "other words of who"),
        ("The parcel was handed over.", "The parcel was delivered over.", "other words of deed"),
        ("The mode is “handed over”.", "The mode is “left alone”.", "other quotations"),
    ],
)
def test_who_acts_and_what_was_done_must_be_the_very_same(composed: str, prose: str, found: str):
    assert found in differences(composed, prose, "en", BUYER)


def test_the_same_person_acts_in_the_passive_too():
    assert (
        differences("The buyer wrote to the merchant.", "The merchant was written to by the buyer.", "en", BUYER) == ()
    )


def test_paraphrases_written_by_hand_are_told_apart_as_well_as_they_once_were():
    personal = personal_data_of(family_dossiers()[ChargebackFamily.FRAUD].bundle)
    counted = Counter(
        (one.corrupted is not None, bool(differences(one.composed, one.text, "en", personal))) for one in paraphrases()
    )
    assert counted[True, True] + counted[True, False] == counted[False, True] + counted[False, False] == 80
    # The figures are printed by the benchmark; here it only must not fall back behind what was once measured.
    assert counted[True, True] >= 74
    assert counted[False, True] <= 7
