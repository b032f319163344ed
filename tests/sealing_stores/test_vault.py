"""What is a vault's alone: slow deletion, lost answers, throttling, tokens, and versions instead of files."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

import pytest

from sealing import cipher
from sealing.azure.names import name_of
from sealing.azure.records import Record
from sealing.azure.secrets import Secrets
from sealing.azure.store import KEY, AzureKeyStore
from sealing.azure.vault import Patience, Vault
from sealing.errors import KeyDestroyed, KeyMissing, KeyStoreFault, KeyStoreUnreachable, MasterKeyFault, Tampered
from sealing.keys import contract_owner
from tests.partners.key_vault.server import Fault
from tests.sealing_stores.places import BEGAN, PATIENCE, VaultPlace, vault_place

SELF = contract_owner("IT-2026-000123")
KEY_ID = SELF.key_id(1)
NAME = name_of(KEY, KEY_ID)
ATTEMPTS = 1 + PATIENCE.retries


@pytest.fixture
async def place() -> AsyncIterator[VaultPlace]:
    async with vault_place() as made:
        yield made


async def begun(place: VaultPlace) -> AzureKeyStore:
    store = place.opened(make=True)
    await store.begin(SELF)
    return store


def asked(place: VaultPlace, method: str, path: str) -> int:
    return sum(request.startswith(f"{method} {path}") for request in place.served.requests)


@pytest.mark.parametrize("prefix", ["key-", "scope-", "destroyed-", "ligums-key-store"])
async def test_a_lost_answer_to_setting_changes_nothing(place: VaultPlace, prefix: str) -> None:
    place.served.faults.append(Fault("PUT", f"/secrets/{prefix}"))
    store = place.opened(make=True)
    key = await store.begin(SELF)
    assert await place.opened().key(KEY_ID) == key
    assert [note.id for note in await place.opened().notes(SELF.scope)] == [KEY_ID]
    assert (await store.destroy(KEY_ID)).destroyed is not None
    assert not place.has_traces(KEY_ID)


@pytest.mark.parametrize("path", ["/secrets/key-", "/deletedsecrets/key-"])
async def test_a_lost_answer_to_deleting_or_purging_changes_nothing(place: VaultPlace, path: str) -> None:
    store = await begun(place)
    place.served.faults.append(Fault("DELETE", path))
    await store.destroy(KEY_ID)
    assert not place.has_traces(KEY_ID)
    assert place.has_grave(KEY_ID)


async def test_every_answer_to_setting_lost_leaves_a_key_that_all_agree_on(place: VaultPlace) -> None:
    await place.opened(make=True).notes("system")
    lost = Fault("PUT", "/secrets/key-", times=99)
    place.served.faults.append(lost)
    with pytest.raises(KeyStoreUnreachable):
        await place.opened().begin(SELF)
    lost.times = 0
    keys = await asyncio.gather(*(place.opened().begin(SELF) for _ in range(3)))
    assert len({key.secret for key in keys}) == 1
    assert await place.opened().key(KEY_ID) == keys[0]


@pytest.mark.clause("DPA-II.3.2")
async def test_stopped_between_deleting_and_purging_it_is_purged_by_destroying_again(place: VaultPlace) -> None:
    store = await begun(place)
    place.served.faults.append(Fault("DELETE", "/deletedsecrets/key-", times=ATTEMPTS, status=503))
    with pytest.raises(KeyStoreUnreachable, match="503"):
        await store.destroy(KEY_ID)
    assert place.has_traces(KEY_ID)
    other = place.opened()
    with pytest.raises(KeyDestroyed):
        await other.key(KEY_ID)
    await other.destroy(KEY_ID)
    assert not place.has_traces(KEY_ID)


async def test_stopped_after_purging_it_is_seen_to_be_gone(place: VaultPlace) -> None:
    store = await begun(place)
    grave = Fault("PUT", "/secrets/destroyed-", times=0, status=503)
    place.served.faults.append(grave)
    place.served.secrets.purge_seconds = 0

    async def stop_when_purged() -> None:
        await place.served.until("DELETE /deletedsecrets/")
        grave.times = ATTEMPTS

    stopping = asyncio.create_task(stop_when_purged())
    with pytest.raises(KeyStoreUnreachable):
        await store.destroy(KEY_ID)
    await stopping
    assert not place.has_traces(KEY_ID)
    note = await place.opened().destroy(KEY_ID)
    before = len(place.served.requests)
    assert await store.destroy(KEY_ID) == note
    # Known to be purged: the note is read and nothing else is done.
    assert place.served.requests[before:] == [f"GET /secrets/{name_of('destroyed-', KEY_ID)}/"]


async def test_a_key_that_two_destroy_at_once_is_destroyed(place: VaultPlace) -> None:
    await begun(place)
    place.served.secrets.deletion_seconds = 20
    notes = await asyncio.gather(*(place.opened().destroy(KEY_ID) for _ in range(3)))
    assert {note.id for note in notes} == {KEY_ID}
    assert not place.has_traces(KEY_ID)


async def test_a_vault_that_does_not_finish_deleting_is_not_waited_for_without_end(place: VaultPlace) -> None:
    await begun(place)
    place.served.secrets.deletion_seconds = 1e6
    with pytest.raises(KeyStoreUnreachable, match="no answer within"):
        await place.opened(patience=Patience(call_seconds=0.2)).destroy(KEY_ID)
    with pytest.raises(KeyStoreUnreachable, match="has not purged key"):
        await place.opened(patience=Patience(pause_seconds=0.001, destroy_seconds=0.01)).destroy(KEY_ID)
    place.served.clock.seconds += 1e6
    await place.opened().destroy(KEY_ID)
    assert not place.has_traces(KEY_ID)


async def test_without_the_right_to_purge_nothing_counts_as_destroyed(place: VaultPlace) -> None:
    store = await begun(place)
    place.served.faults.append(
        Fault("DELETE", "/deletedsecrets/", status=403, code="Forbidden", inner="ForbiddenByRbac")
    )
    with pytest.raises(KeyStoreUnreachable, match=r"purge secrets.*ForbiddenByRbac"):
        await store.destroy(KEY_ID)
    assert place.has_traces(KEY_ID)
    await store.destroy(KEY_ID)
    assert not place.has_traces(KEY_ID)


@pytest.mark.clause("DPA-II.3.2")
async def test_a_vault_with_purge_protection_is_refused() -> None:
    async with vault_place(purge_protection=True) as place:
        for store in (place.opened(make=True), place.opened()):
            with pytest.raises(KeyStoreFault, match=r"purge protection.*make the key store a vault without it"):
                await store.check()
            with pytest.raises(KeyStoreFault):
                await store.begin(SELF)


async def test_candidates_of_the_same_second_are_settled_alike(place: VaultPlace) -> None:
    await place.opened(make=True).notes("system")
    place.served.clock.seconds_a_request = 0.05
    stores = [place.opened() for _ in range(4)]
    keys = await asyncio.gather(*(store.begin(SELF) for store in stores))
    assert len({key.secret for key in keys}) == 1
    assert await place.opened().begin(SELF) == keys[0]


@pytest.mark.parametrize(("seconds_later", "theirs_stands"), [(0, True), (2, False)])
async def test_a_rival_of_the_same_second_is_waited_for(
    place: VaultPlace, seconds_later: int, theirs_stands: bool
) -> None:
    """It comes after the first look at the candidates, and sorts before the other one of its second."""
    await place.opened(make=True).notes("system")
    theirs = cipher.new_key()
    record = Record(BEGAN, *await place.masters.wrap(theirs, KEY_ID))
    place.served.clock.seconds_a_request = 0
    making = asyncio.create_task(place.opened().begin(SELF))
    await place.served.until(f"GET /secrets/{NAME}/versions")
    place.served.clock.seconds += seconds_later
    _, rival = place.served.secrets.add(NAME, record.written(), {"id": KEY_ID, "state": "candidate"})
    rival.id = "0" * 32
    place.served.clock.seconds_a_request = 1
    key = await making
    assert (key.secret == theirs) is theirs_stands
    assert await place.opened().key(KEY_ID) == key


async def test_a_late_candidate_changes_nothing(place: VaultPlace) -> None:
    """Another process found no key, was held up, and set its own; it stopped before it could see that it was late."""
    store = await begun(place)
    key = await store.begin(SELF)
    foreign = json.dumps({"created": "2026-05-04T09:00:00+00:00", "master": "gone", "wrapped": "AAAA"})
    await Secrets(place.vault()).put(NAME, foreign, {"id": KEY_ID, "state": "candidate"})
    assert await place.opened().key(KEY_ID) == key
    before = asked(place, "GET", f"/secrets/{NAME}/versions")
    assert await place.opened().begin(SELF) == key
    assert asked(place, "GET", f"/secrets/{NAME}/versions") == before


async def test_a_key_destroyed_while_it_is_rewrapped_stays_destroyed(place: VaultPlace) -> None:
    store = await begun(place)
    await place.masters.rotate()
    other = place.opened()
    await other.check()
    place.served.requests.clear()
    place.served.faults.append(Fault("POST", "/keys/ligums-master", delay_seconds=0.5))
    rewrapping = asyncio.create_task(store.rewrap())
    await place.served.until("POST /keys/ligums-master")
    await other.destroy(KEY_ID)
    with pytest.raises(KeyDestroyed):
        await rewrapping
    assert not place.has_traces(KEY_ID)
    with pytest.raises(KeyDestroyed):
        await place.opened().key(KEY_ID)


async def test_an_opened_key_is_kept_for_its_time_and_no_longer(place: VaultPlace) -> None:
    store, forgetful = await begun(place), place.opened(key_seconds=0)
    key = await store.key(KEY_ID)
    assert await forgetful.key(KEY_ID) == key
    before = len(place.served.requests)
    assert await asyncio.gather(*(store.key(KEY_ID) for _ in range(50))) == [key] * 50
    assert await store.begin(SELF) == key
    assert len(place.served.requests) == before
    await place.opened().destroy(KEY_ID)
    assert await store.key(KEY_ID) == key
    with pytest.raises(KeyDestroyed):
        await forgetful.key(KEY_ID)


async def test_many_who_want_a_key_at_once_ask_for_it_once(place: VaultPlace) -> None:
    await begun(place)
    store = place.opened()
    await asyncio.gather(*(store.key(KEY_ID) for _ in range(50)))
    assert asked(place, "POST", "/keys/ligums-master") - 1 == 2


async def test_a_throttled_call_is_tried_again_when_told(place: VaultPlace) -> None:
    key = await (await begun(place)).key(KEY_ID)
    place.served.faults.append(
        Fault("GET", f"/secrets/{NAME}", times=2, status=429, code="Throttled", retry_after_seconds=1)
    )
    assert await place.opened().key(KEY_ID) == key


async def test_waiting_as_told_has_an_end(place: VaultPlace) -> None:
    await begun(place)
    patience = Patience(call_seconds=0.2)
    vault = Vault(place.served.url, place.served.credential(), patience, lambda: place.served.transport(patient=True))
    place.served.faults.append(Fault("GET", "/secrets/", times=9, status=429, code="Throttled", retry_after_seconds=60))
    with pytest.raises(KeyStoreUnreachable, match=r"no answer within 0\.2 s"):
        await Secrets(vault).get(NAME)
    await vault.close()


async def test_a_slow_vault_is_unreachable(place: VaultPlace) -> None:
    await begun(place)
    store = place.opened(patience=Patience(call_seconds=0.2))
    await store.check()
    place.served.faults.append(Fault("GET", f"/secrets/{NAME}", times=9, delay_seconds=2))
    with pytest.raises(KeyStoreUnreachable, match="no answer within"):
        await store.key(KEY_ID)


async def test_a_failing_vault_is_asked_a_bounded_number_of_times(place: VaultPlace) -> None:
    await begun(place)
    store = place.opened()
    await store.check()
    place.served.is_down = True
    before = len(place.served.requests)
    with pytest.raises(KeyStoreUnreachable, match="answers 503 ServiceUnavailable"):
        await store.key(KEY_ID)
    assert len(place.served.requests) - before == ATTEMPTS


async def test_no_network_is_unreachable(place: VaultPlace) -> None:
    await begun(place)
    store = place.opened()
    place.served.port = 1
    with pytest.raises(KeyStoreUnreachable, match=r"ligums\.vault\.azure\.net: "):
        await place.opened().key(KEY_ID)
    assert await store.key(KEY_ID)


async def test_a_token_that_is_no_longer_taken_is_replaced(place: VaultPlace) -> None:
    store = await begun(place)
    place.served.revoke_tokens()
    assert await store.notes(SELF.scope)


async def test_without_a_token_it_is_unreachable_and_no_secret_is_told(place: VaultPlace) -> None:
    await begun(place)
    place.served.client_secret = "another"
    with pytest.raises(KeyStoreUnreachable, match="gets no token") as caught:
        await place.opened().key(KEY_ID)
    assert "s3cret" not in str(caught.value)


async def test_a_missing_permission_is_named_and_can_be_mended(place: VaultPlace) -> None:
    key = await (await begun(place)).key(KEY_ID)
    store = place.opened()
    await store.check()
    place.served.faults.append(Fault("GET", "/secrets/", status=403, code="Forbidden", inner="ForbiddenByRbac"))
    with pytest.raises(KeyStoreUnreachable, match="does not let the application get secrets: ForbiddenByRbac"):
        await store.key(KEY_ID)
    assert await store.key(KEY_ID) == key


async def test_a_key_that_somebody_deleted_can_be_recovered(place: VaultPlace) -> None:
    key = await (await begun(place)).key(KEY_ID)
    secrets = Secrets(place.vault())
    await secrets.delete(NAME)
    with pytest.raises(KeyMissing):
        await place.opened().begin(SELF)
    async with place.vault().reached("recover secrets"):
        await place.vault().secrets.recover_deleted_secret(NAME)
    assert await place.opened().begin(SELF) == key


async def test_a_master_key_that_is_gone_loses_no_data(place: VaultPlace) -> None:
    await begun(place)
    place.served.keys.delete("ligums-master")
    for attempt in (place.opened().key(KEY_ID), place.opened().renew(SELF), place.opened().rewrap()):
        with pytest.raises(MasterKeyFault, match=r"ligums-master.* is missing.*no data is lost"):
            await attempt
    place.served.clock.seconds += 60
    with pytest.raises(MasterKeyFault, match="is deleted; recover it"):
        await place.opened(make=True).renew(SELF)


async def test_a_master_key_id_of_another_kind_is_tampering(place: VaultPlace) -> None:
    await begun(place)
    place.changed(KEY_ID, lambda document: document.update(master="../secrets/x"))
    with pytest.raises(Tampered):
        await place.opened().key(KEY_ID)


@pytest.mark.long
async def test_more_keys_than_a_page_holds(place: VaultPlace) -> None:
    store = place.opened(make=True)
    owners = [contract_owner("IT-1", f"user-{uuid.UUID(int=number)}") for number in range(27)]
    for owner in owners:
        await store.begin(owner)
    assert len(await place.opened().notes("contract/IT-1")) == 27
    await place.masters.rotate()
    assert await place.opened().rewrap() == 27


async def test_a_key_whose_id_is_too_long_for_a_name_is_kept_like_any_other(place: VaultPlace) -> None:
    owner = contract_owner("IT-" + "9" * 57, "user-" + "7f3a" * 20)
    store = place.opened(make=True)
    key = await store.begin(owner)
    await place.masters.rotate()
    assert await place.opened().rewrap() == 1
    assert await place.opened().key(key.id) == key
    assert [note.id for note in await place.opened().notes(owner.scope)] == [key.id]


@pytest.mark.clause("DPA-II.3.2")
async def test_a_key_that_somebody_deleted_cannot_be_recovered_once_it_is_destroyed(place: VaultPlace) -> None:
    await begun(place)
    assert await Secrets(place.vault()).delete(NAME)
    assert place.has_traces(KEY_ID)
    [note] = await place.opened().notes(SELF.scope)
    assert (note.id, note.destroyed) == (KEY_ID, None)
    assert (await place.opened().destroy(KEY_ID)).destroyed is not None
    assert not place.has_traces(KEY_ID)
