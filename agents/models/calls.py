"""What is known about every call to a model, and what a call can come to."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from knowledge.base import Frozen

T = TypeVar("T")


class ModelTask(StrEnum):
    """What a model may be asked to do. A deployment may name an endpoint for each."""

    CLAIMS = "claims"
    PHOTOS = "photos"
    PROSE = "prose"


class ModelFailure(StrEnum):
    """Why there is no answer. Every failure leaves the case with the embedded readers."""

    MISSING = "missing"
    """No endpoint is configured for the task."""
    SLOW = "slow"
    """The time limit passed."""
    REFUSED = "refused"
    """The model, its filter or the endpoint declined: a refusal, a wrong key, a full quota."""
    NONSENSE = "nonsense"
    """An answer came that is not of the asked type, or is too long."""
    UNREACHABLE = "unreachable"
    """No connection, a server error, or the breaker is open because of one."""


class ModelCall(Frozen):
    """The record of one question to a model: digests and counts, never the text."""

    task: ModelTask
    model: str | None
    """The model's name as the endpoint knows it; None when none is configured."""
    prompt: str
    """Name and version, for example `claim@1`."""
    input_sha256: str
    """Digest of what was sent after masking, pictures included."""
    attempts: int
    """Requests made: 0 (missing, breaker open) to 2."""
    latency_ms: int
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_micro_usd: int | None = None
    """Millionths of a US dollar, when the endpoint's prices are set and it counted its tokens."""
    outcome: str
    """`answered`, or the failure."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ModelAnswer(Generic[T]):
    """A value of the asked type, or why there is none: exactly one of `value` and `failure` is set."""

    value: T | None
    failure: ModelFailure | None
    detail: str
    """For people: what went wrong, without anything the model said."""
    model: str | None


class ModelCallRecorder(Protocol):
    """Where the record of a call goes; the worker keeps it with the case."""

    async def record(self, call: ModelCall) -> None:
        """Keep one call. May raise: a call that cannot be recorded is not hidden."""
        ...


class CallLog:
    """A recorder that remembers the latest calls in memory, oldest first."""

    def __init__(self, keep: int = 1000) -> None:
        self._calls: deque[ModelCall] = deque(maxlen=keep)

    async def record(self, call: ModelCall) -> None:
        """Keep one call, dropping the oldest when full."""
        self._calls.append(call)

    @property
    def calls(self) -> tuple[ModelCall, ...]:
        """The calls kept, oldest first."""
        return tuple(self._calls)
