"""What compels under a code, answered by what is printed and by nothing else."""

import pytest

from knowledge.analyst.read import analyst_view
from knowledge.analyst.requirements import same_person
from knowledge.analyst.seen import seen_packet
from knowledge.letter.compose import compose_letter
from knowledge.rules.reason_codes import evidence_vocabulary, reason_codes
from tests.knowledge.analyst.test_attacks import pages_of, seen
from tests.knowledge.letter.dossiers import PHOTOS, PRIORS, dossier, route


def test_each_requirement_of_the_code_is_answered_at_a_place_or_not_at_all():
    view = analyst_view(seen(compose_letter(dossier("visa", "13.1", photos=PHOTOS))))
    answered = {one.item: one.places for one in view.requirements}
    assert list(answered)[:3] == ["proof_of_delivery", "tracking_number", "delivery_address_match"]
    assert answered["proof_of_delivery"] == ("page 5, Exhibit D, scan-4",)
    assert answered["delivery_address_match"] == ("page 5, Exhibit D, scan-4", "page 3, Exhibit B, ship-to")
    assert answered["delivery_signature_or_photo"] == (
        "page 5, Exhibit D, signature",
        "page 7, Exhibit F, author",
    )
    assert answered["service_completion_record"] == ()


def test_what_is_on_no_page_answers_nothing():
    letter = compose_letter(dossier("visa", "13.1"))
    pages = pages_of(letter)
    whole = {one.item for one in analyst_view(seen_packet(letter, pages)).requirements if one.places}
    without = [page for page in pages if not page.startswith("Exhibit D")]
    cut = {one.item for one in analyst_view(seen_packet(letter, without)).requirements if one.places}
    assert whole - cut == {
        "proof_of_delivery",
        "tracking_number",
        "delivery_address_match",
        "delivery_signature_or_photo",
        "proof_of_shipment",
    }


def test_an_address_that_does_not_match_answers_nothing():
    other = (*route().events[:3], route().events[3].model_copy(update={"place": None}))
    view = analyst_view(seen(compose_letter(dossier("visa", "13.1", routes=(route(other),)))))
    answered = {one.item: bool(one.places) for one in view.requirements}
    assert answered["proof_of_delivery"]
    assert not answered["delivery_address_match"]


@pytest.mark.parametrize(("priors", "answered"), [(PRIORS, True), (PRIORS[:1], False)])
def test_two_clean_earlier_transactions_are_wanted(priors: list[dict[str, object]], *, answered: bool):
    view = analyst_view(seen(compose_letter(dossier("visa", "10.4", priors=priors))))
    assert {one.item: bool(one.places) for one in view.requirements}["ce3_qualified_priors"] is answered


def test_every_item_that_any_code_compels_has_a_meaning():
    wanted = {item for reason in reason_codes() for item in reason.compels or ()}
    assert wanted <= set(evidence_vocabulary())


@pytest.mark.parametrize(
    ("signed", "named", "may_be"),
    [
        ("E. MARCHAND", "Élise Marchand", True),
        ("ELISE M", "Élise Marchand", True),
        ("REYES", "Ana Reyes", True),
        ("K. OBERMAIER", "Élise Marchand", False),
        ("EM", "Élise Marchand", False),
    ],
)
def test_a_signature_may_be_the_buyers_when_they_share_a_name(signed: str, named: str, *, may_be: bool):
    assert same_person(signed, named) is may_be
