"""Visa Compelling Evidence 3.0, for disputes under condition 10.4 alone.

Two earlier, undisputed purchases on the same card that share two pieces of identifying data with the disputed one, at
least one of them the IP address or the device, qualify. The published texts differ on the days and on some data, and
there is one attempt only, so a case qualifies here when it does under every one of them; one that qualifies under some
is an edge, with their names. Qualifying obliges no issuer to anything ("Compelling Evidence does not mandate that
Visa, the Issuer, or any other entity conclude" participation): ordinary evidence goes along.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from knowledge.base import Frozen
from knowledge.case import CardNetwork, CaseBundle, PriorTransaction
from knowledge.rules.liability.earlier_purchases import Unsound, why_unsound
from knowledge.rules.liability.identifiers import Identifier, identifiers_of
from knowledge.rules.reason_codes import ReasonCode

SOURCE = "Visa Compelling Evidence 3.0, condition 10.4 (Merchant Readiness, March 2023; docs.stripe.com visa-ce3)"


class Ce3Status(StrEnum):
    """Whether a dispute may be answered with Compelling Evidence 3.0."""

    QUALIFIED = "qualified"
    """Under every published definition."""
    EDGE = "edge"
    """Under some of them only."""
    NOT_QUALIFIED = "not_qualified"
    NOT_APPLICABLE = "not_applicable"
    """Not a Visa dispute under 10.4."""


class Definition(StrEnum):
    """A published text of the rule."""

    VISA_READINESS = "visa_readiness"
    """120 to 365 days before the dispute; IP, device, account, delivery address."""
    STRIPE_SUPPORT = "stripe_support"
    """More than 119 and fewer than 366 days before the disputed transaction; e-mail counts, addresses in full only."""
    STRIPE_API = "stripe_api"
    """120 to 364 days before the disputed transaction; e-mail counts, addresses in full only."""


class Slot(StrEnum):
    """A matching element as the rule counts them: device id and fingerprint are one."""

    IP = "ip"
    DEVICE = "device"
    ACCOUNT = "account"
    ADDRESS = "address"
    EMAIL = "email"


class RequiredAction(StrEnum):
    """What is missing, by the names of Stripe's `required_actions`.

    `missing_merchandise_or_services` is not among them: an order's lines always say whether they are digital.
    """

    CUSTOMER_IDENTIFIERS = "missing_customer_identifiers"
    DISPUTED_DESCRIPTION = "missing_disputed_transaction_description"
    PRIOR_DESCRIPTION = "missing_prior_undisputed_transaction_description"
    PRIORS = "missing_prior_undisputed_transactions"


class Standing(StrEnum):
    """Why an earlier purchase counts or does not; the first that holds."""

    COUNTS = "counts"
    """By itself, under every definition; a second purchase must share the same two slots."""
    COUNTS_UNDER_SOME = "counts_under_some"
    THE_DISPUTED_CHARGE = "the_disputed_charge"
    NOT_EARLIER = "not_earlier"
    ZERO_AMOUNT = "zero_amount"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    FRAUD_REPORTED = "fraud_reported"
    NOT_DESCRIBED = "not_described"
    TOO_RECENT = "too_recent"
    TOO_OLD = "too_old"
    NO_IP_OR_DEVICE = "no_ip_or_device"
    """Neither is equal, whatever else is."""
    ONE_SLOT_ONLY = "one_slot_only"


class PriorAssessed(Frozen):
    """One earlier purchase against the disputed one. Days are calendar days in UTC."""

    processor_reference: str
    standing: Standing
    days_before_dispute: int
    days_before_transaction: int
    equal: tuple[Slot, ...] = ()


class Ce3Assessment(Frozen):
    """Whether and with what a dispute qualifies."""

    status: Ce3Status
    chosen: tuple[str, ...] = ()
    """References of exactly two earlier purchases when qualified or edge; the newer first."""
    matched: tuple[Slot, ...] = ()
    """Slots in which the disputed purchase equals both of the chosen."""
    definitions: tuple[Definition, ...] = ()
    """The texts the chosen two satisfy; all of them exactly when qualified."""
    missing: tuple[RequiredAction, ...] = ()
    """What keeps the case from qualifying; empty exactly when qualified or not applicable."""
    priors: tuple[PriorAssessed, ...] = ()
    """Every earlier purchase, in the notice's order."""


