"""`/queue/live`: what changes in the queue while people look at it, as server-sent events.

One look at the records every half second for each merchant somebody watches, whoever and how many watch: a change
counter that is polled, and not PostgreSQL's LISTEN. A listener would hold a connection of its own, any session of the
application's role can listen to any channel and so would read other merchants' news, and a pooler between us and the
server drops it. Changes of one case within the half second are told once, as it stands then. No browser holds a
connection to the records.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime
from starlette.responses import Response

from console.web.house import House
from console.web.queue.words import BANDS, FLAGS, shown_count
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import WatchesCases
from tools.records.queue import AtProcessor, Queue
from tools.records.queue_filter import QueueView
from tools.records.queue_rows import QueueRow
from tools.records.records import RecordsUnavailable

router = APIRouter()
_EVERY = 0.5
"""Seconds between two looks."""
_MOST = 2000
"""Cases looked at once: more than change within the overlap."""
_OVERLAP = timedelta(seconds=5)
"""How far back each look begins, since a change is dated before it is committed."""
_LASTS = 300.0
"""Seconds a connection lives; the browser comes again by itself, and has to be signed in then."""
_SILENT_AFTER = 15.0
"""Seconds after which a live connection says that it lives, so that proxies keep it."""
_BEHIND = 20
"""Looks that wait for a browser that reads slowly; beyond them the oldest is dropped."""


@dataclass(frozen=True)
class News:
    """What one look found."""

    rows: tuple[QueueRow, ...]
    counts: Mapping[QueueView, int]
    names: Mapping[str, str]
    at_processor: Sequence[AtProcessor] | None
    """Who waits for a processor; None where that has not changed, so that nobody loses their place in it."""


SILENCE = "The records do not answer; what you see may be old."
"""What is told in place of news while nothing can be looked up."""


@dataclass
class _Watch:
    """One merchant, the browsers that watch it, and who looks for them."""

    task: asyncio.Task[None]
    browsers: set[asyncio.Queue[News | None]] = field(default_factory=set[asyncio.Queue[News | None]])

    def tell(self, news: News | None) -> None:
        """Every browser hears it, None while the records are silent; one that reads slowly loses its oldest."""
        for browser in self.browsers:
            if browser.full():
                browser.get_nowait()
            browser.put_nowait(news)


class QueueNews:
    """Looks for changes of the merchants somebody watches, and tells every browser."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._queue = Queue(house.installation.records)
        self._watched: dict[str, _Watch] = {}

    @contextmanager
    def heard(self, merchant: str) -> Generator[asyncio.Queue[News | None], None, None]:
        """The merchant's news from now on, until the block ends; None whenever the records cannot be read."""
        mine: asyncio.Queue[News | None] = asyncio.Queue(maxsize=_BEHIND)
        watch = self._watched.get(merchant)
        if watch is None:
            watch = self._watched[merchant] = _Watch(asyncio.create_task(self._look(merchant)))
        watch.browsers.add(mine)
        try:
            yield mine
        finally:
            watch.browsers.discard(mine)
            if not watch.browsers:
                watch.task.cancel()
                del self._watched[merchant]

    async def since(self, merchant: str, moment: datetime) -> News:
        """What changed after the moment, as it stands now. Raises RecordsUnavailable when the database is down."""
        found = await self._queue.changed(merchant, moment, limit=_MOST)
        return await self._news(merchant, found, await self._queue.at_processor(merchant))

    async def _news(
        self,
        merchant: str,
        found: Sequence[tuple[datetime, QueueRow]],
        at_processor: Sequence[AtProcessor] | None,
    ) -> News:
        return News(
            rows=tuple(row for _, row in found),
            counts=await self._queue.counts(merchant),
            names={one.account_id: one.name for one in await self._house.staff.members(merchant)},
            at_processor=at_processor,
        )

    async def _look(self, merchant: str) -> None:
        since, silent = datetime.now(UTC), False
        told: dict[str, datetime] = {}
        processors: Sequence[AtProcessor] = ()
        while True:
            await asyncio.sleep(_EVERY)
            try:
                found = await self._queue.changed(merchant, since - _OVERLAP, limit=_MOST)
                fresh = [(at, row) for at, row in found if told.get(row.line.case_id, since - _OVERLAP) < at]
                waiting = await self._queue.at_processor(merchant)
                if not fresh and waiting == processors and not silent:
                    continue
                news = await self._news(merchant, fresh, None if waiting == processors else waiting)
            except RecordsUnavailable:
                if not silent:
                    self._watched[merchant].tell(None)
                silent = True
                continue
            silent, processors = False, waiting
            since = max([since, *(at for at, _ in fresh)])
            told |= {row.line.case_id: at for at, row in fresh}
            told = {case_id: at for case_id, at in told.items() if at > since - 2 * _OVERLAP}
            self._watched[merchant].tell(news)


def news_of(request: Request) -> QueueNews:
    """The news the application was made with."""
    news: QueueNews = request.app.state.queue_news
    return news


@router.get("/queue/live")
async def live(
    signed: WatchesCases,
    pages: Annotated[Pages, Depends(pages_of)],
    news: Annotated[QueueNews, Depends(news_of)],
    since: AwareDatetime | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The merchant's changes as small fragments, for as long as the connection lasts.

    What changed after `since` comes first, or after the last event that the browser got before its connection broke.
    """
    moment = _moment(last_event_id) or since
    first = None if moment is None else await news.since(signed.merchant, moment)
    return StreamingResponse(
        _told(pages, news, signed.merchant, first),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


def _moment(event_id: str | None) -> datetime | None:
    """When an event of ours was made; None for what is no id of ours."""
    try:
        moment = datetime.fromisoformat(event_id or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


async def _told(pages: Pages, news: QueueNews, merchant: str, first: News | None) -> AsyncGenerator[str, None]:
    ends = time.monotonic() + _LASTS
    with news.heard(merchant) as mine:
        yield "retry: 2000\n\n"
        if first is not None:
            yield _event(pages, first)
        while (left := ends - time.monotonic()) > 0:
            try:
                change = await asyncio.wait_for(mine.get(), min(left, _SILENT_AFTER))
            except TimeoutError:
                yield ": here\n\n"
            else:
                yield _event(pages, change)


def _event(pages: Pages, news: News | None) -> str:
    if news is None:
        # Without an id: what was missed since the last news is still missing.
        return _sent("", pages.text("queue/records.html", {"silence": SILENCE, "live": True}))
    now = datetime.now(UTC)
    given = {
        "rows": news.rows,
        "counts": news.counts,
        "names": news.names,
        "at_processor": news.at_processor,
        "bands": BANDS,
        "flags": FLAGS,
        "now": now,
        "shown_count": shown_count,
        "silence": "",
        "live": True,
    }
    # A change is dated before it is committed, and so may be told after a later one.
    return _sent(f"id: {(now - _OVERLAP).isoformat()}\n", pages.text("queue/news.html", given))


def _sent(event_id: str, text: str) -> str:
    lines = "\n".join(f"data: {line}" for line in text.splitlines() if line.strip())
    return f"{event_id}event: news\n{lines}\n\n"
