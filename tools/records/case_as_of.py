"""A case as it looked at an entry of the audit chain, rebuilt from what is only ever added to.

The chain says what was there: the case's third `reading.saved` up to that entry stands for the third reading, and so
on. So no clock decides, and each piece is held against the digest the chain has of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg.rows import TupleRow

from knowledge.base import Frozen
from knowledge.case import CaseBundle
from knowledge.decision import Decision, DefenceDecision
from knowledge.facts import Fact, MissingFact, Reading
from knowledge.money import Money
from tools.records.audit import AuditEntry, entries_of_case
from tools.records.canonical import digest_of
from tools.records.case_evidence import with_addition
from tools.records.case_findings import DECISIONS, known_facts, lacking_facts
from tools.records.case_scope import CaseScope, KeepsCases
from tools.records.case_words import ArtifactSummary, CaseEvent, CaseUnknown, EvidenceAddition, Outcome

NOT_KEPT = (
    "who had the case in hand (leases) and what the queue looked like",
    "where the payment's ledger stood: its entries keep their latest state, the chain their digests",
    "what a running workflow was about to do, beyond the stage it had recorded",
)
"""What no record tells of a moment that is past."""


class Check(Frozen):
    """A piece held against the chain."""

    entry: AuditEntry
    agrees: bool


class CaseAsOf(Frozen):
    """The case after an entry of the chain had been written and before its next one."""

    case_id: str
    entry: AuditEntry
    """The case's last entry of then."""
    before: int | None
    """`seq` of the case's entry before."""
    after: int | None
    bundle: CaseBundle
    status: str
    detail: str | None
    """None where it was not kept: sentences of stages from before they were."""
    facts: tuple[Fact, ...]
    missing: tuple[MissingFact, ...]
    readings: Mapping[str, Reading]
    decision_id: str | None
    decision: Decision | DefenceDecision | None
    artifacts: tuple[ArtifactSummary, ...]
    events: tuple[CaseEvent, ...]
    outcome: Outcome | None
    checks: tuple[Check, ...]

    @property
    def disagreeing(self) -> tuple[AuditEntry, ...]:
        """Entries whose piece is missing or is not what was chained."""
        return tuple(check.entry for check in self.checks if not check.agrees)


class CaseHistory(KeepsCases):
    """Rebuilds earlier states. CaseUnknown for an absent case or moment, CaseErased when its key is gone."""

    async def moments(self, merchant: str, case_id: str) -> Sequence[AuditEntry]:
        """The case's entries in the chain, the oldest first; an erased case has them too."""
        async with self._records.merchant(merchant) as scope:
            return await entries_of_case(scope, case_id)

    async def as_of(
        self, merchant: str, case_id: str, *, seq: int | None = None, at: datetime | None = None
    ) -> CaseAsOf:
        """The case as it stood after entry `seq` of the merchant's chain, or at the time `at`; else as it stands."""
        async with self._case(merchant, case_id) as case:
            entries = await entries_of_case(case.scope, case_id)
            past = [entry for entry in entries if (seq is None or entry.seq <= seq) and (at is None or entry.at <= at)]
            if not past:
                raise CaseUnknown(f"case {case_id} was not there yet")
            return await _Rebuilding(case, past).whole(entries)


