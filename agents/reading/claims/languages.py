"""Which language a text is in, among those the reader knows."""

from functools import cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

SPOKEN = ("en pt ja zh id tr ro ar ru fr de es it ko pl nl sv th vi uk").split()
_SECOND = 0.15
"""A second language counts from this confidence on: short texts are rarely certain."""


@cache
def _detector() -> LanguageDetector:
    codes = [IsoCode639_1.from_str(code) for code in SPOKEN]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


def languages_of(text: str) -> list[str]:
    """The most likely languages, likeliest first; at most three, never none."""
    guesses = _detector().compute_language_confidence_values(text[:2000])
    return [
        guess.language.iso_code_639_1.name.lower()
        for place, guess in enumerate(guesses[:3])
        if place == 0 or guess.value > _SECOND
    ]
