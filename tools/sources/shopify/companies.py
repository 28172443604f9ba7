"""Shopify's names of tracking companies in ours. Others are passed on as written, for a person to see."""

from tools.sources.wire import identifier

# https://shopify.dev/docs/api/admin-rest/latest/resources/fulfillment, `tracking_company`.
_COMPANIES = {
    "dhl express": "dhl_express", "dhl": "dhl_universal", "dhl ecommerce": "dhl_universal",
    "dhl germany": "dhl_universal",
    "deutsche post": "dhl_parcel_de", "dhl parcel": "dhl_parcel_de", "dhl polska": "dhl_poland", "ups": "ups",
    "usps": "usps",
    "fedex": "fedex", "dpd": "dpd", "dpd germany": "dpd", "dpd uk": "dpd", "gls": "gls", "royal mail": "royalmail",
    "la poste": "laposte", "colissimo": "laposte", "chronopost": "chronopost", "canada post": "canadapost",
    "australia post": "australiapost", "bpost": "bpost", "evri": "hermes", "hermes": "hermes", "aramex": "aramex",
    "asendia": "asendia", "sf express": "sf_express", "yunexpress": "yunexpress", "cainiao": "cainiao", "tnt": "tnt",
    "purolator": "purolator", "sendle": "sendle", "landmark global": "landmark", "seko": "seko", "spring": "spring",
}  # fmt: skip


def carrier_of(company: str | None) -> str:
    """Our name of a tracking company; its own in the form of an id when we do not know it."""
    bare = (company or "").strip().lower()
    return _COMPANIES.get(bare) or identifier(bare.replace(" ", "_"), "unknown")
