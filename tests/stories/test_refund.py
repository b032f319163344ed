"""What is left of a customer's money when the contract closes is repaid by a person (IT-42)."""

from __future__ import annotations

from datetime import date

import pytest

from activities.ledger import attention
from runtime.embedded.temporal import server_time
from terms.attention import items
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long


@pytest.mark.clause("IT-42")
async def test_money_left_over_at_the_close_is_to_be_repaid(play: Play) -> None:
    # April is 150.04. 1 to 10 May: 124.00 x 10 / 31 = 40.00, 8.40 VAT, 48.40. 1000.00 - 150.04 - 48.40 = 801.56.
    story = await play(
        a_contract("2026-03-20T10:00:00+02:00"),
        scenario(
            connected("2026-04-01"),
            act("2026-05-02T10:00", "record_payment", amount="1000.00", paid_on="2026-05-02"),
            act("2026-05-05T09:00", "agree_end", on="2026-05-10", note="Agreed by letter"),
        ),
        date(2026, 5, 25),
    )
    assert story.data("contract.closed") == [{"refund": "801.56"}]
    now = await server_time(story.stack.client)
    (facts,) = [each async for each in attention.facts(story.stack.pool, now) if each.contract == story.number]
    (item,) = [one for one in items(facts, ("Standarta",)) if one.what == "Repay the customer"]
    assert item.why == "801.56 EUR of the customer's money are left, and no invoice will use them"
