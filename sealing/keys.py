"""Data keys and where they are kept: one for each contract, each person and each use of the product's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from schemas.personal import SELF
from schemas.sealed import is_key_id

INTAKE: Final = "intake"
CONTRACT: Final = "contract/"


@dataclass(frozen=True)
class Owner:
    """Whose key it is: a contract's own or a person's within it, or a use of the product's own.

    `scope` is `contract/<number>`, `system` or `intake`; `name` tells whom or what within it.
    """

    scope: str
    name: str

    def key_id(self, generation: int) -> str:
        return f"{self.scope}/{self.name}/{generation}"


def contract_owner(number: str, subject: str = SELF) -> Owner:
    """A contract's own key, or that of a person in it."""
    return Owner(scope=f"{CONTRACT}{number}", name=subject)


def system_owner(use: str) -> Owner:
    return Owner(scope="system", name=use)


SYSTEM = system_owner("temporal")
"""The product's own: what Temporal holds of no contract."""


def intake_owner(payload: str) -> Owner:
    """The key of one payload that came in before anyone knew whose it is."""
    return Owner(scope=INTAKE, name=payload)


def owner_of(key_id: str) -> tuple[Owner, int]:
    """The owner and the generation that a key id names. Raises ValueError for what is no key id."""
    if not is_key_id(key_id):
        raise ValueError("this is no key id")
    scope, name, generation = key_id.rsplit("/", 2)
    return Owner(scope=scope, name=name), int(generation)


def contract_of(key_id: str) -> str | None:
    """The contract whose key it is; None for one of the product's own or of an intake. Raises ValueError."""
    scope = owner_of(key_id)[0].scope
    return scope.removeprefix(CONTRACT) if scope.startswith(CONTRACT) else None


@dataclass(frozen=True)
class DataKey:
    """A data key ready for use: 32 bytes, never written anywhere as they are."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyNote:
    """What is known of a key for ever, also once it is destroyed; of a `purged` one nothing is left to destroy."""

    id: str
    created: datetime
    destroyed: datetime | None = None
    purged: bool = False


class KeyStore(Protocol):
    """Keeps wrapped data keys, outside the database and outside its backups.

    Every method raises KeyStoreUnreachable when the store does not answer, MasterKeyFault when what wrapped a
    key is not at hand, and Tampered or KeyStoreFault when a wrapped key is not what was written.
    """

    async def current(self, owner: Owner) -> DataKey:
        """The owner's newest key. Raises KeyDestroyed, KeyMissing, or NoKeyYet if there never was one."""

    async def begin(self, owner: Owner) -> DataKey:
        """The same, but made if the owner never had one: for whoever takes the owner on, and nobody else.

        One that was made before and is not there any more raises KeyMissing: a new key under its id would pass for it.
        """

    async def key(self, key_id: str) -> DataKey:
        """Raises KeyDestroyed or KeyMissing."""

    async def reopened(self, owner: Owner) -> DataKey:
        """As `current`, but a key at hand does not hide for more than a minute that it could not be opened now."""

    async def renew(self, owner: Owner) -> DataKey:
        """A new key for the owner, of the next generation; the keys before it stay."""

    async def destroy(self, key_id: str) -> KeyNote:
        """Destroy a key for ever, also one that is lost, lest it be put back; destroyed again, the first note.

        Raises KeyMissing for one that was never made.
        """

    async def notes(self, scope: str) -> Sequence[KeyNote]:
        """What is known of the keys of a scope, those destroyed or lost included, in the order of their ids."""

    async def scopes(self) -> Sequence[str]:
        """Every scope that ever had a key, in order."""

    async def rewrap(self) -> int:
        """Wrap every key that an older master key wrapped under the newest one; how many that were."""
