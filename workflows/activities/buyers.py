"""Activities that speak to buyers."""

from datetime import datetime

from temporalio import activity

from knowledge.case import Author
from knowledge.facts import FactName
from knowledge.offers.compose import OfferValues, compose
from tools.ports import CaseFile, Mail, MailActing
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
        file = await self._cases.case_file(order.merchant, order.case_id)
        bundle = file.bundle
        message = compose(
            order.what,
            _language(file),
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
        await self._cases.record_event(
            order.merchant, order.case_id, "amends", f"told:{order.what}", message.body, key=order.key
        )


def _language(file: CaseFile) -> str | None:
    """The language the buyer wrote in, else the one on their account."""
    written = (one.language for one in file.bundle.messages if one.author is Author.BUYER and one.language)
    read = (fact.text() for fact in file.facts if fact.name is FactName.CLAIM_LANGUAGE)
    return next(written, None) or next(read, None) or file.bundle.buyer.language


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
