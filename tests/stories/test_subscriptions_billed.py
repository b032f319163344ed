"""Subscriptions by the month and by the year in one contract: ordered, added to, renewed, billed to the cent."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import SKUS, a_subscription_contract, act, approved, asked, product, scenario
from tests.stories.play import Play

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-1", "M365-T.period", "M365-3", "M365-5", "M365-6", "M365-8", "M365-9", "M365-13", "M365-14")
@pytest.mark.clause("M365-15", "M365-16", "M365-17", "M365-21.1", "M365-23", "M365-26", "M365-28")
async def test_by_the_month_and_by_the_year_with_licences_added_on_the_seventeenth(
    play: Play, distributor: Distributor
) -> None:
    # All is approved on Thursday, 12 February at 10:00; ALSO provides 10 minutes later and is looked at every 15.
    # The year is 12 February 2026 - 11 February 2027; the months end on 11 March and 11 April.
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 8, "12.35"), product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"),
            asked("2026-03-17T10:00", "1", 10),
            asked("2026-03-20T10:00", "1", 11),
            payer="on_time",
        ),
        date(2026, 4, 1),
    )
    assert story.told() == [
        "2026-02-10T11:20:00+02:00 contract.signed M365-1,M365-T.customer",
        "2026-02-10T11:20:00+02:00 customer.registered M365-3",
        "2026-02-10T11:20:00+02:00 data.disclosed M365-13",
        "2026-02-10T11:20:00+02:00 delegation.asked M365-5",
        "2026-02-10T11:20:00+02:00 approvals.asked M365-5,M365-6",
        "2026-02-11T06:00:00+02:00 delegation.approved M365-5",
        "2026-02-12T09:30:00+02:00 agreement.accepted M365-5,M365-6",
        "2026-02-12T09:40:00+02:00 reseller.approved M365-5",
        "2026-02-12T10:00:00+02:00 reseller.approved M365-5",
        "2026-02-12T10:00:00+02:00 subscription.ordered M365-3",
        "2026-02-12T10:00:00+02:00 data.disclosed M365-13",
        "2026-02-12T10:00:00+02:00 subscription.ordered M365-3",
        "2026-02-12T10:15:00+02:00 subscription.confirmed M365-3,M365-14,M365-T.period",
        "2026-02-12T10:15:00+02:00 subscription.confirmed M365-3,M365-14,M365-T.period",
        "2026-03-01T06:00:00+02:00 invoice.issued M365-16,M365-14,M365-17",
        "2026-03-11T06:00:00+02:00 subscription.renewed M365-9,M365-14,M365-15",
        "2026-03-15T12:00:00+02:00 payment.recorded M365-17",
        "2026-03-15T12:00:00+02:00 invoice.paid M365-17",
        "2026-03-17T10:00:00+02:00 change.requested M365-21.1,M365-28",
        "2026-03-17T10:00:00+02:00 content.changed M365-21.1,M365-26",
        "2026-03-17T10:00:00+02:00 subscription.changed M365-21.1,M365-23",
        "2026-03-20T10:00:00+02:00 change.refused M365-21.1",
        "2026-04-01T06:00:00+03:00 invoice.issued M365-16,M365-14,M365-17",
    ]
    # February has 17 days of 28 from the 12th on: 8 x 12.35 = 98.80 x 17 / 28 = 59.9857; 5 x 6.10 = 30.50 x 17 / 28 =
    # 18.5179. March: the first month's rest, 30.50 - 18.52 = 11.98; 20 days of 31 of the next, 30.50 x 20 / 31 =
    # 19.6774; two more from the 17th, 15 days of 31: 24.70 x 15 / 31 = 11.9516.
    assert story.lines("2026-02") == [
        "8 x 12.35, 2026-02-12..2026-02-28: 59.99",
        "5 x 6.10, 2026-02-12..2026-02-28: 18.52",
    ]
    assert story.lines("2026-03") == [
        "8 x 12.35, 2026-03-01..2026-03-31: 98.80",
        "2 x 12.35, 2026-03-17..2026-03-31: 11.95",
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
        "5 x 6.10, 2026-03-12..2026-03-31: 19.68",
    ]
    # 59.99 + 18.52 = 78.51 x 0.21 = 16.4871; 98.80 + 11.95 + 11.98 + 19.68 = 142.41 x 0.21 = 29.9061.
    assert story.invoices() == [
        "2026-02-12..2026-02-28 net 78.51 vat 16.49 total 95.00 due 2026-03-15",
        "2026-03-01..2026-03-31 net 142.41 vat 29.91 total 172.32 due 2026-04-15",
    ]
    assert [(one["from"], one["to"]) for one in story.data("subscription.confirmed")] == [
        ("2026-02-12", "2027-02-11"),
        ("2026-02-12", "2026-03-11"),
    ]
    yearly, monthly = await distributor.orders(story.number)
    assert [(yearly["ends_on"], yearly["stretches"][-1]["licences"]), (monthly["ends_on"], monthly["term"])] == [
        ("2027-02-11", 10),
        ("2026-04-11", 2),
    ]
    assert await story.letters() == [
        "2026-02-10 email contract_received to administrator: sent",
        "2026-02-10 email agreement_needed to administrator: sent",
        "2026-02-12 email subscriptions_confirmed to administrator: sent",
        "2026-03-01 email invoice to invoice_delivery: sent",
        "2026-03-11 email subscription_renewed to administrator: sent",
        "2026-03-17 email subscription_changed to administrator: sent",
        "2026-03-20 email change_refused to administrator: sent",
        "2026-04-01 email invoice to invoice_delivery: sent",
    ]


@pytest.mark.long
@pytest.mark.clause("M365-9", "M365-14", "M365-15", "M365-25", "M365-26")
async def test_a_year_keeps_its_price_and_renews_at_the_price_of_that_day(play: Play, distributor: Distributor) -> None:
    # Announced for 1 September 2026: the running year keeps 12.35, the one from 12 February 2027 on costs 13.00.
    prices = [{"sku": SKUS["Standard"], "period": "year", "price_per_licence": "13.00"}]
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 8, "12.35")),
        scenario(
            approved("2026-02-12"),
            asked("2026-03-17T10:00", "1", 10),
            act("2026-08-03T09:00", "announce_change", changes={"prices": prices}, effective_on="2026-09-01"),
            payer="on_time",
        ),
        date(2027, 3, 1),
    )
    (renewed,) = story.events("subscription.renewed")
    assert renewed.at.isoformat() == "2027-02-11T06:00:00+02:00"
    assert renewed.data == {
        "subscription": "1",
        "from": "2027-02-12",
        "to": "2028-02-11",
        "licences": 10,
        "price_per_licence": "13.00",
    }
    # Of the eight that have the whole year the last part takes the rest: 8 x 12.35 x 12 = 1185.60 - 59.99 - 11 x 98.80
    # = 38.81. The two of 17 March by days: 24.70 x 11 / 28 = 9.7036. From the 12th 10 x 13.00 x 17 / 28 = 78.9286.
    whole_months = [*(f"2026-{month:02}" for month in range(3, 13)), "2027-01"]
    assert [story.lines(month)[0].split(": ")[1] for month in whole_months] == ["98.80"] * 11
    assert story.lines("2027-02") == [
        "8 x 12.35, 2027-02-01..2027-02-11: 38.81",
        "2 x 12.35, 2027-02-01..2027-02-11: 9.70",
        "10 x 13.00, 2027-02-12..2027-02-28: 78.93",
    ]
    (yearly,) = await distributor.orders(story.number)
    assert (yearly["term"], yearly["ends_on"], yearly["stretches"][-1]["licences"]) == (2, "2028-02-11", 10)
