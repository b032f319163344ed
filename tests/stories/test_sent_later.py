"""Due dates count from the day the customer was really sent the invoice, whichever way it went (exact rule 3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from lxml import etree

from activities.documents.einvoice import CBC
from activities.documents.invoices import attached_xml
from activities.ledger import invoice_documents, reading
from tests.issued_documents import kept, to_make
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
NOT_NOW = {"email": "later@example.lv"}
"""Whose mail server takes nothing for now."""
TOLD = ("invoice.issued", "invoice.sent", "claim.sent", "service.suspended", "act.refused")


def delivered_to(where: dict[str, str], signed_at: str = SIGNED, **terms: Any) -> dict[str, Any]:
    contract = a_contract(signed_at, **terms)
    return {**contract, "customer": {**contract["customer"], "invoice_delivery": where}}


def taken_again(at: str) -> dict[str, Any]:
    return act(at, "change_contact", role="invoice_delivery", email="rekini@example.lv")


async def due_dates(story: Story, month: str) -> tuple[str, str, str | None]:
    """The due date by the ledger, in the document that went out, and by the contract; the same wherever it is told."""
    number = story.invoice(month)
    record = await reading.invoice(story.stack.pool, number)
    made = await kept(story.stack.pool, number)
    assert record is not None
    assert made is not None
    stated = etree.fromstring(attached_xml(made.number, made.pdf)).findtext(f"{CBC}DueDate")
    shown = [each["due_on"] for each in (await story.view()).open_invoices if each["number"] == number]
    return str(record.due_on), str(stated), shown[0] if shown else None


@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-40.1")
async def test_an_invoice_that_could_not_leave_for_three_days(play: Play) -> None:
    # Issued on 1 May, it left on the 4th: 4 + 14 = 18 May. Day 1 is 19 May, day 11 is 29 May.
    story = await play(
        delivered_to(NOT_NOW),
        scenario(connected("2026-04-01"), taken_again("2026-05-04T10:00")),
        date(2026, 5, 31),
    )
    assert story.told(*TOLD) == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-04T10:00:00+03:00 invoice.sent IT-19,IT-20",
        "2026-05-19T06:00:00+03:00 claim.sent IT-22",
        "2026-05-29T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.data("invoice.sent") == [
        {"invoice": story.invoice("2026-04"), "on": "2026-05-04", "due_on": "2026-05-18"}
    ]
    # What it charges, and for when, stays: 10 x 12.40 = 124.00, 26.04 VAT.
    assert story.invoices() == ["2026-04-01..2026-04-30 net 124.00 vat 26.04 total 150.04 due 2026-05-15"]
    assert await due_dates(story, "2026-04") == ("2026-05-18",) * 3


@pytest.mark.clause("IT-19", "IT-20", "IT-22")
async def test_an_invoice_that_left_in_the_next_year(play: Play) -> None:
    # 1 to 29 December: 124.00 x 29 / 31 = 116.00, VAT 24.36. Issued on the 30th, sent on 2 January: due on the 16th.
    story = await play(
        delivered_to({"email": "rekini@example.lv"}, "2026-10-20T10:00:00+03:00"),
        scenario(
            connected("2026-11-01"),
            act("2026-12-03T10:00", "record_payment", amount="150.04", paid_on="2026-12-03"),
            act("2026-12-20T10:00", "change_contact", role="invoice_delivery", **NOT_NOW),
            act("2026-12-20T11:00", "agree_end", on="2026-12-29", note="Vienošanās"),
            taken_again("2027-01-02T10:00"),
        ),
        date(2027, 1, 20),
    )
    assert story.told(*TOLD)[1:] == [
        "2026-12-30T06:00:00+02:00 invoice.issued IT-19,IT-18,IT-20",
        "2027-01-02T10:00:00+02:00 invoice.sent IT-19,IT-20",
        "2027-01-17T06:00:00+02:00 claim.sent IT-22",
    ]
    last = await reading.invoice(story.stack.pool, story.invoice("2026-12"))
    assert last is not None
    # Its number and its place in the books are those of the year in which it was issued.
    assert last.number == f"{story.number}-2026-000002"
    assert (last.issued_on, last.sent_on, str(last.net)) == (date(2026, 12, 30), date(2027, 1, 2), "116.00")
    posted = "SELECT on_day FROM journal WHERE effect = 'invoice_issued' AND document = $1"
    assert await story.stack.pool.fetchval(posted, last.number) == date(2026, 12, 30)
    assert await due_dates(story, "2026-12") == ("2027-01-16",) * 3


@pytest.mark.clause("IT-19", "IT-20", "IT-40.1", "IT-P1.contact")
async def test_by_post_it_is_due_from_the_day_that_it_was_posted(play: Play) -> None:
    # April's was posted on 3 May, due on the 17th: day 1 is the 18th, day 11 the 28th. Nobody ever posted May's.
    story = await play(
        delivered_to({"postal_address": "Skaidu iela 6, Rīga"}),
        scenario(
            connected("2026-04-01"),
            act("2026-05-02T10:00", "extend_payment", invoice="2026-04", due_on="2026-05-20"),
            act("2026-05-03T11:00", "record_posting", invoice="2026-04"),
            act("2026-05-04T11:00", "record_posting", invoice="2026-04"),
        ),
        date(2026, 6, 27),
    )
    assert story.told(*TOLD) == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-02T10:00:00+03:00 act.refused IT-20",
        "2026-05-03T11:00:00+03:00 invoice.sent IT-19,IT-20",
        "2026-05-04T11:00:00+03:00 act.refused IT-19",
        "2026-05-18T06:00:00+03:00 claim.sent IT-22",
        "2026-05-28T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
    ]
    may = story.invoice("2026-05")
    shown = {each["number"]: each["due_on"] for each in (await story.view()).open_invoices}
    assert shown == {story.invoice("2026-04"): "2026-05-17", may: None}
    with pytest.raises(invoice_documents.NotSent):
        await to_make(story.stack.pool, may)


@pytest.mark.clause("IT-21", "IT-40.1", "IT-58")
async def test_one_that_nobody_takes_is_not_due_before_a_person_sends_it(play: Play) -> None:
    # Refused for good on 1 May; given to the customer by hand on 10 June: due on the 24th, claimed on the 25th.
    story = await play(
        delivered_to({"email": "refuse@example.lv"}),
        scenario(connected("2026-04-01"), act("2026-06-10T15:00", "record_posting", invoice="2026-04")),
        date(2026, 6, 28),
    )
    claimed = [(event.at.isoformat(), event.data["invoice"]) for event in story.events("claim.sent")]
    assert claimed == [("2026-06-25T06:00:00+03:00", story.invoice("2026-04"))]
    assert story.at("service.suspended") == []


@pytest.mark.clause("IT-22", "IT-20")
async def test_interest_counts_from_the_due_date_that_it_was_sent_with(play: Play) -> None:
    # Sent on 4 May, due on the 18th, paid on the 20th: 150.04 x 10 % x 2 / 365 = 0.0822 -> 0.08.
    # What was paid before it was sent was never late, and is open again once it is taken back.
    story = await play(
        delivered_to(NOT_NOW, special_terms={"late_interest_percent": "10"}),
        scenario(
            connected("2026-04-01"),
            act("2026-05-02T10:00", "record_payment", id="first", amount="50.04", paid_on="2026-05-02"),
            taken_again("2026-05-04T10:00"),
            act("2026-05-05T10:00", "reverse_payment", payment="first", reason="Banka atsauca"),
            act("2026-05-20T10:00", "record_payment", amount="150.04", paid_on="2026-05-20"),
        ),
        date(2026, 6, 2),
    )
    [charged] = story.data("interest.charged")
    assert (charged["days"], charged["amount"], charged["due_on"]) == (2, "0.08", "2026-06-15")
    assert story.at("claim.sent") == ["2026-05-19T06:00:00+03:00"]
