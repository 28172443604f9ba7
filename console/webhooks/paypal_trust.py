"""How PayPal's certificates are fetched, and which authorities are believed about them."""

from contextlib import suppress

import httpx
from cryptography import x509

from tools.intake.paypal_certificates import CertificateUnavailable

_LARGEST = 64 * 1024
_SECONDS = 5.0


async def fetch_certificate(url: str) -> bytes:
    """The PEM at an address that was checked to be PayPal's; CertificateUnavailable when it cannot be had now."""
    try:
        async with (
            httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as http,
            http.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            read = bytearray()
            async for chunk in answer.aiter_bytes():
                read += chunk
                if len(read) > _LARGEST:
                    raise CertificateUnavailable(f"{url} serves more than {_LARGEST} bytes")
    except httpx.HTTPError as failure:
        raise CertificateUnavailable(f"{url}: {type(failure).__name__}") from failure
    return bytes(read)


def trusted_roots() -> list[x509.Certificate]:
    """The authorities that our HTTPS client trusts."""
    roots: list[x509.Certificate] = []
    for der in httpx.create_ssl_context().get_ca_certs(binary_form=True):
        # An old authority that breaks RFC 5280 vouches for nobody here, and must not close the door for the others.
        with suppress(ValueError):
            roots.append(x509.load_der_x509_certificate(der))
    return roots
