"""ALSO's word is held against an ended contract until ALSO charges nothing more for it (M365-37, M365-46)."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.distribution import CustomerAsked
from tests.workflows.driven_subscriptions import BASIC, DrivenSubscriptions, at


async def ended_on_11_march() -> DrivenSubscriptions:
    """Confirmed on 12 February; all given up on 3 March, so that it ends with the month on 11 March, unpaid."""
    contract = DrivenSubscriptions(BASIC)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-03"))
    await contract.ask("1", 0)
    await contract.until(at("2026-03-12"))
    assert contract.state.stage == "ended"
    assert contract.standing[101].ends_on == date(2026, 3, 11)
    return contract


@pytest.mark.clause("M365-37", "M365-46")
async def test_a_cancellation_that_also_loses_after_the_end_is_seen() -> None:
    contract = await ended_on_11_march()
    contract.change(101, terminates_on=None)
    await contract.until(at("2026-03-13"))
    (told,) = contract.told_with("distributor.differs")
    # 5 x 5.00 a month.
    assert told["differences"] == [
        {"subscription": "1", "what": "state", "ours": "ended", "theirs": "active", "euro": "25.00"}
    ]


@pytest.mark.clause("M365-37")
async def test_it_goes_on_until_the_invoice_of_the_last_days_was_seen() -> None:
    contract = await ended_on_11_march()
    contract.change(101, state="terminated")
    before = contract.asked_of(CustomerAsked)
    await contract.until(at("2026-05-01"))
    asked = [one for one in contract.asked[:] if isinstance(one, CustomerAsked)][before:]
    # From 13 March to 5 April, when ALSO has invoiced March: 19 + 5.
    assert len(asked) == 24
    assert asked[-1].invoiced_month == date(2026, 3, 1)
