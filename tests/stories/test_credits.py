"""Credits for support not given: a credit note for billed days, a negative line for days not billed yet (IT-23)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May, 150.04 for May on 15 June."""


@pytest.mark.clause("IT-20", "IT-23")
async def test_billed_days_come_back_on_a_credit_note_and_what_is_over_is_credit(play: Play) -> None:
    # 6 to 8 April: 10 x 12.40 x 3 / 30 = 12.40 net, 2.604 VAT, 15.00. April is still open: 150.04 - 15.00 = 135.04.
    # Paid in full on 10 May. On 12 May 20.00 more are agreed: 20.00 + 4.20 = 24.20 over, and off May's 150.04: 125.84.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-04T10:00", "credit", **{"from": "2026-04-06", "to": "2026-04-08"}, reason="Nobody answered"),
            act("2026-05-10T10:00", "record_payment", amount="135.04", paid_on="2026-05-10"),
            act("2026-05-12T10:00", "credit", amount="20.00", reason="As agreed"),
            act("2026-05-13T10:00", "credit", **{"from": "2026-04-06", "to": "2026-04-08"}, reason="Once more"),
            act("2026-05-13T11:00", "credit", amount="91.61", reason="Too much"),
        ),
        date(2026, 6, 1),
    )
    april, may = story.invoice("2026-04"), story.invoice("2026-05")
    told = [{name: value for name, value in each.items() if name != "lines"} for each in story.data("credit.issued")]
    assert told == [
        {
            "number": f"{april}-K1",
            "invoice": april,
            "from": "2026-04-06",
            "to": "2026-04-08",
            "net": "12.40",
            "vat": "2.60",
            "total": "15.00",
        },
        {
            "number": f"{april}-K2",
            "invoice": april,
            "from": "2026-04-01",
            "to": "2026-04-30",
            "net": "20.00",
            "vat": "4.20",
            "total": "24.20",
        },
    ]
    # 124.00 - 12.40 - 20.00 = 91.60 are left of April's fee.
    assert [each["reason"] for each in story.data("act.refused")] == [
        "from: these days cost nothing, or what they cost is credited already",
        "amount: 91.60 EUR at most, more these days have not cost",
    ]
    assert story.told("invoice.paid") == ["2026-05-10T10:00:00+03:00 invoice.paid IT-20"]
    view = await story.view()
    assert [(one["number"], one["open"]) for one in view.open_invoices] == [(may, "125.84")]
    assert f"{view.credit:.2f}" == "0.00"
    rows = await story.stack.pool.fetch("SELECT source, amount FROM allocations WHERE contract = $1", story.number)
    assert sorted((row["source"], f"{row['amount']:.2f}") for row in rows) == [
        ("credit", "24.20"),
        ("credit_note", "15.00"),
        ("payment", "135.04"),
    ]


@pytest.mark.clause("IT-19", "IT-23")
async def test_days_not_billed_yet_are_a_negative_line_on_their_invoice(play: Play) -> None:
    # From 29 April to 2 May: two days of April, billed: 124 x 2 / 30 = 8.266... = 8.27, 1.7367 VAT, 10.01. And two of
    # May, to be billed: 124 x 2 / 31 = 8.00. May: 124.00 - 8.00 = 116.00, 24.36 VAT, 140.36.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-04T10:00", "credit", **{"from": "2026-04-29", "to": "2026-05-02"}, reason="Nobody answered"),
        ),
        date(2026, 6, 1),
    )
    assert [(each["net"], each["vat"], each["total"]) for each in story.data("credit.issued")] == [
        ("8.27", "1.74", "10.01")
    ]
    assert [(each["from"], each["to"], each["net"]) for each in story.data("credit.granted")] == [
        ("2026-04-29", "2026-04-30", "8.27"),
        ("2026-05-01", "2026-05-02", "8.00"),
    ]
    assert story.lines("2026-05") == [
        "10 x 12.40, 2026-05-01..2026-05-31: 124.00",
        "-10 x 12.40, 2026-05-01..2026-05-02: -8.00",
    ]
    assert story.invoices()[1] == "2026-05-01..2026-05-31 net 116.00 vat 24.36 total 140.36 due 2026-06-15"


@pytest.mark.long
@pytest.mark.clause("IT-23", "IT-40.1")
async def test_a_credit_of_the_whole_month_settles_what_was_overdue(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-27T10:00", "credit", **{"from": "2026-04-01", "to": "2026-04-30"}, reason="No support at all"),
        ),
        date(2026, 5, 27),
    )
    assert story.told("service.suspended", "credit.issued", "invoice.paid", "ground.cured", "service.resumed") == [
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-27T10:00:00+03:00 credit.issued IT-23",
        "2026-05-27T10:00:00+03:00 invoice.paid IT-20",
        "2026-05-27T10:00:00+03:00 ground.cured IT-40.1",
        "2026-05-27T10:00:00+03:00 service.resumed IT-40.1",
    ]


@pytest.mark.long
@pytest.mark.clause("IT-19", "IT-23")
async def test_a_month_credited_whole_before_it_is_billed_has_no_invoice(play: Play) -> None:
    # Nothing of April is left to bill, and nothing more to give back of it; May is billed as ever.
    whole = {"from": "2026-04-01", "to": "2026-04-30"}
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-20T10:00", "credit", **whole, reason="No support at all"),
            act("2026-05-05T10:00", "credit", **whole, reason="Once more"),
        ),
        date(2026, 6, 1),
    )
    assert story.invoices() == ["2026-05-01..2026-05-31 net 124.00 vat 26.04 total 150.04 due 2026-06-15"]
    assert [each["reason"] for each in story.data("act.refused")] == [
        "from: these days cost nothing, or what they cost is credited already"
    ]
    assert story.data("credit.issued") == []


@pytest.mark.clause("IT-23")
async def test_credits_that_cannot_be_are_refused(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            act("2026-03-25T10:00", "credit", amount="5.00", reason="Too early"),
            connected("2026-04-01"),
            act("2026-04-10T10:00", "credit", **{"from": "2026-03-30", "to": "2026-04-02"}, reason="Before it began"),
            act("2026-04-10T11:00", "credit", **{"from": "2026-04-30", "to": "2026-05-01"}, reason="Not here yet"),
            act("2026-04-10T12:00", "credit", **{"from": "2026-04-08", "to": "2026-04-07"}, reason="Backwards"),
            act("2026-04-10T13:00", "credit", reason="Nothing said"),
            act(
                "2026-05-10T14:00", "credit", amount="5.00", **{"from": "2026-04-30", "to": "2026-05-01"}, reason="Two"
            ),
            act("2026-05-10T15:00", "credit", amount="-5.00", reason="Less than nothing"),
        ),
        date(2026, 5, 10),
    )
    assert [each["reason"] for each in story.data("act.refused")] == [
        "support has not begun, no fee has accrued",
        "from: name a day since 2026-04-01",
        "to: name a day up to 2026-04-30; later days are credited when they come",
        "document: to lies before from; name the first day as from and the last as to",
        "document: give the days without support as from and to, or an agreed amount",
        "amount: an agreed amount is for days of one month; credit each month by itself",
        "amount: must be more than 0",
    ]
    assert story.data("credit.issued") == []
