"""What was subscribed to goes with the hand-over: its last term, and where and until when it is known (M365-46)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.ledger import HandoverMade
from tests.workflows.driven_subscriptions import BASIC, YEARLY, DrivenSubscriptions, at


async def handed_over(*, is_silent: bool) -> list[dict[str, Any]]:
    """Basic by the month is confirmed on 12 February and Standard not provided; the end is agreed for the 20th."""
    contract = DrivenSubscriptions(BASIC, YEARLY)
    contract.never_ready.add(YEARLY["sku"])
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-18"))
    await contract.done("agree_end", on="2026-02-20", note="Abi")
    contract.is_silent = is_silent
    await contract.until(at("2026-02-22"))
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
