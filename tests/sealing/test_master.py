"""Master keys: wrong, old or missing ones are named and lose nothing, and a new one takes over in one go."""

from __future__ import annotations

import json

import pytest

from sealing.errors import KeyStoreFault, MasterKeyFault
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from tests.sealing.store import KEY_ID, OWNER, Place, flips
from tests.sealing_keys import begun


async def test_without_its_file_nothing_opens_and_with_it_all_does(place: Place) -> None:
    token = await (await begun(Sealer(place.made()), "IT-1")).seal("IT-1", "self", "Anna Bērziņa")
    written = place.master.read_bytes()
    place.master.unlink()
    with pytest.raises(MasterKeyFault, match=r"master-keys\.json is missing.*no data is lost"):
        await Sealer(place.opened()).open(token)
    with pytest.raises(MasterKeyFault):
        await place.opened().begin(contract_owner("IT-2"))
    place.master.write_bytes(written)
    place.master.chmod(0o600)
    assert await Sealer(place.opened()).open(token) == "Anna Bērziņa"


async def test_a_wrong_one_is_named_and_the_right_one_still_opens(place: Place) -> None:
    token = await (await begun(Sealer(place.made()), "IT-1")).seal("IT-1", "self", "Anna Bērziņa")
    right = place.master.read_bytes()
    place.master.unlink()
    assert (await place.masters(make=True).newest()).startswith("m-1-")
    with pytest.raises(
        MasterKeyFault, match=r"master key m-1-\w+ of key .+ is not in master-keys.json, which has m-1-\w+"
    ):
        await Sealer(place.opened()).open(token)
    place.master.write_bytes(right)
    assert await Sealer(place.opened()).open(token) == "Anna Bērziņa"


async def test_an_old_one_is_named(place: Place) -> None:
    store = place.made()
    token = await (await begun(Sealer(store), "IT-1")).seal("IT-1", "self", "Anna Bērziņa")
    old = place.master.read_bytes()
    await place.masters().rotate()
    assert await store.rewrap() == 1
    await place.masters().forget_older()
    new = place.master.read_bytes()
    place.master.write_bytes(old)
    with pytest.raises(MasterKeyFault, match=r"master key m-2-\w+ of key .+ is not in"):
        await Sealer(place.opened()).open(token)
    place.master.write_bytes(new)
    assert await Sealer(place.opened()).open(token) == "Anna Bērziņa"


async def test_each_changed_byte_of_the_file_is_found(place: Place) -> None:
    await place.made().begin(OWNER)
    await place.masters().rotate()
    for position, changed in flips(place.master.read_bytes()):
        place.master.write_bytes(changed)
        with pytest.raises(MasterKeyFault) as found:
            await place.opened().key(KEY_ID)
        assert "master-keys.json is no master key file, or a damaged one" in str(found.value), position


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"m-1": "AAAA"}', b'{"m-1": 1}', b"\xff"])
async def test_what_is_no_master_key_file_is_refused(place: Place, content: bytes) -> None:
    place.made()
    place.master.write_bytes(content)
    place.master.chmod(0o600)
    with pytest.raises(MasterKeyFault):
        await place.masters().newest()


async def test_a_file_that_others_can_read_is_refused(place: Place) -> None:
    await place.made().begin(OWNER)
    for mode in (0o640, 0o604, 0o660):
        place.master.chmod(mode)
        with pytest.raises(MasterKeyFault, match="make it mode 0600"):
            await place.opened().key(KEY_ID)


async def test_a_new_one_takes_over_and_the_old_one_can_go(place: Place) -> None:
    store = place.made()
    before = [await store.begin(contract_owner(f"IT-{number}")) for number in range(5)]
    await store.destroy("contract/IT-4/self/1")
    first = await place.masters().newest()
    second = await place.masters().rotate()
    assert second == await place.masters().newest() != first
    assert await place.opened().begin(contract_owner("IT-1")) == before[1], "the one before still unwraps"

    assert await store.rewrap() == 4
    assert await store.rewrap() == 0, "done again, there is nothing to do"
    assert await place.masters().forget_older() == 1
    assert await place.masters().forget_older() == 0
    assert list(json.loads(place.master.read_bytes())) == [second]
    for each in (store, place.opened()):
        assert [await each.begin(contract_owner(f"IT-{number}")) for number in range(4)] == before[:4]
    assert (await store.notes("contract/IT-4"))[0].destroyed is not None


async def test_one_that_wraps_a_damaged_key_is_not_forgotten_unseen(place: Place) -> None:
    store = place.made()
    await store.begin(OWNER)
    await place.masters().rotate()
    place.key_file.write_bytes(b"{")
    with pytest.raises(KeyStoreFault, match=KEY_ID):
        await store.rewrap()
