import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from knowledge.case import Address
from knowledge.money import Money
from tests.tools.processors.shop import Shop, eur, package, pdf
from tools.ports import (
    CompellingEvidence,
    DisputeState,
    EvidencePackage,
    IdentifiedPurchase,
    ProcessorError,
    RefundState,
)
from tools.processors.sandbox.messages import FaultKind, HoldPoint, NewDispute
from tools.processors.stripe import STRIPE
from tools.processors.stripe.capabilities import broken_limits

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)


async def disputed(shop: Shop, *, network: str = "visa", due_by: datetime | None = SOON, **more: str) -> str:
    charge = await shop.sold(5000, network=network)
    new = NewDispute(charge=charge, reason="product_not_received", network_reason_code="13.1", due_by=due_by)
    return await shop.world.open_dispute(new.model_copy(update=more))


async def test_a_dispute_is_read_with_its_date_code_and_amount(shop: Shop) -> None:
    dispute = await disputed(shop)

    read = await shop.processor.dispute(dispute)

    assert read.reference == dispute
    assert (read.amount, read.state, read.respond_by) == (eur(5000), DisputeState.NEEDS_RESPONSE, SOON)
    assert (read.network_reason_code, read.submission_count, read.evidence_staged) == ("13.1", 0, False)
    assert (await shop.processor.charge(read.charge)).disputed is True


async def test_staged_evidence_is_not_submitted(shop: Shop) -> None:
    dispute = await disputed(shop)

    staged = await shop.processor.stage_evidence(package(dispute, pdf(3)), pdf(3), key=f"stage-{dispute}")

    assert (staged.state, staged.submission_count) == (DisputeState.NEEDS_RESPONSE, 0)
    assert staged.evidence_staged is True
    assert (await shop.world.ledger()).disputes[dispute].submissions == ()


async def test_staging_keeps_stripe_from_filing_its_own_packet(shop: Shop) -> None:
    dispute = await disputed(shop)

    await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")

    async with httpx.AsyncClient(base_url=shop.url, headers={"Authorization": "Bearer sk_x"}, trust_env=False) as http:
        assert (await http.get(f"/v1/disputes/{dispute}")).json()["intended_submission_method"] == "manual"


async def test_evidence_reaches_the_issuer_once_and_is_the_packet(shop: Shop) -> None:
    dispute, packet = await disputed(shop), pdf(3)
    sent = package(dispute, packet)
    await shop.processor.stage_evidence(sent, packet, key=f"stage-{dispute}")

    submitted = await shop.processor.submit_evidence(sent, packet, key=f"submit-{dispute}")
    again = await shop.processor.submit_evidence(sent, packet, key=f"submit-{dispute}")

    assert (submitted.state, submitted.submission_count) == (DisputeState.UNDER_REVIEW, 1)
    assert again == submitted
    [submission] = (await shop.world.ledger()).disputes[dispute].submissions
    assert submission.file_sha256 == {"uncategorized_file": hashlib.sha256(packet).hexdigest()}
    assert submission.texts == {"uncategorized_text": sent.statement}


async def test_a_second_submission_is_refused(shop: Shop) -> None:
    dispute = await disputed(shop)
    await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")
    await shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"submit-{dispute}")

    with pytest.raises(ProcessorError, match="already been submitted") as refused:
        await shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"another-{dispute}")
    with pytest.raises(ProcessorError, match="already been submitted"):
        await shop.processor.stage_evidence(package(dispute, pdf(2)), pdf(2), key=f"restage-{dispute}")

    assert refused.value.retry is False
    assert len((await shop.world.ledger()).disputes[dispute].submissions) == 1


async def test_evidence_may_be_staged_again_before_it_is_submitted(shop: Shop) -> None:
    dispute = await disputed(shop)
    await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"first-{dispute}")
    await shop.processor.stage_evidence(package(dispute, pdf(2)), pdf(2), key=f"second-{dispute}")

    await shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"submit-{dispute}")

    [submission] = (await shop.world.ledger()).disputes[dispute].submissions
    assert submission.file_sha256 == {"uncategorized_file": hashlib.sha256(pdf(2)).hexdigest()}


