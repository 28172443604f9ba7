"""Adyen's refusals: a `ServiceError` with its HTTP status, or a dispute call that was answered and not taken."""

from typing import Any


class ServiceError(Exception):
    """An answer in Adyen's error shape (https://docs.adyen.com/development-resources/error-codes)."""

    def __init__(self, message: str, *, status: int, code: str, kind: str = "validation") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.kind = kind

    def body(self, reference: str) -> dict[str, Any]:
        """The JSON body; `reference` is Adyen's own of the request."""
        return {
            "status": self.status,
            "errorCode": self.code,
            "message": str(self),
            "errorType": self.kind,
            "pspReference": reference,
        }


class NotTaken(Exception):
    """A Disputes API call that fails by Adyen's rules: HTTP 200 with `success` false
    (https://docs.adyen.com/risk-management/disputes-api/disputes-api-reference, "Possible errors")."""
