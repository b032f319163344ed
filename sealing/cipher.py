"""AES-256-GCM with bound context: what is sealed opens only under its key, and only for what it was sealed for.

Source: `cryptography`'s AESGCM (NIST SP 800-38D): a random 96-bit nonce a message, so at most 2**32 messages a key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealing.errors import Tampered

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
LOOK_UP_BYTES = 16


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def seal(secret: bytes, clear: bytes, context: str) -> bytes:
    """`clear` encrypted under `secret` and bound to `context`: the nonce, then ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, clear, context.encode())


def unseal(secret: bytes, body: bytes, context: str, what: str) -> bytes:
    """What was sealed. Raises Tampered, naming `what`, if a bit of it, its key or its context is another."""
    if len(body) < NONCE_BYTES + TAG_BYTES:
        raise Tampered(what)
    try:
        return _cipher(secret).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], context.encode())
    except InvalidTag:
        raise Tampered(what) from None


def keyed_hash(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(secret, message, hashlib.sha256)


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of its own for `purpose`, from which nobody learns `secret` (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def to_text(body: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(body).rstrip(b"=").decode("ascii")


def from_text(text: str, what: str) -> bytes:
    """The bytes of `to_text`. Raises Tampered, naming `what`, for any other spelling than the one it writes."""
    try:
        body = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        raise Tampered(what) from None
    if to_text(body) != text:
        raise Tampered(what)
    return body


@lru_cache(maxsize=256)
def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(secret)
