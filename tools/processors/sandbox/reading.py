"""How a request's fields get their types: with Stripe's document, or with the few types the sandbox itself needs."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

_INTEGERS = ("amount", "limit")
_BOOLEANS = ("submit",)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, in Stripe's words and code."""

    message: str
    code: str
    param: str


class RequestReading(Protocol):
    """Types a request and judges requests and answers."""

    def read_request(self, method: str, path: str, fields: dict[str, Any]) -> tuple[dict[str, Any], Problem | None]:
        """The decoded fields with their types, and the first thing wrong; LookupError for a path it does not know."""
        ...

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Every break in an answer."""
        ...


class PlainReading:
    """Without Stripe's document: unknown fields pass, and answers are taken as they are."""

    def read_request(self, method: str, path: str, fields: dict[str, Any]) -> tuple[dict[str, Any], Problem | None]:
        """The fields, with amounts and limits as integers and `submit` as a boolean."""
        typed = dict(fields)
        for name in _INTEGERS:
            if name in typed:
                if not re.fullmatch(r"-?\d+", str(typed[name])):
                    return typed, Problem(f"Invalid integer: {name}", "parameter_invalid_integer", name)
                typed[name] = int(typed[name])
        for name in _BOOLEANS:
            if name in typed:
                if typed[name] not in ("true", "false"):
                    return typed, Problem(f"Invalid boolean: {name}", "parameter_invalid", name)
                typed[name] = typed[name] == "true"
        return typed, None

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """None are looked for."""
        return []
