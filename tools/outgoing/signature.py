"""Signatures of outgoing webhooks: HMAC-SHA256 over `timestamp.body`, in the header `Amends-Signature: t=…,v1=…`.

The time is signed too, so that an old delivery cannot be sent again by somebody who overheard it. While a secret is
being replaced there are two `v1`: either may match.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

HEADER = "Amends-Signature"
TOLERANCE = timedelta(minutes=5)


class NotFromAmends(Exception):
    """The signature is not right; the message says in which way."""


def sign(body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """The header's value; `now` is aware."""
    stamp = str(int(now.timestamp()))
    return ",".join([f"t={stamp}", *(f"v1={_mac(secret, stamp, body)}" for secret in secrets)])


def verify(body: bytes, header: str, secret: str, now: datetime, *, tolerance: timedelta = TOLERANCE) -> None:
    """NotFromAmends unless the body, as it came, was signed with the secret no longer ago than `tolerance`."""
    parts = [part.partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit():
        raise NotFromAmends(f"{HEADER} has no time; expected t=…,v1=…")
    if abs(now.timestamp() - int(stamps[0])) > tolerance.total_seconds():
        raise NotFromAmends(f"signed at {stamps[0]}, too far from now; check this machine's clock")
    expected = _mac(secret, stamps[0], body)
    given = [value for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(expected.encode(), value.encode()) for value in given):
        raise NotFromAmends("the signature does not match; check the secret, and that the body is as it came")


def _mac(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
