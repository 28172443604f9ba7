"""A generated shop in a running house, and some disputes that are decided and open."""

import psycopg

from knowledge.case import CaseBundle
from knowledge.decision import DefenceDecision, Route, Stance
from knowledge.money import Money
from tests.tools.records.cases_for_tests import FILES, case
from tests.tools.records.generated_shop import Shop
from tests.workflows.house import House


async def generated_shop(house: House, merchant: str, cases: int = 60) -> Shop:
    """Everything that was known before March 2026 was closed."""
    with psycopg.connect(house.installation.addresses.postgres_url, autocommit=True) as owner:
        shop = Shop(house.installation.records, owner, merchant, cases)
        await shop.insert(1)
    return shop


async def open_disputes(house: House, merchant: str) -> None:
    """Two disputes that are open now, one fought and one conceded, with a letter."""
    for number, stance in ((1, Stance.FIGHT), (2, Stance.ACCEPT)):
        bundle: CaseBundle = case(merchant, f"lamp-{number}")
        cases = house.installation.cases
        await cases.open_case(bundle, FILES)
        await house.installation.ledger.open_chargeback(
            merchant, "ch_lamp", f"dp_lamp_{number}", Money(minor=6_000, currency="EUR"), case_id=bundle.case_id
        )
        decision = DefenceDecision(
            stance=stance,
            contested=Money(minor=6_000, currency="EUR"),
            credited=Money.zero("EUR"),
            win_probability=0.6,
            win_low=0.4,
            win_high=0.8,
            expected_value=Money(minor=1_234, currency="EUR"),
            route=Route.REVIEW,
            reasons=(),
            policy_version="test@1",
            rule_version="test@1",
        )
        await cases.save_decision(merchant, bundle.case_id, decision)
    await cases.save_artifact(merchant, "lamp-1", "letter", "letter-1.json", b'{"to": "the issuer"}')
