"""A constructed packet for every attack, and none found on a packet that offers none."""

from collections.abc import Callable
from typing import Any

import pytest

from knowledge.analyst.attacks import attacks_on
from knowledge.analyst.read import analyst_view
from knowledge.analyst.seen import SeenPacket, seen_packet
from knowledge.analyst.view import AttackKind, Finding, Mend, Weight
from knowledge.letter.claims import Letter, Sentence
from knowledge.letter.compose import compose_letter
from knowledge.letter.dossier import DefenceDossier
from knowledge.tracking import DeliveryMode, TrackingStatus
from tests.knowledge.letter.dossiers import (
    ADDRESS,
    DELIVERED_EVENTS,
    PRIORS,
    case,
    dossier,
    eur,
    family_dossiers,
    refund,
    route,
    scan,
)
from tests.knowledge.letter.sample_dossiers import sample_dossiers


def pages_of(letter: Letter) -> list[str]:
    """The words a rendered packet has: the letter on one page, each exhibit on one of its own."""
    sentences = [letter.verdict, *letter.grounds, letter.request]
    sentences += [sentence for section in letter.sections for sentence in section.sentences]
    exhibits = [
        "\n".join([f"Exhibit {exhibit.letter} {exhibit.title}", *(f"{row.label} {row.value}" for row in exhibit.rows)])
        for exhibit in letter.exhibits
    ]
    return ["\n".join(sentence.text for sentence in sentences), *exhibits]


def seen(letter: Letter) -> SeenPacket:
    return seen_packet(letter, pages_of(letter))


def found(records: DefenceDossier, change: Callable[[Letter], Letter] = lambda letter: letter) -> list[Finding]:
    return list(attacks_on(seen(change(compose_letter(records)))))


STRONG = sample_dossiers() | {family.value: records for family, records in family_dossiers().items()}


@pytest.mark.parametrize("name", STRONG)
def test_a_strong_packet_offers_no_attack(name: str):
    assert found(STRONG[name]) == []


def delivered(**place: Any) -> tuple[Any, ...]:
    """The usual route, delivered at another place or time."""
    last = {"city": "Lyon", "postcode": "69003", "time": "14:05"} | place
    return (
        *DELIVERED_EVENTS[:3],
        scan(last.pop("day", "03-04"), TrackingStatus.DELIVERED, "Livré", "/events/3", **last),
    )


def order(**change: Any) -> dict[str, Any]:
    return case("visa", "10.4")["order"] | change


def payment(**change: Any) -> dict[str, Any]:
    return order(payment=case("visa", "10.4")["order"]["payment"] | change)


