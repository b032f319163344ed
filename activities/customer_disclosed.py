"""A customer as the distributor gets it: its contact opened where it is used, and both told on the audit trail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import Pool, Record
from temporalio.exceptions import ApplicationError

from activities.audit import AuditTrail
from activities.ledger import reading, trail
from activities.partners.also.registration import NewCompany
from activities.post.openings import Openings
from schemas.distribution import RegisterCustomer
from sealing.sealer import Sealer

ROLE = "administrator"
PURPOSE = "distributor"
CLAUSE = "M365-13"


class CustomerDisclosed:
    """Reads customers from the ledger, and notes that ALSO has their contact."""

    def __init__(self, *, pool: Pool, sealer: Sealer, audit: AuditTrail) -> None:
        self._pool = pool
        self._sealer = sealer
        self._audit = audit

    async def identity(self, contract: str) -> tuple[str, str | None]:
        """The company's name and VAT number, by which the distributor may know it."""
        row = await self._contract(contract)
        return row["customer_name"], row["vat_number"]

    @asynccontextmanager
    async def opened(self, asked: RegisterCustomer) -> AsyncIterator[NewCompany]:
        """The customer with its administrator's contact in clear. Raises ApplicationError, SealingError.

        Whatever becomes of it, the trail tells that it was opened.
        """
        row = await self._contract(asked.contract)
        details = await reading.contact(self._pool, asked.contract, ROLE)
        if details is None:
            raise _missing(f"contract {asked.contract} has no administrator to be registered with")
        openings = Openings(self._sealer)
        try:
            yield NewCompany(
                reference=asked.reference,
                name=row["customer_name"],
                vat_number=row["vat_number"],
                legal_address=row["legal_address"],
                domain=asked.tenant_domain,
                contact_name=await openings.open(details["name"], "name"),
                contact_email=await openings.open(details["email"], "email"),
                contact_phone=await openings.open(details["phone"], "phone"),
            )
        finally:
            async with self._pool.acquire() as db, db.transaction():
                await self._audit.opened(db, asked.contract, openings.found, PURPOSE, clauses=(CLAUSE,))

    async def was_disclosed(self, contract: str) -> None:
        """Tell on the trail, once, that ALSO has the contact.

        It is told when the customer is found there, so also by the try after one whose answer was lost.
        """
        async with self._pool.acquire() as db, db.transaction():
            await trail.hold(db, contract)
            if not await trail.is_disclosed(db, contract, ROLE, PURPOSE):
                await self._audit.disclosed(db, contract, ROLE, PURPOSE, CLAUSE)

    async def _contract(self, contract: str) -> Record:
        row = await reading.contract_row(self._pool, contract)
        if row is None:
            raise _missing(f"contract {contract} is not on record")
        return row


def _missing(what: str) -> ApplicationError:
    return ApplicationError(what, type="CustomerUnknown", non_retryable=True)
