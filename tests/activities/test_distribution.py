"""What a Microsoft 365 contract has done at ALSO: over HTTP with the sandbox, its contact from a real ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncpg import Pool

from tests.activities.distributing import SIGNED, Desk, desk

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


NUMBERS = count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def at_desk(pool: Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(pool, tmp_path, f"M365-{next(NUMBERS)}") as opened:
        yield opened


async def on_trail(pool: Pool, number: str) -> list[tuple[str, str, Any, list[str]]]:
    """What the trail tells of the distributor."""
    rows = await pool.fetch(
        "SELECT action, subject, details, clauses FROM trail WHERE chain = $1 AND purpose = 'distributor' ORDER BY seq",
        number,
    )
    return [(row["action"], row["subject"], row["details"], list(row["clauses"])) for row in rows]


@pytest.mark.clause("M365-3", "M365-13")
async def test_a_customer_is_registered_once_and_its_contact_told_as_disclosed(at_desk: Desk, pool: Pool) -> None:
    registered = await at_desk.register()
    again = await at_desk.register()
    assert again == registered
    assert await at_desk.calls("CreateCompany") == 1
    key = f"contract/{at_desk.number}/administrator/1"
    # Opened for the first try alone; the second finds the customer by its reference and needs no contact.
    assert await on_trail(pool, at_desk.number) == [
        ("opened", key, {"fields": {"name": 1, "email": 1, "phone": 1}}, ["M365-13", "IT-61"]),
        ("disclosure", "administrator", {}, ["M365-13", "IT-61"]),
    ]


@pytest.mark.clause("M365-3")
async def test_an_order_stands_on_its_tenant_for_a_year_from_its_day(at_desk: Desk) -> None:
    company = (await at_desk.register()).company_id
    answer = await at_desk.place(company)
    placed = answer.subscription
    assert placed is not None
    assert answer.refused is None
    assert (placed.reference, placed.licences, placed.state) == (f"{at_desk.number}/1", 10, "active")
    assert (placed.billed_from, placed.ends_on) == (SIGNED.date(), date(2027, 3, 16))
    standing = (await at_desk.looked_at())["records"]["subscriptions"]
    assert standing[str(placed.depends_on)]["reference"] == f"{at_desk.number}/tenant"
    assert await at_desk.place(company) == answer
    assert await at_desk.calls("CreateSubscription") == 2  # Its tenant's account, and itself.


async def test_a_product_that_is_not_configured_is_refused_before_anything_is_ordered(at_desk: Desk) -> None:
    company = (await at_desk.register()).company_id
    answer = await at_desk.place(company, sku="CFQ7TTC0XXXX:0001")
    assert answer.subscription is None
    assert answer.refused == "CFQ7TTC0XXXX:0001 for a year is not among the services configured at ALSO"
    assert await at_desk.calls("CreateSubscription") == 0
