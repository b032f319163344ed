"""Visits on site: charged with their month, late ones with the next, void ones given back (IT-12, exact rule 4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

SIGNED = "2026-03-20T10:00:00+02:00"
ON_SITE: dict[str, Any] = {"onsite_hourly_rate": "45.00", "included_onsite_minutes": 60}


def visit(at: str, on: str, minutes: int, *, travel: int = 0, in_riga: bool = True) -> dict[str, Any]:
    return act(at, "record_visit", on=on, minutes_on_site=minutes, minutes_travel=travel, in_riga=in_riga)


async def letters_of_invoices(story: Story) -> list[str]:
    return [each for each in await story.letters() if " invoice " in each]


@pytest.mark.clause("IT-12", "IT-18", "IT-P2.visits")
async def test_visits_are_charged_beyond_the_included_minutes_and_late_ones_on_the_next_invoice(play: Play) -> None:
    # May: 95 + 40 travel = 135 minutes, 60 of them included: 75 minutes = 1.25 h x 45.00 = 56.25.
    # 124.00 + 56.25 = 180.25 net, 37.8525 VAT, 218.10 in all.
    # Recorded on 2 June: 20 minutes on 30 May, none of May's minutes are left: 30 minutes = 0.50 x 45.00 = 22.50.
    # June's own visit of 50 minutes is within June's 60. 124.00 + 22.50 = 146.50, 30.765 VAT: 30.77, 177.27.
    story = await play(
        a_contract(SIGNED, **ON_SITE),
        scenario(
            connected("2026-04-01"),
            visit("2026-05-08T10:00", "2026-05-07", 95, travel=40, in_riga=False),
            visit("2026-06-02T10:00", "2026-05-30", 20, travel=60),
            visit("2026-06-15T10:00", "2026-06-15", 50),
            payer="on_time",
        ),
        date(2026, 7, 1),
    )
    assert story.lines("2026-05") == [
        "10 x 12.40, 2026-05-01..2026-05-31: 124.00",
        "1.25 x 45.00, 2026-05-07..2026-05-07: 56.25",
    ]
    assert story.lines("2026-06") == [
        "10 x 12.40, 2026-06-01..2026-06-30: 124.00",
        "0.50 x 45.00, 2026-05-30..2026-05-30: 22.50",
    ]
    assert story.invoices()[1:] == [
        "2026-05-01..2026-05-31 net 180.25 vat 37.85 total 218.10 due 2026-06-15",
        "2026-06-01..2026-06-30 net 146.50 vat 30.77 total 177.27 due 2026-07-15",
    ]
    assert await letters_of_invoices(story) == [
        "2026-05-01 email invoice to invoice_delivery: sent",
        "2026-06-01 email invoice to invoice_delivery: sent",
        "2026-07-01 email invoice to invoice_delivery: sent",
    ]
    assert story.data("visit.recorded")[0] == {
        "visit": "1",
        "on": "2026-05-07",
        "minutes_on_site": 95,
        "minutes_travel": 40,
        "in_riga": False,
        "minutes": 135,
    }


@pytest.mark.clause("IT-P2.visits", "IT-23")
async def test_a_void_visit_is_not_billed_and_comes_back_if_it_was(play: Play) -> None:
    # Visit 2 is void before May is billed, so it is on no invoice. Visit 3 is charged in full, as visit 1 has used up
    # the 60 minutes: 0.75 x 45.00 = 33.75. With visit 1 void, its 45 minutes are within the 60: all of it comes back:
    # 33.75 net, 7.0875 VAT: 7.09, 40.84 in all, off the 124.00 + 33.75 = 157.75 + 33.1275: 190.88 that are open.
    story = await play(
        a_contract(SIGNED, **ON_SITE),
        scenario(
            connected("2026-04-01"),
            visit("2026-05-08T10:00", "2026-05-08", 60),
            visit("2026-05-11T10:00", "2026-05-11", 120),
            act("2026-05-12T10:00", "void_visit", visit="2", reason="Made for another customer"),
            visit("2026-05-20T10:00", "2026-05-20", 45),
            act("2026-06-03T10:00", "void_visit", visit="1", reason="Nobody was there"),
            act("2026-06-03T11:00", "void_visit", visit="1", reason="Once more"),
        ),
        date(2026, 6, 3),
    )
    assert story.lines("2026-05") == [
        "10 x 12.40, 2026-05-01..2026-05-31: 124.00",
        "0.75 x 45.00, 2026-05-20..2026-05-20: 33.75",
    ]
    may = story.invoice("2026-05")
    (note,) = story.data("credit.issued")
    (line,) = note.pop("lines")
    assert (line["quantity"], line["net"]) == ("0.75", "33.75")
    assert note == {
        "number": f"{may}-K1",
        "invoice": may,
        "from": "2026-05-20",
        "to": "2026-05-20",
        "net": "33.75",
        "vat": "7.09",
        "total": "40.84",
    }
    view = await story.view()
    assert [one["open"] for one in view.open_invoices if one["number"] == may] == ["150.04"]
    assert story.data("act.refused") == [
        {"act": "void_visit", "reason": "visit: no such visit; the latest recorded are: 3"}
    ]
    assert "2026-06-03 email credit_note to invoice_delivery: sent" in await story.letters()


@pytest.mark.long
@pytest.mark.clause("IT-12", "IT-42", "IT-P2.visits")
async def test_a_visit_recorded_after_the_last_invoice_has_one_of_its_own(play: Play) -> None:
    # The last service day is 20 May, the last invoice goes out on 21 May. On 22 May the visit of the 19th is
    # recorded: 105 - 60 = 45 minutes = 33.75, 7.0875 VAT, 40.84. A day after the end is no service day.
    story = await play(
        a_contract(SIGNED, **ON_SITE),
        scenario(
            connected("2026-04-01"),
            act("2026-05-11T09:00", "agree_end", on="2026-05-20", note="Agreed by letter"),
            visit("2026-05-22T10:00", "2026-05-19", 105),
            visit("2026-05-22T11:00", "2026-05-21", 30),
            payer="on_time",
        ),
        date(2026, 6, 30),
    )
    assert story.invoices()[2:] == ["2026-05-21..2026-05-21 net 33.75 vat 7.09 total 40.84 due 2026-06-06"]
    assert (await letters_of_invoices(story))[2:] == ["2026-05-23 email invoice to invoice_delivery: sent"]
    assert story.at("invoice.issued")[2] == "2026-05-23T06:00:00+03:00"
    assert story.data("act.refused") == [{"act": "record_visit", "reason": "on: the last service day was 2026-05-20"}]
    assert story.at("contract.closed") == ["2026-06-06T12:00:00+03:00"]


@pytest.mark.clause("IT-12", "IT-P2.visits")
async def test_visits_that_cannot_be_are_refused(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, **ON_SITE),
        scenario(
            visit("2026-03-25T10:00", "2026-03-25", 30),
            connected("2026-04-01"),
            visit("2026-04-03T10:00", "2026-03-31", 30),
            visit("2026-04-03T11:00", "2026-04-04", 30),
            visit("2026-04-03T12:00", "2026-04-03", 0),
            visit("2026-04-03T13:00", "2026-04-03", 30, travel=-5),
            act(
                "2026-04-03T14:00",
                "record_visit",
                on="yesterday",
                minutes_on_site="long",
                minutes_travel=0,
                in_riga="?",
            ),
        ),
        date(2026, 5, 1),
    )
    assert [each["reason"] for each in story.data("act.refused")] == [
        "on: support has not begun, a visit before it is part of the set-up",
        "on: support began on 2026-04-01, a visit before it is part of the set-up",
        "on: the day lies in the future, record a visit once it was made",
        "minutes_on_site: must be at least 1",
        "minutes_travel: must be at least 0",
        "on: must be a date such as 2026-06-15; minutes_on_site: must be a whole number written in digits, such as 14; "
        "in_riga: must be true or false",
    ]
    assert story.lines("2026-04") == ["10 x 12.40, 2026-04-01..2026-04-30: 124.00"]
    assert story.data("visit.recorded") == []
