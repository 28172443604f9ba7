"""What each kind of claim may say in words: its verbs, its actors, and the exhibit rows that can carry it.

The vocabulary is closed: a word that is neither neutral, nor the kind's own, nor a value of the claim, is a
statement nobody proved. Wording may be edited freely inside it.
"""

import re

from knowledge.base import Frozen
from knowledge.letter.claims import ClaimKind, ExhibitKind, LetterClaim
from knowledge.letter.wording import quoted


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEUTRAL = _words("a an the of on at is are was were exhibit")
"""Words that say nothing by themselves; every other word belongs to some kind."""
NEGATIONS = _words("no not never none nothing neither nor without cannot")
ACTORS = _words(
    "buyer merchant carrier cardholder customer client consumer purchaser recipient addressee seller shop "
    "issuer bank acquirer processor platform courier driver neighbour neighbor family"
)
CAUSES = _words(
    "because therefore thus hence since so due caused causes causing consequently accordingly why reason-for owing"
)
OVERCLAIMS = _words(
    "irrefutable irrefutably undeniable undeniably undoubted undoubtedly clearly clear obviously obvious certainly "
    "certain definitely definite proves proven proof conclusive conclusively indisputable unquestionable "
    "unquestionably fraudulent fraudster fraud liar lying lied false falsely dishonest baseless invalid guaranteed "
    "always every absolutely beyond doubt successfully safely personally truly actually simply merely only"
)
JOINING = _words("and but while whereas although though however yet")


class KindRule(Frozen):
    """What a clause of one kind may say, and where its proof must stand."""

    says: frozenset[str]
    """Words of which at least one must be in the clause: without it the clause does not state the claim."""
    needs: frozenset[str] = frozenset()
    """Words that must all be in the clause: without them a record would be told as the thing itself."""
    may: frozenset[str] = frozenset()
    actors: tuple[tuple[str, ...], ...] = ((),)
    """Actors the clause may name, in the order it may name them; the first acts."""
    exhibits: frozenset[ExhibitKind]
    labels: str
    """Pattern of the label that one cited row must have."""
    value: str | None = None
    """Pattern the cited row's value must match, where the row can also say the contrary."""
    quotes: bool = False
    """Whether the clause may quote one of its values."""


