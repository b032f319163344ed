"""What a contract of subscriptions carries from run to run stays small, and nothing that is still needed goes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.also import AlsoSubscription
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, offered, provided
from workflows import postponed

BASIC = product("Basic", "month", 5, "0.00")


@pytest.mark.clause("M365-14", "M365-21.1", "M365-26")
async def test_content_by_which_nothing_is_priced_any_more_is_let_go() -> None:
    """Seven, eight, … licences from the 20th of ten months on, 5 + 10 x 1 in the end; the ledger has each version."""
    contract = await provided(BASIC)
    for month in range(3, 13):
        assert (await contract.ask_for(f"2026-{month:02}-20", "1", licences=3 + month)).accepted
    await contract.until(at("2027-01-20"))
    assert [one.effective_on for one in contract.state.versions] == [date(2026, 11, 20), date(2026, 12, 20)]
    assert contract.held("1").licences == 15
    assert len(contract.told_with("content.changed")) == 10


@pytest.mark.clause("M365-14", "M365-25")
async def test_changes_of_one_day_each_come_about_however_much_is_let_go_between_them() -> None:
    """Two announcements for 20 April, after versions of March: each has its own step, and the second price stands."""
    contract = await provided(BASIC, product("Standard", "month", 5, "0.00"))
    assert (await contract.ask_for("2026-03-02", "1", licences=6)).accepted
    assert (await contract.ask_for("2026-03-03", "2", licences=6)).accepted
    await contract.until(at("2026-04-02"))
    for name, price in (("Basic", "6.10"), ("Standard", "12.90")):
        await announce(contract, price, "2026-04-20", name=name)
    await contract.until(at("2026-05-01"))
    keys = [entry.key for entry in contract.entries]
    assert len(set(keys)) == len(keys)
    # The months renew on 11 May, at what is in force by then.
    await contract.until(at("2026-05-12"))
    assert [contract.held(id).price_per_licence for id in ("1", "2")] == [Decimal("6.10"), Decimal("12.90")]


@pytest.mark.clause("M365-37")
async def test_what_was_put_off_and_is_past_is_forgotten() -> None:
    """ALSO is down for three mornings: what it is to know of a renewal keeps its hour until it does."""
    contract = await provided(BASIC)
    contract.is_silent = True
    await contract.until(at("2026-02-16"))
    assert (await contract.ask_for("2026-02-16", "1", licences=3, effective_on="2026-03-12")).accepted
    postponed.forget(contract.state, contract.duties())
    assert list(contract.state.postponed) == ["comparison", "renewal/1/1"]
    contract.is_silent = False
    await contract.until(at("2026-02-18"))
    postponed.forget(contract.state, contract.duties())
    # A comparison is a duty of every morning.
    assert list(contract.state.postponed) == ["comparison"]


@pytest.mark.clause("M365-37")
async def test_of_a_thousand_differences_the_dearest_are_told_and_the_others_counted() -> None:
    """Thirty accounts that the contract knows nothing of, at 1.00 to 30.00 a month: those from 11.00 on are told."""
    contract = await provided(BASIC)
    for number in range(1, 31):
        contract.standing[200 + number] = AlsoSubscription(
            account_id=200 + number,
            company_id=7,
            service="Basic",
            reference=None,
            state="active",
            provisioning="done",
            licences=1,
            unit_price=Decimal(number),
        )
    await contract.until(at("2026-02-14"))
    (told,) = contract.told_with("distributor.differs")
    assert told["more"] == 10
    assert [each["euro"] for each in told["differences"]] == [f"{number}.00" for number in range(11, 31)]
    assert len(contract.licensing.differences) == 20
    # One of those that were only counted is settled: that is told as well.
    del contract.standing[201]
    await contract.until(at("2026-02-15"))
    assert [one["more"] for one in contract.told_with("distributor.differs")] == [10, 9]


@pytest.mark.clause("M365-25")
async def test_of_announcements_in_force_the_last_are_carried_on_and_their_numbers_go_on() -> None:
    """25 for 20 April; on 2 May one more, for 20 May: of those in force the last 20 are left, the 6th to the 25th."""
    contract = await provided(BASIC)
    await contract.until(at("2026-04-02"))
    for cents in range(25):
        await announce(contract, f"0.{cents:02}", "2026-04-20")
    await contract.until(at("2026-05-02"))
    await announce(contract, "0.00", "2026-05-20")
    assert [one.id for one in contract.state.announcements] == [str(number) for number in range(6, 27)]
    assert (await contract.act("object_to_change", announcement="26")).accepted
    # The prices of one day come in the order in which they were announced.
    await contract.until(at("2026-05-12"))
    assert contract.held("1").price_per_licence == Decimal("0.24")


async def announce(contract: DrivenLicences, price: str, effective_on: str, *, name: str = "Basic") -> None:
    named = {key: value for key, value in offered(name, "month", price).items() if key != "name"}
    assert (await contract.act("announce_change", changes={"prices": [named]}, effective_on=effective_on)).accepted
