"""What needs a person, each shown by the story of a contract: played until the day on which somebody must act."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from activities.ledger import erasures
from runtime.clock import now
from runtime.embedded.temporal import server_time, skip
from runtime.stack import Stack
from schemas.attention import DueItem
from schemas.contract import SignedContract
from schemas.problems import validated
from schemas.scenario import Scenario
from starter.door import Door
from starter.due import due
from tests.starter.support import a_contract, api, refusals, register

pytestmark = [pytest.mark.long, pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

PLAYED = timedelta(days=60)
TODAY = datetime(2026, 5, 1, 12, 20, tzinfo=UTC)
"""On 1 May 2026 every story has come to its point, unless it names another day."""

CONNECTED: list[dict[str, Any]] = [
    {"at": "2026-03-02T15:00", "act": "agree_onboarding", "on": "2026-03-03T10:00"},
    {"at": "2026-03-03T15:00", "act": "record_audit"},
    {"at": "2026-03-03T16:00", "act": "confirm_rmm_installed", "devices": "14"},
]


def act(at: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"at": at, "act": name, **fields}


def for_now(at: str, role: str) -> dict[str, Any]:
    """From then on the mail server takes nothing for this role for now."""
    return act(at, "change_contact", role=role, email="later@example.lv")


def played(
    number: str, *acts: dict[str, Any], until: datetime = TODAY, payer: str = "on_time", **changed: Any
) -> tuple[SignedContract, Scenario]:
    """A contract that stands at `until` after 60 days, and its scenario."""
    signed_at = (until - PLAYED).isoformat()
    document = a_contract(number, signed_at=signed_at, **changed)
    return validated(SignedContract, document), validated(Scenario, {"payer": payer, "acts": list(acts)})


def stories() -> list[tuple[SignedContract, Scenario]]:
    breach = act("2026-04-10T10:00", "suspend", ground="breach", note="x")
    missing = act("2026-04-01T10:00", "suspend", ground="non_cooperation", note="x")
    before_easter = datetime(2026, 4, 3, 12, tzinfo=UTC)
    unreachable = [
        *CONNECTED[:2],
        for_now("2026-05-01T12:00", "administrator"),
        act("2026-05-01T14:30", "confirm_rmm_installed", devices="14"),
    ]
    postal = {"postal_address": "Skaidu iela 6, Rīga"}
    return [
        played("QUIET", *CONNECTED),
        played("NO-TIME"),
        played("NOT-DONE", *CONNECTED[:2]),
        played("UNCONFIRMED", *unreachable),
        played("REFUSED-MAIL", *CONNECTED, customer__invoice_delivery={"email": "refuse@example.lv"}),
        played("WAITING-MAIL", *CONNECTED, for_now("2026-04-30T10:00", "invoice_delivery")),
        played(
            "BY-POST",
            *(act(f"2026-02-{day}", each["act"], **fields_of(each)) for day, each in zip(DAYS, CONNECTED, strict=True)),
            until=before_easter,
            customer__invoice_delivery=postal,
        ),
        played("REFUSED-ACT", *CONNECTED, act("2026-04-27T10:00", "confirm_handover")),
        played("UNPAID", *CONNECTED, until=datetime(2026, 4, 25, 12, tzinfo=UTC), payer="never"),
        played("ENDS", *CONNECTED, act("2026-04-09T10:00", "give_notice", by="provider", end_on="2026-05-10")),
        played("RUNS-OUT", *CONNECTED, breach, content__period_months=2),
        played("TERMINATES", *CONNECTED, missing),
        played("NO-PLAN", *CONNECTED, content__plan="Zelta"),
        played("NO-CONSENT", *CONNECTED, act("2026-04-28T10:00", "withdraw_consent", consent="network_access")),
        played(
            "OBJECTS",
            *CONNECTED,
            act("2026-04-20T10:00", "announce_change", changes={"price_per_user": "20.00"}, effective_on="2026-06-01"),
            act("2026-04-22T10:00", "object_to_change", announcement="1"),
        ),
    ]


DAYS = ("03T10:00", "05T15:00", "05T16:00")


def fields_of(given: dict[str, Any]) -> dict[str, Any]:
    further = {name: value for name, value in given.items() if name not in ("at", "act")}
    return {**further, "on": "2026-02-05T10:00"} if "on" in further else further


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def found(stack: Stack) -> AsyncIterator[list[DueItem]]:
    """All stories played for sixty days, and what is due then."""
    door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
    for contract, scenario in stories():
        await door.accept(contract, scenario)
    await skip(stack.client, PLAYED)
    await register(stack, "NOT-ERASED")
    await stack.pool.execute(
        "UPDATE contracts SET stage = 'ended', erase_on = '2020-03-14' WHERE number = $1", "NOT-ERASED"
    )
    yield await due(stack.pool, stack.client, await server_time(stack.client))


EXPECTED = {
    "QUIET": [],
    "NO-TIME": [("Agree a time for the onboarding", "2026-03-09", "today")],
    "NOT-DONE": [("Finish the onboarding, or agree a new time", "2026-03-03", "today")],
    "UNCONFIRMED": [("Get the Confirmation sent", "2026-05-01", "urgent")],
    "REFUSED-MAIL": [("Ask for a right address", "2026-04-01", "today")],
    "WAITING-MAIL": [("Check the mail server", "2026-05-01", "urgent")],
    "BY-POST": [("Print and post", "2026-03-01", "today"), ("Print and post", "2026-04-01", "today")],
    "REFUSED-ACT": [("See to the refused act", "2026-04-27", "today")],
    "UNPAID": [("Call the customer about payment", "2026-04-26", "urgent")],
    "ENDS": [("Prepare the end", "2026-05-10", "soon")],
    "RUNS-OUT": [("Settle whether the contract goes on", "2026-05-02", "soon")],
    "TERMINATES": [("Decide before the termination", "2026-05-02", "urgent")],
    "NO-PLAN": [("Check the plan with the customer", "2026-03-02", "soon")],
    "NO-CONSENT": [("Decide on the withdrawn consent", "2026-04-28", "soon")],
    "OBJECTS": [("Decide on the objection", "2026-04-22", "soon")],
    "NOT-ERASED": [("Get the data erased", "2020-03-14", "urgent")],
}


@pytest.mark.parametrize("number", EXPECTED)
async def test_what_a_contract_needs_is_told(found: list[DueItem], number: str) -> None:
    told = [(item.what, item.on.isoformat(), item.urgency) for item in found if item.contract == number]
    assert sorted(told) == sorted(EXPECTED[number])


async def test_the_most_urgent_comes_first_and_nobody_is_named(found: list[DueItem]) -> None:
    order = {"urgent": 0, "today": 1, "soon": 2}
    keys = [(order[item.urgency], item.on) for item in found]
    assert keys == sorted(keys)
    said = " ".join(f"{item.what} {item.why}" for item in found)
    assert not any(personal in said for personal in ("Anna", "example.lv", "Skaidu", "Priežu", "+371"))


async def test_the_list_is_given_over_http(found: list[DueItem], stack: Stack) -> None:
    async with api(stack, at=await server_time(stack.client)) as client:
        listed = (await client.get("/due", params={"limit": 3})).json()
        assert [each["contract"] for each in listed] == [item.contract for item in found[:3]]
        assert set(listed[0]) == {"contract", "what", "why", "clauses", "on", "urgency"}
        everything = (await client.get("/due")).json()
        assert len(everything) == len(found)


async def test_a_closed_contract_still_tells_what_was_refused_to_it(found: list[DueItem], stack: Stack) -> None:
    await register(stack, "CLOSED")
    await stack.pool.execute("UPDATE contracts SET stage = 'closed' WHERE number = 'CLOSED'")
    assert await told_of(stack, "CLOSED", now()) == []
    async with api(stack) as client:
        await client.post("/contracts/CLOSED/acts/record_dispute", json={"note": "x"})
    assert len(await refusals(stack, "CLOSED")) == 1
    assert await told_of(stack, "CLOSED", now()) == ["See to the refused act"]
    assert await told_of(stack, "CLOSED", now() + timedelta(days=20)) == []


@pytest.mark.clause("IT-41", "IT-54", "DPA-II.3.2")
async def test_an_erasure_that_waits_for_an_outage_is_told_until_it_is_certified(stack: Stack) -> None:
    await register(stack, "HELD-UP")
    await stack.pool.execute("UPDATE contracts SET stage = 'closed' WHERE number = 'HELD-UP'")
    erased_at = datetime(2026, 5, 14, 3, tzinfo=UTC)
    async with stack.pool.acquire() as db, db.transaction():
        await erasures.count_erased(db, "HELD-UP", erased_at, {"contacts": 2})
    assert await told_of(stack, "HELD-UP", erased_at + timedelta(minutes=59)) == []
    [item] = [
        item
        for item in await due(stack.pool, stack.client, erased_at + timedelta(minutes=60))
        if item.contract == "HELD-UP"
    ]
    assert (item.what, f"{item.on}", item.urgency) == ("Get the erasure finished", "2026-05-14", "urgent")
    async with stack.pool.acquire() as db, db.transaction():
        await erasures.claim_erased(db, "HELD-UP", erased_at, "HELD-UP/erasure")
    assert await told_of(stack, "HELD-UP", erased_at + timedelta(days=1)) == []


async def told_of(stack: Stack, number: str, at: datetime) -> list[str]:
    return [item.what for item in await due(stack.pool, stack.client, at) if item.contract == number]
