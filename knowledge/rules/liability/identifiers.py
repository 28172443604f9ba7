"""What a purchase shows of who made it, in the one form in which two purchases may be compared.

An identifier that is not in the form its programme asks for is left out: it cannot match, whatever it equals.
"""

import ipaddress
from enum import StrEnum

from knowledge.case import Address, Device

FINGERPRINT_LENGTH = 20
"""Fewest characters of a device fingerprint (Stripe API, `customer_device_fingerprint`)."""
DEVICE_ID_LENGTH = 15
"""Fewest characters of a device id (Stripe API, `customer_device_id`; an IMEI has 15 digits)."""

# Addresses many people have at once, or that no buyer can be seen with from outside (RFC 1122, 1918, 3927, 4193,
# 4291, 6598). That they never count is this house's choice: no network document speaks of them. The documentation
# networks are left in: nobody buys from them, and invented cases do.
_NOBODYS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)


class Identifier(StrEnum):
    """A kind of identifying data, each compared by itself."""

    IP = "ip"
    DEVICE_ID = "device_id"
    FINGERPRINT = "fingerprint"
    ACCOUNT = "account_id"
    ADDRESS = "ship_to"
    """The delivery address without regard to whether it has a region."""
    ADDRESS_WITH_REGION = "ship_to_with_region"
    """The delivery address with no field of it missing."""
    EMAIL = "email"


def identifiers_of(device: Device | None, ship_to: Address | None, email: str | None) -> dict[Identifier, str]:
    """The comparable form of every identifier that is present and in its proper form.

    Two purchases share an identifier exactly when both have it here with the same text.
    """
    found: dict[Identifier, str | None] = {}
    if device is not None:
        found[Identifier.IP] = public_ip(device.ip)
        found[Identifier.DEVICE_ID] = _at_least(device.device_id, DEVICE_ID_LENGTH)
        found[Identifier.FINGERPRINT] = _at_least(device.fingerprint, FINGERPRINT_LENGTH)
        found[Identifier.ACCOUNT] = _unbroken(device.account_id)
    if ship_to is not None:
        found[Identifier.ADDRESS] = delivery_address(ship_to)
        found[Identifier.ADDRESS_WITH_REGION] = delivery_address(ship_to) if _plain(ship_to.region) else None
    found[Identifier.EMAIL] = _plain(email)
    return {name: value for name, value in found.items() if value}


def public_ip(text: str | None) -> str | None:
    """An IP address in its shortest form; None for what is none, or can be many people's at once.

    IPv6 spellings of one address become equal, and `::ffff:a.b.c.d` becomes the IPv4 address it carries.
    """
    try:
        address = ipaddress.ip_address((text or "").strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address.version == network.version and address in network for network in _NOBODYS):
        return None
    return str(address)


def delivery_address(address: Address) -> str | None:
    """An address as one comparable text, without the recipient's name; None unless street and postcode are there.

    City and country are always there. Letter case and runs of spaces do not tell two addresses apart.
    """
    street = [_plain(line) for line in address.lines]
    postcode = _plain(address.postcode)
    if not any(street) or not postcode:
        return None
    return "\n".join([*filter(None, street), postcode, _plain(address.city), _plain(address.region), address.country])


def _at_least(text: str | None, length: int) -> str | None:
    value = (text or "").strip()
    return value if len(value) >= length else None


def _unbroken(text: str | None) -> str | None:
    value = (text or "").strip()
    return value if value and len(value.split()) == 1 else None


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
