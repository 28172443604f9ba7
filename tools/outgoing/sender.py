"""The sender: makes deliveries of what happened, sends what is due, and tries again for three days.

Several may run at once: a delivery is claimed before it is sent. One that dies with a claim loses nothing, the delivery
is sent by another after the claim has ended. What is sent may therefore arrive twice, and never not at all.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from tools.outgoing.destinations import NotAllowedThere, Resolve, checked_url, pinned, resolve
from tools.outgoing.signature import HEADER, sign
from tools.records.records import Records, RecordsUnavailable
from tools.records.webhook_deliveries import Claimed, DeliveryState, WebhookDeliveries
from tools.records.webhook_endpoints import WebhookEndpoints

TRIED_FOR = timedelta(days=3)
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 28800, 43200)
)
"""After the first try, the second, …; the last one again and again."""
_TIMEOUT_SECONDS = 10.0
_LONGEST_TRY_SECONDS = 30.0
_AT_ONCE = 20
_TOLD = 200
"""Characters of a failure that are logged."""
_LOG = logging.getLogger(__name__)


class WebhookSender:
    """Sends for all merchants of the records. `private` allows private networks, for tests and sandboxes."""

    def __init__(
        self,
        records: Records,
        *,
        private: bool = False,
        pauses: Sequence[timedelta] = PAUSES,
        resolved: Resolve = resolve,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._endpoints = WebhookEndpoints(records)
        self._deliveries = WebhookDeliveries(records)
        self._private = private
        self._pauses = pauses
        self._resolved = resolved
        self._clock = clock

    async def keep_sending(self, every_seconds: float = 1.0) -> None:
        """Work until cancelled; while the records do not answer, wait."""
        async with self._client() as client:
            while True:
                try:
                    busy = await self.work(client)
                except RecordsUnavailable as down:
                    _LOG.warning("outgoing webhooks wait: %s", down)
                    busy = False
                if not busy:
                    await asyncio.sleep(every_seconds)

    def _client(self) -> httpx.AsyncClient:
        # Nothing of the environment: a proxy of it would be asked for addresses that were checked for this host.
        return httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)

    async def work(self, client: httpx.AsyncClient | None = None) -> bool:
        """Once over all merchants; whether there was anything to send."""
        if client is None:
            async with self._client() as own:
                return await self.work(own)
        busy = False
        for merchant in await self._endpoints.merchants():
            await self._deliveries.collect(merchant)
            claimed = await self._deliveries.claim(merchant, _AT_ONCE)
            await asyncio.gather(*(self._send(client, each) for each in claimed))
            busy = busy or bool(claimed)
        return busy

    async def _send(self, client: httpx.AsyncClient, one: Claimed) -> None:
        status, failure = None, ""
        try:
            # In all, whatever the receiver does to be slow: well below the time a claim lasts.
            async with asyncio.timeout(_LONGEST_TRY_SECONDS):
                status = await self._post(client, one)
        except (NotAllowedThere, httpx.HTTPError, OSError) as failed:
            failure = f"{type(failed).__name__}: {failed}"[:_TOLD]
        except RecordsUnavailable:
            raise
        except Exception as failed:
            # One delivery that cannot be made must not stop the others.
            _LOG.exception("delivery %s to %s cannot be made", one.seq, one.endpoint_id)
            failure = type(failed).__name__
        if status is not None and 200 <= status < 300:
            state = DeliveryState.DELIVERED
        elif self._clock() - one.first_due_at > TRIED_FOR:
            state = DeliveryState.GIVEN_UP
        else:
            state = DeliveryState.PENDING
        pause = self._pauses[min(one.attempts, len(self._pauses) - 1)]
        await self._deliveries.tried(one, state, status=status, failure=failure, pause=pause)

    async def _post(self, client: httpx.AsyncClient, one: Claimed) -> int:
        url = checked_url(one.url, private=self._private)
        numbered = await pinned(url, private=self._private, resolved=self._resolved)
        body = one.event.model_dump_json().encode()
        secrets = await self._endpoints.secrets(one.merchant, one.endpoint_id, self._clock())
        request = client.build_request(
            "POST",
            numbered,
            content=body,
            headers={
                "host": url.netloc.decode(),
                "content-type": "application/json",
                "user-agent": "Amends-Webhooks/1",
                HEADER: sign(body, secrets, self._clock()),
            },
            # The certificate must be the name's, though the connection goes to the number that was checked.
            extensions={"sni_hostname": url.host},
        )
        # What is answered beside the status is of no interest, and may be endless.
        answer = await client.send(request, stream=True)
        await answer.aclose()
        return answer.status_code
