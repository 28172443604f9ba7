"""Pictures of every page: `python -m benchmarks.pictures FOLDER [--documentation]`.

A house on embedded services with a shop's cases, people signed in, and the system's Chromium: every page of the console
and the buyer's page, refusals too, as FOLDER/light/NAME.png and FOLDER/dark/NAME.png. With `--documentation` the few
pictures the documents show are written anew, to docs/pictures. Exit code 1 when a page answers otherwise than it
should, or when the application has a page that no picture shows.
"""

import argparse
import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize
from playwright.async_api import Error as PlaywrightError
from starlette.routing import compile_path

from benchmarks.pictured_house import ALIKE, BOOKS, NEW, PASSWORD, SHOP, SHOWN_AS, Shop, shop
from console.web.application import make_application
from console.web.security.visitor import SESSION_COOKIE
from tests.console.web.browsing import CHROMIUM, chromium, served
from tests.workflows.house import running_house
from tools.records.buyer_links import BuyerLinks

NO_PAGES: Mapping[str, str] = {
    "/audit/walk": "a stream into the page of the chain",
    "/audit/how-to-verify": "a text to be read beside a copy",
    "/cases/{case_id}/evidence/{sha256}": "a file",
    "/cases/{case_id}/facts/{name}": "a form within the case's page",
    "/cases/{case_id}/letter/{edition}/packet.pdf": "a file",
    "/cases/{case_id}/letter/{edition}/pages/{number}.png": "a picture within the letter's page",
    "/cases/{case_id}/live": "a stream into the case's page",
    "/cases/{case_id}/reviews/{review_id}": "the decision's panel within the case's page",
    "/health": "for machines",
    "/queue/live": "a stream into the queue",
    "/ready": "for machines",
    "/sign-in/provider": "sends to the identity provider",
    "/sign-in/provider/back": "comes back from there and goes on",
}
"""Addresses one can ask for that are no pages, and what they are."""
_DESK = ViewportSize(width=1440, height=900)
_PHONE = ViewportSize(width=390, height=844)
_DOCUMENTS = Path(__file__).parents[1] / "docs" / "pictures"
_MOST_BYTES = 150_000
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Act = Callable[[Page], Awaitable[object]]


@dataclass(frozen=True)
class Shot:
    """A page as somebody sees it."""

    name: str
    who: str
    """A key of the shop's people; empty for nobody."""
    path: str
    act: Act | None = None
    """What is done on the page before it is pictured."""
    status: int = 200
    """The answer's, before anything is done."""
    phone: bool = False
    documented: bool = False
    """Whether the documents show it."""


def pressed(*keys: str) -> Act:
    """Keys, one after the other."""

    async def act(page: Page) -> None:
        for key in keys:
            await page.keyboard.press(key)

    return act


def clicked(button: str, **fields: str) -> Act:
    """Fields filled in by their labels, then a button."""

    async def act(page: Page) -> None:
        for label, value in fields.items():
            await page.locator(f"[name={label}]").first.fill(value)
        await page.get_by_role("button", name=button).first.click()
        await page.wait_for_load_state("load")

    return act


async def _chooses_like_cases(page: Page) -> None:
    for case_id in ALIKE:
        await page.check(f"input[value='{case_id}']")
    await page.keyboard.press("t")
    await page.wait_for_url("**/together/*")


async def _chooses_unlike_cases(page: Page) -> None:
    for box in (await page.locator("tr[data-row] input[type=checkbox]").all())[:4]:
        await box.check()
    await page.keyboard.press("t")
    await page.wait_for_load_state("load")


async def _decides_together(page: Page) -> None:
    await _chooses_like_cases(page)
    preview = page.url
    samples = await page.locator("a[data-key][href^='/cases/']").evaluate_all("all => all.map(one => one.href)")
    for sample in samples:
        await page.goto(sample)
    await page.goto(preview)
    await page.keyboard.press("a")
    await page.keyboard.press("y")
    await page.get_by_text("cases decided").first.wait_for()


