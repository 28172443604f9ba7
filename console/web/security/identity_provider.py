"""Sign-in through an identity provider: OpenID Connect, authorization code with PKCE, state and nonce.

What the browser brings back is believed only after the ID token's signature, issuer, audience, time and nonce were
checked (OpenID Connect Core 1.0, section 3.1.3.7); a token of another algorithm than the public-key ones is none.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, Self, cast
from urllib.parse import urlsplit

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from tools.records.crypto import SealBroken, derive_secret, open_sealed, seal
from tools.settings import OidcSettings

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_FLOW_SECONDS = 600
"""How long somebody may take at the provider."""
_KNOWN_SECONDS = 3600
"""How long the provider's own addresses and keys are kept before they are asked for again."""
_LEEWAY_SECONDS = 60
"""How far the two clocks may differ."""
_TIMEOUT = 10.0


class ProviderRefused(Exception):
    """The sign-in cannot be completed; the message is for the person."""


class _Metadata(BaseModel):
    """What of the provider's own description is needed (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Flow(BaseModel):
    """What must come back with the browser that was sent away."""

    state: str
    nonce: str
    verifier: str
    target: str
    ends: float


class Identity(NamedTuple):
    """Who somebody is at the provider."""

    digest: str
    """SHA-256 of issuer and subject: what an account is bound to."""
    email: str
    """Empty unless the provider says that it was verified."""
    name: str
    groups: tuple[str, ...]


class _CodeFlow(Protocol):
    """The part of Authlib's client that is used, with its types said."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    def create_authorization_url(self, url: str, *, state: str, code_verifier: str, nonce: str) -> tuple[str, str]: ...

    async def fetch_token(self, url: str, *, code: str, code_verifier: str) -> Mapping[str, Any]: ...


class IdentityProvider:
    """The one provider of an installation."""

    def __init__(self, settings: OidcSettings, master_key: bytes) -> None:
        self._settings = settings
        self._secret = derive_secret(master_key, "oidc-flow")
        self._metadata: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def name(self) -> str:
        """What the button says."""
        return self._settings.name or urlsplit(self._settings.issuer).hostname or self._settings.issuer

    async def begin(self, redirect: str, target: str) -> tuple[str, str]:
        """Where to send the browser, and the sealed value it keeps until it comes back."""
        metadata = await self._described()
        flow = _Flow(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            target=target,
            ends=time.time() + _FLOW_SECONDS,
        )
        async with self._client(redirect) as client:
            address, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=flow.state, code_verifier=flow.verifier, nonce=flow.nonce
            )
        sealed = seal(self._secret, flow.model_dump_json().encode(), "oidc-flow")
        return address, base64.urlsafe_b64encode(sealed).decode()

    async def complete(self, redirect: str, kept: str, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Who came back, and where they wanted to go; ProviderRefused says why not."""
        flow = self._flow(kept)
        if not hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise ProviderRefused("the answer belongs to another sign-in; begin again")
        if "error" in answer:
            raise ProviderRefused("the identity provider did not let you in; ask whoever runs it")
        if not answer.get("code"):
            raise ProviderRefused("the identity provider's answer holds no code; begin again")
        metadata = await self._described()
        try:
            async with self._client(redirect) as client:
                token = await client.fetch_token(
                    metadata.token_endpoint, code=answer["code"], code_verifier=flow.verifier
                )
        except OAuthError as refused:
            raise ProviderRefused("the identity provider did not take its own code back; begin again") from refused
        except httpx.HTTPError as silent:
            raise ProviderRefused("the identity provider does not answer; try again in a moment") from silent
        claims = await self._claims(str(token.get("id_token") or ""), metadata, flow)
        return _identity(metadata.issuer, claims, self._settings.group_claim), flow.target

    def _flow(self, kept: str) -> _Flow:
        try:
            flow = _Flow.model_validate_json(
                open_sealed(self._secret, base64.urlsafe_b64decode(kept.encode()), "oidc-flow")
            )
        except (SealBroken, ValueError):
            raise ProviderRefused("this browser has begun no sign-in; begin here") from None
        if flow.ends < time.time():
            raise ProviderRefused("the sign-in took too long; begin again")
        return flow

    def _client(self, redirect: str) -> _CodeFlow:
        client = AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret.get_secret_value(),
            scope="openid email profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )
        return cast("_CodeFlow", client)

    async def _claims(self, token: str, metadata: _Metadata, flow: _Flow) -> dict[str, Any]:
        try:
            try:
                decoded = jwt.decode(token, await self._key_set(metadata), algorithms=_ALGORITHMS)
            except (ValueError, JoseError):
                # The provider may have changed its keys since they were fetched.
                decoded = jwt.decode(token, await self._key_set(metadata, afresh=True), algorithms=_ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_SECONDS,
                iss={"essential": True, "value": metadata.issuer},
                aud={"essential": True, "value": self._settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": flow.nonce},
            ).validate(decoded.claims)
        except ExpiredTokenError:
            raise ProviderRefused("the identity provider's answer is too old; begin again") from None
        except ClaimError as wrong:
            raise ProviderRefused(f"the identity provider's answer is not for this sign-in ({wrong.claim})") from wrong
        except (JoseError, ValueError) as wrong:
            raise ProviderRefused("the identity provider's answer is not signed by it") from wrong
        claims: dict[str, Any] = decoded.claims
        if isinstance(claims["aud"], list) and claims.get("azp") != self._settings.client_id:
            raise ProviderRefused("the identity provider's answer is not for this sign-in (azp)")
        return claims

    async def _described(self) -> _Metadata:
        if self._metadata is not None and self._metadata[0] > time.monotonic():
            return self._metadata[1]
        issuer = self._settings.issuer.rstrip("/")
        try:
            metadata = _Metadata.model_validate(await _fetched(f"{issuer}/.well-known/openid-configuration"))
        except (httpx.HTTPError, ValidationError, ValueError) as silent:
            raise ProviderRefused("the identity provider does not answer; try again, or use a password") from silent
        if metadata.issuer != self._settings.issuer:
            told = f"the identity provider calls itself {metadata.issuer}"
            raise ProviderRefused(f"{told}; whoever runs Amends sets AMENDS_OIDC__ISSUER to that")
        self._metadata = (time.monotonic() + _KNOWN_SECONDS, metadata)
        return metadata

    async def _key_set(self, metadata: _Metadata, *, afresh: bool = False) -> KeySet:
        if self._keys is not None and self._keys[0] > time.monotonic() and not afresh:
            return self._keys[1]
        try:
            keys = KeySet.import_key_set(await _fetched(metadata.jwks_uri))
        except httpx.HTTPError as silent:
            raise ProviderRefused("the identity provider does not answer; try again in a moment") from silent
        self._keys = (time.monotonic() + _KNOWN_SECONDS, keys)
        return keys


async def _fetched(address: str) -> Any:
    async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
        answer = await client.get(address)
        answer.raise_for_status()
        return answer.json()


def _identity(issuer: str, claims: Mapping[str, Any], group_claim: str) -> Identity:
    groups: object = claims.get(group_claim, ()) if group_claim else ()
    named = cast("list[object]", groups) if isinstance(groups, list) else [groups] if groups else []
    verified = claims.get("email_verified") is True
    email = str(claims.get("email", "")) if verified else ""
    digest = hashlib.sha256(json.dumps([issuer, str(claims["sub"])]).encode()).hexdigest()
    return Identity(digest, email.strip().lower(), str(claims.get("name") or email), tuple(map(str, named)))
