"""Late interest: by each late part, beside the next invoice, not lost when the principal is paid (exact rule 11)."""

from __future__ import annotations

from datetime import date

import pytest

from activities.ledger import explaining
from tests.issued_documents import kept
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May, 150.04 for May on 15 June."""
TEN_PERCENT = {"late_interest_percent": "10.00"}


async def interest_documents(story: Story) -> list[str]:
    rows = await story.stack.pool.fetch(
        "SELECT * FROM invoices WHERE contract = $1 AND kind = 'interest' ORDER BY issued_on", story.number
    )
    form = "{number}: {net} + {vat} = {total}, {issued_on}, due {due_on}"
    return [form.format(**row) for row in rows]


@pytest.mark.clause("IT-22", "IT-P1.special")
async def test_each_late_part_bears_interest_for_its_own_days(play: Play) -> None:
    # April: 40.00 on time; 60.00 on 20 May, 5 days: 60 x 10 x 5 / 36500 = 0.0821... = 0.08; 50.04 on 27 May, 12 days:
    # 50.04 x 10 x 12 / 36500 = 0.1645... = 0.16. On 1 June 0.24, due on 15 June, and May's 150.04 beside it.
    # On 15 June 150.28 settle May and the interest.
    story = await play(
        a_contract(SIGNED, special_terms=TEN_PERCENT),
        scenario(
            connected("2026-04-01"),
            act("2026-05-15T10:00", "record_payment", amount="40.00", paid_on="2026-05-15"),
            act("2026-05-20T10:00", "record_payment", amount="60.00", paid_on="2026-05-20"),
            act("2026-05-28T10:00", "record_payment", amount="50.04", paid_on="2026-05-27"),
            act("2026-06-15T10:00", "record_payment", amount="150.28", paid_on="2026-06-15"),
        ),
        date(2026, 7, 1),
    )
    april, document = story.invoice("2026-04"), f"{story.number}-NP1"
    told = {"invoice": april, "percent": "10.00", "number": document, "due_on": "2026-06-15"}
    assert story.data("interest.charged") == [
        {**told, "days": 5, "amount": "0.08"},
        {**told, "days": 12, "amount": "0.16"},
    ]
    assert story.at("interest.charged") == ["2026-06-01T06:00:00+03:00"] * 2
    assert await interest_documents(story) == [f"{document}: 0.24 + 0.00 = 0.24, 2026-06-01, due 2026-06-15"]
    assert story.invoices()[1] == "2026-05-01..2026-05-31 net 124.00 vat 26.04 total 150.04 due 2026-06-15"
    assert [each["invoice"] for each in story.data("invoice.paid")] == [april, story.invoice("2026-05"), document]
    assert "2026-06-01 email interest to invoice_delivery: sent" in await story.letters()


@pytest.mark.long
@pytest.mark.clause("IT-22", "IT-40.1")
async def test_unpaid_interest_is_owed_but_suspends_nothing(play: Play) -> None:
    # April on 27 May, 12 days late: 150.04 x 10 x 12 / 36500 = 0.4932... = 0.49, never paid; May and June are on time.
    story = await play(
        a_contract(SIGNED, special_terms=TEN_PERCENT),
        scenario(
            connected("2026-04-01"),
            act("2026-05-27T10:00", "record_payment", amount="150.04", paid_on="2026-05-27"),
            act("2026-06-14T10:00", "record_payment", amount="150.04", paid_on="2026-06-14"),
            act("2026-07-14T10:00", "record_payment", amount="149.55", paid_on="2026-07-14"),
        ),
        date(2026, 7, 20),
    )
    # The interest of May, 0.49, is older than June's invoice: 149.55 settle it and 149.06 of June, 0.98 stay open.
    assert [each["settles"] for each in story.data("payment.recorded")][2] == [
        {"invoice": f"{story.number}-NP1", "amount": "0.49"},
        {"invoice": story.invoice("2026-06"), "amount": "149.06"},
    ]
    assert story.at("service.suspended") == ["2026-05-26T06:00:00+03:00"]
    assert story.at("service.resumed") == ["2026-05-27T10:00:00+03:00"]
    assert [each["invoice"] for each in story.data("claim.sent")] == [
        story.invoice("2026-04"),
        story.invoice("2026-06"),
    ]


@pytest.mark.long
@pytest.mark.clause("IT-22", "IT-42")
async def test_interest_on_the_last_invoice_is_billed_the_next_morning(play: Play) -> None:
    # 1 to 20 May: 124 x 20 / 31 = 80.00, 16.80 VAT, 96.80, due on 4 June, paid on 14 June, 10 days late:
    # 96.80 x 10 x 10 / 36500 = 0.2652... = 0.27. The contract closes only when that is paid too.
    story = await play(
        a_contract(SIGNED, special_terms=TEN_PERCENT),
        scenario(
            connected("2026-04-01"),
            act("2026-05-11T09:00", "agree_end", on="2026-05-20", note="Agreed by letter"),
            act("2026-05-12T09:00", "record_payment", amount="150.04", paid_on="2026-05-12"),
            act("2026-06-14T10:00", "record_payment", amount="96.80", paid_on="2026-06-14"),
            act("2026-06-20T10:00", "record_payment", amount="0.27", paid_on="2026-06-20"),
        ),
        date(2026, 6, 21),
    )
    assert [(each["days"], each["amount"]) for each in story.data("interest.charged")] == [(10, "0.27")]
    assert story.told("interest.charged", "contract.closed") == [
        "2026-06-15T06:00:00+03:00 interest.charged IT-22,IT-P1.special",
        "2026-06-20T10:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    assert await interest_documents(story) == [
        f"{story.number}-NP1: 0.27 + 0.00 = 0.27, 2026-06-15, due 2026-06-29",
    ]


@pytest.mark.long
async def test_without_the_special_term_nothing_is_charged(play: Play) -> None:
    story = await play(a_contract(SIGNED), scenario(connected("2026-04-01"), payer={"days_late": 9}), date(2026, 7, 31))
    assert len(story.data("invoice.paid")) == 3
    assert story.data("interest.charged") == []


@pytest.mark.long
@pytest.mark.clause("IT-22", "IT-20")
async def test_interest_for_days_by_which_a_payment_told_of_later_was_made_is_given_back(play: Play) -> None:
    # April, due on 15 May, was paid on the 20th: 150.04 x 10 x 5 / 36500 = 0.2055 -> 0.21, billed on 1 June. Then a
    # payment of 18 May becomes known: that one settled April, 3 days late, and the money of the 20th is May's, which
    # is not due before 15 June. Two days too many: 150.04 x 10 x 2 / 36500 = 0.0822 -> 0.08; 0.13 of it stay.
    story = await play(
        a_contract(SIGNED, special_terms=TEN_PERCENT),
        scenario(
            connected("2026-04-01"),
            act("2026-05-20T10:00", "record_payment", amount="150.04", paid_on="2026-05-20"),
            act("2026-06-03T10:00", "record_payment", id="found", amount="150.04", paid_on="2026-05-18"),
            act("2026-06-04T10:00", "record_payment", amount="0.13", paid_on="2026-06-04"),
            act("2026-06-05T10:00", "reverse_payment", payment="found", reason="Banka atsauca"),
        ),
        date(2026, 7, 2),
    )
    [note] = story.data("credit.issued")
    figures = (note["number"], note["invoice"], note["net"], note["vat"], note["total"])
    assert figures == (f"{story.number}-NP1-K1", f"{story.number}-NP1", "0.08", "0.00", "0.08")
    assert (note["from"], note["to"]) == ("2026-05-19", "2026-05-20")
    assert [each["invoice"] for each in story.data("invoice.paid")][-1] == f"{story.number}-NP1"
    posted = await story.stack.pool.fetch(
        "SELECT account, amount FROM journal JOIN postings ON transaction = id WHERE journal.document = $1"
        " AND effect = 'credit_note_issued' ORDER BY account",
        note["number"],
    )
    assert [(row["account"], str(row["amount"])) for row in posted] == [
        ("customer_credit", "-0.08"),
        ("interest_income", "0.08"),
    ]
    made = await kept(story.stack.pool, note["number"])
    assert made is not None
    assert "2026-06-03 email credit_note to invoice_delivery: sent" in await story.letters()
    explanation = await explaining.explanation(story.stack.pool, note["number"])
    assert explanation is not None
    assert explanation.as_issued
    # The bank took it back: April was paid on the 20th after all, and the two days are billed again.
    assert [(each["days"], each["amount"]) for each in story.data("interest.charged")] == [(5, "0.21"), (2, "0.08")]
