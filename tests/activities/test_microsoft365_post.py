"""What a Microsoft 365 contract's people read, off the ledger: its letters, its audit trail, what needs a person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from activities.ledger import attention
from runtime.embedded.mailbox import smtp_sandbox
from schemas.ledger import ContentAdded, ContractRegistered, ContractUpdated, Entry, LedgerChange, TextMessage
from schemas.mail import Letter, MailKind
from schemas.timeline import Event
from terms.attention import items
from tests.activities.offices import contact_set, office
from tests.schemas.documents import contact

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 4, 26, 3, tzinfo=UTC)
SIGNED_AT = datetime(2026, 2, 10, 9, 20, tzinfo=UTC)
PRODUCT = {
    "sku": "CFQ7TTC0LH18:0001",
    "name": "Microsoft 365 Business Basic",
    "period": "year",
    "licences": 10,
    "price_per_licence": "5.60",
}


def entry(contract: str, key: str, *changes: LedgerChange, **other: Any) -> Entry:
    return Entry(key=f"{contract}/{key}", contract=contract, at=AT, changes=changes, **other)


async def signing(contract: str) -> Entry:
    registered = ContractRegistered(
        service="microsoft365",
        signed_at=SIGNED_AT,
        accepted_at=SIGNED_AT,
        fingerprint="0" * 64,
        language="lv",
        customer_name='SIA "Priežu darbnīca"',
        registration_number="50003050931",
        special_terms={},
        mandates=(),
        rehearsed=True,
        business_origin=AT,
        real_origin=AT,
        speed=1,
    )
    content = {"products": [PRODUCT], "tenant_domain": "priedes.onmicrosoft.com"}
    return entry(
        contract,
        "signing",
        registered,
        await contact_set(contract, "administrator", contact()),
        await contact_set(contract, "invoice_delivery", {"email": "rekini@example.lv"}),
        ContentAdded(effective_on=date(2026, 2, 10), clause="M365-1", content=content),
    )


def told(contract: str, key: str, event: str, *clauses: str, **data: Any) -> Entry:
    return entry(contract, key, events=(Event(event=event, clauses=clauses, by="system", data=data),))


def bodies(folder: Path) -> list[str]:
    """The plain text of every letter that left."""
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (folder / "mail").rglob("*.eml")]
    return [part.get_content() for message in found if (part := message.get_body(("plain",))) is not None]


@pytest.mark.clause("M365-44.1", "M365-51", "M365-55")
async def test_letters_messages_and_the_trail_go_by_the_contracts_own_points(pool: Pool, tmp_path: Path) -> None:
    facts = {"contract": "M365-POST", "grounds": ["unpaid"], "on": "2026-04-26"}
    letter = Letter(kind=MailKind.SERVICE_SUSPENDED, role="administrator", facts=facts)
    message = TextMessage(kind="service_suspended")
    async with smtp_sandbox(tmp_path / "mail", port=0) as mail, office(pool, tmp_path, mail.port) as activities:
        await activities.record(await signing("M365-POST"))
        await activities.record(entry("M365-POST", "suspended", letters=(letter,), text_messages=(message,)))
    [text] = bodies(tmp_path)
    assert "Pakalpojuma sniegšana, arī jaunu Abonementu un Licenču pasūtīšana, ir uz laiku pārtraukta" in text
    assert "Noteikumu 44.1. punkts" in text
    assert "Līguma II daļas" in text
    [sms] = (tmp_path / "sms").glob("*.txt")
    assert "Microsoft 365 pakalpojums līgumam M365-POST ir apturēts" in sms.read_text(encoding="utf-8")
    opened = await pool.fetch("SELECT clauses FROM trail WHERE chain = 'M365-POST' AND action = 'opened'")
    assert {tuple(row["clauses"]) for row in opened} == {("M365-51",)}


@pytest.mark.clause("M365-9", "M365-21.2", "M365-37", "M365-48.1")
async def test_what_needs_a_person_is_found_on_the_ledger(pool: Pool, tmp_path: Path) -> None:
    number = "M365-DUE"
    first: dict[str, Any] = {"from": "2025-05-04", "to": "2026-05-03", "licences": 10}
    differences = [{"subscription": "1", "what": "licences", "ours": 10, "theirs": 12, "euro": "11.20"}]
    async with office(pool, tmp_path, 1) as activities:
        await activities.record(await signing(number))
        await activities.record(entry(number, "active", ContractUpdated(stage="active")))
        refused = {"subscription": "1", "what": "addition", "reason": "No credit"}
        await activities.record(told(number, "1", "subscription.ordered", "M365-3", subscription="1"))
        await activities.record(told(number, "2", "subscription.confirmed", "M365-3", subscription="1", **first))
        await activities.record(told(number, "3", "subscription.refused", "M365-48.1", **refused))
        await activities.record(told(number, "4", "distributor.differs", "M365-37", differences=differences))
    # At 06:00 on 26 April, seven days before the last day: fewer licences are taken until 28 April.
    [facts] = [each async for each in attention.facts(pool, AT) if each.contract == number]
    assert (facts.service, facts.plan) == ("microsoft365", None)
    assert sorted(item.what for item in items(facts, ())) == [
        "Settle the difference",
        "Settle the refused addition",
        "Tell the customer of the renewal",
    ]


async def test_a_closed_contract_is_watched_while_subscriptions_are_left(pool: Pool, tmp_path: Path) -> None:
    number = "M365-LEFT"
    ended = {"subscription": "1", "last_day": "2026-04-25"}
    async with office(pool, tmp_path, 1) as activities:
        await activities.record(await signing(number))
        await activities.record(told(number, "1", "subscription.ordered", "M365-3", subscription="1"))
        await activities.record(told(number, "2", "subscription.disconnected", "M365-46", **ended))
        await activities.record(told(number, "3", "contract.closed", "M365-46", subscriptions_not_cancelled=["1"]))
        await activities.record(entry(number, "closed", ContractUpdated(stage="closed")))
    later = AT.replace(month=5)
    [facts] = [each async for each in attention.facts(pool, later) if each.contract == number]
    assert [item.what for item in items(facts, ())] == ["Get the subscription cancelled"]


@pytest.mark.parametrize(
    ("unknown", "what"),
    [
        ("registration_unknown", "Look for the customer at the distributor"),
        ("delegation_unknown", "Look for the delegation at Microsoft"),
    ],
)
async def test_a_closed_contract_is_watched_for_what_was_never_answered(
    pool: Pool, tmp_path: Path, unknown: str, what: str
) -> None:
    number = f"M365-{unknown[:3].upper()}"
    async with office(pool, tmp_path, 1) as activities:
        await activities.record(await signing(number))
        await activities.record(told(number, "1", "contract.closed", "M365-46", **{unknown: True}))
        await activities.record(entry(number, "closed", ContractUpdated(stage="closed")))
    [facts] = [each async for each in attention.facts(pool, AT) if each.contract == number]
    assert [item.what for item in items(facts, ())] == [what]


@pytest.mark.parametrize("settled", ["customer.registered", "registration.absent"])
async def test_a_registration_that_is_for_a_person_is_watched_until_it_is_settled(
    pool: Pool, tmp_path: Path, settled: str
) -> None:
    number = f"M365-MAYBE-{settled[:1].upper()}"
    async with office(pool, tmp_path, 1) as activities:
        await activities.record(await signing(number))
        await activities.record(told(number, "1", "registration.unknown", "M365-13", account=7))
        [facts] = [each async for each in attention.facts(pool, SIGNED_AT) if each.contract == number]
        assert "Settle the registration at the distributor" in [item.what for item in items(facts, ())]
        await activities.record(told(number, "2", settled, "M365-13", company=7))
    [facts] = [each async for each in attention.facts(pool, SIGNED_AT) if each.contract == number]
    assert "Settle the registration at the distributor" not in [item.what for item in items(facts, ())]
