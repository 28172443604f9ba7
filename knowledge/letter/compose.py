"""Compose a defence letter: pure, from the dossier alone; what is not held is not stated."""

from collections.abc import Iterator

from knowledge.decision import Stance
from knowledge.facts import Fact, FactName
from knowledge.judgement.defence import family_of
from knowledge.letter.chronology import build_chronology
from knowledge.letter.claims import ClaimKind, Exhibit, ExhibitKind, Letter, LetterClaim, Section, Sentence
from knowledge.letter.dossier import CannotComposeError, DefenceDossier
from knowledge.letter.exhibits import Relevance, build_exhibits
from knowledge.letter.families import ALWAYS, GROUNDS, MOST_GROUNDS, Point, points_of
from knowledge.letter.fulfilment_statements import fulfilment_statements
from knowledge.letter.sale_statements import prior_statements, sale_statements
from knowledge.letter.statements import Statement, claim, of_kind, statement
from knowledge.letter.wording import NETWORK_NAMES, printed_date, quoted
from knowledge.reasons import ChargebackFamily
from knowledge.rules.reason_codes import ReasonCode, UnknownReasonCode, find_reason

GLANCE = 190
"""Characters of the record's side of a verdict: two lines of the cover, read in one look."""


class _ClaimBook:
    """Claims in order of first use, each numbered within its kind (`delivered-1`), equal ones once."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._counts: dict[ClaimKind, int] = {}
        self.claims: list[LetterClaim] = []

    def _enter(self, unnumbered: LetterClaim) -> str:
        content = unnumbered.model_dump_json()
        if content not in self._ids:
            number = self._counts.get(unnumbered.kind, 0) + 1
            self._counts[unnumbered.kind] = number
            numbered = unnumbered.model_copy(update={"id": f"{unnumbered.kind.value}-{number}"})
            self._ids[content] = numbered.id
            self.claims.append(numbered)
        return self._ids[content]

    def sentence(self, stated: Statement) -> Sentence:
        return Sentence(text=stated.text, claims=tuple(self._enter(one) for one in stated.claims))


def compose_letter(dossier: DefenceDossier) -> Letter:
    """The letter for a dossier: exhibits first, claims on them, sentences from the claims.

    Raises CannotComposeError when the decision is to accept, the reason code is unknown, or no record
    answers the reason.
    """
    if dossier.decision.stance is Stance.ACCEPT:
        raise CannotComposeError("decision.stance: the decision is to accept; decide to fight before writing a letter")
    notice, order = dossier.notice, dossier.bundle.order
    reason = _reason(dossier)
    family = family_of(reason, _first_facts(dossier.facts))
    points = points_of(family, dossier.facts)
    exhibits = build_exhibits(dossier, relevance_of(reason, points))
    said = [
        *_dispute(dossier, exhibits, reason),
        *sale_statements(dossier, exhibits),
        *prior_statements(dossier, exhibits),
        *fulfilment_statements(dossier, exhibits),
    ]
    grounds = _grounds(dossier, family, said)
    book = _ClaimBook()
    return Letter(
        case_id=dossier.bundle.case_id,
        merchant_name=quoted(dossier.bundle.merchant.name, 300),
        network=notice.network,
        reason_code=reason.code,
        reason_title=reason.title,
        family=family,
        dispute_id=notice.dispute_id,
        transaction_reference=order.payment.processor_reference,
        transaction_at=order.payment.captured_at,
        transaction_amount=order.payment.captured,
        disputed_amount=notice.amount,
        credited_amount=dossier.posted,
        contested_amount=dossier.decision.contested,
        card_last4=order.payment.last4,
        cardholder_name=quoted(dossier.bundle.buyer.name, 300),
        dated=dossier.dated,
        verdict=book.sentence(_verdict(reason, exhibits, grounds)),
        grounds=tuple(book.sentence(ground) for ground in grounds),
        request=book.sentence(_request(dossier, exhibits)),
        sections=tuple(_sections(points, said, book)),
        chronology=build_chronology(exhibits),
        exhibits=exhibits,
        claims=tuple(book.claims),
    )


def expected_exhibits(dossier: DefenceDossier) -> tuple[Exhibit, ...]:
    """The exhibits the records give, for checking a letter that has travelled."""
    reason = _reason(dossier)
    points = points_of(family_of(reason, _first_facts(dossier.facts)), dossier.facts)
    return build_exhibits(dossier, relevance_of(reason, points))


def relevance_of(reason: ReasonCode, points: tuple[Point, ...]) -> Relevance:
    """Which exhibits the points of a letter need."""
    kinds = ALWAYS.union(*(point.exhibits for point in points))
    return Relevance(reason=reason, kinds=kinds, keys=frozenset(key for point in points for key in point.keys))


def _reason(dossier: DefenceDossier) -> ReasonCode:
    try:
        return find_reason(dossier.notice.network, dossier.notice.reason_code)
    except UnknownReasonCode as error:
        raise CannotComposeError(f"bundle.chargeback.{error}") from error


def _first_facts(facts: tuple[Fact, ...]) -> dict[FactName, Fact]:
    first: dict[FactName, Fact] = {}
    for fact in facts:
        first.setdefault(fact.name, fact)
    return first


def _dispute(dossier: DefenceDossier, exhibits: tuple[Exhibit, ...], reason: ReasonCode) -> Iterator[Statement]:
    notice = dossier.notice
    exhibit = of_kind(exhibits, ExhibitKind.NOTICE)[0]
    values = {"dispute": notice.dispute_id, "amount": notice.amount, "at": notice.received_at.date().isoformat()}
    yield statement(
        "disputed",
        f"The dispute {notice.dispute_id} of {notice.amount} was opened on {printed_date(notice.received_at)}.",
        claim(ClaimKind.DISPUTED, exhibit, ("dispute", "amount", "opened"), values),
    )
    network = NETWORK_NAMES[notice.network]
    yield statement(
        "reason",
        f"The dispute was opened under {network} reason code {reason.code}, “{reason.title}”.",
        claim(
            ClaimKind.DISPUTED,
            exhibit,
            ("code", "reason"),
            {"network": network, "code": reason.code, "title": reason.title},
        ),
    )


def _grounds(dossier: DefenceDossier, family: ChargebackFamily, said: list[Statement]) -> list[Statement]:
    keys = GROUNDS[family]
    if dossier.decision.contested.minor == 0:
        keys = ("credited", *keys)
    ranked: list[Statement] = []
    for key in dict.fromkeys(keys):
        found = [one for one in said if one.key == key]
        # Every parcel and every credit counts; of anything else one example is a ground and the sections have the rest.
        ranked += found if key in {"delivered", "credited"} else found[:1]
    if not ranked:
        raise CannotComposeError(
            f"bundle: no record held answers a {family.value} dispute; supply one of {', '.join(keys)}, or accept"
        )
    return ranked[:MOST_GROUNDS]


def _verdict(reason: ReasonCode, exhibits: tuple[Exhibit, ...], grounds: list[Statement]) -> Statement:
    """The reason as the network words it against the strongest ground, and the next when both read at a glance."""
    notice = of_kind(exhibits, ExhibitKind.NOTICE)[0]
    stated = claim(ClaimKind.DISPUTED, notice, ("reason",), {"title": reason.title})
    told = grounds[:2] if sum(len(ground.brief) for ground in grounds[:2]) <= GLANCE else grounds[:1]
    record = "; ".join(ground.brief for ground in told)
    claims = [one for ground in told for one in ground.claims]
    return statement("verdict", f"The dispute reason is “{reason.title}”; {record}.", stated, *claims)


def _request(dossier: DefenceDossier, exhibits: tuple[Exhibit, ...]) -> Statement:
    contested, posted = dossier.decision.contested, dossier.posted
    if posted.minor == 0:
        notice = of_kind(exhibits, ExhibitKind.NOTICE)[0]
        asked = claim(ClaimKind.REQUESTED, notice, ("amount",), {"amount": contested})
        return statement("request", f"The merchant asks that the dispute be reversed for {contested}.", asked)
    refunds = of_kind(exhibits, ExhibitKind.REFUNDS)[0]
    if contested.minor == 0:
        asked = claim(ClaimKind.REQUESTED, refunds, ("credited",), {"amount": posted})
        text = f"The merchant asks that the credit of {posted} be set against the disputed amount."
        return statement("request", text, asked)
    return statement(
        "request",
        f"The merchant asks that the dispute be reversed for {contested}; credits of {posted} are posted.",
        claim(ClaimKind.REQUESTED, refunds, ("balance",), {"amount": contested}),
        claim(ClaimKind.CREDITED, refunds, ("credited",), {"amount": posted}),
    )


def _sections(points: tuple[Point, ...], said: list[Statement], book: _ClaimBook) -> Iterator[Section]:
    for point in points:
        sentences = [book.sentence(one) for key in point.keys for one in said if one.key == key]
        if sentences:
            yield Section(title=point.title, sentences=tuple(sentences))
