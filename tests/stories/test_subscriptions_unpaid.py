"""A customer that never pays: suspended, nothing more ordered or renewed, terminated with the rest of its year."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import a_subscription_contract, approved, asked, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-18", "M365-19", "M365-21.1", "M365-24", "M365-44.1", "M365-46", "M365-47", "M365-48.3")
async def test_a_customer_that_never_pays(play: Play, distributor: Distributor) -> None:
    # Issued 1 March, due on the 15th: claim on the 16th (day 1), suspension on the 26th (day 11), termination at 06:00
    # on 26 March + 31 = 26 April. The second month ends on 11 April, while suspended: it does not renew. The last
    # invoice on 27 April is due on 11 May; erasure on 26 April + 14 = 10 May.
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 8, "12.35"), product("Basic", "month", 5, "6.10")),
        scenario(approved("2026-02-12"), asked("2026-04-02T10:00", "1", 10)),
        date(2026, 5, 12),
    )
    told = story.told()
    assert told[told.index("2026-03-11T06:00:00+02:00 subscription.renewed M365-9,M365-14,M365-15") + 1 :] == [
        "2026-03-16T06:00:00+02:00 claim.sent M365-19",
        "2026-03-26T06:00:00+02:00 service.suspended M365-44.1",
        "2026-04-01T06:00:00+03:00 invoice.issued M365-16,M365-14,M365-17",
        "2026-04-02T10:00:00+03:00 change.refused M365-44.1",
        "2026-04-11T06:00:00+03:00 renewal.withheld M365-44.1",
        "2026-04-11T06:00:00+03:00 subscription.cancelled M365-46",
        "2026-04-12T06:00:00+03:00 subscription.disconnected M365-9",
        "2026-04-12T06:00:00+03:00 content.changed M365-9,M365-26",
        "2026-04-16T06:00:00+03:00 claim.sent M365-19",
        "2026-04-26T06:00:00+03:00 contract.ended M365-48.3,M365-44.1,M365-46",
        "2026-04-26T06:00:00+03:00 subscription.disconnected M365-46,M365-24",
        "2026-04-26T06:00:00+03:00 subscription.cancelled M365-46",
        "2026-04-26T06:00:00+03:00 delegation.ended M365-46",
        "2026-04-26T06:00:00+03:00 data.handed_over M365-46,DPA-II.3.2",
        "2026-04-27T06:00:00+03:00 invoice.issued M365-16,M365-14,M365-17",
        "2026-05-10T06:00:00+03:00 data.erased M365-46,M365-51,DPA-I.1.1,DPA-II.3.2",
        "2026-05-12T06:00:00+03:00 claim.sent M365-19",
    ]
    assert story.data("renewal.withheld") == [{"subscription": "2", "last_day": "2026-04-11"}]
    # The last part of the month: 30.50 - 19.68 = 10.82. April of the year undivided, and what is left of 1185.60 after
    # 59.99 and two months of 98.80: 928.01.
    assert story.lines("2026-04") == [
        "8 x 12.35, 2026-04-01..2026-04-30: 98.80",
        "8 x 12.35, 2026-05-01..2027-02-11: 928.01",
        "5 x 6.10, 2026-04-01..2026-04-11: 10.82",
    ]
    # 78.51 as in February of the year; 98.80 + 11.98 + 19.68 = 130.46 x 0.21 = 27.3966; 1037.63 x 0.21 = 217.9023.
    assert story.invoices() == [
        "2026-02-12..2026-02-28 net 78.51 vat 16.49 total 95.00 due 2026-03-15",
        "2026-03-01..2026-03-31 net 130.46 vat 27.40 total 157.86 due 2026-04-15",
        "2026-04-01..2026-04-26 net 1037.63 vat 217.90 total 1255.53 due 2026-05-11",
    ]
    yearly, monthly = await distributor.orders(story.number)
    assert (yearly["terminates_on"], yearly["stretches"][-1]["licences"]) == ("2027-02-11", 8)
    assert (monthly["ended_on"], monthly["term"]) == ("2026-04-11", 2)


@pytest.mark.clause("M365-44.1", "M365-46")
async def test_a_term_that_alsos_is_ahead_of_is_not_renewed_there_while_suspended(
    play: Play, distributor: Distributor
) -> None:
    # ALSO's month begins with the order on 12 February and ends on 11 March and 11 April; ours begins with the
    # Confirmation, when two days later it is provided, and ends on 13 March and 13 April. Suspended from 26 March, it
    # is withheld on the last day that ALSO has.
    await distributor.behave(provisioning_minutes=48 * 60)
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(approved("2026-02-12")),
        date(2026, 4, 14),
    )
    assert story.told("subscription.confirmed", "subscription.renewed", "renewal.withheld", "contract.ended") == [
        "2026-02-14T11:45:00+02:00 subscription.confirmed M365-3,M365-14,M365-T.period",
        "2026-03-13T06:00:00+02:00 subscription.renewed M365-9,M365-14,M365-15",
        "2026-04-11T06:00:00+03:00 renewal.withheld M365-44.1",
        "2026-04-14T06:00:00+03:00 contract.ended M365-45,M365-46",
    ]
    assert story.data("renewal.withheld") == [{"subscription": "1", "last_day": "2026-04-13"}]
    (monthly,) = await distributor.orders(story.number)
    assert (monthly["ends_on"], monthly["terminates_on"]) == ("2026-04-11", "2026-04-11")
