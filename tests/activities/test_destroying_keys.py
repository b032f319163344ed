"""Keys destroyed by an order: those that it named, many at once within a bound, and whatever was left half done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from asyncpg import Pool

from activities.audit import AuditTrail
from activities.erasure import scan
from activities.erasure.steps import AT_ONCE, ErasureActivities
from activities.ledger import inventory, writing
from runtime.clock import now
from schemas.erasure import EVERY_USER, ErasureOrder, KeysDestroyed
from schemas.inventory import RecordsAsked
from schemas.ledger import HandedOverErased, RecordKept
from schemas.personal import INVENTORY
from schemas.timeline import Event
from sealing.azure.names import name_of
from sealing.azure.store import DESTROYED, KEY, SCOPE
from sealing.errors import KeyDestroyed
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from tests.activities.offices import signing
from tests.erasure.support import destroyed
from tests.partners.key_vault.server import Fault
from tests.sealing_keys import sealer, sealer_in
from tests.sealing_stores.places import vault_place

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


def erasing(pool: Pool, own: Sealer) -> ErasureActivities:
    """Its steps that need neither Temporal nor sub-processors."""
    nobody = cast(Any, None)
    return ErasureActivities(
        client=nobody, pool=pool, sealer=own, audit=AuditTrail(sealer=own, clock=now), partners=nobody
    )


async def registered(pool: Pool, number: str, *users: str) -> None:
    async with pool.acquire() as db, db.transaction():
        for change in (await signing(number)).changes:
            await writing.apply_change(db, number, AT, change)
    for user in users:
        await add_user(pool, number, user)


async def add_user(pool: Pool, number: str, user: str) -> str:
    """As the act `add_user` does; the sealed name."""
    name = await sealer().seal(number, f"user-{user}", "Zane Ozola")
    key = f"{number}/act/{user}"
    event = Event(event="user.added", clauses=("IT-A1",), by="staff", data={"user": user})
    async with pool.acquire() as db, db.transaction():
        await writing.begin_entry(db, key, number, AT)
        await writing.apply_change(db, number, AT, RecordKept(inventory="users", record=user, details={"name": name}))
        await writing.add_events(db, key, number, AT, (event,))
    return name


def stop(number: str, **more: Any) -> ErasureOrder:
    subjects = (EVERY_USER, INVENTORY)
    return ErasureOrder(contract=number, phase="users-1", at=AT, reason="stop_requested", subjects=subjects, **more)


@pytest.mark.clause("DPA-II.3.1")
async def test_a_user_who_is_added_after_the_order_keeps_the_key(pool: Pool) -> None:
    await registered(pool, "DESTROY-1", "u-1", "u-2")
    steps = erasing(pool, sealer())
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, "DESTROY-1", AT, HandedOverErased())
    order = await steps.naming_all(stop("DESTROY-1"))
    later = await add_user(pool, "DESTROY-1", "u-3")
    assert await destroyed(steps, order) == [f"contract/DESTROY-1/user-{user}/1" for user in ("u-1", "u-2")]
    assert await sealer().open(later) == "Zane Ozola"


@pytest.mark.clause("DPA-II.3.1", "DPA-I.1.1")
async def test_the_key_of_a_user_whose_addition_was_refused_goes_with_those_of_the_others(pool: Pool) -> None:
    """The door makes it before the contract refuses; the act's payload in histories and backups stays under it."""
    await registered(pool, "DESTROY-6", "u-1")
    refused = await sealer().seal("DESTROY-6", "user-u-2", "Ilze Ozola")
    steps = erasing(pool, sealer())
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, "DESTROY-6", AT, HandedOverErased())
    order = await steps.naming_all(stop("DESTROY-6"))
    assert order.users == frozenset({"u-1", "u-2"})

    # From the order on nothing more is sealed under the keys that go, nor taken that was; who comes anew is no matter.
    asked = RecordsAsked(contract="DESTROY-6", ids={"users": ("u-1", "u-2", "u-3")})
    assert set((await inventory.known(pool, asked)).erased_users) == {"u-1", "u-2"}
    assert [await inventory.was_erased(pool, "DESTROY-6", user) for user in ("u-2", "u-3")] == [True, False]
    later = await sealer().seal("DESTROY-6", "user-u-3", "Zane Ozola")
    assert await steps.naming_all(stop("DESTROY-6")) == order, "ordered again, it takes no more"

    assert await destroyed(steps, order) == [f"contract/DESTROY-6/user-{user}/1" for user in ("u-1", "u-2")]
    with pytest.raises(KeyDestroyed):
        await sealer().open(refused)
    assert await sealer().open(later) == "Zane Ozola"
    assert set((await inventory.known(pool, asked)).erased_users) == {"u-1", "u-2"}


