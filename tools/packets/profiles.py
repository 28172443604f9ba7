"""What each processor and network takes: bytes and pages, and what we aim at inside them."""

from knowledge.base import Frozen
from knowledge.case import CardNetwork

_MEGABYTE = 1_000_000
"""Decimal, the stricter reading: the processors do not say which they mean."""


class PacketProfile(Frozen):
    """Limits a packet must keep, and the smaller target that pictures are compressed towards."""

    name: str
    max_bytes: int
    max_pages: int
    target_bytes: int = 2 * _MEGABYTE
    """2 MB passes every processor but one (Amex OptBlue, 1 MB)."""
    target_pages: int = 18
    """What Mastercard takes beside a processor's own page, and more than a reader with two minutes turns."""
    source: str


_MASTERCARD_PAGES = 18
"""Of Mastercard's 19 one is left to the processor, who prints its text fields on a page of their own."""

_PROFILES: dict[str, PacketProfile] = {
    "stripe": PacketProfile(
        name="stripe",
        max_bytes=4_500_000,
        max_pages=48,
        source="Stripe, dispute evidence: 4.5 MB combined, fewer than 50 pages, of which its text fields take one",
    ),
    "paypal": PacketProfile(
        name="paypal",
        max_bytes=10 * _MEGABYTE,
        max_pages=49,
        source="PayPal, supported file types and sizes: 10 MB a file; pages not stated, Stripe's taken",
    ),
    "adyen": PacketProfile(
        name="adyen",
        max_bytes=2 * _MEGABYTE,
        max_pages=49,
        source="Oracle Payment Cloud on Adyen: PDF 2 MB; pages only limited for Mastercard",
    ),
}


def profile_for(processor: str, network: CardNetwork) -> PacketProfile:
    """The profile of a processor for a network; LookupError naming the known ones for any other processor."""
    profile = _PROFILES.get(processor)
    if profile is None:
        raise LookupError(f"processor: no packet profile for {processor!r}; known are {', '.join(sorted(_PROFILES))}")
    if network is CardNetwork.MASTERCARD:
        return profile.model_copy(
            update={
                "name": f"{processor}/mastercard",
                "max_pages": _MASTERCARD_PAGES,
                "source": f"{profile.source}; Mastercard: 19 pages",
            }
        )
    return profile
