"""What staff may do about an invoice: take a payment back, give more time, write it off."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May, day 11 is 26 May."""

TOLD = ("claim.sent", "service.suspended", "payment.reversed", "ground.cured", "service.resumed", "invoice.paid")


@pytest.mark.clause("IT-20", "IT-22", "IT-40.1")
async def test_a_payment_taken_back_reopens_the_invoice(play: Play) -> None:
    # Day 1 and day 11 have passed by 3 June: both fall at the next 06:00, on day 20. Suspended on 4 June: the end on
    # 4 June + 31 = 5 July.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-15T12:00", "record_payment", id="p", amount="150.04", paid_on="2026-05-15", reference="1"),
            act("2026-06-03T14:00", "reverse_payment", payment="p", reason="Banka atsauca"),
            act("2026-06-03T15:00", "reverse_payment", payment="p", reason="Banka atsauca"),
        ),
        date(2026, 7, 5),
    )
    april, may = story.invoice("2026-04"), story.invoice("2026-05")
    assert story.told(*TOLD, "act.refused", "contract.ended") == [
        "2026-05-15T12:00:00+03:00 invoice.paid IT-20",
        "2026-06-03T14:00:00+03:00 payment.reversed IT-20",
        "2026-06-03T15:00:00+03:00 act.refused IT-20",
        "2026-06-04T06:00:00+03:00 claim.sent IT-22",
        "2026-06-04T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-07-05T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
    ]
    assert story.data("claim.sent") == [
        {"invoice": april, "days_overdue": 20},
        {"invoice": may, "days_overdue": 1},
    ]


@pytest.mark.clause("IT-22", "IT-40.1", "IT-P1.special")
async def test_more_time_to_pay_moves_claim_and_suspension(play: Play) -> None:
    # From 15 May to 10 June: claim 11 June, suspension 21 June. An earlier day is no extension.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-12T10:00", "extend_payment", invoice="2026-04", due_on="2026-05-14"),
            act("2026-05-12T11:00", "extend_payment", invoice="2026-04", due_on="2026-06-10"),
        ),
        date(2026, 6, 21),
    )
    assert story.told(*TOLD, "payment.extended", "act.refused") == [
        "2026-05-12T10:00:00+03:00 act.refused IT-20",
        "2026-05-12T11:00:00+03:00 payment.extended IT-20,IT-P1.special",
        "2026-06-11T06:00:00+03:00 claim.sent IT-22",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-06-21T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.data("payment.extended") == [{"invoice": story.invoice("2026-04"), "due_on": "2026-06-10"}]


@pytest.mark.clause("IT-40.1")
async def test_more_time_while_suspended_resumes_service_until_day_11_comes_again(play: Play) -> None:
    # Suspended on 26 May; on 1 June extended to 5 June: nothing is overdue, then day 11 is 16 June. One claim only.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-01T10:00", "extend_payment", invoice="2026-04", due_on="2026-06-05"),
        ),
        date(2026, 6, 16),
    )
    assert story.told(*TOLD) == [
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-01T10:00:00+03:00 ground.cured IT-40.1",
        "2026-06-01T10:00:00+03:00 service.resumed IT-40.1",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-06-16T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.data("claim.sent")[1]["invoice"] == story.invoice("2026-05")


@pytest.mark.clause("IT-40.1", "IT-42")
async def test_a_debt_that_is_written_off_suspends_no_more(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-28T10:00", "write_off", invoice="2026-03", note="Tāda nav"),
            act("2026-05-28T11:00", "write_off", invoice="2026-04", note="Labā griba"),
        ),
        date(2026, 6, 10),
    )
    assert story.told(*TOLD, "debt.written_off", "act.refused") == [
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-28T10:00:00+03:00 act.refused IT-20",
        "2026-05-28T11:00:00+03:00 debt.written_off IT-42",
        "2026-05-28T11:00:00+03:00 ground.cured IT-40.1",
        "2026-05-28T11:00:00+03:00 service.resumed IT-40.1",
    ]
    assert story.data("debt.written_off") == [{"invoice": story.invoice("2026-04"), "amount": "150.04"}]


