"""What a person may do with a case now, and when another person or a second look is needed: pure, for page and API."""

import hashlib
from collections.abc import Sequence

from knowledge.case import CaseKind
from knowledge.decision import Resolution, Stance
from knowledge.money import Money
from knowledge.rules.authority import Permission, Role, may_decide_alone, permissions_of
from knowledge.rules.policy import MerchantPolicy
from workflows.messages import CaseView, Review, ReviewAction, Stage

FORCED_LOOK_SHARE = 0.03
"""The share of routine cases in which an approval needs a second key, so that nobody approves by habit unnoticed."""
_SETTLE = frozenset({ReviewAction.APPROVE, ReviewAction.ADJUST, ReviewAction.DENY})
_NEEDS = {
    "approve": Permission.DECIDE,
    "adjust": Permission.DECIDE,
    "deny": Permission.DECIDE,
    "ask": Permission.DECIDE,
    "escalate": Permission.DECIDE,
    "hold": Permission.DECIDE,
    "amend-fact": Permission.DECIDE,
    "return-received": Permission.DECIDE,
    "undo": Permission.DECIDE,
}
"""What staff may do at all. Buyers' moves are not among it: nobody accepts an offer for a buyer here."""
_SENIOR = frozenset({"approve", "adjust", "deny", "ask"})


def needed_for(view: CaseView, what: str) -> frozenset[Permission]:
    """Everything somebody has to be allowed for it now; nothing when it is no act of staff at all."""
    if what not in _NEEDS:
        return frozenset()
    needed = {_NEEDS[what]}
    if what in _SENIOR and view.stage is Stage.ESCALATED:
        needed.add(Permission.DECIDE_ESCALATED)
    if what == "approve" and view.kind is CaseKind.CHARGEBACK:
        needed.add(Permission.SIGN_LETTERS)
    return frozenset(needed)


def legal_now(view: CaseView, role: Role) -> tuple[str, ...]:
    """What somebody of that role may do with the case now, in the order in which the workflow names it."""
    held = permissions_of(role)
    return tuple(what for what in view.allowed if what in _NEEDS and needed_for(view, what) <= held)


def settled_amount(view: CaseView, review: Review) -> Money | None:
    """What the decision settles, for the limit of a role; None for what leaves the case with people.

    The larger of what was proposed and what is decided: who denies a large claim decides about as much as who pays it.
    """
    if review.action not in _SETTLE:
        return None
    amounts = [each for each in (view.amount, review.amount) if each is not None]
    return max(amounts, key=lambda amount: amount.minor, default=None)


def decided_amount(view: CaseView, review: Review) -> Money | None:
    """What the decision itself pays or contests: another amount, or the proposed one that it approves; else None."""
    return view.amount if review.action is ReviewAction.APPROVE else review.amount


def decides_otherwise(view: CaseView, review: Review) -> bool:
    """Whether the decision is another than the proposed one, so that whoever makes it says where that was wrong."""
    match review.action:
        case ReviewAction.DENY:
            return view.resolution is not Resolution.DENY
        case ReviewAction.ASK:
            asks = view.resolution is Resolution.ASK_EVIDENCE or view.stance is Stance.ASK_MERCHANT
            return not asks
        case ReviewAction.ADJUST:
            same = review.resolution in (None, view.resolution) and review.amount == view.amount
            return not same
        case _:
            return False


def same_decision(one: Review, other: Review) -> bool:
    """Whether two people decide alike; their notes and names do not count, the words of a letter they sign do."""
    return (one.action, one.resolution, one.amount, worded_letter(one)) == (
        other.action,
        other.resolution,
        other.amount,
        worded_letter(other),
    )


def worded_letter(review: Review) -> str | None:
    """The letter that is signed, where it is in other words than the composed one; None for the composed letter."""
    signed = review.signed
    return None if signed is None or signed.letter_sha256 == signed.composed_sha256 else signed.letter_sha256


def second_key_because(
    case: CaseView, role: Role, policy: MerchantPolicy, contradictions: Sequence[str], *, instructs: bool
) -> tuple[str, ...]:
    """Why an approval needs a second key, in plain words; empty for a routine case."""
    because: list[str] = []
    if case.amount is not None and not may_decide_alone(role, case.amount, policy):
        because.append(f"{case.amount} is above what a {role.value} decides alone")
    because += [f"contradiction: {what}" for what in contradictions]
    if instructs:
        because.append("a text tries to instruct its reader")
    if case.decision_id is not None and drawn(FORCED_LOOK_SHARE, "forced-look", case.case_id, case.decision_id):
        because.append("drawn for a closer look")
    return tuple(because)


def drawn(share: float, *named: str) -> bool:
    """Whether a lot falls on what is named; the same for ever, so that a draw can be repeated and checked."""
    digest = hashlib.sha256("/".join(named).encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64
