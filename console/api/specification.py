"""The OpenAPI 3.1 document: what FastAPI cannot see by itself, and an example for every body."""

from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from console.api.problems import MEDIA_TYPE, Problem
from console.api.submitted import JSON, MULTIPART, ZIP
from knowledge.order_snapshot import OrderSnapshot
from tools.bundles.schema import case_example, case_schema, published_schema
from tools.records.case_words import EvidenceAddition

_SAID = {
    400: "The request cannot be read.",
    401: "No key, or one that does not open.",
    403: "The key lacks the scope.",
    404: "There is no such thing, or it belongs to somebody else.",
    409: "Not now: the case has moved on, or what is there differs; under an Idempotency-Key also: being worked on.",
    413: "The body is too large.",
    415: "Another media type is needed.",
    422: "Something in the request is wrong; `problems` says what and what to do.",
    429: "The key asks too often; `retry-after` says how long to wait.",
    503: "Records or workflow server do not answer; nothing was changed.",
}
_RATE: dict[str, Any] = {
    "RateLimit": {"schema": {"type": "string"}, "description": "How many requests are left, and for how many seconds."},
    "RateLimit-Policy": {
        "schema": {"type": "string"},
        "description": "How many requests a key has in how many seconds.",
    },
}
_IDEMPOTENCY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes the request repeatable for a day: the same request again gets the same answer.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
    "example": "0198f0c2-4a55-7c3e-9d6f-5c2b1a0e9d77",
}


def answers(*refusals: int, again: type[BaseModel] | None = None) -> dict[int | str, dict[str, Any]]:
    """The refusals an operation may give beside those of every operation; `again` is what a repetition gets (200)."""
    told: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem, "description": _SAID[status]} for status in (401, *refusals, 429, 503)
    }
    if again is not None:
        told[200] = {"model": again, "description": "The same was there before; nothing was changed."}
    return told


def order_example() -> dict[str, Any]:
    """An order, whole."""
    bundle = case_example()
    shipment = {"id": "s-1", "carrier": "dhl_universal", "tracking_number": "00340434161094042557"}
    return {
        "format": "amends.order/1",
        "merchant": bundle["merchant"],
        "order": bundle["order"],
        "buyer": bundle["buyer"],
        "shipments": [shipment],
    }


_EVIDENCE_EXAMPLE: dict[str, Any] = {
    "messages": [{"id": "m2", "author": "buyer", "at": "2026-03-10T07:55:00Z", "text": "Aqui está a foto."}]
}


def _content(schema: str, example: dict[str, Any], part: str = "", *, archive: bool = False) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    content: dict[str, Any] = {JSON: {"schema": reference, "example": example}}
    if part:
        content[MULTIPART] = {
            "schema": {
                "type": "object",
                "required": [part],
                "properties": {
                    part: reference,
                    "files": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "description": "Each under the file name by which the document names it.",
                    },
                },
            },
            "encoding": {part: {"contentType": JSON}},
            "example": {part: example},
        }
    if archive:
        content[ZIP] = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": content}}


CASE_BODY = _content("CaseBundle", case_example(), "case", archive=True)
SANDBOX_BODY = _content("CaseBundle", case_example())
ORDER_BODY = _content("OrderSnapshot", order_example())
EVIDENCE_BODY = _content("EvidenceAddition", _EVIDENCE_EXAMPLE, "evidence")


def describe(application: FastAPI) -> dict[str, Any]:
    """The document, made once and kept."""
    if application.openapi_schema is None:
        made = get_openapi(
            title="Amends",
            version="1",
            openapi_version="3.1.0",
            summary="After-sales disputes: push them in, take decisions, letters and outcomes out.",
            routes=application.routes,
            servers=[{"url": "/v1"}],
        )
        schemas: dict[str, Any] = made.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in (
            ("CaseBundle", case_schema()),
            ("OrderSnapshot", published_schema(OrderSnapshot)),
            ("EvidenceAddition", published_schema(EvidenceAddition)),
        ):
            schemas.update(_components(name, schema))
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        for path in made["paths"].values():
            for method, operation in path.items():
                _complete(method, operation)
        application.openapi_schema = made
    return application.openapi_schema


def _complete(method: str, operation: dict[str, Any]) -> None:
    if method == "post":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY)
    for status, told in operation["responses"].items():
        content = told.get("content", {})
        if int(status) >= 400 and JSON in content:
            told["content"] = {MEDIA_TYPE: content[JSON]}
        if status not in {"401", "503"}:
            told.setdefault("headers", {}).update(_RATE)


def _components(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that stands by itself as components of the document, its definitions under its own name."""
    body = {key: value for key, value in schema.items() if key not in {"$schema", "$id", "$defs", "examples"}}
    definitions: dict[str, Any] = schema.get("$defs", {})
    return {
        name: _referring(name, body),
        **{f"{name}.{each}": _referring(name, inner) for each, inner in definitions.items()},
    }


def _referring(name: str, node: Any) -> Any:
    if isinstance(node, list):
        return [_referring(name, each) for each in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    found = cast(dict[str, Any], node)
    return {
        key: value.replace("#/$defs/", f"#/components/schemas/{name}.")
        if key == "$ref" and isinstance(value, str)
        else _referring(name, value)
        for key, value in found.items()
    }
