"""What was read from a case's evidence and what was decided on it; earlier versions stay as history."""

import hashlib
from collections.abc import Mapping, Sequence, Set

from knowledge.decision import Decision, DefenceDecision
from knowledge.facts import Fact, FactMethod, FactName, MissingFact, PersonStatement, Reading
from knowledge.judgement.queueing import Wait, WaitingRecord, queue_line
from knowledge.judgement.waiting import WaitingCase
from knowledge.rules.policy import MerchantPolicy
from tools.ports import CaseFile
from tools.records.canonical import canonical_json, digest_of
from tools.records.case_evidence import merged
from tools.records.case_scope import CaseScope, KeepsCases
from tools.records.case_words import GATHERING

DECISIONS: dict[str, type[Decision] | type[DefenceDecision]] = {"refund": Decision, "defence": DefenceDecision}
"""The kinds of decisions, as rows name them."""


class CaseFindings(KeepsCases):
    """Facts and decisions."""

    async def save_readings(self, merchant: str, case_id: str, readings: Mapping[str, Reading]) -> None:
        """Replace what each reader, by name, found before; all or none. The same again changes nothing."""
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "select distinct on (reader) reader, digest from amends.case_reading where case_id = %s"
                " order by reader, seq desc",
                (case_id,),
            )
            known = {str(reader): str(digest) async for reader, digest in cursor}
            for reader, reading in readings.items():
                digest = digest_of(reading)
                if known.get(reader) == digest:
                    continue
                await case.scope.execute(
                    "insert into amends.case_reading (merchant, case_id, seq, reader, digest, sealed)"
                    " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s from amends.case_reading where case_id = %s",
                    (
                        merchant,
                        case_id,
                        reader,
                        digest,
                        case.seal(canonical_json(reading), "reading", reader, digest),
                        case_id,
                    ),
                )
                await case.chain("reading.saved", digest, actor=reader)

    async def amend_fact(self, merchant: str, case_id: str, fact: Fact) -> None:
        """Keep a person's fact, which wins over any machine's of its name; the same again changes nothing.

        ValueError unless the fact's method is `person`.
        """
        if fact.method is not FactMethod.PERSON:
            raise ValueError(f"{fact.name}: only a person amends a fact; save what a reader found with save_readings")
        actor = fact.citation.person if isinstance(fact.citation, PersonStatement) else fact.reader
        digest = digest_of(fact)
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "select digest from amends.fact_amendment where case_id = %s and fact_name = %s"
                " order by seq desc limit 1",
                (case_id, fact.name.value),
            )
            if await cursor.fetchone() == (digest,):
                return
            await case.scope.execute(
                "insert into amends.fact_amendment (merchant, case_id, seq, fact_name, digest, sealed)"
                " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s from amends.fact_amendment where case_id = %s",
                (
                    merchant,
                    case_id,
                    fact.name.value,
                    digest,
                    case.seal(canonical_json(fact), "amendment", digest),
                    case_id,
                ),
            )
            await case.chain("fact.amended", digest, actor=actor)

    async def facts(self, merchant: str, case_id: str) -> Sequence[Fact]:
        """Persons' facts first, then what the readers found under other names, readers by name."""
        async with self._case(merchant, case_id) as case:
            return list(known_facts(await _amended(case), list((await _readings(case)).values())))

    async def case_file(self, merchant: str, case_id: str) -> CaseFile:
        """The case as it stands and what was read from it, as of one moment."""
        async with self._case(merchant, case_id) as case:
            bundle = await merged(case)
            amended, read = await _amended(case), await _readings(case)
        readings = list(read.values())
        facts = known_facts(amended, readings)
        gaps = read[GATHERING].missing if GATHERING in read else ()
        return CaseFile(
            bundle=bundle, facts=facts, missing=lacking_facts(readings, {fact.name for fact in facts}), gaps=gaps
        )

    async def queue_line(self, merchant: str, case_id: str, wait: Wait, policy: MerchantPolicy) -> WaitingCase:
        """The case's line in the queue, from what the records hold of it now."""
        file, latest = await self.case_file(merchant, case_id), await self.latest_decision(merchant, case_id)
        record = WaitingRecord(
            bundle=file.bundle,
            facts=tuple(file.facts),
            missing=tuple(file.missing),
            decision_id=latest[0] if latest else None,
            decision=latest[1] if latest else None,
        )
        return queue_line(record, wait, policy)

    async def save_decision(
        self, merchant: str, case_id: str, decision: Decision | DefenceDecision, inputs_sha256: str | None = None
    ) -> str:
        """Keep a decision and make it the latest; returns its id, the same for the same content on the same inputs.

        `inputs_sha256` is the digest of what was decided on; without it, of the facts as they stand.
        """
        kind = "refund" if isinstance(decision, Decision) else "defence"
        content = canonical_json(decision)
        digest = hashlib.sha256(content).hexdigest()
        async with self._case(merchant, case_id, write=True) as case:
            inputs = inputs_sha256 or _digest_of_facts(
                known_facts(await _amended(case), list((await _readings(case)).values()))
            )
            cursor = await case.scope.execute(
                "select decision_id from amends.case_decision"
                " where case_id = %s and content_sha256 = %s and inputs_sha256 = %s",
                (case_id, digest, inputs),
            )
            known = await cursor.fetchone()
            decision_id = (
                known[0] if known else (await _keep_decision(case, kind, content, inputs, decision.policy_version))
            )
            if case.row.latest_decision != decision_id:
                await case.scope.execute(
                    "update amends.dispute_case set latest_decision = %s where case_id = %s", (decision_id, case_id)
                )
                await case.chain("decision.saved", digest)
            return decision_id

    async def decision(self, merchant: str, case_id: str, decision_id: str) -> Decision | DefenceDecision:
        """A decision as it was saved; LookupError when the case has none of that id."""
        async with self._case(merchant, case_id) as case:
            return await _read_decision(case, decision_id)

    async def latest_decision(self, merchant: str, case_id: str) -> tuple[str, Decision | DefenceDecision] | None:
        """The decision saved last with its id; None before the first."""
        async with self._case(merchant, case_id) as case:
            latest = case.row.latest_decision
            return None if latest is None else (latest, await _read_decision(case, latest))


