"""PayPal's refusals: the HTTP status and the error body a caller sees."""

import uuid
from typing import Any

_NOT_PERFORMED = "The requested action could not be performed, semantically incorrect, or failed business validation."
_MALFORMED = "Request is not well-formed, syntactically incorrect, or violates schema."
_UNKNOWN = "The specified resource does not exist."
_UNAUTHENTICATED = "Authentication failed due to missing authorization header, or invalid authentication credentials."


class PayPalRefusal(Exception):
    """An answer in PayPal's error shape."""

    def __init__(self, status: int, name: str, message: str, *details: dict[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"name": name, "message": message, "debug_id": uuid.uuid4().hex[:13]}
        if details:
            self.error["details"] = list(details)


def unprocessable(issue: str, description: str) -> PayPalRefusal:
    """422: PayPal understood and will not."""
    return PayPalRefusal(422, "UNPROCESSABLE_ENTITY", _NOT_PERFORMED, {"issue": issue, "description": description})


def malformed(field: str, description: str, issue: str = "INVALID_PARAMETER_SYNTAX") -> PayPalRefusal:
    """400: the request breaks the specification at `field`."""
    return PayPalRefusal(
        400, "INVALID_REQUEST", _MALFORMED, {"field": field, "issue": issue, "description": description}
    )


def unknown_resource() -> PayPalRefusal:
    """404."""
    return PayPalRefusal(404, "RESOURCE_NOT_FOUND", _UNKNOWN)


def unauthenticated() -> PayPalRefusal:
    """401: no token, or one that is not good any more."""
    return PayPalRefusal(401, "AUTHENTICATION_FAILURE", _UNAUTHENTICATED)
