"""Stripe's refusals: the HTTP status and the error body a caller sees."""

from typing import Any


class Refusal(Exception):
    """An answer in Stripe's error shape. `saved` says whether an idempotency key remembers it.

    Stripe saves what an endpoint answered once it began to execute, refusals included, and does not save failed
    validation, rate limits and conflicts (https://docs.stripe.com/api/idempotent_requests).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": self.error}


def no_such(kind: str, identifier: str, param: str) -> Refusal:
    """404 for an object that does not exist."""
    return Refusal(f"No such {kind}: '{identifier}'", status=404, code="resource_missing", param=param)
