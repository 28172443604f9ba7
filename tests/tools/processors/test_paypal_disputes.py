import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from tests.tools.processors.paypal_shop import SOON, PayPalShop, paypal_package
from tests.tools.processors.shop import eur, pdf
from tools.ports import DisputeState, ParcelSent, ProcessorError
from tools.processors.paypal.capabilities import broken_limits
from tools.processors.sandbox.messages import FaultKind, HoldPoint
from tools.processors.sandbox.paypal.messages import PayPalOutcome

CALL = "/paypal/v1/customer/disputes/.*/provide-evidence"
GIF = b"GIF89a" + bytes(20)


async def submitted(paypal: PayPalShop, dispute: str, **changes: object) -> None:
    await paypal.processor.submit_evidence(paypal_package(dispute, pdf(1), **changes), pdf(1), key=dispute)


async def test_a_dispute_is_read_with_its_date_code_and_amount(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    dispute = await paypal.disputed(capture=capture, amount=eur(4000))

    read = await paypal.processor.dispute(dispute)

    assert (read.reference, read.charge, read.amount) == (dispute, capture, eur(4000))
    assert (read.state, read.respond_by) == (DisputeState.NEEDS_RESPONSE, SOON)
    assert (read.network_reason_code, read.submission_count) == ("MERCHANDISE_OR_SERVICE_NOT_RECEIVED", 0)


async def test_staging_sends_nothing(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()

    staged = await paypal.processor.stage_evidence(paypal_package(dispute, pdf(1)), pdf(1), key=dispute)

    assert (staged.submission_count, staged.evidence_staged) == (0, False)
    assert await paypal.submissions(dispute) == ()


@pytest.mark.parametrize("stage", ["INQUIRY", "CHARGEBACK"])
async def test_evidence_reaches_paypal_with_tracking_notes_and_packet(paypal: PayPalShop, stage: str) -> None:
    dispute, packet = await paypal.disputed(stage=stage), pdf(3)
    package = paypal_package(dispute, packet)

    taken = await paypal.processor.submit_evidence(package, packet, key=dispute)

    assert (taken.state, taken.submission_count) == (DisputeState.UNDER_REVIEW, 1)
    [submission] = await paypal.submissions(dispute)
    [name] = submission.file_sha256
    assert submission.file_sha256[name] == hashlib.sha256(packet).hexdigest()
    assert (submission.call, submission.stage) == ("provide-evidence", stage)
    assert submission.body == {
        "evidences": [
            {
                "evidence_type": "PROOF_OF_FULFILLMENT",
                "evidence_info": {"tracking_info": [{"carrier_name": "UPS", "tracking_number": "1Z999"}]},
                "notes": package.statement,
                "documents": [{"name": name}],
            }
        ]
    }


@pytest.mark.parametrize("stage", ["PRE_ARBITRATION", "ARBITRATION"])
async def test_in_later_stages_the_link_for_supporting_information_is_followed(paypal: PayPalShop, stage: str) -> None:
    dispute = await paypal.disputed(stage=stage)

    await submitted(paypal, dispute)

    [submission] = await paypal.submissions(dispute)
    assert (submission.call, submission.stage) == ("provide-supporting-info", stage)
    assert submission.body == {"notes": paypal_package(dispute, pdf(1)).statement}
    assert list(submission.file_sha256.values()) == [hashlib.sha256(pdf(1)).hexdigest()]


async def test_refunds_are_proved_by_their_ids_and_other_families_by_the_packet(paypal: PayPalShop) -> None:
    credited, described = await paypal.disputed(), await paypal.disputed()

    await submitted(paypal, credited, family=ChargebackFamily.CREDIT_NOT_PROCESSED, credits=("R1", "R2"))
    await submitted(paypal, described, family=ChargebackFamily.NOT_AS_DESCRIBED)

    [refunds], [other] = await paypal.submissions(credited), await paypal.submissions(described)
    assert "PROOF_OF_REFUND" in str(refunds.body)
    assert "['R1', 'R2']" in str(refunds.body)
    assert "'OTHER'" in str(other.body)
    assert "tracking" not in str(other.body)


async def test_more_than_a_list_takes_goes_into_several_pieces(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    parcels = tuple(ParcelSent(carrier="ups", tracking_number=f"1Z{n}", shipped_at=None) for n in range(11))

    await submitted(paypal, dispute, parcels=parcels, credits=tuple(f"R{n}" for n in range(101)))

    [submission] = await paypal.submissions(dispute)
    pieces = submission.body["evidences"]
    assert [len(items) for piece in pieces for items in piece["evidence_info"].values()] == [10, 1, 100, 1]
    assert [("notes" in piece, "documents" in piece) for piece in pieces] == [(True, True)] + [(False, False)] * 3


async def test_a_carrier_paypal_does_not_list_goes_by_its_own_name(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    parcels = (ParcelSent(carrier="boxknight", tracking_number="BK1", shipped_at=None),)

    await submitted(paypal, dispute, parcels=parcels)

    [submission] = await paypal.submissions(dispute)
    assert "{'carrier_name': 'OTHER', 'carrier_name_other': 'boxknight', 'tracking_number': 'BK1'}" in str(
        submission.body
    )


async def test_a_statement_too_long_for_the_notes_gives_way_to_verdict_and_request(paypal: PayPalShop) -> None:
    fits, long = await paypal.disputed(), await paypal.disputed()

    await submitted(paypal, fits, statement="x" * 2000)
    await submitted(paypal, long, statement="x" * 2001)

    [whole], [short] = await paypal.submissions(fits), await paypal.submissions(long)
    assert "x" * 2000 in str(whole.body)
    assert "'notes': 'The parcel was delivered.'" in str(short.body)


@pytest.mark.parametrize(
    ("changes", "packet", "mend"),
    [
        ({"statement": "x" * 2001, "summary": "y" * 2001}, pdf(1), "shorten the letter's to 2000"),
        ({"statement": ""}, pdf(1), "say in a sentence"),
        ({}, b"PK\x03\x04", "not a PDF, JPEG, PNG or GIF"),
        ({}, pdf(1) + b" " * 10_000_000, "less than 10000000 a file"),
    ],
)
async def test_what_breaks_a_limit_is_refused_before_anything_is_sent(
    paypal: PayPalShop, changes: dict[str, object], packet: bytes, mend: str
) -> None:
    dispute = await paypal.disputed()
    package = paypal_package(dispute, packet, **changes)

    for call in (paypal.processor.stage_evidence, paypal.processor.submit_evidence):
        with pytest.raises(ProcessorError, match=mend) as refused:
            await call(package, packet, key=dispute)
        assert refused.value.retry is False
    assert await paypal.submissions(dispute) == ()


@pytest.mark.parametrize("packet", [pdf(1), b"\xff\xd8\xff\xe0JFIF", b"\x89PNG\r\n\x1a\n", GIF])
async def test_every_kind_of_file_paypal_takes_is_sent_by_its_own_name(paypal: PayPalShop, packet: bytes) -> None:
    dispute = await paypal.disputed()
    assert broken_limits("notes", packet) == []

    await paypal.processor.submit_evidence(paypal_package(dispute, packet), packet, key=dispute)

    assert len(await paypal.submissions(dispute)) == 1


async def test_what_was_submitted_is_not_sent_again(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await submitted(paypal, dispute)

    await submitted(paypal, dispute)
    with pytest.raises(ProcessorError, match="already been submitted") as refused:
        await paypal.processor.stage_evidence(paypal_package(dispute, pdf(1)), pdf(1), key=dispute)

    assert refused.value.retry is False
    assert len(await paypal.submissions(dispute)) == 1


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.HANG_AFTER, FaultKind.SERVER_ERROR_AFTER])
async def test_a_submission_whose_answer_was_lost_is_seen_by_reading(paypal: PayPalShop, kind: FaultKind) -> None:
    dispute = await paypal.disputed()
    await paypal.troubles.plan_fault(kind, CALL)

    with pytest.raises(ProcessorError) as lost:
        await paypal.impatient.submit_evidence(paypal_package(dispute, pdf(1)), pdf(1), key=dispute)
    seen = await paypal.processor.dispute(dispute)
    await submitted(paypal, dispute)

    assert (lost.value.retry, seen.submission_count) == (True, 1)
    assert len(await paypal.submissions(dispute)) == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_BEFORE, FaultKind.SERVER_ERROR, FaultKind.RATE_LIMIT, FaultKind.GATEWAY_TIMEOUT]
)
async def test_a_submission_that_did_not_happen_may_be_tried_again(paypal: PayPalShop, kind: FaultKind) -> None:
    dispute = await paypal.disputed()
    await paypal.troubles.plan_fault(kind, CALL)

    with pytest.raises(ProcessorError) as failed:
        await submitted(paypal, dispute)
    assert (failed.value.retry, (await paypal.processor.dispute(dispute)).submission_count) == (True, 0)
    await submitted(paypal, dispute)

    assert len(await paypal.submissions(dispute)) == 1


async def test_a_submission_accepted_before_it_can_be_read_back_is_told_by_the_next_reading(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await paypal.troubles.plan_hold(HoldPoint.AFTER, CALL)
    sender = asyncio.create_task(submitted(paypal, dispute))
    await paypal.troubles.until_held()
    sender.cancel()

    assert (await paypal.processor.dispute(dispute)).submission_count == 1
    await submitted(paypal, dispute)
    assert len(await paypal.submissions(dispute)) == 1


async def test_a_link_that_went_stale_between_reading_and_sending_is_a_definite_refusal(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await paypal.troubles.plan_hold(HoldPoint.BEFORE, CALL)
    sender = asyncio.create_task(submitted(paypal, dispute))
    await paypal.troubles.until_held()
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR"))
    await paypal.troubles.release()

    with pytest.raises(ProcessorError, match="ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE") as refused:
        await sender
    assert refused.value.retry is False
    assert refused.value.request_id
    assert await paypal.submissions(dispute) == ()


async def test_without_a_link_nothing_is_called_and_the_links_there_are_told(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR"))

    with pytest.raises(ProcessorError, match=r"RESOLVED in CHARGEBACK.*links are self") as refused:
        await paypal.processor.stage_evidence(paypal_package(dispute, pdf(1)), pdf(1), key=dispute)
    assert refused.value.retry is False


async def test_a_conceded_dispute_is_lost_and_conceding_again_changes_nothing(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()

    conceded = await paypal.processor.accept_dispute(dispute, key=dispute)
    again = await paypal.processor.accept_dispute(dispute, key=dispute)

    assert (conceded.state, again) == (DisputeState.LOST, conceded)
    assert (await paypal.world.ledger()).disputes[dispute].outcome == "RESOLVED_BUYER_FAVOUR"


async def test_a_claim_that_may_only_be_accepted_with_a_return_goes_to_a_person(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed(accept_claim_types=("REFUND_WITH_RETURN",))
    with pytest.raises(ProcessorError, match="PayPal allows REFUND_WITH_RETURN") as refused:
        await paypal.processor.accept_dispute(dispute, key=dispute)
    assert refused.value.retry is False


async def test_a_dispute_decided_for_the_merchant_cannot_be_conceded(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_SELLER_FAVOUR"))
    with pytest.raises(ProcessorError, match="cannot be conceded now"):
        await paypal.processor.accept_dispute(dispute, key=dispute)


async def test_a_lost_dispute_that_can_be_appealed_waits_for_us_in_the_next_cycle(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await submitted(paypal, dispute)
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR", appealable=True))
    lost = await paypal.processor.dispute(dispute)

    await submitted(paypal, dispute)
    await submitted(paypal, dispute)

    assert (lost.state, lost.stage, lost.submission_count) == (DisputeState.NEEDS_RESPONSE, "pre_arbitration", 1)
    assert lost.respond_by is not None
    assert timedelta(days=9, hours=23) < lost.respond_by - datetime.now(UTC) <= timedelta(days=10)
    assert [one.call for one in await paypal.submissions(dispute)] == ["provide-evidence", "appeal"]
    after = await paypal.processor.dispute(dispute)
    assert (after.state, after.submission_count) == (DisputeState.UNDER_REVIEW, 2)


async def test_conceding_an_appeal_leaves_the_dispute_lost(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR", appealable=True))

    await paypal.processor.accept_dispute(dispute, key=dispute)

    assert (await paypal.world.ledger()).disputes[dispute].outcome == "RESOLVED_BUYER_FAVOUR"


async def test_an_appeal_lost_for_good_is_lost(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR", appealable=True))
    await submitted(paypal, dispute)
    await paypal.world.decide(dispute, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR"))
    assert (await paypal.processor.dispute(dispute)).state is DisputeState.LOST


async def test_what_was_given_in_an_earlier_stage_does_not_answer_a_later_one(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed(stage="INQUIRY")
    await submitted(paypal, dispute, credits=("R1",))
    first = await paypal.processor.dispute(dispute)
    await paypal.world.go_on(dispute, "PRE_ARBITRATION", SOON)

    again = await paypal.processor.dispute(dispute)
    await submitted(paypal, dispute)

    assert (first.stage, first.submission_count) == ("inquiry", 1), "two pieces in one call are one answer"
    assert (again.state, again.stage, again.submission_count) == (DisputeState.NEEDS_RESPONSE, "pre_arbitration", 1)
    assert [one.stage for one in await paypal.submissions(dispute)] == ["INQUIRY", "PRE_ARBITRATION"]
    assert (await paypal.processor.dispute(dispute)).submission_count == 2


async def test_what_paypal_asks_again_in_the_same_stage_is_not_answered_yet(paypal: PayPalShop) -> None:
    dispute = await paypal.disputed()
    await submitted(paypal, dispute)
    await paypal.world.go_on(dispute, "CHARGEBACK", SOON + timedelta(days=1))

    again = await paypal.processor.dispute(dispute)
    await submitted(paypal, dispute)

    assert (again.state, again.respond_by) == (DisputeState.NEEDS_RESPONSE, SOON + timedelta(days=1))
    assert len(await paypal.submissions(dispute)) == 2
    assert (await paypal.processor.dispute(dispute)).submission_count == 2


@pytest.mark.parametrize(
    ("outcome", "state", "came_back"),
    [
        (PayPalOutcome(code="RESOLVED_SELLER_FAVOUR"), DisputeState.WON, None),
        (PayPalOutcome(code="CANCELED_BY_BUYER"), DisputeState.WON, None),
        (PayPalOutcome(code="RESOLVED_BUYER_FAVOUR"), DisputeState.LOST, None),
        (PayPalOutcome(code="RESOLVED_BUYER_FAVOUR", refunded=eur(3300)), DisputeState.LOST, eur(1700)),
        (PayPalOutcome(code="ACCEPTED"), DisputeState.LOST, None),
        (PayPalOutcome(code="RESOLVED_WITH_PAYOUT", adjudication="PAYOUT_TO_BUYER"), DisputeState.WON, None),
        (PayPalOutcome(code="RESOLVED_WITH_PAYOUT", adjudication="RECOVER_FROM_SELLER"), DisputeState.LOST, None),
        (PayPalOutcome(code="RESOLVED_WITH_PAYOUT"), DisputeState.UNDER_REVIEW, None),
        (PayPalOutcome(code="DENIED", adjudication="DENY_BUYER"), DisputeState.WON, None),
        (PayPalOutcome(code="DENIED"), DisputeState.UNDER_REVIEW, None),
        (PayPalOutcome(code="DENIED", adjudication="LEFT_TO_THE_STARS"), DisputeState.UNDER_REVIEW, None),
        (PayPalOutcome(code="NONE"), DisputeState.UNDER_REVIEW, None),
        (PayPalOutcome(code="REFERRED_TO_THE_STARS"), DisputeState.UNDER_REVIEW, None),
    ],
)
async def test_paypals_word_is_read_as_what_it_is(
    paypal: PayPalShop, outcome: PayPalOutcome, state: DisputeState, came_back: Money | None
) -> None:
    dispute = await paypal.disputed()

    await paypal.world.decide(dispute, outcome)

    read = await paypal.processor.dispute(dispute)
    assert (read.state, read.recovered, read.respond_by) == (state, came_back, None)
