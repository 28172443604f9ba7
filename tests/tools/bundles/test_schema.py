"""The published schema and the models must say yes and no to the same documents."""

import json
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from tests.tools.bundles.lamp_bundle import NOW, lamp_case, lamp_chargeback
from tools.bundles import BundleRefused, case_schema, read_sent
from tools.bundles.shape import shape

VALIDATOR = Draft202012Validator(case_schema(), format_checker=FormatChecker())


def _schema_takes(document: Any) -> bool:
    return next(VALIDATOR.iter_errors(document), None) is None  # pyright: ignore[reportUnknownMemberType]


def _models_take(document: dict[str, Any]) -> bool:
    try:
        shape(document, "test")
    except BundleRefused:
        return False
    return True


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every field of a document, the first entry of each list, and the inside of one amount, as all are alike."""
    if path[-1:] == ("currency",) and path != ("order", "shipping", "currency"):
        return []
    if path[-2:-1] and path[-1] == "amount" and isinstance(node, str) and path != ("order", "shipping", "amount"):
        return []
    parts: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        parts = list(cast(dict[str, Any], node).items())
    elif isinstance(node, list):
        parts = list(enumerate(cast(list[Any], node)[:1]))
    return ([path] if path else []) + [place for key, part in parts for place in _places(part, (*path, key))]


def _with(document: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = json.loads(json.dumps(document))
    node: Any = changed
    for part in place[:-1]:
        node = node[part]
    if value is _GONE:
        del node[place[-1]]
    else:
        node[place[-1]] = value
    return changed


_GONE = object()
_CHARGEBACK = lamp_chargeback()
for _list in (_CHARGEBACK["order"]["lines"], _CHARGEBACK["photos"], _CHARGEBACK["documents"]):
    del _list[1:]
_TEMPTING: list[Any] = [
    _GONE,
    None,
    True,
    0,
    -1,
    10_001,
    "",
    " ",
    "x",
    "x" * 301,
    "en",
    "EN",
    "zh-Hans",
    "DE",
    "0" * 64,
    "05",
    "visa",
    "damaged",
    "12.50",
    "12.505",
    "1 ",
    "lamp-1\n",
    "\u0661\u0662\u0663\u0664",
    [],
    ["lamp-1"],
    {},
]
_TIMES = [
    "2026-03-01T09:30:00Z",
    "2026-03-01T09:30:00.123456+05:30",
    "2026-03-01T09:30:00",
    "2026-03-01 09:30:00Z",
    "2026-03-01t09:30:00z",
    "2026-02-29T09:30:00Z",
    "2024-02-29T09:30:00Z",
    "2026-03-01T09:30Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "1772355000",
]
_AMOUNTS = [
    {"amount": "1.00", "currency": "EUR"},
    {"amount": "1.00", "currency": "JPY"},
    {"amount": "1", "currency": "JPY"},
    {"amount": "1.0000", "currency": "BHD"},
    {"amount": "1.000", "currency": "BHD"},
    {"amount": "-1.00", "currency": "EUR"},
    {"amount": "1.00", "currency": "XXX"},
    {"amount": "1.00", "currency": "EUR", "note": "x"},
    {"amount": 1, "currency": "EUR"},
]


@pytest.mark.parametrize(
    "document", [lamp_case(), _CHARGEBACK, case_schema()["examples"][0]], ids=["refund", "chargeback", "example"]
)
def test_good_documents_are_good_for_both(document: dict[str, Any]):
    assert _schema_takes(document)
    assert _models_take(document)


def test_the_schemas_own_example_is_a_case_that_may_come_in():
    read = read_sent(json.dumps(case_schema()["examples"][0]).encode(), {}, now=NOW)

    assert read.bundle.case_id == "case-1001"


_BY_FIELD = {place[-1]: place for place in _places(_CHARGEBACK)}
"""One place for each field name."""


@pytest.mark.parametrize("place", _BY_FIELD.values(), ids=lambda place: "/".join(map(str, place)))
def test_every_field_set_to_every_tempting_value_divides_nobody(place: tuple[Any, ...]):
    current: Any = _CHARGEBACK
    for part in place:
        current = current[part]
    more = _AMOUNTS if isinstance(current, dict) else _TIMES if str(current).endswith("Z") else []
    divided = [
        value
        for value in [*_TEMPTING, *more]
        if _schema_takes(changed := _with(_CHARGEBACK, place, value)) != _models_take(changed)
    ]

    assert divided == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from(_places(_CHARGEBACK)),
    value=_json | st.sampled_from([*_TEMPTING, *_TIMES, *_AMOUNTS]),
    extra=st.booleans(),
)
@example(place=("order", "payment", "last4"), value="4242\n", extra=False)
def test_schema_and_models_agree_on_any_document(place: tuple[Any, ...], value: Any, extra: bool):
    changed = _with(_CHARGEBACK, place, value)
    if extra:
        changed["unforeseen"] = value if value is not _GONE else None

    assert _schema_takes(changed) == _models_take(changed)


def test_the_schema_is_a_valid_schema_of_its_dialect_with_a_name():
    schema = case_schema()
    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:amends:case:1"
    assert schema["$defs"]["Order"]["properties"]["discount"]["description"] == "A positive amount taken off."
    assert schema["$defs"]["Message"]["description"].startswith("Something somebody wrote.")
    assert schema["$defs"]["Amount"]["examples"][1] == {"amount": "1250", "currency": "JPY"}
