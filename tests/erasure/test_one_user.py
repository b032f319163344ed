"""One user erased while the contract lives on: nothing that names that person opens again, wherever it was kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool
from pydantic import ValidationError

from activities.ledger import erasures
from schemas.attention import DueItem
from schemas.erasure import CertificateOrder, ErasureOrder, HistoriesDeleted
from schemas.inventory import InventoryKind
from schemas.ledger import AuditReportMade, HandoverMade, RecordKept
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from terms.attention import left_over
from tests.activities.offices import signed_as
from tests.erasure.kept import KeptContract, live, readable
from tests.erasure.support import AT, apply, back_up, checked, erasing, ledger, opened, restore
from tests.sealing_keys import sealer_in

pytestmark = pytest.mark.real

NUMBER = "ONE-USER-1"
INVENTORY: tuple[tuple[str, dict[str, Any]], ...] = (
    # A system comes before anybody is a user, as it may: who is named in it is told by text alone.
    ("record_system", {"system": "gw", "name": "GW", "type": "Router", "responsible": "J. Kalniņš"}),
    ("add_user", {"user": "u-1", "name": "Jānis Bitenieks", "login": "jbite"}),
    ("add_user", {"user": "u-2", "name": "Ilze Ozola"}),
    ("record_system", {"system": "nas", "name": "NAS", "type": "NAS", "responsible": "Ilze Ozola"}),
    ("record_system", {"system": "ups", "name": "UPS", "type": "UPS", "responsible": "SIA Strāva"}),
    ("record_system", {"system": "fw", "name": "FW", "type": "Firewall", "responsible": "Jānis Bitenieks"}),
    ("record_equipment", {"equipment": "pc-1", "name": "PC-1", "type": "PC", "assigned_user": "u-1"}),
    ("record_equipment", {"equipment": "pc-2", "name": "KALNINS-PC", "type": "PC", "serial_number": "SN-2"}),
    ("record_equipment", {"equipment": "pc-3", "name": "OZOLA-PC", "type": "PC", "assigned_user": "u-2"}),
    # The printer was the user's and is another's now: what it was called then is in the act that is on record.
    ("record_equipment", {"equipment": "pr", "name": "JBITE", "type": "Printer", "assigned_user": "u-1"}),
    ("record_equipment", {"equipment": "pr", "name": "Printeris", "type": "Printer", "assigned_user": "u-2"}),
    ("change_user", {"user": "u-1", "name": "Jānis Kalniņš"}),
)
REFUSED = ("record_equipment", {"name": "KALNINS-SOMA", "type": "PC", "assigned_user": "u-9"})
OF_THE_USER = {"J. Kalniņš", "Jānis Bitenieks", "Jānis Kalniņš", "jbite", "PC-1", "KALNINS-PC", "JBITE", "KALNINS-SOMA"}
OF_OTHERS = {"Ilze Ozola", "SIA Strāva", "OZOLA-PC", "Printeris", "SN-2", "GW", "NAS", "UPS", "FW"}


async def count(pool: Pool, kind: InventoryKind) -> int:
    table = {"systems": "inventory_systems", "equipment": "inventory_equipment", "users": "inventory_users"}[kind]
    return int(await pool.fetchval(f"SELECT count(*) FROM {table} WHERE contract = $1", NUMBER))


@pytest.mark.clause("DPA-I.1.1", "DPA-II.3.1", "GUIDE-5.2i")
@pytest.mark.parametrize(
    "request_of_controller",
    [
        ("erase_user", {"user": "u-1"}),
        ("stop_processing", {"user": "u-1", "signed_by": "Anna Bērziņa", "note": "Lūgums"}),
    ],
)
async def test_an_erased_user_is_named_nowhere_again_and_the_others_are(
    state: Path, request_of_controller: tuple[str, dict[str, Any]]
) -> None:
    sealer = sealer_in(state)
    contract = KeptContract(await sealer.seal_contract(signed_as(NUMBER)))
    async with ledger(state) as pool:
        await live(pool, state, contract, sealer, *INVENTORY)
        act, fields = REFUSED
        refused = await contract.act(act, **fields)
        assert refused.reason == "assigned_user: no such user is in the inventory"
        await apply(pool, NUMBER, AuditReportMade(on=AT.date()), HandoverMade(on=AT.date()))
        # Nothing of what was refused is on record, and its key is gone already.
        brought = (OF_THE_USER | OF_OTHERS) - {"KALNINS-SOMA"}
        assert {*await opened(pool, sealer, NUMBER)} >= brought
        assert await readable(sealer, contract.sealed) == brought
    back_up(state)

    async with ledger(state) as pool:
        await live(pool, state, contract, sealer, request_of_controller)
        [order] = [each for each in contract.orders if isinstance(each, ErasureOrder)]
        steps = erasing(pool, sealer)
        await steps.destroy_keys(order)
        certified = CertificateOrder(order=order, at=AT, histories=HistoriesDeleted(deleted=0))
        assert (await steps.certify(certified)).found == 0
        [certificate] = await erasures.certificates(pool, NUMBER)
        # One user and five values: two systems' responsible persons, names of PC-1, KALNINS-PC and, once, the printer.
        # The words of the stop go with whom it is for.
        own_note = [("act_notes", 1)] if "note" in request_of_controller[1] else []
        assert [(each.category, each.count) for each in certificate.erased] == [*own_note, ("inventory", 6)]
        assert certificate.document("lv").subject == "user-u-1"
        keys = [each.key.removeprefix(f"contract/{NUMBER}/") for each in certificate.keys]
        assert (len(keys), keys[-1]) == (6 + len(own_note), "user-u-1/1")
        assert all(re.fullmatch(r"inventory\.1\.[0-9a-f]{24}/1", key) for key in keys[:5])
        assert all(re.fullmatch(r"self\.1\.[0-9a-f]{24}/1", key) for key in keys[5:-1])
        assert {*await opened(pool, sealer, NUMBER)} & OF_THE_USER == set()
        # What histories hold stays as it was, and says as much.
        assert await readable(sealer, contract.sealed) & OF_THE_USER == set()
        assert await readable(sealer, contract.sealed) >= OF_OTHERS
        erased = await everything_held(pool)

    restore(state)
    async with ledger(state) as pool:
        assert [await count(pool, kind) for kind in ("users", "systems", "equipment")] == [2, 4, 4]
        found = {*await opened(pool, sealer, NUMBER)}
        assert found & OF_THE_USER == set()
        assert found >= OF_OTHERS
        code, said, _ = await checked(state, "--json")
        assert (code, json.loads(said)["contracts"], json.loads(said)["left"]) == (0, 1, 0)
        assert await everything_held(pool) == erased
        assert {*await opened(pool, sealer, NUMBER)} >= OF_OTHERS
        assert json.loads((await checked(state, "--json"))[1])["values"] == 0


@pytest.mark.clause("DPA-I.1.1", "IT-41", "IT-54")
async def test_a_row_and_a_key_that_are_left_are_found_each_in_its_place_and_a_person_is_told(state: Path) -> None:
    sealer = sealer_in(state)
    contract = KeptContract(await sealer.seal_contract(signed_as(NUMBER)))
    async with ledger(state) as pool:
        added = ("add_user", {"user": "u-1", "name": "Jānis Kalniņš"})
        named = ("record_equipment", {"equipment": "pc-1", "name": "PC-1", "type": "PC", "assigned_user": "u-1"})
        await live(pool, state, contract, sealer, added, named)
        sealed = await pool.fetchval("SELECT details ->> 'name' FROM inventory_users WHERE contract = $1", NUMBER)
        await live(pool, state, contract, sealer, ("erase_user", {"user": "u-1"}))
        [order] = [each for each in contract.orders if isinstance(each, ErasureOrder)]

        # What a fault would leave: the user's row and key. The key of the workstation's name is gone.
        await apply(pool, NUMBER, RecordKept(inventory="users", record="u-1", details={"name": sealed}))
        [value] = order.values
        await sealer.keys.destroy(f"contract/{NUMBER}/{value}/1")
        left = CertificateOrder(order=order, at=AT, histories=HistoriesDeleted(deleted=0))
        assert (await erasing(pool, sealer).certify(left)).found == 2

        [certificate] = await erasures.certificates(pool, NUMBER)
        found = {place.place: place.found for place in certificate.scan if place.found}
        assert found == {"PostgreSQL inventory_users": 1, "key store": 1}
        with pytest.raises(ValidationError, match="there is no certificate while the scan still finds something"):
            certificate.document("lv")
        assert [left_over(each) for each in await erasures.unclean_certificates(pool)] == [
            DueItem(
                contract=NUMBER,
                what="Get the rest erased",
                why=f"certificate {NUMBER}/erasure-users-1 found 2 things that should be gone; it names them",
                clauses=("IT-41", "IT-54", "DPA-II.3.2"),
                on=AT.date(),
                urgency="urgent",
            )
        ]


async def everything_held(pool: Pool) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("inventory_users", "inventory_equipment", "inventory_systems", "documents")
    found = {}
    for table in tables:
        rows = await pool.fetch(f"SELECT * FROM {table} WHERE contract = $1 ORDER BY 1, 2", NUMBER)
        found[table] = [tuple(row) for row in rows]
    # The act that erased is later than the backup.
    brought = [act for act, _ in INVENTORY]
    query = "SELECT act_id, payload FROM acts WHERE contract = $1 AND act = ANY ($2) ORDER BY 1"
    found["acts"] = [tuple(row) for row in await pool.fetch(query, NUMBER, brought)]
    return found


@pytest.mark.clause("DPA-II.3.1", "GUIDE-5.2i")
async def test_an_inventory_of_names_alone_is_erased_again_after_a_stop_and_not_after_one_user_s_erasure(
    state: Path,
) -> None:
    """Nothing lies under the inventory's key itself: which of its keys went with it, the names' own keys tell."""
    sealer = sealer_in(state)
    contract = KeptContract(await sealer.seal_contract(signed_as(NUMBER)))
    async with ledger(state) as pool:
        await live(
            pool,
            state,
            contract,
            sealer,
            ("add_user", {"user": "u-1", "name": "Jānis Kalniņš"}),
            ("add_user", {"user": "u-2", "name": "Ilze Ozola"}),
            ("record_equipment", {"equipment": "pc-1", "name": "PC-1", "type": "PC", "assigned_user": "u-1"}),
        )
    back_up(state)

    async with ledger(state) as pool:
        await live(pool, state, contract, sealer, ("erase_user", {"user": "u-1"}))
        await obey(pool, contract, sealer)
    restore(state)
    back_up(state)
    async with ledger(state) as pool:
        assert json.loads((await checked(state, "--json"))[1])["left"] == 0
        assert [await count(pool, kind) for kind in ("users", "equipment")] == [1, 1]
        # The contract's own run has it all behind it; here it goes on from there.
        await live(pool, state, contract, sealer, ("stop_processing", {"signed_by": "Anna Bērziņa", "note": "Lūgums"}))
        await obey(pool, contract, sealer)
    restore(state)
    async with ledger(state) as pool:
        assert [await count(pool, kind) for kind in ("users", "equipment")] == [2, 1]
        assert json.loads((await checked(state, "--json"))[1])["left"] == 0
        assert [await count(pool, kind) for kind in ("users", "equipment")] == [0, 0]


async def obey(pool: Pool, contract: KeptContract, sealer: Sealer) -> None:
    """Destroy the keys that the last order names."""
    steps = erasing(pool, sealer)
    *_, order = (each for each in contract.orders if isinstance(each, ErasureOrder))
    if order.inventory_goes_on_under is not None:
        await sealer.keys.renew(contract_owner(NUMBER, "inventory"))
    assert (await steps.destroy_keys(order)).count
