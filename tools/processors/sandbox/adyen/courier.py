"""Delivering notifications: at least once, retried, and on request late, twice and out of order."""

import asyncio
import json
import logging
from typing import TYPE_CHECKING

import httpx

from tools.processors.sandbox.adyen.messages import Delivery
from tools.processors.sandbox.adyen.notices import Notices, notification
from tools.processors.sandbox.books import Books, Entry, Wire

if TYPE_CHECKING:
    from tools.processors.sandbox.adyen.specification import AdyenSpecification


_LOOK_EVERY = 0.1
_LONGEST_PAUSE = 5.0
_PATIENCE = 10.0
"""Seconds Adyen waits for an answer (https://docs.adyen.com/development-resources/webhooks)."""
_log = logging.getLogger("amends.sandbox")


class Courier:
    """Carries what was told to the address of the present `Delivery`; without one everything waits."""

    def __init__(self, books: Books, notices: Notices, specification: "AdyenSpecification | None") -> None:
        self._books = books
        self._notices = notices
        self._specification = specification
        self._delivery = Delivery()
        self.refused = 0
        """Deliveries that were not accepted."""

    def deliver_as(self, delivery: Delivery) -> None:
        """From now on."""
        self._delivery = delivery

    async def run(self) -> None:
        """Until cancelled."""
        pause = _LOOK_EVERY
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as http:
            while True:
                done = await self._round(http)
                pause = _LOOK_EVERY if done else min(_LONGEST_PAUSE, pause * 2)
                await asyncio.sleep(pause)

    async def _round(self, http: httpx.AsyncClient) -> bool:
        """Everything that waits, once; False when something must be tried again."""
        how = self._delivery
        if how.url is None or how.held:
            return True
        waiting = self._notices.waiting()
        if how.newest_first:
            waiting.reverse()
        for together in _batches(waiting, how.items_together):
            if not await self._sent(http, how, together):
                self.refused += 1
                return False
            self._notices.delivered(together)
        return True

    async def _sent(self, http: httpx.AsyncClient, how: Delivery, together: list[Entry]) -> bool:
        body = notification([entry.body for entry in together], how.hmac_key)
        self._check(together, body)
        for _ in range(how.copies):
            try:
                answer = await http.post(how.url or "", content=json.dumps(body).encode(), headers=_JSON)
            except httpx.TransportError as error:
                _log.info("notification not delivered", exc_info=error)
                return False
            if not answer.is_success:
                return False
        return True

    def _check(self, together: list[Entry], body: Wire) -> None:
        if self._specification is None:
            return
        for entry, item in zip(together, body["notificationItems"], strict=True):
            code: str = entry.body["eventCode"]
            for what in self._specification.webhook_problems(code, {**body, "notificationItems": [item]}):
                self._books.add_violation(
                    {"method": "POST", "path": f"webhook {code}", "where": "request", "what": what}
                )


_JSON = {"Content-Type": "application/json"}


def _batches(entries: list[Entry], size: int) -> list[list[Entry]]:
    return [entries[start : start + size] for start in range(0, len(entries), size)]
