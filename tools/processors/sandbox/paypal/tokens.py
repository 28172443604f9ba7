"""Access tokens by client credentials (https://developer.paypal.com/api/rest/authentication/)."""

import base64
import binascii
import secrets

from tools.processors.sandbox.books import Wire


class Tokens:
    """Who may call. Kept in memory: a restarted sandbox has given no tokens, and callers ask for new ones."""

    def __init__(self) -> None:
        self._good: dict[str, float] = {}
        self._seconds = 32_400
        self.given = 0

    def give(self, identity: str, grant_type: str, now: float) -> Wire | None:
        """A token for an `Authorization: Basic …` header; None when there are no credentials in it."""
        scheme, _, encoded = identity.partition(" ")
        try:
            client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        if scheme != "Basic" or grant_type != "client_credentials" or not client or not secret:
            return None
        token = "A21" + secrets.token_urlsafe(40)
        self._good[token] = now + self._seconds
        self.given += 1
        return {
            "scope": "https://uri.paypal.com/services/disputes/update-seller",
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-SANDBOX",
            "expires_in": self._seconds,
            "nonce": secrets.token_urlsafe(8),
        }

    def good(self, authorization: str, now: float) -> bool:
        """Whether the header carries a token that was given and has not ended."""
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and now < self._good.get(token, 0.0)

    def end_all(self) -> None:
        """Every token ends now, before its time."""
        self._good.clear()

    def last_for(self, seconds: int) -> None:
        """Tokens given from now on end after so many seconds."""
        self._seconds = seconds
