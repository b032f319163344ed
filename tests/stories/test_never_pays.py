"""A customer that never pays: claim, suspension, termination, hand-over, erasure, and a debt given up at last."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play


@pytest.mark.clause("IT-15", "IT-19", "IT-22", "IT-40.1", "IT-41", "IT-42", "IT-43.2", "IT-54", "DPA-I.1.1")
@pytest.mark.clause("IT-P2.setup", "DPA-II.3.2", "DPA-III.1.3")
async def test_a_customer_that_never_pays(play: Play) -> None:
    # Issued 1 April, due 15 April: claim on the 16th (day 1), suspension on the 26th (day 11). The ground opened on
    # 26 April is still open at 06:00 on 26 April + 31 = 27 May. Last invoice 28 May; erasure 27 May + 14 = 10 June.
    story = await play(
        a_contract("2026-03-02T16:45:00+02:00", users=5, price_per_user="9.90", setup_fee="120.00"),
        scenario(
            connected("2026-03-09"),
            act("2026-07-01T10:00", "write_off", invoice="2026-03", note="Nav piedzenams"),
            act("2026-07-02T10:00", "write_off", invoice="2026-04", note="Nav piedzenams"),
            act("2026-07-03T10:00", "write_off", invoice="2026-05", note="Nav piedzenams"),
        ),
        date(2026, 7, 31),
    )
    assert story.told_once_connected() == [
        "2026-04-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-04-16T06:00:00+03:00 claim.sent IT-22",
        "2026-04-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-27T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
        "2026-05-27T06:00:00+03:00 rmm.removed IT-41",
        "2026-05-27T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
        "2026-05-28T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-06-10T06:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2",
        "2026-06-12T06:00:00+03:00 claim.sent IT-22",
        "2026-07-01T10:00:00+03:00 debt.written_off IT-42",
        "2026-07-02T10:00:00+03:00 debt.written_off IT-42",
        "2026-07-03T10:00:00+03:00 debt.written_off IT-42",
        "2026-07-03T10:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    # A month is 5 x 9.90 = 49.50; March has 23 service days of 31: 36.7258 -> 36.73, and the set-up fee of 120.00.
    # 156.73 x 0.21 = 32.9133. May to the 27th: 49.50 x 27 / 31 = 43.1129 -> 43.11, VAT 9.0531. Suspended months
    # are billed in full.
    assert story.lines("2026-03") == [
        "1 x 120.00, 2026-03-09..2026-03-09: 120.00",
        "5 x 9.90, 2026-03-09..2026-03-31: 36.73",
    ]
    assert story.invoices() == [
        "2026-03-09..2026-03-31 net 156.73 vat 32.91 total 189.64 due 2026-04-15",
        "2026-04-01..2026-04-30 net 49.50 vat 10.40 total 59.90 due 2026-05-15",
        "2026-05-01..2026-05-27 net 43.11 vat 9.05 total 52.16 due 2026-06-11",
    ]
    assert story.data("claim.sent") == [
        {"invoice": story.invoice("2026-03"), "days_overdue": 1},
        {"invoice": story.invoice("2026-04"), "days_overdue": 1},
        {"invoice": story.invoice("2026-05"), "days_overdue": 1},
    ]
    assert story.data("service.suspended")[0]["grounds"] == ["unpaid"]
    assert story.data("contract.ended") == [{"reason": "terminated", "on": "2026-05-27"}]
    assert story.data("data.erased")[0]["kept"] == ["invoice_delivery"]
    assert [gone["amount"] for gone in story.data("debt.written_off")] == ["189.64", "59.90", "52.16"]
    # The customer is written to at each turn; what is written after the erasure goes to the address that is kept.
    assert await story.letters() == [
        "2026-03-02 email contract_received to administrator: sent",
        "2026-03-09 email onboarding_agreed to administrator: sent",
        "2026-03-09 email service_confirmed to administrator: sent",
        "2026-03-09 email audit_report to administrator: sent",
        "2026-03-09 sms audit_report to administrator: sent",
        "2026-04-01 email invoice to invoice_delivery: sent",
        "2026-04-16 email claim to invoice_delivery: sent",
        "2026-04-26 email service_suspended to administrator: sent",
        "2026-04-26 sms service_suspended to administrator: sent",
        "2026-05-01 email invoice to invoice_delivery: sent",
        "2026-05-16 email claim to invoice_delivery: sent",
        "2026-05-27 email contract_ended to administrator: sent",
        "2026-05-27 email handover_package to administrator: sent",
        "2026-05-27 sms handover_package to administrator: sent",
        "2026-05-28 email invoice to invoice_delivery: sent",
        "2026-06-12 email claim to invoice_delivery: sent",
    ]
