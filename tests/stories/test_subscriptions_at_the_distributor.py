"""What goes wrong at ALSO in a Microsoft 365 contract's life: one order, the right days, and nothing silent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import ADMINISTRATOR, act, scenario
from tests.stories.play import Play


def licences(*, period: str = "year", number: int = 8, price: str = "12.35") -> dict[str, Any]:
    """Business Standard, signed on Tuesday 10 February 2026."""
    return {
        "service": "microsoft365",
        "signed_at": "2026-02-10T11:20:00+02:00",
        "customer": {
            "name": 'SIA "Skice un līnija"',
            "registration_number": "40999900415",
            "legal_address": "Alberta iela 2, Rīga, LV-1010",
            "administrator": ADMINISTRATOR,
            "invoice_delivery": {"email": "rekini@example.lv"},
        },
        "content": {
            "tenant_domain": "skice.onmicrosoft.com",
            "products": [
                {
                    "sku": "CFQ7TTC0LDPB:0001",
                    "name": "Microsoft 365 Business Standard",
                    "licences": number,
                    "period": period,
                    "price_per_licence": price,
                }
            ],
        },
    }


def approved(day: str) -> list[dict[str, Any]]:
    """What an order waits for, complete at 10:00."""
    return [
        act(f"{day}T09:30", "accept_agreement", on=day),
        act(f"{day}T09:40", "approve_reseller", partner="distributor", on=day),
        act(f"{day}T10:00", "approve_reseller", partner="provider", on=day),
    ]


@pytest.mark.clause("M365-3")
async def test_an_answer_lost_after_the_order_leaves_one_order(play: Play, distributor: Distributor) -> None:
    await distributor.fault("lost_answer", "CreateSubscription", times=2)  # The tenant's, and the order's.
    story = await play(licences(), scenario(approved("2026-02-12")), date(2026, 2, 13))
    assert story.at("subscription.ordered") == ["2026-02-12T10:00:00+02:00"]
    assert len(await distributor.orders(story.number)) == 1


@pytest.mark.clause("M365-9")
async def test_down_for_two_days_over_a_renewal(play: Play, distributor: Distributor) -> None:
    """A month from 12 February ends on 11 March, and the next on 11 April."""
    story = await play(licences(period="month"), scenario(approved("2026-02-12")), date(2026, 3, 10))
    await distributor.down()
    await story.live_until(date(2026, 3, 12))
    await distributor.up()
    await story.live_until(date(2026, 3, 14))
    [renewed] = story.data("subscription.renewed")
    assert (renewed["from"], renewed["to"]) == ("2026-03-12", "2026-04-11")
    [standing] = await distributor.orders(story.number)
    assert (standing["ends_on"], standing["extended"]) == ("2026-04-11", False)


@pytest.mark.clause("M365-48.1")
async def test_also_refuses_the_renewal(play: Play, distributor: Distributor) -> None:
    story = await play(licences(period="month"), scenario(approved("2026-02-12")), date(2026, 3, 9))
    await distributor.behave(refuses_renewals=True)
    await story.live_until(date(2026, 3, 14))
    assert story.at("subscription.refused") == ["2026-03-12T06:00:00+02:00"]
    [standing] = await distributor.orders(story.number)
    assert standing["ended_on"] == "2026-03-11"
