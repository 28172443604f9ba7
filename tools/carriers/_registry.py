"""The readers, and the names people call their carriers by."""

from typing import Protocol, cast

from knowledge.tracking import Route
from tools.carriers import (
    aramex,
    asendia,
    australiapost,
    boxknight,
    bpost,
    cainiao,
    canadapost,
    chronopost,
    dhl_express,
    dhl_parcel_de,
    dhl_poland,
    dhl_universal,
    dpd,
    fedex,
    gls,
    hermes,
    landmark,
    laposte,
    mydhl,
    parcelone,
    purolator,
    royalmail,
    seko,
    sendle,
    sf_express,
    smartkargo,
    spring,
    tnt,
    ups,
    usps,
    yunexpress,
)
from tools.carriers._answer import Node


class Reader(Protocol):
    """What every carrier's file offers."""

    CARRIER: str
    EXPECTED: str
    """The structure it reads, for messages to people."""

    def recognises(self, answer: Node, /) -> bool:
        """Whether the answer has this carrier's structure, its errors included."""
        ...

    def read(self, answer: Node, /) -> list[Route]:
        """A route for each parcel in a recognised answer, in its order."""
        ...


READERS: dict[str, Reader] = {
    reader.CARRIER: reader
    for reader in cast(
        "tuple[Reader, ...]",
        (
            aramex, asendia, australiapost, boxknight, bpost, cainiao, canadapost, chronopost, dhl_express,
            dhl_parcel_de, dhl_poland, dhl_universal, dpd, fedex, gls, hermes, landmark, laposte, mydhl, parcelone,
            purolator, royalmail, seko, sendle, sf_express, smartkargo, spring, tnt, ups, usps, yunexpress,
        ),
    )
}  # fmt: skip

FAMILIES: tuple[tuple[str, ...], ...] = (("dhl_express", "mydhl", "dhl_universal", "dhl_parcel_de", "dhl_poland"),)
"""Houses with several interfaces; a parcel known under one may be answered through another."""

_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "dhl": ("dhl_universal", "dhl_express", "mydhl", "dhl_parcel_de", "dhl_poland"),
    "dhlunified": ("dhl_universal",),
    "dhlpaket": ("dhl_parcel_de",),
    "dhlparcel": ("dhl_parcel_de",),
    "deutschepost": ("dhl_parcel_de",),
    "colissimo": ("laposte",),
    "auspost": ("australiapost",),
    "postescanada": ("canadapost",),
    "sf": ("sf_express",),
    "shunfeng": ("sf_express",),
    "顺丰": ("sf_express",),
    "yunexpresslogistics": ("yunexpress",),
    "landmarkglobal": ("landmark",),
    "sekologistics": ("seko",),
    "hermesgermany": ("hermes",),
    "unitedparcelservice": ("ups",),
    "federalexpress": ("fedex",),
    "unitedstatespostalservice": ("usps",),
}


def named(carrier: str) -> tuple[str, ...]:
    """The readers a carrier's name stands for; empty when it is not known."""
    bare = "".join(sign for sign in carrier.casefold() if sign.isalnum())
    for name in READERS:
        if name.replace("_", "") == bare:
            return (name,)
    return _OTHER_NAMES.get(bare, ())
