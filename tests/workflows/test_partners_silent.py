"""Partners that do not answer for a whole day: told once, and told again when they answer (M365-5, M365-37)."""

from __future__ import annotations

import pytest

from tests.workflows.driven_subscriptions import BASIC, DrivenSubscriptions, at


@pytest.mark.clause("M365-9", "M365-37")
async def test_also_silent_for_two_days_over_a_renewal_is_told_and_changes_nothing() -> None:
    contract = DrivenSubscriptions(BASIC)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-10"))
    contract.is_silent = True
    await contract.until(at("2026-03-12"))
    contract.is_silent = False
    await contract.until(at("2026-03-20"))
    # The comparison of the 11th is the first that is not answered; by 13:00 on the 12th it is.
    assert contract.told("subscription.renewed", "distributor.silent", "distributor.answers") == [
        "2026-03-11 06:00 subscription.renewed",
        "2026-03-12 06:00 distributor.silent",
        "2026-03-12 13:00 distributor.answers",
    ]
    since = {"partner": "distributor", "since": "2026-03-11T06:00:00+02:00"}
    assert contract.told_with("distributor.silent", "distributor.answers") == [since, since]
    assert len(contract.standing) == 1
    (renewed,) = contract.told_with("subscription.renewed")
    assert (renewed["from"], renewed["to"]) == ("2026-03-12", "2026-04-11")


@pytest.mark.clause("M365-37")
async def test_a_silence_of_less_than_a_day_is_not_told() -> None:
    contract = DrivenSubscriptions(BASIC)
    await contract.approve("2026-02-12")
    for night in ("2026-03-01", "2026-03-02"):
        await contract.until(at(night, 5))
        contract.is_silent = True
        await contract.until(at(night, 23))
        contract.is_silent = False
    await contract.until(at("2026-03-05"))
    assert contract.told_with("distributor.silent", "distributor.answers") == []


@pytest.mark.clause("M365-3", "M365-5", "M365-6", "M365-37")
async def test_it_is_told_also_while_the_customer_is_not_even_registered() -> None:
    contract = DrivenSubscriptions(BASIC)
    contract.is_silent = True
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-18"))
    assert contract.told("distributor.silent", "order.late") == [
        "2026-02-11 11:20 distributor.silent",
        "2026-02-18 06:00 order.late",
    ]
    contract.is_silent = False
    await contract.until(at("2026-02-19"))
    assert contract.told("distributor.answers", "subscription.confirmed") == [
        "2026-02-18 12:20 subscription.confirmed",
        "2026-02-18 12:20 distributor.answers",
    ]


@pytest.mark.clause("M365-3", "M365-37", "M365-46")
async def test_an_errand_that_is_given_up_as_the_contract_ends_is_no_answer() -> None:
    # The order is tried every hour until midnight of the last service day, and after the end the comparison is.
    contract = DrivenSubscriptions(BASIC)
    await contract.until(at("2026-02-12", 9))
    contract.is_silent = True
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-13"))
    await contract.done("agree_end", on="2026-02-13", note="Abi")
    await contract.until(at("2026-02-14", 5))
    assert contract.told("distributor.silent", "distributor.answers") == ["2026-02-13 10:00 distributor.silent"]
