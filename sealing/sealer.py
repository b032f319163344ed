"""Seals texts into values that may lie anywhere, and opens them where the clear text is needed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from schemas.contract import SignedContract, fingerprint
from schemas.personal import (
    INVENTORY,
    SELF,
    Place,
    checked,
    is_of_one_value,
    places,
    replaced,
    subject_of_one_value,
)
from schemas.problems import Location, validated
from schemas.sealed import NOT_SEALED_HERE, SealedValue, is_clear, normal_form, sealed_value, unsound
from sealing import cipher
from sealing.errors import KeyDestroyed, KeyFault, Tampered
from sealing.keys import DataKey, KeyStore, contract_owner, owner_of

AT_ONCE = 20
"""How many keys are made side by side."""

FIELD = "field"
LOOK_UP = "look-up"
FINGERPRINT = "fingerprint"
PERSON_APART = "user-"
"""People who can be erased while the contract lives on, as what is handed over can: a look-up under the contract's key
would outlive their keys, and tell whoever guesses a value that it was the one."""


class Sealer:
    """Seals under the keys of a key store: about a person under that person's key, all else under the contract's.

    Every method raises KeyDestroyed, KeyStoreUnreachable or another SealingError when the key cannot be had;
    then nothing is sealed in part.
    """

    def __init__(self, keys: KeyStore) -> None:
        self.keys = keys

    async def begin(self, contract: str) -> None:
        """Make the key of a contract that is taken over. Raises KeyMissing for one that had a key and lost it."""
        await self.keys.begin(contract_owner(contract))

    async def seal_contract(self, contract: SignedContract) -> SignedContract:
        """A contract that is taken over, with what is personal sealed; its keys are made.

        Raises Refused for what came sealed already and was not sealed for it.
        """
        await self.begin(contract.number)
        document = contract.model_dump(mode="json")
        return validated(SignedContract, await self.seal_document(contract.number, SignedContract, document))

    async def seal_document(
        self, contract: str, model: type[BaseModel], document: Mapping[str, Any], *, act_id: str = ""
    ) -> dict[str, Any]:
        """`document`, read as a `model`: what is personal sealed, or in its place what would have been right.

        What is sealed already stays if it was sealed for this very place: anybody can write what looks like it.
        An act comes with its id, which tells its own keys from other acts'.
        """
        values: dict[Location, str] = {}
        clear: defaultdict[str, dict[Location, str]] = defaultdict(dict)
        for place in places(model, document):
            if is_clear(place.value):
                text, fault = checked(model, place.location, place.value)
                if text is None:
                    values[place.location] = fault
                else:
                    clear[await self._subject(contract, place, act_id)][place.location] = text
            elif sealed_value(place.value) is not None and not await self._is_own(contract, model, place, act_id):
                values[place.location] = unsound(NOT_SEALED_HERE)
        return replaced(document, values | await self._sealed(contract, clear))

    async def _sealed(self, contract: str, clear: Mapping[str, Mapping[Location, str]]) -> dict[Location, str]:
        """Texts by whose key they are sealed under; several keys side by side, as a vault takes seconds to make one."""
        values: dict[Location, str] = {}

        async def seal_all(subject: str) -> None:
            for location, text in clear[subject].items():
                values[location] = await self.seal(contract, subject, text)

        subjects = tuple(clear)
        for begin in range(0, len(subjects), AT_ONCE):
            together = subjects[begin : begin + AT_ONCE]
            # All have come to an end before one's fault is raised: nothing goes on behind the caller's back.
            for fault in await asyncio.gather(*map(seal_all, together), return_exceptions=True):
                if fault is not None:
                    raise fault
        return values

    async def _subject(self, contract: str, place: Place, act_id: str) -> str:
        """Whose key a value is sealed under; one that has a key of its own goes with its subject's of now."""
        if not place.own_key:
            return place.subject
        assert act_id, "acts alone bring such values"
        whole = await self._newest(contract, place.subject)
        return subject_of_one_value(place.subject, owner_of(whole.id)[1], act_id, place.own_key)

    async def _newest(self, contract: str, subject: str) -> DataKey:
        """The key that seals about a subject, made with the first text; the contract's own is made by `begin` alone."""
        return await (self.keys.current if subject == SELF else self.keys.begin)(contract_owner(contract, subject))

    async def _is_own(self, contract: str, model: type[BaseModel], place: Place, act_id: str) -> bool:
        """Whether a sealed value opens under a key of whom it is about, to a value of its kind."""
        parts = sealed_value(place.value)
        if parts is None:
            return False
        subject = await self._subject(contract, place, act_id)
        if owner_of(parts.key_id)[0] != contract_owner(contract, subject):
            return False
        try:
            text = await self.open(place.value)
        except (KeyDestroyed, KeyFault, Tampered):
            return False
        return is_clear(text) and checked(model, place.location, text)[0] == text

    async def seal(self, contract: str, subject: str, text: str) -> str:
        """One text as a sealed value of a contract's `subject`, whose key the first makes; never the contract's."""
        key = await self._newest(contract, subject)
        look_up = "" if _is_apart(subject) else await self.look_up(contract, text)
        body = cipher.seal(key.secret, text.encode(), sealing_context(key.id, look_up))
        return str(SealedValue(key_id=key.id, look_up=look_up, body=cipher.to_text(body)))

    async def seal_apart(self, contract: str, text: str) -> str:
        """One text about the contract that no act brought and that may name anybody, under a key of its own."""
        generation = owner_of((await self._newest(contract, SELF)).id)[1]
        return await self.seal(contract, subject_of_one_value(SELF, generation, uuid4().hex, ()), text)

    async def open(self, value: str) -> str:
        """The clear text. Raises KeyDestroyed, KeyMissing, KeyStoreUnreachable, MasterKeyFault or Tampered."""
        parts = sealed_value(value)
        if parts is None:
            raise Tampered("a sealed value")
        what = f"a value sealed under key {parts.key_id}"
        key = await self.keys.key(parts.key_id)
        body = cipher.from_text(parts.body, what)
        return cipher.unseal(key.secret, body, sealing_context(key.id, parts.look_up), what).decode()

    async def look_up(self, contract: str, text: str) -> str:
        """The keyed hash by which equal texts of one contract are known."""
        digest = await self._keyed_hash(contract, LOOK_UP, normal_form(text))
        return cipher.to_text(digest[: cipher.LOOK_UP_BYTES])

    async def fingerprint(self, contract: SignedContract) -> str:
        """`<outline>:<generation>:<keyed hash>`: what the contract says without its personal data, and with it.

        The keyed hash tells nothing to whoever lacks that generation of the contract's key. Once the key is destroyed
        only the outline can be told, which leads to nobody.
        """
        try:
            key = await self.keys.current(contract_owner(contract.number))
        except KeyDestroyed:
            return outline(contract)
        secret = cipher.derived(key.secret, FINGERPRINT)
        digest = cipher.keyed_hash(secret, fingerprint(contract).encode())
        return f"{outline(contract)}:{owner_of(key.id)[1]}:{digest.hex()}"

    async def _keyed_hash(self, contract: str, purpose: str, text: str) -> bytes:
        key = await self.keys.current(contract_owner(contract, SELF))
        return cipher.keyed_hash(cipher.derived(key.secret, purpose), text.encode())