async def test_staging_again_after_a_lost_answer_uploads_nothing_twice(shop: Shop) -> None:
    dispute = await disputed(shop)
    files = (await shop.world.ledger()).files
    await shop.world.plan_fault(FaultKind.DROP_AFTER, f"/v1/disputes/{dispute}")

    with pytest.raises(ProcessorError) as lost:
        await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")
    staged = await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")

    assert lost.value.retry is True
    assert staged.evidence_staged is True
    assert (await shop.world.ledger()).files == files + 1


async def test_staging_again_after_the_uploads_key_expired_is_a_new_staging_and_no_conflict(shop: Shop) -> None:
    dispute = await disputed(shop)
    await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")
    assert await shop.world.forget_keys(f"stage-{dispute}-file") == 1

    staged = await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")

    assert (staged.evidence_staged, staged.submission_count) == (True, 0)


@pytest.mark.parametrize(("network", "most"), [("visa", 49), ("mastercard", 19)])
async def test_too_many_pages_are_refused_already_at_staging(shop: Shop, network: str, most: int) -> None:
    dispute = await disputed(shop, network=network)
    assert STRIPE.pages(network) == most
    # The text counts as a page of its own.
    await shop.processor.stage_evidence(package(dispute, pdf(most - 1)), pdf(most - 1), key=f"fits-{dispute}")

    with pytest.raises(ProcessorError, match="dispute_evidence_page_limit_exceeded") as refused:
        await shop.processor.stage_evidence(package(dispute, pdf(most)), pdf(most), key=f"long-{dispute}")

    assert refused.value.retry is False


@pytest.mark.parametrize(
    ("texts", "packet", "mend"),
    [
        ({"customer_name": "x" * 5001}, pdf(1), "customer_name has 5001 characters; shorten it to 5000"),
        ({"customer_nickname": "Lou"}, pdf(1), "'customer_nickname' is not a text field"),
        (dict.fromkeys(list(STRIPE.text_fields)[:8], "x" * 20_000), pdf(1), "together have 160000 characters"),
        ({"customer_name": "Lou"}, b"PK\x03\x04", "not a PDF, JPEG or PNG"),
        ({"customer_name": "Lou"}, pdf(1) + b" " * 4_500_000, "Stripe takes 4500000 for all files"),
    ],
)
def test_a_broken_limit_is_named_with_its_mend(texts: dict[str, str], packet: bytes, mend: str) -> None:
    assert mend in "; ".join(broken_limits(texts, packet))
    assert broken_limits({"customer_name": "Lou"}, pdf(1)) == []


async def test_what_breaks_a_limit_is_refused_before_anything_is_sent(shop: Shop) -> None:
    dispute = await disputed(shop)
    files = (await shop.world.ledger()).files
    long = package(dispute, pdf(1), statement="x" * 20_001)

    with pytest.raises(ProcessorError, match="uncategorized_text has 20001 characters; shorten it to") as refused:
        await shop.processor.stage_evidence(long, pdf(1), key=f"broken-{dispute}")

    assert refused.value.retry is False
    assert (await shop.world.ledger()).files == files


async def test_a_conceded_dispute_is_lost_and_takes_no_evidence(shop: Shop) -> None:
    dispute = await disputed(shop)

    conceded = await shop.processor.accept_dispute(dispute, key=f"accept-{dispute}")

    assert conceded.state is DisputeState.LOST
    with pytest.raises(ProcessorError, match="takes no evidence"):
        await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"late-{dispute}")
    with pytest.raises(ProcessorError, match="cannot be closed") as refused:
        await shop.processor.accept_dispute(dispute, key=f"twice-{dispute}")
    assert refused.value.retry is False


@pytest.mark.parametrize(
    ("due_by", "why"),
    [(datetime.now(UTC) - timedelta(seconds=5), "has passed"), (None, "does not allow a response")],
)
async def test_evidence_that_comes_too_late_or_unasked_is_refused(
    shop: Shop, due_by: datetime | None, why: str
) -> None:
    dispute = await disputed(shop, due_by=due_by)

    with pytest.raises(ProcessorError, match=why) as refused:
        await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"late-{dispute}")

    assert refused.value.retry is False
    assert (await shop.processor.dispute(dispute)).evidence_staged is False


