"""Errors in the general shapes web services use, for carriers whose own shape of refusal we have not met."""

from typing import cast

from tools.carriers._answer import Node

MOST_VALUES = 25
"""An error holds a few values; a larger answer is a route in a shape we do not know, and is not called an error."""

_HOLDERS = ("errors", "error", "Errors", "Error", "fault", "Fault", "messages", "message")
_CODES = (
    "code",
    "errorCode",
    "ErrorCode",
    "error_code",
    "faultcode",
    "Code",
    "status",
    "statusCode",
    "httpCode",
    "title",
)
_WORDS = (
    "message", "errorMessage", "ErrorMessage", "error_description", "errorDescription", "detail", "description",
    "faultstring", "Message", "Description", "moreInformation", "title", "name",
)  # fmt: skip


def spoken_error(answer: Node) -> tuple[str, ...]:
    """The code and the words of an answer that is nothing but an error; empty when it is not one."""
    if _values(answer) > MOST_VALUES:
        return ()
    for holder in _HOLDERS:
        for node in answer.descend(holder) if answer.name else answer.each(holder):
            # A plain `message` beside a code is the answer's own, read below.
            if (node.text() is None or holder.casefold() in ("error", "fault")) and (spoken := _spoken(node)):
                return spoken
    code, words = answer.first(*_CODES), answer.first(*_WORDS)
    return tuple(dict.fromkeys((code, words))) if code and words else ()


def _spoken(node: Node) -> tuple[str, ...]:
    code, words = node.first(*_CODES), node.first(*_WORDS)
    found = tuple(dict.fromkeys(part for part in (code, words) if part))
    plain = node.text()
    return found or ((plain,) if plain and plain not in ("true", "false") else ())


def _values(answer: Node) -> int:
    count = 0
    waiting = [answer]
    while waiting and count <= MOST_VALUES:
        node = waiting.pop()
        value = node.value
        inner = node.children()
        if isinstance(value, dict):
            inner = [node.at(key) for key in cast("dict[str, object]", value)]
        count += not inner
        waiting.extend(inner)
    return count