_OWN: dict[ClaimKind, KindRule] = {
    ClaimKind.ORDERED: KindRule(
        says=_words("placed total invoice"),
        may=_words("order for dated exhibited"),
        exhibits=frozenset({ExhibitKind.ORDER, ExhibitKind.DOCUMENT}),
        labels="Order placed|Order total|Invoice",
        quotes=True,
    ),
    ClaimKind.PAID: KindRule(
        says=_words("charged charge"),
        may=_words("of dated card ending carries authorization code amount"),
        exhibits=frozenset({ExhibitKind.PAYMENT}),
        labels="Amount charged|Authorization code",
    ),
    ClaimKind.LISTED_AS: KindRule(
        says=_words("listing check photograph"),
        may=_words("at dated title purchase states document pre-shipment supplied by exhibited"),
        actors=((), ("merchant",)),
        exhibits=frozenset({ExhibitKind.LISTING, ExhibitKind.DOCUMENT, ExhibitKind.PHOTO}),
        labels="Listing title|Listed .+|Listing document|Pre-shipment check|Supplied by",
        quotes=True,
    ),
    ClaimKind.SHIPPED: KindRule(
        says=_words("handed"),
        needs=_words("recorded"),
        may=_words("parcel as over"),
        actors=(("carrier",),),
        exhibits=frozenset({ExhibitKind.TRACKING}),
        labels="Handed over",
    ),
    ClaimKind.SCANNED: KindRule(
        says=_words("status document photograph"),
        may=_words("recorded dated customs supplied by exhibited"),
        actors=(("carrier",), ()),
        exhibits=frozenset({ExhibitKind.TRACKING, ExhibitKind.DOCUMENT, ExhibitKind.PHOTO}),
        labels="In customs|Delivery attempted|Available for pickup|Refused|Return.+ to sender|"
        "Carrier document|Customs document|Supplied by",
        quotes=True,
    ),
    ClaimKind.DELIVERED: KindRule(
        says=_words("delivered"),
        needs=_words("recorded"),
        may=_words("parcel as in"),
        actors=(("carrier",),),
        exhibits=frozenset({ExhibitKind.TRACKING}),
        labels="Delivered",
    ),
    ClaimKind.SIGNED_BY: KindRule(
        says=_words("signature"),
        needs=_words("recorded"),
        may=_words("name"),
        actors=(("carrier",),),
        exhibits=frozenset({ExhibitKind.TRACKING}),
        labels="Signature name",
        quotes=True,
    ),
    ClaimKind.ADDRESS_MATCHES: KindRule(
        says=_words("matches"),
        may=_words("order with recorded delivery place ship-to billing address postcode by"),
        actors=((), ("carrier",)),
        exhibits=frozenset({ExhibitKind.TRACKING, ExhibitKind.ORDER}),
        labels="Delivered|Ship-to address|Billing address",
    ),
    ClaimKind.AUTHENTICATED: KindRule(
        says=_words("authentication"),
        may=_words("charge has with 3-d secure version result eci"),
        exhibits=frozenset({ExhibitKind.PAYMENT}),
        labels="3-D Secure result",
        value="authenticated|attempted",
        quotes=True,
    ),
    ClaimKind.AVS_MATCHED: KindRule(
        says=_words("verification"),
        may=_words("charge address result"),
        exhibits=frozenset({ExhibitKind.PAYMENT}),
        labels="Address verification result",
        value="match|postcode only|street only",
        quotes=True,
    ),
    ClaimKind.CVC_MATCHED: KindRule(
        says=_words("verification"),
        may=_words("charge card code result"),
        exhibits=frozenset({ExhibitKind.PAYMENT}),
        labels="Card verification code result",
        value="match",
        quotes=True,
    ),
    ClaimKind.SAME_DEVICE_AS_PRIOR: KindRule(
        says=_words("also"),
        may=_words("order transaction ip address device id fingerprint account earlier"),
        exhibits=frozenset({ExhibitKind.ORDER, ExhibitKind.PRIOR_TRANSACTIONS}),
        labels="IP address|Device id|Device fingerprint|Account",
    ),
    ClaimKind.PRIOR_TRANSACTION: KindRule(
        says=_words("earlier"),
        may=_words("transaction dated"),
        exhibits=frozenset({ExhibitKind.PRIOR_TRANSACTIONS}),
        labels="Transaction",
    ),
    ClaimKind.BUYER_WROTE: KindRule(
        says=_words("wrote photograph"),
        may=_words("to supplied by exhibited"),
        actors=(("buyer",), ("buyer", "merchant")),
        exhibits=frozenset({ExhibitKind.CORRESPONDENCE, ExhibitKind.PHOTO}),
        labels="Buyer wrote|Supplied by",
    ),
    ClaimKind.MERCHANT_WROTE: KindRule(
        says=_words("wrote"),
        may=_words("to"),
        actors=(("merchant",), ("merchant", "buyer")),
        exhibits=frozenset({ExhibitKind.CORRESPONDENCE}),
        labels="Merchant wrote",
    ),
    ClaimKind.OFFERED: KindRule(
        says=_words("offered"),
        may=_words("to"),
        actors=(("merchant",), ("merchant", "buyer")),
        exhibits=frozenset({ExhibitKind.REFUNDS}),
        labels="Offer made",
    ),
    ClaimKind.CREDITED: KindRule(
        says=_words("credit credits"),
        may=_words("under reference in posted total"),
        exhibits=frozenset({ExhibitKind.REFUNDS}),
        labels="Credit posted|Credits posted, total",
    ),
    ClaimKind.POLICY_SHOWN: KindRule(
        says=_words("policy"),
        may=_words("dated shown to document exhibited"),
        actors=((), ("buyer",)),
        exhibits=frozenset({ExhibitKind.POLICY, ExhibitKind.DOCUMENT}),
        labels=".+ policy shown|Policy document",
        quotes=True,
    ),
    ClaimKind.NO_RETURN_RECORDED: KindRule(
        says=_words("return"),
        may=_words("recorded for parcel scan"),
        exhibits=frozenset({ExhibitKind.TRACKING}),
        labels="Return scans",
        value=r"none among \d+ scans",
    ),
    ClaimKind.SEPARATE_ORDERS: KindRule(
        says=_words("charge references"),
        may=_words("dated different"),
        exhibits=frozenset({ExhibitKind.PAYMENT, ExhibitKind.PRIOR_TRANSACTIONS}),
        labels="Charge|Amount charged|Transaction",
    ),
    ClaimKind.USED: KindRule(
        says=_words("log"),
        may=_words("dated access exhibited"),
        exhibits=frozenset({ExhibitKind.DOCUMENT}),
        labels="Access log",
        quotes=True,
    ),
    ClaimKind.DISPUTED: KindRule(
        says=_words("dispute"),
        may=_words("under opened reason code"),
        exhibits=frozenset({ExhibitKind.NOTICE}),
        labels="Dispute|Disputed amount|Dispute opened|Reason|Reason code",
        quotes=True,
    ),
    ClaimKind.REQUESTED: KindRule(
        says=_words("asks contested"),
        may=_words("for that be dispute reversed balance credit set against disputed amount"),
        actors=(("merchant",), ()),
        exhibits=frozenset({ExhibitKind.NOTICE, ExhibitKind.REFUNDS}),
        labels="Disputed amount|Contested balance|Credits posted, total",
    ),
}

