"""What ALSO or Microsoft refuses is a ground to terminate until it comes about; what we refuse is none (M365-48.1)."""

from __future__ import annotations

import pytest

from tests.stories.documents import SKUS, product
from tests.workflows.driven_licences import DrivenLicences, at, provided

BASIC = product("Basic", "month", 5, "0.00")
STANDARD = product("Standard", "month", 5, "0.00")
NO_GROUND = "clause: no order or renewal was refused"


async def may_terminate(contract: DrivenLicences) -> bool:
    """Whether the contract may be terminated for it, which ends it."""
    outcome = await contract.act("terminate", clause="M365-48.1", note="ALSO atteica")
    assert outcome.accepted or outcome.reason == NO_GROUND
    return outcome.accepted


async def half_ordered() -> DrivenLicences:
    """Of two subscriptions ALSO refuses the first."""
    contract = DrivenLicences(BASIC, STANDARD)
    contract.refuses = {SKUS["Basic"]: "Nav kredīta"}
    await contract.approve("2026-02-12")
    assert [one["what"] for one in contract.told_with("subscription.refused")] == ["order"]
    return contract


@pytest.mark.clause("M365-48.1")
async def test_a_refused_order_is_a_ground_though_another_goes_through() -> None:
    assert await may_terminate(await half_ordered())


@pytest.mark.clause("M365-48.1")
async def test_it_is_none_any_more_once_the_order_goes_through() -> None:
    contract = await half_ordered()
    contract.refuses = {}
    await contract.until(at("2026-02-14"))
    assert contract.held("1").account_id is not None
    assert not await may_terminate(contract)


@pytest.mark.clause("M365-48.1")
async def test_licences_refused_are_a_ground_until_they_are_added() -> None:
    contract = await provided(BASIC)
    contract.refuses = {SKUS["Basic"]: "Nav kredīta"}
    assert (await contract.ask_for("2026-02-16", "1", licences=7)).accepted
    assert contract.held("1").licences == 5
    contract.refuses = {}
    assert (await contract.ask_for("2026-02-17", "1", licences=7)).accepted
    assert contract.held("1").licences == 7
    assert not await may_terminate(contract)


@pytest.mark.clause("M365-48.1")
async def test_what_we_refuse_ourselves_is_no_ground() -> None:
    contract = DrivenLicences(BASIC)
    contract.refuses = {SKUS["Basic"]: "is not among the services configured at ALSO"}
    contract.is_own_refusal = True
    await contract.approve("2026-02-12")
    assert contract.told_with("subscription.refused")[0]["reason"] == "is not among the services configured at ALSO"
    assert not await may_terminate(contract)


@pytest.mark.clause("M365-21.2")
async def test_of_two_changes_refused_on_a_day_each_is_told() -> None:
    contract = await provided(BASIC)
    contract.refuses = {SKUS["Basic"]: "Nav kredīta"}
    for moment, licences in (("2026-02-16T09:00", 4), ("2026-02-16T15:00", 3)):
        assert (await contract.ask_for(moment, "1", licences=licences)).accepted
    assert [one["what"] for one in contract.told_with("subscription.refused")] == ["renewal change"] * 2
