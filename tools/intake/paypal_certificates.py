"""PayPal's signing certificates: fetched from PayPal alone, their chain checked, kept for the next webhook."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tools.intake.notice import BadSignature

_PATH = "/v1/notifications/certs/"
_SIGNERS = "messageverificationcerts."
"""PayPal signs webhooks with certificates of names that begin so; its web servers' own are not good for it."""
_KEPT = 16


class CertificateUnavailable(Exception):
    """The certificate cannot be fetched now; the webhook may be genuine, and a later attempt can prove it."""


class PayPalCertificates:
    """`fetch` gets a checked HTTPS address and returns PEM bytes, following no redirects; it raises
    CertificateUnavailable when it cannot. `roots` are the authorities trusted to vouch for PayPal.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]], roots: Sequence[x509.Certificate]) -> None:
        self._fetch = fetch
        self._store = Store(list(roots))
        self._chains: dict[str, tuple[x509.Certificate, ...]] = {}

    async def key(self, url: str, now: datetime) -> RSAPublicKey:
        """The key of the certificate at `url`, which is fetched once; its chain must hold at `now`.

        Raises BadSignature for an address that is not PayPal's and for a certificate that proves nothing.
        """
        _refuse_elsewhere(url)
        chain = self._chains.get(url)
        if chain is None:
            chain = _read(await self._fetch(url))
        key = self._vouched(chain, now)
        # Kept only once it proved itself, so that addresses made up by strangers push nothing out.
        self._chains[url] = chain
        while len(self._chains) > _KEPT:
            del self._chains[next(iter(self._chains))]
        return key

    def _vouched(self, chain: Sequence[x509.Certificate], now: datetime) -> RSAPublicKey:
        leaf, *between = chain
        policy = PolicyBuilder().store(self._store).time(now)
        try:
            policy.build_server_verifier(x509.DNSName(_signer(leaf))).verify(leaf, between)
        except VerificationError as broken:
            raise BadSignature(f"the certificate at PAYPAL-CERT-URL does not hold: {broken}") from None
        key = leaf.public_key()
        if not isinstance(key, RSAPublicKey):
            raise BadSignature("the certificate at PAYPAL-CERT-URL holds no RSA key")
        return key


def _refuse_elsewhere(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadSignature("PAYPAL-CERT-URL is no address") from None
    plain = url == f"https://{host}{parts.path}" and port is None and "%" not in url and ".." not in url
    if not plain or not host.endswith(".paypal.com") or not parts.path.startswith(_PATH):
        raise BadSignature(f"PAYPAL-CERT-URL must be https://….paypal.com{_PATH}…")


def _read(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise BadSignature("PAYPAL-CERT-URL does not hold certificates in PEM") from None


def _signer(leaf: x509.Certificate) -> str:
    try:
        named = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        raise BadSignature("the certificate at PAYPAL-CERT-URL carries no name") from None
    for name in named.get_values_for_type(x509.DNSName):
        if name.startswith(_SIGNERS) and name.endswith(".paypal.com"):
            return name
    raise BadSignature(f"the certificate at PAYPAL-CERT-URL is not one of {_SIGNERS}….paypal.com")
