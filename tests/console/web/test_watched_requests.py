"""Requests as operators see them: by route and never by what was asked for, and live streams that end in order."""

import asyncio
from collections.abc import AsyncIterator

from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tools.telemetry.requests import Message, WatchedRequests


async def _case(_: Request) -> Response:
    return PlainTextResponse("a case")


async def _live(_: Request) -> Response:
    async def events() -> AsyncIterator[str]:
        while True:
            yield "data: tick\n\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(events(), media_type="text/event-stream")


def application(closing: asyncio.Event) -> WatchedRequests:
    routes = [Route("/cases/{case_id}", _case), Route("/live", _live)]
    return WatchedRequests(Starlette(routes=routes), service="watched", closing=closing)


async def asked(closing: asyncio.Event, path: str) -> list[Message]:
    """The messages a browser gets that stays until the end."""
    sent: list[Message] = []
    never = asyncio.Event()

    async def receive() -> Message:
        await never.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Message = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [], "scheme": "http", "root_path": "",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    await asyncio.wait_for(application(closing)(scope, receive, send), 10)
    return sent


def counted(route: str, status: str) -> float:
    labels = {"service": "watched", "method": "GET", "route": route, "status": status}
    return REGISTRY.get_sample_value("amends_request_seconds_count", labels) or 0


async def test_requests_are_timed_by_their_routes_template_and_strangers_make_no_figures() -> None:
    closing = asyncio.Event()
    await asked(closing, "/cases/secret-1")
    await asked(closing, "/cases/secret-2")
    await asked(closing, "/wp-admin/a")
    await asked(closing, "/wp-admin/b")
    assert (counted("/cases/{case_id}", "200"), counted("other", "404")) == (2, 2)
    labels = {value for family in REGISTRY.collect() for one in family.samples for value in one.labels.values()}
    assert not {"/cases/secret-1", "/wp-admin/a"} & labels


async def test_a_live_stream_is_told_of_the_end_and_ends_while_other_answers_are_finished() -> None:
    closing = asyncio.Event()
    live = asyncio.create_task(asked(closing, "/live"))
    await asyncio.sleep(0.1)
    closing.set()
    sent = await live
    assert sent[-1]["more_body"] is False
    assert b"event: closing" in sent[-1]["body"]
    assert b"a case" in b"".join(message.get("body", b"") for message in await asked(closing, "/cases/c-1"))
