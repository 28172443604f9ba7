"""A shop's money made in code: refunds, credits and disputes of many ends in six currencies, over two months and later.

What the records would have written is inserted as it is, through the ledger's own triggers; only the times are set
afterwards, because the database stamps its own. `Told` keeps every event in plain numbers for who adds them up anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg

from knowledge.reasons import ChargebackFamily
from tools.records.records import Records

MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))
# Price range in minor units; XPF is a currency the house policy has no rate for.
_PRICES = {
    "EUR": (900, 90_000), "USD": (900, 90_000), "GBP": (900, 90_000), "JPY": (100, 90_000), "BHD": (900, 90_000),
    "XPF": (100, 90_000),
}  # fmt: skip
_PROCESSORS = ("stripe", "paypal", "adyen")
_ENDS = ("won", "won", "won", "partial", "lost", "lost", "accepted", "unanswered", "closed", "open")
_CODES = (
    ("visa", "13.1", "not_received"), ("visa", "10.4", "fraud"), ("mastercard", "4853", "not_as_described"),
    ("mastercard", "4837", "fraud"),
)  # fmt: skip
_WON_BACK = frozenset({"won", "closed"})

_ASIDE = """
alter table amends.ledger_entry no force row level security;
alter table amends.ledger_movement no force row level security;
alter table amends.ledger_entry disable trigger user;
"""
_AS_BEFORE = """
alter table amends.ledger_entry enable trigger user;
alter table amends.ledger_movement force row level security;
alter table amends.ledger_entry force row level security;
"""


@dataclass(frozen=True)
class Paid:
    """Money back to a buyer, or come back from there."""

    kind: str
    back: bool
    currency: str
    minor: int
    at: datetime
    phase: int


@dataclass(frozen=True)
class Opened:
    """A dispute."""

    dispute: str
    currency: str
    minor: int
    at: datetime
    phase: int


@dataclass(frozen=True)
class Ended:
    """How a dispute ended, for the n-th time."""

    dispute: str
    number: int
    end: str
    fraud: bool
    currency: str
    minor: int
    recovered: tuple[int, str] | None
    costs: int | None
    at: datetime
    phase: int


@dataclass
class Told:
    """Everything that happened, in plain numbers. `phase` is when it became known: 1 before March was closed, 2 before
    April was, 3 after both."""

    paid: list[Paid] = field(default_factory=list[Paid])
    opened: list[Opened] = field(default_factory=list[Opened])
    ended: list[Ended] = field(default_factory=list[Ended])


@dataclass
class _Entry:
    key: str
    charge: str
    case_id: str
    kind: str
    origin: str
    minor: int
    currency: str
    reference: str | None
    moves: list[tuple[str, datetime, int]]
    """State, time, phase."""


@dataclass
class _Case:
    case_id: str
    kind: str
    charge: str
    dispute: str | None
    currency: str
    captured: int
    processor: str
    opened_at: datetime


class Shop:
    """Makes the shop and inserts it phase by phase; the same seed makes the same shop."""

    def __init__(self, records: Records, owner: psycopg.Connection, merchant: str, cases: int, seed: int = 7) -> None:
        self._records = records
        self._owner = owner
        self.merchant = merchant
        self.told = Told()
        self._random = Random(seed)
        self._cases: list[_Case] = []
        self._entries: list[_Entry] = []
        self._ends: list[tuple[object, ...]] = []
        self._end_phases: list[int] = []
        for number in range(cases):
            if number % 2:
                self._make_dispute(number)
            else:
                self._make_refund(number)

    def _moment(self, since: datetime = MARCH, days: int = 61) -> datetime:
        return since + timedelta(seconds=self._random.randrange(days * 86_400 - 3_600))

    def _known(self, at: datetime) -> int:
        """Most is known at once; some of it only after its month was closed."""
        return 3 if at >= MAY else 2 if self._random.random() < 0.05 else 1

    def _make_case(self, number: int, kind: str) -> _Case:
        currency = self._random.choice(list(_PRICES))
        case = _Case(
            case_id=f"{kind}-{number}",
            kind=kind,
            charge=f"ch_{number}",
            dispute=f"dp_{number}" if kind == "chargeback" else None,
            currency=currency,
            captured=self._random.randint(*_PRICES[currency]),
            processor=self._random.choice(_PROCESSORS),
            opened_at=self._moment(),
        )
        self._cases.append(case)
        return case

    def _make_refund(self, number: int) -> None:
        case = self._make_case(number, "refund")
        left = case.captured
        for part in range(self._random.choice((1, 1, 1, 2))):
            minor = self._random.randint(1, max(1, left // 2))
            left -= minor
            kind = self._random.choice(("refund", "refund", "refund", "credit"))
            self._make_entry(case, f"{case.case_id}/{part}", kind, minor)

    def _make_entry(self, case: _Case, key: str, kind: str, minor: int) -> None:
        at = self._moment(case.opened_at, 20)
        phase = self._known(at)
        fate = self._random.random()
        moves = [("reserved", at, phase)]
        entry = _Entry(key, case.charge, case.case_id, kind, "ours", minor, case.currency, f"re_{key}", moves)
        self._entries.append(entry)
        if fate < 0.05:
            return  # still reserved
        moves.append(("pending", at + timedelta(seconds=1), phase))
        if fate < 0.10:
            return
        if fate < 0.15:
            moves.append(("failed", at + timedelta(hours=1), phase))
            return
        paid_at = at + timedelta(minutes=10)
        moves.append(("succeeded", paid_at, phase))
        self.told.paid.append(Paid(kind, False, case.currency, minor, paid_at, phase))
        if fate < 0.22:
            back_at = self._moment(paid_at, 30)
            back_phase = max(phase, self._known(back_at))
            moves.append(("reversed", back_at, back_phase))
            self.told.paid.append(Paid(kind, True, case.currency, minor, back_at, back_phase))

    def _make_dispute(self, number: int) -> None:
        case = self._make_case(number, "chargeback")
        assert case.dispute is not None
        at, phase = case.opened_at, self._known(case.opened_at)
        face = case.captured if number % 3 else max(1, case.captured // 2)
        self.told.opened.append(Opened(case.dispute, case.currency, face, at, phase))
        entry = _Entry(
            f"dispute:{case.dispute}", case.charge, case.case_id, "chargeback", "foreign", face, case.currency,
            case.dispute, [("pending", at, phase)],
        )  # fmt: skip
        self._entries.append(entry)
        end = self._random.choice(_ENDS)
        if end == "open":
            return
        closed_at = self._moment(at, 40)
        phase = max(phase, self._known(closed_at))
        network, code, family = self._random.choice(_CODES)
        self._end(case, entry, 1, end, face, closed_at, phase, (network, code, family))
        if end == "won" and self._random.random() < 0.3:
            later = self._moment(closed_at, 40)
            self._end(case, entry, 2, "lost", face, later, max(phase, self._known(later)), (network, code, family))

    def _end(
        self, case: _Case, entry: _Entry, number: int, end: str, face: int, at: datetime, phase: int,
        reason: tuple[str, str, str],
    ) -> None:  # fmt: skip
        assert case.dispute is not None
        recovered = self._recovered(end, face, case.currency)
        costs = None if case.currency == "XPF" else 0 if end == "closed" else self._random.randint(1, 5_000)
        network, code, family = reason
        self.told.ended.append(
            Ended(case.dispute, number, end, family == ChargebackFamily.FRAUD.value, case.currency, face, recovered,
                  costs, at, phase)
        )  # fmt: skip
        state = "reversed" if end in _WON_BACK else "succeeded"
        entry.moves.append((state, at, phase))
        self._end_phases.append(phase)
        self._ends.append(
            (self.merchant, case.dispute, number, case.case_id, case.processor, network, code, family, end,
             case.currency, face, face, recovered[0] if recovered else None, recovered[1] if recovered else None,
             costs, "generated@1", at)
        )  # fmt: skip

    def _recovered(self, end: str, face: int, currency: str) -> tuple[int, str] | None:
        chance = self._random.random()
        if end == "won":
            if chance < 0.1:
                return None
            if chance < 0.2:
                return (max(1, face // 3), "EUR" if currency != "EUR" else "USD")
            return (face + 7 if chance < 0.25 else face - 1 if chance < 0.3 and face > 1 else face, currency)
        if end == "partial":
            return (max(1, face // 3), currency)
        if end == "accepted" and chance < 0.1:
            return (max(1, face // 4), currency)
        return None

    async def insert(self, phase: int) -> None:
        """Insert what became known in this phase."""
        async with self._records.merchant(self.merchant) as scope:
            cursor = scope.cursor()
            if phase == 1:
                await cursor.executemany(
                    "insert into amends.dispute_case (merchant, case_id, kind, digest, order_id, charge, opened_at,"
                    " dispute, sealed_bundle, status) values (%s, %s, %s, repeat('0', 64), %s, %s, %s, %s, '', 'open')",
                    [
                        (
                            self.merchant,
                            one.case_id,
                            one.kind,
                            f"O-{one.case_id}",
                            one.charge,
                            one.opened_at,
                            one.dispute,
                        )
                        for one in self._cases
                    ],
                )
                await cursor.executemany(
                    "insert into amends.payment (merchant, charge, currency, captured_minor, processor)"
                    " values (%s, %s, %s, %s, %s)",
                    [(self.merchant, one.charge, one.currency, one.captured, one.processor) for one in self._cases],
                )
                await cursor.executemany(
                    "insert into amends.artifact (merchant, case_id, seq, kind, name, sha256, size, sealed)"
                    " values (%s, %s, 1, 'letter', 'letter.json', encode(sha256(%s::bytea), 'hex'), 1, 'x')",
                    [(self.merchant, one.case_id, one.case_id.encode()) for one in self._cases if one.dispute],
                )
            for entry in self._entries:
                for number, (state, _, known) in enumerate(entry.moves):
                    if known != phase:
                        continue
                    if number == 0:
                        await cursor.execute(
                            "insert into amends.ledger_entry (merchant, key, charge, case_id, kind, origin,"
                            " amount_minor, currency, state, reference)"
                            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                            (self.merchant, entry.key, entry.charge, entry.case_id, entry.kind, entry.origin,
                             entry.minor, entry.currency, state, entry.reference),
                        )  # fmt: skip
                    else:
                        await cursor.execute(
                            "update amends.ledger_entry set state = %s where key = %s", (state, entry.key)
                        )
            ends = [end for end, known in zip(self._ends, self._end_phases, strict=True) if known == phase]
            await cursor.executemany(
                "insert into amends.closed_dispute (merchant, dispute, seq, case_id, processor, network, reason_code,"
                " family, ended, currency, disputed_minor, contested_minor, recovered_minor, recovered_currency,"
                " costs_minor, policy_version, closed_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                ends,
            )
        self._set_times(phase)

    def _set_times(self, phase: int) -> None:
        moved = [
            (self.merchant, entry.key, number, at)
            for entry in self._entries
            for number, (_, at, known) in enumerate(entry.moves, 1)
            if known == phase
        ]
        keys, numbers, times = ([each[place] for each in moved] for place in (1, 2, 3))
        given: Sequence[object] = (keys, numbers, times, self.merchant)
        with self._owner.transaction():
            # Times are set beside the ledger's triggers and policies: nothing moves again.
            self._owner.execute(_ASIDE)
            self._owner.execute(
                "update amends.ledger_movement m set at = u.at from unnest(%s::text[], %s::int[], %s::timestamptz[])"
                " u(key, number, at) where m.merchant = %s and m.key = u.key and m.number = u.number",
                given,
            )
            self._owner.execute(
                "update amends.ledger_entry e set made_at = u.made, changed_at = u.changed from"
                " (select key, min(at) made, max(at) changed from amends.ledger_movement"
                " where merchant = %s group by key) u"
                " where e.merchant = %s and e.key = u.key",
                (self.merchant, self.merchant),
            )
            self._owner.execute(_AS_BEFORE)