_SLOTS: dict[Identifier, Slot] = {
    Identifier.IP: Slot.IP,
    Identifier.DEVICE_ID: Slot.DEVICE,
    Identifier.FINGERPRINT: Slot.DEVICE,
    Identifier.ACCOUNT: Slot.ACCOUNT,
    Identifier.ADDRESS: Slot.ADDRESS,
    Identifier.ADDRESS_WITH_REGION: Slot.ADDRESS,
    Identifier.EMAIL: Slot.EMAIL,
}
_ANCHORS = frozenset({Slot.IP, Slot.DEVICE})
_CONNECTION = frozenset({Identifier.IP, Identifier.DEVICE_ID, Identifier.FINGERPRINT, Identifier.ACCOUNT})


class _Terms(Frozen):
    """The days and the identifiers a text accepts; None where it does not measure from that date."""

    before_dispute: tuple[int, int] | None = None
    before_transaction: tuple[int, int] | None = None
    accepts: frozenset[Identifier]


_BY_STRIPE = _CONNECTION | {Identifier.ADDRESS_WITH_REGION, Identifier.EMAIL}
_TERMS: dict[Definition, _Terms] = {
    Definition.VISA_READINESS: _Terms(before_dispute=(120, 365), accepts=_CONNECTION | {Identifier.ADDRESS}),
    Definition.STRIPE_SUPPORT: _Terms(before_transaction=(120, 365), accepts=_BY_STRIPE),
    Definition.STRIPE_API: _Terms(before_transaction=(120, 364), accepts=_BY_STRIPE),
}
# The house's own: 364 days from either date, so that a text that measures from the other one is satisfied as well.
_EVERY_TEXT = _Terms(
    before_dispute=(120, 364),
    before_transaction=(120, 364),
    accepts=_CONNECTION | {Identifier.ADDRESS_WITH_REGION},
)


class _Compared(Frozen):
    """An earlier purchase with what it shares with the disputed one."""

    prior: PriorTransaction
    before_dispute: int
    before_transaction: int
    shared: frozenset[Identifier]
    unsound: Unsound | None


def assess_ce3(bundle: CaseBundle, reason: ReasonCode) -> Ce3Assessment:
    """Whether the dispute qualifies, with which two purchases, and what each one lacks.

    When several pairs would do, the one with most slots is chosen, then the newest. Raises ValueError without a
    chargeback notice.
    """
    notice = bundle.chargeback
    if notice is None:
        raise ValueError("chargeback: missing; Compelling Evidence 3.0 answers a dispute notice")
    if notice.network is not CardNetwork.VISA or reason.code != "10.4":
        return Ce3Assessment(status=Ce3Status.NOT_APPLICABLE)
    order = bundle.order
    ours = identifiers_of(order.device, order.ship_to, bundle.buyer.email)
    compared = [_compare(prior, bundle, ours, notice.received_at) for prior in notice.prior_transactions]
    usable = [one for one in compared if one.unsound is None and _described(one.prior)]
    named = any(line.title.strip() for line in order.lines)
    pair = _best_pair(usable, _EVERY_TEXT)
    priors = tuple(_assessed(one) for one in compared)
    if pair is not None and named:
        return Ce3Assessment(
            status=Ce3Status.QUALIFIED,
            chosen=_references(pair),
            matched=_slots(_shared(pair, _EVERY_TEXT)),
            definitions=tuple(Definition),
            priors=priors,
        )
    missing = tuple(_missing(compared, usable, ours, named=named))
    offers = [(terms, found) for terms in _TERMS.values() if (found := _best_pair(usable, terms)) is not None]
    if not offers or not named:
        return Ce3Assessment(status=Ce3Status.NOT_QUALIFIED, missing=missing, priors=priors)
    terms, pair = max(offers, key=lambda offer: _rank(offer[1], offer[0]))
    return Ce3Assessment(
        status=Ce3Status.EDGE,
        chosen=_references(pair),
        matched=_slots(_shared(pair, terms)),
        definitions=tuple(name for name, text in _TERMS.items() if _satisfied(pair, text)),
        missing=missing,
        priors=priors,
    )


def _compare(
    prior: PriorTransaction, bundle: CaseBundle, ours: dict[Identifier, str], disputed_at: datetime
) -> _Compared:
    theirs = identifiers_of(prior.device, prior.ship_to, prior.email)
    return _Compared(
        prior=prior,
        before_dispute=_days(prior.at, disputed_at),
        before_transaction=_days(prior.at, bundle.order.payment.captured_at),
        shared=frozenset(name for name, value in ours.items() if theirs.get(name) == value),
        unsound=why_unsound(prior, bundle.order),
    )


