"""The audit chain: per merchant, append-only, each entry hashed with the one before. Digests only, no personal data.

The hash is SHA-256 over canonical JSON of `action, actor, at, case_id, digest, prev, seq`; `at` is UTC to the
microsecond. PostgreSQL computes it while holding the lock on the chain's head, so entries of one merchant are strictly
one after the other, and the application's role can neither set a time, nor write beside the chain, nor change an entry.
What no chain can show by itself is its replacement as a whole by the database's owner: keep `head` elsewhere.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import LiteralString

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.canonical import digest_of
from tools.records.records import Records, Scope

_START = "0" * 64
_BATCH = 1000
_FIELDS: LiteralString = "seq, at, actor, action, case_id, digest, prev, hash"
_PAGE: LiteralString = (
    f"select {_FIELDS} from amends.audit_entry e"  # noqa: S608 -- our own constant
    " where (%(before)s::bigint is null or seq < %(before)s)"
    " and (%(case_id)s = '' or case_id = %(case_id)s) and (%(actor)s = '' or actor = %(actor)s)"
    " and (%(action)s = '' or action = %(action)s or starts_with(action, %(action)s || '.'))"
    " and (%(since)s::timestamptz is null or at >= %(since)s) and (%(until)s::timestamptz is null or at < %(until)s)"
    " and (%(policy_version)s = '' or exists (select from amends.case_decision d where d.case_id = e.case_id"
    " and d.content_sha256 = e.digest and d.policy_version = %(policy_version)s and e.action = 'decision.saved'))"
    " order by seq desc limit %(most)s"
)


class AuditEntry(Frozen):
    """One link. `digest` is of what was saved, empty where there is nothing to digest."""

    seq: int
    at: AwareDatetime
    actor: str
    action: str
    case_id: str
    """Empty for what belongs to no case."""
    digest: str
    prev: str
    hash: str

    def expected_hash(self) -> str:
        """The hash the entry's own content demands."""
        return digest_of(
            {
                "action": self.action,
                "actor": self.actor,
                "at": self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "case_id": self.case_id,
                "digest": self.digest,
                "prev": self.prev,
                "seq": self.seq,
            }
        )


class AuditVerdict(Frozen):
    """What verifying a chain found."""

    entries: int
    intact: bool
    broken_at: int | None
    """`seq` of the first entry that is altered, missing or out of place."""
    head: str
    """The hash to keep elsewhere: the last entry's as the head tells it, 64 zeros for an empty chain."""


async def append(scope: Scope, *, actor: str, action: str, case_id: str = "", digest: str = "") -> None:
    """Chain an entry in `scope`'s transaction; last in it, since the merchant's chain stays locked until its end.

    `actor` is a component or a staff member's id, never a buyer's name.
    """
    await scope.execute("select amends.append_audit(%s, %s, %s, %s)", (actor, action, case_id, digest))


class AuditFilter(Frozen):
    """What of a chain is asked for; what is left empty excludes nothing."""

    case_id: str = ""
    actor: str = ""
    action: str = ""
    """A whole action or its first words: `status` finds `status.review` too."""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    """Not included."""
    policy_version: str = ""
    """Decisions made under this version; decisions of before it was kept are not found by it."""


class AuditProgress(Frozen):
    """How far a walk over a chain has come."""

    entries: int
    """Found in order so far."""
    of: int
    """As long as the chain was when the walk began."""