async def _opens_a_second_look(page: Page) -> None:
    await page.locator("a[href^='/second-looks/']").first.click()
    await page.wait_for_url("**/second-looks/*/*")


async def _makes_a_key(page: Page) -> None:
    await page.fill("#name", "returns portal")
    await page.check("input[value='cases.read']")
    await page.get_by_role("button", name="Make").first.click()
    await page.wait_for_load_state("load")


async def _loses_its_token(page: Page) -> None:
    await page.locator("input[name=form_token]").first.evaluate("one => { one.value = '0'.repeat(64) }")
    await clicked("Sign in", email="marta@hanse.example", password=PASSWORD)(page)


async def _opens_the_counter(page: Page) -> None:
    await page.locator("details summary").first.click()


def _last_month_shown(page: Page) -> Awaitable[object]:
    return page.locator("a[href^='/finance/months/2']").last.click()


async def _reads_a_month(page: Page) -> None:
    await _last_month_shown(page)
    await page.wait_for_url("**/finance/months/2*")


async def _closes_a_month(page: Page) -> None:
    await _reads_a_month(page)
    await page.keyboard.press("c")
    await page.get_by_text("Closed by").first.wait_for()


async def shots(filled: Shop) -> list[Shot]:
    """Every page, in an order in which what is done on one spoils no later one."""
    links = BuyerLinks(filled.web.installation.records)

    def case(sample: str, rest: str = "") -> str:
        return f"/cases/{SHOWN_AS[sample]}{rest}"

    async def link(sample: str) -> str:
        return f"/b/{await links.token(SHOP, SHOWN_AS[sample])}"

    account = await filled.web.staff.add("nils@hanse.example", "Nils Berg", by="pictures")
    invitation = await filled.web.invitations.make(account, by="pictures")
    events = await filled.web.installation.cases.events(SHOP, SHOWN_AS["r13-instructs-us"])
    then = events[-1].at.isoformat().replace("+00:00", "Z")
    return [
        Shot("sign-in", "", "/sign-in"),
        Shot("sign-in-wrong", "", "/sign-in", clicked("Sign in", email="marta@hanse.example", password="wrong one")),
        Shot("sign-in-old-page", "", "/sign-in", _loses_its_token),
        Shot("invitation", "", f"/invitation/{invitation}"),
        Shot("invitation-over", "", "/invitation/none", status=404),
        Shot("queue", "jonas", "/", pressed("j", "j"), documented=True),
        Shot("queue-letters", "marta", "/?kind=chargeback"),
        Shot("queue-search-nothing", "marta", "/?q=zzzz"),
        Shot("queue-keys", "marta", "/", pressed("?")),
        Shot("queue-empty", "lena", "/"),
        Shot("queue-phone", "marta", "/", phone=True),
        Shot("case-photo", "marta", case("r07-cracked-jp"), documented=True),
        Shot("case-photo-large", "marta", case("r07-cracked-jp"), pressed("z")),
        Shot("case-revealed", "marta", case("r07-cracked-jp"), pressed("v")),
        Shot("case-another-amount", "marta", case("r07-cracked-jp"), pressed("e")),
        Shot("case-parcel", "marta", f"/cases/{ALIKE[0]}"),
        Shot("case-escalated", "jonas", case("r15-fake-ko")),
        Shot("case-proposed", "jonas", case("r12-high-gb")),
        Shot("case-proposed-own", "marta", case("r12-high-gb")),
        Shot("case-offered", "marta", case("r02-scratch-de")),
        Shot("case-asking", "marta", case("r10-nophoto-ar")),
        Shot("case-returning", "marta", case("r05-regret-es")),
        Shot("case-closed", "marta", case("r03-late-fr")),
        Shot("case-denied", "marta", case("r11-signed-ru")),
        Shot("case-chargeback", "marta", case("c01-visa-131")),
        Shot("case-chargeback-ce3", "marta", case("c12-visa-104-ce3")),
        Shot("case-chargeback-conceded", "jonas", case("c05-mc-4853-place")),
        Shot("case-chargeback-won", "jonas", case("c06-amex-c08")),
        Shot("case-auditor", "oda", case("r07-cracked-jp")),
        Shot("case-at", "oda", case("r13-instructs-us", f"/at?time={then}")),
        Shot("case-absent", "marta", "/cases/none", status=404),
        Shot("second-looks", "jonas", "/second-looks"),
        Shot("second-look", "jonas", "/second-looks", _opens_a_second_look),
        Shot("letters", "marta", "/letters"),
        Shot("letters-submitted", "marta", "/letters?shelf=submitted"),
        Shot("letters-closed", "marta", "/letters?shelf=closed"),
        Shot("letters-empty", "lena", "/letters"),
        Shot("letter", "marta", case("c01-visa-131", "/letter"), documented=True),
        Shot("letter-of-another", "marta", case("c12-visa-104-ce3", "/letter")),
        Shot("letter-won", "marta", case("c06-amex-c08", "/letter")),
        Shot("audit", "jonas", "/audit"),
        Shot("audit-verified", "jonas", "/audit", clicked("Verify")),
        Shot("audit-nothing", "jonas", "/audit?case=zzzz"),
        Shot("staff", "ines", "/staff"),
        Shot("staff-invited", "ines", "/staff", clicked("Invite", email="tove@hanse.example", name="Tove Lind")),
        Shot("keys", "ines", "/keys"),
        Shot("keys-made", "ines", "/keys", _makes_a_key, documented=True),
        Shot("account", "marta", "/account"),
        Shot("not-allowed", "marta", "/finance", status=403),
        Shot("not-found", "marta", "/nowhere", status=404),
        Shot("finance", "paul", "/finance", documented=True),
        Shot("finance-ledger", "paul", "/finance/ledger"),
        Shot("finance-months", "paul", "/finance/months"),
        Shot("finance-month", "paul", "/finance/months", _reads_a_month, documented=True),
        Shot("finance-month-closed", "paul", "/finance/months", _closes_a_month),
        Shot("finance-new", "lena", "/finance"),
        Shot("finance-months-new", "lena", "/finance/months"),
        Shot("buyer-offer", "", await link("r02-scratch-de"), phone=True),
        Shot("buyer-offer-english", "", f"{await link('r02-scratch-de')}?language=en", phone=True, documented=True),
        Shot("buyer-offer-desk", "", await link("r02-scratch-de")),
        Shot("buyer-counter", "", await link("r02-scratch-de"), _opens_the_counter, phone=True),
        Shot("buyer-asked-arabic", "", await link("r10-nophoto-ar"), phone=True),
        Shot("buyer-asked", "", await link("r16-moving-id"), phone=True),
        Shot("buyer-person", "", await link("r07-cracked-jp"), phone=True),
        Shot("buyer-paid", "", await link("r03-late-fr"), phone=True),
        Shot("buyer-denied", "", await link("r11-signed-ru"), phone=True),
        Shot("buyer-absent", "", "/b/none", status=404, phone=True),
        Shot("together-refused", "jonas", "/", _chooses_unlike_cases),
        Shot("together", "jonas", "/", _chooses_like_cases, documented=True),
        Shot("together-decided", "jonas", "/", _decides_together),
    ]


