"""What every key store does alike, in a folder and in a vault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sealing.errors import KeyDestroyed, KeyMissing, KeyStoreFault, KeyStoreUnreachable, MasterKeyFault, Tampered
from sealing.keys import contract_owner, intake_owner, system_owner
from tests.sealing_stores.places import FolderPlace, Place, vault_place

SELF = contract_owner("IT-2026-000123")
USER = contract_owner("IT-2026-000123", "user-7f3a")


@pytest.fixture(params=["folder", "vault"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "folder":
        yield FolderPlace(tmp_path)
        return
    async with vault_place() as made:
        yield made


async def test_a_key_is_made_once_and_found_by_every_process(place: Place) -> None:
    store = place.opened(make=True)
    key = await store.begin(SELF)
    assert key.id == "contract/IT-2026-000123/self/1"
    assert len(key.secret) == 32
    assert await store.begin(SELF) == key
    assert await store.key(key.id) == key
    other = place.opened()
    assert await other.key(key.id) == key
    assert await other.begin(SELF) == key


async def test_each_owner_has_a_key_of_its_own(place: Place) -> None:
    store = place.opened(make=True)
    owners = [SELF, USER, contract_owner("IT-2026-000124"), system_owner("temporal"), intake_owner("8c1d")]
    keys = [await store.begin(owner) for owner in owners]
    assert len({key.secret for key in keys}) == 5
    assert [key.id for key in keys[3:]] == ["system/temporal/1", "intake/8c1d/1"]


async def test_names_that_differ_in_case_alone_are_two(place: Place) -> None:
    store = place.opened(make=True)
    assert (await store.begin(contract_owner("it-1"))).secret != (await store.begin(contract_owner("IT-1"))).secret


async def test_processes_that_make_a_key_at_once_all_take_the_same(place: Place) -> None:
    await place.opened(make=True).notes("system")
    stores = [place.opened() for _ in range(4)]
    keys = await asyncio.gather(*(store.begin(SELF) for store in stores for _ in range(2)))
    assert len({key.secret for key in keys}) == 1
    assert await place.opened().key(SELF.key_id(1)) == keys[0]
    assert [note.id for note in await place.opened().notes(SELF.scope)] == [SELF.key_id(1)]


async def test_a_renewed_key_leaves_the_ones_before_it(place: Place) -> None:
    store = place.opened(make=True)
    first = await store.begin(SELF)
    second = await store.renew(SELF)
    assert second.id == SELF.key_id(2)
    assert second.secret != first.secret
    assert await store.begin(SELF) == second
    other = place.opened()
    assert await other.begin(SELF) == second
    assert await other.key(first.id) == first


async def test_renewing_what_never_was_makes_the_first(place: Place) -> None:
    assert (await place.opened(make=True).renew(SELF)).id == SELF.key_id(1)


@pytest.mark.clause("DPA-II.3.2")
async def test_a_destroyed_key_is_gone_for_everybody_and_for_ever(place: Place) -> None:
    store = place.opened(make=True)
    key, kept = await store.begin(SELF), await store.begin(USER)
    note = await store.destroy(key.id)
    assert note.destroyed is not None
    assert note.created < note.destroyed
    assert not place.has_traces(key.id)
    for each in (store, place.opened()):
        with pytest.raises(KeyDestroyed, match="contract/IT-2026-000123/self/1 is destroyed"):
            await each.key(key.id)
        with pytest.raises(KeyDestroyed):
            await each.begin(SELF)
        assert await each.key(kept.id) == kept


async def test_destroyed_again_the_first_note_stands(place: Place) -> None:
    store = place.opened(make=True)
    key = await store.begin(SELF)
    note = await store.destroy(key.id)
    assert await store.destroy(key.id) == note
    assert await place.opened().destroy(key.id) == note


async def test_a_key_after_a_destroyed_one_serves(place: Place) -> None:
    store = place.opened(make=True)
    first = await store.begin(SELF)
    await store.destroy(first.id)
    second = await store.renew(SELF)
    assert second.id == SELF.key_id(2)
    assert await place.opened().begin(SELF) == second
    with pytest.raises(KeyDestroyed):
        await store.key(first.id)


async def test_a_key_that_is_half_destroyed_is_destroyed_by_doing_it_again(place: Place) -> None:
    key = await place.opened(make=True).begin(SELF)
    await place.half_destroyed(key.id)
    assert place.has_traces(key.id)
    store = place.opened()
    noted = (await store.notes(SELF.scope))[0]
    assert noted.destroyed is not None
    assert not noted.purged, "whoever passes over what is destroyed is not to leave it so"
    gone = replace(noted, purged=True)
    assert await store.destroy(key.id) == gone
    assert (await store.notes(SELF.scope))[0] == gone
    assert not place.has_traces(key.id)
    with pytest.raises(KeyDestroyed):
        await place.opened().key(key.id)


async def test_notes_tell_of_all_keys_of_a_scope_and_of_no_other(place: Place) -> None:
    store = place.opened(make=True)
    for owner in (USER, SELF, contract_owner("IT-2026-000124")):
        await store.begin(owner)
    await store.renew(SELF)
    destroyed = await store.destroy(SELF.key_id(1))
    notes = await place.opened().notes(SELF.scope)
    assert [note.id for note in notes] == [SELF.key_id(1), SELF.key_id(2), USER.key_id(1)]
    assert notes[0] == destroyed
    assert [note.destroyed for note in notes[1:]] == [None, None]
    assert notes[1].created > notes[2].created
    assert await store.notes("contract/IT-2026-000999") == []
    assert SELF.scope in await place.opened().scopes()


async def test_a_key_that_never_was_is_missing(place: Place) -> None:
    store = place.opened(make=True)
    await store.begin(USER)
    with pytest.raises(KeyMissing, match="was not destroyed"):
        await store.key(SELF.key_id(1))
    with pytest.raises(KeyMissing):
        await store.destroy(SELF.key_id(1))
    assert [note.id for note in await store.notes(SELF.scope)] == [USER.key_id(1)]
    with pytest.raises(ValueError, match="no key id"):
        await store.key("no-key-id")


@pytest.mark.clause("DPA-II.3.2")
async def test_a_lost_key_is_missing_until_it_is_destroyed(place: Place) -> None:
    key = await place.opened(make=True).begin(SELF)
    place.lose(key.id)
    with pytest.raises(KeyMissing):
        await place.opened().key(key.id)
    [lost] = await place.opened().notes(SELF.scope)
    assert (lost.id, lost.destroyed) == (key.id, None)
    note = await place.opened().destroy(key.id)
    assert note.destroyed is not None
    assert [note] == await place.opened().notes(SELF.scope)
    assert await place.opened().destroy(key.id) == note
    for attempt in (place.opened().key(key.id), place.opened().begin(SELF)):
        with pytest.raises(KeyDestroyed):
            await attempt


async def test_a_damaged_key_is_told_of_with_the_others_and_can_be_destroyed(place: Place) -> None:
    store = place.opened(make=True)
    keys = [await store.begin(owner) for owner in (SELF, USER)]
    place.changed(keys[0].id, lambda document: document.pop("master"))
    assert [note.id for note in await place.opened().notes(SELF.scope)] == [key.id for key in keys]
    assert (await place.opened().destroy(keys[0].id)).destroyed is not None
    assert not place.has_traces(keys[0].id)


async def test_a_lost_key_is_never_made_anew_under_its_id(place: Place) -> None:
    """What is sealed under the old one would read as tampered with, and the old one could not be put back."""
    store = place.opened(make=True)
    mine, yours = await store.begin(SELF), await store.begin(USER)
    place.lose(mine.id)
    for attempt in (place.opened().begin(SELF), place.opened().current(SELF)):
        with pytest.raises(KeyMissing, match=SELF.key_id(1)):
            await attempt
    assert await place.opened().begin(USER) == yours
    second = await place.opened().renew(SELF)
    assert second.id == SELF.key_id(2)
    await place.opened().destroy(yours.id)
    with pytest.raises(KeyDestroyed):
        await place.opened().begin(USER)


async def test_nobody_but_who_takes_an_owner_on_makes_a_key(place: Place) -> None:
    store = place.opened(make=True)
    await store.begin(USER)
    with pytest.raises(KeyMissing, match=SELF.key_id(1)):
        await store.current(SELF)
    assert [note.id for note in await store.notes(SELF.scope)] == [USER.key_id(1)]
    key = await store.begin(SELF)
    assert await store.current(SELF) == await place.opened().current(SELF) == key


async def test_where_no_store_was_begun_nothing_is_made(place: Place) -> None:
    store = place.opened()
    for attempt in (store.begin(SELF), store.renew(SELF), store.notes(SELF.scope), store.rewrap()):
        with pytest.raises(KeyStoreUnreachable):
            await attempt
    await place.opened(make=True).begin(USER)
    assert (await store.begin(SELF)).id == SELF.key_id(1)


async def test_a_store_that_is_down_is_unreachable_until_it_is_back(place: Place) -> None:
    store = place.opened(make=True)
    key = await store.begin(SELF)
    place.set_down(True)
    other = place.opened()
    for attempt in (
        other.key(key.id),
        other.key(USER.key_id(1)),
        other.begin(USER),
        other.renew(SELF),
        other.destroy(key.id),
        other.notes(SELF.scope),
        other.rewrap(),
        store.destroy(key.id),
        store.renew(USER),
    ):
        with pytest.raises(KeyStoreUnreachable, match="nothing is lost"):
            await attempt
    place.set_down(False)
    assert await other.key(key.id) == key
    assert await store.begin(SELF) == key


@pytest.mark.parametrize("at", [0, 20, -1])
async def test_a_wrapped_key_that_was_changed_is_named(place: Place, at: int) -> None:
    key = await place.opened(make=True).begin(SELF)
    place.flip(key.id, at)
    with pytest.raises(Tampered, match=r"wrapped key contract/IT-2026-000123/self/1( of [0-9T:+-]+)? was changed"):
        await place.opened().key(key.id)
    with pytest.raises(Tampered):
        await place.opened().begin(SELF)


async def test_a_wrapped_key_does_not_open_in_the_place_of_another(place: Place) -> None:
    store = place.opened(make=True)
    mine, yours = await store.begin(SELF), await store.begin(USER)
    place.exchange(yours.id, mine.id)
    with pytest.raises((Tampered, KeyStoreFault), match="key contract/IT-2026-000123/self/1"):
        await place.opened().key(mine.id)


async def test_a_record_that_is_no_record_is_damaged(place: Place) -> None:
    key = await place.opened(make=True).begin(SELF)
    place.changed(key.id, lambda document: document.pop("master"))
    with pytest.raises(KeyStoreFault, match="contract/IT-2026-000123/self/1 is damaged"):
        await place.opened().key(key.id)


async def test_wrapped_text_of_another_alphabet_is_tampering(place: Place) -> None:
    key = await place.opened(make=True).begin(SELF)
    place.changed(key.id, lambda document: document.update(wrapped="*"))
    with pytest.raises(Tampered):
        await place.opened().key(key.id)


async def test_rewrapping_moves_every_key_under_the_newest_master_key(place: Place) -> None:
    store = place.opened(make=True)
    keys = [await store.begin(owner) for owner in (SELF, USER, system_owner("temporal"))]
    await store.destroy(keys[1].id)
    assert await store.rewrap() == 0
    old, new = await place.masters.newest(), await place.masters.rotate()
    assert (await place.masters.newest(), new) == (new, new)
    assert old != new
    assert await place.opened().key(keys[0].id) == keys[0]
    assert await place.opened().rewrap() == 2
    assert await place.opened().rewrap() == 0
    assert await place.masters.forget_older() == 1
    other = place.opened()
    assert [await other.key(key.id) for key in (keys[0], keys[2])] == [keys[0], keys[2]]
    assert [note.id for note in await other.notes("system")] == [keys[2].id]
    with pytest.raises(KeyDestroyed):
        await other.key(keys[1].id)


async def test_a_key_under_a_forgotten_master_key_is_no_lost_data(place: Place) -> None:
    key = await place.opened(make=True).begin(SELF)
    await place.masters.rotate()
    await place.masters.forget_older()
    store = place.opened()
    for attempt in (store.key(key.id), store.begin(SELF), store.rewrap()):
        with pytest.raises(MasterKeyFault, match="no data is lost"):
            await attempt
    assert (await store.begin(USER)).id == USER.key_id(1)
    assert (await store.destroy(key.id)).destroyed is not None


async def test_errors_and_shown_keys_tell_no_secret(place: Place) -> None:
    key = await place.opened(make=True).begin(SELF)
    assert repr(key) == "DataKey(id='contract/IT-2026-000123/self/1')"
