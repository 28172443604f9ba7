"""Passwords: Argon2id with the library's parameters of RFC 9106, worked out beside the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12
LONGEST = 200
_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("a password nobody has")
"""Checked for addresses without an account, so that the time taken does not tell which ones have one."""


def refuse_weak(password: str) -> None:
    """ValueError unless the password has 12 to 200 characters (NIST SP 800-63B: length, no composition rules)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"password: must have {SHORTEST} to {LONGEST} characters")


async def hash_password(password: str) -> str:
    """The password's hash in PHC form; ValueError when it is too short or too long."""
    refuse_weak(password)
    return await asyncio.to_thread(_hasher.hash, password)


async def is_password(stored: str | None, password: str) -> bool:
    """Whether it is the password; takes as long for an account without one."""
    try:
        right = await asyncio.to_thread(_hasher.verify, stored or _NOBODYS, password[:LONGEST])
    except (Argon2Error, InvalidHashError):
        return False
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)