class Camera:
    """People's browsers, one window for each size, and the folders of the pictures."""

    def __init__(self, browser: Browser, filled: Shop, address: str, folder: Path, *, documentation: bool) -> None:
        self._browser, self._shop, self._address, self._folder = browser, filled, address, folder
        self._documentation = documentation
        self._tokens: dict[str, str] = {}
        self.problems: list[str] = []
        self.seen: set[str] = set()
        """Paths that were pictured."""

    async def take(self, shot: Shot) -> None:
        """The page in every light; what is wrong is kept."""
        context = await self._window(shot)
        try:
            page = await context.new_page()
            answer = await page.goto(shot.path)
            if answer is None or answer.status != shot.status:
                self.problems.append(f"{shot.name}: answered {answer.status if answer else 'nothing'}")
            if shot.act is not None:
                await shot.act(page)
            # What pages fetch after they stand; streams never end, so that quiet cannot be waited for.
            await page.wait_for_timeout(500)
            self.seen.add(page.url.removeprefix(self._address).partition("?")[0])
            for scheme in _SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                target = self._folder / scheme / f"{shot.name}.png"
                await page.screenshot(path=target, full_page=True, animations="disabled")
            if shot.documented and self._documentation:
                await page.emulate_media(color_scheme="light")
                _documented(await page.screenshot(animations="disabled"), shot.name)
        except PlaywrightError as broken:  # the other pages are pictured all the same
            self.problems.append(f"{shot.name}: {str(broken).splitlines()[0]}")
            for page in context.pages:
                await page.screenshot(path=self._folder / f"broken-{shot.name}.png")
        finally:
            await context.close()

    async def _window(self, shot: Shot) -> BrowserContext:
        context = await self._browser.new_context(
            base_url=self._address, viewport=_PHONE if shot.phone else _DESK, timezone_id="Europe/Berlin"
        )
        context.set_default_timeout(15_000)
        if shot.who:
            token = await self._token(shot.who)
            await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self._address}])
        return context

    async def _token(self, who: str) -> str:
        """The person's one session."""
        if who not in self._tokens:
            merchant = {"paul": BOOKS, "lena": NEW}.get(who, SHOP)
            self._tokens[who] = await self._shop.web.sessions.begin(self._shop.people[who].account, merchant)
        return self._tokens[who]


