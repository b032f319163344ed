"""Records of an inventory as a contract's activities write them, sealed, and what is noted as users are erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from asyncpg import Pool

from activities.contract import ContractActivities
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.inventory_acts import AddUser, RecordEquipment, RecordSystem, StoreCredential
from schemas.ledger import ActTaken, Entry, LedgerChange, RecordKept
from schemas.sealed import sealed_value
from sealing.sealer import Sealer
from tests.activities.offices import rows, signed_as
from tests.ports import free_port
from tests.sealing_keys import sealer_in
from tests.workflows.driven import DrivenContract

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

    async def workstation(self, record: str, name: str, user: str | None = None, act_id: str = "") -> RecordKept:
        fields = {"equipment": record, "name": name, "type": "PC"}
        sealed = await self.sealer.seal_document(self.number, RecordEquipment, fields, act_id=act_id or f"pc/{record}")
        references = {"assigned_user": user} if user else {}
        return RecordKept(
            inventory="equipment", record=record, details=_details(sealed, "equipment"), references=references
        )

    async def system(self, record: str, responsible: str) -> RecordKept:
        fields = {"system": record, "name": record, "type": "NAS", "responsible": responsible}
        sealed = await self.sealer.seal_document(self.number, RecordSystem, fields, act_id=f"system/{record}")
        return RecordKept(inventory="systems", record=record, details=_details(sealed, "system"))

    async def credential(self, record: str, act_id: str = "", **fields: str) -> RecordKept:
        """As an act under `act_id` brings it, which is on record once `stored` says so."""
        given = {"credential": record, "username": "admin", "secret": "Koks-77", **fields}
        sealed = await self.sealer.seal_document(
            self.number, StoreCredential, given, act_id=act_id or f"credential/{record}"
        )
        return RecordKept(inventory="credentials", record=record, details=_details(sealed, "credential"))

    def stored(self, act_id: str) -> ActTaken:
        """The act itself, of whose fields nothing is kept."""
        return ActTaken(act_id=act_id, act="store_credential", payload=None, outcome={"accepted": True})

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
async def at_work(pool: Pool, folder: Path, sealer: Sealer) -> AsyncIterator[ContractActivities]:
    """No mail server is up, so that whatever letters there are wait."""
    settings = Settings(smtp_port=free_port(), partners_folder=folder / "partners", sms_folder=folder / "sms")
    async with contract_activities(settings, pool, sealer) as activities:
        yield activities


@asynccontextmanager
async def kept(pool: Pool, number: str, folder: Path, sealer: Sealer | None = None) -> AsyncIterator[Ledger]:
    """The ledger of a contract that has just been signed."""
    own = sealer or sealer_in(folder)
    async with at_work(pool, folder, own) as activities:
        contract = DrivenContract(await own.seal_contract(signed_as(number)))
        await contract.until(contract.now)
        [entry] = contract.entries
        await activities.record(entry)
        yield Ledger(number, pool, own, activities)