@pytest.mark.clause("IT-20", "IT-22", "IT-P1.special")
async def test_an_invoice_reopened_by_an_early_part_payment_keeps_its_later_due_date(play: Play) -> None:
    # 50.00 on 10 May, when 15 May was due; then extended to 20 June; 100.04 on 20 May settle it. The 50.00 are taken
    # back on 25 May: 50.00 are open and due on 20 June. Claim 21 June, suspension 20 June + 11 = 1 July; May's
    # invoice, due 15 June, would have suspended on 26 June but is paid.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", id="part", amount="50.00", paid_on="2026-05-10", reference="1"),
            act("2026-05-12T10:00", "extend_payment", invoice="2026-04", due_on="2026-06-20"),
            act("2026-05-20T10:00", "record_payment", amount="100.04", paid_on="2026-05-20", reference="2"),
            act("2026-05-25T10:00", "reverse_payment", payment="part", reason="Banka atsauca"),
            act("2026-06-02T10:00", "write_off", invoice="2026-05", note="Labā griba"),
        ),
        date(2026, 7, 1),
    )
    assert story.told(*TOLD) == [
        "2026-05-20T10:00:00+03:00 invoice.paid IT-20",
        "2026-05-25T10:00:00+03:00 payment.reversed IT-20",
        "2026-06-21T06:00:00+03:00 claim.sent IT-22",
        "2026-07-01T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert [one["open"] for one in (await story.view()).open_invoices] == ["50.00", "150.04"]


@pytest.mark.clause("IT-20", "IT-22", "IT-40.1")
async def test_a_payment_whose_rest_was_used_is_taken_back_with_what_the_rest_settled(play: Play) -> None:
    # 350.00 on 10 May: 150.04 for April; 199.96 left settle May's 150.04 on 1 June, and 49.92 of June's on 1 July.
    # Taken back on 5 July, all three are open: April due 15 May, May due 15 June, June due 15 July. The two that are
    # past day 1 are claimed at the next 06:00, and April is past day 11.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", id="p", amount="350.00", paid_on="2026-05-10", reference="1"),
            act("2026-07-05T10:00", "reverse_payment", payment="p", reason="Banka atsauca"),
        ),
        date(2026, 7, 6),
    )
    april, may, june = (story.invoice(month) for month in ("2026-04", "2026-05", "2026-06"))
    assert story.told(*TOLD) == [
        "2026-05-10T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-01T06:00:00+03:00 invoice.paid IT-20",
        "2026-07-05T10:00:00+03:00 payment.reversed IT-20",
        "2026-07-06T06:00:00+03:00 claim.sent IT-22",
        "2026-07-06T06:00:00+03:00 claim.sent IT-22",
        "2026-07-06T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.data("credit.taken_back") == [
        {"invoice": june, "amount": "49.92"},
        {"invoice": may, "amount": "150.04"},
    ]
    view = await story.view()
    assert {(one["number"], one["due_on"], one["open"]) for one in view.open_invoices} == {
        (april, "2026-05-15", "150.04"),
        (may, "2026-06-15", "150.04"),
        (june, "2026-07-15", "150.04"),
    }
    assert f"{view.credit:.2f}" == "0.00"


@pytest.mark.clause("IT-40.1")
async def test_what_people_do_at_six_comes_after_the_decisions_of_six(play: Play) -> None:
    # On 1 May at 06:00 the invoice is issued, and paid in the same minute in part; on 26 May at 06:00 service is
    # suspended, and the rest is paid in the same minute. 150.04 - 50.00 = 100.04.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-01T06:00", "record_payment", amount="50.00", paid_on="2026-05-01", reference="1"),
            act("2026-05-26T06:00", "record_payment", amount="100.04", paid_on="2026-05-26", reference="2"),
        ),
        date(2026, 5, 26),
    )
    assert story.told_once_connected() == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-01T06:00:00+03:00 payment.recorded IT-20",
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-26T06:00:00+03:00 payment.recorded IT-20",
        "2026-05-26T06:00:00+03:00 invoice.paid IT-20",
        "2026-05-26T06:00:00+03:00 ground.cured IT-40.1",
        "2026-05-26T06:00:00+03:00 service.resumed IT-40.1",
    ]
