"""What the order, the payment, the listing and the policies let a letter say."""

import re
from collections.abc import Iterator

from knowledge.case import PriorTransaction
from knowledge.letter.claims import ClaimKind, Exhibit, ExhibitKind
from knowledge.letter.dossier import DefenceDossier
from knowledge.letter.lexicon import name_or_none
from knowledge.letter.statements import Statement, claim, of_kind, rows_of, statement
from knowledge.letter.wording import is_reference, printed_date
from knowledge.money import Money
from knowledge.rules.liability.earlier_purchases import charges_taken_for_repeats, why_unsound
from knowledge.rules.liability.identifiers import delivery_address, identifiers_of


def sale_statements(dossier: DefenceDossier, exhibits: tuple[Exhibit, ...]) -> Iterator[Statement]:
    """Statements about what was ordered, paid, listed and shown, as far as the records go."""
    yield from _order(dossier, of_kind(exhibits, ExhibitKind.ORDER)[0])
    payment = of_kind(exhibits, ExhibitKind.PAYMENT)[0]
    yield from _payment(dossier, payment)
    yield from _same_total(dossier, of_kind(exhibits, ExhibitKind.ORDER)[0], payment)
    yield from _addresses(dossier, of_kind(exhibits, ExhibitKind.ORDER)[0])
    for listing in of_kind(exhibits, ExhibitKind.LISTING):
        yield from _listing(dossier, listing)
    for policy in of_kind(exhibits, ExhibitKind.POLICY):
        yield from _policies(dossier, policy)


def prior_statements(dossier: DefenceDossier, exhibits: tuple[Exhibit, ...]) -> Iterator[Statement]:
    """Statements that compare the order with other transactions on the same credential."""
    for held in of_kind(exhibits, ExhibitKind.PRIOR_TRANSACTIONS):
        order = of_kind(exhibits, ExhibitKind.ORDER)[0]
        payment = of_kind(exhibits, ExhibitKind.PAYMENT)[0]
        repeats = charges_taken_for_repeats(dossier.bundle)
        for index, prior in dossier.named_priors:
            if not is_reference(prior.processor_reference):
                continue
            locator = f"prior-{index + 1}"
            if why_unsound(prior, dossier.bundle.order) is None:
                yield from _prior(prior, held, locator)
                yield from _same_device(dossier, prior, order, held, locator)
                yield from _same_address(dossier, prior, order, held, locator)
            if prior in repeats:
                yield from _separate(dossier, prior, payment, held, locator)


def _order(dossier: DefenceDossier, exhibit: Exhibit) -> Iterator[Statement]:
    order = dossier.bundle.order
    at = order.placed_at
    values = {"order": order.id, "at": at.date().isoformat(), "amount": order.total}
    yield statement(
        "ordered",
        f"The order {order.id} was placed on {printed_date(at)} for {order.total}.",
        claim(ClaimKind.ORDERED, exhibit, ("placed", "order", "total"), values),
    )


def _payment(dossier: DefenceDossier, exhibit: Exhibit) -> Iterator[Statement]:
    payment = dossier.bundle.order.payment
    at, day = payment.captured_at.date().isoformat(), printed_date(payment.captured_at)
    values: dict[str, str | int | Money] = {"amount": payment.captured, "at": at}
    if payment.last4:
        text = f"The card ending {payment.last4} was charged {payment.captured} on {day}."
        charged = claim(ClaimKind.PAID, exhibit, ("captured", "card"), values | {"card": payment.last4})
    else:
        text = f"The charge {payment.processor_reference} of {payment.captured} is dated {day}."
        reference = {"charge": payment.processor_reference}
        charged = claim(ClaimKind.PAID, exhibit, ("captured", "reference"), values | reference)
    yield statement("paid", text, charged)
    code = payment.authorization_code
    if code and is_reference(code):
        yield statement(
            "authorization",
            f"The charge carries the authorization code {code}.",
            claim(ClaimKind.PAID, exhibit, ("authorization",), {"authorization": code}),
        )
    secure = payment.three_d_secure
    if secure and secure.outcome in {"authenticated", "attempted"}:
        locators = ["3ds"]
        values = {"result": secure.outcome}
        known = secure.version if secure.version and re.fullmatch(r"[0-9.]{1,12}", secure.version) else None
        version = f" version {known}" if known else ""
        eci = f" with ECI {secure.eci}" if secure.eci else ""
        if version:
            locators.append("3ds-version")
            values["version"] = str(known)
        if secure.eci:
            locators.append("eci")
            values["eci"] = secure.eci
        yield statement(
            "three_d_secure",
            f"The 3-D Secure{version} authentication of the charge has the result “{secure.outcome}”{eci}.",
            claim(ClaimKind.AUTHENTICATED, exhibit, tuple(locators), values),
            brief=f"the 3-D Secure authentication has the result “{secure.outcome}”",
        )
    if payment.avs in {"match", "postcode_only", "street_only"}:
        result = payment.avs.replace("_", " ")
        yield statement(
            "avs",
            f"The address verification result of the charge is “{result}”.",
            claim(ClaimKind.AVS_MATCHED, exhibit, ("avs",), {"result": result}),
        )
    if payment.cvc == "match":
        yield statement(
            "cvc",
            "The card verification code result of the charge is “match”.",
            claim(ClaimKind.CVC_MATCHED, exhibit, ("cvc",), {"result": "match"}),
        )


