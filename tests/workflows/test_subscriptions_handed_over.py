"""What was subscribed to goes with the hand-over: its last term, and where and until when it is known (M365-46)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.ledger import HandoverMade
from tests.workflows.driven_subscriptions import BASIC, YEARLY, DrivenSubscriptions, at


async def handed_over(*, is_silent: bool, end_on: str = "2026-02-20") -> list[dict[str, Any]]:
    """Basic by the month is confirmed on 17 February and Standard not provided; the end is agreed for the 20th."""
    contract = DrivenSubscriptions(BASIC, YEARLY)
    contract.never_ready.add(YEARLY["sku"])
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-18"))
    contract.is_silent = is_silent
    await contract.done("agree_end", on=end_on, note="Abi")
    await contract.until(at(end_on) + timedelta(days=2))
    changes = [change for entry in contract.entries for change in entry.changes]
    (made,) = [change for change in changes if isinstance(change, HandoverMade)]
    return [one.model_dump() for one in made.subscriptions]


@pytest.mark.clause("M365-46")
async def test_each_is_handed_over_with_its_term_and_its_numbers() -> None:
    basic, standard = await handed_over(is_silent=False)
    # Confirmed on the day that the order is due, 12 + 3 working days: Tuesday the 17th, to 16 March.
    assert basic == {
        "subscription": "1",
        "product": BASIC["name"],
        "sku": BASIC["sku"],
        "period": "month",
        "licences": 5,
        "term_from": date(2026, 2, 17),
        "term_to": date(2026, 3, 16),
        "renews_on": None,
        "distributor_customer": 7,
        "distributor_account": 101,
        "tenant": "skiceunlinija.onmicrosoft.com",
    }
    assert (standard["subscription"], standard["term_from"], standard["distributor_account"]) == ("2", None, 102)


@pytest.mark.clause("M365-37", "M365-46")
async def test_what_also_has_not_cancelled_is_handed_over_with_the_day_on_which_it_renews() -> None:
    # ALSO's terms begin with the orders of 12 February: to 11 March, and to 11 February 2027.
    renews = [one["renews_on"] for one in await handed_over(is_silent=True)]
    assert renews == [date(2026, 3, 12), date(2027, 2, 12)]


@pytest.mark.clause("M365-46")
@pytest.mark.parametrize(("end_on", "renews_on"), [("2026-03-11", date(2026, 3, 12)), ("2026-03-12", None)])
async def test_a_day_that_has_passed_is_not_handed_over_as_the_next_renewal(
    end_on: str, renews_on: date | None
) -> None:
    """Basic would renew on 12 March. It is handed over on that day, or on the 13th: what ALSO did, nobody knows."""
    basic, standard = await handed_over(is_silent=True, end_on=end_on)
    assert (basic["renews_on"], standard["renews_on"]) == (renews_on, date(2027, 2, 12))