async def test_submitting_nothing_is_refused(shop: Shop) -> None:
    dispute = await disputed(shop)
    with pytest.raises(ProcessorError, match="no evidence to submit"):
        await shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"empty-{dispute}")
    assert (await shop.processor.dispute(dispute)).submission_count == 0


async def test_a_charge_that_was_charged_back_cannot_be_refunded_as_well(shop: Shop) -> None:
    dispute = await disputed(shop)
    charge = (await shop.processor.dispute(dispute)).charge

    with pytest.raises(ProcessorError, match="charge_disputed") as refused:
        await shop.processor.refund(charge, eur(5000), key=f"twice-{charge}", case_key="case")

    assert refused.value.retry is False
    assert await shop.refunded(charge) == []


async def test_an_inquiry_may_still_be_settled_by_a_refund(shop: Shop) -> None:
    dispute = await disputed(shop, case_type="inquiry")
    charge = (await shop.processor.dispute(dispute)).charge

    await shop.processor.refund(charge, eur(5000), key=f"settle-{charge}", case_key="case")

    assert await shop.refunded(charge) == [5000]


async def test_a_refund_still_pending_when_the_bank_disputes_fails(shop: Shop) -> None:
    charge = await shop.sold(5000, refunds_start_as="pending")
    await shop.processor.refund(charge, eur(5000), key=f"crossed-{charge}", case_key="case")

    await shop.world.open_dispute(NewDispute(charge=charge, due_by=SOON))

    [refund] = await shop.processor.refunds(charge)
    assert (refund.state, refund.failure) == (RefundState.FAILED, "charge_for_pending_refund_disputed")


@pytest.mark.parametrize(
    ("status", "recovered", "state", "came_back"),
    [
        ("won", None, DisputeState.WON, eur(5000)),
        ("lost", None, DisputeState.LOST, None),
        ("lost", 1700, DisputeState.LOST, eur(1700)),
        ("warning_closed", None, DisputeState.CLOSED, None),
        ("prevented", None, DisputeState.LOST, None),
        ("referred_to_the_stars", None, DisputeState.UNDER_REVIEW, None),
    ],
)
async def test_the_issuers_word_is_read_as_what_it_is(
    shop: Shop, status: str, recovered: int | None, state: DisputeState, came_back: Money | None
) -> None:
    dispute = await disputed(shop)

    await shop.world.decide_dispute(dispute, status, recovered)

    read = await shop.processor.dispute(dispute)
    assert (read.state, read.recovered) == (state, came_back)


async def test_a_submission_whose_answer_never_came_is_seen_by_reading(shop: Shop) -> None:
    dispute = await disputed(shop)
    await shop.processor.stage_evidence(package(dispute, pdf(1)), pdf(1), key=f"stage-{dispute}")
    await shop.world.plan_hold(HoldPoint.AFTER, f"/v1/disputes/{dispute}")

    sender = asyncio.create_task(
        shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"submit-{dispute}")
    )
    await shop.world.until_held()
    sender.cancel()
    async with asyncio.timeout(20):
        while await shop.world.held():  # until the sandbox has seen that the sender is gone
            await asyncio.sleep(0.02)

    again = await shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"submit-{dispute}")
    assert again.submission_count == 1
    await shop.world.release()
    assert (
        await shop.processor.submit_evidence(package(dispute, pdf(1)), pdf(1), key=f"submit-{dispute}")
    ).submission_count == 1
    assert len((await shop.world.ledger()).disputes[dispute].submissions) == 1


def purchase(charge: str, **more: Any) -> IdentifiedPurchase:
    home = Address(lines=("12 Maple Street",), city="Dayton", region="OH", postcode="45402", country="US")
    given = {"charge": charge, "description": "Brass desk lamp", "ip": "203.0.113.7", "account_id": "dana-84"}
    return IdentifiedPurchase.model_validate(given | {"ship_to": home} | more)


