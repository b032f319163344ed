"""A renewal withheld while suspended is told at once; one lost to a suspension that was never due is questioned.

Standard by the year, Basic by the month, both from 12 February 2026. February's invoice is of 1 March, due on the 15th:
day 11 is the 26th. Basic renewed on 11 March; its second month ends on 11 April, while suspended.
"""

from __future__ import annotations

import pytest

from schemas.mail import MailKind
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, provided

QUESTIONED = {"subscription": "2", "reason": "withheld", "on": "2026-04-11", "paid_on": "2026-03-25"}


async def suspended() -> DrivenLicences:
    contract = await provided(product("Standard", "year", 8, "12.35"), product("Basic", "month", 5, "6.10"))
    await contract.until(at("2026-03-26"))
    assert contract.state.stage == "suspended"
    return contract


async def withheld() -> DrivenLicences:
    contract = await suspended()
    await contract.until(at("2026-04-11"))
    assert contract.held("2").is_cancelled
    return contract


async def pay(contract: DrivenLicences, paid_on: str) -> None:
    owed = contract.owed
    assert (await contract.act("record_payment", amount=f"{owed:.2f}", paid_on=paid_on)).accepted


@pytest.mark.clause("M365-9", "M365-44.1")
async def test_the_customer_is_told_that_nothing_renews_while_suspended() -> None:
    contract = await withheld()
    (letter,) = contract.letters(MailKind.RENEWAL_WITHHELD)
    assert letter.facts == {
        "contract": contract.number,
        "subscription": "2",
        "name": "Microsoft 365 Business Basic",
        "last_day": "2026-04-11",
    }
    assert contract.told_with("renewal.withheld") == [{"subscription": "2", "last_day": "2026-04-11"}]


@pytest.mark.clause("M365-9", "M365-17", "M365-44.1")
async def test_what_was_lost_to_a_suspension_that_was_never_due_is_questioned_once() -> None:
    contract = await withheld()
    await contract.until(at("2026-04-13"))
    await pay(contract, "2026-03-25")
    assert len(contract.told_with("suspension.undone")) == 1
    assert contract.told_with("end.questioned") == [QUESTIONED]
    (letter,) = contract.letters(MailKind.RENEWAL_WITHHELD)[1:]
    assert letter.facts["paid_on"] == "2026-03-25"
    # The other one goes on, and a payment more questions nothing again.
    assert (contract.state.stage, contract.held("1").is_disconnected) == ("active", False)
    assert (await contract.act("record_payment", amount="1.00", paid_on="2026-03-25")).accepted
    assert contract.told_with("end.questioned") == [QUESTIONED]


@pytest.mark.clause("M365-9", "M365-17", "M365-44.1")
@pytest.mark.parametrize(
    ("paid_on", "questioned"), [("2026-04-10", True), ("2026-04-11", False), ("2026-04-12", False)]
)
async def test_it_is_questioned_as_well_where_the_payment_cures_before_the_renewal(
    paid_on: str, questioned: bool
) -> None:
    """Paid on the 10th, service was there again at 06:00 of the 11th; money of the 11th itself comes after that."""
    contract = await withheld()
    await contract.until(at("2026-04-13"))
    await pay(contract, paid_on)
    assert contract.told_with("suspension.undone") == []
    assert [one["paid_on"] for one in contract.told_with("end.questioned")] == ([paid_on] if questioned else [])


@pytest.mark.clause("M365-44.3")
async def test_what_another_ground_withheld_is_not_questioned() -> None:
    contract = await suspended()
    await contract.until(at("2026-04-02"))
    assert (await contract.act("suspend", ground="breach", note="Piekļuve")).accepted
    await contract.until(at("2026-04-13"))
    assert contract.held("2").is_cancelled
    await pay(contract, "2026-03-25")
    assert len(contract.told_with("suspension.undone")) == 1
    assert contract.told_with("end.questioned") == []


@pytest.mark.clause("M365-9", "M365-45")
async def test_with_the_last_subscription_the_end_of_the_contract_is_questioned_too() -> None:
    contract = await provided(product("Basic", "month", 5, "6.10"))
    await contract.until(at("2026-04-13"))
    assert contract.state.stage == "ended"
    await pay(contract, "2026-03-25")
    on_contract, on_subscription = contract.told_with("end.questioned")
    assert (on_contract["reason"], on_subscription["subscription"]) == ("period_ended", "1")


@pytest.mark.clause("M365-9", "M365-17", "M365-45")
async def test_what_the_customer_gives_up_later_is_no_end_by_the_debt_of_another_time() -> None:
    """Basic was lost to a suspension that was never due; Standard is given up, and its year ends while unpaid again."""
    contract = await withheld()
    await contract.until(at("2026-04-13"))
    await pay(contract, "2026-03-25")
    assert (await contract.ask_for("2026-04-14", "1", licences=0)).accepted
    for month in range(5, 13):
        await contract.until(at(f"2026-{month:02}-10"))
        await pay(contract, f"2026-{month:02}-10")
    # The invoice of 1 January is due on the 15th: suspended on the 26th, and the year is over on 11 February.
    await contract.until(at("2027-02-13"))
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2027-02-11"}]
    await pay(contract, "2027-01-20")
    assert len(contract.told_with("suspension.undone")) == 2
    assert contract.told_with("end.questioned") == [QUESTIONED]
