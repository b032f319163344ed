"""`ligums restore-check`: a database restored from a backup, and a key store, each from before an erasure."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from activities.ledger import erasures, writing
from schemas.documents import DestroyedKey
from schemas.erasure import Certificate, ErasureOrder, HistoriesDeleted, certificate_id
from schemas.ledger import (
    ActTaken,
    Allocation,
    AuditReportMade,
    HandoverMade,
    PaymentBooked,
    PersonalDataErased,
    RecordKept,
    UserErased,
)
from schemas.state import EndingState
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from tests.activities.offices import everything, signed_as
from tests.erasure.support import AT, apply, back_up, checked, destroyed, erasing, ledger, opened, restore
from tests.sealing_keys import sealer_in
from tests.workflows.driven import DrivenContract

pytestmark = [pytest.mark.long, pytest.mark.real, pytest.mark.clause("GUIDE-5.2i")]

ERASED, USER, RUNNING = "RESTORED-1", "RESTORED-2", "RESTORED-3"


async def on_record(pool: Pool, sealer: Sealer, number: str) -> None:
    """A contract with contacts, an invoice, a payment with its remittance text, and two users."""
    contract = DrivenContract(await sealer.seal_contract(signed_as(number)))
    await contract.until(contract.now)
    async with pool.acquire() as db, db.transaction():
        for entry in contract.entries:
            await writing.begin_entry(db, entry.key, number, entry.at)
            for change in entry.changes:
                await writing.apply_change(db, number, entry.at, change)
            await writing.add_events(db, entry.key, number, entry.at, entry.events)
        await db.execute(
            "INSERT INTO invoices (number, contract, from_day, to_day, issued_on, due_on, lines, net, vat, total)"
            " VALUES ($1 || '/1', $1, '2026-04-01', '2026-04-30', '2026-05-01', '2026-05-15', '[]', 100, 21, 121)",
            number,
        )
    paid: dict[str, Any] = {"payment": f"{number}/p", "amount": "121.00", "paid_on": date(2026, 5, 2)}
    parts = (Allocation.model_validate({"invoice": f"{number}/1", "amount": "121.00"}),)
    remittance = await sealer.seal(number, "self", "Anna maksā")
    users = [
        RecordKept(inventory="users", record=user, details={"name": await sealer.seal(number, f"user-{user}", "Zane")})
        for user in ("u-1", "u-2")
    ]
    await apply(pool, number, PaymentBooked(**paid, reference=remittance, allocations=parts), *users)


async def certify(pool: Pool, number: str, phase: str, *keys: str) -> None:
    certificate = Certificate(
        id=certificate_id(number, phase),
        contract=number,
        phase=phase,
        reason="closed",
        erased_at=AT,
        issued_at=AT,
        erased=(),
        keys=tuple(DestroyedKey(key=key, destroyed_at=AT) for key in keys),
        histories=HistoriesDeleted(deleted=0),
        partners=(),
        kept=(),
        scan=(),
    )
    async with pool.acquire() as db:
        await erasures.keep_certificate(db, certificate)


async def erase(pool: Pool, sealer: Sealer) -> None:
    """What happened after the backup: one contract erased but for the address of a debt, one user of another."""
    await apply(pool, ERASED, PersonalDataErased(keep=("invoice_delivery",)))
    await sealer.keys.renew(contract_owner(ERASED))
    for name in ("self/1", "administrator/1", "user-u-1/1", "user-u-2/1"):
        await sealer.keys.destroy(f"contract/{ERASED}/{name}")
    await apply(pool, USER, UserErased(user="u-1"))
    await sealer.keys.destroy(f"contract/{USER}/user-u-1/1")


async def test_what_a_restored_database_brings_back_is_erased_again(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        for number in (ERASED, USER, RUNNING):
            await on_record(pool, sealer, number)
    back_up(state)
    async with ledger(state) as pool:
        await erase(pool, sealer)
        assert (await checked(state))[:2] == (
            0,
            "Contracts with something that had come back: 0; sealed values erased again: 0; keys destroyed again: 0; "
            "workflow runs deleted again: 0. Invoices and payments are kept.\n",
        )
        erased = {number: await everything(pool, number) for number in (ERASED, USER, RUNNING)}

    restore(state)
    async with ledger(state) as pool:
        assert len((await everything(pool, ERASED))["contacts"]) == 2
        assert await pool.fetchval("SELECT count(*) FROM inventory_users") == 6
        code, said, _ = await checked(state, "--json")
        # Of the first contract the administrator's three values, the remittance and two names; of the second one name.
        assert (code, json.loads(said)) == (
            0,
            {"contracts": 2, "values": 7, "keys": 0, "without_note": 0, "left": 0, "runs": 0, "runs_kept": 0},
        )
        again = {number: await everything(pool, number) for number in (ERASED, USER, RUNNING)}
        assert again == erased
        assert [row["details"] for row in again[ERASED]["contacts"]] != []
        assert [str(row["total"]) for row in again[ERASED]["invoices"]] == ["121.00"]
        users = await pool.fetch("SELECT contract, id FROM inventory_users ORDER BY 1, 2")
        assert [tuple(row) for row in users] == [
            (USER, "u-2"),
            (RUNNING, "u-1"),
            (RUNNING, "u-2"),
        ]
        # Nobody is to look for a certificate of what was certified before.
        assert await erasures.unfinished(pool, AT) == []
        told = await pool.fetch("SELECT chain, clauses FROM trail WHERE action = 'erased.again' ORDER BY chain")
        assert [tuple(row) for row in told] == [(ERASED, ["GUIDE-5.2i"]), (USER, ["GUIDE-5.2i"])]
        assert json.loads((await checked(state, "--json"))[1])["contracts"] == 0


async def test_keys_that_a_restored_key_store_brings_back_are_destroyed_again(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        await on_record(pool, sealer, ERASED)
        await apply(pool, ERASED, PersonalDataErased(keep=()))
        names = ("self", "administrator", "invoice_delivery")
        await certify(pool, ERASED, "data", *(f"contract/{ERASED}/{name}/1" for name in names))
        code, said, _ = await checked(state, "--json")
        assert (code, json.loads(said)["keys"]) == (0, 3)
        notes = {note.id: note.destroyed for note in await sealer_in(state).keys.notes(f"contract/{ERASED}")}
        assert all(notes[f"contract/{ERASED}/{name}/1"] for name in names)
        told = await pool.fetch("SELECT action, subject, purpose FROM trail WHERE chain = $1 ORDER BY subject", ERASED)
        assert [tuple(row) for row in told] == [
            ("key.destroyed", f"contract/{ERASED}/{name}/1", "restore-check")
            for name in ("administrator", "invoice_delivery", "self")
        ]
        assert (await checked(state, "--json"))[0] == 0


async def test_another_key_store_is_told_apart(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        await on_record(pool, sealer, ERASED)
        await certify(pool, ERASED, "data", f"contract/{ERASED}/technical_contact/1")
        code, said, error = await checked(state)
    assert (code, "keys destroyed again: 0" in said) == (1, True)
    assert error.startswith("1 keys that certificates call destroyed are unknown to the key store")


async def test_a_stack_whose_temporal_does_not_run_is_to_be_looked_at_again(state: Path) -> None:
    async with ledger(state) as pool:
        await on_record(pool, sealer_in(state), RUNNING)
        (state / "temporal").mkdir()
        code, said, error = await checked(state)
    assert (code, "workflow runs deleted again: 0" in said) == (1, True)
    assert error == (
        "workflow runs under destroyed keys were not all deleted: no Temporal is known; start the stack, or set "
        "TEMPORAL_ADDRESS, and run this again\n"
    )


async def handed_over(pool: Pool, sealer: Sealer, number: str) -> None:
    """Everything that a hand-over is of: equipment, a system, a licence, a credential, a finding, both documents."""
    sealed = partial(sealer.seal, number, "inventory")
    finding = {"severity": "high", "text": await sealed("Makonis Anna-PC"), "recommendation": await sealed("Mainīt")}
    await apply(
        pool,
        number,
        RecordKept(inventory="equipment", record="pc-1", details={"name": await sealed("Anna-PC"), "type": "PC"}),
        RecordKept(inventory="systems", record="s-1", details={"name": await sealed("Anna-rūteris"), "type": "router"}),
        RecordKept(inventory="licences", record="l-1", details={"software": "Office"}),
        RecordKept(
            inventory="credentials",
            record="c-1",
            details={"username": await sealed("anna"), "secret": await sealed("Slepenais-1")},
        ),
        ActTaken(act_id="audit", act="record_audit", payload={"findings": [finding]}, outcome={"accepted": True}),
        AuditReportMade(on=date(2026, 5, 1)),
        HandoverMade(on=date(2026, 5, 2)),
    )


async def held(pool: Pool, number: str) -> dict[str, list[tuple[Any, ...]]]:
    """What is left of a contract in the tables that a hand-over is made of."""
    tables = ("inventory_users", "inventory_equipment", "inventory_licences", "inventory_systems", "credentials")
    found = {}
    for table in (*tables, "documents", "acts"):
        rows = await pool.fetch(f"SELECT * FROM {table} WHERE contract = $1 ORDER BY 1, 2", number)
        found[table] = [tuple(row) for row in rows]
    return found


@pytest.mark.clause("IT-41", "DPA-II.3.2")
async def test_what_was_handed_over_cannot_be_read_in_a_backup_from_before_its_confirmation(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        await on_record(pool, sealer, ERASED)
        await handed_over(pool, sealer, ERASED)
        assert {"Anna-PC", "Anna-rūteris", "Slepenais-1", "Mainīt", "Zane"} < set(await opened(pool, sealer, ERASED))
    back_up(state)

    async with ledger(state) as pool:
        contract = DrivenContract(await sealer.seal_contract(signed_as(ERASED)))
        await contract.until(contract.now)
        contract.state.stage = "ended"
        contract.state.ending = EndingState(ended_on=date(2026, 4, 30), handed_over=True)
        assert (await contract.act("confirm_handover")).accepted
        [order] = [each for each in contract.orders if isinstance(each, ErasureOrder)]
        await apply(pool, ERASED, *(each for each in contract.entries[-1].changes if not isinstance(each, ActTaken)))
        gone = await destroyed(erasing(pool, sealer), order)
        names = ("inventory", "user-u-1", "user-u-2")
        assert gone == [f"contract/{ERASED}/{name}/1" for name in names]
        assert [note.id for note in await sealer.keys.notes(f"contract/{ERASED}") if note.destroyed is None] == [
            f"contract/{ERASED}/{name}/1" for name in ("administrator", "invoice_delivery", "self")
        ]
        told = await pool.fetch("SELECT subject FROM trail WHERE action = 'key.destroyed' ORDER BY subject")
        assert [row["subject"] for row in told] == gone
        erased = await held(pool, ERASED)

    restore(state)
    async with ledger(state) as pool:
        assert await pool.fetchval("SELECT count(*) FROM credentials") == 1
        # Contacts and the remittance are under other keys, and are the contract's until its erasure day.
        assert sorted({*await opened(pool, sealer, ERASED)} & {"Anna-PC", "Slepenais-1", "Mainīt", "Zane"}) == []
        code, said, _ = await checked(state, "--json")
        # Rows: 2 users, 1 equipment, 1 system, 2 of a credential, 2 of a finding: 8. The report has all but the
        # credential: 6. The package has the inventory 4, the credential 2, and the report again 6: 12.
        assert (code, json.loads(said)) == (
            0,
            {"contracts": 1, "values": 26, "keys": 0, "without_note": 0, "left": 0, "runs": 0, "runs_kept": 0},
        )
        assert await held(pool, ERASED) == erased
        assert json.loads((await checked(state, "--json"))[1])["values"] == 0


@pytest.mark.clause("DPA-II.3.1")
async def test_what_was_recorded_since_a_stop_is_not_erased_with_what_came_before_it(state: Path) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        await on_record(pool, sealer, RUNNING)
        await sealer.seal(RUNNING, "inventory", "Anna-PC")
        await sealer.keys.renew(contract_owner(RUNNING, "inventory"))
        await sealer.keys.destroy(f"contract/{RUNNING}/inventory/1")
        await handed_over(pool, sealer, RUNNING)
        await sealer.keys.destroy(f"contract/{RUNNING}/user-u-1/1")
        code, said, _ = await checked(state, "--json")
        # One user's name, in the inventory and in both documents, one of which has the other in it.
        assert (code, json.loads(said)["values"], json.loads(said)["left"]) == (0, 4, 0)
        assert {"Anna-PC", "Anna-rūteris", "Slepenais-1", "Mainīt"} < set(await opened(pool, sealer, RUNNING))
