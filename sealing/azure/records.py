"""What the key store writes into its secrets."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime

from sealing.errors import KeyDamaged, KeyStoreFault, KeyTampered


@dataclass(frozen=True)
class Record:
    """A wrapped key as it is kept."""

    created: datetime
    master: str
    wrapped: bytes

    def written(self) -> str:
        wrapped = b64encode(self.wrapped).decode("ascii")
        return json.dumps({"created": self.created.isoformat(), "master": self.master, "wrapped": wrapped})


@dataclass(frozen=True)
class Grave:
    """What is left of a destroyed key; `purged` is set once nothing of it can be recovered any more."""

    created: datetime
    destroyed: datetime
    purged: datetime | None = None

    def written(self) -> str:
        times = {"created": self.created, "destroyed": self.destroyed, "purged": self.purged}
        return json.dumps({name: time and time.isoformat() for name, time in times.items()})


def record_in(key_id: str, text: str) -> Record:
    try:
        document = json.loads(text)
        created, master, wrapped = datetime.fromisoformat(document["created"]), document["master"], document["wrapped"]
    except (ValueError, KeyError, TypeError):
        told = f"the secret of key {key_id} is damaged; set it again from the version before"
        raise KeyDamaged(key_id, told) from None
    try:
        return Record(created, str(master), b64decode(wrapped, validate=True))
    except (NotBase64, ValueError, TypeError):
        raise KeyTampered(key_id) from None


def grave_in(key_id: str, text: str) -> Grave:
    try:
        times = {name: time and datetime.fromisoformat(time) for name, time in json.loads(text).items()}
        return Grave(times["created"], times["destroyed"], times["purged"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyStoreFault(
            f"the note of destroyed key {key_id} is damaged; set it again from the version before"
        ) from None
