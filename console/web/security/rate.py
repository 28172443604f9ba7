"""How often an address may try to sign in, and a key or browser may ask; counted in this process."""

from math import ceil
from time import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

SIGN_INS = RateLimitItemPerMinute(20)
"""Of one network address, right or wrong: an office behind one address signs in in the morning."""


class TooOften(Exception):
    """Asked too often; the message says how to go on."""


class Rates:
    """Counts what is limited. Behind several processes each counts for itself."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def refuse_too_often(self, item: RateLimitItemPerMinute, *whose: str) -> None:
        """Count one more of `whose`; TooOften above the limit."""
        if not await self._limiter.hit(item, *whose):
            raise TooOften("too many requests from here; wait a minute and try again")

    async def left(self, item: RateLimitItemPerMinute, *whose: str) -> tuple[int, int]:
        """How many more of `whose` are allowed now, and in how many seconds there are more."""
        window = await self._limiter.get_window_stats(item, *whose)
        return window.remaining, max(1, ceil(window.reset_time - time()))

    async def waits(self, item: RateLimitItemPerMinute, *whose: str) -> int:
        """In how many seconds `whose` may ask again, at least one."""
        return (await self.left(item, *whose))[1]
