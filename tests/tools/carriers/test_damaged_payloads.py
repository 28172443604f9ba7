"""Payloads with parts missing or changed: never another error, and never a delivery that was not there."""

import copy
import json
from collections.abc import Iterator
from typing import cast
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.tracking import TrackingStatus
from tests.tools.carriers.payload_files import NAMES, carrier_of, payload
from tools.carriers import UnreadableTracking, carriers, detect_carrier, read_routes

STEMS = [name.rsplit(".", 1)[0] for name in NAMES]
JSON_STEMS = [name[:-5] for name in NAMES if name.endswith(".json")]
XML_STEMS = [name[:-4] for name in NAMES if name.endswith(".xml")]


def claims_delivery(carrier: str, raw: bytes) -> bool:
    try:
        routes = read_routes(carrier, raw)
    except UnreadableTracking:
        return False
    return any(event.status is TrackingStatus.DELIVERED for route in routes for event in route.events)


NEVER_DELIVERED = [stem for stem in STEMS if not claims_delivery(carrier_of(stem), payload(stem))]

Path = tuple[str | int, ...]


def places(value: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            yield (*path, index)
            yield from places(inner, (*path, index))


def without(value: object, path: Path) -> object:
    changed = copy.deepcopy(value)
    parent: object = changed
    for step in path[:-1]:
        parent = cast("dict[str | int, object]", parent)[step]
    del cast("dict[str | int, object]", parent)[path[-1]]
    return changed


def with_value(value: object, path: Path, new: object) -> object:
    changed = copy.deepcopy(value)
    parent: object = changed
    for step in path[:-1]:
        parent = cast("dict[str | int, object]", parent)[step]
    cast("dict[str | int, object]", parent)[path[-1]] = new
    return changed


@pytest.mark.parametrize("stem", [stem for stem in JSON_STEMS if stem in NEVER_DELIVERED])
def test_no_deleted_field_turns_a_json_answer_into_a_delivery(stem: str) -> None:
    whole = json.loads(payload(stem))
    for path in places(whole):
        assert not claims_delivery(carrier_of(stem), json.dumps(without(whole, path)).encode()), path


@pytest.mark.parametrize("stem", [stem for stem in XML_STEMS if stem in NEVER_DELIVERED])
def test_no_deleted_element_turns_an_xml_answer_into_a_delivery(stem: str) -> None:
    count = sum(len(element) + len(element.attrib) for element in ElementTree.fromstring(payload(stem)).iter())
    for index in range(count):
        assert not claims_delivery(carrier_of(stem), xml_without(payload(stem), index)), index


def xml_without(raw: bytes, index: int) -> bytes:
    root = ElementTree.fromstring(raw)
    for element in root.iter():
        for child in list(element):
            if index == 0:
                element.remove(child)
                return ElementTree.tostring(root)
            index -= 1
        for name in list(element.attrib):
            if index == 0:
                del element.attrib[name]
                return ElementTree.tostring(root)
            index -= 1
    raise IndexError(index)


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=30),
    st.sampled_from(["", "2024-02-30", "99999999999999999999", "/Date(1)/", "Delivered", "-", "(", ",", " - ", "0"]),
    st.lists(st.text(max_size=5), max_size=2),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_json_answer_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    stem = data.draw(st.sampled_from(JSON_STEMS))
    value: object = json.loads(payload(stem))
    for _ in range(data.draw(st.integers(1, 3))):
        paths = list(places(value))
        if not paths:
            break
        path = data.draw(st.sampled_from(paths))
        value = without(value, path) if data.draw(st.booleans()) else with_value(value, path, data.draw(ODD_VALUES))
    read_or_refused(carrier_of(stem), json.dumps(value).encode())


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_changed_xml_answer_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    stem = data.draw(st.sampled_from(XML_STEMS))
    root = ElementTree.fromstring(payload(stem))
    odd = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
    for _ in range(data.draw(st.integers(1, 3))):
        element = data.draw(st.sampled_from(list(root.iter())))
        change = data.draw(st.sampled_from(["text", "name", "clear"]))
        if change == "text":
            element.text = data.draw(odd)
        elif change == "name":
            element.tag = "other"
        else:
            element.clear()
    read_or_refused(carrier_of(stem), ElementTree.tostring(root))


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=200), carrier=st.sampled_from(carriers()))
def test_any_bytes_are_read_or_refused(raw: bytes, carrier: str) -> None:
    read_or_refused(carrier, raw)
    detect_carrier(raw)


@settings(max_examples=200, deadline=None)
@given(stem=st.sampled_from(STEMS), cut=st.integers(1, 400))
def test_a_truncated_answer_is_refused(stem: str, cut: int) -> None:
    raw = payload(stem).rstrip()
    read_or_refused(carrier_of(stem), raw[: max(0, len(raw) - cut)])


@settings(max_examples=100, deadline=None)
@given(stem=st.sampled_from(STEMS), other=st.sampled_from(carriers()))
def test_an_answer_given_under_another_carriers_name_is_read_or_refused(stem: str, other: str) -> None:
    read_or_refused(other, payload(stem))


def read_or_refused(carrier: str, raw: bytes) -> None:
    refusal = ""
    try:
        routes = read_routes(carrier, raw)
    except UnreadableTracking as error:
        routes, refusal = (), str(error)
    assert routes or refusal.endswith(".")