def _same_total(dossier: DefenceDossier, order: Exhibit, payment: Exhibit) -> Iterator[Statement]:
    sold = dossier.bundle.order
    if sold.total == sold.payment.captured:
        yield statement(
            "same_total",
            f"The order total is {sold.total}; the amount charged is {sold.payment.captured}.",
            claim(ClaimKind.ORDERED, order, ("total",), {"amount": sold.total}),
            claim(ClaimKind.PAID, payment, ("captured",), {"amount": sold.payment.captured}),
        )


def _addresses(dossier: DefenceDossier, exhibit: Exhibit) -> Iterator[Statement]:
    ship, bill = dossier.bundle.order.ship_to, dossier.bundle.order.bill_to
    if bill and ship == bill and ship.postcode:
        values = {"postcode": ship.postcode}
        yield statement(
            "bill_to",
            f"The ship-to address of the order matches the billing address, with postcode {ship.postcode}.",
            claim(ClaimKind.ADDRESS_MATCHES, exhibit, ("ship-to",), values),
            claim(ClaimKind.ADDRESS_MATCHES, exhibit, ("bill-to",), values),
        )


def _listing(dossier: DefenceDossier, exhibit: Exhibit) -> Iterator[Statement]:
    rows = rows_of(exhibit)
    claimed = set(dossier.bundle.claim.skus) if dossier.bundle.claim else set[str]()
    for index, line in enumerate(dossier.bundle.order.lines):
        if claimed and line.sku not in claimed:
            continue
        title = rows[f"title-{index + 1}"].value
        if "“" not in title and "”" not in title:
            yield statement(
                "listed",
                f"The listing title at purchase is “{title}”.",
                claim(ClaimKind.LISTED_AS, exhibit, (f"title-{index + 1}",), {"title": title}),
            )
        for number in range(len(line.attributes)):
            row = rows[f"attribute-{index + 1}-{number + 1}"]
            name = name_or_none(row.label.removeprefix("Listed "))
            if name and "“" not in row.value and "”" not in row.value:
                yield statement(
                    "attribute",
                    f"The listing states the {name} “{row.value}”.",
                    claim(ClaimKind.LISTED_AS, exhibit, (row.locator,), {"name": name, "value": row.value}),
                )


def _policies(dossier: DefenceDossier, exhibit: Exhibit) -> Iterator[Statement]:
    for index, policy in enumerate(dossier.bundle.order.policies):
        day = printed_date(policy.shown_at)
        values = {"policy": policy.kind, "at": policy.shown_at.date().isoformat()}
        shown = claim(ClaimKind.POLICY_SHOWN, exhibit, (f"policy-{index + 1}",), values)
        text = f"The {policy.kind} policy was shown to the buyer on {day}"
        key = f"policy_{policy.kind}"
        if policy.accepted:
            accepted = claim(ClaimKind.POLICY_SHOWN, exhibit, (f"accepted-{index + 1}",), {"accepted": "yes"})
            yield statement(key, f"{text}; acceptance of it is recorded.", shown, accepted)
        else:
            yield statement(key, f"{text}.", shown)


