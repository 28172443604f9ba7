"""Visa Compelling Evidence 3.0 through the whole house: the two earlier purchases reach Stripe in its own fields."""

from datetime import timedelta
from typing import Any

from knowledge.case import CaseBundle
from tests.workflows.hasty import review
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import disputed, sample
from tools.processors.sandbox.messages import NewCharge
from workflows.messages import ReviewAction, Stage

_DEVICE = {"ip": "203.0.113.7", "fingerprint": "fp-3c9e7d51a8f04b26aa"}


def known_buyer(case_id: str, *days: int) -> tuple[CaseBundle, dict[str, bytes]]:
    """A Visa 10.4 of a buyer who bought that many days before the disputed purchase, from the same device."""
    bundle, files = sample("c03-visa-104-unlinked", case_id)
    case: dict[str, Any] = bundle.model_dump(mode="json", exclude_none=True)
    case["order"]["device"] = _DEVICE
    case["chargeback"]["prior_transactions"] = [
        {
            "processor_reference": f"ch_{case_id.replace('-', '_')}_before_{before}",
            "at": (bundle.order.payment.captured_at - timedelta(days=before)).isoformat().replace("+00:00", "Z"),
            "amount": {"amount": "35.00", "currency": "USD"},
            "description": "Brass desk lamp",
            "device": _DEVICE,
            "disputed": False,
            "refunded": False,
        }
        for before in days
    ]
    return CaseBundle.model_validate(case), files


async def earlier_charges(house: House, bundle: CaseBundle) -> list[str]:
    assert bundle.chargeback is not None
    priors = bundle.chargeback.prior_transactions
    for prior in priors:
        await house.bank.create_charge(
            NewCharge(id=prior.processor_reference, amount=prior.amount.minor, currency="usd")
        )
    return [prior.processor_reference for prior in priors]


async def test_a_qualified_dispute_is_answered_with_both_earlier_purchases(house: House) -> None:
    bundle, files = known_buyer("ce3-1", 150, 200)
    charges = await earlier_charges(house, bundle)
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        await house.until("ce3-1", Stage.REVIEW)
        await review(house, "ce3-1", ReviewAction.APPROVE)
        await house.until("ce3-1", Stage.SUBMITTED)
    (submission,) = (await house.bank.ledger()).disputes[dispute].submissions
    visa = submission.enhanced["visa_compelling_evidence_3"]
    assert [one["charge"] for one in visa["prior_undisputed_transactions"]] == charges
    assert visa["disputed_transaction"]["customer_purchase_ip"] == "203.0.113.7"


async def test_an_earlier_purchase_a_day_too_recent_sends_no_compelling_evidence(house: House) -> None:
    bundle, files = known_buyer("ce3-2", 119, 200)
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        view = await house.until("ce3-2", Stage.REVIEW)
        assert view.stance != "fight"
    assert (await house.bank.ledger()).disputes[dispute].submissions == ()