def _days(earlier: datetime, later: datetime) -> int:
    # A bundle's moments are kept in UTC, whatever offset they came with.
    return (later.date() - earlier.date()).days


def _described(prior: PriorTransaction) -> bool:
    return bool(prior.description.strip())


def _within(one: _Compared, terms: _Terms) -> bool:
    measured = ((one.before_dispute, terms.before_dispute), (one.before_transaction, terms.before_transaction))
    return all(window is None or window[0] <= days <= window[1] for days, window in measured)


def _slots(identifiers: Iterable[Identifier]) -> tuple[Slot, ...]:
    found = {_SLOTS[identifier] for identifier in identifiers}
    return tuple(slot for slot in Slot if slot in found)


def _enough(identifiers: Iterable[Identifier]) -> bool:
    slots = _slots(identifiers)
    return len(slots) >= 2 and not _ANCHORS.isdisjoint(slots)


Pair = tuple[_Compared, _Compared]


def _shared(pair: Pair, terms: _Terms) -> frozenset[Identifier]:
    return pair[0].shared & pair[1].shared & terms.accepts


def _satisfied(pair: Pair, terms: _Terms) -> bool:
    return all(_within(one, terms) for one in pair) and _enough(_shared(pair, terms))


def _rank(pair: Pair, terms: _Terms) -> tuple[int, list[tuple[datetime, str]]]:
    return len(_slots(_shared(pair, terms))), [(one.prior.at, one.prior.processor_reference) for one in pair]


def _best_pair(usable: Sequence[_Compared], terms: _Terms) -> Pair | None:
    """The pair with most slots in common, then the newest; the newer of the two first.

    Over sets of identifiers rather than over pairs: a regular customer has hundreds of purchases.
    """
    within = [one for one in usable if _within(one, terms)]
    within.sort(key=lambda one: (one.prior.at, one.prior.processor_reference), reverse=True)
    pairs: list[Pair] = []
    for wanted in _sets(terms.accepts):
        holders = [one for one in within if wanted <= one.shared][:2]
        if len(holders) == 2 and _enough(wanted):
            pairs.append((holders[0], holders[1]))
    return max(pairs, key=lambda pair: _rank(pair, terms), default=None)


def _sets(identifiers: frozenset[Identifier]) -> Iterator[frozenset[Identifier]]:
    for size in range(2, len(identifiers) + 1):
        yield from map(frozenset, combinations(sorted(identifiers), size))


def _references(pair: Pair) -> tuple[str, ...]:
    return tuple(one.prior.processor_reference for one in pair)


def _assessed(one: _Compared) -> PriorAssessed:
    return PriorAssessed(
        processor_reference=one.prior.processor_reference,
        standing=_standing(one),
        days_before_dispute=one.before_dispute,
        days_before_transaction=one.before_transaction,
        equal=_slots(one.shared),
    )


def _standing(one: _Compared) -> Standing:
    if one.unsound is not None:
        return Standing(one.unsound.value)
    if not _described(one.prior):
        return Standing.NOT_DESCRIBED
    reached = [terms for terms in _TERMS.values() if _within(one, terms)]
    if not reached:
        return Standing.TOO_RECENT if one.before_transaction < 120 else Standing.TOO_OLD
    if _within(one, _EVERY_TEXT) and _enough(one.shared & _EVERY_TEXT.accepts):
        return Standing.COUNTS
    if any(_enough(one.shared & terms.accepts) for terms in reached):
        return Standing.COUNTS_UNDER_SOME
    anchored = not _ANCHORS.isdisjoint(_slots(one.shared))
    return Standing.ONE_SLOT_ONLY if anchored else Standing.NO_IP_OR_DEVICE


def _missing(
    compared: Sequence[_Compared], usable: Sequence[_Compared], ours: dict[Identifier, str], *, named: bool
) -> Iterator[RequiredAction]:
    in_time = [one for one in usable if _within(one, _EVERY_TEXT)]
    undescribed = [
        one for one in compared if one.unsound is None and not _described(one.prior) and _within(one, _EVERY_TEXT)
    ]
    shown = _enough(_EVERY_TEXT.accepts.intersection(ours))
    if not shown or (len(in_time) >= 2 and _best_pair(usable, _EVERY_TEXT) is None):
        yield RequiredAction.CUSTOMER_IDENTIFIERS
    if not named:
        yield RequiredAction.DISPUTED_DESCRIPTION
    if len(in_time) < 2 and undescribed:
        yield RequiredAction.PRIOR_DESCRIPTION
    if len(in_time) + len(undescribed) < 2:
        yield RequiredAction.PRIORS
