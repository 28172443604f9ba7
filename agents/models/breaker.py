"""A circuit breaker: a dead endpoint costs one timeout, not one per case."""

from collections.abc import Callable


class Breaker:
    """Lets calls through until one fails to get through, then only one trial call per pause.

    The pause starts at `first_pause` seconds and doubles with every failed trial up to `longest_pause`,
    so an endpoint that restarts is back within seconds and one that is gone is asked rarely.
    `clock` gives monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float], *, first_pause: float = 15.0, longest_pause: float = 300.0) -> None:
        self._clock = clock
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._pause = first_pause
        self._closed_again_at: float | None = None
        self._trial_running = False

    def admit(self) -> bool:
        """True when a call may go out now. After True the caller must report `passed`, `failed` or `abandoned`."""
        if self._closed_again_at is None:
            return True
        if self._trial_running or self._clock() < self._closed_again_at:
            return False
        self._trial_running = True
        return True

    def passed(self) -> None:
        """The endpoint answered, whatever it said."""
        self._closed_again_at = None
        self._trial_running = False
        self._pause = self._first_pause

    def failed(self) -> None:
        """The endpoint could not be reached or did not answer in time."""
        if self._closed_again_at is not None and self._trial_running:
            self._pause = min(self._pause * 2, self._longest_pause)
        self._closed_again_at = self._clock() + self._pause
        self._trial_running = False

    def abandoned(self) -> None:
        """The caller gave up by itself (cancelled): nothing was learnt about the endpoint."""
        self._trial_running = False
