"""Secrets at rest: AES-GCM bound to the row they belong to.

A token is `key id (4) + nonce (12) + ciphertext`. The context (table, row, column) is authenticated
with it, so a token copied to another row does not decrypt.
"""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
ID_BYTES = 4
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """None of FIELD_KEYS opens this value, or it was moved or changed."""


def derive_key(secret: str, *, purpose: str) -> bytes:
    """A 32-byte key for one purpose from one long secret (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())


def parse_keys(value: str) -> list[bytes]:
    """FIELD_KEYS: base64 of 32 bytes each, comma separated, newest first. ValueError otherwise."""
    keys = [base64.urlsafe_b64decode(part.strip()) for part in value.split(",") if part.strip()]
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"each of FIELD_KEYS must be {KEY_BYTES} bytes in base64")
    return keys


def encrypt(plaintext: str, *, context: str) -> bytes:
    key = settings.FIELD_KEYS[0]
    nonce = os.urandom(NONCE_BYTES)
    return _key_id(key) + nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), context.encode())


def decrypt(token: bytes, *, context: str) -> str:
    token = bytes(token)
    nonce, ciphertext = token[ID_BYTES : ID_BYTES + NONCE_BYTES], token[ID_BYTES + NONCE_BYTES :]
    for key in settings.FIELD_KEYS:
        if _key_id(key) == token[:ID_BYTES]:
            try:
                return AESGCM(key).decrypt(nonce, ciphertext, context.encode()).decode()
            except InvalidTag:
                break
    raise CannotDecrypt(context)


def is_newest(token: bytes) -> bool:
    """Whether this was encrypted with the first of FIELD_KEYS."""
    return bytes(token)[:ID_BYTES] == _key_id(settings.FIELD_KEYS[0])


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:ID_BYTES]
