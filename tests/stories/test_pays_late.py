"""Customers that pay late: nothing but a claim up to day 10, a suspension from day 11."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: April's invoice is issued on 1 May and due on 15 May."""


@pytest.mark.clause("IT-22", "IT-40.1")
async def test_paying_on_day_10_brings_a_claim_and_no_suspension(play: Play) -> None:
    # 15 May + 10 = 25 May; 15 June + 10 = 25 June. Days 11, the 26th, never come.
    story = await play(
        a_contract(SIGNED), scenario(connected("2026-04-01"), payer={"days_late": 10}), date(2026, 6, 30)
    )
    assert story.told_once_connected() == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-25T12:00:00+03:00 payment.recorded IT-20",
        "2026-05-25T12:00:00+03:00 invoice.paid IT-20",
        "2026-06-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-06-25T12:00:00+03:00 payment.recorded IT-20",
        "2026-06-25T12:00:00+03:00 invoice.paid IT-20",
    ]
    assert story.invoices()[0] == "2026-04-01..2026-04-30 net 124.00 vat 26.04 total 150.04 due 2026-05-15"
    assert story.data("payment.recorded")[0]["amount"] == "150.04"
    assert story.data("payment.recorded")[0]["paid_on"] == "2026-05-25"


@pytest.mark.clause("IT-40.1", "IT-40.4")
async def test_paying_at_noon_of_day_11_comes_after_the_suspension_and_cures_it(play: Play) -> None:
    story = await play(
        a_contract(SIGNED), scenario(connected("2026-04-01"), payer={"days_late": 11}), date(2026, 5, 31)
    )
    assert story.told_once_connected() == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-26T12:00:00+03:00 payment.recorded IT-20",
        "2026-05-26T12:00:00+03:00 invoice.paid IT-20",
        "2026-05-26T12:00:00+03:00 ground.cured IT-40.1",
        "2026-05-26T12:00:00+03:00 service.resumed IT-40.1",
    ]
    assert story.data("ground.cured") == [{"ground": "unpaid"}]


@pytest.mark.clause("IT-40.1", "IT-42", "IT-43.2")
async def test_paying_40_days_late_cures_nothing_while_the_next_invoice_is_overdue(play: Play) -> None:
    # April is paid on 15 May + 40 = 24 June, but May's has been overdue since 15 June: `unpaid` stays open and ends
    # the contract on 26 May + 31 = 26 June. May is paid on 15 June + 40 = 25 July; June's last invoice is issued on
    # 27 June, due 11 July, paid 11 July + 40 = 20 August, which closes. Erasure: 26 June + 14 = 10 July.
    story = await play(
        a_contract(SIGNED), scenario(connected("2026-04-01"), payer={"days_late": 40}), date(2026, 8, 31)
    )
    assert story.told_once_connected()[2:] == [
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-06-24T12:00:00+03:00 payment.recorded IT-20",
        "2026-06-24T12:00:00+03:00 invoice.paid IT-20",
        "2026-06-26T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
        "2026-06-26T06:00:00+03:00 rmm.removed IT-41",
        "2026-06-26T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
        "2026-06-27T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-07-10T06:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2",
        "2026-07-12T06:00:00+03:00 claim.sent IT-22",
        "2026-07-25T12:00:00+03:00 payment.recorded IT-20",
        "2026-07-25T12:00:00+03:00 invoice.paid IT-20",
        "2026-08-20T12:00:00+03:00 payment.recorded IT-20",
        "2026-08-20T12:00:00+03:00 invoice.paid IT-20",
        "2026-08-20T12:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    # June: 124.00 x 26 / 30 = 107.4667 -> 107.47, VAT 22.5687 -> 22.57.
    assert story.invoices()[2] == "2026-06-01..2026-06-26 net 107.47 vat 22.57 total 130.04 due 2026-07-11"
