"""What becomes of letters: sent, refused, waiting, by post, to nobody; and what an erasure leaves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from runtime.embedded.mailbox import smtp_sandbox
from schemas.ledger import (
    ActTaken,
    Entry,
    LedgerChange,
    LettersWaiting,
    PersonalDataErased,
    Recorded,
    TextMessage,
)
from schemas.mail import Letter, MailKind
from schemas.timeline import Event
from tests.activities.offices import contact_set, office, rows, signing
from tests.ports import free_port
from tests.schemas.documents import contact
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)


def entry(contract: str, key: str, *changes: LedgerChange, **other: Any) -> Entry:
    return Entry(key=f"{contract}/{key}", contract=contract, at=AT, changes=changes, **other)


def confirmation(contract: str) -> Entry:
    facts = {"contract": contract, "on": "2026-03-17", "plan": "Standarta", "users": 14}
    letter = Letter(kind=MailKind.SERVICE_CONFIRMED, role="administrator", facts=facts)
    event = Event(event="service.confirmed", clauses=("IT-5",), by="system", data={"on": "2026-03-17"})
    return entry(contract, "confirmation", letters=(letter,), events=(event,), send_first=True)


def claim(contract: str) -> Entry:
    facts = {"contract": contract, "invoice": "BB-1", "due_on": "2026-04-15", "days_overdue": 1, "open": "211.75"}
    letter = Letter(kind=MailKind.CLAIM, role="invoice_delivery", facts=facts)
    return entry(contract, "claim", letters=(letter,))


async def statuses(pool: Pool, contract: str) -> list[tuple[str, int | None]]:
    return [(row["status"], row["code"]) for row in await rows(pool, "letters", contract)]


async def events(pool: Pool, contract: str) -> list[str]:
    return [row["event"] for row in await rows(pool, "timeline", contract)]


def readers(folder: Path) -> list[str]:
    """To whom letters went, in order of their dates."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "mail").glob("*.txt"))]
    return [line.removeprefix("To: ") for text in texts for line in text.splitlines() if line.startswith("To: ")]


@pytest.mark.clause("IT-5")
async def test_the_confirmation_is_on_record_only_once_it_has_left(pool: Pool, tmp_path: Path) -> None:
    port = free_port()
    async with office(pool, tmp_path, port) as activities:
        assert (await activities.record(await signing("CON-1"))).unsent == 1
        down = await activities.record(confirmation("CON-1"))
        assert not down.done
        assert await events(pool, "CON-1") == ["contract.signed"]
        assert await statuses(pool, "CON-1") == [("queued", None)]
        async with smtp_sandbox(tmp_path / "mail", port=port):
            for _ in range(2):
                up = await activities.record(confirmation("CON-1"))
                assert (up.done, up.unsent) == (True, 0)
    assert await events(pool, "CON-1") == ["contract.signed", "service.confirmed"]
    assert await statuses(pool, "CON-1") == [("sent", None), ("sent", None)]
    assert readers(tmp_path) == ["anna@example.lv"] * 2


async def test_a_letter_waits_for_the_mail_server_and_nothing_waits_for_the_letter(pool: Pool, tmp_path: Path) -> None:
    port = free_port()
    async with office(pool, tmp_path, port) as activities:
        recorded = await activities.record(await signing("MAIL-1"))
        assert (recorded.done, recorded.unsent) == (True, 1)
        assert (await activities.record(claim("MAIL-1"))).unsent == 2
        async with smtp_sandbox(tmp_path / "mail", port=port):
            for _ in range(2):
                again = await activities.send_letters(LettersWaiting(contract="MAIL-1", at=AT))
                assert again == Recorded(done=True, unsent=0, sent=())
    assert await statuses(pool, "MAIL-1") == [("sent", None), ("sent", None)]


@pytest.mark.clause("IT-29", "IT-58")
async def test_refused_mail_goes_out_again_to_the_changed_contact(pool: Pool, tmp_path: Path) -> None:
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, tmp_path, mail.port) as activities:
        refusing = contact() | {"email": "refuse@example.lv"}
        assert (await activities.record(await signing("MAIL-2", administrator=refusing))).unsent == 0
        assert await statuses(pool, "MAIL-2") == [("refused", 550)]
        assert readers(tmp_path) == []
        changed = await contact_set("MAIL-2", "administrator", contact())
        assert (await activities.record(entry("MAIL-2", "contact", changed))).unsent == 0
    assert await statuses(pool, "MAIL-2") == [("sent", None)]
    assert readers(tmp_path) == ["anna@example.lv"]


