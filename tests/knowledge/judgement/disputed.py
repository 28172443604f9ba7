"""An invented chargeback on a lamp of 60.00 EUR with 4.90 delivery, and the questions made of it."""

from typing import Any

from knowledge.case import CardNetwork, CaseBundle, EarlierRefund
from knowledge.decision import DefenceDecision
from knowledge.facts import Fact, FactName
from knowledge.judgement.defence import DefenceQuestion, decide_defence
from knowledge.money import Money
from knowledge.outcomes.win_rates import OutcomeCount
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy
from knowledge.rules.reason_codes import find_reason
from tests.knowledge.judgement.claimed import NOW, delivered, fact

IP = "203.0.113.24"
ACCOUNT = "lumen-88123"
ADDRESS = [
    fact(FactName.ORDER_DESTINATION_CITY, "Lyon"),
    fact(FactName.ORDER_DESTINATION_POSTCODE, "69003"),
]
AT_THE_ADDRESS = [*ADDRESS, *delivered(20, delivery_place="69003 LYON, FR")]
POLICY = {"kind": "refunds", "text": "Within 30 days.", "shown_at": "2026-10-01T09:00:00Z", "accepted": True}


def amount(minor: int, currency: str = "EUR") -> dict[str, str]:
    money = Money(minor=minor, currency=currency)
    return {"amount": money.decimal_text(), "currency": currency}


def says(author: str, at: str, text: str = "…") -> dict[str, str]:
    return {"id": f"m-{author}-{at[8:10]}", "author": author, "at": at, "text": text}


def prior(number: int, **change: Any) -> dict[str, Any]:
    """An earlier purchase from the same connection, neither disputed nor refunded."""
    fields = {
        "processor_reference": f"ch_prior{number}",
        "at": "2026-05-01T08:00:00Z",
        "amount": amount(3900),
        "description": "Linen tablecloth",
        "device": {"ip": IP, "account_id": ACCOUNT},
        "disputed": False,
        "refunded": False,
    }
    return fields | change


def credit(minor: int, currency: str = "EUR", state: str = "succeeded") -> EarlierRefund:
    return EarlierRefund.model_validate(
        {
            "amount": amount(minor, currency),
            "at": "2026-10-20T08:00:00Z",
            "channel": "processor",
            "reference": f"re_{minor}_{currency}_{state}",
            "state": state,
        }
    )


def bundle(
    network: str, code: str, *, disputed: int = 6490, currency: str = "EUR", order: Any = None, **change: Any
) -> CaseBundle:
    """`order` replaces parts of the order, `priors` the earlier purchases, everything else fields of the case."""
    placed: dict[str, Any] = {
        "id": "L-1",
        "placed_at": "2026-10-01T09:05:00Z",
        "lines": [{"sku": "lamp", "title": "Table lamp", "unit_price": amount(disputed - 490, currency)}],
        "shipping": amount(490, currency),
        "tax": amount(0, currency),
        "discount": amount(0, currency),
        "total": amount(disputed, currency),
        "ship_to": {"city": "Lyon", "postcode": "69003", "country": "FR"},
        "payment": {
            "processor": "stripe",
            "processor_reference": "ch_lamp",
            "captured": amount(disputed, currency),
            "captured_at": "2026-10-01T09:06:00Z",
        },
    }
    fields: dict[str, Any] = {
        "format": "amends.case/1",
        "case_id": "cb-1",
        "kind": "chargeback",
        "opened_at": "2026-11-10T08:00:00Z",
        "merchant": {"id": "lumen", "name": "Lumen", "country": "DE"},
        "buyer": {"id": "b-1", "name": "Élise Marchand", "country": "FR"},
        "order": placed | (order or {}),
        "chargeback": {
            "processor": "stripe",
            "dispute_id": "dp_1",
            "network": network,
            "reason_code": code,
            "amount": amount(disputed, currency),
            "received_at": "2026-11-10T07:00:00Z",
            "respond_by": "2026-11-30T23:59:00Z",
            "prior_transactions": change.pop("priors", []),
        },
    }
    return CaseBundle.model_validate(fields | change)


def defended(
    network: str,
    code: str,
    *facts: Fact,
    given_back: tuple[EarlierRefund, ...] = (),
    policy: MerchantPolicy = HOUSE_POLICY,
    doubts: tuple[str, ...] = (),
    history: tuple[OutcomeCount, ...] = (),
    **change: Any,
) -> DefenceDecision:
    return decide_defence(
        DefenceQuestion(
            bundle=bundle(network, code, **change),
            reason=find_reason(CardNetwork(network), code),
            facts=facts,
            credits=given_back,
            policy=policy,
            as_of=NOW,
            doubts=doubts,
            history=history,
        )
    )
