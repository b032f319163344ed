"""What ALSO does not provide is seen, may be given up, and keeps no contract alive (M365-3, M365-21.2, M365-45)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.mail import MailKind
from terms.licensing import content_of
from tests.stories.documents import product
from tests.workflows.driven_market import AtTheMarket
from tests.workflows.driven_subscriptions import BASIC, YEARLY, at
from tests.workflows.test_held_against_also import paid_until

PROVIDED = "Get the subscription provided"


async def with_the_second_pending() -> AtTheMarket:
    """Approved on 12 February; the second order is not provided for years, the first one by the day it is due."""
    contract = AtTheMarket(BASIC, YEARLY)
    asked: list[str] = []

    def fault(operation: str, _: object) -> None:
        asked.extend([operation] if operation == "CreateSubscription" else [])
        # The tenant's, the first one's, and then the second one's.
        contract.behave(provisioning_minutes=0 if len(asked) < 3 else 10**7)

    contract.fault = fault
    await contract.approve("2026-02-12")
    await paid_until(contract, at("2026-02-20"))
    assert [each["subscription"] for each in contract.told_with("subscription.confirmed")] == ["1"]
    return contract


@pytest.mark.clause("M365-3", "M365-6")
async def test_what_is_not_provided_by_the_day_it_is_due_needs_a_person_in_any_stage() -> None:
    contract = await with_the_second_pending()
    (item,) = contract.due()
    # Approved on Thursday the 12th: three working days on is Tuesday the 17th, when the other is confirmed.
    assert (item.what, str(item.on), item.urgency) == (PROVIDED, "2026-02-17", "urgent")
    contract.at_also()[1].ready_at = contract.now + timedelta(minutes=1)
    await paid_until(contract, at("2026-02-24"))
    assert PROVIDED not in {each.what for each in contract.due()}


@pytest.mark.clause("M365-21.2", "M365-23", "M365-26")
async def test_what_is_not_provided_may_be_given_up_and_is_cancelled_there() -> None:
    contract = await with_the_second_pending()
    await contract.ask("2", 0)
    await contract.until(contract.now)
    assert contract.at_also()[1].terminates_on is not None
    (letter,) = contract.letters(MailKind.SUBSCRIPTION_DISCONNECTED)
    assert letter.facts["undelivered"] is True
    content = content_of(contract.state.versions, at("2026-02-21").date())
    assert [each.sku for each in content.products] == [BASIC["sku"]]
    # Provided after all, it is nobody's.
    contract.at_also()[1].ready_at = contract.now
    await paid_until(contract, at("2026-03-20"))
    assert [each["subscription"] for each in contract.told_with("subscription.confirmed")] == ["1"]
    assert [each["subscription"] for each in contract.told_with("subscription.renewed")] == ["1"]
    # ALSO invoices the year that it was ordered for: told month by month.
    assert {each.what for each in contract.due()} <= {"Settle the difference"}
    await contract.ask("1", 0)
    await paid_until(contract, at("2026-05-20"))
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2026-04-16"}]


@pytest.mark.clause("M365-45")
async def test_with_all_given_up_before_anything_was_provided_the_contract_ends() -> None:
    contract = AtTheMarket(BASIC, YEARLY)
    contract.behave(provisioning_minutes=10**6)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-13"))
    await contract.ask("1", 0)
    assert contract.state.planned_end is None
    await contract.ask("2", 0)
    await contract.until(at("2026-03-20"))
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2026-02-13"}]
    assert all(each.terminates_on is not None for each in contract.at_also())
    assert contract.invoices_issued == 0
    assert contract.state.closed


@pytest.mark.clause("M365-45", "M365-48.1")
async def test_what_is_refused_after_all_else_has_ended_keeps_no_contract_alive() -> None:
    contract = AtTheMarket(BASIC, product("Standard", "year", 3, "12.00"))
    asked: list[str] = []

    def fault(operation: str, now: object) -> str | None:
        asked.extend([operation] if operation == "CreateSubscription" else [])
        if operation != "CreateSubscription" or len(asked) < 3:
            return None
        return "down" if contract.now < at("2026-03-20") else "refused"

    contract.fault = fault
    await contract.approve("2026-02-12")
    await paid_until(contract, at("2026-02-20"))
    await contract.ask("1", 0)
    await paid_until(contract, at("2026-03-19"))
    assert contract.held("1").ended_on == at("2026-03-16").date()
    assert contract.state.stage == "active"
    await paid_until(contract, at("2026-05-20"))
    # Refused on 20 March.
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2026-03-19"}]
    assert contract.state.closed
