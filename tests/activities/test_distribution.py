"""What a Microsoft 365 contract has done at ALSO: over HTTP with the sandbox, its contact from a real ledger."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from tests.activities.distributing import DOMAIN, SIGNED, Desk, desk
from tests.activities.offices import signing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def second_desk(first: Desk, pool: Pool, number: str) -> AsyncIterator[Desk]:
    """Another contract's errands at the same distributor."""
    await first.activities.record(await signing(number))
    yield replace(first, number=number)


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
    assert answer.is_own
    assert await at_desk.calls("CreateSubscription") == 0


async def test_a_product_that_nobody_may_have_so_often_is_refused(at_desk: Desk) -> None:
    answer = await at_desk.place((await at_desk.register()).company_id, licences=301)
    assert answer.subscription is None
    assert answer.refused == "Quantity of 141309_Microsoft365BusinessBasicP1Y_54201 must be at most 300"
    assert not answer.is_own


@pytest.mark.clause("M365-21.1")
async def test_licences_are_added_and_never_taken_away_within_the_term(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    more = await at_desk.run_as("add_licences", account_id=placed.account_id, licences=12)
    assert (more.subscription.licences, more.subscription.ends_on, more.refused) == (12, placed.ends_on, None)
    fewer = await at_desk.run_as("add_licences", account_id=placed.account_id, licences=11)
    assert fewer.subscription == more.subscription
    assert fewer.is_own
    assert fewer.refused == (f"account {placed.account_id} has 12 licences, and 11 are no more; reduce them at renewal")


@pytest.mark.clause("M365-21.2", "M365-9")
async def test_what_is_set_for_the_renewal_begins_with_it(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    account = placed.account_id
    set_ = await at_desk.run_as("set_renewal", account_id=account, licences=5, period="month")
    assert (set_.subscription.licences, set_.subscription.renewal_licences) == (10, 5)
    assert set_.subscription.renewal_service == "141309_Microsoft365BusinessBasicP1M_54202"
    # What was set before and is not asked for any more is as it was: the product by the year.
    await at_desk.run_as("set_renewal", account_id=account, licences=4)
    renewed = (await at_desk.run_as("subscription_state", SIGNED.replace(year=2027), account_id=account)).subscription
    # Of the term from 17 March 2027.
    assert (renewed.licences, renewed.service, renewed.ends_on) == (4, placed.service, date(2028, 3, 16))


async def test_a_renewal_to_what_is_not_sold_is_refused(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    answer = await at_desk.run_as("set_renewal", account_id=placed.account_id, sku="CFQ7TTC0XXXX:0001")
    assert answer.subscription == placed
    assert answer.refused == "the product is not among the services configured at ALSO"
    assert await at_desk.calls("ConfigureSubscriptionRenew") == 0


@pytest.mark.clause("M365-46")
async def test_a_cancellation_is_looked_at(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    await at_desk.behave(ignores_cancellations=True)
    ignored = await at_desk.run_as("cancel_subscription", account_id=placed.account_id)
    assert ignored.refused == (
        "ALSO has not taken the cancellation over: without it the subscription may go on, at a higher price"
    )
    assert (ignored.subscription.at_end, ignored.subscription.ends_for_good) == ("terminate", False)
    await at_desk.behave(ignores_cancellations=False)
    taken = await at_desk.run_as("cancel_subscription", account_id=placed.account_id)
    assert (taken.refused, taken.subscription.terminates_on) == (None, date(2027, 3, 16))


@pytest.mark.clause("M365-37")
async def test_what_stands_at_the_distributor_and_what_it_invoices(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    april = SIGNED.replace(month=4)
    answer = await at_desk.run_as(
        "customer_at_distributor", april, company_id=placed.company_id, invoiced_month=date(2026, 3, 1)
    )
    [standing], [charge] = answer.subscriptions, answer.charges
    assert (standing.account_id, standing.provisioning) == (placed.account_id, "done")
    # 10 licences at 4.62 for 15 of the 31 days of March: 46.20 × 15 / 31 = 22.3548…
    assert (charge.quantity, charge.amount, charge.account_id) == (10, Decimal("22.35"), placed.account_id)
    assert (await at_desk.run_as("customer_at_distributor", april, company_id=placed.company_id)).charges == ()


@pytest.mark.clause("M365-5")
async def test_a_delegation_from_the_request_to_its_end(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    company: dict[str, Any] = {"tenant_domain": DOMAIN, "customer": "SIA Priedes"}
    early = await at_desk.run_as("ask_delegation", name=f"{at_desk.number}-A", **company)
    ready = SIGNED + timedelta(minutes=10)
    asked = await at_desk.run_as("ask_delegation", ready, name=at_desk.number, company_id=placed.company_id, **company)
    tenants = [each["body"].get("customer") for each in (await at_desk.graph.get("/control")).json()["made"]]
    assert tenants[0] is None
    assert tenants[1]["displayName"] == "SIA Priedes"
    assert uuid.UUID(tenants[1]["tenantId"])
    assert (early.delegation.status, asked.delegation.status) == ("approvalPending", "approvalPending")
    # 17 March 2026 is a Tuesday.
    wednesday = SIGNED + timedelta(days=1)
    assert (await at_desk.run_as("delegation", wednesday, id=asked.delegation.id)).delegation.is_in_force
    ended = await at_desk.run_as("delegation", wednesday, id=asked.delegation.id, do="end")
    assert ended.delegation.status == "terminationRequested"


async def test_a_customer_that_is_there_already_is_known_by_its_vat_number(pool: Pool, tmp_path: Path) -> None:
    """Unless it is rehearsed: many rehearse in one marketplace, each on a clock of its own."""
    async with desk(pool, tmp_path, "M365-VAT-1") as first, second_desk(first, pool, "M365-VAT-2") as second:
        registered = await first.register(at=None)
        assert registered.is_disclosed
        assert await second.register(at=None) == registered.model_copy(update={"is_disclosed": False})
        assert await on_trail(pool, "M365-VAT-2") == []
        # Each sees what it ordered itself, on the one tenant.
        for each in (first, second):
            assert (await each.place(registered.company_id, at=None)).refused is None
            seen = await each.run_as("customer_at_distributor", None, company_id=registered.company_id)
            assert [one.reference for one in seen.subscriptions] == [f"{each.number}/1"]
        assert await first.calls("CreateSubscription") == 3
        assert await second.register() != registered
