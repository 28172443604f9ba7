"""Where people said the machine was wrong: kept with every decision that is another than the proposed one."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.facts import FactName
from knowledge.override import Override, WrongPlace
from tools.records.canonical import digest_of
from tools.records.case_scope import KeepsCases


class KeptOverride(Frozen):
    """An override that was carried out. Its words stay sealed with the case."""

    case_id: str
    review_id: str
    account: str
    decision_id: str
    """The machine's decision it answers."""
    place: WrongPlace
    fact: FactName | None
    rule: str
    evidence: tuple[str, ...]
    """SHA-256 of what the fact or picture was read from."""
    seconds_spent: int
    at: AwareDatetime


class Overrides(KeepsCases):
    """Keeps overrides, and lists them for whoever teaches the readers."""

    async def keep(
        self, merchant: str, case_id: str, review_id: str, override: Override, evidence: Sequence[str], *, actor: str
    ) -> None:
        """Keep where the machine was wrong, beside the review of that id; the same review again changes nothing."""
        async with self._case(merchant, case_id, write=True) as case:
            words = case.seal(override.words.encode(), "override", review_id) if override.words else None
            cursor = await case.scope.execute(
                "insert into amends.override (merchant, case_id, review_id, place, fact_name, rule, evidence,"
                " sealed_words) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
                (
                    merchant,
                    case_id,
                    review_id,
                    override.place.value,
                    override.fact.value if override.fact else None,
                    override.rule,
                    list(evidence),
                    words,
                ),
            )
            if cursor.rowcount == 1:
                await case.chain("review.override", digest_of(override), actor=actor)

    async def words(self, merchant: str, case_id: str, review_id: str) -> str:
        """What the person wrote beside it; empty when nothing. LookupError when there is no such override."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select sealed_words from amends.override where case_id = %s and review_id = %s", (case_id, review_id)
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(f"case {case_id} has no override {review_id}")
            return "" if row[0] is None else case.open(bytes(row[0]), "override", review_id).decode()

    async def list(self, merchant: str, limit: int = 1000) -> Sequence[KeptOverride]:
        """Overrides that were not taken back, the newest first."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select o.case_id, o.review_id, r.account, r.decision_id, o.place, o.fact_name, o.rule, o.evidence,"
                " r.seconds_spent, o.at from amends.override o"
                " join amends.person_review r using (merchant, case_id, review_id)"
                " where r.state in ('taken', 'confirmed') order by o.at desc limit %s",
                (limit,),
            )
            return [
                KeptOverride(
                    case_id=case_id,
                    review_id=review_id,
                    account=account,
                    decision_id=decision_id,
                    place=WrongPlace(place),
                    fact=FactName(fact) if fact else None,
                    rule=rule,
                    evidence=tuple(evidence),
                    seconds_spent=seconds,
                    at=at,
                )
                async for case_id, review_id, account, decision_id, place, fact, rule, evidence, seconds, at in cursor
            ]
