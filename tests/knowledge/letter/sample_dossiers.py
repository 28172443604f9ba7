"""The dossiers of the sample chargebacks that are fought, built from the sample bundles as the product reads them."""

import json
from datetime import UTC, datetime
from functools import cache

from knowledge.case import CaseBundle
from knowledge.decision import DefenceDecision, Reason, Stance
from knowledge.decision import Route as Acting
from knowledge.letter.dossier import DefenceDossier
from knowledge.money import Money, total
from knowledge.tracking import Route
from samples.chargebacks import CHARGEBACKS
from tools.bundles import ReadBundle, read_sent
from tools.carriers import UnreadableTracking, read_route

DATED = datetime(2026, 11, 20, 10, tzinfo=UTC)


@cache
def sample_dossiers() -> dict[str, DefenceDossier]:
    """A dossier for every sample chargeback whose expected stance is to fight, by case id."""
    fought = [(case, files) for case, files, expected in CHARGEBACKS if expected["stance"] == "fight"]
    read = [read_sent(json.dumps(case).encode(), files, now=DATED) for case, files in fought]
    return {one.bundle.case_id: _dossier(one) for one in read}


def _dossier(read: ReadBundle) -> DefenceDossier:
    bundle = read.bundle
    notice = bundle.chargeback
    assert notice is not None
    currency = notice.amount.currency
    posted = total([one.amount for one in bundle.earlier_refunds if one.state == "succeeded"], currency)
    return DefenceDossier(
        bundle=bundle,
        routes=tuple(_routes(bundle, read)),
        decision=DefenceDecision(
            stance=Stance.FIGHT,
            contested=max(notice.amount - posted, Money.zero(currency)),
            credited=posted,
            win_probability=0.6,
            expected_value=Money.zero(currency),
            route=Acting.AUTOMATIC,
            reasons=(Reason(rule="defence.test", text="invented"),),
            policy_version="p1",
            rule_version="r1",
        ),
        credits=bundle.earlier_refunds,
        dated=DATED,
    )


def _routes(bundle: CaseBundle, read: ReadBundle) -> list[tuple[str, Route, str]]:
    routes: list[tuple[str, Route, str]] = []
    for shipment in bundle.shipments:
        if shipment.tracking is None or shipment.tracking_sha256 is None:
            continue
        payload = read.files[shipment.tracking]
        try:
            route = read_route(shipment.carrier, payload, tracking_number=shipment.tracking_number)
        except UnreadableTracking:
            continue
        routes.append((shipment.id, route, shipment.tracking_sha256))
    return routes
