"""The inventory's rows on a real PostgreSQL: references hold, an erased user is gone, pages are bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from asyncpg import Pool

from activities.ledger import inventory, writing
from schemas.intake import ActToSeal, SealedAct
from schemas.inventory import KINDS, InventoryKind, RecordsAsked
from schemas.ledger import (
    ActTaken,
    HandedOverErased,
    LedgerChange,
    PersonalDataErased,
    RecordKept,
    RecordRemoved,
    UserChanged,
    UserErased,
)
from schemas.timeline import Event
from schemas.vault import Grant
from terms.calendar import local
from terms.inventory import ERASED_USER
from tests.activities.offices import office, rows, signing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


async def registered(pool: Pool, number: str) -> str:
    entry = await signing(number)
    await apply(pool, number, *entry.changes)
    return number


async def apply(pool: Pool, number: str, *changes: LedgerChange, at: datetime = AT) -> None:
    async with pool.acquire() as db, db.transaction():
        for change in changes:
            await writing.apply_change(db, number, at, change)


def kept(kind: InventoryKind, record: str, /, references: dict[str, str] | None = None, **details: Any) -> RecordKept:
    return RecordKept(inventory=kind, record=record, details=details, references=references or {})


def act(act_id: str, user: str) -> ActTaken:
    return ActTaken(act_id=act_id, act="add_user", payload={"user": user, "name": "sealed"}, outcome={})


WHOLE = (
    kept("users", "u-1", name="sealed-1", note="sealed-2"),
    kept("users", "u-2", name="sealed-3"),
    kept("equipment", "pc-1", {"assigned_user": "u-1"}, name="sealed-4", type="Laptop", operating_system="Windows 11"),
    kept("licences", "office-1", {"assigned_user": "u-1"}, software="Office", expires_on="2027-01-31"),
    kept("licences", "office-2", {"assigned_workstation": "pc-1"}, software="Office"),
    kept("systems", "router", name="sealed-5", type="Router", location="sealed-6"),
    kept("credentials", "admin", {"system": "router"}, username="sealed-7", secret="sealed-8"),
)


async def listed(pool: Pool, number: str) -> dict[str, dict[str, Any]]:
    return {each.id: each.facts for kind in KINDS for each in await inventory.page(pool, number, kind)}


@pytest.mark.clause("IT-A1")
async def test_records_are_listed_by_what_tells_of_no_person(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-1")
    await apply(pool, number, *WHOLE)
    assert await listed(pool, number) == {
        "u-1": {},
        "u-2": {},
        "pc-1": {"type": "Laptop", "operating_system": "Windows 11", "assigned_user": "u-1"},
        "office-1": {"software": "Office", "expires_on": "2027-01-31", "assigned_user": "u-1"},
        "office-2": {"software": "Office", "assigned_workstation": "pc-1"},
        "router": {"type": "Router"},
        "admin": {"system": "router"},
    }
    [first] = await inventory.page(pool, number, "users", limit=1)
    assert (first.id, first.since) == ("u-1", local(AT))
    assert [each.id for each in await inventory.page(pool, number, "users", after="u-1", limit=1)] == ["u-2"]


async def test_a_record_stands_in_place_of_the_one_before_it(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-2")
    await apply(pool, number, *WHOLE)
    later = AT + timedelta(days=1)
    await apply(pool, number, kept("equipment", "pc-1", type="Desktop"), at=later)
    [row] = await rows(pool, "inventory_equipment", number)
    # A record is there since it first came.
    assert (row["details"], row["assigned_user"], row["since"]) == ({"type": "Desktop"}, None, AT)


@pytest.mark.clause("DPA-II.4.2")
async def test_a_users_data_is_updated_field_by_field(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-3")
    await apply(pool, number, *WHOLE)
    change = UserChanged(user="u-1", details={"name": "sealed-9", "login": "sealed-10"}, cleared=("note", "email"))
    await apply(pool, number, change)
    row, _ = await rows(pool, "inventory_users", number)
    assert row["details"] == {"name": "sealed-9", "login": "sealed-10"}


@pytest.mark.clause("DPA-I.1.1")
async def test_an_erased_user_is_gone_from_every_row_and_the_equipment_stays(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-4")
    await apply(pool, number, *WHOLE, act("a-1", "u-1"), act("a-2", "u-2"))
    await apply(pool, number, UserErased(user="u-1"))
    assert [row["id"] for row in await rows(pool, "inventory_users", number)] == ["u-2"]
    facts = await listed(pool, number)
    assert "assigned_user" not in facts["pc-1"] | facts["office-1"]
    assert facts["office-2"] == {"software": "Office", "assigned_workstation": "pc-1"}
    payloads = {row["act_id"]: row["payload"] for row in await rows(pool, "acts", number)}
    assert payloads == {"a-1": None, "a-2": {"user": "u-2", "name": "sealed"}}


async def test_what_named_a_record_that_is_gone_names_nothing(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-5")
    await apply(pool, number, *WHOLE)
    await apply(
        pool,
        number,
        RecordRemoved(inventory="equipment", record="pc-1"),
        RecordRemoved(inventory="systems", record="router"),
    )
    facts = await listed(pool, number)
    assert facts["office-2"] == {"software": "Office"}
    assert facts["admin"] == {}


async def test_a_record_cannot_name_what_another_contract_has(pool: Pool) -> None:
    number, other = await registered(pool, "ANNEX-6"), await registered(pool, "ANNEX-7")
    await apply(pool, other, *WHOLE)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await apply(pool, number, kept("equipment", "pc-1", {"assigned_user": "u-1"}))


async def test_the_ledger_says_which_ids_it_knows(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-8")
    await apply(pool, number, *WHOLE)
    asked = RecordsAsked(contract=number, ids={"users": ("u-1", "u-3"), "systems": ("router",), "licences": ("x",)})
    assert (await inventory.known(pool, asked)).ids == {"users": ("u-1",), "systems": ("router",), "licences": ()}


@pytest.mark.clause("IT-41", "IT-54", "DPA-I.1.1")
async def test_with_the_contracts_personal_data_all_of_it_is_erased(pool: Pool) -> None:
    number, other = await registered(pool, "ANNEX-9"), await registered(pool, "ANNEX-10")
    grant = Grant(
        credential="admin", specialist="support-1", granted_by="admin-1", granted_at=AT, until=AT + timedelta(hours=8)
    )
    for each in (number, other):
        await apply(pool, each, *WHOLE)
        async with pool.acquire() as db:
            await inventory.put_grant(db, each, grant)
    await apply(pool, number, PersonalDataErased(keep=("invoice_delivery",)))
    for table in (*inventory.TABLES.values(), "credential_grants"):
        assert await rows(pool, table, number) == []
        assert await rows(pool, table, other) != []


@pytest.mark.clause("IT-A2.21")
async def test_the_database_takes_no_grant_longer_than_eight_hours(pool: Pool) -> None:
    number = await registered(pool, "ANNEX-11")
    await apply(pool, number, *WHOLE)
    grant = Grant(
        credential="admin",
        specialist="support-1",
        granted_by="admin-1",
        granted_at=AT,
        until=AT + timedelta(minutes=481),
    )
    async with pool.acquire() as db:
        with pytest.raises(asyncpg.CheckViolationError):
            await inventory.put_grant(db, number, grant)


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    ("change", "number"), [(UserErased(user="u-1"), "INV-AGAIN-1"), (HandedOverErased(), "INV-AGAIN-2")]
)
async def test_an_erased_users_id_is_refused_before_its_key_is_destroyed(
    pool: Pool, tmp_path: Path, change: LedgerChange, number: str
) -> None:
    """Keys go some seconds after the rows: what was sealed under one in between would be lost with it."""
    await registered(pool, number)
    added = Event(event="user.added", clauses=("IT-A1",), by="staff", data={"user": "u-1"})
    async with pool.acquire() as db, db.transaction():
        assert await writing.begin_entry(db, f"{number}/added", number, AT)
        await writing.add_events(db, f"{number}/added", number, AT, [added])
    await apply(pool, number, kept("users", "u-1", name="sealed-1"))

    async with office(pool, tmp_path, 1) as activities:

        async def sealed(user: str) -> SealedAct:
            fields = {"user": user, "name": "Zane Ozola"}
            return await activities.seal_act(ActToSeal(contract=number, act="add_user", act_id="a-1", payload=fields))

        # While the user is there it is the contract's to refuse, and nobody else is concerned.
        assert (await sealed("u-1")).fault is None
        await apply(pool, number, change)
        assert (await sealed("u-1")).fault == ERASED_USER
        assert (await sealed("u-2")).fault is None
