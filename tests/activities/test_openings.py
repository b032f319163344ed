"""What is opened for a letter is on the trail as opened, and as disclosed only once it left; a faulty key is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from activities.contract import ContractActivities
from activities.ledger.attention import facts
from runtime.embedded.mailbox import smtp_sandbox
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.ledger import Entry, HandoverMade, LedgerChange, LettersWaiting, Recorded, RecordKept
from schemas.mail import Letter, MailKind
from schemas.timeline import Event
from sealing.sealer import Sealer
from terms.attention import items
from terms.purposes import NoPurpose
from tests.activities.offices import signed_as
from tests.ports import free_port
from tests.sealing_keys import sealer_in
from tests.workflows.driven import DrivenContract

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 17, 12, 5, tzinfo=UTC)
ON = date(2026, 3, 17)


@asynccontextmanager
async def office(pool: Pool, sealer: Sealer, folder: Path, port: int) -> AsyncIterator[ContractActivities]:
    settings = Settings(smtp_port=port, partners_folder=folder / "partners", sms_folder=folder / "sms")
    async with contract_activities(settings, pool, sealer) as activities:
        yield activities


async def signing(sealer: Sealer, number: str) -> Entry:
    contract = DrivenContract(await sealer.seal_contract(signed_as(number)))
    await contract.until(contract.now)
    [entry] = contract.entries
    return entry


def entry(number: str, key: str, *changes: LedgerChange, **more: Any) -> Entry:
    return Entry(key=f"{number}/{key}", contract=number, at=AT, changes=changes, **more)


def claim(number: str) -> Entry:
    told = {"contract": number, "invoice": "BB-1", "due_on": "2026-04-15", "days_overdue": 1, "open": "211.75"}
    return entry(number, "claim", letters=(Letter(kind=MailKind.CLAIM, role="invoice_delivery", facts=told),))


async def hand_over(sealer: Sealer, number: str) -> Entry:
    """Two users and two workstations go to the administrator."""
    users = [
        RecordKept(inventory="users", record=user, details={"name": await sealer.seal(number, f"user-{user}", "Zane")})
        for user in ("u-1", "u-2")
    ]
    workstations = [
        RecordKept(
            inventory="equipment",
            record=each,
            details={
                "name": await sealer.seal(number, "inventory", "Zane-PC"),
                "type": "PC",
                "serial_number": await sealer.seal(number, "inventory", "S-1"),
            },
        )
        for each in ("pc-1", "pc-2")
    ]
    told = {"contract": number, "on": ON.isoformat(), "erase_on": "2026-03-31"}
    letter = Letter(kind=MailKind.HANDOVER_PACKAGE, role="administrator", facts=told)
    return entry(number, "handover", *users, *workstations, HandoverMade(on=ON), letters=(letter,))


async def on_trail(pool: Pool, number: str, kind: str) -> list[tuple[str, str, Any]]:
    rows = await pool.fetch(
        "SELECT action, subject, details FROM trail WHERE chain = $1 AND purpose = $2 ORDER BY seq", number, kind
    )
    return [(row["action"], row["subject"].removeprefix(f"contract/{number}/"), row["details"]) for row in rows]


async def keys_to_put_back(pool: Pool, number: str) -> list[str]:
    """Why they are due."""
    found = [each async for each in facts(pool, NOW) if each.contract == number]
    due = [item for each in found for item in items(each, [each.plan or ""])]
    return [item.why for item in due if item.what == "Put a key back"]


@pytest.mark.clause("IT-61", "IT-41")
async def test_a_package_is_told_as_opened_each_time_and_as_disclosed_once_it_left(pool: Pool, tmp_path: Path) -> None:
    number, sealer, port = "OPENED-1", sealer_in(tmp_path), free_port()
    opened = [
        ("opened", "administrator/1", {"fields": {"email": 1}}),
        ("opened", "user-u-1/1", {"fields": {"inventory.users.name": 1}}),
        ("opened", "user-u-2/1", {"fields": {"inventory.users.name": 1}}),
        ("opened", "inventory/1", {"fields": {"inventory.equipment.name": 2, "inventory.equipment.serial_number": 2}}),
    ]
    async with office(pool, sealer, tmp_path, port) as activities:
        await activities.record(await signing(sealer, number))
        assert (await activities.record(await hand_over(sealer, number))).unsent == 2
        assert sorted(map(str, await on_trail(pool, number, "handover_package"))) == sorted(map(str, opened))
        async with smtp_sandbox(tmp_path / "mail", port=port):
            assert (await activities.send_letters(LettersWaiting(contract=number, at=AT))).unsent == 0
    # The passphrase, too, is of the key that goes with what was handed over.
    assert await pool.fetchval("SELECT key_id FROM documents WHERE contract = $1", number) == (
        f"contract/{number}/inventory/1"
    )
    told = await on_trail(pool, number, "handover_package")
    assert [row for row in told if row[0] == "disclosure"] == [("disclosure", ON.isoformat(), {})]
    assert sorted(map(str, told)) == sorted(map(str, [*opened, *opened, ("disclosure", ON.isoformat(), {})]))


@pytest.mark.clause("IT-61")
async def test_what_became_of_a_letter_and_what_was_opened_for_it_are_on_record_at_once(
    pool: Pool, tmp_path: Path
) -> None:
    """In one transaction, so that no crash leaves a letter dealt with of whose openings nothing is told."""
    number, sealer = "OPENED-2", sealer_in(tmp_path)
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, sealer, tmp_path, mail.port) as activities:
        await activities.record(await signing(sealer, number))
        await activities.record(await hand_over(sealer, number))
    letters = await pool.fetch(
        "SELECT kind, xmin::text AS wrote FROM letters WHERE contract = $1 AND channel = 'email' ORDER BY id", number
    )
    assert [row["kind"] for row in letters] == ["contract_received", "handover_package"]
    for row in letters:
        told = await pool.fetch(
            "SELECT xmin::text AS wrote FROM trail WHERE chain = $1 AND purpose = $2 AND action = 'opened'",
            number,
            row["kind"],
        )
        # The address alone, or with it two users' names and what is under the inventory's key.
        assert len(told) == (1 if row["kind"] == "contract_received" else 4)
        assert {each["wrote"] for each in told} == {row["wrote"]}


@pytest.mark.clause("IT-61")
async def test_what_was_opened_for_a_letter_that_came_to_nothing_is_told_all_the_same(
    pool: Pool, tmp_path: Path
) -> None:
    """The worker is stopped while the mail server keeps it waiting: the letter's own transaction is rolled back."""
    number, sealer, port, called = "OPENED-3", sealer_in(tmp_path), free_port(), asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    opened = ("opened", "administrator/1", {"fields": {"email": 1}})
    async with office(pool, sealer, tmp_path, port) as activities:
        # Nobody listens yet: opened once, and told with the letter's waiting.
        assert (await activities.record(await signing(sealer, number))).unsent == 1
        assert await on_trail(pool, number, "contract_received") == [opened]
        async with await asyncio.start_server(say_nothing, "127.0.0.1", port):
            sending = asyncio.create_task(activities.send_letters(LettersWaiting(contract=number, at=AT)))
            await asyncio.wait_for(called.wait(), 20)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
    assert await pool.fetchval("SELECT status FROM letters WHERE contract = $1", number) == "queued"
    assert await on_trail(pool, number, "contract_received") == [opened, opened]


