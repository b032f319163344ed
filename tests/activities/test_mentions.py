"""Records that tell of erased users: looked for once for all who leave, and whatever becomes of the records' keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from asyncpg import Pool

from activities.contract import ContractActivities
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.inventory_acts import AddUser, RecordEquipment, RecordSystem
from schemas.ledger import AuditReportMade, Entry, HandoverMade, LedgerChange, RecordKept, UserErased
from schemas.sealed import sealed_value
from sealing.sealer import Sealer
from tests.activities.offices import rows, signed_as
from tests.ports import free_port
from tests.sealing_keys import sealer_in
from tests.workflows.driven import DrivenContract

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
ON = date(2026, 5, 4)


class Ledger:
    """A contract's records as its activities write them."""

    def __init__(self, number: str, pool: Pool, sealer: Sealer, activities: ContractActivities) -> None:
        self.number, self.pool, self.sealer, self.activities = number, pool, sealer, activities
        self.entries = 0

    async def take(self, *changes: LedgerChange) -> None:
        self.entries += 1
        entry = Entry(key=f"{self.number}/{self.entries}", contract=self.number, at=AT, changes=changes)
        assert (await self.activities.record(entry)).done

    async def user(self, record: str, name: str, **more: str) -> RecordKept:
        fields = {"user": record, "name": name, **more}
        sealed = await self.sealer.seal_document(self.number, AddUser, fields, act_id=f"user/{record}")
        return RecordKept(inventory="users", record=record, details=_details(sealed, "user"))

    async def workstation(self, record: str, name: str, user: str | None = None) -> RecordKept:
        fields = {"equipment": record, "name": name, "type": "PC"}
        sealed = await self.sealer.seal_document(self.number, RecordEquipment, fields, act_id=f"pc/{record}")
        references = {"assigned_user": user} if user else {}
        return RecordKept(
            inventory="equipment", record=record, details=_details(sealed, "equipment"), references=references
        )

    async def system(self, record: str, responsible: str) -> RecordKept:
        fields = {"system": record, "name": record, "type": "NAS", "responsible": responsible}
        sealed = await self.sealer.seal_document(self.number, RecordSystem, fields, act_id=f"system/{record}")
        return RecordKept(inventory="systems", record=record, details=_details(sealed, "system"))

    async def named(self) -> dict[str, str]:
        """Which workstations and systems still have a name or a responsible person, sealed."""
        found = await rows(self.pool, "inventory_equipment", self.number)
        systems = await rows(self.pool, "inventory_systems", self.number)
        values = [(row["id"], row["details"].get("name")) for row in found]
        values += [(row["id"], row["details"].get("responsible")) for row in systems]
        return {record: value for record, value in values if value is not None}

    async def keys_to_go(self) -> set[str]:
        """Of values, as they are noted for the erasure."""
        query = "SELECT unnest(keys) AS key FROM erased_rows WHERE contract = $1"
        return {row["key"] for row in await self.pool.fetch(query, self.number)}

    async def opened(self) -> dict[str, int]:
        """How many values of each field the audit trail tells as opened to find who is named."""
        found = await self.pool.fetch(
            "SELECT details FROM trail WHERE chain = $1 AND action = 'opened' AND purpose = 'user.erased'", self.number
        )
        counts: dict[str, int] = {}
        for row in found:
            for field, count in row["details"]["fields"].items():
                counts[field] = counts.get(field, 0) + count
        return counts


def _details(sealed: dict[str, Any], record: str) -> dict[str, Any]:
    return {name: value for name, value in sealed.items() if name != record}


def key_of(value: str) -> str:
    parts = sealed_value(value)
    assert parts is not None
    return parts.key_id


@asynccontextmanager
async def kept(pool: Pool, number: str, folder: Path, sealer: Sealer | None = None) -> AsyncIterator[Ledger]:
    """No mail server is up, so that whatever letters there are wait."""
    own = sealer or sealer_in(folder)
    settings = Settings(smtp_port=free_port(), partners_folder=folder / "partners", sms_folder=folder / "sms")
    async with contract_activities(settings, pool, own) as activities:
        contract = DrivenContract(await own.seal_contract(signed_as(number)))
        await contract.until(contract.now)
        [entry] = contract.entries
        await activities.record(entry)
        yield Ledger(number, pool, own, activities)


@pytest.mark.clause("IT-24.2", "DPA-I.1.1")
async def test_for_three_who_leave_at_once_each_value_is_opened_once_and_each_document_rewritten_once(
    dsn: str, pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "MENTIONS-1", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Kalniņš", login="j.k"),
            await ledger.user("u-2", "Ilze Ozola"),
            await ledger.user("u-3", "Anna Bērziņa"),
            await ledger.user("u-4", "Juris Briedis"),
            await ledger.workstation("pc-1", "Jāņa Kalniņa dators"),
            await ledger.workstation("pc-2", "PC j.k-01", "u-4"),
            await ledger.workstation("pc-3", "BERZINA-PC"),
            await ledger.workstation("pc-4", "BRIEZA-PC", "u-4"),
        )
        await ledger.take(AuditReportMade(on=ON), HandoverMade(on=ON))
        before = await ledger.named()
        async with rewritten(dsn) as documents:
            await ledger.take(*(UserErased(user=user) for user in ("u-1", "u-2", "u-3")))
        # Three names and one login; the four workstations once each, not once for each who leaves.
        assert await ledger.opened() == {"users.name": 3, "users.login": 1, "inventory.mention": 4}
        assert documents == ["audit_report", "handover_package"]
        assert await ledger.named() == {"pc-4": before["pc-4"]}
        assert await ledger.keys_to_go() == {key_of(before[each]) for each in ("pc-1", "pc-2", "pc-3")}
        for row in await rows(pool, "documents", ledger.number):
            listed = row["content"]["inventory"]
            assert [each["user"] for each in listed["users"]] == ["u-4"]
            assert [each.get("name") for each in listed["equipment"]] == [None, None, None, before["pc-4"]]
        # Three users, and three names of workstations.
        erased = await rows(pool, "erased_rows", ledger.number)
        assert [(row["category"], row["rows"]) for row in erased] == [("inventory", 3), ("inventory", 3)]


@asynccontextmanager
async def rewritten(dsn: str) -> AsyncIterator[list[str]]:
    """The kind of a document for each time that one is written anew, as the database sees it."""
    found: list[str] = []
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_NOTING)
        yield found
        found += [row["kind"] for row in await owner.fetch("SELECT kind FROM rewritten ORDER BY kind")]
        await owner.execute("DROP TRIGGER rewritten ON documents; DROP FUNCTION note_rewritten; DROP TABLE rewritten")
    finally:
        await owner.close()


_NOTING = """
    CREATE TABLE rewritten (kind text);
    CREATE FUNCTION note_rewritten() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN INSERT INTO rewritten VALUES (NEW.kind); RETURN NEW; END $$;
    CREATE TRIGGER rewritten AFTER UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION note_rewritten();
"""
