"""Three years of a customer that pays on every due date: 36 invoices, 3 renewals, not one claim."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SUMMER = range(4, 11)
"""Months whose 1st and 15th are on summer time: the clocks change on the last Sundays of March and October."""


@pytest.mark.long
@pytest.mark.clause("IT-16", "IT-18", "IT-19", "IT-20", "IT-P1.term", "IT-P2.plan", "IT-P2.setup", "IT-T.fee")
async def test_a_customer_that_pays_on_time_for_three_years(play: Play) -> None:
    anna = "anna@example.lv"
    story = await play(
        a_contract("2026-02-10T11:20:00+02:00", users=14, price_per_user="12.50", setup_fee="250.00"),
        scenario(
            connected("2026-03-17"),
            act("2027-02-10T10:00", "request_change", from_email=anna, users=12, effective_on="2027-02-15"),
            act("2028-02-10T10:00", "request_change", from_email=anna, users=16, effective_on="2028-02-15"),
            payer="on_time",
        ),
        date(2029, 3, 31),
    )
    months = [(year, month) for year in range(2026, 2030) for month in range(1, 13)][3:39]
    offsets = ["+03:00" if month in SUMMER else "+02:00" for _, month in months]
    assert story.at("invoice.issued") == [
        f"{year}-{month:02}-01T06:00:00{offset}" for (year, month), offset in zip(months, offsets, strict=True)
    ]
    assert story.at("invoice.paid") == [
        f"{year}-{month:02}-15T12:00:00{offset}" for (year, month), offset in zip(months, offsets, strict=True)
    ]
    assert story.told("claim.sent", "service.suspended", "act.refused", "change.refused") == []

    # March 2026: 175.00 x 15 / 31 = 84.6774 -> 84.68, with the set-up fee 334.68, VAT 70.2828.
    # February 2027 has 28 days: 175.00 x 14 / 28 = 87.50 and 150.00 x 14 / 28 = 75.00; 162.50 x 0.21 = 34.125,
    # half-up 34.13. February 2028 has 29: 150.00 x 14 / 29 = 72.4138 and 200.00 x 15 / 29 = 103.4483;
    # 175.86 x 0.21 = 36.9306. Full months: 14 users 175.00, 12 users 150.00, 16 users 200.00.
    invoices = story.invoices()
    assert invoices[0] == "2026-03-17..2026-03-31 net 334.68 vat 70.28 total 404.96 due 2026-04-15"
    assert invoices[1] == "2026-04-01..2026-04-30 net 175.00 vat 36.75 total 211.75 due 2026-05-15"
    assert invoices[11] == "2027-02-01..2027-02-28 net 162.50 vat 34.13 total 196.63 due 2027-03-15"
    assert invoices[12] == "2027-03-01..2027-03-31 net 150.00 vat 31.50 total 181.50 due 2027-04-15"
    assert invoices[23] == "2028-02-01..2028-02-29 net 175.86 vat 36.93 total 212.79 due 2028-03-15"
    assert invoices[35] == "2029-02-01..2029-02-28 net 200.00 vat 42.00 total 242.00 due 2029-03-15"
    assert story.lines("2027-02") == [
        "14 x 12.50, 2027-02-01..2027-02-14: 87.50",
        "12 x 12.50, 2027-02-15..2027-02-28: 75.00",
    ]
    assert story.lines("2028-02") == [
        "12 x 12.50, 2028-02-01..2028-02-14: 72.41",
        "16 x 12.50, 2028-02-15..2028-02-29: 103.45",
    ]
    # 404.96 + 10 x 211.75 (April to January) + 196.63 + 11 x 181.50 + 212.79 + 12 x 242.00 = 7832.38.
    assert sum(Decimal(each["amount"]) for each in story.data("payment.recorded")) == Decimal("7832.38")

    # Twelve months from 17 March end on 16 March; each renews at 06:00 on its last day.
    assert story.told("period.renewed") == [
        "2027-03-16T06:00:00+02:00 period.renewed IT-16",
        "2028-03-16T06:00:00+02:00 period.renewed IT-16",
        "2029-03-16T06:00:00+02:00 period.renewed IT-16",
    ]
    assert story.data("period.renewed") == [
        {"from": "2027-03-17", "to": "2028-03-16"},
        {"from": "2028-03-17", "to": "2029-03-16"},
        {"from": "2029-03-17", "to": "2030-03-16"},
    ]
