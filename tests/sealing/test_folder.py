"""The key store of files: three errors that are never taken for each other, and files that are whole or damaged."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from runtime.keys import open_keys
from runtime.settings import Settings
from sealing.errors import KeyDestroyed, KeyMissing, KeyStoreFault, KeyStoreUnreachable, MasterKeyFault, Tampered
from sealing.keys import KeyNote, contract_owner, intake_owner, system_owner
from tests.sealing.store import KEY_ID, NOW, OWNER, Place, flips


async def test_a_key_is_made_once_and_found_again(place: Place) -> None:
    key = await place.made().begin(OWNER)
    assert key.id == KEY_ID
    assert len(key.secret) == 32
    assert await place.opened().begin(OWNER) == await place.opened().key(KEY_ID) == key
    assert (await place.opened().begin(contract_owner("IT-2"))).secret != key.secret
    assert key.secret not in place.key_file.read_bytes()
    assert "secret" not in repr(key)


async def test_files_and_folders_are_for_their_owner_alone(place: Place) -> None:
    await place.made().begin(OWNER)
    await place.opened().begin(system_owner("temporal"))
    await place.opened().destroy("system/temporal/1")
    assert _mode(place.master) == 0o600
    for path in (place.keys, *place.keys.rglob("*")):
        assert _mode(path) == (0o700 if path.is_dir() else 0o600), path


async def test_destroyed_missing_and_unreachable_are_three_things(place: Place) -> None:
    store = place.made()
    await store.begin(OWNER)
    await store.destroy(KEY_ID)
    for each in (store, place.opened()):
        with pytest.raises(KeyDestroyed, match=KEY_ID):
            await each.key(KEY_ID)
        with pytest.raises(KeyDestroyed, match=KEY_ID):
            await each.begin(OWNER)
        with pytest.raises(KeyMissing, match="IT-2"):
            await each.key("contract/IT-2/self/1")
        with pytest.raises(KeyMissing, match="IT-2"):
            await each.destroy("contract/IT-2/self/1")
    place.keys.rename(place.state / "away")
    place.keys.mkdir()
    for each in (store, place.opened()):
        for owner in (OWNER, contract_owner("IT-2")):
            with pytest.raises(KeyStoreUnreachable):
                await each.key(owner.key_id(1))
            with pytest.raises(KeyStoreUnreachable):
                await each.begin(owner)
            with pytest.raises(KeyStoreUnreachable):
                await each.destroy(owner.key_id(1))
    assert list(place.keys.iterdir()) == [], "nothing is made where the store only seems to be"


async def test_a_store_that_was_away_is_as_it_was(place: Place) -> None:
    store = place.made()
    key = await store.begin(OWNER)
    place.keys.rename(place.state / "away")
    with pytest.raises(KeyStoreUnreachable):
        await store.begin(OWNER)
    (place.state / "away").rename(place.keys)
    assert await store.begin(OWNER) == key


async def test_an_error_of_the_disk_is_an_unreachable_store(place: Place) -> None:
    """A file where a folder is expected stands for all that a file system can say."""
    store = place.made()
    (place.keys / "contract").write_bytes(b"")
    with pytest.raises(KeyStoreUnreachable):
        await store.begin(OWNER)


async def test_a_key_destroyed_elsewhere_is_destroyed_at_once(place: Place) -> None:
    here, there = place.made(), place.opened()
    await here.begin(OWNER)
    await there.destroy(KEY_ID)
    with pytest.raises(KeyDestroyed):
        await here.begin(OWNER)


async def test_of_a_destroyed_key_a_note_is_left_and_nothing_else(place: Place) -> None:
    store = place.made()
    key = await store.begin(OWNER)
    note = await store.destroy(KEY_ID)
    assert note == KeyNote(KEY_ID, created=NOW, destroyed=NOW, purged=True)
    assert await place.opened().destroy(KEY_ID) == note, "destroyed again, the first note"
    assert [path.name for path in place.key_file.parent.iterdir()] == ["self.1.destroyed"]
    assert all(key.secret not in path.read_bytes() for path in place.keys.rglob("*") if path.is_file())


@pytest.mark.clause("DPA-II.3.2")
async def test_a_lost_key_that_was_destroyed_stays_shut_when_its_file_is_put_back(place: Place) -> None:
    store = place.made()
    await store.begin(OWNER)
    backup = place.key_file.read_bytes()
    place.key_file.unlink()
    await place.opened().destroy(KEY_ID)
    assert [path.name for path in place.key_file.parent.iterdir()] == ["self.1.destroyed"]
    place.key_file.write_bytes(backup)
    for each in (store, place.opened()):
        with pytest.raises(KeyDestroyed):
            await each.key(KEY_ID)


async def test_a_renewed_key_leaves_the_one_before(place: Place) -> None:
    store, other = place.made(), place.opened()
    first = await store.begin(OWNER)
    assert await other.begin(OWNER) == first
    second = await store.renew(OWNER)
    assert second.id == "contract/IT-1/self/2"
    assert await other.begin(OWNER) == second == await place.opened().begin(OWNER)
    assert await other.key(first.id) == first
    await store.destroy(second.id)
    with pytest.raises(KeyDestroyed):
        await place.opened().begin(OWNER)
    assert (await store.renew(OWNER)).id == "contract/IT-1/self/3"


async def test_notes_tell_of_a_scope(place: Place) -> None:
    store = place.made()
    for _ in range(11):
        await store.renew(OWNER)
    await store.begin(contract_owner("IT-1", "user-a.b:c"))
    await store.begin(contract_owner("IT-10"))
    await store.begin(intake_owner("0f8f"))
    own = [f"contract/IT-1/self/{generation}" for generation in range(1, 12)] + ["contract/IT-1/user-a.b:c/1"]
    assert [note.id for note in await store.notes("contract/IT-1")] == own
    assert await store.notes("contract") == await store.notes("contract/IT-3") == []
    assert await store.scopes() == ["contract/IT-1", "contract/IT-10", "intake"]


async def test_each_changed_byte_of_a_wrapped_key_is_found(place: Place) -> None:
    await place.made().begin(OWNER)
    written = place.key_file.read_bytes()
    for position, changed in flips(written):
        place.key_file.write_bytes(changed)
        with pytest.raises((KeyStoreFault, Tampered, MasterKeyFault)) as found:
            await place.opened().key(KEY_ID)
        assert KEY_ID in str(found.value), position


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"id": 1}', b"x" * 200])
async def test_a_damaged_key_file_is_named_and_can_still_be_destroyed(place: Place, content: bytes) -> None:
    await place.made().begin(OWNER)
    place.key_file.write_bytes(content)
    with pytest.raises(KeyStoreFault, match=f"{KEY_ID} is damaged"):
        await place.opened().key(KEY_ID)
    assert (await place.opened().destroy(KEY_ID)).destroyed == NOW
    with pytest.raises(KeyDestroyed):
        await place.opened().key(KEY_ID)


async def test_a_key_file_does_not_pass_for_another(place: Place) -> None:
    store = place.made()
    await store.begin(OWNER)
    other = place.key_file.with_name("administrator.1.key")
    shutil.copy(place.key_file, other)
    with pytest.raises(KeyStoreFault, match="contract/IT-1/administrator/1"):
        await place.opened().key("contract/IT-1/administrator/1")
    other.write_bytes(place.key_file.read_bytes().replace(b"/self/", b"/administrator/"))
    with pytest.raises(Tampered, match="contract/IT-1/administrator/1"):
        await place.opened().key("contract/IT-1/administrator/1")


async def test_a_file_that_is_no_keys_is_named(place: Place) -> None:
    store = place.made()
    (place.keys / "stray.key").write_bytes(b"")
    with pytest.raises(KeyStoreFault, match=r"stray\.key"):
        await store.scopes()


async def test_the_embedded_store_is_begun_once_and_never_in_place_of_a_lost_one(tmp_path: Path) -> None:
    settings = Settings(keys_folder=tmp_path / "keys", master_key_file=tmp_path / "master.json")
    with pytest.raises(KeyStoreUnreachable):
        await open_keys(settings).begin(OWNER)
    open_keys(settings, make=True)
    key = await open_keys(settings, make=True).begin(OWNER)
    assert await open_keys(settings).begin(OWNER) == key

    settings.keys_folder.rename(tmp_path / "away")
    with pytest.raises(KeyStoreUnreachable, match=r"put the keys back"):
        open_keys(settings, make=True)
    (tmp_path / "away").rename(settings.keys_folder)
    settings.master_key_file.rename(tmp_path / "master-away.json")
    with pytest.raises(MasterKeyFault, match=r"master\.json is missing"):
        await open_keys(settings, make=True).begin(OWNER)
    (tmp_path / "master-away.json").rename(settings.master_key_file)
    assert await open_keys(settings, make=True).begin(OWNER) == key


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
