"""The token in every form and every request of htmx: without it nothing changes (cross-site request forgery)."""

import hashlib
import hmac

from starlette.requests import Request

from tools.records.crypto import derive_secret

FIELD = "form_token"
HEADER = "x-form-token"


class FormTokens:
    """Tokens bound to a session: an HMAC of its token under a secret derived from the master key."""

    def __init__(self, master_key: bytes) -> None:
        self._secret = derive_secret(master_key, "form-token")

    def of(self, session: str) -> str:
        """The token for the forms of this session; before signing in, of the browser's own random value."""
        return hmac.new(self._secret, session.encode(), hashlib.sha256).hexdigest()

    async def is_right(self, request: Request, session: str) -> bool:
        """Whether the request carries the session's token, in htmx's header or as a field of the form."""
        given = request.headers.get(HEADER)
        if given is None:
            given = str((await request.form()).get(FIELD, ""))
        return hmac.compare_digest(given.encode(), self.of(session).encode())
