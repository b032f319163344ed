"""Temporal's payloads under a data key, and back."""

from __future__ import annotations

import json
import uuid
from typing import Final

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload

from schemas.sealed import INTAKE_ENCODING, is_key_id
from sealing import cipher
from sealing.errors import KeyDestroyed, KeyStoreUnreachable, SealingError, Tampered
from sealing.keys import DataKey, KeyStore, intake_owner

ENCODING: Final = "binary/ligums"
KEY_ID: Final = "ligums-key"
ERASED: Final = "erased"


def is_encoded(payload: Payload) -> bool:
    return _encoding(payload) in (ENCODING, INTAKE_ENCODING)


def is_encoded_for_contract(payload: Payload) -> bool:
    return _encoding(payload) == ENCODING


def key_id_of(payload: Payload) -> str:
    return payload.metadata.get(KEY_ID, b"").decode(errors="replace")


def encoded(payload: Payload, key_id: str, secret: bytes, encoding: str = ENCODING) -> Payload:
    body = cipher.seal(secret, payload.SerializeToString(), _context(key_id, encoding))
    return Payload(metadata={"encoding": encoding.encode(), KEY_ID: key_id.encode()}, data=body)


async def encoded_for_intake(keys: KeyStore, payload: Payload) -> Payload:
    """A payload from someone who does not say which workflow it is for: under a key made for it alone."""
    key = await keys.begin(intake_owner(uuid.uuid4().hex))
    return encoded(payload, key.id, key.secret, INTAKE_ENCODING)


class NoKeyId(Tampered):
    """What stands for a payload's key id is none."""

    def __init__(self) -> None:
        super().__init__("a payload's key id")


async def opened(keys: KeyStore, payload: Payload) -> Payload:
    """What was encoded, of either kind. Raises SealingError, of its kinds above all KeyDestroyed and Tampered."""
    return opened_with(await key_of(keys, payload), payload)


async def key_of(keys: KeyStore, payload: Payload) -> DataKey:
    """The key that a payload names. Raises NoKeyId, and whatever a key store does for a key it cannot give."""
    key_id = key_id_of(payload)
    if not is_key_id(key_id):
        raise NoKeyId
    return await keys.key(key_id)


def opened_with(key: DataKey, payload: Payload) -> Payload:
    """What was encoded under this key. Raises Tampered."""
    what = f"a payload under key {key.id}"
    clear = cipher.unseal(key.secret, payload.data, _context(key.id, _encoding(payload)), what)
    try:
        return Payload.FromString(clear)
    except DecodeError:
        raise Tampered(what) from None


async def shown(keys: KeyStore, payload: Payload) -> tuple[Payload, bool]:
    """A payload for a person to read, and whether it was opened for that.

    "erased" stands where its key is destroyed, the reason where it cannot be opened. Raises KeyStoreUnreachable alone.
    """
    if not is_encoded(payload):
        return payload, False
    try:
        return await opened(keys, payload), True
    except KeyDestroyed:
        return _said(ERASED), False
    except KeyStoreUnreachable:
        raise
    except SealingError as error:
        return _said(f"cannot be opened: {error}"), False


def _said(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(text, ensure_ascii=False).encode())


def _encoding(payload: Payload) -> str:
    return payload.metadata.get("encoding", b"").decode(errors="replace")


def _context(key_id: str, encoding: str) -> str:
    return f"{encoding}/{key_id}"
