"""Versions of the wording of a case's letter: appended one after the other, sealed under the case's key."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.letter.redraft import Redraft
from tools.records.canonical import digest_of
from tools.records.case_scope import CaseScope, KeepsCases


class LetterDraft(Frozen):
    """One saved version."""

    version: int
    """From 1 on, counted through all letters of the case."""
    composed_sha256: str
    """The artifact of the composed letter it is a wording of."""
    author: str
    """The account's id."""
    saved_at: AwareDatetime
    redraft: Redraft


class DraftMovedError(Exception):
    """Somebody saved another version meanwhile, so nothing was saved; `latest` is theirs."""

    def __init__(self, latest: LetterDraft | None) -> None:
        self.latest = latest
        self.version = latest.version if latest else 0
        super().__init__(f"the letter is at version {self.version} now; load it, then repeat your change")


class LetterDrafts(KeepsCases):
    """Saves and reads versions. Methods raise CaseUnknown, CaseErased and RecordsUnavailable."""

    async def save(
        self, merchant: str, case_id: str, redraft: Redraft, *, composed_sha256: str, author: str, after: int
    ) -> LetterDraft:
        """Keep the version that follows version `after` (0 for none yet); DraftMovedError when another one does."""
        content = redraft.model_dump_json().encode()
        async with self._case(merchant, case_id, write=True) as case:
            kept = await _versions(case)
            latest = kept[-1] if kept else None
            if (latest.version if latest else 0) != after:
                raise DraftMovedError(latest)
            version, digest = after + 1, digest_of(redraft)
            cursor = await case.scope.execute(
                "insert into amends.letter_draft (merchant, case_id, version, composed_sha256, author, digest, sealed)"
                " values (%s, %s, %s, %s, %s, %s, %s) returning saved_at",
                (
                    merchant,
                    case_id,
                    version,
                    composed_sha256,
                    author,
                    digest,
                    case.seal(content, "letter_draft", str(version)),
                ),
            )
            row = await cursor.fetchone()
            assert row is not None
            await case.chain("letter.reworded", digest, actor=author)
        return LetterDraft(
            version=version, composed_sha256=composed_sha256, author=author, saved_at=row[0], redraft=redraft
        )

    async def versions(self, merchant: str, case_id: str) -> Sequence[LetterDraft]:
        """Every version, the first one first."""
        async with self._case(merchant, case_id) as case:
            return await _versions(case)


async def _versions(case: CaseScope) -> list[LetterDraft]:
    cursor = await case.scope.execute(
        "select version, composed_sha256, author, saved_at, sealed from amends.letter_draft"
        " where case_id = %s order by version",
        (case.case_id,),
    )
    return [
        LetterDraft(
            version=version,
            composed_sha256=composed_sha256,
            author=author,
            saved_at=saved_at,
            redraft=Redraft.model_validate_json(case.open(bytes(sealed), "letter_draft", str(version))),
        )
        async for version, composed_sha256, author, saved_at, sealed in cursor
    ]