def known_facts(amended: Mapping[FactName, Fact], readings: Sequence[Reading]) -> tuple[Fact, ...]:
    """Persons' facts, then what the readings hold under other names."""
    read = (fact for reading in readings for fact in reading.facts)
    return (*amended.values(), *(fact for fact in read if fact.name not in amended))


def lacking_facts(readings: Sequence[Reading], known: Set[FactName]) -> tuple[MissingFact, ...]:
    """What readers asked for and nobody supplied, each once."""
    lacking: dict[FactName, MissingFact] = {}
    for reading in readings:
        for missing in reading.missing:
            if missing.name not in known:
                lacking.setdefault(missing.name, missing)
    return tuple(lacking.values())


def _digest_of_facts(facts: Sequence[Fact]) -> str:
    return hashlib.sha256("\n".join(fact.model_dump_json() for fact in facts).encode()).hexdigest()


async def _amended(case: CaseScope) -> dict[FactName, Fact]:
    cursor = await case.scope.execute(
        "select distinct on (fact_name) digest, sealed from amends.fact_amendment where case_id = %s"
        " order by fact_name, seq desc",
        (case.case_id,),
    )
    facts = [Fact.model_validate_json(case.open(bytes(sealed), "amendment", digest)) async for digest, sealed in cursor]
    return {fact.name: fact for fact in facts}


async def _readings(case: CaseScope) -> dict[str, Reading]:
    cursor = await case.scope.execute(
        "select distinct on (reader) reader, digest, sealed from amends.case_reading where case_id = %s"
        " order by reader, seq desc",
        (case.case_id,),
    )
    return {
        reader: Reading.model_validate_json(case.open(bytes(sealed), "reading", reader, digest))
        async for reader, digest, sealed in cursor
    }


async def _keep_decision(case: CaseScope, kind: str, content: bytes, inputs_sha256: str, policy_version: str) -> str:
    cursor = await case.scope.execute(
        "select coalesce(max(seq), 0) + 1 from amends.case_decision where case_id = %s", (case.case_id,)
    )
    row = await cursor.fetchone()
    assert row is not None
    digest = hashlib.sha256(content).hexdigest()
    decision_id = f"d{row[0]}-{digest[:16]}"
    await case.scope.execute(
        "insert into amends.case_decision (merchant, case_id, seq, decision_id, kind, content_sha256, inputs_sha256,"
        " policy_version, sealed) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            case.merchant,
            case.case_id,
            row[0],
            decision_id,
            kind,
            digest,
            inputs_sha256,
            policy_version,
            case.seal(content, "decision", kind, decision_id),
        ),
    )
    return decision_id


async def _read_decision(case: CaseScope, decision_id: str) -> Decision | DefenceDecision:
    cursor = await case.scope.execute(
        "select kind, sealed from amends.case_decision where case_id = %s and decision_id = %s",
        (case.case_id, decision_id),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"case {case.case_id} has no decision {decision_id}")
    kind, sealed = row
    return DECISIONS[kind].model_validate_json(case.open(bytes(sealed), "decision", kind, decision_id))
