"""The accessibility checker sees what is in somebody's way, in the light it is in the way in."""

import pytest

from tests.console.web.browsing import Browsing, barriers

_PAGE = "<html lang=en><title>T</title><style>{style}</style><main><h1>Words</h1>{more}<details open>{open}</details>"
_FAINT = "h1 { color: #888; background: #999 }"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_faint_words_are_seen_in_both_lights(browsing: Browsing, scheme: str) -> None:
    page = await browsing.anybody()
    await page.set_content(
        _PAGE.format(style=f"@media (prefers-color-scheme: {scheme}) {{{_FAINT}}}", more="", open="")
    )
    assert [told.split(":")[0] for told in await barriers(page)] == ["serious color-contrast"]
    assert await page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")


async def test_a_part_is_looked_at_for_colours_and_the_whole_for_everything_else(browsing: Browsing) -> None:
    page = await browsing.anybody()
    faint = "<p style='color: #888; background: #999'>faint</p>"
    await page.set_content(_PAGE.format(style=_FAINT, more="<img src='/none'>", open=f"<summary>S</summary>{faint}"))
    told = [each.split(":")[0] for each in await barriers(page, "details[open]")]
    assert told == ["critical image-alt", "serious color-contrast", "serious color-contrast"]
