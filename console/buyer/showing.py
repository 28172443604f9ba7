"""Renders the buyer's page: everything escaped, dates and amounts as the buyer's language writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, get_decimal_symbol
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from knowledge.money import Money, decimals_of
from knowledge.offers.compose import languages
from knowledge.offers.page_words import PageWords, page_words

_PRIVATE = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow, noarchive"}
"""The address is the secret: it goes to no other site and into no index."""
_LOCALES = {"en": "en_GB", "pt": "pt_PT", "zh": "zh_Hans"}
_EXAMPLE_MINOR = {0: 1250, 2: 1250, 3: 12500}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class InWords:
    """A language's words, dates and amounts, for a template."""

    def __init__(self, words: PageWords) -> None:
        self._words = words
        self._locale = Locale.parse(_LOCALES.get(words.language, words.language))

    def __call__(self, sentence: str, **filled: str) -> Markup:
        """A sentence with its blanks filled; what fills them is escaped unless it is markup of ours."""
        return escape(self._words.say(sentence, **{name: f"{{{name}}}" for name in filled})).format(**filled)

    def kept(self, text: str) -> Markup:
        """An id or a number in its own order of letters, whichever way the sentence around it runs."""
        return Markup("<bdi>{}</bdi>").format(text)

    def money(self, money: Money) -> Markup:
        """`12,50 €`."""
        return self.kept(format_currency(money.decimal_text(), money.currency, locale=self._locale))

    def example(self, currency: str) -> Markup:
        """An amount as one would type it, `12,50`."""
        shown = Money(minor=_EXAMPLE_MINOR[decimals_of(currency)], currency=currency).decimal_text()
        return self.kept(shown.replace(".", get_decimal_symbol(self._locale)))

    def time(self, moment: datetime) -> Markup:
        """A date with its time in UTC; the page's script turns it into the device's own time."""
        utc = moment.astimezone(UTC)
        text = f"{format_date(utc, 'long', locale=self._locale)}, {format_time(utc, 'short', locale=self._locale)} UTC"
        return Markup('<time datetime="{}" data-local><bdi>{}</bdi></time>').format(f"{utc:%Y-%m-%dT%H:%M:%SZ}", text)


def page(template: str, words: PageWords, *, status: int = 200, **context: Any) -> HTMLResponse:
    """An answer from a template of this folder, in the language of `words`."""
    given: Mapping[str, Any] = {
        "language": words.language,
        "direction": words.direction,
        "say": InWords(words),
        "names": [(one, page_words(one).say("lang.name")) for one in languages()],
        **context,
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(given), status, _PRIVATE)


def wished_language(header: str) -> str | None:
    """The first language of an Accept-Language header that we speak, in the order of the browser; None for none."""
    for part in header.split(",")[:20]:
        spoken = part.partition(";")[0].strip().split("-")[0].lower()
        if spoken in languages():
            return spoken
    return None
