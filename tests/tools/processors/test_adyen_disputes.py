import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.case import CardNetwork, DisputeStage
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from tests.tools.processors.adyen_shop import DISPUTES, SOON, AdyenShop, described
from tests.tools.processors.shop import eur, pdf
from tools.ports import DisputeState, ProcessorError
from tools.processors.adyen import AdyenProcessor
from tools.processors.sandbox.adyen.messages import Event
from tools.processors.sandbox.messages import FaultKind, HoldPoint

DEFEND = f"{DISPUTES}/defendDispute"


async def staged(adyen: AdyenShop, **more: Any) -> str:
    """A dispute with the packet supplied."""
    dispute = await adyen.disputed(**more)
    await adyen.processor.stage_evidence(described(dispute, pdf(2)), pdf(2), key=f"stage-{dispute}")
    return dispute


async def submit(processor: AdyenProcessor, dispute: str, key: str = "submit") -> int:
    sent = await processor.submit_evidence(described(dispute, pdf(2)), pdf(2), key=f"{key}-{dispute}")
    return sent.submission_count


async def test_a_dispute_is_read_from_what_adyen_told(adyen: AdyenShop) -> None:
    dispute = await adyen.disputed()

    read = await adyen.processor.dispute(dispute)

    assert (read.amount, read.state, read.respond_by) == (eur(5000), DisputeState.NEEDS_RESPONSE, SOON)
    assert (read.network_reason_code, read.stage) == ("13.3", DisputeStage.CHARGEBACK)
    assert (read.submission_count, read.evidence_staged) == (0, False)
    assert (await adyen.processor.charge(read.charge)).disputed is True


async def test_what_adyen_never_told_of_may_be_asked_for_again(adyen: AdyenShop) -> None:
    for asked in (adyen.processor.dispute("NOBODY"), adyen.processor.charge("NOBODY")):
        with pytest.raises(ProcessorError, match="let Adyen send again what it missed") as untold:
            await asked
        assert untold.value.retry is True


async def test_staged_evidence_is_not_submitted(adyen: AdyenShop) -> None:
    dispute = await staged(adyen)

    read = await adyen.processor.dispute(dispute)

    assert (read.state, read.submission_count, read.evidence_staged) == (DisputeState.NEEDS_RESPONSE, 0, True)
    assert await adyen.submissions(dispute) == ()


async def test_the_packet_reaches_the_issuer_once_under_every_type_its_reason_requires(adyen: AdyenShop) -> None:
    dispute = await staged(adyen)

    counts = [await submit(adyen.processor, dispute) for _ in range(2)]

    assert counts == [1, 1]
    [submission] = await adyen.submissions(dispute)
    digest = hashlib.sha256(pdf(2)).hexdigest()
    assert submission.reason == "GoodsWereAsDescribed"
    assert submission.document_sha256 == {"GoodsWereAsDescribed": digest, "TIDorInvoice": digest}
    assert (await adyen.processor.dispute(dispute)).state is DisputeState.UNDER_REVIEW


@pytest.mark.parametrize(
    ("offered", "family", "reason", "types"),
    [
        (
            ("GoodsNotReturned", "SupplyDefenseMaterial"),
            "not_as_described",
            "SupplyDefenseMaterial",
            {"DefenseMaterial"},
        ),
        (
            ("GoodsWereAsDescribed", "SupplyDefenseMaterial"),
            "not_received",
            "SupplyDefenseMaterial",
            {"DefenseMaterial"},
        ),
        (("GoodsNotReturned", "OneOfMany"), "not_received", "OneOfMany", {"ProofOfDelivery"}),
        (("AnyDocument",), "fraud", "AnyDocument", {"GenericDocument"}),
    ],
)
async def test_a_reason_is_chosen_that_the_letter_argues(
    adyen: AdyenShop, offered: tuple[str, ...], family: str, reason: str, types: set[str]
) -> None:
    dispute = await adyen.disputed(reasons=offered)
    sent = described(dispute, pdf(1)).model_copy(update={"family": ChargebackFamily(family)})

    await adyen.processor.stage_evidence(sent, pdf(1), key=f"stage-{dispute}")
    await adyen.processor.submit_evidence(sent, pdf(1), key=f"submit-{dispute}")

    [submission] = await adyen.submissions(dispute)
    assert (submission.reason, set(submission.document_sha256)) == (reason, types)


