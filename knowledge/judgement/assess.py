"""Joining facts: what is established, what contradicts what, what is missing, and who is liable."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from knowledge.decision import Assessment, Contradiction, Liability
from knowledge.facts import Fact, FactMethod, FactName, Reading, Standing
from knowledge.judgement.places import delivered_elsewhere
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.policy import MerchantPolicy
from knowledge.tracking import TrackingStatus

FAULT_ON_ARRIVAL = frozenset(
    {
        DisputeReason.DAMAGED,
        DisputeReason.DEFECTIVE,
        DisputeReason.NOT_AS_DESCRIBED,
        DisputeReason.COUNTERFEIT,
        DisputeReason.WRONG_ITEM,
        DisputeReason.MISSING_PARTS,
    }
)
"""Reasons a buyer can only give with the goods in hand."""
_IN_HAND = FAULT_ON_ARRIVAL | {DisputeReason.SIZE_FIT}
_SHOWN_BY_PHOTO = frozenset(
    {DisputeReason.DAMAGED, DisputeReason.WRONG_ITEM, DisputeReason.NOT_AS_DESCRIBED, DisputeReason.COUNTERFEIT}
)
_NOT_COMING = frozenset(
    {TrackingStatus.LOST, TrackingStatus.RETURNED, TrackingStatus.RETURNING, TrackingStatus.REFUSED}
)

LIGHT_PARCEL = 0.6
"""A parcel the carrier weighed below this share of the goods' own weight cannot hold all of them."""


def join(readings: Sequence[Reading]) -> Reading:
    """All facts in one reading: a person's before a machine's, then the more confident; missing where none was read."""
    facts = sorted(
        (fact for reading in readings for fact in reading.facts),
        key=lambda fact: (fact.method is not FactMethod.PERSON, -fact.confidence),
    )
    known = {fact.name for fact in facts}
    missing = tuple(gap for reading in readings for gap in reading.missing if gap.name not in known)
    return Reading(facts=tuple(facts), missing=missing)


def assess(reading: Reading, policy: MerchantPolicy, as_of: datetime) -> Assessment:
    """Assess joined facts as of a moment. Pure: the same reading, policy and moment give the same assessment."""
    first: dict[FactName, Fact] = {}
    for fact in reading.facts:
        first.setdefault(fact.name, fact)
    reason = first[FactName.CLAIM_REASON].reason() if FactName.CLAIM_REASON in first else None
    gaps = [gap for gap in reading.missing if _could_change(gap.name, reason)]
    return Assessment(
        facts=reading.facts,
        contradictions=tuple(_contradictions(first, reason, policy)),
        missing=tuple(gap.name for gap in gaps),
        missing_why=tuple(gap.why for gap in gaps),
        liability=_liability(first, reason, policy, as_of),
    )


def could_matter(name: FactName, *, chargeback: bool) -> bool:
    """Whether a gap is worth telling people of: how a card was checked answers an issuer and moves no refund."""
    return chargeback or not name.startswith("payment.")


def _could_change(name: FactName, reason: DisputeReason | None) -> bool:
    if name is FactName.PHOTO_DAMAGE:
        return reason in _SHOWN_BY_PHOTO
    if name.startswith("route."):
        return reason in {DisputeReason.NOT_RECEIVED, DisputeReason.LATE_DELIVERY} and name is FactName.ROUTE_STATUS
    return name in {FactName.CLAIM_REASON, FactName.ORDER_PAID, FactName.ORDER_ITEMS_PRICE}