def paypal_inr(price: str, currency: str = "USD", **change: Any) -> DefenceDossier:
    whole = {"amount": price, "currency": currency}
    none = {"amount": "0.00", "currency": currency}
    fields = case("paypal", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED")
    sold = fields["order"] | {
        "lines": [fields["order"]["lines"][0] | {"unit_price": whole}],
        "shipping": none,
        "tax": none,
        "discount": none,
        "total": whole,
        "payment": fields["order"]["payment"] | {"captured": whole},
    }
    disputed = fields["chargeback"] | {"amount": whole}
    return dossier("paypal", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", order=sold, chargeback=disputed, **change)


def without_claims(letter: Letter) -> Letter:
    bare = Sentence(text="The goods were in order.", claims=())
    return letter.model_copy(update={"grounds": (*letter.grounds, bare)})


def another_parcel(letter: Letter) -> Letter:
    sections = [
        section.model_copy(
            update={
                "sentences": tuple(
                    one.model_copy(update={"text": one.text.replace("JD0146000112", "JD0146000113")})
                    for one in section.sentences
                )
            }
        )
        for section in letter.sections
    ]
    return letter.model_copy(update={"sections": tuple(sections)})


def more_contested(letter: Letter) -> Letter:
    return letter.model_copy(update={"contested_amount": eur("64.90")})


def same(letter: Letter) -> Letter:
    return letter


UNSIGNED: dict[str, Any] = {"signed_by": None, "mode": DeliveryMode.UNSTATED}
NO_POLICIES = case("visa", "13.6")["order"] | {"policies": []}
LATE = [case("visa", "13.7")["order"]["policies"][0] | {"shown_at": "2026-02-28T18:11:00Z"}]
DISPUTED_PRIOR = [PRIORS[0], PRIORS[1], PRIORS[0] | {"processor_reference": "ch_prior0003", "disputed": True}]
K, FATAL, WEAK = AttackKind, Weight.FATAL, Weight.WEAK

ATTACKED: list[tuple[AttackKind, Weight, Mend, DefenceDossier, Callable[[Letter], Letter], str]] = [
    # which, how heavy, who mends it, the records, what is done to the letter, what the finding says
    (
        K.STATEMENT_WITHOUT_EXHIBIT,
        FATAL,
        Mend.CASE,
        dossier("visa", "13.1"),
        without_claims,
        "The goods were in order.",
    ),
    (K.TRACKING_NUMBER_DIFFERS, FATAL, Mend.CASE, dossier("visa", "13.1"), another_parcel, "JD0146000113"),
    (
        K.AMOUNTS_DISAGREE,
        FATAL,
        Mend.CASE,
        dossier("visa", "13.6", refunds=(refund("20.00"),)),
        more_contested,
        "20.00",
    ),
    (
        K.DATES_OUT_OF_ORDER,
        FATAL,
        Mend.ASK,
        dossier(
            "visa", "13.1", routes=(route((scan("02-20", TrackingStatus.HANDED_OVER, "x", "/0"), DELIVERED_EVENTS[3])),)
        ),
        same,
        "Handed over 20 February 2026 is before order placed 27 February 2026.",
    ),
    (
        K.DELIVERED_AFTER_DISPUTE,
        FATAL,
        Mend.CONCEDE,
        dossier("visa", "13.1", routes=(route(delivered(day="03-25")),)),
        same,
        "delivered on 25 March 2026, after the dispute of 20 March 2026",
    ),
    (
        K.DELIVERED_ELSEWHERE,
        FATAL,
        Mend.CONCEDE,
        dossier("visa", "13.1", routes=(route(delivered(city="Nantes", postcode="44000")),)),
        same,
        "Nantes, 44000, FR",
    ),
    (
        K.DELIVERY_UNDONE,
        FATAL,
        Mend.CONCEDE,
        dossier(
            "visa", "10.4", routes=(route((*DELIVERED_EVENTS, scan("03-06", TrackingStatus.RETURNED, "x", "/4"))),)
        ),
        same,
        "“Returned to sender”",
    ),
    (
        K.PLACE_TOO_COARSE,
        WEAK,
        Mend.ASK,
        dossier("visa", "13.1", routes=(route(delivered(postcode=None), **UNSIGNED),)),
        same,
        "“Lyon, FR”: neither street nor postcode",
    ),
    (K.NO_SIGNATURE, FATAL, Mend.ASK, paypal_inr("750.00", routes=(route(**UNSIGNED),)), same, "from 750.00 USD"),
    (
        K.LEFT_UNATTENDED,
        WEAK,
        Mend.ASK,
        dossier("visa", "13.1", routes=(route(signed_by=None, mode=DeliveryMode.LEFT_UNATTENDED),)),
        same,
        "left the parcel unattended",
    ),
    (
        K.SIGNED_BY_ANOTHER,
        WEAK,
        Mend.ASK,
        dossier("visa", "13.1", routes=(route(signed_by="K. OBERMAIER"),)),
        same,
        "“K. OBERMAIER” signed; the buyer is Élise Marchand.",
    ),
    (
        K.VERIFICATION_MISMATCH,
        FATAL,
        Mend.CONCEDE,
        dossier("visa", "10.4", order=payment(avs="mismatch", three_d_secure=None)),
        same,
        "address verification result is “mismatch”",
    ),
    (
        K.VERIFICATION_MISMATCH,
        WEAK,
        Mend.ASK,
        dossier("visa", "10.4", order=payment(cvc="mismatch")),
        same,
        "card verification code result is “mismatch”",
    ),
    (
        K.SHIPPED_TO_ANOTHER,
        WEAK,
        Mend.ASK,
        dossier("visa", "10.4", order=order(ship_to=ADDRESS | {"name": "Noé Brun"})),
        same,
        "The order went to Noé Brun; the buyer is Élise Marchand.",
    ),
    (K.PRIOR_DISPUTED, WEAK, Mend.CASE, dossier("visa", "10.4", priors=DISPUTED_PRIOR), same, "dispute recorded: yes"),
    (
        K.BALANCE_UNEXPLAINED,
        WEAK,
        Mend.ASK,
        dossier("visa", "13.6", refunds=(refund("20.00"),), order=NO_POLICIES),
        same,
        "why not 44.90 EUR is nowhere shown",
    ),
    (
        K.COMPLAINT_UNANSWERED,
        WEAK,
        Mend.ASK,
        dossier("visa", "13.3", messages=case("visa", "13.3")["messages"][:1]),
        same,
        "nothing shows an answer",
    ),
    (
        K.POLICY_SHOWN_LATE,
        WEAK,
        Mend.ASK,
        dossier("visa", "13.7", order=case("visa", "13.7")["order"] | {"policies": LATE}),
        same,
        "Returns policy shown on 28 February 2026, after the order of 27 February 2026",
    ),
]


@pytest.mark.parametrize(
    ("kind", "weight", "mend", "records", "change", "told"),
    ATTACKED,
    ids=[f"{row[0].value}, {row[1].value}" for row in ATTACKED],
)
def test_an_attack_is_found_where_the_packet_offers_it(
    kind: AttackKind,
    weight: Weight,
    mend: Mend,
    records: DefenceDossier,
    change: Callable[[Letter], Letter],
    told: str,
):
    findings = [finding for finding in found(records, change) if finding.kind is kind]
    assert findings, found(records, change)
    assert (findings[0].weight, findings[0].mend) == (weight, mend)
    assert told in findings[0].told
    assert findings[0].places
    assert findings[0].by


def test_every_attack_has_its_packet():
    tried = {row[0] for row in ATTACKED} | {AttackKind.NOTHING_COMPELLED_SHOWN}
    assert tried == set(AttackKind)


def test_a_packet_that_answers_nothing_of_the_code_is_told_so():
    # A recurring dispute whose only record is an earlier credit of nothing that compels.
    packet = seen(compose_letter(dossier("discover", "PM")))
    bare = packet.model_copy(update={"rows": tuple(row for row in packet.rows if row.label not in {"Item", "Invoice"})})
    assert AttackKind.NOTHING_COMPELLED_SHOWN not in {one.kind for one in analyst_view(packet).findings}
    first = analyst_view(bare).findings[0]
    assert (first.kind, first.weight, first.mend) == (K.NOTHING_COMPELLED_SHOWN, FATAL, Mend.ASK)
    assert analyst_view(bare).fatal[0] == first


@pytest.mark.parametrize(("price", "currency"), [("749.99", "USD"), ("900.00", "EUR")])
def test_below_the_threshold_or_where_none_is_known_no_signature_is_missed(price: str, currency: str):
    assert found(paypal_inr(price, currency, routes=(route(**UNSIGNED),))) == []


def test_fatal_findings_come_first():
    records = dossier("visa", "13.1", routes=(route(delivered(day="03-25"), signed_by="K. OBERMAIER"),))
    assert [finding.weight for finding in found(records)] == [FATAL, WEAK]