class _Rebuilding:
    """One case, the entries up to the moment, and what was checked on the way."""

    def __init__(self, case: CaseScope, past: Sequence[AuditEntry]) -> None:
        self._case = case
        self._past = past
        self._checks: dict[int, bool] = {}

    async def whole(self, entries: Sequence[AuditEntry]) -> CaseAsOf:
        last = self._past[-1]
        readings, amended = await self._readings(), await self._amended()
        found = list(readings.values())
        facts = known_facts({fact.name: fact for fact in amended}, found)
        status, detail = await self._status()
        decision_id, decision = await self._decision()
        return CaseAsOf(
            case_id=self._case.case_id,
            entry=last,
            before=self._past[-2].seq if len(self._past) > 1 else None,
            after=next((entry.seq for entry in entries if entry.seq > last.seq), None),
            bundle=await self._bundle(),
            status=status,
            detail=detail,
            facts=facts,
            missing=lacking_facts(found, {fact.name for fact in facts}),
            readings=readings,
            decision_id=decision_id,
            decision=decision,
            artifacts=await self._artifacts(),
            events=await self._events(),
            outcome=await self._outcome(),
            checks=tuple(
                Check(entry=entry, agrees=self._checks[entry.seq]) for entry in self._past if entry.seq in self._checks
            ),
        )

    def _of(self, action: str) -> list[AuditEntry]:
        return [one for one in self._past if one.action == action or one.action.startswith(f"{action}.")]

    def _hold(self, entries: Sequence[AuditEntry], digests: Sequence[str]) -> None:
        """Compare pieces with entries, one by one; a piece that is missing disagrees."""
        for place, entry in enumerate(entries):
            self._checks[entry.seq] = place < len(digests) and digests[place] == entry.digest

    async def _rows(self, entries: Sequence[AuditEntry], query: bytes) -> list[TupleRow]:
        """As many of the case's rows, in their order, as the chain tells of."""
        cursor = await self._case.scope.execute(query + b" order by seq limit %s", (self._case.case_id, len(entries)))
        return await cursor.fetchall()

    async def _bundle(self) -> CaseBundle:
        opened = self._of("case.opened")
        content = self._case.open(self._case.row.sealed_bundle, "bundle")
        self._hold(opened, [hashlib.sha256(content).hexdigest()])
        bundle = CaseBundle.model_validate_json(content)
        added = self._of("evidence.added")
        rows = await self._rows(added, b"select digest, sealed from amends.evidence_addition where case_id = %s")
        # What is sealed is bound to the digest and holds only what was new; the digest is of all that was sent.
        for digest, sealed in rows:
            content = self._case.open(bytes(sealed), "addition", digest)
            bundle = with_addition(bundle, EvidenceAddition.model_validate_json(content))
        self._hold(added, [str(row[0]) for row in rows])
        return bundle

    async def _status(self) -> tuple[str, str | None]:
        entries = self._of("status")
        if not entries:
            return "open", ""
        cursor = await self._case.scope.execute(
            "select distinct on (digest) digest, status, sealed from amends.case_status where case_id = %s",
            (self._case.case_id,),
        )
        kept = {
            digest: (status, self._case.open(bytes(sealed), "status", digest).decode())
            async for digest, status, sealed in cursor
        }
        for entry in entries:
            if entry.digest in kept:
                status, detail = kept[entry.digest]
                self._checks[entry.seq] = digest_of({"status": status, "detail": detail}) == entry.digest
        last = entries[-1]
        return kept.get(last.digest, (last.action.removeprefix("status."), None))

    async def _readings(self) -> dict[str, Reading]:
        entries = self._of("reading.saved")
        rows = await self._rows(entries, b"select reader, digest, sealed from amends.case_reading where case_id = %s")
        readings = [
            (str(reader), Reading.model_validate_json(self._case.open(bytes(sealed), "reading", reader, digest)))
            for reader, digest, sealed in rows
        ]
        self._hold(entries, [digest_of(reading) for _, reading in readings])
        return dict(sorted(readings, key=lambda one: one[0]))

    async def _amended(self) -> list[Fact]:
        entries = self._of("fact.amended")
        rows = await self._rows(entries, b"select digest, sealed from amends.fact_amendment where case_id = %s")
        facts = [
            Fact.model_validate_json(self._case.open(bytes(sealed), "amendment", digest)) for digest, sealed in rows
        ]
        self._hold(entries, [digest_of(fact) for fact in facts])
        return sorted(facts, key=lambda fact: fact.name.value)

    async def _decision(self) -> tuple[str | None, Decision | DefenceDecision | None]:
        entries = self._of("decision.saved")
        if not entries:
            return None, None
        # The same content may have been decided again on other inputs: the one that was there then.
        cursor = await self._case.scope.execute(
            "select decision_id, kind, sealed from amends.case_decision where case_id = %s and content_sha256 = %s"
            " and decided_at <= %s order by seq desc limit 1",
            (self._case.case_id, entries[-1].digest, entries[-1].at),
        )
        row = await cursor.fetchone()
        if row is None:
            self._hold(entries[-1:], [])
            return None, None
        decision_id, kind, sealed = row
        content = self._case.open(bytes(sealed), "decision", kind, decision_id)
        self._hold(entries[-1:], [hashlib.sha256(content).hexdigest()])
        return decision_id, DECISIONS[kind].model_validate_json(content)

    async def _artifacts(self) -> tuple[ArtifactSummary, ...]:
        entries = self._of("artifact")
        rows = await self._rows(
            entries, b"select kind, name, sha256, size, saved_at from amends.artifact where case_id = %s"
        )
        self._hold(entries, [str(row[2]) for row in rows])
        return tuple(
            ArtifactSummary(kind=kind, name=name, sha256=sha256, size=size, saved_at=saved_at)
            for kind, name, sha256, size, saved_at in rows
        )

    async def _events(self) -> tuple[CaseEvent, ...]:
        entries = self._of("event")
        rows = await self._rows(
            entries, b"select seq, at, actor, what, digest, sealed from amends.case_event where case_id = %s"
        )
        events = tuple(
            CaseEvent(
                seq=seq,
                at=at,
                actor=actor,
                what=what,
                detail=self._case.open(bytes(sealed), "event", str(seq)).decode(),
                digest=digest,
            )
            for seq, at, actor, what, digest, sealed in rows
        )
        self._hold(
            entries,
            [one.digest or digest_of({"what": one.what, "detail": one.detail, "seq": one.seq}) for one in events],
        )
        return events

    async def _outcome(self) -> Outcome | None:
        entries = self._of("outcome")
        rows = await self._rows(
            entries, b"select outcome, amount_minor, currency, at from amends.case_outcome where case_id = %s"
        )
        outcomes = [
            Outcome(outcome=row[0], amount=None if row[1] is None else Money(minor=row[1], currency=row[2]), at=row[3])
            for row in rows
        ]
        self._hold(
            entries,
            [
                digest_of({"outcome": one.outcome, "amount": one.amount.model_dump() if one.amount else None})
                for one in outcomes
            ],
        )
        return outcomes[-1] if outcomes else None