def _contradictions(
    facts: dict[FactName, Fact], reason: DisputeReason | None, policy: MerchantPolicy
) -> list[Contradiction]:
    found: list[Contradiction] = []

    def add(between: tuple[FactName, ...], what: str) -> None:
        found.append(Contradiction(between=between, what=what))

    status = facts.get(FactName.ROUTE_STATUS)
    delivered = facts.get(FactName.ROUTE_DELIVERED_AT)
    if reason is DisputeReason.NOT_RECEIVED and delivered is not None and not delivered_elsewhere(facts):
        add(
            (FactName.CLAIM_REASON, FactName.ROUTE_DELIVERED_AT),
            f"the buyer says nothing came, the carrier recorded a delivery on {delivered.time():%Y-%m-%d}",
        )
    if reason in _IN_HAND and status is not None and delivered is None:
        add(
            (FactName.CLAIM_REASON, FactName.ROUTE_STATUS),
            f"the buyer describes goods in hand, the carrier has recorded no delivery (last status {status.value})",
        )
    promised = facts.get(FactName.ORDER_PROMISED_BY)
    in_time = delivered is not None and promised is not None and delivered.time() <= promised.time()
    if reason is DisputeReason.LATE_DELIVERY and in_time:
        add(
            (FactName.ROUTE_DELIVERED_AT, FactName.ORDER_PROMISED_BY),
            "the claim is lateness, yet the carrier recorded delivery within the promised date",
        )
    after = facts.get(FactName.ROUTE_AFTER_DELIVERY_SCAN)
    if after is not None:
        add(
            (FactName.ROUTE_STATUS, FactName.ROUTE_AFTER_DELIVERY_SCAN),
            f"the carrier recorded '{after.value}' after a delivery",
        )
    captured = facts.get(FactName.PHOTO_CAPTURED_AT)
    placed = facts.get(FactName.ORDER_PLACED_AT)
    if captured is not None and placed is not None and captured.time() < placed.time() - timedelta(days=1):
        add(
            (FactName.PHOTO_CAPTURED_AT, FactName.ORDER_PLACED_AT),
            f"the photo was taken on {captured.time():%Y-%m-%d}, before the order of {placed.time():%Y-%m-%d}",
        )
    reused = facts.get(FactName.PHOTO_REUSED_FROM)
    if reused is not None:
        add((FactName.PHOTO_REUSED_FROM,), f"the same picture was sent in case {reused.value}")
    graded, told = facts.get(FactName.PHOTO_DAMAGE), facts.get(FactName.CLAIM_SEVERITY)
    if graded is not None and graded.method is not FactMethod.PERSON:
        if reason is DisputeReason.DAMAGED and graded.severity() is Severity.NONE:
            add((FactName.CLAIM_REASON, FactName.PHOTO_DAMAGE), "damage is claimed, the photo is graded as intact")
        elif told is not None and abs(graded.severity().rank - told.severity().rank) > 1:
            add(
                (FactName.CLAIM_SEVERITY, FactName.PHOTO_DAMAGE),
                f"the words say {told.value} harm, the photo is graded {graded.value}",
            )
    return found


def overdue_days(facts: dict[FactName, Fact], as_of: datetime) -> int | None:
    """Days since the promised date while nothing is delivered; None when delivered or nothing was promised."""
    promised = facts.get(FactName.ORDER_PROMISED_BY)
    if promised is None or FactName.ROUTE_DELIVERED_AT in facts:
        return None
    return (as_of - promised.time()).days


def counts_as_lost(facts: dict[FactName, Fact], policy: MerchantPolicy, as_of: datetime) -> bool:
    """True when the carrier says so, or when date and silence together say so under the policy."""
    status = facts.get(FactName.ROUTE_STATUS)
    if status is None or status.standing is not Standing.ESTABLISHED:
        return False
    if FactName.ROUTE_DELIVERED_AT in facts:
        return delivered_elsewhere(facts)
    if TrackingStatus(str(status.value)) in _NOT_COMING:
        return True
    late = overdue_days(facts, as_of)
    last = facts.get(FactName.ROUTE_LAST_SCAN_AT)
    silent = last is None or (as_of - last.time()).days >= policy.silent_route_days
    return late is not None and late > policy.delivery_grace_days and silent


def light_parcel(facts: dict[FactName, Fact]) -> bool:
    """True when the carrier weighed the parcel far below the weight of the goods as sold."""
    weighed, sold = facts.get(FactName.ROUTE_WEIGHT_G), facts.get(FactName.ORDER_WEIGHT_G)
    return weighed is not None and sold is not None and int(str(weighed.value)) < LIGHT_PARCEL * int(str(sold.value))


def _liability(
    facts: dict[FactName, Fact], reason: DisputeReason | None, policy: MerchantPolicy, as_of: datetime
) -> Liability:
    if reason is DisputeReason.NOT_RECEIVED:
        if counts_as_lost(facts, policy, as_of):
            return Liability.CARRIER
        return Liability.UNKNOWN
    if reason is DisputeReason.LATE_DELIVERY:
        return Liability.CARRIER
    if reason is DisputeReason.DAMAGED:
        return Liability.CARRIER if FactName.ROUTE_DAMAGE_SCAN in facts else Liability.SELLER
    if reason in FAULT_ON_ARRIVAL:
        return Liability.SELLER
    if reason in {DisputeReason.CHANGED_MIND, DisputeReason.SIZE_FIT}:
        return Liability.BUYER
    return Liability.UNKNOWN