def key_ids_of(model: type[BaseModel], sealed: Mapping[str, Any]) -> set[str]:
    """The keys of what `seal_document` left sealed; what only looks like it, in a field of another kind, has none."""
    return {parts.key_id for place in places(model, sealed) if (parts := sealed_value(place.value)) is not None}


def first_keys_of(sealed: SignedContract) -> set[str]:
    """The keys that a contract is taken over with: its own, and those of the people it names."""
    document = sealed.model_dump(mode="json")
    return {contract_owner(sealed.number).key_id(1), *key_ids_of(SignedContract, document)}


def outline(contract: SignedContract) -> str:
    """SHA-256 of what the contract says beside its personal data, in hexadecimal: leads to nobody (GUIDE-20.2)."""
    document = contract.model_dump(mode="json", exclude_defaults=True)
    gone = {place.location: None for place in places(SignedContract, document)}
    canonical = json.dumps(replaced(document, gone), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Whether two fingerprints are of the same contract: to the letter where the key that made both is one."""
    first, second = one.split(":"), other.split(":")
    if first[0] != second[0]:
        return False
    comparable = len(first) == len(second) == 3 and first[1] == second[1]
    return not comparable or first[2] == second[2]


def _is_apart(subject: str) -> bool:
    return subject == INVENTORY or is_of_one_value(subject) or subject.startswith(PERSON_APART)


def sealing_context(key_id: str, look_up: str) -> str:
    return f"{FIELD}/{key_id}/{look_up}"
