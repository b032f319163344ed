"""Several changes of one subscription: what was asked for last stands, and nothing else of it is lost (M365-21)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import a_subscription_contract, act, approved, asked, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"
OFFERED = {name: value for name, value in product("Premium", "month", 1, "21.80").items() if name != "licences"}
KNOWN = {name: value for name, value in product("Standard", "month", 1, "12.90").items() if name != "licences"}


@pytest.mark.clause("M365-14", "M365-21.1", "M365-21.2", "M365-23", "M365-25", "M365-48.1")
async def test_each_change_leaves_the_others_standing(play: Play, distributor: Distributor) -> None:
    price = {"sku": KNOWN["sku"], "period": "month", "price_per_licence": "14.00"}
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10"), product("Standard", "month", 5, "12.90")),
        scenario(
            approved("2026-02-12"),
            # More than ALSO sells at once: it refuses, the customer is told, and the month's increase is not used up.
            asked("2026-02-13T10:00", "2", 400),
            # An increase for a day to come, then a reduction for the renewal, asked for later: both come about.
            asked("2026-02-16T10:00", "2", 7, effective_on="2026-03-02"),
            asked("2026-02-18T10:00", "2", 4, effective_on="2026-03-12"),
            # Fewer, then another product: the number stands with the new product. One that is there is refused.
            asked("2026-02-17T10:00", "1", 3, effective_on="2026-03-12"),
            act(
                "2026-02-17T11:00",
                "request_change",
                signed_by="Anna Bērziņa",
                subscription="1",
                product=KNOWN,
                effective_on="2026-03-12",
            ),
            act(
                "2026-02-18T11:00",
                "request_change",
                signed_by="Anna Bērziņa",
                subscription="1",
                product=OFFERED,
                effective_on="2026-03-12",
            ),
            # In force on the renewal's own day, so from the next one on, though what renews today is changed.
            act("2026-02-20T10:00", "announce_change", changes={"prices": [price]}, effective_on="2026-03-11"),
            payer="on_time",
        ),
        date(2026, 4, 12),
    )
    assert story.told("change.refused", "subscription.refused") == [
        "2026-02-13T10:00:00+02:00 subscription.refused M365-48.1",
        "2026-02-17T11:00:00+02:00 change.refused M365-21.2",
    ]
    refused = [line for line in await story.letters() if "change_refused" in line]
    assert [line[:10] for line in refused] == ["2026-02-13", "2026-02-17"]
    renewed = [
        (one["subscription"], one["from"], one["licences"], one["price_per_licence"])
        for one in story.data("subscription.renewed")
    ]
    assert renewed == [
        ("1", "2026-03-12", 3, "21.80"),
        ("2", "2026-03-12", 4, "12.90"),
        ("1", "2026-04-12", 3, "21.80"),
        ("2", "2026-04-12", 4, "14.00"),
    ]
    # Of the first month 64.50, 39.16 of it in February; two more from 2 March to the 11th: 25.80 x 10 / 31 = 8.3226.
    # Then four, 51.60 x 20 / 31 = 33.2903. Basic: 30.50 - 18.52; three of Premium, 65.40 x 20 / 31 = 42.1935.
    assert story.lines("2026-03") == [
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
        "3 x 21.80, 2026-03-12..2026-03-31: 42.19",
        "5 x 12.90, 2026-03-01..2026-03-11: 25.34",
        "2 x 12.90, 2026-03-02..2026-03-11: 8.32",
        "4 x 12.90, 2026-03-12..2026-03-31: 33.29",
    ]
    standing = [one["stretches"][-1] for one in await distributor.orders(story.number)]
    assert [(one["licences"], "Premium" in one["service"]) for one in standing] == [(3, True), (4, False)]
    assert story.told("distributor.differs") == []
