"""Activities that speak to buyers."""

from datetime import datetime

from temporalio import activity

from knowledge.case import Author, CaseBundle
from knowledge.facts import FactName
from knowledge.offers.compose import OfferValues, compose
from tools.ports import Mail, MailActing
from tools.records.cases import CaseRecords
from workflows.messages import Say


class BuyerActivities:
    """Compose a message from the recorded decision and send it once."""

    def __init__(self, cases: CaseRecords, mail: MailActing) -> None:
        self._cases = cases
        self._mail = mail

    @activity.defn
    async def say(self, order: Say) -> None:
        """Send one message; the key makes it arrive once."""
        bundle = await self._cases.bundle(order.merchant, order.case_id)
        message = compose(
            order.what,
            await self._language(order, bundle),
            OfferValues(
                order_id=bundle.order.id,
                amount=order.amount,
                closes_on=_day(order.closes_at),
                question=order.question,
                merchant=bundle.merchant.name,
            ),
        )
        await self._mail.send(
            Mail(
                key=order.key,
                merchant=order.merchant,
                case_id=order.case_id,
                to=bundle.buyer.email or "",
                language=message.language,
                subject=message.subject,
                body=message.body,
            )
        )
        await self._cases.record_event(order.merchant, order.case_id, "amends", f"told:{order.what}", message.body)

    async def _language(self, order: Say, bundle: CaseBundle) -> str | None:
        """The language the buyer wrote in, else the one on their account."""
        told = next((one.language for one in bundle.messages if one.author is Author.BUYER and one.language), None)
        if told is not None:
            return told
        facts = await self._cases.facts(order.merchant, order.case_id)
        read = next((fact.text() for fact in facts if fact.name is FactName.CLAIM_LANGUAGE), None)
        return read or bundle.buyer.language


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
