"""What a payment undoes that was made before a suspension, where more than an unpaid invoice is at hand."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.contract import SpecialTerms
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving

TOLD = ("suspension.undone", "ground.cured", "service.resumed")
MARCH = "404.96"
"""Due on 15 April: day 10 is the 25th, service is suspended on the 26th."""


async def suspended(*, fee_while_suspended: bool = True) -> DrivenContract:
    contract = await serving()
    special = SpecialTerms(fee_while_suspended=fee_while_suspended)
    contract.state.contract = contract.state.contract.model_copy(update={"special_terms": special})
    await contract.until(at(4, 26))
    assert contract.state.stage == "suspended"
    return contract


async def done(contract: DrivenContract, act: str, **fields: Any) -> None:
    outcome = await contract.act(act, **fields)
    assert outcome.accepted, outcome.reason


async def pay(contract: DrivenContract, amount: str, paid_on: str) -> None:
    await done(contract, "record_payment", amount=amount, paid_on=paid_on)


def data(contract: DrivenContract, name: str) -> list[dict[str, Any]]:
    return [event.data for entry in contract.entries for event in entry.events if event.event == name]


def credited(contract: DrivenContract) -> list[str]:
    return ["{from}..{to} net {net} vat {vat} total {total}".format(**one) for one in data(contract, "credit.issued")]


def not_served(contract: DrivenContract) -> list[str]:
    return [f"{one.from_}..{one.to}" for one in contract.state.not_served]


@pytest.mark.clause("IT-23", "IT-40.4")
async def test_another_ground_keeps_service_suspended_and_its_days_are_its_own() -> None:
    contract = await suspended()
    await contract.until(at(4, 27))
    await done(contract, "suspend", ground="breach", note="Piekļuve")
    await contract.until(at(4, 29))
    await pay(contract, MARCH, "2026-04-25")
    assert contract.told(*TOLD) == ["2026-04-29 12:00 suspension.undone", "2026-04-29 12:00 ground.cured"]
    # From noon of the 27th on service would have been suspended all the same.
    assert not_served(contract) == ["2026-04-26..2026-04-27"]
    assert [(one.since, one.until) for one in contract.state.suspensions] == [(at(4, 27).date(), None)]


@pytest.mark.clause("IT-23", "IT-42")
async def test_days_that_cost_nothing_while_suspended_are_not_credited_again() -> None:
    # Billed on 1 May without 27 to 30 April, wholly without service; the 26th was charged: 175.00 x 1 / 30 = 5.8333.
    contract = await suspended(fee_while_suspended=False)
    await contract.until(at(5, 3))
    await pay(contract, MARCH, "2026-04-25")
    assert credited(contract) == ["2026-04-26..2026-04-26 net 5.83 vat 1.22 total 7.05"]
    assert not_served(contract) == ["2026-05-01..2026-05-03"]


@pytest.mark.clause("IT-20", "IT-42")
async def test_a_debt_given_up_was_not_paid() -> None:
    contract = await suspended()
    await done(contract, "write_off", invoice="2026-03", note="Labā griba")
    await contract.until(at(4, 28))
    await pay(contract, "0.01", "2026-04-20")
    assert data(contract, "suspension.undone") == []


@pytest.mark.clause("IT-20", "IT-23")
async def test_a_suspension_that_is_over_is_undone_as_well() -> None:
    contract = await suspended()
    await contract.until(at(4, 28))
    await done(contract, "extend_payment", invoice="2026-03", due_on="2026-05-10")
    await contract.until(at(4, 30))
    await pay(contract, MARCH, "2026-04-25")
    assert contract.told(*TOLD) == [
        "2026-04-28 12:00 ground.cured",
        "2026-04-28 12:00 service.resumed",
        "2026-04-30 12:00 suspension.undone",
    ]
    assert not_served(contract) == ["2026-04-26..2026-04-28"]
    await pay(contract, "1.00", "2026-04-25")
    assert len(data(contract, "suspension.undone")) == 1


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_money_taken_back_meanwhile_has_to_be_paid_in_time_again() -> None:
    contract = await serving()
    await contract.until(at(4, 20))
    await pay(contract, "100.00", "2026-04-20")
    await contract.until(at(4, 27))
    await done(contract, "reverse_payment", payment="1", reason="Banka atsauca")
    await pay(contract, "304.96", "2026-04-24")
    assert data(contract, "suspension.undone") == []
    await contract.until(at(4, 28))
    await pay(contract, "100.00", "2026-04-25")
    assert [one["until"] for one in data(contract, "suspension.undone")] == ["2026-04-28"]


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_a_cure_looks_at_what_was_overdue_on_the_day_of_the_payment() -> None:
    # April's invoice is due on 15 May. March's is paid on 14 May, recorded on 18 May: nothing else was overdue then.
    contract = await suspended()
    await contract.until(at(5, 18))
    await pay(contract, MARCH, "2026-05-14")
    assert contract.told(*TOLD) == ["2026-05-18 12:00 ground.cured", "2026-05-18 12:00 service.resumed"]
    # April's own day 11 is 26 May.
    await contract.until(at(5, 26))
    assert contract.told("service.suspended")[1:] == ["2026-05-26 06:00 service.suspended"]


@pytest.mark.clause("IT-40.1")
async def test_what_is_at_its_own_day_11_suspends_again_and_was_never_without_reason() -> None:
    # March's, paid on 25 April, becomes known on 26 May at noon; April's is at day 11 since 06:00. From then on the
    # suspension would have come anyway: 26 April to 25 May are not paid for. April is billed, with 30 days of it:
    # 175.00 x 5 / 30 = 29.1667 and 29.17 x 0.21 = 6.1257.
    contract = await suspended()
    await contract.until(at(5, 26, 12))
    await pay(contract, MARCH, "2026-04-25")
    assert credited(contract) == ["2026-04-26..2026-04-30 net 29.17 vat 6.13 total 35.30"]
    assert not_served(contract) == ["2026-05-01..2026-05-25"]
    await contract.until(at(5, 28))
    assert contract.told("service.resumed", "service.suspended")[1:] == [
        "2026-05-26 12:00 service.resumed",
        "2026-05-27 06:00 service.suspended",
    ]
