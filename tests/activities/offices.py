"""Activities as a worker has them, beside a mail server that can be up or down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from asyncpg import Pool

from activities.contract import ContractActivities
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.contract import Contact, InvoiceDelivery, SignedContract
from schemas.ledger import ContactRole, ContactSet, Entry
from tests.schemas.documents import contract as document
from tests.sealing_keys import sealer
from tests.workflows.driven import DrivenContract


def signed_as(number: str, **customer: Any) -> SignedContract:
    signed = document() | {"number": number}
    signed["customer"] |= customer
    return SignedContract.model_validate(signed)


async def signing(number: str, **customer: Any) -> Entry:
    """The entry with which a contract goes on record."""
    contract = DrivenContract(await sealer().seal_contract(signed_as(number, **customer)))
    await contract.until(contract.now)
    [entry] = contract.entries
    return entry


async def contact_set(contract: str, role: ContactRole, details: dict[str, Any]) -> ContactSet:
    """A contact as it reaches the ledger: sealed."""
    model = InvoiceDelivery if role == "invoice_delivery" else Contact
    await sealer().begin(contract)
    sealed = {name: await sealer().seal(contract, role, value) for name, value in details.items()}
    return ContactSet(role=role, contact=model.model_validate(sealed))


@asynccontextmanager
async def office(pool: Pool, folder: Path, smtp_port: int) -> AsyncIterator[ContractActivities]:
    settings = Settings(smtp_port=smtp_port, partners_folder=folder / "partners", sms_folder=folder / "sms")
    async with contract_activities(settings, pool, sealer()) as activities:
        yield activities


async def rows(pool: Pool, table: str, contract: str) -> list[dict[str, Any]]:
    """What a table holds of a contract."""
    key = "number" if table == "contracts" else "contract"
    return [dict(row) for row in await pool.fetch(f"SELECT * FROM {table} WHERE {key} = $1 ORDER BY 1", contract)]


TABLES = (
    "contracts",
    "entries",
    "timeline",
    "contacts",
    "content_versions",
    "invoices",
    "payments",
    "allocations",
    "journal",
    "billed_days",
    "billed_once",
    "acts",
    "letters",
)


async def everything(pool: Pool, contract: str) -> dict[str, list[dict[str, Any]]]:
    return {table: await rows(pool, table, contract) for table in TABLES}
