"""What people decided on cases, with what became of each: proposed, sent, taken, refused, taken back."""

from datetime import timedelta
from enum import StrEnum

from psycopg.errors import UniqueViolation
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.money import Money
from tools.records.canonical import digest_of
from tools.records.case_scope import CaseScope, KeepsCases
from tools.records.queue_rows import touch

_MOST_SPENT = timedelta(hours=12)
"""A page left open overnight says nothing about how long a decision took."""


class ReviewState(StrEnum):
    """What became of a review."""

    PROPOSED = "proposed"
    """Above what the person decides alone; a second one has to confirm it."""
    SENT = "sent"
    """Given to the case's workflow, which has not answered yet."""
    TAKEN = "taken"
    REFUSED = "refused"
    UNDONE = "undone"
    CONFIRMED = "confirmed"
    """A proposal that a second person confirmed by a review of their own."""
    REPLACED = "replaced"
    """A proposal in whose place something else was decided or proposed."""


_NO_LONGER_PROPOSED = frozenset({ReviewState.CONFIRMED, ReviewState.REPLACED})


class PersonReview(Frozen):
    """One person's review of one case."""

    case_id: str
    review_id: str
    """Made by the page before it is sent: the same id again is the same review."""
    account: str
    decision_id: str
    """The decision the person saw; empty when the door showed none."""
    action: str
    amount: Money | None
    """What it pays or contests; None where the action names no amount."""
    state: ReviewState
    seconds_spent: int
    at: AwareDatetime
    content: bytes
    """The review itself, in the workflows' words; sealed at rest."""


class ReviewTaken(Exception):
    """Another proposal on the case was kept in the same moment."""


class PersonReviews(KeepsCases):
    """Keeps reviews. Methods raise CaseUnknown, CaseErased, or RecordsUnavailable when the database is down."""

    async def keep(
        self,
        merchant: str,
        case_id: str,
        review_id: str,
        *,
        account: str,
        decision_id: str,
        action: str,
        amount: Money | None,
        state: ReviewState,
        spent: timedelta,
        content: bytes,
    ) -> PersonReview:
        """Keep a review before it is sent; the one kept first when its id is known. ReviewTaken for a second proposal.

        A proposal of the same case that stood before is replaced.
        """
        seconds = int(min(max(spent, timedelta()), _MOST_SPENT).total_seconds())
        async with self._case(merchant, case_id, write=True) as case:
            known = await _find(case, review_id)
            if known is not None:
                return known
            if state is ReviewState.PROPOSED:
                await case.scope.execute(
                    "update amends.person_review set state = 'replaced', changed_at = clock_timestamp()"
                    " where case_id = %s and state = 'proposed'",
                    (case_id,),
                )
            try:
                await case.scope.execute(
                    "insert into amends.person_review (merchant, case_id, review_id, account, decision_id, action,"
                    " amount_minor, currency, state, seconds_spent, sealed)"
                    " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    (
                        merchant,
                        case_id,
                        review_id,
                        account,
                        decision_id,
                        action,
                        None if amount is None else amount.minor,
                        None if amount is None else amount.currency,
                        state.value,
                        seconds,
                        case.seal(content, "person_review", review_id),
                    ),
                )
            except UniqueViolation as twice:
                raise ReviewTaken(f"case {case_id}: another proposal was kept just now; look at it first") from twice
            if state is ReviewState.PROPOSED:
                await touch(case.scope, case_id)
            await case.chain(f"review.{state.value}", digest_of(content.decode()), actor=account)
            kept = await _find(case, review_id)
        assert kept is not None
        return kept

    async def find(self, merchant: str, case_id: str, review_id: str) -> PersonReview | None:
        """The review of that id."""
        async with self._case(merchant, case_id) as case:
            return await _find(case, review_id)

    async def latest(self, merchant: str, case_id: str, *states: ReviewState) -> PersonReview | None:
        """The newest review of the case in one of the states."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select review_id from amends.person_review where case_id = %s and state = any(%s)"
                " order by at desc limit 1",
                (case_id, [state.value for state in states]),
            )
            row = await cursor.fetchone()
            return None if row is None else await _find(case, row[0])

    async def change(
        self,
        merchant: str,
        case_id: str,
        review_id: str,
        state: ReviewState,
        *,
        actor: str,
        content: bytes | None = None,
    ) -> None:
        """What became of the review, with new content where there is any; the same state again changes nothing."""
        async with self._case(merchant, case_id, write=True) as case:
            sealed = None if content is None else case.seal(content, "person_review", review_id)
            cursor = await case.scope.execute(
                "update amends.person_review set state = %s, sealed = coalesce(%s, sealed),"
                " changed_at = clock_timestamp() where case_id = %s and review_id = %s and state <> %s",
                (state.value, sealed, case_id, review_id, state.value),
            )
            if cursor.rowcount == 1:
                if state in _NO_LONGER_PROPOSED:
                    await touch(case.scope, case_id)
                await case.chain(f"review.{state.value}", digest_of(review_id), actor=actor)


async def _find(case: CaseScope, review_id: str) -> PersonReview | None:
    cursor = await case.scope.execute(
        "select account, decision_id, action, amount_minor, currency, state, seconds_spent, at, sealed"
        " from amends.person_review where case_id = %s and review_id = %s",
        (case.case_id, review_id),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return PersonReview(
        case_id=case.case_id,
        review_id=review_id,
        account=row[0],
        decision_id=row[1],
        action=row[2],
        amount=None if row[3] is None else Money(minor=row[3], currency=row[4]),
        state=ReviewState(row[5]),
        seconds_spent=row[6],
        at=row[7],
        content=case.open(bytes(row[8]), "person_review", review_id),
    )
