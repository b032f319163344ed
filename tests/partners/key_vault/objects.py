"""What a vault holds: named objects with versions, deleted softly and slowly; and the errors it tells them by."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa


class Refusal(Exception):
    """An error as the service words it."""

    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {"code": code, "message": message}
        self.body = {"error": error | ({"innererror": {"code": inner}} if inner else {})}


@dataclass
class Clock:
    """The vault's own time, in seconds: it goes on with every request, so that no test waits for it."""

    seconds: float = 1_790_000_000.0
    seconds_a_request: float = 1.0


@dataclass
class Stored:
    """One version of a secret or a key."""

    id: str
    created: int
    updated: int
    content: Any
    tags: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None
    enabled: bool = True


@dataclass
class Named:
    name: str
    versions: list[Stored] = field(default_factory=list)
    deletion_ends: float | None = None
    purge_ends: float | None = None


class Shelf:
    """All secrets, or all keys, of a vault. Names differ in more than upper and lower case."""

    def __init__(self, kind: str, clock: Clock) -> None:
        self.kind = kind
        self.clock = clock
        self.deletion_seconds = 3.0
        self.purge_seconds = 3.0
        self._named: dict[str, Named] = {}

    def add(self, name: str, content: Any, tags: dict[str, str], content_type: str | None = None) -> tuple[str, Stored]:
        named = self._standing(name)
        if named is None:
            named = self._named[name.lower()] = Named(name)
        elif named.purge_ends is not None:
            raise Refusal(409, "Conflict", f"{self.kind} {name} is being purged.", "ObjectIsBeingPurged")
        elif self._is_being_deleted(named):
            raise self._being_deleted(name)
        elif named.deletion_ends is not None:
            message = f"{self.kind} {name} is currently in a deleted but recoverable state."
            raise Refusal(409, "Conflict", message, "ObjectIsDeletedButRecoverable")
        now = int(self.clock.seconds)
        version = Stored(secrets.token_hex(16), now, now, content, tags, content_type)
        named.versions.append(version)
        return named.name, version

    def version(self, name: str, version: str) -> tuple[str, Stored]:
        named = self._standing(name)
        if named is None or named.deletion_ends is not None:
            raise self._missing(name)
        found = [each for each in named.versions if version in ("", each.id)]
        if not found:
            raise self._missing(f"{name}/{version}")
        return named.name, found[-1]

    def live(self) -> list[tuple[str, Stored]]:
        named = [self._standing(name) for name in sorted(self._named)]
        return [(each.name, each.versions[-1]) for each in named if each and each.deletion_ends is None]

    def history(self, name: str) -> list[tuple[str, Stored]]:
        named = self._standing(name)
        if named is None or named.deletion_ends is not None:
            return []
        return [(named.name, version) for version in sorted(named.versions, key=lambda each: each.id)]

    def delete(self, name: str) -> tuple[str, Stored]:
        named = self._standing(name)
        if named is None or (named.deletion_ends is not None and not self._is_being_deleted(named)):
            raise self._missing(name)
        if named.deletion_ends is not None:
            raise self._being_deleted(name)
        named.deletion_ends = self.clock.seconds + self.deletion_seconds
        return named.name, named.versions[-1]

    def deleted(self, name: str) -> tuple[str, Stored]:
        named = self._deleted(name)
        return named.name, named.versions[-1]

    def all_deleted(self) -> list[tuple[str, Stored]]:
        named = [self._standing(name) for name in sorted(self._named)]
        return [(each.name, each.versions[-1]) for each in named if each and self._is_deleted(each)]

    def purge(self, name: str) -> None:
        named = self._standing(name)
        if named is not None and self._is_being_deleted(named):
            raise self._being_deleted(name)
        self._deleted(name).purge_ends = self.clock.seconds + self.purge_seconds

    def recover(self, name: str) -> tuple[str, Stored]:
        named = self._deleted(name)
        named.deletion_ends = None
        return named.name, named.versions[-1]

    def newest(self, name: str) -> Stored:
        """The newest version of a live object, to be looked at or damaged."""
        return self.version(name, "")[1]

    def forget(self, name: str) -> None:
        """Lose it without a trace."""
        del self._named[name.lower()]

    def holds(self, name: str) -> bool:
        """Whether anything of it is left that could still be read or recovered, at any time."""
        named = self._standing(name)
        return named is not None and named.purge_ends is None

    def _standing(self, name: str) -> Named | None:
        named = self._named.get(name.lower())
        if named and named.purge_ends is not None and named.purge_ends <= self.clock.seconds:
            del self._named[name.lower()]
            return None
        return named

    def _deleted(self, name: str) -> Named:
        named = self._standing(name)
        if named is None or not self._is_deleted(named):
            raise Refusal(404, f"{self.kind}NotFound", f"Deleted {self.kind} not found: {name}")
        return named

    def _is_deleted(self, named: Named) -> bool:
        return named.deletion_ends is not None and named.purge_ends is None and not self._is_being_deleted(named)

    def _is_being_deleted(self, named: Named) -> bool:
        return named.deletion_ends is not None and named.deletion_ends > self.clock.seconds

    def _missing(self, what: str) -> Refusal:
        return Refusal(404, f"{self.kind}NotFound", f"A {self.kind.lower()} with (name/id) {what} was not found.")

    def _being_deleted(self, name: str) -> Refusal:
        return Refusal(409, "Conflict", f"{self.kind} {name} is currently being deleted.", "ObjectIsBeingDeleted")


@cache
def rsa_key(number: int, bits: int) -> rsa.RSAPrivateKey:
    """The same for every vault of a run, as making one takes long; other versions have other numbers."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