# Claims of one kind whose values make them say something else; each is recognised by the value's name.
_MODE = _OWN[ClaimKind.DELIVERED].model_copy(
    update={"says": _words("mode"), "may": _words("delivery as"), "labels": "Mode of delivery", "quotes": True}
)
_ACCEPTED_OFFER = _OWN[ClaimKind.OFFERED].model_copy(
    update={"says": _words("accepted"), "may": _words("offer"), "actors": (("buyer",),), "labels": "Offer accepted"}
)
_ACCEPTED_POLICY = _OWN[ClaimKind.POLICY_SHOWN].model_copy(
    update={
        "says": _words("acceptance"),
        "may": _words("it recorded"),
        "labels": "Acceptance recorded",
        "value": "yes, accepted",
        "quotes": False,
    }
)
_UNDISPUTED = _OWN[ClaimKind.PRIOR_TRANSACTION].model_copy(
    update={
        "says": _words("dispute"),
        "may": _words("earlier transaction it has recorded"),
        "labels": "Dispute recorded",
        "value": "no",
    }
)
_ADDRESS_OF_PRIOR = _OWN[ClaimKind.ADDRESS_MATCHES].model_copy(
    update={
        "may": _words("order ship-to address with postcode earlier transaction"),
        "actors": ((),),
        "exhibits": frozenset({ExhibitKind.PRIOR_TRANSACTIONS}),
        "labels": "Ship-to address",
    }
)
NEGATIVE_KINDS = frozenset({ClaimKind.NO_RETURN_RECORDED})
"""Kinds that are a negation by themselves; PRIOR_TRANSACTION may be negated as well, no other kind."""
PAIRED_KINDS = frozenset({ClaimKind.ADDRESS_MATCHES, ClaimKind.SAME_DEVICE_AS_PRIOR, ClaimKind.SEPARATE_ORDERS})
"""Kinds that compare two rows: one claim for each side."""

ABSENCE_LABELS = frozenset({"Dispute recorded", "Refund recorded", "Acceptance recorded", "Return scans"})
"""Rows whose value can be that there is none."""
DAY = "at"
"""The name of a claim's value that is a day, written `2026-03-04`."""
FLAGS = _words("accepted")
"""Values that sharpen what a claim says and are spoken by its verb, not by themselves."""
CUES: dict[str, frozenset[str]] = {
    "card": _words("ending"),
    "eci": _words("eci"),
    "version": _words("version"),
    "reference": _words("reference"),
    "authorization": _words("code"),
    "code": _words("code"),
    "carrier": _words("carrier"),
    "parcel": _words("parcel"),
    "order": _words("order"),
    "dispute": _words("dispute"),
    "charge": _words("charge transaction"),
    "network": _words("under"),
    "city": _words("in place"),
}
"""A value may stand only within two words after its cue, so that two values of one claim cannot change places."""


def rule_for(claim: LetterClaim) -> KindRule:
    """The rule of this very claim: its kind's, sharpened by what its values make it say."""
    if claim.kind is ClaimKind.DELIVERED and "mode" in claim.values:
        return _MODE
    if claim.kind is ClaimKind.OFFERED and "accepted" in claim.values:
        return _ACCEPTED_OFFER
    if claim.kind is ClaimKind.POLICY_SHOWN and "accepted" in claim.values:
        return _ACCEPTED_POLICY
    if claim.kind is ClaimKind.PRIOR_TRANSACTION and claim.negated:
        return _UNDISPUTED
    if claim.kind is ClaimKind.ADDRESS_MATCHES and "charge" in claim.values:
        return _ADDRESS_OF_PRIOR
    return _OWN[claim.kind]


KIND_WORDS: dict[str, ClaimKind] = {word: kind for kind, rule in _OWN.items() for word in rule.says}
"""The kind a telling word belongs to, for naming the problem when another claim uses it."""

_NAME = re.compile(r"[^\W\d_][\w .,'’\-/()]{0,59}")
_TELLING = NEGATIONS | ACTORS | CAUSES | OVERCLAIMS | frozenset(KIND_WORDS) | {"received", "receipt"}


def name_or_none(text: str | None) -> str | None:
    """`text` when it reads as a person's or place's name; None for anything that could carry a statement."""
    if text is None:
        return None
    plain = quoted(text, 60)
    words = re.findall(r"[\w'’-]+", plain.casefold())
    return plain if _NAME.fullmatch(plain) and len(words) <= 5 and _TELLING.isdisjoint(words) else None
