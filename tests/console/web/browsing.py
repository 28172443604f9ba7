"""A real browser on a served console: Debian's Chromium, driven by Playwright, and the accessibility checker."""

import asyncio
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from pydantic import BaseModel, TypeAdapter

from console.web.house import House
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Role
from tests.console.web.visiting import Visiting

# The shell is the same engine without a window's frame around it: a good deal lighter.
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
# Only what an assistive-technology user meets as a barrier counts, as the checker itself ranks it.
_SERIOUS = frozenset({"serious", "critical"})
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_PATIENCE = 60_000
"""Milliseconds until something that does not come is a failure; a busy machine is none."""
_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")


@asynccontextmanager
async def served(application: FastAPI) -> AsyncGenerator[str, None]:
    """The application on a free port of this host; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        # Live connections (server-sent events) have no end of their own.
        server.force_exit = True
        await serving


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser, None]:
    """The browser, without a screen."""
    assert CHROMIUM is not None
    expect.set_options(timeout=_PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


class Browsing:
    """People at real browsers."""

    def __init__(self, browser: Browser, house: House, application: FastAPI, address: str) -> None:
        self._browser = browser
        self._house = house
        self.visiting = Visiting(house, application)
        self._contexts: list[BrowserContext] = []
        self.address = address

    async def signed_in(self, role: Role, merchant: str = "lumen", **context: Any) -> Page:
        """A page of somebody who is signed in; `context` as Playwright's (viewport, color_scheme, …)."""
        person = await self.visiting.person(**{merchant: role})
        token = await self._house.sessions.begin(person.account, merchant)
        page = await self.anybody(**context)
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])
        return page

    async def anybody(self, **context: Any) -> Page:
        """A page in a fresh browser."""
        made = await self._browser.new_context(base_url=self.address, **context)
        made.set_default_timeout(_PATIENCE)
        self._contexts.append(made)
        return await made.new_page()

    async def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            await context.close()


class Node(BaseModel):
    """An element that is in somebody's way."""

    html: str


class Violation(BaseModel):
    """A rule of the checker that the page breaks."""

    id: str
    impact: str | None
    nodes: list[Node]


_VIOLATIONS = TypeAdapter(list[Violation])


async def barriers(page: Page, within: str = "html") -> list[str]:
    """What the accessibility checker finds serious on the page, light or dark, with where; empty is good.

    Colours, which take the checker longest, are looked at in the part that `within` selects.
    """
    # Run by the debugger, which the page's own policy does not bind.
    await page.evaluate(_AXE)
    told = await _checked(page, "html", "rules: {'color-contrast': {enabled: false}}")
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for scheme in ("light", "dark") if dark else ("dark", "light"):  # as it was, in the end
        await page.emulate_media(color_scheme=scheme)
        told += await _checked(page, within, "runOnly: ['color-contrast']")
    return told


async def _checked(page: Page, within: str, rules: str) -> list[str]:
    how = f"{{resultTypes: ['violations'], {rules}}}"
    told = await page.evaluate(f"axe.run('{within}', {how}).then((found) => found.violations)")
    found = _VIOLATIONS.validate_python(told)
    return [
        f"{each.impact} {each.id}: {node.html[:160]}"
        for each in found
        if each.impact in _SERIOUS
        for node in each.nodes
    ]


async def picture(page: Page, folder: Path, name: str) -> Path:
    """The page as a picture, for people to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    await page.screenshot(path=path, full_page=True)
    return path
