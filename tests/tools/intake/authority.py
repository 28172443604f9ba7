"""A certificate authority of the tests, and PayPal's side of a webhook signed under it."""

import base64
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SIGNER = "messageverificationcerts.paypal.com"
CERT_URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42"
WEBHOOK_ID = "1JE4291016473214C"
_DAY = timedelta(days=1)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Authority:
    """A root that vouches for leaves through one intermediate, as DigiCert does for PayPal."""

    def __init__(self) -> None:
        self._root_key, self._between_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = self._certificate("Root", self._root_key, "Root", self._root_key, ca=True)
        self.between = self._certificate("Between", self._between_key, "Root", self._root_key, ca=True)

    def _certificate(
        self,
        subject: str,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        issuer: str,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool,
        until: datetime = NOW + 90 * _DAY,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 90 * _DAY)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
            )
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca, content_commitment=False, key_encipherment=False,
                    data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                    encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
        )  # fmt: skip
        if not ca:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False
            ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(issuer_key, SHA256())

    def leaf(
        self,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        name: str = SIGNER,
        until: datetime = NOW + 90 * _DAY,
        *,
        with_chain: bool = True,
    ) -> bytes:
        """PEM of a leaf for `name` and, after it, of the intermediate."""
        leaf = self._certificate(name, key, "Between", self._between_key, ca=False, until=until)
        chain = (leaf, self.between) if with_chain else (leaf,)
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)


class PayPalsHand:
    """Signs bodies as PayPal does."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def headers(
        self,
        raw: bytes,
        *,
        at: datetime = NOW,
        webhook_id: str = WEBHOOK_ID,
        cert_url: str = CERT_URL,
        transmission: str = "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
    ) -> Mapping[str, str]:
        """The five headers of a delivery, names in lower case."""
        time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = f"{transmission}|{time}|{webhook_id}|{zlib.crc32(raw)}".encode()
        return {
            "paypal-transmission-id": transmission,
            "paypal-transmission-time": time,
            "paypal-transmission-sig": base64.b64encode(self.key.sign(signed, PKCS1v15(), SHA256())).decode(),
            "paypal-cert-url": cert_url,
            "paypal-auth-algo": "SHA256withRSA",
        }