async def test_mail_refused_for_now_waits(pool: Pool, tmp_path: Path) -> None:
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, tmp_path, mail.port) as activities:
        later = contact() | {"email": "later@example.lv"}
        assert (await activities.record(await signing("MAIL-3", administrator=later))).unsent == 1
        # Another role's letter does not wait for it.
        assert (await activities.record(claim("MAIL-3"))).unsent == 1
        assert await statuses(pool, "MAIL-3") == [("queued", None), ("sent", None)]
        changed = await contact_set("MAIL-3", "administrator", contact())
        assert (await activities.record(entry("MAIL-3", "contact", changed))).unsent == 0
    assert sorted(readers(tmp_path)) == ["anna@example.lv", "rekini@example.lv"]


@pytest.mark.clause("IT-P1.contact")
async def test_a_customer_with_a_postal_address_alone_is_written_to_by_post(pool: Pool, tmp_path: Path) -> None:
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, tmp_path, mail.port) as activities:
        await activities.record(await signing("MAIL-4", invoice_delivery={"postal_address": "Skaidu iela 6, Rīga"}))
        assert (await activities.record(claim("MAIL-4"))).unsent == 0
        assert await statuses(pool, "MAIL-4") == [("sent", None), ("postal", None)]
        by_mail = await contact_set("MAIL-4", "invoice_delivery", {"email": "rekini@example.lv"})
        await activities.record(entry("MAIL-4", "contact", by_mail))
    # It lies with a person, who sends it by post: it does not go out a second time.
    assert await statuses(pool, "MAIL-4") == [("sent", None), ("postal", None)]


async def test_one_text_message_a_step_however_often_it_is_taken(pool: Pool, tmp_path: Path) -> None:
    suspended = entry("SMS-1", "suspended", text_messages=(TextMessage(kind="service_suspended"),))
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, tmp_path, mail.port) as activities:
        await activities.record(await signing("SMS-1"))
        await asyncio.gather(*(activities.record(suspended) for _ in range(4)))
        await activities.record(suspended)
    [message] = (tmp_path / "sms").glob("*.txt")
    assert message.read_text(encoding="utf-8").startswith("+37129123456\n\n")
    assert await statuses(pool, "SMS-1") == [("sent", None), ("sent", None)]


@pytest.mark.clause("IT-41", "IT-54", "DPA-II.3.2")
async def test_an_erasure_leaves_no_contact_but_the_kept_one(pool: Pool, tmp_path: Path) -> None:
    taken = ActTaken(act_id="1", act="change_contact", payload={"email": "juris@example.lv"}, outcome={})
    old = await contact_set("ERA-1", "invoice_delivery", {"email": "juris@example.lv"})
    new = await contact_set("ERA-1", "invoice_delivery", {"email": "rekini@example.lv"})
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, tmp_path, mail.port) as activities:
        await activities.record(await signing("ERA-1"))
        await activities.record(await signing("ERA-2"))
        await activities.record(entry("ERA-1", "contacts", taken, old, new))
        await activities.record(entry("ERA-1", "erasure", PersonalDataErased(keep=("invoice_delivery",))))
        [kept] = await rows(pool, "contacts", "ERA-1")
        assert kept["role"] == "invoice_delivery"
        assert await sealer().open(kept["details"]["email"]) == "rekini@example.lv"
        assert [row["payload"] for row in await rows(pool, "acts", "ERA-1")] == [None]
        # The debt is still claimed at the kept address; what has nobody to go to is shown to a person.
        await activities.record(claim("ERA-1"))
        await activities.record(entry("ERA-1", "closing", PersonalDataErased(keep=())))
        assert await rows(pool, "contacts", "ERA-1") == []
        await activities.record(entry("ERA-1", "late", letters=claim("ERA-1").letters))
    assert await statuses(pool, "ERA-1") == [("sent", None), ("sent", None), ("nobody", None)]
    assert len(await rows(pool, "contacts", "ERA-2")) == 2
    left = ("timeline", "letters", "acts", "entries")
    everything = [str(row) for table in left for row in await rows(pool, table, "ERA-1")]
    assert not any("juris@" in row or "Anna" in row or "+371" in row for row in everything)
