"""A payment that undid a suspension and is taken back: the suspension had its cause after all."""

from __future__ import annotations

import pytest

from tests.workflows.driven import DrivenContract
from tests.workflows.test_late_payments import MARCH, credited, data, done, not_served, pay, suspended
from tests.workflows.test_refusals import at


async def undone(*, fee_while_suspended: bool = True) -> DrivenContract:
    """Suspended on 26 April for March, which was paid on the 25th as is told on the 29th."""
    contract = await suspended(fee_while_suspended=fee_while_suspended)
    await contract.until(at(4, 29))
    await pay(contract, MARCH, "2026-04-25")
    assert not_served(contract) == ["2026-04-26..2026-04-29"]
    return contract


def april(contract: DrivenContract) -> list[str]:
    [order] = [one for one in contract.invoices_ordered if one.inputs.period.from_ == at(4, 1).date()]
    return [f"{one.from_}..{one.to}" for one in order.inputs.unbilled]


@pytest.mark.clause("IT-20", "IT-23", "IT-40.1", "IT-42")
async def test_days_that_are_not_billed_yet_are_billed_after_all() -> None:
    contract = await undone()
    await contract.until(at(4, 30))
    await done(contract, "reverse_payment", payment="1", reason="Banka atsauca")
    [told] = data(contract, "suspension.stands")
    assert (told["since"], told["until"], told["payment"]) == ("2026-04-26", "2026-04-29", f"{contract.number}/1")
    assert told["billed_again"] == [{"from": "2026-04-26", "to": "2026-04-29"}]
    # Day 11 of March is long over: what is overdue falls at the next 06:00.
    await contract.until(at(5, 1))
    assert april(contract) == []
    assert contract.told("service.suspended")[1:] == ["2026-05-01 06:00 service.suspended"]
    # Booked anew by the bank as of that day, it was paid in time all the same. April is billed by now, and gives four
    # days back: 175.00 x 4 / 30 = 23.33, VAT 4.8993. Of May the day is left off.
    await pay(contract, MARCH, "2026-04-25")
    assert [one["since"] for one in data(contract, "suspension.undone")] == ["2026-04-26", "2026-04-26", "2026-05-01"]
    assert credited(contract) == ["2026-04-26..2026-04-29 net 23.33 vat 4.90 total 28.23"]
    assert not_served(contract) == ["2026-05-01..2026-05-01"]


@pytest.mark.clause("IT-23", "IT-42")
async def test_where_no_fee_is_due_while_suspended_two_days_cost_something() -> None:
    contract = await undone(fee_while_suspended=False)
    await done(contract, "reverse_payment", payment="1", reason="Banka atsauca")
    [told] = data(contract, "suspension.stands")
    assert told["billed_again"] == [
        {"from": "2026-04-26", "to": "2026-04-26"},
        {"from": "2026-04-29", "to": "2026-04-29"},
    ]
    await contract.until(at(5, 1))
    # From the 30th it is suspended anew: that leaves out no day of April.
    assert april(contract) == ["2026-04-27..2026-04-28", "2026-05-01..2036-05-08"]


@pytest.mark.clause("IT-23")
async def test_what_an_invoice_has_left_out_stays_left_out() -> None:
    contract = await undone()
    await contract.until(at(5, 2))
    await done(contract, "reverse_payment", payment="1", reason="Banka atsauca")
    assert [one["billed_again"] for one in data(contract, "suspension.stands")] == [[]]
    assert april(contract) == ["2026-04-26..2026-04-29"]
    assert credited(contract) == []
    # Paid in time after all: what was left out is not given back a second time.
    await pay(contract, MARCH, "2026-04-25")
    assert (len(data(contract, "suspension.undone")), credited(contract)) == (1, [])


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_a_payment_that_undid_nothing_changes_nothing() -> None:
    contract = await undone()
    await pay(contract, "10.00", "2026-04-29")
    await done(contract, "reverse_payment", payment="2", reason="Banka atsauca")
    assert data(contract, "suspension.stands") == []
    assert not_served(contract) == ["2026-04-26..2026-04-29"]