def _documented(png: bytes, name: str) -> None:
    """Write a picture of the documents with as many colours as its size allows."""
    _DOCUMENTS.mkdir(parents=True, exist_ok=True)
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32, 16):
        small = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(small, "png", optimize=True)
        if small.tell() <= _MOST_BYTES:
            break
    (_DOCUMENTS / f"{name}.png").write_bytes(small.getvalue())


def unpictured(application: FastAPI, seen: Sequence[str]) -> list[str]:
    """Pages of the application that no picture shows, and exceptions that are none any more."""
    described = get_openapi(title="pages", version="1", routes=application.routes)["paths"]
    asked = [path for path, operations in described.items() if "get" in operations]
    wrong = [f"{path} is named as no page and does not exist" for path in NO_PAGES if path not in asked]
    for path in asked:
        pattern = compile_path(path)[0]
        if path not in NO_PAGES and not any(pattern.match(one) for one in seen):
            wrong.append(f"{path} has no picture: add a Shot, or say in NO_PAGES what it is")
    return wrong


async def take_all(folder: Path, *, documentation: bool, only: str = "") -> list[str]:
    """Every picture; what went wrong. `only` takes those whose name begins so, and leaves the check of pages out."""
    async with running_house() as house, shop(house) as filled:
        application = make_application(filled.web)
        async with served(application) as address, chromium() as browser:
            camera = Camera(browser, filled, address, folder, documentation=documentation)
            every = await shots(filled)
            for shot in every:
                if shot.name.startswith(only):
                    await camera.take(shot)
    return camera.problems + ([] if only else unpictured(application, sorted(camera.seen)))


def main() -> None:
    """Read the arguments and take the pictures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("folder", type=Path)
    given.add_argument("--documentation", action="store_true", help="also write the pictures of the documents")
    given.add_argument("--only", default="", help="pictures whose name begins so")
    arguments = given.parse_args()
    if CHROMIUM is None:
        sys.exit("pictures need Chromium; install it (Debian: apt install chromium)")
    problems = asyncio.run(take_all(arguments.folder, documentation=arguments.documentation, only=arguments.only))
    for problem in problems:
        print(problem)
    taken = len(list(arguments.folder.glob("*/*.png")))
    print(f"{taken} pictures in {arguments.folder}, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
