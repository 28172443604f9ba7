"""Places as carriers write them, read only as far as they are clear."""

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.tracking import Place
from tools.carriers._countries import AU_STATES, CA_PROVINCES, MAINLAND, REGION_ZONES, US_STATES, country_of


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with its region, which also decides the time zone in countries that have several."""

    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None

    def place(self) -> Place | None:
        """The place as a route shows it; None when nothing is known."""
        if self.city is None and self.postcode is None and self.country is None:
            return None
        region = None if self.region == MAINLAND else self.region
        return Place(city=self.city, region=region, postcode=self.postcode, country=self.country)


TwoParts = Literal["city, country", "city, region", "unclear"]
"""What a carrier means by two words with a comma, where the second can be a state or a country (`DE`, `CA`)."""

_PARENTHESES = re.compile(r"^(.*?)\s*\(([^()]+)\)$")
_DASHED = re.compile(r"^(.+?)-([A-Z]{2,3})$")
_COUNTRY_POSTCODE = re.compile(r"^([A-Z]{2})-(\d[\dA-Z-]{2,9})$")


def spot_of(text: str | None, *, two_parts: TwoParts = "unclear") -> Spot | None:
    """A place written as one text.

    Such as `Puurs (BE)`, `Milan - Italy`, `Osaka-JP`, `Gatineau, QC, CA`, `BRISBANE QLD` or `NZ`.
    """
    if text is None or not (text := text.strip(" ,-")):
        return None
    if found := _PARENTHESES.match(text):
        country = country_of(found.group(2))
        if country is not None:
            return Spot(city=found.group(1).strip() or None, country=country)
    if (found := _DASHED.match(text)) and (country := country_of(found.group(2))):
        return Spot(city=found.group(1).strip(), country=country)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 1 and " - " in text:
        head, _, tail = text.rpartition(" - ")
        country = country_of(tail)
        if country is not None:
            return Spot(city=head.strip() or None, country=country)
    if len(parts) >= 2:
        return _listed(parts, two_parts)
    return _single(text)


def _listed(parts: list[str], two_parts: TwoParts) -> Spot:
    last = parts[-1]
    country = country_of(last)
    if len(parts) == 2 and two_parts != "city, country" and last.upper() in US_STATES | CA_PROVINCES:
        if two_parts == "unclear" and country is not None:
            return Spot(city=parts[0])
        return Spot(city=parts[0], region=last.upper(), country=_country_of_region(last))
    if country is None:
        region = last.split(" ")[0].upper()
        return Spot(
            city=parts[0], region=region, country=_country_of_region(region) if two_parts != "unclear" else None
        )
    if found := _COUNTRY_POSTCODE.match(parts[0]):
        return Spot(postcode=found.group(2), country=country)
    region = parts[-2].upper() if len(parts) > 2 and (country, parts[-2].upper()) in REGION_ZONES else None
    return Spot(city=parts[0], region=region, country=country)


def _single(text: str) -> Spot:
    if country := country_of(text):
        return Spot(country=country)
    head, _, tail = text.rpartition(" ")
    if head and tail in AU_STATES:
        return Spot(city=head, region=tail, country="AU")
    return Spot(city=text)


def _country_of_region(region: str) -> str | None:
    upper = region.upper()
    if upper in US_STATES:
        return "US"
    return "CA" if upper in CA_PROVINCES else None
