"""Encryption of everything that enters Temporal's histories."""

import os
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, PayloadCodec

_ENCODING = b"binary/amends-aesgcm-1"
_NONCE_BYTES = 12


class PayloadEncryption(PayloadCodec):
    """AES-256-GCM over each payload, under a key derived from the installation's master key."""

    def __init__(self, master_key: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"amends temporal payloads 1").derive(master_key)
        self._cipher = AESGCM(key)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what we encrypted; leave anything else as it came."""
        return [
            self._open(payload) if payload.metadata.get("encoding") == _ENCODING else payload for payload in payloads
        ]

    def _seal(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        data = nonce + self._cipher.encrypt(nonce, payload.SerializeToString(), _ENCODING)
        return Payload(metadata={"encoding": _ENCODING}, data=data)

    def _open(self, payload: Payload) -> Payload:
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        return Payload.FromString(self._cipher.decrypt(nonce, sealed, _ENCODING))


def data_converter(master_key: bytes) -> DataConverter:
    """Pydantic payloads, encrypted; client, worker and replayer share it."""
    return DataConverter(
        payload_converter_class=pydantic_data_converter.payload_converter_class,
        payload_codec=PayloadEncryption(master_key),
    )
