"""Our carriers by the names PayPal knows them under (`tracking_info.carrier_name`, Customer Disputes v1).

Only names that mean the same house are paired; a carrier that PayPal lists under country subsidiaries alone, or not at
all, goes as OTHER with its name beside it.
"""

OTHER = "OTHER"

_NAMES = {
    "aramex": "ARAMEX",
    "australiapost": "AUSTRALIA_POST",
    "bpost": "BPOST",
    "cainiao": "CAINIAO",
    "canadapost": "CANADA_POST",
    "chronopost": "CHRONOPOST",
    "dhl_express": "DHL",
    "dhl_parcel_de": "DE_DHL_PARCEL",
    "dhl_poland": "DHL_PL",
    "dhl_universal": "DHL",
    "dpd": "DPD",
    "fedex": "FEDEX",
    "gls": "GLS",
    "hermes": "HERMES",
    "landmark": "LANDMARK_GLOBAL",
    "laposte": "LA_POSTE",
    "mydhl": "DHL",
    "parcelone": "PARCELONE",
    "purolator": "PUROLATOR",
    "royalmail": "ROYAL_MAIL",
    "seko": "SEKOLOGISTICS",
    "sendle": "SENDLE",
    "sf_express": "SF_EXPRESS",
    "spring": "SPRING_GDS",
    "tnt": "TNT",
    "ups": "UPS",
    "usps": "USPS",
    "yunexpress": "YUNEXPRESS",
}


def carrier_to_paypal(carrier: str) -> dict[str, str]:
    """The fields that name `carrier` (as in `amends carriers`)."""
    known = _NAMES.get(carrier)
    return {"carrier_name": known} if known else {"carrier_name": OTHER, "carrier_name_other": carrier}
