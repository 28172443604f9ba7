"""`/queue/live`: what changes in the queue while people look at it, as server-sent events.

One look at the records every half second for each merchant somebody watches, whoever and how many watch: a change
counter that is polled, and not PostgreSQL's LISTEN. A listener would hold a connection of its own, any session of the
application's role can listen to any channel and so would read other merchants' news, and a pooler between us and the
server drops it. Changes of one case within the half second are told once, as it stands then. No browser holds a
connection to the records.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from console.web.house import House
from console.web.queue.words import BANDS, FLAGS, shown_count
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import WatchesCases
from tools.records.queue import Queue
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


@dataclass
class _Watch:
    """One merchant, the browsers that watch it, and who looks for them."""

    task: asyncio.Task[None]
    browsers: set[asyncio.Queue[News]] = field(default_factory=set[asyncio.Queue[News]])


class QueueNews:
    """Looks for changes of the merchants somebody watches, and tells every browser."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._queue = Queue(house.installation.records)
        self._watched: dict[str, _Watch] = {}

    @contextmanager
    def heard(self, merchant: str) -> Generator[asyncio.Queue[News], None, None]:
        """The merchant's news from now on, until the block ends."""
        mine: asyncio.Queue[News] = asyncio.Queue(maxsize=_BEHIND)
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

    async def _look(self, merchant: str) -> None:
        since = datetime.now(UTC)
        told: dict[str, datetime] = {}
        while True:
            await asyncio.sleep(_EVERY)
            try:
                found = await self._queue.changed(merchant, since - _OVERLAP, limit=_MOST)
                fresh = [(at, row) for at, row in found if told.get(row.line.case_id, since - _OVERLAP) < at]
                if not fresh:
                    continue
                counts = await self._queue.counts(merchant)
                names = {one.account_id: one.name for one in await self._house.staff.members(merchant)}
            except RecordsUnavailable:
                # The page says itself when it cannot be read; here the next look is soon enough.
                continue
            since = max(since, *(at for at, _ in fresh))
            told |= {row.line.case_id: at for at, row in fresh}
            told = {case_id: at for case_id, at in told.items() if at > since - 2 * _OVERLAP}
            news = News(rows=tuple(row for _, row in fresh), counts=counts, names=names)
            for browser in self._watched[merchant].browsers:
                if browser.full():
                    browser.get_nowait()
                browser.put_nowait(news)


def news_of(request: Request) -> QueueNews:
    """The news the application was made with."""
    news: QueueNews = request.app.state.queue_news
    return news


@router.get("/queue/live")
async def live(
    signed: WatchesCases,
    pages: Annotated[Pages, Depends(pages_of)],
    news: Annotated[QueueNews, Depends(news_of)],
) -> Response:
    """The merchant's changes as small fragments, for as long as the connection lasts."""
    return StreamingResponse(
        _told(pages, news, signed.merchant), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _told(pages: Pages, news: QueueNews, merchant: str) -> AsyncGenerator[str, None]:
    ends = time.monotonic() + _LASTS
    with news.heard(merchant) as mine:
        yield "retry: 2000\n\n"
        while (left := ends - time.monotonic()) > 0:
            try:
                change = await asyncio.wait_for(mine.get(), min(left, _SILENT_AFTER))
            except TimeoutError:
                yield ": here\n\n"
            else:
                yield _event(pages, change)


def _event(pages: Pages, news: News) -> str:
    given = {
        "rows": news.rows,
        "counts": news.counts,
        "names": news.names,
        "bands": BANDS,
        "flags": FLAGS,
        "now": datetime.now(UTC),
        "shown_count": shown_count,
    }
    text = pages.text("queue/news.html", given)
    lines = "\n".join(f"data: {line}" for line in text.splitlines() if line.strip())
    return f"event: news\n{lines}\n\n"
