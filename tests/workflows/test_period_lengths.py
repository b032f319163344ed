"""A new length of period: the renewal goes by the content that binds from the next period's first day (IT-16, IT-27).

All contracts here are confirmed on 17 March 2026 for periods of 12 months: the first ends on 16 March 2027.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.periods import end_of

FREE = {"price_per_user": "0.00", "setup_fee": "0.00"}
"""Nothing to bill, for dates alone."""
NEXT_DAY = "2027-03-17"


def periods(contract: DrivenContract) -> list[tuple[str, str | None]]:
    told = [event for entry in contract.entries for event in entry.events if event.event == "period.renewed"]
    return [(event.data["from"], event.data["to"]) for event in told]


async def serving_until(instant: datetime) -> DrivenContract:
    contract = await serving(**FREE)
    assert contract.state.period is not None
    assert end_of(contract.state.period) == date(2027, 3, 16)
    await contract.until(instant)
    return contract


def content(contract: DrivenContract, months: int | None) -> dict[str, Any]:
    return {**contract.state.versions[-1].content.model_dump(mode="json"), "period_months": months}


async def sign(contract: DrivenContract, months: int | None, effective_on: str) -> None:
    outcome = await contract.act("sign_new_content", content=content(contract, months), effective_on=effective_on)
    assert outcome.accepted, outcome.reason


@pytest.mark.clause("IT-16", "IT-27")
async def test_a_length_signed_for_the_first_day_of_the_next_period_is_that_periods() -> None:
    contract = await serving_until(at(5, 4))
    await sign(contract, 24, NEXT_DAY)
    await contract.until(at(3, 17, 7, 2027))
    # 24 months from 17 March 2027 end on 16 March 2029.
    assert periods(contract) == [("2027-03-17", "2029-03-16")]
    assert contract.told("period.renewed", "content.changed") == [
        "2027-03-16 06:00 period.renewed",
        "2027-03-17 06:00 content.changed",
    ]


@pytest.mark.clause("IT-16", "IT-27")
async def test_a_length_signed_for_the_day_after_waits_for_the_next_renewal() -> None:
    contract = await serving_until(at(5, 4))
    await sign(contract, 24, "2027-03-18")
    await contract.until(at(3, 17, 7, 2028))
    assert periods(contract) == [("2027-03-17", "2028-03-16"), ("2028-03-17", "2030-03-16")]


@pytest.mark.clause("IT-16", "IT-26", "IT-27")
async def test_an_announced_open_end_from_the_first_day_binds_for_no_other_year() -> None:
    contract = await serving_until(at(5, 4))
    announced = await contract.act("announce_change", changes={"period_months": None}, effective_on=NEXT_DAY)
    assert announced.accepted, announced.reason
    await contract.until(at(3, 16, 12, 2027))
    assert periods(contract) == [("2027-03-17", None)]
    # Objected to in time, on the day before it binds: the year that it would have ended goes on.
    assert (await contract.act("object_to_change", announcement="1")).accepted
    await contract.until(at(3, 17, 7, 2027))
    assert periods(contract)[1:] == [("2027-03-17", "2028-03-16")]
    assert contract.state.period is not None


@pytest.mark.clause("IT-16", "IT-27")
async def test_of_several_lengths_for_the_day_the_last_signed_is_the_periods() -> None:
    contract = await serving_until(at(5, 4))
    await sign(contract, 24, NEXT_DAY)
    await sign(contract, 6, NEXT_DAY)
    await sign(contract, 36, "2027-03-01")
    await contract.until(at(3, 17, 7, 2027))
    # The 36 months bind from 1 March, the 6 from the 17th: 17 March to 16 September 2027.
    assert periods(contract) == [("2027-03-17", "2027-09-16")]


@pytest.mark.clause("IT-16", "IT-27")
async def test_a_length_signed_after_the_renewal_of_that_day_is_followed_too() -> None:
    contract = await serving_until(at(3, 16, 12, 2027))
    await sign(contract, 24, NEXT_DAY)
    assert periods(contract) == [("2027-03-17", "2028-03-16"), ("2027-03-17", "2029-03-16")]
    await contract.until(at(3, 17, 3, 2027))
    # The new period has begun: what is signed on its first day is for the next renewal.
    await sign(contract, 6, NEXT_DAY)
    await contract.until(at(3, 18, 12, 2027))
    assert len(periods(contract)) == 2
