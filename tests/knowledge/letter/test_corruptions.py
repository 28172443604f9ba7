"""Planted corruptions: wording, values, claims and exhibits changed one at a time, each to be caught by name."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from knowledge.letter.claims import ClaimKind, Exhibit, ExhibitRow, Letter, LetterClaim, Section, Sentence
from knowledge.letter.compose import compose_letter
from knowledge.letter.verify import verify_letter
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from tests.knowledge.letter.dossiers import PRIORS, dossier, eur, family_dossiers, refund, route

FAMILIES = {family: compose_letter(records) for family, records in family_dossiers().items()}
NOT_RECEIVED = FAMILIES[ChargebackFamily.NOT_RECEIVED]
FRAUD = FAMILIES[ChargebackFamily.FRAUD]
GOODS = FAMILIES[ChargebackFamily.NOT_AS_DESCRIBED]
CREDIT = FAMILIES[ChargebackFamily.CREDIT_NOT_PROCESSED]
DUPLICATE = FAMILIES[ChargebackFamily.DUPLICATE]


def reworded(letter: Letter, old: str, new: str) -> Letter:
    """The letter with `old` written as `new` in every sentence that has it; at least one must."""
    found = 0

    def written(sentence: Sentence) -> Sentence:
        nonlocal found
        found += old in sentence.text
        return sentence.model_copy(update={"text": sentence.text.replace(old, new)})

    changed = letter.model_copy(
        update={
            "verdict": written(letter.verdict),
            "grounds": tuple(written(ground) for ground in letter.grounds),
            "request": written(letter.request),
            "sections": tuple(
                Section(title=section.title, sentences=tuple(written(one) for one in section.sentences))
                for section in letter.sections
            ),
        }
    )
    assert found, f"no sentence says {old!r}"
    return changed


def problems(letter: Letter) -> list[str]:
    return [f"{line.sentence} || {line.problem}" for line in verify_letter(letter).lines if not line.proved]


# ruff: noqa: E501 - a row a corruption reads better than a wrapped one
WORDING: list[tuple[str, Letter, str, str, str]] = [
    # what happens, letter, written, rewritten, what the problem must name
    ("another amount", NOT_RECEIVED, "64.90 EUR", "69.40 EUR", "the amount 69.40 EUR is not proved"),
    ("another currency", NOT_RECEIVED, "64.90 EUR", "64.90 USD", "the amount 64.90 USD is not proved"),
    ("amount without its currency", NOT_RECEIVED, "64.90 EUR", "64.90", "'64.90' is not proved"),
    ("amount with a sign", CREDIT, "A credit of 20.00 EUR", "A credit of -20.00 EUR", "'-'"),
    ("amount with a currency sign", NOT_RECEIVED, "64.90 EUR", "€64.90", "'€'"),
    ("another day", NOT_RECEIVED, "4 March 2026", "5 March 2026", "the date 2026-03-05 is not proved"),
    ("another month", NOT_RECEIVED, "4 March 2026", "4 April 2026", "the date 2026-04-04 is not proved"),
    ("another year", NOT_RECEIVED, "4 March 2026", "4 March 2025", "the date 2025-03-04 is not proved"),
    ("an ISO date that differs", NOT_RECEIVED, "4 March 2026", "2026-03-14", "the date 2026-03-14 is not proved"),
    ("an American date that differs", NOT_RECEIVED, "4 March 2026", "March 14, 2026", "2026-03-14 is not proved"),
    ("a date that does not exist", NOT_RECEIVED, "4 March 2026", "31 February 2026", "31 February 2026"),
    ("a date without its year", NOT_RECEIVED, "4 March 2026", "4 March", "'March'"),
    ("the dispute's day for the delivery", NOT_RECEIVED, "delivered on 4 March", "delivered on 20 March", "03-20"),
    ("another tracking number", NOT_RECEIVED, "JD0146000112", "JD0146000113", "'JD0146000113'"),
    ("a shortened tracking number", NOT_RECEIVED, "JD0146000112", "JD014600011", "'JD014600011'"),
    ("another order id", NOT_RECEIVED, "HL-10482", "HL-10483", "'HL-10483'"),
    ("another dispute id", NOT_RECEIVED, "dp_1QzHarbour", "dp_1QzHarbor", "'dp_1QzHarbor'"),
    ("another card", NOT_RECEIVED, "ending 4242", "ending 4224", "'4224'"),
    ("another authorization code", NOT_RECEIVED, "A71B09", "A71B90", "'A71B90'"),
    ("another city", NOT_RECEIVED, "in Lyon", "in Paris", "'Paris'"),
    ("a nearly equal city", NOT_RECEIVED, "Lyon", "Lyons", "'Lyons'"),
    ("a homoglyph city", NOT_RECEIVED, "Lyon", "Lуon", "'Lуon'"),
    ("another postcode", NOT_RECEIVED, "69003", "69008", "'69008'"),
    ("another carrier", NOT_RECEIVED, "DHL Express", "UPS", "'UPS'"),
    ("another signature", NOT_RECEIVED, "E. MARCHAND", "E. MARCHANT", "quotes “E. MARCHANT”"),
    ("another mode", NOT_RECEIVED, "handed to recipient", "placed in her hands", "quotes “placed in her hands”"),
    ("another reason code", NOT_RECEIVED, "code 13.1", "code 13.3", "'13.3'"),
    ("another reason title", NOT_RECEIVED, "Merchandise/Services Not Received", "No Complaint", "quotes “No Complaint”"),
    ("another network", NOT_RECEIVED, "under Visa", "under Mastercard", "'Mastercard'"),
    ("another version", FRAUD, "version 2.2.0", "version 2.1.0", "'2.1.0'"),
    ("another ECI", FRAUD, "ECI 05", "ECI 02", "'02'"),
    ("version and ECI change places", FRAUD, "version 2.2.0 authentication of the charge has the result “authenticated” with ECI 05", "version 05 authentication of the charge has the result “authenticated” with ECI 2.2.0", "does not belong"),
    ("another 3-D Secure result", FRAUD, "has the result “authenticated”", "has the result “challenged”", "“challenged”"),
    ("another AVS result", FRAUD, "result of the charge is “match”", "result of the charge is “full match”", "full match"),
    ("another IP address", FRAUD, "203.0.113.24", "203.0.113.42", "'203.0.113.42'"),
    ("another earlier charge", FRAUD, "ch_prior0002", "ch_prior0003", "'ch_prior0003'"),
    ("another refund reference", CREDIT, "re_1QxShade", "re_1QxShape", "'re_1QxShape'"),
    ("another listed value", GOODS, "“natural oak”", "“solid walnut”", "quotes “solid walnut”"),
    ("another listed name", GOODS, "states the colour", "states the material", "'material'"),
    # polarity
    ("a delivery denied", NOT_RECEIVED, "recorded the parcel as delivered", "never recorded the parcel as delivered", "denies"),
    ("a match denied", NOT_RECEIVED, "matches the ship-to", "not matches the ship-to", "denies (not)"),
    ("no return turned round", GOODS, "No return scan is", "A return scan is", "does not deny"),
    ("no return denied twice", GOODS, "No return scan is", "No return scan is not", "does not deny"),
    ("no dispute turned round", FRAUD, "no dispute of it is", "a dispute of it is", "does not deny"),
    ("an offer without acceptance", CREDIT, "The buyer accepted", "The buyer never accepted", "denies (never)"),
    # verbs
    ("shipped told as delivered", NOT_RECEIVED, "as handed over on 1 March", "as delivered on 1 March", "'delivered'"),
    ("delivered told as shipped", NOT_RECEIVED, "as delivered on 4 March 2026", "as handed over on 4 March 2026", "'handed'"),
    ("delivered told as signed for", NOT_RECEIVED, "as delivered on", "as signed on", "'signed'"),
    ("delivered told as scheduled", NOT_RECEIVED, "as delivered on", "as to be delivered on", "'to'"),
    ("offered told as paid", CREDIT, "The merchant offered", "The merchant posted", "'posted'"),
    ("offered told as accepted", CREDIT, "The merchant offered", "The buyer accepted", "accepted"),
    ("posted told as promised", CREDIT, "was posted on", "was promised on", "'promised'"),
    ("written told as admitted", NOT_RECEIVED, "The buyer wrote to", "The buyer admitted to", "'admitted'"),
    ("shown told as agreed", GOODS, "was shown to the buyer on", "was agreed with the buyer on", "'agreed'"),
    ("AVS told as the card code", FRAUD, "The address verification", "The card verification", "'card'"),
    ("placed told as cancelled", NOT_RECEIVED, "was placed on", "was cancelled on", "'cancelled'"),
    # actors
    ("the buyer as the carrier", NOT_RECEIVED, "The carrier DHL Express recorded", "The buyer DHL Express recorded", "buyer"),
    ("the merchant as the carrier", NOT_RECEIVED, "The carrier recorded the mode", "The merchant recorded the mode", "merchant"),
    ("the merchant as the writer", NOT_RECEIVED, "The buyer wrote to the merchant", "The merchant wrote to the buyer", "merchant"),
    ("the cardholder as the writer", NOT_RECEIVED, "The buyer wrote", "The cardholder wrote", "cardholder"),
    ("the buyer as the offering side", CREDIT, "The merchant offered 20.00 EUR to the buyer", "The buyer offered 20.00 EUR to the merchant", "buyer"),
    ("the offer turned by a passive", CREDIT, "The merchant offered 20.00 EUR to the buyer", "The merchant was offered 20.00 EUR by the buyer", "buyer"),
    ("a delivery with a receiver", NOT_RECEIVED, "in Lyon.", "in Lyon to the cardholder.", "cardholder"),
    ("receipt by the cardholder", NOT_RECEIVED, "the carrier recorded the parcel as delivered", "the cardholder received the parcel", "received"),
    ("the issuer as the asking side", NOT_RECEIVED, "The merchant asks", "The issuer asks", "issuer"),
    ("nobody as the carrier", NOT_RECEIVED, "The carrier DHL Express recorded the parcel JD0146000112 as delivered", "The parcel JD0146000112 was delivered", "nobody"),
    # causes, over-claims, additions
    ("a cause", NOT_RECEIVED, "of the order.", "of the order because the buyer was at home.", "gives a cause ('because')"),
    ("a consequence", NOT_RECEIVED, "The merchant asks", "Therefore the merchant asks", "gives a cause ('therefore')"),
    ("an over-claim", NOT_RECEIVED, "recorded the parcel as delivered", "irrefutable recorded the parcel as delivered", "claims too much"),
    ("an adverb", NOT_RECEIVED, "recorded the parcel as", "clearly recorded the parcel as", "claims too much"),
    ("an accusation", NOT_RECEIVED, "The merchant asks", "The fraudulent buyer lied; the merchant asks", "claims too much"),
    ("a second statement joined on", NOT_RECEIVED, "in Lyon.", "in Lyon and the parcel was intact.", "joins statements"),
    ("a second sentence", NOT_RECEIVED, "in Lyon.", "in Lyon. The parcel was intact.", "'intact'"),
    ("a number of times", NOT_RECEIVED, "The buyer wrote", "The buyer wrote 3 times", "'3'"),
    ("a number in words", NOT_RECEIVED, "The buyer wrote", "The buyer wrote twice", "'twice'"),
    ("a time of day", NOT_RECEIVED, "delivered on 4 March 2026", "delivered at 14:05 on 4 March 2026", "'14:05'"),
    ("another exhibit named", NOT_RECEIVED, "in Lyon.", "in Lyon (Exhibit B, total).", "refers to Exhibit B, total"),
    ("another row named", NOT_RECEIVED, "in Lyon.", "in Lyon (Exhibit D, scan-1).", "refers to Exhibit D, scan-1"),
    ("a hidden character", NOT_RECEIVED, "delivered", "deliv\u200bered", "\\u200b"),
    ("a private character", NOT_RECEIVED, "in Lyon", "in \ue000", "'\ufffd'"),
    ("a deadline", NOT_RECEIVED, "was opened on", "was opened late on", "'late'"),
    ("a quote in a sentence without one", NOT_RECEIVED, "in Lyon.", "in Lyon “intact”.", "quotes “intact”"),
    ("two charges told as one day", DUPLICATE, "dated 26 February 2026; the ref", "dated 27 February 2026; the ref", "'ch_prior0001'"),
    ("another postcode shared", FRAUD, "ch_prior0001, with postcode 69003", "ch_prior0001, with postcode 69004", "'69004'"),
    ("another charge's address", FRAUD, "transaction ch_prior0001, with", "transaction ch_prior0002, with", "'ch_prior0002'"),
    ("the billing address as an earlier one's", FRAUD, "matches the billing address", "matches the ship-to address of the earlier transaction", "earlier"),
    ("charges told as equal", DUPLICATE, "the references are different", "the references are equal", "'equal'"),
    ("a larger request", CREDIT, "reversed for 44.90 EUR", "reversed for 64.90 EUR", "64.90 EUR is not proved"),
    ("credits and balance change places", CREDIT, "posted are 20.00 EUR in total; the contested balance is 44.90 EUR", "posted are 44.90 EUR in total; the contested balance is 20.00 EUR", "is not proved"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("letter", "old", "new", "named"), [row[1:] for row in WORDING], ids=[row[0] for row in WORDING]
)
def test_a_change_of_wording_is_caught(letter: Letter, old: str, new: str, named: str):
    assert problems(letter) == []
    caught = problems(reworded(letter, old, new))
    assert caught
    assert any(named in problem for problem in caught), caught


def claim_of(letter: Letter, kind: ClaimKind, number: int = 1) -> LetterClaim:
    return next(claim for claim in letter.claims if claim.id == f"{kind.value}-{number}")


def with_claim(letter: Letter, name: str, **change: object) -> Letter:
    claims = [claim.model_copy(update=change) if claim.id == name else claim for claim in letter.claims]
    assert claims != list(letter.claims)
    return letter.model_copy(update={"claims": tuple(claims)})


def with_value(letter: Letter, name: str, value: str, to: str | Money) -> Letter:
    claim = next(claim for claim in letter.claims if claim.id == name)
    assert value in claim.values
    return with_claim(letter, name, values=claim.values | {value: to})


def with_row(letter: Letter, exhibit: str, locator: str, **change: object) -> Letter:
    def row(one: ExhibitRow) -> ExhibitRow:
        return one.model_copy(update=change) if one.locator == locator else one

    def shown(one: Exhibit) -> Exhibit:
        return one.model_copy(update={"rows": tuple(map(row, one.rows))}) if one.letter == exhibit else one

    changed = letter.model_copy(update={"exhibits": tuple(map(shown, letter.exhibits))})
    assert changed != letter
    return changed


SHIPPED = claim_of(NOT_RECEIVED, ClaimKind.SHIPPED)
DELIVERED = claim_of(NOT_RECEIVED, ClaimKind.DELIVERED)

TYPED: list[tuple[str, Letter, str]] = [
    ("a value no row has", with_value(NOT_RECEIVED, "delivered-1", "city", "Paris"), "does not show city Paris"),
    ("a date no row has", with_value(NOT_RECEIVED, "delivered-1", "at", "2026-03-05"), "does not show at 2026-03-05"),
    (
        "an amount no row has",
        with_value(NOT_RECEIVED, "ordered-1", "amount", eur("99.00")),
        "does not show amount 99.00",
    ),
    ("another row", with_claim(NOT_RECEIVED, "delivered-1", locators=("scan-1", "carrier")), "no row at scan-1"),
    ("a row that is not there", with_claim(NOT_RECEIVED, "delivered-1", locators=("scan-9",)), "scan-9"),
    ("no row at all", with_claim(NOT_RECEIVED, "delivered-1", locators=()), "points at nothing"),
    ("another exhibit", with_claim(NOT_RECEIVED, "delivered-1", exhibit="B"), "cannot be proved by Exhibit B"),
    ("an exhibit that is not there", with_claim(NOT_RECEIVED, "delivered-1", exhibit="Z"), "Exhibit Z"),
    (
        "shipped claimed as delivered",
        with_claim(NOT_RECEIVED, SHIPPED.id, kind=ClaimKind.DELIVERED),
        "no row at scan-1",
    ),
    ("delivered claimed as signed", with_claim(NOT_RECEIVED, DELIVERED.id, kind=ClaimKind.SIGNED_BY), "is a signed_by"),
    ("delivered claimed as shipped", with_claim(NOT_RECEIVED, DELIVERED.id, kind=ClaimKind.SHIPPED), "is a shipped"),
    ("a delivery negated", with_claim(NOT_RECEIVED, DELIVERED.id, negated=True), "cannot be denied"),
    ("no return made a return", with_claim(GOODS, "no_return_recorded-1", negated=False), "must be negated"),
    ("no dispute made a dispute", with_claim(FRAUD, "prior_transaction-2", negated=False), "no row"),
    ("a claim that is gone", NOT_RECEIVED.model_copy(update={"claims": NOT_RECEIVED.claims[:-1]}), "does not have"),
    (
        "a sentence without a claim",
        NOT_RECEIVED.model_copy(update={"request": Sentence(text=NOT_RECEIVED.request.text, claims=())}),
        "states something without a claim",
    ),
    (
        "a claim attached but not stated",
        NOT_RECEIVED.model_copy(
            update={
                "request": Sentence(
                    text=NOT_RECEIVED.request.text, claims=(*NOT_RECEIVED.request.claims, "delivered-1")
                )
            }
        ),
        "does not say what claim delivered-1 states",
    ),
    (
        "a request above the balance",
        with_value(CREDIT, "requested-1", "amount", eur("64.90")),
        "44.90 EUR is contested",
    ),
    ("a label created", with_row(NOT_RECEIVED, "D", "scan-4", label="Label created"), "no row at scan-4"),
    ("a status that undoes", with_row(NOT_RECEIVED, "D", "returns", label="Returned to sender"), "undoes the delivery"),
    ("AVS that did not match", with_row(FRAUD, "C", "avs", value="mismatch"), "shows the contrary"),
    ("3-D Secure that failed", with_row(FRAUD, "C", "3ds", value="failed"), "shows the contrary"),
    ("an earlier dispute", with_row(FRAUD, "E", "prior-1-disputed", value="yes"), "shows the contrary"),
    ("a return that was scanned", with_row(GOODS, "D", "returns", value="1 of 4 scans"), "shows the contrary"),
    ("another row amount", with_row(NOT_RECEIVED, "B", "total", value="46.90 EUR"), "does not show amount 64.90 EUR"),
    ("another row date", with_row(NOT_RECEIVED, "D", "scan-4", at=None), "does not show at 2026-03-04"),
    ("two sides that differ", with_value(NOT_RECEIVED, "address_matches-2", "city", "FR"), "two values that differ"),
    (
        "a comparison with one side",
        with_claim(NOT_RECEIVED, "address_matches-2", exhibit="D", locators=("scan-4",)),
        "points at one side only",
    ),
    (
        "one charge called two",
        with_value(
            with_claim(DUPLICATE, "separate_orders-2", exhibit="C", locators=("captured", "reference")),
            "separate_orders-2",
            "charge",
            "ch_3QhLamp0482",
        ),
        "points at one side only",
    ),
    (
        "cover: another merchant",
        NOT_RECEIVED.model_copy(update={"merchant_name": "Other GmbH"}),
        "the merchant is Harbour",
    ),
    ("cover: another case", NOT_RECEIVED.model_copy(update={"case_id": "CB-1"}), "the case is CB-2026-0417"),
    ("cover: another dispute", NOT_RECEIVED.model_copy(update={"dispute_id": "dp_2"}), "the dispute is dp_1QzHarbour"),
    ("cover: another code", NOT_RECEIVED.model_copy(update={"reason_code": "13.3"}), "the reason code is Visa 13.1"),
    ("cover: another title", NOT_RECEIVED.model_copy(update={"reason_title": "Fraud"}), "the network calls the code"),
    (
        "cover: another family",
        NOT_RECEIVED.model_copy(update={"family": ChargebackFamily.FRAUD}),
        "of family not_received",
    ),
    ("cover: another card", NOT_RECEIVED.model_copy(update={"card_last4": "4224"}), "the card is ending 4242"),
    (
        "cover: another name",
        NOT_RECEIVED.model_copy(update={"cardholder_name": "A. Other"}),
        "the buyer is Élise Marchand",
    ),
    ("cover: another charge", NOT_RECEIVED.model_copy(update={"transaction_reference": "ch_x"}), "ch_3QhLamp0482"),
    (
        "cover: another charge date",
        NOT_RECEIVED.model_copy(update={"transaction_at": NOT_RECEIVED.transaction_at + timedelta(days=1)}),
        "the date is not the charge's",
    ),
    (
        "cover: a larger charge",
        NOT_RECEIVED.model_copy(update={"transaction_amount": eur("65.90")}),
        "is 64.90 EUR in C",
    ),
    ("cover: a larger dispute", NOT_RECEIVED.model_copy(update={"disputed_amount": eur("65.90")}), "is 64.90 EUR in A"),
    ("cover: a credit left out", CREDIT.model_copy(update={"credited_amount": eur("0.00")}), "2000 minor units"),
    ("cover: a larger balance", CREDIT.model_copy(update={"contested_amount": eur("64.90")}), "less the credits"),
    (
        "timeline: another time",
        NOT_RECEIVED.model_copy(
            update={
                "chronology": (
                    NOT_RECEIVED.chronology[0].model_copy(
                        update={"at": NOT_RECEIVED.chronology[0].at - timedelta(days=1)}
                    ),
                )
            }
        ),
        "its time is not the row's",
    ),
    (
        "timeline: another event",
        NOT_RECEIVED.model_copy(
            update={"chronology": (NOT_RECEIVED.chronology[2].model_copy(update={"text": "Delivered, Hamburg"}),)}
        ),
        "does not say 'Handed over'",
    ),
    (
        "timeline: an addition",
        NOT_RECEIVED.model_copy(
            update={"chronology": (NOT_RECEIVED.chronology[2].model_copy(update={"text": "Handed over, intact"}),)}
        ),
        "says more than its row",
    ),
    (
        "timeline: a row that is not there",
        NOT_RECEIVED.model_copy(
            update={"chronology": (NOT_RECEIVED.chronology[2].model_copy(update={"locator": "scan-8"}),)}
        ),
        "points at scan-8",
    ),
    (
        "timeline: out of order",
        NOT_RECEIVED.model_copy(update={"chronology": tuple(reversed(NOT_RECEIVED.chronology))}),
        "stands after a later event",
    ),
    (
        "form: a title of one's own",
        NOT_RECEIVED.model_copy(
            update={"sections": (Section(title="The buyer lies", sentences=NOT_RECEIVED.sections[0].sentences),)}
        ),
        "is not one of the letter's own",
    ),
    (
        "form: a caption of one's own",
        NOT_RECEIVED.model_copy(
            update={
                "exhibits": (
                    NOT_RECEIVED.exhibits[0].model_copy(update={"caption": "Proof of fraud."}),
                    *NOT_RECEIVED.exhibits[1:],
                )
            }
        ),
        "the title or caption of Exhibit A",
    ),
    (
        "form: a claim id twice",
        NOT_RECEIVED.model_copy(update={"claims": (*NOT_RECEIVED.claims, NOT_RECEIVED.claims[0])}),
        "is used 2 times",
    ),
    (
        "form: an exhibit letter twice",
        NOT_RECEIVED.model_copy(update={"exhibits": (*NOT_RECEIVED.exhibits, NOT_RECEIVED.exhibits[0])}),
        "exhibit letter A is used 2 times",
    ),
    ("form: five grounds", NOT_RECEIVED.model_copy(update={"grounds": NOT_RECEIVED.grounds * 2}), "not "),
    ("form: no ground", NOT_RECEIVED.model_copy(update={"grounds": ()}), "not 0"),
]


@pytest.mark.parametrize(("letter", "named"), [row[1:] for row in TYPED], ids=[row[0] for row in TYPED])
def test_a_change_of_claim_exhibit_or_cover_is_caught(letter: Letter, named: str):
    caught = problems(letter)
    assert caught
    assert any(named in problem for problem in caught), caught


def test_a_row_changed_together_with_claim_and_wording_is_caught_against_the_records():
    records = dossier("visa", "13.1")
    letter = compose_letter(records)
    moved = route().events[3].at + timedelta(days=2)
    forged = with_row(letter, "D", "scan-4", at=moved)
    forged = with_value(forged, "delivered-1", "at", "2026-03-06")
    forged = reworded(forged, "delivered on 4 March", "delivered on 6 March")
    lines = verify_letter(forged).lines
    assert [line.sentence for line in lines if not line.proved and line.section != "chronology"] == []
    assert verify_letter(letter, records).complete
    against = [line.problem for line in verify_letter(forged, records).lines if line.section == "exhibits"]
    assert against == ["Exhibit D is not what the case's records give; build it anew"]


EDITS = [
    # what a person may write over a composed sentence, and still be proved
    (NOT_RECEIVED, "in Lyon.", "in Lyon (Exhibit D, scan-4)."),
    (NOT_RECEIVED, "delivered on 4 March 2026", "delivered on 2026-03-04"),
    (NOT_RECEIVED, "delivered on 4 March 2026", "delivered on March 4, 2026"),
    (NOT_RECEIVED, "The carrier DHL Express recorded the parcel JD0146000112 as delivered on 4 March 2026 in Lyon.",
     "On 4 March 2026 the carrier recorded the parcel JD0146000112 as delivered."),
    (CREDIT, "A credit of 20.00 EUR was posted on 8 March 2026", "On 8 March 2026 a credit of EUR 20.00 was posted"),
    (FRAUD, "no dispute of it is recorded", "it has no dispute recorded"),
]  # fmt: skip


@pytest.mark.parametrize(("letter", "old", "new"), EDITS)
def test_an_edit_within_the_proof_is_accepted(letter: Letter, old: str, new: str):
    assert problems(reworded(letter, old, new)) == []


def test_at_least_two_hundred_corruptions_over_all_families_are_caught():
    """Every amount, date and number of every sentence of every family, changed one at a time."""
    swaps: list[tuple[str, Callable[[str], str]]] = [
        ("EUR", lambda text: text.replace(" EUR", "1 EUR", 1)),
        (" 2026", lambda text: text.replace(" 2026", " 2024", 1)),
        ("recorded", lambda text: text.replace("recorded", "not recorded", 1)),
        (".", lambda text: text.removesuffix(".") + " because the buyer knew."),
        ("The ", lambda text: text.replace("The ", "The cardholder confirmed that the ", 1)),
    ]
    planted = 0
    for letter in FAMILIES.values():
        for place, section in enumerate(letter.sections):
            for number, sentence in enumerate(section.sentences):
                for cue, change in swaps:
                    if cue not in sentence.text:
                        continue
                    wrong = sentence.model_copy(update={"text": change(sentence.text)})
                    alone = Section(title=section.title, sentences=(wrong,))
                    planted += 1
                    lines = verify_letter(letter.model_copy(update={"sections": (alone,), "chronology": ()})).lines
                    assert [line.sentence for line in lines if not line.proved] == [wrong.text], (place, number, wrong)
    assert planted >= 200


def test_letters_of_odd_records_raise_no_false_alarm():
    records = [
        dossier("visa", "10.4", priors=PRIORS, refunds=(refund("64.90"),)),
        dossier("klarna", "goods_not_received"),
        dossier(
            "paypal",
            "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED",
            refunds=(refund("1.00"), refund("2.00", "03-10", "re_2")),
        ),
        dossier("visa", "13.1", routes=(route(tracking_number=None, signed_by=None),)),
    ]
    for record in records:
        letter = compose_letter(record)
        assert [line for line in verify_letter(letter, record).lines if not line.proved] == []
