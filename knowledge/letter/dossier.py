"""What a letter may be composed from: the case, the routes read, the facts, the decision, and money given back."""

from typing import Self

from pydantic import AwareDatetime, model_validator

from knowledge.base import Frozen
from knowledge.case import CaseBundle, ChargebackNotice, EarlierRefund, PriorTransaction
from knowledge.decision import DefenceDecision
from knowledge.facts import Fact
from knowledge.money import Money, total
from knowledge.rules.liability.visa_ce3 import Ce3Status
from knowledge.tracking import Route


class CannotComposeError(ValueError):
    """The records do not carry a letter; the message names the field and the mend."""


class OfferMade(Frozen):
    """A settlement the merchant offered before the dispute, and the buyer's answer when it was yes."""

    amount: Money
    offered_at: AwareDatetime
    accepted_at: AwareDatetime | None = None
    reference: str
    """The offer's id in the case's records."""


class DefenceDossier(Frozen):
    """Everything `compose_letter` sees. Amounts that disagree with the records are refused at the door."""

    bundle: CaseBundle
    routes: tuple[tuple[str, Route, str], ...] = ()
    """(shipment id, the route as read, SHA-256 of the carrier's raw payload)."""
    facts: tuple[Fact, ...] = ()
    decision: DefenceDecision
    credits: tuple[EarlierRefund, ...] = ()
    """Every refund known on the payment, whatever its state; only succeeded ones are credits."""
    offers: tuple[OfferMade, ...] = ()
    unshown: frozenset[str] = frozenset()
    """Ids of documents that may not or cannot be exhibited: encrypted, too long, or with a full card number."""
    dated: AwareDatetime

    @model_validator(mode="after")
    def _agrees_with_the_records(self) -> Self:
        notice = self.bundle.chargeback
        if notice is None:
            raise ValueError("bundle.chargeback: missing; a defence letter answers a chargeback notice")
        shipments = {shipment.id for shipment in self.bundle.shipments}
        for shipment_id, _, _ in self.routes:
            if shipment_id not in shipments:
                raise ValueError(f"routes: shipment {shipment_id!r} is not in the bundle; give routes of its shipments")
        currency = notice.amount.currency
        for refund in self.credits:
            if refund.amount.currency != currency:
                raise ValueError(
                    f"credits: {refund.reference} is in {refund.amount.currency} but the dispute is in {currency}; "
                    "convert it at the processor's booked amount"
                )
        if self.decision.credited != self.posted:
            raise ValueError(
                f"decision.credited: says {self.decision.credited} but credits of {self.posted} are posted; decide anew"
            )
        balance = max(notice.amount - self.posted, Money.zero(currency))
        if self.decision.contested != balance:
            raise ValueError(
                f"decision.contested: says {self.decision.contested} but the disputed amount less credits is "
                f"{balance}; decide anew"
            )
        return self

    @property
    def notice(self) -> ChargebackNotice:
        """The processor's notice, which every dossier has."""
        if self.bundle.chargeback is None:
            raise CannotComposeError("bundle.chargeback: missing; a defence letter answers a chargeback notice")
        return self.bundle.chargeback

    @property
    def named_priors(self) -> tuple[tuple[int, PriorTransaction], ...]:
        """The other transactions a letter may name, each with its index in the notice.

        All of them, or the very two the decision qualified under Compelling Evidence 3.0: a third could only weaken it.
        """
        ce3 = self.decision.ce3
        chosen = ce3.chosen if ce3 is not None and ce3.status is Ce3Status.QUALIFIED else None
        return tuple(
            (index, prior)
            for index, prior in enumerate(self.notice.prior_transactions)
            if chosen is None or prior.processor_reference in chosen
        )

    @property
    def posted(self) -> Money:
        """Credits already posted: the sum of refunds that succeeded, in the dispute's currency."""
        succeeded = [refund.amount for refund in self.credits if refund.state == "succeeded"]
        return total(succeeded, self.notice.amount.currency)
