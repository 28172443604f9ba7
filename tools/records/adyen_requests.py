"""What we asked of Adyen, kept in the records: `AdyenRequests` on PostgreSQL, one merchant's own rows."""

from collections.abc import Sequence

from tools.processors.adyen.requests import AdyenRequest
from tools.records.records import Records

_PROCESSOR = "adyen"


class RecordedAdyenRequests:
    """The requests of one merchant. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records, merchant: str) -> None:
        self._records = records
        self._merchant = merchant

    async def about(self, reference: str) -> Sequence[AdyenRequest]:
        """Everything asked about a payment or a dispute, oldest first."""
        async with self._records.merchant(self._merchant) as scope:
            cursor = await scope.execute(
                "select body::text from amends.processor_request where processor = %s and about = %s"
                " order by asked_at, kind, key",
                (_PROCESSOR, reference),
            )
            return [AdyenRequest.model_validate_json(row[0]) async for row in cursor]

    async def keep(self, request: AdyenRequest) -> None:
        """Keep the request; one of the same kind, about and key takes its place."""
        async with self._records.merchant(self._merchant) as scope:
            await scope.execute(
                "insert into amends.processor_request (merchant, processor, about, kind, key, body)"
                " values (%s, %s, %s, %s, %s, %s)"
                " on conflict (merchant, processor, about, kind, key) do update set body = excluded.body",
                (
                    self._merchant,
                    _PROCESSOR,
                    request.about,
                    request.kind.value,
                    request.key,
                    request.model_dump_json(exclude_none=True),
                ),
            )
