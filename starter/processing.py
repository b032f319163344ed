"""The record of processing, put together for whoever is to show it (DPA-II.1.8, DPA-II.4.7, DPA-II.4.8)."""

from __future__ import annotations

from asyncpg import Pool, Record

from activities.audit import AuditTrail
from activities.ledger import processing, reading
from activities.ledger.recipients import recipients
from activities.post.openings import Openings
from schemas.processing import (
    ControllerAct,
    NamedSubProcessor,
    ProcessedCategory,
    ProcessingParty,
    ProcessingRecord,
)
from schemas.provider import Provider
from sealing.errors import KeyDestroyed
from sealing.sealer import Sealer
from terms.calendar import local
from terms.retention import SECURITY_MEASURES, TABLE

PURPOSE = "processing"


async def processing_record(
    pool: Pool,
    sealer: Sealer,
    audit: AuditTrail,
    provider: Provider,
    *,
    number: str,
    region: str | None,
    by: str,
    with_silenced: bool,
) -> ProcessingRecord | None:
    """The record of a contract as it stands, opened for the account `by`, which goes on the audit trail (IT-61).

    What the law forbids to tell the controller is in it only `with_silenced`, for an authority (DPA-II.4.3).
    None where there is no such contract. Raises SealingError while a key cannot be had.
    """
    contract = await reading.contract_row(pool, number)
    if contract is None:
        return None
    rows = await processing.controller_acts(pool, number, with_silenced=with_silenced)
    openings = Openings(sealer)
    try:
        acts = tuple([await _act(row, openings) for row in rows])
    finally:
        if openings.found:
            async with pool.acquire() as db, db.transaction():
                await audit.opened(db, number, openings.found, PURPOSE, by)
    return ProcessingRecord(
        contract=number,
        with_silenced=with_silenced,
        controller=ProcessingParty(
            name=contract["customer_name"],
            registration_number=contract["registration_number"],
            address=contract["legal_address"],
        ),
        processor=ProcessingParty(
            name=provider.name, registration_number=provider.registration_number, address=provider.address
        ),
        data_protection_officer=provider.data_protection_officer,
        region=region,
        sub_processors=tuple(NamedSubProcessor(name=one.name, country=one.country) for one in provider.sub_processors),
        recipients=await recipients(pool, number),
        categories=_categories(),
        security_measures=SECURITY_MEASURES,
        acts=acts,
        older_acts=await processing.count_of_controller_acts(pool, number, with_silenced=with_silenced) - len(acts),
    )


async def _act(row: Record, openings: Openings) -> ControllerAct:
    words = None
    if row["note"] is not None:
        try:
            words = await openings.open(row["note"], "note")
        except KeyDestroyed:
            words = None
    return ControllerAct(
        at=local(row["at"]), act=row["act"], told=row["told"] or {}, words=words, silenced=row["silenced"]
    )


def _categories() -> tuple[ProcessedCategory, ...]:
    return tuple(
        ProcessedCategory(
            category=rule.category,
            holds=rule.holds,
            purpose=rule.purpose,
            basis=rule.basis,
            period=str(rule.period) if rule.period else None,
            starts=rule.starts,
        )
        for rule in TABLE.values()
    )