@pytest.mark.clause("IT-61")
@pytest.mark.parametrize("fault", ["missing", "tampered", "damaged"])
async def test_a_letter_waits_for_a_key_that_is_faulty_and_a_person_is_told(
    pool: Pool, tmp_path: Path, fault: str
) -> None:
    number = f"FAULTY-{fault}"
    file = tmp_path / "keys" / "contract" / number / "invoice_delivery.1.key"
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail:
        sealer = sealer_in(tmp_path)
        async with office(pool, sealer, tmp_path, mail.port) as activities:
            await activities.record(await signing(sealer, number))
            whole = file.read_bytes()
            if fault == "missing":
                file.unlink()
            else:
                file.write_bytes(_tampered(whole) if fault == "tampered" else whole[:-1])
            assert await activities.record(claim(number)) == Recorded(done=True, unsent=1, sent=())
            assert await keys_to_put_back(pool, number) == [
                f"1 × claim to invoice_delivery (email) waits for key contract/{number}/invoice_delivery/1, which is"
                " missing or damaged; its backup has it"
            ]
            file.write_bytes(whole)
            assert await activities.send_letters(LettersWaiting(contract=number, at=AT)) == Recorded(
                done=True, unsent=0, sent=()
            )
    assert await keys_to_put_back(pool, number) == []
    assert await pool.fetchval("SELECT status FROM letters WHERE contract = $1 AND kind = 'claim'", number) == "sent"


@pytest.mark.clause("IT-5")
async def test_a_confirmation_that_waits_for_a_key_leaves_with_its_record_alone(pool: Pool, tmp_path: Path) -> None:
    number = "FAULTY-5"
    file = tmp_path / "keys" / "contract" / number / "administrator.1.key"
    told = {"contract": number, "on": "2026-03-17", "plan": "Standarta", "users": 14}
    letter = Letter(kind=MailKind.SERVICE_CONFIRMED, role="administrator", facts=told)
    event = Event(event="service.confirmed", clauses=("IT-5",), by="system", data={"on": "2026-03-17"})
    confirmation = entry(number, "confirmation", letters=(letter,), events=(event,), send_first=True)
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail:
        sealer = sealer_in(tmp_path)
        async with office(pool, sealer, tmp_path, mail.port) as activities:
            await activities.record(await signing(sealer, number))
            whole = file.read_bytes()
            file.write_bytes(_tampered(whole))
            assert await activities.record(confirmation) == Recorded(done=False, sent=())
            assert len(await keys_to_put_back(pool, number)) == 1
            file.write_bytes(whole)
            # Nothing else that is sent takes it along.
            await activities.send_letters(LettersWaiting(contract=number, at=AT))
            assert await pool.fetchval("SELECT count(*) FROM timeline WHERE contract = $1", number) == 1
            assert (await activities.record(confirmation)).done
    assert (
        await pool.fetchval("SELECT status FROM letters WHERE contract = $1 AND kind = 'service_confirmed'", number)
        == "sent"
    )
    assert await keys_to_put_back(pool, number) == []


def _tampered(file: bytes) -> bytes:
    document = json.loads(file)
    wrapped = document["wrapped"]
    document["wrapped"] = ("B" if wrapped[0] == "A" else "A") + wrapped[1:]
    return json.dumps(document).encode()


@pytest.mark.clause("DPA-II.1.1")
async def test_nothing_is_opened_for_what_the_contract_does_not_ask_for(pool: Pool, tmp_path: Path) -> None:
    number, sealer = "OPENED-4", sealer_in(tmp_path)
    async with office(pool, sealer, tmp_path, free_port()) as activities, pool.acquire() as db, db.transaction():
        with pytest.raises(NoPurpose):
            await activities.audit.opened(db, number, {f"contract/{number}/self/1": {"note": 1}}, "marketing")
    assert await on_trail(pool, number, "marketing") == []
