"""Activities that speak to buyers."""

from datetime import datetime

from temporalio import activity

from knowledge.offers.compose import OfferValues, compose
from knowledge.offers.language import buyer_language
from knowledge.offers.page_words import page_words
from tools.ports import Mail, MailActing
from tools.records.buyer_links import BuyerLinks
from tools.records.cases import CaseRecords
from workflows.messages import Say


class BuyerActivities:
    """Compose a message from the recorded decision and send it once; with `public_url` it carries the buyer's link."""

    def __init__(self, cases: CaseRecords, mail: MailActing, links: BuyerLinks, public_url: str | None) -> None:
        self._cases = cases
        self._mail = mail
        self._links = links
        self._public_url = public_url

    @activity.defn
    async def say(self, order: Say) -> None:
        """Send one message; the key makes it arrive once."""
        file = await self._cases.case_file(order.merchant, order.case_id)
        bundle = file.bundle
        message = compose(
            order.what,
            buyer_language(bundle, file.facts),
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
                body=message.body + await self._link(order, message.language),
            )
        )
        # The link is for the buyer alone: what staff read of the message goes without it.
        await self._cases.record_event(
            order.merchant, order.case_id, "amends", f"told:{order.what}", message.body, key=order.key
        )

    async def _link(self, order: Say, language: str) -> str:
        if self._public_url is None:
            return ""
        token = await self._links.token(order.merchant, order.case_id)
        return "\n\n" + page_words(language).say("mail.link", link=f"{self._public_url}/b/{token}")


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
