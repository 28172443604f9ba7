"""Strict checks of requests and answers against PayPal's OpenAPI documents.

Fields the documents do not name are refused, and in requests the values they list are the only ones; answers may hold
others, as PayPal's do one day. Several documents are read as one. Needs the package `jsonschema`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import jsonschema

_Schema = dict[str, Any]
_EVIDENCES: _Schema = {
    "type": "object",
    "properties": {"evidences": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/evidence"}}},
    "required": ["evidences"],
    "additionalProperties": False,
}
_NOTES: _Schema = {"type": "string", "minLength": 1, "maxLength": 2000}
_INPUTS: dict[str, _Schema] = {
    "provide-evidence": _EVIDENCES,
    "appeal": _EVIDENCES,
    "provide-supporting-info": {
        "type": "object",
        "properties": {"notes": _NOTES},
        "required": ["notes"],
        "additionalProperties": False,
    },
    "accept-claim": {
        "type": "object",
        "properties": {"note": _NOTES, "accept_claim_type": {"$ref": "#/components/schemas/accept_claim_type"}},
        "required": ["note", "accept_claim_type"],
        "additionalProperties": False,
    },
}
"""What PayPal's documents describe in prose only: the JSON of the part `input` of a multipart request."""
_FAULTS = (429, 500, 502, 503, 504)
"""Answers in trouble come from in front of the interface and are described nowhere."""


class PayPalSpecification:
    """PayPal's documents, made strict."""

    def __init__(self, documents: Sequence[_Schema]) -> None:
        schemas: _Schema = {}
        self._shared: dict[str, _Schema] = {"responses": {}, "parameters": {}, "requestBodies": {}}
        self._operations: dict[tuple[str, re.Pattern[str]], _Schema] = {}
        for document in documents:
            schemas |= document["components"].get("schemas", {})
            for kind, known in self._shared.items():
                known |= document["components"].get(kind, {})
            for template, methods in document["paths"].items():
                pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
                for method, operation in methods.items():
                    self._operations[method.upper(), pattern] = operation
        composed: list[_Schema] = [part for node in _inner(list(documents)) for part in node.get("allOf", ())]
        parts = {str(part["$ref"]).rpartition("/")[2] for part in composed if "$ref" in part}
        self._requests = {"schemas": {name: _strict(one, whole=name not in parts) for name, one in schemas.items()}}
        opened = {name: _opened(name, one) for name, one in schemas.items()}
        self._answers = {"schemas": {name: _strict(one, whole=name not in parts) for name, one in opened.items()}}

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Self:
        """The documents in `paths`, OpenAPI as JSON."""
        return cls([json.loads(path.read_text("utf-8")) for path in paths])

    def request_problems(
        self, method: str, path: str, query: dict[str, str], body: Any, files: Iterable[str]
    ) -> list[str]:
        """Every break in a request; LookupError when the documents have no such path."""
        operation = self._operation(method, path)
        content = self._request_content(operation)
        if "multipart/form-data" in content and path.rpartition("/")[2] in _INPUTS:
            known = content["multipart/form-data"]["schema"]["properties"]
            unknown = [f"{field}: not a file of this call" for field in files if field not in known]
            return unknown + self._problems(_INPUTS[path.rpartition("/")[2]], body, writing=True)
        if "application/json" in content:
            return self._problems(content["application/json"]["schema"], body, writing=True)
        return self._query_problems(operation, query)

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Every break in an answer; LookupError when the documents have no such path."""
        if status in _FAULTS:
            return []
        responses = self._operation(method, path)["responses"]
        answer = responses.get(str(status)) or responses["default"]
        if "$ref" in answer:
            answer = self._shared["responses"][answer["$ref"].rpartition("/")[2]]
        return self._problems(answer["content"]["application/json"]["schema"], body, writing=False)

    def _operation(self, method: str, path: str) -> _Schema:
        for (known, pattern), operation in self._operations.items():
            if known == method and pattern.fullmatch(path):
                return operation
        raise LookupError(f"{method} {path}")

    def _request_content(self, operation: _Schema) -> _Schema:
        body = operation.get("requestBody", {})
        if "$ref" in body:
            body = self._shared["requestBodies"][body["$ref"].rpartition("/")[2]]
        return body.get("content", {})

    def _query_problems(self, operation: _Schema, query: dict[str, str]) -> list[str]:
        named = [
            self._shared["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            for one in operation.get("parameters", [])
        ]
        known = {one["name"]: one["schema"] for one in named if one["in"] == "query"}
        problems = [f"{name}: not a parameter of this call" for name in query if name not in known]
        for name, text in query.items():
            schema = known.get(name, {})
            # A query is text; what the document calls a whole number has to be one.
            value = int(text) if schema.get("type") == "integer" and text.isdecimal() else text
            problems += [f"{name}: {what}" for what in self._problems(schema, value, writing=True)]
        return problems

    def _problems(self, schema: _Schema, value: Any, *, writing: bool) -> list[str]:
        root = {**_strict(schema), "components": self._requests if writing else self._answers}
        validator: Any = jsonschema.Draft202012Validator(root)
        found = [
            f"/{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]
        return found + (list(self._written_by_paypal(schema, value, "")) if writing else [])

    def _written_by_paypal(self, schema: _Schema, value: Any, where: str) -> Iterator[str]:
        """Fields of a request that only PayPal writes."""
        while "$ref" in schema:
            schema = self._requests["schemas"][schema["$ref"].rpartition("/")[2]]
        if isinstance(value, dict):
            fields: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
            for name, part in fields.items():
                inner = schema.get("properties", {}).get(name, {})
                if inner.get("readOnly"):
                    yield f"{where}/{name}: only PayPal writes this"
                yield from self._written_by_paypal(inner, part, f"{where}/{name}")
        elif isinstance(value, list):
            items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
            for place, part in enumerate(items):
                yield from self._written_by_paypal(schema.get("items", {}), part, f"{where}/{place}")


def _opened(name: str, schema: Any) -> Any:
    """The schema without its lists of values; errors keep theirs, by which they are told apart."""
    if name.startswith(("error", "captures.")) or name.isdigit():
        return schema
    if isinstance(schema, dict):
        fields: _Schema = schema  # pyright: ignore[reportUnknownVariableType]
        return {key: _opened(name, value) for key, value in fields.items() if key != "enum"}
    if isinstance(schema, list):
        return [_opened(name, one) for one in schema]  # pyright: ignore[reportUnknownVariableType]
    return schema


def _strict(schema: _Schema, *, whole: bool = True) -> _Schema:
    """The schema with every object in it closed; one that is composed is closed as a whole, and its parts are not."""
    strict: _Schema = {}
    for name, value in schema.items():
        if name in ("allOf", "anyOf", "oneOf"):
            strict[name] = [_strict(one, whole=False) for one in value]
        elif name == "properties":
            strict[name] = {field: _strict(one) for field, one in value.items()}
        elif name in ("items", "additionalProperties") and isinstance(value, dict):
            strict[name] = _strict(value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            strict[name] = value
    if whole and ("properties" in schema or "allOf" in schema):
        strict.setdefault("unevaluatedProperties", False)
    return strict


def _inner(node: Any) -> Iterator[_Schema]:
    if isinstance(node, dict):
        schema: _Schema = node  # pyright: ignore[reportUnknownVariableType]
        yield schema
        for value in schema.values():
            yield from _inner(value)
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _inner(value)
