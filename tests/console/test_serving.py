"""A door asked to stop: requests under way are finished, live streams told, and the process ends well."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

_ROOT = Path(__file__).parents[2]
_DOOR = """
import asyncio
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from console.serving import serve_until_stopped
from tools.settings import LogForm
from tools.telemetry.logs import configure_logs

async def slow(request):
    await asyncio.sleep(1.5)
    return PlainTextResponse("finished")

async def live(request):
    async def events():
        while True:
            yield "data: tick\\n\\n"
            await asyncio.sleep(0.05)
    return StreamingResponse(events(), media_type="text/event-stream")

async def broken(request):
    raise ValueError("of Ana Lima, ana@example.org")

configure_logs("door", LogForm.JSON)
door = Starlette(routes=[Route("/slow", slow), Route("/live", live), Route("/broken", broken)])
asyncio.run(serve_until_stopped(door, "door", "127.0.0.1", None, finish_seconds=5))
print("ended in order", flush=True)
"""


@asynccontextmanager
async def door() -> AsyncGenerator[tuple[asyncio.subprocess.Process, str], None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DOOR, cwd=_ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_door_that_is_asked_to_stop_finishes_and_tells_its_live_streams(number: signal.Signals) -> None:
    async with door() as (process, address), httpx.AsyncClient(base_url=address, trust_env=False) as browser:

        async def listen() -> str:
            async with browser.stream("GET", "/live") as answer:
                return "".join([part async for part in answer.aiter_text()])

        listening = asyncio.create_task(listen())
        slow = asyncio.create_task(browser.get("/slow"))
        await asyncio.sleep(0.5)
        process.send_signal(number)
        heard = await asyncio.wait_for(listening, 20)
        assert "event: closing" in heard.rpartition("data: tick")[2]
        assert (await asyncio.wait_for(slow, 20)).text == "finished"
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ended in order"
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_a_page_that_breaks_is_one_line_of_the_log_without_the_errors_words() -> None:
    async with door() as (process, address):
        async with httpx.AsyncClient(base_url=address, trust_env=False) as browser:
            assert (await browser.get("/broken")).status_code == 500
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        lines = (await process.stderr.read()).decode().splitlines()
    (told,) = (json.loads(line) for line in lines)
    assert (told["service"], told["event"], told["cause"]) == ("door", "request failed", "ValueError")
    assert "Ana" not in lines[0]
