from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from activities.partners.also.errors import (
    FieldsDiffer,
    NotASandbox,
    PlacedTwice,
    ReferenceLost,
    ReferenceTaken,
    RefusedByDistributor,
)
from tests.partners.also.support import (
    BASIC_MONTH,
    BASIC_YEAR,
    ORDERED,
    PATIENCE,
    Stage,
    client,
    company,
    order,
    registered,
)


async def test_from_the_login_to_the_order(stage: Stage) -> None:
    await stage.at().ping()
    customer, tenant = await registered(stage)
    placed = await stage.at().order(order(tenant))

    assert customer.reference == "M365-2026-000001"
    assert placed.reference == "M365-2026-000001/1"
    assert (placed.company_id, placed.depends_on) == (customer.account_id, tenant.account_id)
    assert (placed.state, placed.provisioning, placed.licences) == ("active", "pending", 10)
    # A year from 17 March 2026 ends on 16 March 2027.
    assert (placed.billed_from, placed.ends_on) == (date(2026, 3, 17), date(2027, 3, 16))
    assert (placed.at_end, placed.term_months, placed.ends_for_good) == ("renew", 12, False)
    assert (placed.unit_price, placed.currency) == (Decimal("4.62"), "EUR")

    ready = await stage.at(ORDERED + timedelta(minutes=10)).subscription(placed.account_id)
    assert ready.provisioning == "done"


async def test_what_stands_under_a_reference_is_not_placed_again(stage: Stage) -> None:
    customer, tenant = await registered(stage)
    first = await stage.at().order(order(tenant))
    again = await stage.at(ORDERED + timedelta(days=1)).order(order(tenant))
    assert again.account_id == first.account_id
    assert (await stage.at().register(company())).account_id == customer.account_id
    calls = await stage.calls()
    assert (calls.count("CreateCompany"), calls.count("CreateSubscription")) == (1, 2)  # One of the two is the tenant.
    assert calls.count("GetSessionToken") == 1


async def test_an_order_that_was_cancelled_since_is_not_placed_again(stage: Stage) -> None:
    _, tenant = await registered(stage)
    placed = await stage.at().order(order(tenant))
    await stage.do(placed.account_id, terminated=True)
    found = await stage.at().order(order(tenant))
    assert (found.account_id, found.state) == (placed.account_id, "terminated")


async def test_a_reference_of_another_order_is_refused(stage: Stage) -> None:
    _, tenant = await registered(stage)
    await stage.at().order(order(tenant))
    with pytest.raises(ReferenceTaken, match=f"M365-2026-000001/1 stands at ALSO already, for {BASIC_YEAR} and not"):
        await stage.at().order(order(tenant, service=BASIC_MONTH))


async def test_a_rehearsed_contract_orders_nothing_from_the_real_also(stage: Stage) -> None:
    async with client(stage.url, is_sandbox=False) as real:
        with pytest.raises(NotASandbox):
            real.within(PATIENCE, business_time=ORDERED)
        await real.within(PATIENCE, business_time=None).ping()


async def test_products_and_their_fields(stage: Stage) -> None:
    customer, _ = await registered(stage)
    offered = {each.service: each.name for each in await stage.at().products()}
    assert offered[BASIC_MONTH] == "Microsoft 365 Business Basic (monthly term)"
    [quantity] = await stage.at().fields(BASIC_MONTH, customer.account_id)
    assert (quantity.name, quantity.minimum, quantity.maximum) == ("Quantity", Decimal(1), Decimal(300))


async def test_more_licences_than_the_service_takes_are_not_even_ordered(stage: Stage) -> None:
    _, tenant = await registered(stage)
    with pytest.raises(FieldsDiffer, match=f"Quantity of {BASIC_YEAR} must be at most 300"):
        await stage.at().order(order(tenant, licences=301))
    assert len(await stage.orders(BASIC_YEAR)) == 0


async def test_a_name_that_has_changed_is_seen_before_the_order(stage: Stage) -> None:
    _, tenant = await registered(stage)
    names = stage.also.configuration.names.model_copy(update={"licences": "Seats"})
    stage.also.configuration = stage.also.configuration.model_copy(update={"names": names})
    with pytest.raises(FieldsDiffer, match=f"Seats of {BASIC_YEAR} is not among its fields"):
        await stage.at().order(order(tenant))
    assert len(await stage.orders(BASIC_YEAR)) == 0


async def test_a_refusal_is_named_and_its_words_are_kept_out_of_sight(stage: Stage) -> None:
    _, tenant = await registered(stage)
    await stage.fault("refused", "CreateSubscription", message="Anna Bērziņa has not accepted the agreement")
    with pytest.raises(RefusedByDistributor) as refusal:
        await stage.at().order(order(tenant))
    assert str(refusal.value) == "ALSO refused CreateSubscription (its issue 1)"
    assert refusal.value.told.get_secret_value() == "Anna Bērziņa has not accepted the agreement"
    assert "Anna" not in repr(refusal.value) + repr(vars(refusal.value))
    assert len(await stage.orders(BASIC_YEAR)) == 0


async def test_two_clients_at_once_are_found_out(stage: Stage) -> None:
    """Nothing at ALSO prevents the second order: whoever looks after it says so, and so does every later look."""
    _, tenant = await registered(stage)
    await stage.fault("gathered", "CreateSubscription", times=2)
    outcomes = await asyncio.gather(
        stage.at().order(order(tenant)), stage.at().order(order(tenant)), return_exceptions=True
    )
    assert len(await stage.orders(BASIC_YEAR)) == 2
    assert any(isinstance(each, PlacedTwice) for each in outcomes)
    with pytest.raises(PlacedTwice, match="stands at ALSO 2 times: accounts") as twice:
        await stage.at().order(order(tenant))
    one, other = twice.value.accounts
    await stage.do(one, terminated=True)
    assert (await stage.at().order(order(tenant))).account_id == other


async def test_an_order_that_would_not_be_found_again_is_for_a_person(stage: Stage) -> None:
    _, tenant = await registered(stage)
    await stage.behave(drops_references=True)
    with pytest.raises(ReferenceLost, match="was placed for M365-2026-000001/1, which ALSO does not give back") as lost:
        await stage.at().order(order(tenant))
    [standing] = await stage.orders(BASIC_YEAR)
    assert (standing["account_id"], lost.value.is_passing) == (lost.value.account, False)
