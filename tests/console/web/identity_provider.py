"""An identity provider on this host that checks each request by the specifications, and answers as it is told to."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "amends", "client secret, with spaces & signs"


@dataclass
class StandIn:
    """Whom it lets in, how it answers, and what of the requests was wrong."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of the next ID token; they replace or (None) take out what is right."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    signs_with: RSAKey | None = None
    """Another key than the one it shows."""
    refuses: bool = False
    violations: list[str] = field(default_factory=list[str])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def expect(self, right: object, what: str) -> None:
        """Keep what a request did wrong."""
        if not right:
            self.violations.append(what)

    def application(self) -> FastAPI:
        """The provider's three addresses and its description."""
        application = FastAPI()
        application.get("/.well-known/openid-configuration")(self._describe)
        application.get("/authorize")(self._authorize)
        application.post("/token")(self._token)
        application.get("/keys")(self._keys)
        return application

    async def _describe(self) -> dict[str, str]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.address} | {name: f"{self.address}/{path}" for name, path in places.items()}

    async def _keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.expect(asked.get("response_type") == "code", "response_type")
        self.expect(asked.get("client_id") == CLIENT, "client_id")
        self.expect("openid" in asked.get("scope", "").split(), "scope")
        self.expect(asked.get("code_challenge_method") == "S256", "code_challenge_method")
        self.expect(len(asked.get("code_challenge", "")) == 43, "code_challenge")
        for name in ("state", "nonce"):
            self.expect(len(asked.get(name, "")) >= 22, name)
        back = {"state": asked["state"]}
        if self.refuses:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        self.expect(scheme == "Basic", "authorization scheme")
        self.expect(base64.b64decode(given).decode().split(":", 1)[0] == CLIENT, "client")
        self.expect("client_secret" not in form, "secret in the body")
        self.expect(form.get("grant_type") == "authorization_code", "grant_type")
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        self.expect(base64.urlsafe_b64encode(challenge).decode().rstrip("=") == asked["code_challenge"], "verifier")
        self.expect(form.get("redirect_uri") == asked["redirect_uri"], "redirect_uri")
        now = int(time.time())
        right = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "s-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        key = self.signs_with or self.key
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "expires_in": 300, "id_token": token})