def _prior(prior: PriorTransaction, exhibit: Exhibit, locator: str) -> Iterator[Statement]:
    values = {"charge": prior.processor_reference, "amount": prior.amount, "at": prior.at.date().isoformat()}
    text = f"The earlier transaction {prior.processor_reference} of {prior.amount} is dated {printed_date(prior.at)}"
    seen = claim(ClaimKind.PRIOR_TRANSACTION, exhibit, (locator,), values)
    quiet = claim(ClaimKind.PRIOR_TRANSACTION, exhibit, (f"{locator}-disputed",), {}, negated=True)
    yield statement("prior", f"{text}; no dispute of it is recorded.", seen, quiet)


_IDENTIFYING = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_@-]{2,118}[A-Za-z0-9]")
"""IP addresses, device ids and accounts; anything with a space could carry a sentence."""
_SHARED = {
    "ip": ("ip", "IP address"),
    "device_id": ("device-id", "device id"),
    "fingerprint": ("fingerprint", "device fingerprint"),
    "account_id": ("account-id", "account"),
}


def _same_device(
    dossier: DefenceDossier, prior: PriorTransaction, order: Exhibit, priors: Exhibit, locator: str
) -> Iterator[Statement]:
    ours, theirs = dossier.bundle.order.device, prior.device
    if ours is None or theirs is None:
        return
    reference = prior.processor_reference
    known = identifiers_of(ours, None, None)
    for field, (suffix, name) in _SHARED.items():
        value = getattr(ours, field)
        if field in known and value == getattr(theirs, field) and _IDENTIFYING.fullmatch(value):
            yield statement(
                "same_device",
                f"The {name} {value} of the order is also the {name} of the earlier transaction {reference}.",
                claim(ClaimKind.SAME_DEVICE_AS_PRIOR, order, (suffix,), {"value": value}),
                claim(
                    ClaimKind.SAME_DEVICE_AS_PRIOR,
                    priors,
                    (f"{locator}-{suffix}", locator),
                    {"value": value, "charge": reference},
                ),
            )


def _same_address(
    dossier: DefenceDossier, prior: PriorTransaction, order: Exhibit, priors: Exhibit, locator: str
) -> Iterator[Statement]:
    ours, theirs = dossier.bundle.order.ship_to, prior.ship_to
    if theirs is None or not ours.postcode or ours.postcode != theirs.postcode:
        return
    if delivery_address(ours) is None or delivery_address(ours) != delivery_address(theirs):
        return
    reference, values = prior.processor_reference, {"postcode": ours.postcode}
    yield statement(
        "same_address",
        "The ship-to address of the order matches the ship-to address of the earlier transaction "
        f"{reference}, with postcode {ours.postcode}.",
        claim(ClaimKind.ADDRESS_MATCHES, order, ("ship-to",), values),
        claim(ClaimKind.ADDRESS_MATCHES, priors, (f"{locator}-ship-to", locator), values | {"charge": reference}),
    )


def _separate(
    dossier: DefenceDossier, prior: PriorTransaction, payment: Exhibit, priors: Exhibit, locator: str
) -> Iterator[Statement]:
    ours = dossier.bundle.order.payment
    here = {"charge": ours.processor_reference, "amount": ours.captured, "at": ours.captured_at.date().isoformat()}
    there = {"charge": prior.processor_reference, "amount": prior.amount, "at": prior.at.date().isoformat()}
    yield statement(
        "separate",
        f"The charge {ours.processor_reference} of {ours.captured} is dated {printed_date(ours.captured_at)}; "
        f"the charge {prior.processor_reference} of {prior.amount} is dated {printed_date(prior.at)}; "
        "the references are different.",
        claim(ClaimKind.SEPARATE_ORDERS, payment, ("captured", "reference"), here),
        claim(ClaimKind.SEPARATE_ORDERS, priors, (locator,), there),
        brief=f"the charge {ours.processor_reference} is dated {printed_date(ours.captured_at)}; "
        f"the charge {prior.processor_reference} is dated {printed_date(prior.at)}",
    )