@pytest.mark.parametrize(
    ("offered", "named"), [((), "offered: none"), (("GoodsNotReturned",), "offered: GoodsNotReturned")]
)
async def test_without_a_reason_that_fits_the_error_names_what_was_offered(
    adyen: AdyenShop, offered: tuple[str, ...], named: str
) -> None:
    dispute = await adyen.disputed(reasons=offered)

    with pytest.raises(ProcessorError, match=named) as refused:
        await adyen.processor.stage_evidence(described(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")

    assert refused.value.retry is False


async def test_a_later_packet_takes_the_place_of_the_one_supplied_and_the_same_is_supplied_once(
    adyen: AdyenShop,
) -> None:
    dispute = await staged(adyen)
    supplied = (await adyen.world.ledger()).supplied
    await adyen.processor.stage_evidence(described(dispute, pdf(2)), pdf(2), key=f"again-{dispute}")
    assert (await adyen.world.ledger()).supplied == supplied

    for pages in (3, 2, 3):
        packet = pdf(pages)
        await adyen.processor.stage_evidence(described(dispute, packet), packet, key=f"other-{dispute}")
    await submit(adyen.processor, dispute)

    [submission] = await adyen.submissions(dispute)
    assert set(submission.document_sha256.values()) == {hashlib.sha256(pdf(3)).hexdigest()}


@pytest.mark.parametrize(
    ("packet", "network", "scheme", "mend"),
    [
        (b"PK\x03\x04", CardNetwork.VISA, "visa", "not a PDF, JPEG or TIFF"),
        (pdf(1) + b" " * 2_000_000, CardNetwork.VISA, "visa", "Adyen takes 2000000 for application/pdf"),
        (b"\xff\xd8\xff" + b" " * 3_000_000, CardNetwork.DISCOVER, "discover", "Adyen takes 3000000 for image/jpeg"),
        (b"\xff\xd8\xff" + b" " * 10_000_000, CardNetwork.VISA, "visa", "Adyen takes 10000000 for image/jpeg"),
        (pdf(20), CardNetwork.MASTERCARD, "mc", "20 pages; 19 are taken on mastercard"),
        (pdf(50), CardNetwork.VISA, "visa", "50 pages; 49 are taken on visa"),
        (b"%PDF-1.7 broken", CardNetwork.VISA, "visa", "the PDF cannot be read"),
    ],
)
async def test_what_breaks_a_limit_is_refused_before_anything_is_sent(
    adyen: AdyenShop, packet: bytes, network: CardNetwork, scheme: str, mend: str
) -> None:
    dispute = await adyen.disputed(scheme=scheme)
    supplied = (await adyen.world.ledger()).supplied

    sent = described(dispute, packet, network=network)

    with pytest.raises(ProcessorError, match=mend) as refused:
        await adyen.processor.stage_evidence(sent, packet, key=f"stage-{dispute}")

    assert refused.value.retry is False
    assert (await adyen.world.ledger()).supplied == supplied


async def test_nineteen_pages_are_taken_on_mastercard(adyen: AdyenShop) -> None:
    dispute = await adyen.disputed(scheme="mc", reason_code="4853")
    sent = described(dispute, pdf(19), network=CardNetwork.MASTERCARD)
    assert (await adyen.processor.stage_evidence(sent, pdf(19), key=f"stage-{dispute}")).evidence_staged is True


@pytest.mark.parametrize("more", [{"defendable": False}, {"defendable": False, "auto_defended": True}])
async def test_a_dispute_that_takes_no_defence_is_refused_with_its_state(
    adyen: AdyenShop, more: dict[str, bool]
) -> None:
    dispute = await adyen.disputed(**more)

    with pytest.raises(ProcessorError, match="is under_review and takes no defence now") as refused:
        await adyen.processor.stage_evidence(described(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")

    assert refused.value.retry is False
    assert (await adyen.processor.dispute(dispute)).submission_count == int("auto_defended" in more)


async def test_a_defence_that_comes_too_late_is_refused_in_adyens_own_words(adyen: AdyenShop) -> None:
    dispute = await adyen.disputed(due_by=datetime.now(UTC) - timedelta(minutes=1))

    with pytest.raises(ProcessorError, match=r"Adyen refused to supply documents for .*: Dispute expired\.") as refused:
        await adyen.processor.stage_evidence(described(dispute, pdf(1)), pdf(1), key=f"late-{dispute}")

    assert refused.value.retry is False


async def test_submitting_nothing_is_refused(adyen: AdyenShop) -> None:
    dispute = await adyen.disputed()
    with pytest.raises(ProcessorError, match="no evidence to submit"):
        await submit(adyen.processor, dispute)
    assert await adyen.submissions(dispute) == ()


async def test_an_account_our_key_is_not_for_is_refused_with_adyens_reference(adyen: AdyenShop) -> None:
    dispute = await adyen.disputed()
    with pytest.raises(ProcessorError, match=r"Invalid Merchant Account \(901\)") as refused:
        await adyen.stranger.stage_evidence(described(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")
    assert refused.value.retry is False
    assert refused.value.request_id is not None
    assert "key-of-the-shop" not in str(refused.value)


async def test_a_defence_adyen_told_nothing_of_yet_is_known_from_our_own_record(adyen: AdyenShop) -> None:
    dispute = await staged(adyen, tells_supplied=False)

    assert await submit(adyen.processor, dispute) == 1
    read = await adyen.processor.dispute(dispute)

    assert [item["eventCode"] for item in await adyen.world.told(dispute)] == ["NOTIFICATION_OF_CHARGEBACK"]
    assert (read.state, read.submission_count) == (DisputeState.UNDER_REVIEW, 1)


@pytest.mark.parametrize("fault", [FaultKind.DROP_AFTER, FaultKind.HANG_AFTER])
async def test_a_defence_whose_answer_was_lost_is_confirmed_and_not_sent_again(
    adyen: AdyenShop, fault: FaultKind
) -> None:
    dispute = await staged(adyen, tells_supplied=False)
    await adyen.control.plan_fault(fault, DEFEND)
    with pytest.raises(ProcessorError, match="did not answer") as lost:
        await submit(adyen.impatient, dispute)
    assert lost.value.retry is True
    assert (await adyen.processor.dispute(dispute)).submission_count == 0

    again = await adyen.processor.stage_evidence(described(dispute, pdf(2)), pdf(2), key=f"stage-{dispute}")
    assert await submit(adyen.processor, dispute) == 1

    assert again.submission_count == 0
    assert len(await adyen.submissions(dispute)) == 1


async def test_after_the_key_expired_only_adyens_notification_tells_whether_a_lost_defence_arrived(
    adyen: AdyenShop,
) -> None:
    dispute = await staged(adyen, tells_supplied=False)
    await adyen.control.plan_fault(FaultKind.DROP_AFTER, DEFEND)
    with pytest.raises(ProcessorError, match="did not answer"):
        await submit(adyen.processor, dispute)
    await adyen.control.forget_keys()

    with pytest.raises(ProcessorError, match="not known until Adyen's notification tells") as unknown:
        await submit(adyen.processor, dispute)
    await adyen.world.tell(dispute, Event(code="INFORMATION_SUPPLIED", status="Pending"))

    assert unknown.value.retry is True
    assert (await adyen.processor.dispute(dispute)).submission_count == 1
    assert len(await adyen.submissions(dispute)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        FaultKind.RATE_LIMIT,
        FaultKind.SERVER_ERROR,
        FaultKind.GATEWAY_TIMEOUT,
        FaultKind.HANG_BEFORE,
        FaultKind.DROP_BEFORE,
    ],
)
async def test_whatever_fails_before_the_defence_may_be_asked_again_and_defends_once(
    adyen: AdyenShop, fault: FaultKind
) -> None:
    dispute = await staged(adyen)
    await adyen.control.plan_fault(fault, DEFEND)
    with pytest.raises(ProcessorError) as failed:
        await submit(adyen.impatient, dispute)
    assert failed.value.retry is True
    assert "<h1>" not in str(failed.value)
    assert await adyen.submissions(dispute) == ()

    assert await submit(adyen.processor, dispute) == 1
    assert len(await adyen.submissions(dispute)) == 1


async def test_a_failure_after_the_defence_stays_one_until_adyen_tells(adyen: AdyenShop) -> None:
    dispute = await staged(adyen, tells_supplied=False)
    await adyen.control.plan_fault(FaultKind.SERVER_ERROR_AFTER, DEFEND)
    for _ in range(2):
        with pytest.raises(ProcessorError) as failed:
            await submit(adyen.processor, dispute)
        assert failed.value.retry is True
    await adyen.world.tell(dispute, Event(code="INFORMATION_SUPPLIED"))

    assert (await adyen.processor.dispute(dispute)).submission_count == 1
    assert len(await adyen.submissions(dispute)) == 1


async def test_a_sender_that_dies_between_the_defence_and_its_answer_leaves_one_defence(adyen: AdyenShop) -> None:
    dispute = await staged(adyen)
    await adyen.control.plan_hold(HoldPoint.AFTER, DEFEND)
    sender = asyncio.create_task(submit(adyen.processor, dispute))
    await adyen.control.until_held()
    sender.cancel()
    await adyen.control.release()

    assert await submit(adyen.processor, dispute) == 1
    assert len(await adyen.submissions(dispute)) == 1


async def test_a_key_still_being_worked_on_may_be_asked_again(adyen: AdyenShop) -> None:
    dispute = await staged(adyen)
    await adyen.control.plan_hold(HoldPoint.BEFORE, DEFEND)
    first = asyncio.create_task(submit(adyen.processor, dispute))
    await adyen.control.until_held()

    with pytest.raises(ProcessorError, match=r"in progress \(704\)") as busy:
        await submit(adyen.processor, dispute)
    await adyen.control.release()

    assert busy.value.retry is True
    assert await first == 1
    assert len(await adyen.submissions(dispute)) == 1


async def test_a_refused_defence_is_no_defence_and_may_be_sent_once_it_is_mended(adyen: AdyenShop) -> None:
    dispute = await staged(adyen)
    await adyen.client.delete_document(dispute, "TIDorInvoice")
    with pytest.raises(ProcessorError, match="Missing required defense documents: TIDorInvoice") as refused:
        await submit(adyen.processor, dispute)
    assert refused.value.retry is False
    assert (await adyen.processor.dispute(dispute)).submission_count == 0

    await adyen.processor.stage_evidence(described(dispute, pdf(2)), pdf(2), key=f"mended-{dispute}")
    assert await submit(adyen.processor, dispute, "mended") == 1
    assert len(await adyen.submissions(dispute)) == 1


async def test_a_conceded_dispute_is_lost_at_once_and_takes_no_evidence(adyen: AdyenShop) -> None:
    dispute = await adyen.disputed()

    conceded = [await adyen.processor.accept_dispute(dispute, key=f"accept-{dispute}") for _ in range(2)]

    assert [one.state for one in conceded] == [DisputeState.LOST, DisputeState.LOST]
    with pytest.raises(ProcessorError, match="is lost and takes no defence"):
        await adyen.processor.stage_evidence(described(dispute, pdf(1)), pdf(1), key=f"late-{dispute}")
    with pytest.raises(ProcessorError, match="Dispute is not defendable") as refused:
        await adyen.processor.accept_dispute(dispute, key=f"twice-{dispute}")
    assert refused.value.retry is False
    assert (await adyen.world.ledger()).disputes[dispute].accepted is True


@pytest.mark.parametrize(
    ("event", "state", "recovered"),
    [
        (Event(code="CHARGEBACK_REVERSED", status="Pending"), DisputeState.UNDER_REVIEW, eur(5000)),
        (Event(code="CHARGEBACK_REVERSED", status="Won"), DisputeState.WON, eur(5000)),
        (Event(code="CHARGEBACK_REVERSED", status="Won", value=2000), DisputeState.LOST, eur(2000)),
        (Event(code="ISSUER_RESPONSE_TIMEFRAME_EXPIRED", status="Won"), DisputeState.WON, eur(5000)),
        (Event(code="SECOND_CHARGEBACK", status="Lost"), DisputeState.LOST, None),
        (Event(code="SOMETHING_NEW", status="Won"), DisputeState.UNDER_REVIEW, None),
    ],
)
async def test_what_the_issuer_decides_is_read_with_what_came_back(
    adyen: AdyenShop, event: Event, state: DisputeState, recovered: Money | None
) -> None:
    dispute = await staged(adyen)
    await submit(adyen.processor, dispute)

    await adyen.world.tell(dispute, event)

    read = await adyen.processor.dispute(dispute)
    assert (read.state, read.recovered) == (state, recovered)


async def test_a_second_chargeback_that_may_be_answered_is_answered_once_more(adyen: AdyenShop) -> None:
    dispute = await staged(adyen)
    await submit(adyen.processor, dispute)
    await adyen.world.tell(dispute, Event(code="SECOND_CHARGEBACK", due_by=SOON))

    asked = await adyen.processor.dispute(dispute)
    await adyen.processor.stage_evidence(described(dispute, pdf(2)), pdf(2), key=f"second-{dispute}")
    count = await submit(adyen.processor, dispute, "second")

    assert (asked.state, asked.stage) == (DisputeState.NEEDS_RESPONSE, DisputeStage.PRE_ARBITRATION)
    assert (asked.respond_by, asked.submission_count, count) == (SOON, 1, 2)
    assert len(await adyen.submissions(dispute)) == 2
