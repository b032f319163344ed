"""The nightly run on a real PostgreSQL and key store: what is over its period goes on its day, and not a day before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool
from temporalio.api.common.v1 import Payload

from activities.audit import AuditTrail
from activities.ledger import retention, writing
from schemas.ledger import (
    ActTaken,
    Allocation,
    ContractUpdated,
    LedgerChange,
    PaymentBooked,
    PersonalDataErased,
)
from sealing import payloads
from sealing.errors import KeyDestroyed
from sealing.folder import FolderKeyStore
from sealing.keys import contract_owner, intake_owner
from sealing.master import MasterKeyFile
from sealing.sealer import Sealer
from tests.activities.offices import contact_set, everything, rows, signing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session"), pytest.mark.clause("GUIDE-4.5")]


async def apply(pool: Pool, number: str, at: datetime, *changes: LedgerChange) -> None:
    async with pool.acquire() as db, db.transaction():
        for change in changes:
            await writing.apply_change(db, number, at, change)


async def signed(pool: Pool, number: str) -> str:
    entry = await signing(number)
    async with pool.acquire() as db, db.transaction():
        await writing.begin_entry(db, entry.key, number, entry.at)
        for change in entry.changes:
            await writing.apply_change(db, number, entry.at, change)
        await writing.add_events(db, entry.key, number, entry.at, entry.events)
    return number


async def test_a_former_contact_is_kept_for_twelve_months(pool: Pool) -> None:
    number = await signed(pool, "KEPT-1")
    replaced = datetime(2026, 2, 10, 12, tzinfo=UTC)
    other = {"name": "Juris Ozols", "phone": "+37129000199", "email": "juris@example.lv"}
    await apply(pool, number, replaced, await contact_set(number, "administrator", other))
    assert len(await rows(pool, "contacts", number)) >= 3
    before = len(await rows(pool, "contacts", number))
    await retention.remove_a_batch(pool, date(2027, 2, 10))
    assert len(await rows(pool, "contacts", number)) == before
    assert (await retention.remove_a_batch(pool, date(2027, 2, 11)))["former_contacts"] == 1
    assert len(await rows(pool, "contacts", number)) == before - 1
    assert [row["until"] for row in await rows(pool, "contacts", number)] == [None] * (before - 1)


async def test_an_act_loses_its_fields_after_three_years_and_keeps_its_outcome(pool: Pool) -> None:
    number = await signed(pool, "KEPT-2")
    # 23:30 in Riga on 3 May is still 3 May there, though 20:30 in UTC.
    at = datetime(2026, 5, 3, 20, 30, tzinfo=UTC)
    taken = ActTaken(act_id="a", act="record_dispute", payload={"note": "sealed"}, outcome={"accepted": True})
    await apply(pool, number, at, taken)
    await retention.remove_a_batch(pool, date(2029, 5, 3))
    assert (await rows(pool, "acts", number))[0]["payload"] == {"note": "sealed"}
    await retention.remove_a_batch(pool, date(2029, 5, 4))
    [act] = await rows(pool, "acts", number)
    assert (act["payload"], act["outcome"]) == (None, {"accepted": True})


async def test_a_letter_loses_its_facts_after_three_years_unless_it_still_waits(pool: Pool) -> None:
    number = await signed(pool, "KEPT-3")
    for position, status in enumerate(("sent", "queued")):
        await pool.execute(
            "INSERT INTO letters (contract, message_key, message_id, channel, kind, role, facts, at, status)"
            " VALUES ($1, $2, $2, 'email', 'claim', 'administrator', $3, $4, $5)",
            number,
            f"{number}/{position}",
            {"open": "1.00"},
            datetime(2026, 5, 3, 12, tzinfo=UTC),
            status,
        )

    async def facts() -> list[Any]:
        return [row["facts"] for row in await rows(pool, "letters", number) if row["kind"] == "claim"]

    await retention.remove_a_batch(pool, date(2029, 5, 3))
    assert await facts() == [{"open": "1.00"}, {"open": "1.00"}]
    await retention.remove_a_batch(pool, date(2029, 5, 4))
    assert sorted(await facts(), key=str) == [{"open": "1.00"}, {}]


async def closed(pool: Pool, number: str) -> str:
    """Invoiced on 1 May 2016 and paid on 2 January 2017, which closes: long ago by the database's own clock too."""
    await signed(pool, number)
    closing = datetime(2017, 1, 2, 12, tzinfo=UTC)
    async with pool.acquire() as db, db.transaction():
        await db.execute(
            "INSERT INTO invoices (number, contract, from_day, to_day, issued_on, due_on, lines, net, vat, total)"
            " VALUES ('of ' || $1, $1, '2016-04-01', '2016-04-30', '2016-05-01', '2016-05-15', '[]', 100, 21, 121)",
            number,
        )
    paid = PaymentBooked(
        payment=f"{number}/1",
        amount="121.00",
        paid_on=date(2017, 1, 2),
        reference=None,
        allocations=(Allocation(invoice=f"of {number}", amount="121.00"),),
    )
    key = f"{number}/closing"
    async with pool.acquire() as db, db.transaction():
        await writing.begin_entry(db, key, number, closing)
        for change in (
            paid,
            PersonalDataErased(keep=()),
            ContractUpdated(stage="closed", ended_on=date(2016, 4, 30)),
        ):
            await writing.apply_change(db, number, closing, change)
        await db.execute(
            "INSERT INTO timeline (entry_key, contract, at, event, clauses, by, data)"
            " VALUES ($1, $2, $3, 'contract.closed', '{}', 'system', '{}')",
            key,
            number,
            closing,
        )
    return number