class AuditTrail:
    """Reads and verifies the chains."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def record(self, merchant: str, *, actor: str, action: str, case_id: str = "", digest: str = "") -> None:
        """Chain an entry by itself: a view, a sign-in, an export."""
        async with self._records.merchant(merchant) as scope:
            await append(scope, actor=actor, action=action, case_id=case_id, digest=digest)

    async def entries(self, merchant: str, *, case_id: str | None = None, after: int = 0) -> Sequence[AuditEntry]:
        """The chain, or one case's part of it, in order, from the entry after `after`; 1000 entries at most."""
        async with self._records.merchant(merchant) as scope:
            return await _read(scope, case_id, after)

    async def page(
        self, merchant: str, wanted: AuditFilter, *, before: int | None = None, most: int = 100
    ) -> Sequence[AuditEntry]:
        """The newest entries the filter lets through, the newest first; older than entry `before` when it is given."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(_PAGE, wanted.model_dump() | {"before": before, "most": most})
            return [_entry(*row) async for row in cursor]

    async def entry(self, merchant: str, seq: int) -> AuditEntry | None:
        """The entry with this number as it stands now; None when there is none."""
        async with self._records.merchant(merchant) as scope:
            found = await _read(scope, None, seq - 1, 1)
        return found[0] if found and found[0].seq == seq else None

    async def head(self, merchant: str) -> tuple[int, str]:
        """How many entries the chain has, and the last one's hash."""
        async with self._records.merchant(merchant) as scope:
            return await _head(scope)

    async def policy_versions(self, merchant: str, entries: Sequence[AuditEntry]) -> dict[int, str]:
        """The policy's version by `seq`, of those entries that saved a decision whose version is known."""
        decisions = [entry for entry in entries if entry.action == "decision.saved"]
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select distinct content_sha256, policy_version from amends.case_decision"
                " where content_sha256 = any(%s) and policy_version is not null",
                ([entry.digest for entry in decisions],),
            )
            versions = {str(digest): str(version) async for digest, version in cursor}
        return {entry.seq: versions[entry.digest] for entry in decisions if entry.digest in versions}

    async def verify(self, merchant: str) -> AuditVerdict:
        """Walk the whole chain and compare its end with the head."""
        async for step in self.walk(merchant):
            if isinstance(step, AuditVerdict):
                return step
        raise AssertionError("a walk ends with a verdict")

    async def walk(self, merchant: str) -> AsyncGenerator[AuditProgress | AuditVerdict]:
        """Verify, telling after every thousand entries how far it is; the verdict comes last."""
        async with self._records.merchant(merchant) as scope:
            count, prev, (length, _) = 0, _START, await _head(scope)
            while True:
                batch = await _read(scope, None, count)
                for entry in batch:
                    if entry.seq != count + 1 or entry.prev != prev or entry.hash != entry.expected_hash():
                        head = (await _head(scope))[1]
                        yield AuditVerdict(entries=count, intact=False, broken_at=count + 1, head=head)
                        return
                    count, prev = entry.seq, entry.hash
                yield AuditProgress(entries=count, of=max(count, length))
                # Entries and head are committed together, and the head is read after the entries: when it is ahead,
                # entries were chained meanwhile, and if there are none to read, they are missing.
                head_seq, head = await _head(scope)
                if head_seq > count and (batch or await _read(scope, None, count)):
                    continue
                intact = (count, prev) == (head_seq, head)
                broken_at = None if intact else min(count, head_seq) + 1
                yield AuditVerdict(entries=count, intact=intact, broken_at=broken_at, head=head)
                return


async def entries_of_case(scope: Scope, case_id: str) -> Sequence[AuditEntry]:
    """Every entry about the case, the oldest first, in `scope`'s transaction."""
    entries: list[AuditEntry] = []
    while batch := await _read(scope, case_id, entries[-1].seq if entries else 0):
        entries += batch
    return entries


async def _head(scope: Scope) -> tuple[int, str]:
    cursor = await scope.execute("select seq, hash from amends.audit_head")
    return await cursor.fetchone() or (0, _START)


async def _read(scope: Scope, case_id: str | None, after: int, most: int = _BATCH) -> Sequence[AuditEntry]:
    cursor = await scope.execute(
        f"select {_FIELDS} from amends.audit_entry"  # noqa: S608 -- our own constant
        " where seq > %s and (%s::text is null or case_id = %s) order by seq limit %s",
        (after, case_id, case_id, most),
    )
    return [_entry(*row) async for row in cursor]


def _entry(
    seq: int, at: datetime, actor: str, action: str, case_id: str, digest: str, prev: str, hashed: str
) -> AuditEntry:
    return AuditEntry(
        seq=seq, at=at, actor=actor, action=action, case_id=case_id, digest=digest, prev=prev, hash=hashed
    )
