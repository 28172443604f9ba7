"""Stripe's bracket forms: `evidence[receipt]=…&expand[]=…` as nested values, every leaf still text."""

import re
from collections.abc import Iterable
from typing import Any

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The pairs as nested dicts and lists; ValueError naming a field that is malformed or given twice."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"Invalid parameter name: {name}")
        path = [match.group(1), *_PART.findall(match.group(2))]
        _put(result, path, value, name)
    return {key: _with_lists(value) for key, value in result.items()}


def _put(into: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for part in path[:-1]:
        inner: Any = into.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ValueError(f"Invalid parameter: {name} is given both as a value and as a hash")
        into = inner  # pyright: ignore[reportUnknownVariableType]
    last = path[-1] if path[-1] else str(len(into))
    if last in into:
        raise ValueError(f"Invalid parameter: {name} is given twice")
    into[last] = value


def _with_lists(value: Any) -> Any:
    """Hashes whose keys count 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    fields: dict[str, Any] = {key: _with_lists(part) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if fields and list(fields) == [str(index) for index in range(len(fields))]:
        return list(fields.values())
    return fields


def bracket_name(path: Iterable[str | int]) -> str:
    """The name Stripe's messages use for a nested field: `evidence[receipt]`."""
    first, *rest = [str(part) for part in path] or ["request"]
    return first + "".join(f"[{part}]" for part in rest)
