"""How requests and answers are judged: by PayPal's documents, or not at all."""

from collections.abc import Iterable
from typing import Any, Protocol


class PayPalReading(Protocol):
    """Judges requests and answers."""

    def request_problems(
        self, method: str, path: str, query: dict[str, str], body: Any, files: Iterable[str]
    ) -> list[str]:
        """Every break in a request; LookupError for a path it does not know."""
        ...

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Every break in an answer; LookupError for a path it does not know."""
        ...


class UncheckedReading:
    """Without PayPal's documents everything passes."""

    def request_problems(
        self, method: str, path: str, query: dict[str, str], body: Any, files: Iterable[str]
    ) -> list[str]:
        """None are looked for."""
        return []

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """None are looked for."""
        return []
