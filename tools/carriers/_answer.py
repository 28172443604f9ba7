"""A carrier's raw answer as a tree one can walk: the same few questions for JSON and XML.

Everything here is tolerant of what is missing (an absent field is an empty node) and strict about
size and depth, because the bytes come from outside.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

MOST_BYTES = 4 * 1024 * 1024
"""Carriers' answers are a few kilobytes; a proof of delivery in base64 may take a megabyte."""
MOST_DEPTH = 60
MOST_TEXT = 2_000
"""Characters of one field that are kept."""

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


class UnreadableTracking(ValueError):
    """The bytes are not a carrier answer we can read. The message says what was expected and the mend."""


class Element(Protocol):
    """The part of an XML element we use."""

    tag: Any
    text: str | None
    attrib: dict[str, str]

    def __iter__(self) -> Iterator["Element"]:
        """Children in document order."""
        ...


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the answer. `pointer` is a JSON pointer, or an XPath of local names with positions."""

    value: object
    pointer: str

    def at(self, *path: str) -> "Node":
        """The node under `path`: keys of objects, names of elements, `@name` for attributes; empty when absent.

        A list on the way is entered at its first item.
        """
        node = self
        for step in path:
            node = node._step(step)
        return node

    def _step(self, step: str) -> "Node":
        value = self.value
        if isinstance(value, list):
            items = cast("list[object]", value)
            return Node(items[0], f"{self.pointer}/0")._step(step) if items else Node(None, self.pointer)
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            escaped = step.replace("~", "~0").replace("/", "~1")
            return Node(fields.get(step), f"{self.pointer}/{escaped}")
        if value is None or isinstance(value, str | int | float):
            return Node(None, f"{self.pointer}/{step}")
        element = cast("Element", value)
        if step.startswith("@"):
            return Node(element.attrib.get(step[1:]), f"{self.pointer}/{step}")
        return next((child for child in self.children() if child.name == step), Node(None, f"{self.pointer}/{step}"))

    @property
    def name(self) -> str:
        """The element's local name; empty in JSON."""
        if self.value is None or isinstance(self.value, str | int | float | list | dict):
            return ""
        return local_name(cast("Element", self.value))

    @property
    def exists(self) -> bool:
        """Whether the answer holds anything here."""
        return self.value is not None

    def children(self) -> list["Node"]:
        """Child elements, or the items of a list, in the answer's order."""
        value = self.value
        if isinstance(value, list):
            return [Node(item, f"{self.pointer}/{i}") for i, item in enumerate(cast("list[object]", value))]
        if value is None or isinstance(value, str | int | float | dict):
            return []
        seen: dict[str, int] = {}
        found: list[Node] = []
        for child in cast("Element", value):
            name = local_name(child)
            seen[name] = seen.get(name, 0) + 1
            found.append(Node(child, f"{self.pointer}/{name}[{seen[name]}]"))
        return found

    def each(self, *path: str) -> list["Node"]:
        """All nodes under `path`: list items or the single object in JSON, same-named elements in XML."""
        parent = self.at(*path[:-1])
        last = path[-1] if path else None
        if last is not None and parent.name:
            return [child for child in parent.children() if child.name == last]
        node = parent.at(last) if last is not None else parent
        if isinstance(node.value, list):
            return node.children()
        return [node] if node.exists else []

    def descend(self, name: str) -> list["Node"]:
        """Elements or fields called `name` at any depth, in document order; inside one, no further search."""
        found: list[Node] = []
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            inner = node.children()
            value: object = node.value
            if isinstance(value, dict):
                found.extend(node.each(name))
                inner = [node.at(key) for key in cast("dict[str, object]", value) if key != name]
            elif node.name == name:
                found.append(node)
                continue
            waiting.extend(reversed(inner))
        return found

    def text(self, *path: str) -> str | None:
        """The trimmed text under `path`, white space folded; None when absent, empty or not a plain value."""
        value = self.at(*path).value
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None or isinstance(value, list | dict):
            return None
        raw = str(value) if isinstance(value, str | int | float) else (cast("Element", value).text or "")
        return " ".join(raw[:MOST_TEXT].split()) or None

    def first(self, *names: str) -> str | None:
        """The text of the first of these fields that has one."""
        return next((text for name in names if (text := self.text(name))), None)

    def inside(self) -> "Node":
        """The JSON carried as text in this node; its pointers continue after `#`. Empty when it is none."""
        if not isinstance(self.value, str):
            return Node(None, self.pointer)
        try:
            return Node(_json(self.value), f"{self.pointer}#")
        except UnreadableTracking:
            return Node(None, self.pointer)


def parse(payload: bytes) -> Node:
    """The answer's root; UnreadableTracking when the bytes are neither JSON nor XML, too large or too deep."""
    if len(payload) > MOST_BYTES:
        raise UnreadableTracking(
            f"The tracking file has {len(payload)} bytes; at most {MOST_BYTES} are read. Save one shipment's answer."
        )
    text = _decode(payload).strip().lstrip("\ufeff")
    if text.startswith("<"):
        return _xml(text)
    if text[:1] in ("{", "["):
        return Node(_json(text), "")
    raise UnreadableTracking(
        "The tracking file is neither JSON nor XML. Save the answer of the carrier's tracking interface unchanged."
    )


def _decode(payload: bytes) -> str:
    for bom, encoding in _BOMS:
        if payload.startswith(bom):
            return payload[len(bom) :].decode(encoding, "replace")
    declared = _ENCODING.match(payload.lstrip())
    for encoding in ((declared.group(1).decode("ascii"),) if declared else ()) + ("utf-8",):
        try:
            return payload.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    # Old carrier systems send Windows Latin text without saying so.
    return payload.decode("cp1252", "replace")


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableTracking(
            f"The tracking file is not whole JSON ({type(error).__name__}). Save the carrier's answer unchanged."
        ) from error
    waiting = [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise UnreadableTracking(f"The tracking file is nested more than {MOST_DEPTH} deep; no carrier sends that.")
        if isinstance(inner, dict):
            waiting.extend((item, depth + 1) for item in cast("dict[str, object]", inner).values())
        elif isinstance(inner, list):
            waiting.extend((item, depth + 1) for item in cast("list[object]", inner))
    return value


def _xml(text: str) -> Node:
    try:
        root = cast("Element", ElementTree.fromstring(_DECLARATION.sub("", text, count=1), forbid_dtd=True))
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableTracking(
            f"The tracking file is not plain, whole XML ({type(error).__name__}). "
            "Save the carrier's answer unchanged, without a document type."
        ) from error
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise UnreadableTracking(f"The tracking file is nested more than {MOST_DEPTH} deep; no carrier sends that.")
        waiting.extend((child, depth + 1) for child in element)
    return Node(root, f"/{local_name(root)}")


def locate(payload: bytes, pointer: str) -> Node:
    """The node an event's pointer names; LookupError when the payload has no such place."""
    node = parse(payload)
    outer, *inner = pointer.split("#")
    node = _follow(node, outer)
    for part in inner:
        node = _follow(node.inside(), part)
    if not node.exists:
        raise LookupError(pointer)
    return node


def _follow(node: Node, pointer: str) -> Node:
    steps = pointer.split("/")[1:]
    if node.name:
        steps = steps[1:]
    for step in steps:
        children = {child.pointer.rsplit("/", 1)[1]: child for child in node.children()}
        node = children.get(step) or node.at(step.replace("~1", "/").replace("~0", "~"))
    return node
