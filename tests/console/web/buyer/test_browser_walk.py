"""The walk of docs/buyers.md on a phone, step by step, and the page in every language, light and dark."""

import os
import re
from pathlib import Path

from playwright.async_api import Page

from knowledge.offers.compose import languages
from knowledge.offers.page_words import page_words
from samples.pictures import draw
from tests.console.web.browsing import Browsing, barriers, picture
from tests.console.web.buyer.visits import link_of, offer_of
from tests.workflows.hasty import answer, eur, offered, regretted, review
from tests.workflows.house import House, case
from workflows.messages import BuyerMove, ReviewAction, Stage

PHONE = {"width": 390, "height": 844}
PICTURES = Path(os.environ["AMENDS_PICTURES"]) / "buyer" if "AMENDS_PICTURES" in os.environ else None
DOCUMENT = Path(__file__).parents[4] / "docs" / "buyers.md"


async def phone(browsing: Browsing, **more: object) -> Page:
    given = {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True, "has_touch": True, "locale": "en-GB"}
    return await browsing.anybody(**{**given, **more})


async def seen(page: Page, name: str) -> None:
    """Nothing sticks out, nothing is too small for a finger, nothing is in anybody's way; a picture when asked for."""
    await page.wait_for_load_state()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    small = await page.evaluate(
        "[...document.querySelectorAll('button, summary, a, input:not([type=hidden]), textarea')]"
        ".filter((each) => each.checkVisibility())"
        ".map((each) => [each.textContent.trim(), each.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"
    )
    assert small == [], name
    assert await barriers(page) == [], name
    if PICTURES is not None:
        await picture(page, PICTURES, name)


