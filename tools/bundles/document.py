"""`case.json` as strict JSON: what two readers could understand differently, or a database cannot keep, is refused."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from knowledge.rules.bundle_check import Refusal
from tools.bundles.limits import DOCUMENT_BYTES, MIB, NESTING
from tools.bundles.refused import BundleRefused, pointer_to

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Tab, line feed and carriage return are text; the rest of C0 is not, and PostgreSQL keeps no NUL.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONGEST_NUMBER = 15
"""Digits. 2^53 has sixteen, beyond which readers of JSON that use doubles disagree."""


@dataclass(frozen=True)
class _NotANumber:
    """Stands in the parsed tree for a number that may not be there, until its pointer is known."""

    problem: str
    mend: str


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys were written twice."""

    repeated: tuple[str, ...] = ()


def parse_document(data: bytes, where: str) -> dict[str, Any]:
    """Parse `case.json`. Raises BundleRefused naming `where` with every problem found."""

    def refuse(problem: str, mend: str) -> BundleRefused:
        return BundleRefused(where, [Refusal(pointer="", problem=problem, mend=mend)])

    if len(data) > DOCUMENT_BYTES:
        raise refuse(f"larger than {DOCUMENT_BYTES // MIB} MiB", "move long texts into document files")
    if data.startswith(b"\xef\xbb\xbf"):
        raise refuse("starts with a byte order mark", "save it as UTF-8 without BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse(f"is not UTF-8 (byte {error.start})", "save it as UTF-8") from error
    if _nesting(text) > NESTING:
        raise refuse(f"is nested deeper than {NESTING} levels", "follow the schema, which needs 7")
    try:
        tree = json.loads(
            text, object_pairs_hook=_object, parse_float=_decimal, parse_constant=_constant, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise refuse(
            f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}", "correct it there"
        ) from error
    refusals = list(_problems(tree, ()))
    if refusals:
        raise BundleRefused(where, refusals)
    if not isinstance(tree, dict):
        raise refuse("is not a JSON object", 'write one object, {"format": "amends.case/1", …}')
    return cast(dict[str, Any], tree)


def _nesting(text: str) -> int:
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.repeated = tuple(sorted({key for key in keys if keys.count(key) > 1}))
    return found


def _decimal(text: str) -> _NotANumber:
    return _NotANumber(
        f"{text[:20]} is not a whole number", 'write amounts as text, "12.50", and counts without a point'
    )


def _constant(text: str) -> _NotANumber:
    return _NotANumber(f"{text} is not a number of JSON", "leave the field out")


def _whole(text: str) -> int | _NotANumber:
    if len(text.lstrip("-")) > _LONGEST_NUMBER:
        return _NotANumber(f"a number of {len(text)} digits", f"use at most {_LONGEST_NUMBER} digits")
    return int(text)


def _problems(node: object, path: tuple[str | int, ...]) -> Iterator[Refusal]:
    if isinstance(node, _NotANumber):
        yield Refusal(pointer=pointer_to(*path), problem=node.problem, mend=node.mend)
    elif isinstance(node, str):
        yield from _text_problems(node, pointer_to(*path))
    elif isinstance(node, _Object):
        for key in node.repeated:
            yield Refusal(
                pointer=_printable(pointer_to(*path, key)), problem="the key is written twice", mend="keep one of them"
            )
        for key, part in node.items():
            spoilt = [*_text_problems(key, _printable(pointer_to(*path, key)))]
            yield from spoilt or _problems(part, (*path, key))
    elif isinstance(node, list):
        for index, part in enumerate(cast(list[object], node)):
            yield from _problems(part, (*path, index))


def _text_problems(text: str, pointer: str) -> Iterator[Refusal]:
    if _SURROGATE.search(text):
        yield Refusal(
            pointer=pointer,
            problem="holds half a surrogate pair",
            mend="write the character itself in UTF-8, or both halves of its escape",
        )
    elif found := _CONTROL.search(text):
        yield Refusal(
            pointer=pointer, problem=f"holds the control character U+{ord(found[0]):04X}", mend="remove the character"
        )


def _printable(pointer: str) -> str:
    return _CONTROL.sub("\ufffd", _SURROGATE.sub("\ufffd", pointer))
