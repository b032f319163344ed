"""An invoice that is open again, as its payment is taken back, stands as it last stood however the rest was settled."""

from __future__ import annotations

import pytest

from tests.workflows.driven import DrivenContract
from tests.workflows.test_interest_given_back import done, pay
from tests.workflows.test_refusals import at, serving

PAID_IN_PART, PAID_ON = "3000.00", "2026-04-10"
"""Of March: 100 users at 62.00 for 15 of 31 days, 3000.00 and 630.00 VAT; 630.00 is left of it."""
THE_REST = "520.66"
"""Net: 520.66 x 0.21 = 109.3386, and 520.66 + 109.34 = 630.00."""


async def part_paid() -> DrivenContract:
    """March is due on 15 April, and paid in part."""
    contract = await serving({}, users="100", price_per_user="62.00", setup_fee="0.00")
    await contract.until(at(4, 10))
    await pay(contract, PAID_IN_PART, PAID_ON)
    assert [f"{one.open:.2f} {one.due_on}" for one in contract.state.invoices] == ["630.00 2026-04-15"]
    return contract


async def settled_otherwise(contract: DrivenContract, how: str) -> None:
    if how == "credit":
        await done(
            contract, "credit", amount=THE_REST, reason="Vienošanās", **{"from": "2026-03-17", "to": "2026-03-31"}
        )
    else:
        await done(contract, "write_off", invoice="2026-03", note="Vienošanās")
    assert contract.state.invoices == []


@pytest.mark.parametrize("how", ["credit", "write_off"])
@pytest.mark.clause("IT-22", "IT-40.1")
async def test_what_was_extended_is_not_late_before_its_extended_day(how: str) -> None:
    contract = await part_paid()
    await done(contract, "extend_payment", invoice="2026-03", due_on="2026-04-29")
    await contract.until(at(4, 20))
    await settled_otherwise(contract, how)
    await done(contract, "reverse_payment", payment="1", reason="Banka atsauca")
    assert [f"{one.open:.2f} {one.due_on}" for one in contract.state.invoices] == ["3000.00 2026-04-29"]
    await contract.until(at(5, 9))
    # Day 1 of 29 April; day 11 would be 10 May.
    assert contract.told("claim.sent", "service.suspended") == ["2026-04-30 06:00 claim.sent"]


@pytest.mark.parametrize("how", ["credit", "write_off"])
@pytest.mark.clause("IT-22")
async def test_what_was_claimed_is_not_claimed_again(how: str) -> None:
    contract = await part_paid()
    await contract.until(at(4, 20))
    await settled_otherwise(contract, how)
    await done(contract, "reverse_payment", payment="1", reason="Banka atsauca")
    await contract.until(at(4, 25))
    assert contract.told("claim.sent") == ["2026-04-16 06:00 claim.sent"]