@pytest.mark.clause("GUIDE-4.6", "GUIDE-4.4")
async def test_a_closed_contract_goes_in_two_steps(pool: Pool) -> None:
    number = await closed(pool, "KEPT-4")
    whole = await everything(pool, number)
    await retention.remove_a_batch(pool, date(2020, 1, 2))
    assert (await everything(pool, number))["timeline"] == whole["timeline"]

    # Three years after 2 January 2017 the timeline goes; the books stay as they are.
    await retention.remove_a_batch(pool, date(2020, 1, 3))
    left = await everything(pool, number)
    assert {table for table, found in left.items() if found} == {
        "contracts",
        "content_versions",
        "invoices",
        "payments",
        "allocations",
        "journal",
    }
    assert left["invoices"] == whole["invoices"]

    # The payment was booked in 2017: five whole years after that one are over on 1 January 2023.
    await retention.remove_a_batch(pool, date(2022, 12, 31))
    assert (await everything(pool, number))["invoices"] == whole["invoices"]
    await retention.remove_a_batch(pool, date(2023, 1, 1))
    assert {table for table, found in (await everything(pool, number)).items() if found} == set()


async def test_a_contract_that_is_open_keeps_its_timeline(pool: Pool) -> None:
    number = await signed(pool, "KEPT-5")
    await retention.remove_a_batch(pool, date(2090, 1, 1))
    assert (await everything(pool, number))["timeline"]


async def test_an_intake_key_that_nobody_claimed_is_destroyed_after_a_day_and_told(pool: Pool, tmp_path: Path) -> None:
    made = datetime(2026, 5, 3, 20, tzinfo=UTC)
    keys = FolderKeyStore.made(tmp_path / "keys", MasterKeyFile(tmp_path / "master.json", make=True), lambda: made)
    audit = AuditTrail(sealer=Sealer(keys), clock=lambda: made)
    typed = await payloads.encoded_for_intake(keys, Payload(metadata={"encoding": b"json/plain"}, data=b'"Anna"'))
    intake = await keys.key(payloads.key_id_of(typed))
    own = await keys.begin(contract_owner("KEPT-6"))
    assert await retention.destroy_intake_keys(pool, audit, date(2026, 5, 4)) == 0
    assert await retention.destroy_intake_keys(pool, audit, date(2026, 5, 5)) == 1
    assert await retention.destroy_intake_keys(pool, audit, date(2026, 5, 6)) == 0
    [note] = await keys.notes("intake")
    assert (note.id, note.destroyed) == (intake.id, made)
    assert (await keys.key(own.id)).secret == own.secret
    with pytest.raises(KeyDestroyed):
        await payloads.opened(keys, typed)
    told = await pool.fetch("SELECT chain, actor, action, purpose FROM trail WHERE subject = $1", intake.id)
    assert [tuple(row) for row in told] == [("system", "system", "key.destroyed", "intake")]


async def test_however_many_intake_keys_there_are_a_batch_is_bounded(pool: Pool, tmp_path: Path) -> None:
    made = datetime(2026, 5, 3, 20, tzinfo=UTC)
    keys = FolderKeyStore.made(tmp_path / "keys", MasterKeyFile(tmp_path / "master.json", make=True), lambda: made)
    audit = AuditTrail(sealer=Sealer(keys), clock=lambda: made)
    for number in range(27):
        await keys.begin(intake_owner(f"many-{number}"))
    removed = [await retention.destroy_intake_keys(pool, audit, date(2026, 5, 5)) for _ in range(3)]
    assert removed == [25, 2, 0]
    assert [retention.is_more({"intake_keys": count}) for count in removed] == [True, False, False]
