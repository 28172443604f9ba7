"""States and provinces as addresses abbreviate them, by the numbers that GeoNames gives them.

Only countries whose addresses name them: elsewhere a city and its country are what carriers write.
"""

from collections.abc import Mapping

_AUSTRALIA = "ACT 01 NSW 02 NT 03 QLD 04 SA 05 TAS 06 VIC 07 WA 08"
_BRAZIL = (
    "AC 01 AL 02 AP 03 AM 04 BA 05 CE 06 DF 07 ES 08 MS 11 MA 13 MT 14 MG 15 PA 16 PB 17 PR 18 PI 20 RJ 21 RN 22 RS 23 "
    "RO 24 RR 25 SC 26 SP 27 SE 28 GO 29 PE 30 TO 31"
)
_CANADA = "AB 01 BC 02 MB 03 NB 04 NL 05 NS 07 ON 08 PE 09 QC 10 SK 11 YT 12 NT 13 NU 14"


def _by_number(country: str, pairs: str) -> dict[tuple[str, str], str]:
    words = pairs.split()
    return {(country, number): region for region, number in zip(words[::2], words[1::2], strict=True)}


ABBREVIATED: Mapping[tuple[str, str], str] = {
    **_by_number("AU", _AUSTRALIA),
    **_by_number("BR", _BRAZIL),
    **_by_number("CA", _CANADA),
}
"""(country, GeoNames admin1 code) to the abbreviation; in the United States the two are the same."""