def steps_of_the_document() -> list[str]:
    """The numbered steps of the walk, each with the button or words it names between ** and **."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.findall(r"^\d+\. (.*(?:\n   .*)*)", text, re.MULTILINE)


def named(step: str) -> list[str]:
    return re.findall(r"\*\*(.+?)\*\*", step)


async def test_a_buyers_counter_offer_on_a_phone_follows_the_document(house: House, browsing: Browsing) -> None:
    opened, read, asked, typed, waits, again, done = steps_of_the_document()
    async with house.worker():
        await offered(house, "walk-1")
        page = await phone(browsing)
        path = await link_of(house, "walk-1")
        first = f"€{(await offer_of(house, 'walk-1')).decimal_text()}"

        # 1. The link opens the page.
        await page.goto(f"{path}?language=en")
        (heading,) = named(opened)
        assert await page.inner_text("h1") == heading
        await seen(page, "walk-1-offer")

        # 2. The offer, its reasons, and until when an answer counts.
        why, accept = named(read)
        assert await page.get_by_role("heading", name=why).is_visible()
        assert await page.get_by_role("button", name=accept.replace("…", first)).is_visible()
        assert "Your answer counts until" in await page.inner_text("main")

        # 3. and 4. Another amount.
        (other,) = named(asked)
        await page.get_by_text(other, exact=True).tap()
        field, send = named(typed)
        await page.get_by_label(field.replace("…", "EUR")).fill("1.234")
        await page.get_by_role("button", name=send).tap()
        assert "Please write an amount" in await page.inner_text("[role=alert]")
        await seen(page, "walk-4-refused")
        await page.get_by_label(field.replace("…", "EUR")).fill("5,00")
        await page.get_by_role("button", name=send).tap()

        # 5. It is stored, and a person looks.
        took, looks = named(waits)
        await page.get_by_text(took).wait_for()
        await page.get_by_role("heading", name=looks).wait_for()
        await seen(page, "walk-5-waits")
        assert "asks for 5.00 EUR" in (await house.until("walk-1", Stage.REVIEW)).detail
        await review(house, "walk-1", ReviewAction.ADJUST, amount=eur(500))
        await house.until("walk-1", Stage.OFFERED)

        # 6. The new offer is accepted.
        reload, accept = named(again)
        await page.get_by_role("link", name=reload).tap()
        button = page.get_by_role("button", name=accept.replace("…", "€5.00"))
        await button.wait_for()
        await seen(page, "walk-6-agreed")
        await button.tap()
        await page.get_by_text("We have your answer.").wait_for()
        await house.until("walk-1", Stage.CLOSED)

        # 7. The money.
        await page.goto(f"{path}?language=en")
        (paid,) = named(done)
        assert await page.inner_text("h1") == paid.replace("…", "€5.00")
        await seen(page, "walk-7-paid")
    assert await house.refunded("ch_walk_1") == [500]


async def asking(house: House, case_id: str) -> None:
    await house.open(case(case_id, "broken: chegou partido"), {})
    await house.until(case_id, Stage.ASKING)


async def test_every_language_renders_in_light_and_dark(house: House, browsing: Browsing) -> None:
    async with house.worker():
        await offered(house, "tongues-1")
        await asking(house, "tongues-2")
        offer, question = await link_of(house, "tongues-1"), await link_of(house, "tongues-2")
        for number, language in enumerate(languages()):
            words = page_words(language)
            page = await phone(browsing, color_scheme="dark" if number % 2 else "light")
            for path, sentence, name in ((offer, "now.offered", "offer"), (question, "now.asking", "question")):
                await page.goto(f"{path}?language={language}")
                assert await page.inner_text("h1") == words.say(sentence)
                assert await page.evaluate("document.documentElement.dir") == words.direction
                await seen(page, f"{language}-{name}")
            await page.context.close()


async def test_the_page_works_without_scripts(house: House, browsing: Browsing) -> None:
    async with house.worker():
        await asking(house, "plain-1")
        page = await phone(browsing, java_script_enabled=False)
        await page.goto(f"{await link_of(house, 'plain-1')}?language=en")
        await page.get_by_label("Your message").fill("Here it is")
        picked = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": draw("lamp", "moderate", 5)}
        await page.locator("input[type=file]").set_input_files([picked])  # pyright: ignore[reportArgumentType]
        await page.get_by_role("button", name="Send").tap()
        await page.get_by_text("We have your answer.").wait_for()
        await house.until("plain-1", Stage.OFFERED, Stage.REVIEW, Stage.RETURNING, Stage.CLOSED)
    bundle = await house.installation.cases.bundle("lumen", "plain-1")
    assert (len(bundle.photos), bundle.messages[-1].text) == (1, "Here it is")


async def denied(house: House, case_id: str) -> None:
    await house.open(case(case_id, "lost: nada chegou"), {})
    await house.until(case_id, Stage.REVIEW)
    await review(house, case_id, ReviewAction.DENY)
    await house.until(case_id, Stage.CLOSED)


async def returning(house: House, case_id: str) -> None:
    await house.open(regretted(case_id), {})
    await house.until(case_id, Stage.RETURNING)


async def test_each_place_of_a_case_has_a_page_without_barriers(house: House, browsing: Browsing) -> None:
    async with house.worker():
        await denied(house, "place-denied")
        await returning(house, "place-returning")
        bundle = await offered(house, "place-person")
        await answer(house, bundle, BuyerMove.SAY, "scratch: e a caixa também")
        await house.until("place-person", Stage.REVIEW)
        for case_id, shown in (
            ("place-denied", "Contest this decision"),
            ("place-returning", "Please send the goods back."),
            ("place-person", "One of our staff is looking at your case."),
        ):
            path = f"{await link_of(house, case_id)}?language=en"
            page = await phone(browsing)
            await page.goto(path)
            assert shown in await page.inner_text("main")
            await seen(page, case_id)
            wide = await browsing.anybody(viewport={"width": 1440, "height": 900})
            await wide.goto(path)
            await seen(wide, f"{case_id}-wide")
        nothing = await phone(browsing)
        await nothing.goto("/b/none")
        await seen(nothing, "absent")
        large = await phone(browsing)
        await large.goto(f"{await link_of(house, 'place-denied')}?language=de")
        # As a reader sets it in the browser, which the page's own policy does not bind.
        await large.evaluate("document.documentElement.style.fontSize = '200%'")
        await seen(large, "large-text")
