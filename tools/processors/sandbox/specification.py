"""Strict checks of requests and answers against Stripe's OpenAPI document.

Request fields the document does not name are refused, and the values it lists are the only ones, as at Stripe;
answers may not hold fields it does not name. Needs the package `jsonschema`.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import jsonschema
import jsonschema.exceptions

from tools.processors.sandbox.forms import bracket_name
from tools.processors.sandbox.reading import Problem

_Schema = dict[str, Any]


def _errors(schema: _Schema, value: Any) -> Iterator[Any]:
    """The validator's findings; its own types say less than its documentation."""
    validator: Any = jsonschema.Draft202012Validator(schema)
    return validator.iter_errors(value)


def _most_telling(errors: Iterator[Any]) -> Any:
    """The one finding to report, or None."""
    exceptions: Any = jsonschema.exceptions
    return exceptions.best_match(errors)


@dataclass(frozen=True)
class _Operation:
    path: re.Pattern[str]
    request: _Schema
    answers: dict[str, _Schema]


class Specification:
    """Stripe's document, made strict."""

    def __init__(self, document: _Schema) -> None:
        self._requests: _Schema = {"schemas": _closed(document["components"]["schemas"], listed_values_only=True)}
        self._answers: _Schema = {"schemas": _closed(document["components"]["schemas"], listed_values_only=False)}
        self._operations = {
            (method.upper(), template): _operation(template, operation)
            for template, methods in document["paths"].items()
            for method, operation in methods.items()
            if method in ("get", "post", "delete")
        }

    @classmethod
    def read(cls, path: Path) -> Self:
        """The document in `path`, OpenAPI 3.1 as JSON."""
        return cls(json.loads(path.read_text("utf-8")))

    def read_request(self, method: str, path: str, fields: dict[str, Any]) -> tuple[dict[str, Any], Problem | None]:
        """The decoded fields with the document's types, and what is wrong with them (the first problem).

        LookupError when the document has no such path.
        """
        schema = self._operation(method, path).request
        root = {**schema, "components": self._requests}
        typed = _typed(fields, schema, root)
        return typed, _problem(_most_telling(_errors(root, typed)))

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Every break of the document in an answer."""
        answers = self._operation(method, path).answers
        root = {**answers.get(str(status), answers["default"]), "components": self._answers}
        return [f"{bracket_name(error.absolute_path)}: {error.message[:300]}" for error in _errors(root, body)]

    def _operation(self, method: str, path: str) -> _Operation:
        for (known, _), operation in self._operations.items():
            if known == method and operation.path.fullmatch(path):
                return operation
        raise LookupError(f"{method} {path}")


def _operation(template: str, operation: _Schema) -> _Operation:
    """An operation's path, what it takes (form, multipart or query) and what it answers."""
    content = operation.get("requestBody", {}).get("content", {})
    query = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    in_query = {
        "type": "object",
        "properties": {parameter["name"]: parameter["schema"] for parameter in query},
        "required": [parameter["name"] for parameter in query if parameter.get("required")],
        "additionalProperties": False,
    }
    request = next((media["schema"] for media in content.values()), in_query)
    answers = {
        status: answer["content"]["application/json"]["schema"] for status, answer in operation["responses"].items()
    }
    return _Operation(re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), request, answers)


def _closed(schemas: _Schema, *, listed_values_only: bool) -> _Schema:
    """A copy in which objects take no unnamed fields, and open enums are closed where asked."""
    closed = copy.deepcopy(schemas)
    for schema in _inner_schemas(closed):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
        if listed_values_only and "x-open-enum" in schema:
            schema["enum"] = schema["x-open-enum"]
    return closed


def _inner_schemas(node: Any) -> Iterator[_Schema]:
    if isinstance(node, dict):
        schema: _Schema = node  # pyright: ignore[reportUnknownVariableType]
        yield schema
        for value in list(schema.values()):
            yield from _inner_schemas(value)
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _inner_schemas(value)


def _typed(value: Any, schema: _Schema, root: _Schema) -> Any:
    """Form text as the integer, number or boolean the schema asks for; what does not fit stays text."""
    if "$ref" in schema:
        schema = root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "allOf" in schema:
        return _typed(value, schema["allOf"][0], root)
    if "anyOf" in schema:
        for branch in schema["anyOf"]:
            candidate = _typed(value, branch, root)
            if next(_errors({**branch, "components": root["components"]}, candidate), None) is None:
                return candidate
        return value
    if isinstance(value, dict):
        named: _Schema = schema.get("properties", {})
        others: _Schema = schema.get("additionalProperties") or {}
        return {key: _typed(part, named.get(key, others), root) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [_typed(part, schema.get("items", {}), root) for part in value]  # pyright: ignore[reportUnknownVariableType]
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _problem(error: Any) -> Problem | None:
    """The validator's finding in Stripe's words, naming the field."""
    if error is None:
        return None
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        param = bracket_name([*path, next(name for name in error.instance if name not in error.schema["properties"])])
        return Problem(f"Received unknown parameter: {param}", "parameter_unknown", param)
    if error.validator == "required":
        param = bracket_name([*path, next(name for name in error.validator_value if name not in error.instance)])
        return Problem(f"Missing required param: {param}.", "parameter_missing", param)
    param = bracket_name(path)
    if error.validator == "type" and error.validator_value == "integer":
        return Problem(f"Invalid integer: {param}", "parameter_invalid_integer", param)
    return Problem(f"Invalid {param}: {error.message[:200]}", "parameter_invalid", param)
