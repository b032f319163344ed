"""What tests read of contracts that live in other processes: polled, as nobody tells them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

import asyncpg
from asyncpg import Pool

from activities.ledger import reading
from schemas.scenario import Scenario

POLL_SECONDS = 0.02
LOST_DATABASE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
)
"""How a killed PostgreSQL shows: no connection, a broken one, a confused one, or its last word on one."""


@dataclass(frozen=True)
class Undisturbed:
    """The timeline and the letters that a scenario gives a contract of `lives.signed` which nothing disturbs."""

    scenario: Scenario
    timeline: list[str]
    letters: list[tuple[object, ...]]


async def until(condition: Callable[[], Awaitable[bool]], what: str, timeout_seconds: float = 120) -> None:
    """Poll `condition`; a database that is being started again has no answer yet."""
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while not await _holds(condition):
        assert asyncio.get_running_loop().time() < deadline, f"not within {timeout_seconds:g} s: {what}"
        await asyncio.sleep(POLL_SECONDS)


async def _holds(condition: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await condition()
    except LOST_DATABASE:
        return False


async def until_closed(pool: Pool, numbers: Collection[str], timeout_seconds: float = 120) -> None:
    async def all_closed() -> bool:
        closed = await pool.fetchval(
            "SELECT count(*) FROM contracts WHERE number = ANY ($1) AND stage = 'closed'", list(numbers)
        )
        return bool(closed == len(numbers))

    await until(all_closed, "the contracts are closed", timeout_seconds)


async def until_told(pool: Pool, numbers: Collection[str], events: int, timeout_seconds: float = 120) -> None:
    """Until so many events stand on the timelines of these contracts together."""

    async def told() -> bool:
        count = await pool.fetchval("SELECT count(*) FROM timeline WHERE contract = ANY ($1)", list(numbers))
        return bool(count >= events)

    await until(told, f"{events} events are told", timeout_seconds)


async def until_posted(pool: Pool, number: str, timeout_seconds: float = 120) -> None:
    """A step is told before its letters have left."""

    async def posted() -> bool:
        queued = "SELECT EXISTS (SELECT FROM letters WHERE contract = $1 AND status = 'queued')"
        return not await pool.fetchval(queued, number)

    await until(posted, "the letters have left", timeout_seconds)


async def count_of(pool: Pool, number: str, *events: str) -> int:
    """How often these events stand on the contract's timeline."""
    counted = await pool.fetchval(
        "SELECT count(*) FROM timeline WHERE contract = $1 AND event = ANY ($2)", number, list(events)
    )
    return int(counted)


async def life(pool: Pool, number: str) -> list[str]:
    """The contract's timeline, all fields, as JSON; its number is left out, by which alone two may differ."""
    return [event.model_dump_json().replace(number, "…") for event in await reading.timeline(pool, number)]


async def letters(pool: Pool, number: str) -> list[tuple[object, ...]]:
    """The contract's letters and text messages in order, with what became of them."""
    rows = await pool.fetch(
        "SELECT channel, kind, role, at, status, facts::text AS facts FROM letters WHERE contract = $1 ORDER BY id",
        number,
    )
    return [(*list(row)[:-1], row["facts"].replace(number, "…")) for row in rows]


async def assert_books_are_straight(pool: Pool, number: str) -> None:
    """Invoices without gap or repeat, each paid once."""
    invoices = await reading.invoices(pool, number)
    for year in {invoice.issued_on.year for invoice in invoices}:
        issued = [invoice.number for invoice in invoices if invoice.issued_on.year == year]
        assert issued == [f"{number}-{year}-{position:06d}" for position in range(1, len(issued) + 1)]
    payments = await pool.fetch("SELECT number, amount FROM payments WHERE contract = $1", number)
    assert {row["number"] for row in payments} == {f"{number}/{position + 1}" for position in range(len(invoices))}
    assert sum(row["amount"] for row in payments) == sum(invoice.total for invoice in invoices)
    assert [invoice.open for invoice in invoices] == [Decimal(0)] * len(invoices)


async def assert_mail_arrived_once(pool: Pool, number: str, mailbox: Path) -> None:
    """Each e-mail of the contract lies in the mailbox exactly once, under its Message-ID."""
    sent = await pool.fetch("SELECT message_id FROM letters WHERE contract = $1 AND channel = 'email'", number)
    kept = kept_message_ids(mailbox)
    assert {row["message_id"]: kept[row["message_id"]] for row in sent} == {row["message_id"]: 1 for row in sent}


def kept_message_ids(mailbox: Path) -> Counter[str]:
    parser = BytesHeaderParser(policy=policy.default)
    return Counter(str(parser.parsebytes(path.read_bytes())["Message-ID"]) for path in mailbox.glob("*.eml"))