@pytest.mark.clause("DPA-II.3.1")
async def test_the_inventory_goes_on_under_the_key_after_the_one_that_goes(pool: Pool) -> None:
    await registered(pool, "DESTROY-2")
    before = await sealer().seal("DESTROY-2", INVENTORY, "Anna-PC")
    second = await sealer().keys.renew(contract_owner("DESTROY-2", INVENTORY))
    since = await sealer().seal("DESTROY-2", INVENTORY, "Anna-PC")
    order = stop("DESTROY-2", inventory_goes_on_under=2)
    assert await destroyed(erasing(pool, sealer()), order) == ["contract/DESTROY-2/inventory/1"]
    with pytest.raises(KeyDestroyed):
        await sealer().open(before)
    assert since.startswith(f"sealed:v1:{second.id}::")
    assert await sealer().open(since) == "Anna-PC"


@pytest.mark.clause("DPA-II.3.2")
async def test_a_lost_key_goes_as_the_others(pool: Pool, tmp_path: Path) -> None:
    """Put back from the key store's backup it would open again, and no certificate would name it."""
    await registered(pool, "DESTROY-5")
    own = sealer_in(tmp_path)
    for user in ("u-1", "u-2"):
        await own.keys.begin(contract_owner("DESTROY-5", f"user-{user}"))
    (tmp_path / "keys" / "contract" / "DESTROY-5" / "user-u-1.1.key").unlink()
    order = stop("DESTROY-5").model_copy(update={"users": frozenset({"u-1", "u-2"})})
    expected = [f"contract/DESTROY-5/user-{user}/1" for user in ("u-1", "u-2")]
    assert await destroyed(erasing(pool, own), order) == expected
    told = await pool.fetch("SELECT subject FROM trail WHERE chain = 'DESTROY-5' ORDER BY seq")
    assert [row["subject"] for row in told] == expected
    is_gone = scan.gone_by("DESTROY-5", order.destroys)
    assert scan.key_store(await own.keys.notes("contract/DESTROY-5"), is_gone).found == 0


@pytest.mark.clause("DPA-II.3.2")
async def test_many_keys_go_at_once_each_told_once_and_the_answer_is_the_same_again(pool: Pool) -> None:
    users = [f"u-{number}" for number in range(40)]
    await registered(pool, "DESTROY-3", *users)
    steps = erasing(pool, sealer())
    order = await steps.naming_all(stop("DESTROY-3"))
    first, second = await asyncio.gather(steps.destroy_keys(order), steps.destroy_keys(order))
    # As many as there may be, the answer stays as small: Temporal takes no more than 2 MiB.
    assert first == second == await steps.destroy_keys(order) == KeysDestroyed(count=40)
    told = await pool.fetch("SELECT subject FROM trail WHERE chain = 'DESTROY-3' AND action = 'key.destroyed'")
    assert {row["subject"] for row in told} == {*await destroyed(steps, order)}


@pytest.mark.long
@pytest.mark.clause("DPA-II.3.2")
async def test_a_vault_s_keys_go_side_by_side_and_an_attempt_cut_short_leaves_fewer_to_the_next(pool: Pool) -> None:
    """60 keys of users in three rounds of 20; the first attempt is cut short in the second round."""
    users = [f"u-{number}" for number in range(60)]
    owners = [contract_owner("DESTROY-4", f"user-{user}") for user in sorted(users)]
    async with vault_place() as place:
        store = place.opened(make=True)
        await store.check()
        for owner in owners:
            await store.begin(owner)
        own = Sealer(place.opened())
        order = stop("DESTROY-4").model_copy(update={"users": frozenset(users)})
        place.served.requests.clear()
        place.served.faults.append(Fault("GET", "/secrets/", times=1000, delay_seconds=0.005))
        attempt = asyncio.create_task(erasing(pool, own).destroy_keys(order))
        await place.served.until(f"PUT /secrets/{name_of(DESTROYED, owners[20].key_id(1))}")
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        # The list of the contract's keys is asked for in three pages of 25, and not once more for each key.
        assert sum(name_of(SCOPE, "contract/DESTROY-4") in request for request in place.served.requests) == 3
        assert AT_ONCE / 2 < place.served.most_in_hand <= AT_ONCE
        assert [place.has_traces(owner.key_id(1)) for owner in (*owners[:20], *owners[40:])] == [False] * 20 + [
            True
        ] * 20

        again = Sealer(place.opened())
        place.served.requests.clear()
        assert (await erasing(pool, again).destroy_keys(order)).count == 60
        asked = [f"GET /secrets/{name_of(DESTROYED, owner.key_id(1))}" for owner in owners[:20]]
        assert [sum(each in request for request in place.served.requests) for each in asked] == [1] * 20
        notes = await again.keys.notes("contract/DESTROY-4")
        assert sorted(note.id for note in notes if note.purged) == sorted(owner.key_id(1) for owner in owners)
        assert [owner for owner in owners if place.has_traces(owner.key_id(1))] == []
        deleted = {request for request in place.served.requests if request.startswith("DELETE /secrets/")}
        assert deleted <= {f"DELETE /secrets/{name_of(KEY, owner.key_id(1))}" for owner in owners[20:]}
