"""What people saw before they decided like cases together, and which of the cases they opened since."""

import secrets
from collections.abc import Sequence

from psycopg.types.json import Jsonb
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.money import Money
from tools.records.audit import append
from tools.records.canonical import digest_of
from tools.records.records import Records


class PreviewedCase(Frozen):
    """A case of the set as its line in the queue stood then."""

    case_id: str
    version: int
    decision_id: str
    proposal: str
    amount: Money | None
    stake: Money


class LeftOut(Frozen):
    """A chosen case that is not decided with the others, and why."""

    case_id: str
    why: str


class PreviewContent(Frozen):
    """The set; what the audit entry of the preview is a digest of."""

    cases: tuple[PreviewedCase, ...]
    samples: tuple[str, ...]
    """The cases that were drawn to be opened."""
    left_out: tuple[LeftOut, ...] = ()


class SetPreview(Frozen):
    """A preview, whose it is, and since when."""

    preview_id: str
    account: str
    at: AwareDatetime
    content: PreviewContent


class SetPreviews:
    """Keeps previews. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def keep(self, merchant: str, account: str, content: PreviewContent) -> str:
        """Keep what is about to be shown; its id. The audit chain gets its digest."""
        preview_id = secrets.token_hex(16)
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "insert into amends.set_preview (merchant, preview_id, account_id, content) values (%s, %s, %s, %s)",
                (merchant, preview_id, account, Jsonb(content.model_dump(mode="json"))),
            )
            await append(scope, actor=account, action="set.previewed", digest=digest_of(content))
        return preview_id

    async def find(self, merchant: str, account: str, preview_id: str) -> SetPreview:
        """The person's preview; LookupError for another's, told as if it did not exist."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select previewed_at, content from amends.set_preview where preview_id = %s and account_id = %s",
                (preview_id, account),
            )
            row = await cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no preview {preview_id}")
        content = PreviewContent.model_validate(row[1])
        return SetPreview(preview_id=preview_id, account=account, at=row[0], content=content)

    async def opened(self, merchant: str, preview: SetPreview) -> Sequence[str]:
        """The samples whose pages the person has seen since the preview, by the audit chain."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select distinct case_id from amends.audit_entry where case_id = any(%s) and actor = %s"
                " and action = 'case.viewed' and at >= %s",
                (list(preview.content.samples), preview.account, preview.at),
            )
            seen = {str(row[0]) async for row in cursor}
        return [case_id for case_id in preview.content.samples if case_id in seen]

    async def decided(self, merchant: str, account: str, case_id: str, preview: SetPreview) -> None:
        """Chain that the case was decided as one of the set."""
        async with self._records.merchant(merchant) as scope:
            digest = digest_of(preview.content)
            await append(scope, actor=account, action="case.decided_together", case_id=case_id, digest=digest)