async def compelled(shop: Shop, code: str, *priors: str) -> EvidencePackage:
    """A Visa dispute under `code`, answered with Compelling Evidence 3.0 on those earlier charges."""
    charge = await shop.sold()
    dispute = await shop.world.open_dispute(NewDispute(charge=charge, network_reason_code=code, due_by=SOON))
    first, second = (purchase(prior, account_id=None) for prior in priors)
    compelling = CompellingEvidence(disputed=purchase(charge), digital=False, priors=(first, second))
    return package(dispute, pdf(1)).model_copy(update={"reason_code": code, "compelling": compelling})


async def test_compelling_evidence_goes_beside_the_packet_in_stripes_own_fields(shop: Shop) -> None:
    priors = (await shop.sold(), await shop.sold())
    sent = await compelled(shop, "10.4", *priors)
    await shop.processor.stage_evidence(sent, pdf(1), key=f"stage-{sent.dispute}")
    await shop.processor.submit_evidence(sent, pdf(1), key=f"submit-{sent.dispute}")

    [submission] = (await shop.world.ledger()).disputes[sent.dispute].submissions
    visa = submission.enhanced["visa_compelling_evidence_3"]
    disputed, earlier = visa["disputed_transaction"], visa["prior_undisputed_transactions"]
    assert disputed["merchandise_or_services"] == "merchandise"
    assert disputed["customer_account_id"] == "dana-84"
    assert disputed["shipping_address"]["state"] == "OH"
    assert [one["charge"] for one in earlier] == list(priors)
    assert [one["customer_account_id"] for one in earlier] == [None, None]
    assert set(submission.file_sha256) == {"uncategorized_file"}


@pytest.mark.parametrize(
    ("code", "same", "why"),
    [("13.1", False, "not eligible for Visa Compelling Evidence 3.0"), ("10.4", True, "Exactly two prior")],
)
async def test_compelling_evidence_that_cannot_count_is_refused(shop: Shop, code: str, same: bool, why: str) -> None:
    prior = await shop.sold()
    sent = await compelled(shop, code, prior, prior if same else await shop.sold())

    with pytest.raises(ProcessorError, match=why) as refused:
        await shop.processor.stage_evidence(sent, pdf(1), key=f"stage-{sent.dispute}")

    assert refused.value.retry is False


async def test_an_earlier_charge_stripe_does_not_know_is_refused(shop: Shop) -> None:
    sent = await compelled(shop, "10.4", await shop.sold(), "ch_nobody_knows")
    with pytest.raises(ProcessorError, match="ch_nobody_knows"):
        await shop.processor.stage_evidence(sent, pdf(1), key=f"stage-{sent.dispute}")


@pytest.mark.parametrize("path", ["/v1/files", "/v1/disputes/.*"])
async def test_a_failure_stripe_remembers_under_a_key_does_not_keep_the_answer_back(shop: Shop, path: str) -> None:
    dispute = await disputed(shop)
    sent, key = package(dispute, pdf(1)), f"{dispute}-remembered"
    await shop.world.plan_fault(FaultKind.SERVER_ERROR_AFTER, path, times=1)
    with pytest.raises(ProcessorError) as failed:
        await shop.processor.stage_evidence(sent, pdf(1), key=key)
    assert failed.value.retry is True
    await shop.processor.stage_evidence(sent, pdf(1), key=key)

    await shop.world.plan_fault(FaultKind.SERVER_ERROR_AFTER, "/v1/disputes/.*", times=1)
    with pytest.raises(ProcessorError):
        await shop.processor.submit_evidence(sent, pdf(1), key=f"{key}-submit")

    # It happened though Stripe answered 500: asked for again it is refused, and read it is there.
    with pytest.raises(ProcessorError, match="already been submitted"):
        await shop.processor.submit_evidence(sent, pdf(1), key=f"{key}-submit")
    assert (await shop.processor.dispute(dispute)).submission_count == 1
    assert len((await shop.world.ledger()).disputes[dispute].submissions) == 1
