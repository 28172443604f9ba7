"""The pass that goes with a merchant's name: HMAC-SHA256 of the name under a secret only the owner's tables hold.

PostgreSQL checks it in `amends.current_merchant()`. SQL that runs as the application can read the pass of the merchant
it already is, and from it learns nothing about any other's.
"""

import hashlib
import hmac

BLOCK_BYTES = 64  # SHA-256's block, RFC 2104 section 2
_SHORTEST_SECRET = 16


def _block(secret: bytes) -> bytes:
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(f"the tenancy secret has {len(secret)} bytes; use at least {_SHORTEST_SECRET} random ones")
    shortened = hashlib.sha256(secret).digest() if len(secret) > BLOCK_BYTES else secret
    return shortened.ljust(BLOCK_BYTES, b"\0")


def padded_halves(secret: bytes) -> tuple[bytes, bytes]:
    """The inner and outer padded keys of the HMAC, 64 bytes each, as the database keeps them."""
    block = _block(secret)
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def secret_from_inner(inner_pad: bytes) -> bytes:
    """The 64-byte secret again, which makes the same passes as the one given to `padded_halves`."""
    return bytes(byte ^ 0x36 for byte in inner_pad)


def merchant_pass(secret: bytes, merchant: str) -> str:
    """The pass for `merchant`, 64 hex digits."""
    return hmac.new(_block(secret), merchant.encode(), hashlib.sha256).hexdigest()
