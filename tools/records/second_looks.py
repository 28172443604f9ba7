"""Second looks: a drawn share of people's decisions is decided by another person too, blind to the first."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.canonical import digest_of
from tools.records.case_scope import KeepsCases


class SecondLook(Frozen):
    """A decision that was drawn. What the first person decided is not told here."""

    case_id: str
    review_id: str
    """The first person's review."""
    decision_id: str
    """The proposal the first person saw, and the second sees."""
    offered_at: AwareDatetime


class Agreement(Frozen):
    """Two people on one case: calibration data."""

    case_id: str
    review_id: str
    first: str
    second: str
    """Accounts."""
    agrees: bool
    at: AwareDatetime


class SecondLooks(KeepsCases):
    """Offers second looks and keeps what came of them; nothing here changes a case's course."""

    async def offer(self, merchant: str, case_id: str, review_id: str) -> None:
        """Offer the review for a second look; the same again changes nothing."""
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "insert into amends.second_look (merchant, case_id, review_id) values (%s, %s, %s)"
                " on conflict do nothing",
                (merchant, case_id, review_id),
            )
            if cursor.rowcount == 1:
                await case.chain("second_look.offered", digest_of(review_id))

    async def offered(
        self, merchant: str, account: str, *, case_id: str | None = None, limit: int = 200
    ) -> Sequence[SecondLook]:
        """What waits for a second look by that person, oldest first.

        Never a case they have decided themselves, nor one whose page they have seen since it was decided: they would
        not be blind. Ten minutes more, because the chain tells a view of the same page once in that time.
        """
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select l.case_id, l.review_id, r.decision_id, l.offered_at from amends.second_look l"
                " join amends.person_review r using (merchant, case_id, review_id)"
                " where l.second_account is null and r.state in ('taken', 'confirmed') and not exists ("
                " select from amends.person_review own where own.merchant = l.merchant and own.case_id = l.case_id"
                " and own.account = %s) and not exists (select from amends.audit_entry e where e.merchant = l.merchant"
                " and e.case_id = l.case_id and e.actor = %s and e.action = 'case.viewed'"
                " and e.at >= r.at - interval '10 minutes') and l.case_id = coalesce(%s, l.case_id)"
                " order by l.offered_at limit %s",
                (account, account, case_id, limit),
            )
            return [
                SecondLook(case_id=case_id, review_id=review_id, decision_id=decision_id, offered_at=at)
                async for case_id, review_id, decision_id, at in cursor
            ]

    async def look(
        self, merchant: str, case_id: str, review_id: str, account: str, content: bytes, *, agrees: bool
    ) -> None:
        """Keep what the second person decides; LookupError when somebody else has looked already."""
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "update amends.second_look set second_account = %s, looked_at = clock_timestamp(), agrees = %s,"
                " sealed = %s where case_id = %s and review_id = %s and second_account is null",
                (account, agrees, case.seal(content, "second_look", review_id), case_id, review_id),
            )
            if cursor.rowcount != 1:
                raise LookupError(f"case {case_id} waits for no second look of {review_id}")
            await case.chain("second_look.taken", digest_of(content.decode()), actor=account)

    async def agreements(self, merchant: str, limit: int = 1000) -> Sequence[Agreement]:
        """Both people's decisions with whether they agree, the newest first."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select l.case_id, l.review_id, r.account, l.second_account, l.agrees, l.looked_at"
                " from amends.second_look l join amends.person_review r using (merchant, case_id, review_id)"
                " where l.second_account is not null order by l.looked_at desc limit %s",
                (limit,),
            )
            return [
                Agreement(case_id=case_id, review_id=review_id, first=first, second=second, agrees=agrees, at=at)
                async for case_id, review_id, first, second, agrees, at in cursor
            ]
