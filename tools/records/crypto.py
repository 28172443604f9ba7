"""Sealing: a random key per case wrapped under the master key, AES-256-GCM both times.

A sealed value is `version (1 byte) · nonce (12) · ciphertext with tag`, bound to what it is and whose: opening it as
another case's, or as another kind of thing, fails. Destroying a case's wrapped key makes everything sealed under it
unreadable for good, backups of the rows included once the backups of the key are gone.
"""

import json
import os
import secrets
import stat
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D section 8.2: random nonces stay safe below 2^32 messages a key
_VERSION = b"\x01"


class SealBroken(Exception):
    """A sealed value does not open: another key, another place, or changed bytes."""


def _bound(*parts: str) -> bytes:
    return json.dumps(parts, ensure_ascii=False).encode()


def seal(key: bytes, content: bytes, *bound_to: str) -> bytes:
    """Encrypt `content`; `bound_to` (what it is, whose) must be repeated to open it."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, content, _bound(*bound_to))


def open_sealed(key: bytes, sealed: bytes, *bound_to: str) -> bytes:
    """The content again; SealBroken for a wrong key, another binding or altered bytes."""
    if sealed[:1] != _VERSION:
        raise SealBroken(f"sealed value of {bound_to} has an unknown version; it was written by a newer Amends")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _bound(*bound_to))
    except (InvalidTag, ValueError) as wrong:
        raise SealBroken(f"sealed value of {bound_to} does not open; check that the master key is the right one") from (
            wrong
        )


def new_case_key() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(KEY_BYTES)


def wrap_case_key(master_key: bytes, case_key: bytes, merchant: str, case_id: str) -> bytes:
    """The case's key sealed under the master key, bound to merchant and case."""
    return seal(master_key, case_key, "case-key", merchant, case_id)


def unwrap_case_key(master_key: bytes, wrapped: bytes, merchant: str, case_id: str) -> bytes:
    """The case's key; SealBroken when it was wrapped for another case or under another master key."""
    return open_sealed(master_key, wrapped, "case-key", merchant, case_id)


def derive_secret(master_key: bytes, purpose: str) -> bytes:
    """32 bytes for `purpose` (for example `tenancy`) from the master key, HKDF-SHA256 (RFC 5869).

    A deployment with one secret to keep derives the others: the application role's password and the tenancy secret.
    """
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"amends/{purpose}".encode()).derive(master_key)


def master_key_from_hex(text: str) -> bytes:
    """The key written as 64 hex digits; ValueError otherwise, without repeating the text."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("the master key must be 64 hex digits; make one with `openssl rand -hex 32`")
    return key


def load_or_make_master_key(path: Path) -> bytes:
    """Read the key file, or make one that only its owner may read; two processes at once get the same key.

    Raises PermissionError when others may read the file, ValueError when it does not hold a key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place, so that nobody can ever read half a key.
        descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=".key-")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(path).hardlink_to(written)
        except FileExistsError:
            pass  # another process was first; its key is read below
        finally:
            Path(written).unlink()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(f"{path} can be read by others; run `chmod 600 {path}`")
    return master_key_from_hex(path.read_text())
