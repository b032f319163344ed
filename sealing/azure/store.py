"""A key store in the secrets of an Azure Key Vault: one secret for each wrapped data key.

Beside them stand a mark that tells a key store from any other vault, for each scope a list of its keys, and for each
destroyed key a note that outlives it. A list is a secret whose versions are its entries, so that of several processes
that add to it at once none undoes what another did.

Several processes may also make one owner's key at once, and a vault has no way to let only the first. Hence a new key
is a candidate at first. Its maker waits until the vault's clock shows that no other candidate can still turn out to be
as early, and then sets the earliest once more as the chosen one; whoever reads does the same. So a new key takes
two seconds, and nobody seals under one that does not stand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from sealing import cipher
from sealing.azure.names import id_of, name_of
from sealing.azure.recent import Recent
from sealing.azure.records import Grave, Record, grave_in, record_in
from sealing.azure.secrets import Secret, Secrets
from sealing.azure.vault import Vault
from sealing.errors import KeyDestroyed, KeyFault, KeyMissing, KeyStoreFault, KeyTampered, NoKeyYet, Tampered
from sealing.keys import DataKey, KeyNote, Owner, owner_of
from sealing.master import MasterKeys

MARK = "ligums-key-store"
KEY, DESTROYED, SCOPE = "key-", "destroyed-", "scope-"
STATE, CANDIDATE, CHOSEN = "state", "candidate", "chosen"
ID = "id"
KEY_SECONDS = 30
"""How long a process keeps an opened key, and so how long one that another process destroyed may still open."""
APART = timedelta(seconds=2)
"""Creation is told to the second: this far apart, more than a second lies between, whatever was cut off."""
AT_ONCE = 20
"""How many keys of a scope are asked about side by side."""
STILL_ROUNDS = 20
"""How often a secret must be found neither there nor deleted before it counts as gone, if we did not purge it."""


class AzureKeyStore:
    """Keeps wrapped keys in `vault`, which must allow purging and is closed with it.

    Nothing is made in a vault without the mark, except with `make`: a mistaken address must not fill with new keys.
    """

    def __init__(
        self,
        vault: Vault,
        masters: MasterKeys,
        clock: Callable[[], datetime],
        *,
        make: bool = False,
        key_seconds: float = KEY_SECONDS,
    ) -> None:
        self._vault = vault
        self._secrets = Secrets(vault)
        self._masters = masters
        self._clock = clock
        self._make_store = make
        self._checked = False
        self._opened: Recent[str, DataKey] = Recent(key_seconds)
        self._newest: Recent[Owner, int] = Recent(key_seconds)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def close(self) -> None:
        await self._vault.close()

    async def check(self) -> None:
        """See that the vault is a key store from which keys can be destroyed; with `make`, begin it.

        Every other method does so first. Raises KeyStoreFault for a vault with purge protection.
        """
        if self._checked:
            return
        mark = await self._secrets.get(MARK)
        if mark is None and self._make_store:
            await self._masters.newest()
            await self._secrets.put(MARK, "wrapped data keys; see the operator's guide", {})
            mark = await self._secrets.get(MARK)
        if mark is None:
            raise self._vault.unreachable("it holds no key store; is this the right vault, and was one begun in it?")
        if "Purgeable" not in mark.recovery_level:
            raise KeyStoreFault(
                f"the vault {self._vault.host} has purge protection, with which no key could be destroyed before its"
                " retention is over, and protection cannot be taken off; make the key store a vault without it"
            )
        self._checked = True

    async def current(self, owner: Owner) -> DataKey:
        return await self._newest_of(owner, make=False)

    async def begin(self, owner: Owner) -> DataKey:
        return await self._newest_of(owner, make=True)

    async def _newest_of(self, owner: Owner, *, make: bool) -> DataKey:
        await self.check()
        async with self._lock(f"{owner.scope}/{owner.name}"):
            generation = self._newest.get(owner)
            if generation is None:
                generation = await self._generation(owner)
            if not generation and not make:
                raise NoKeyYet(owner.key_id(1))
            key = await (self.key(owner.key_id(generation)) if generation else self._made(owner, 1))
            self._newest.put(owner, owner_of(key.id)[1])
            return key

    async def key(self, key_id: str) -> DataKey:
        owner_of(key_id)
        known = self._opened.get(key_id)
        if known is not None:
            return known
        await self.check()
        async with self._lock(key_id):
            known = self._opened.get(key_id)
            if known is None:
                record = await self._record(key_id)
                if record is None:
                    raise await self._absence(key_id)
                known = await self._unwrapped(key_id, record)
                self._opened.put(key_id, known)
            return known

    async def reopened(self, owner: Owner) -> DataKey:
        # Keys at hand are of the last half minute; whoever asks often does not weigh on the vault.
        return await self.current(owner)

    async def renew(self, owner: Owner) -> DataKey:
        await self.check()
        async with self._lock(f"{owner.scope}/{owner.name}"):
            entries = await self._entries(owner.scope)
            key = await self._made(
                owner, 1 + max((number for name, number in entries if name == owner.name), default=0)
            )
            self._newest.put(owner, owner_of(key.id)[1])
            return key

    async def destroy(self, key_id: str) -> KeyNote:
        await self.check()
        self._opened.forget(key_id)
        async with self._lock(key_id):
            grave = await self._grave(key_id)
            if grave is None:
                # The note first: a key that is half destroyed is found and destroyed again, never taken for a lost one.
                grave = await self._buried(key_id, Grave(await self._created(key_id), self._clock()))
            if grave.purged is None:
                await self._purge(key_id)
                await self._buried(key_id, Grave(grave.created, grave.destroyed, self._clock()))
            self._opened.forget(key_id)
        return KeyNote(key_id, grave.created, grave.destroyed, purged=True)

    async def notes(self, scope: str) -> Sequence[KeyNote]:
        await self.check()
        key_ids = sorted(f"{scope}/{name}/{generation}" for name, generation in await self._entries(scope))
        slots = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                noting = [group.create_task(self._note(key_id, slots)) for key_id in key_ids]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in noting]

    async def scopes(self) -> Sequence[str]:
        await self.check()
        found = set()
        async for name, tags in self._secrets.names():
            if name.startswith(SCOPE):
                if ID not in tags:
                    raise KeyStoreFault(
                        f"the secret {name} has lost the tag that tells whose keys it lists; put it back"
                    )
                found.add(owner_of(tags[ID])[0].scope)
        return sorted(found)

    async def rewrap(self) -> int:
        await self.check()
        newest = await self._masters.newest()
        done = 0
        async for name, tags in self._secrets.names():
            if name.startswith(KEY):
                key_id = id_of(KEY, name) or tags.get(ID, "")
                if name_of(KEY, key_id) != name:
                    raise KeyStoreFault(f"the secret {name} has lost the tag that tells which key it is; put it back")
                async with self._lock(key_id):
                    done += await self._rewrapped(key_id, newest)
        return done

    async def _rewrapped(self, key_id: str, newest: str) -> bool:
        record = await self._record(key_id)
        if record is None or record.master == newest or await self._grave(key_id) is not None:
            return False
        key = await self._unwrapped(key_id, record)
        await self._choose(key_id, await self._wrapped(key, record.created))
        return True

    async def _made(self, owner: Owner, generation: int) -> DataKey:
        """The owner's key of this generation: ours, or that of whoever was first."""
        key_id = owner.key_id(generation)
        candidate = await self._wrapped(DataKey(key_id, cipher.new_key()), self._clock())
        if not await self._secrets.put(name_of(KEY, key_id), candidate.written(), {ID: key_id, STATE: CANDIDATE}):
            raise await self._absence(key_id)
        key = await self.key(key_id)
        # Listed before anything is sealed under it, so that whoever erases the scope finds it.
        await self._listed(owner, generation)
        return key

    async def _record(self, key_id: str) -> Record | None:
        """The key's record that stands, once there can be no doubt which it is."""
        name = name_of(KEY, key_id)
        newest = await self._secrets.get(name)
        if newest is None or newest.tags.get(STATE) == CHOSEN:
            return record_in(key_id, newest.value) if newest else None
        chosen = await self._elected(name)
        if chosen is None:
            return None
        record = record_in(key_id, chosen.value)
        await self._choose(key_id, record)
        return record

    async def _elected(self, name: str) -> Secret | None:
        """Of a secret whose newest version is a candidate: the last version that was chosen, or the first of all."""
        for _ in range(self._rounds()):
            versions, now = await self._secrets.versions(name)
            if not versions:
                return None
            chosen = [version for version in versions if version.tags.get(STATE) == CHOSEN]
            if chosen:
                return await self._secrets.get(name, chosen[-1].id)
            if now is not None and now - versions[0].created >= APART:
                return await self._secrets.get(name, versions[0].id)
            await self._pause()
        raise self._vault.unreachable("its clock stands still")

    async def _choose(self, key_id: str, record: Record) -> None:
        name = name_of(KEY, key_id)
        set_anew = await self._secrets.put(name, record.written(), {ID: key_id, STATE: CHOSEN})
        # Whoever destroys a key notes it before deleting: one that we have just set again is seen here.
        if await self._grave(key_id) is not None:
            if set_anew:
                await self._purge(key_id)
            raise KeyDestroyed(key_id)
        if not set_anew:
            raise KeyMissing(key_id)

    async def _purge(self, key_id: str) -> None:
        """Delete and purge, whatever state an earlier attempt left it in. All versions go with it."""
        name = name_of(KEY, key_id)
        purged, still = False, 0
        for _ in range(self._rounds(at_least=STILL_ROUNDS)):
            found = await self._secrets.delete(name)
            purged = await self._secrets.purge(name) or purged
            there = await self._secrets.is_deleted(name) or await self._secrets.get(name) is not None
            still = 0 if there or (found and not purged) else still + 1
            # While it is being deleted it is found nowhere: without having purged it, that must go on for a while.
            if still and (purged or still >= STILL_ROUNDS):
                return
            await self._pause()
        raise self._vault.unreachable(f"it has not purged key {key_id} yet")

    async def _absence(self, key_id: str) -> KeyDestroyed | KeyMissing:
        return KeyMissing(key_id) if await self._grave(key_id) is None else KeyDestroyed(key_id)

    async def _note(self, key_id: str, slots: asyncio.Semaphore) -> KeyNote:
        async with slots:
            grave = await self._grave(key_id)
            if grave is not None:
                return KeyNote(key_id, grave.created, grave.destroyed, purged=grave.purged is not None)
            return KeyNote(key_id, await self._created(key_id))

    async def _created(self, key_id: str) -> datetime:
        """When a key was made; where it is lost or too damaged to tell, when it was listed.

        Raises KeyMissing for one that was never made.
        """
        with suppress(KeyFault):
            if (record := await self._record(key_id)) is not None:
                return record.created
        listed, _ = await self._secrets.versions(name_of(SCOPE, owner_of(key_id)[0].scope))
        created = next((each.created for each in listed if each.tags.get(ID) == key_id), None)
        if created is None:
            raise KeyMissing(key_id)
        return created

    async def _grave(self, key_id: str) -> Grave | None:
        found = await self._secrets.get(name_of(DESTROYED, key_id))
        return grave_in(key_id, found.value) if found else None

    async def _buried(self, key_id: str, grave: Grave) -> Grave:
        if not await self._secrets.put(name_of(DESTROYED, key_id), grave.written(), {ID: key_id}):
            raise KeyStoreFault(f"the note of destroyed key {key_id} was deleted from the vault; recover it")
        return grave

    async def _entries(self, scope: str) -> set[tuple[str, int]]:
        """Name and generation of every key that the scope ever had."""
        versions, _ = await self._secrets.versions(name_of(SCOPE, scope))
        return {(owner.name, generation) for owner, generation in (owner_of(each.tags[ID]) for each in versions)}

    async def _generation(self, owner: Owner) -> int:
        """The newest that was ever made; 0 if there was none."""
        return max((number for name, number in await self._entries(owner.scope) if name == owner.name), default=0)

    async def _listed(self, owner: Owner, generation: int) -> None:
        if (owner.name, generation) in await self._entries(owner.scope):
            return
        if not await self._secrets.put(name_of(SCOPE, owner.scope), "a key", {ID: owner.key_id(generation)}):
            raise KeyStoreFault(f"the list of the keys of {owner.scope} was deleted from the vault; recover it")

    async def _wrapped(self, key: DataKey, created: datetime) -> Record:
        master_id, wrapped = await self._masters.wrap(key.secret, key.id)
        return Record(created, master_id, wrapped)

    async def _unwrapped(self, key_id: str, record: Record) -> DataKey:
        try:
            return DataKey(key_id, await self._masters.unwrap(record.master, record.wrapped, key_id))
        except Tampered:
            raise KeyTampered(key_id) from None

    def _lock(self, what: str) -> asyncio.Lock:
        return self._locks.setdefault(what, asyncio.Lock())

    def _rounds(self, at_least: int = 1) -> int:
        patience = self._vault.patience
        return max(at_least, int(patience.destroy_seconds / patience.pause_seconds))

    async def _pause(self) -> None:
        await asyncio.sleep(self._vault.patience.pause_seconds)
