"""Strict checks of requests, answers and webhooks against Adyen's OpenAPI document.

Fields the document does not name are refused in all three. Needs the package `jsonschema`.
"""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import jsonschema

_Schema = dict[str, Any]


class AdyenSpecification:
    """Adyen's document, made strict."""

    def __init__(self, document: _Schema) -> None:
        self._components: _Schema = {"schemas": _closed(document["components"]["schemas"])}
        self._paths = {
            re.compile(re.sub(r"\{\w+\}", "[^/]+", template)): methods["post"]
            for template, methods in document["paths"].items()
        }
        self._webhooks: _Schema = document["webhooks"]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The document in `path`, OpenAPI 3.1 as JSON."""
        return cls(json.loads(path.read_text("utf-8")))

    def request_problems(self, path: str, body: Any) -> list[str]:
        """Every break in a POST to `path` (below its service's address); LookupError for a path it does not have."""
        return self._problems(_content(self._operation(path)["requestBody"]), body)

    def answer_problems(self, path: str, status: int, body: Any) -> list[str]:
        """Every break in an answer. Statuses the document leaves out carry the same error as the ones it has."""
        answers = self._operation(path)["responses"]
        return self._problems(_content(answers.get(str(status)) or answers["422"]), body)

    def webhook_problems(self, code: str, notification: Any) -> list[str]:
        """Every break in a notification whose items have `code`; codes the document leaves out are not checked."""
        hook = self._webhooks.get(code)
        return self._problems(_content(hook["post"]["requestBody"]), notification) if hook else []

    def _operation(self, path: str) -> _Schema:
        for known, operation in self._paths.items():
            if known.fullmatch(path):
                return operation
        raise LookupError(path)

    def _problems(self, schema: _Schema, value: Any) -> list[str]:
        validator: Any = jsonschema.Draft202012Validator({**schema, "components": self._components})
        return [
            f"{'.'.join(str(part) for part in error.absolute_path) or 'body'}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]


def _content(message: _Schema) -> _Schema:
    return message["content"]["application/json"]["schema"]


def _closed(schemas: _Schema) -> _Schema:
    """A copy in which objects take no unnamed fields."""
    closed = copy.deepcopy(schemas)
    for schema in _inner(closed):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
    return closed


def _inner(node: Any) -> Iterator[_Schema]:
    if isinstance(node, dict):
        schema: _Schema = node  # pyright: ignore[reportUnknownVariableType]
        yield schema
        for value in list(schema.values()):
            yield from _inner(value)
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _inner(value)
