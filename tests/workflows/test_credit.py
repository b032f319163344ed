"""What a credit note does not need for its own invoice settles the others, the oldest first (IT-23, exact rule 5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.ledger import CreditNoteIssued
from terms.proof import sum_proofs
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving

TOLD = (
    "claim.sent",
    "service.suspended",
    "suspension.undone",
    "ground.cured",
    "service.resumed",
    "credit.used",
    "invoice.paid",
)
REDUCED = "write_off.reduced"
MARCH = "404.96"
"""15 days: 14 x 12.50 x 15 / 31 = 84.68, set-up 250.00, VAT 70.28; due on 15 April. A whole month is 175.00 + 36.75."""


async def paid_through_april() -> DrivenContract:
    """May's 211.75 are issued on 1 June and due on the 15th; day 11 is the 26th."""
    contract = await serving()
    await contract.until(at(4, 10))
    assert (await contract.act("record_payment", amount=MARCH, paid_on="2026-04-10")).accepted
    await contract.until(at(5, 10))
    assert (await contract.act("record_payment", amount="211.75", paid_on="2026-05-10")).accepted
    await contract.until(at(6, 2))
    assert open_invoices(contract) == [("2026-05", Decimal("211.75"))]
    return contract


async def credit_days(contract: DrivenContract, first: str, last: str) -> None:
    outcome = await contract.act("credit", **{"from": first, "to": last}, reason="No support at all")
    assert outcome.accepted, outcome.reason


def open_invoices(contract: DrivenContract) -> list[tuple[str, Decimal]]:
    return [(one.month, one.open) for one in contract.state.invoices]


@pytest.mark.clause("IT-20", "IT-22", "IT-23", "IT-40.1")
async def test_credit_for_a_paid_month_settles_the_open_one_so_that_nobody_is_claimed() -> None:
    # All of April, paid, comes back: 211.75, which are May's. June's 211.75 of 1 July are due on the 15th.
    contract = await paid_through_april()
    await credit_days(contract, "2026-04-01", "2026-04-30")
    assert (open_invoices(contract), contract.state.credit) == ([], Decimal(0))
    await contract.until(at(7, 15))
    assert contract.told(*TOLD) == [
        "2026-04-10 12:00 invoice.paid",
        "2026-05-10 12:00 invoice.paid",
        "2026-06-02 12:00 credit.used",
        "2026-06-02 12:00 invoice.paid",
    ]
    assert open_invoices(contract) == [("2026-06", Decimal("211.75"))]


@pytest.mark.clause("IT-20", "IT-23", "IT-40.1")
async def test_credit_for_a_paid_month_cures_and_settles_the_oldest_first() -> None:
    # Suspended for May on 26 June. On 3 July May's 211.75 and June's are open; all of April and ten days of March come
    # back: 211.75, and 14 x 12.50 x 10 / 31 = 56.45 + 11.85 = 68.30. June: 211.75 - 68.30 = 143.45.
    contract = await paid_through_april()
    await contract.until(at(7, 3))
    assert contract.state.stage == "suspended"
    await credit_days(contract, "2026-04-01", "2026-04-30")
    await credit_days(contract, "2026-03-17", "2026-03-26")
    assert contract.told(*TOLD)[2:] == [
        "2026-06-16 06:00 claim.sent",
        "2026-06-26 06:00 service.suspended",
        "2026-07-03 12:00 credit.used",
        "2026-07-03 12:00 invoice.paid",
        "2026-07-03 12:00 ground.cured",
        "2026-07-03 12:00 service.resumed",
        "2026-07-03 12:00 credit.used",
    ]
    assert open_invoices(contract) == [("2026-06", Decimal("143.45"))]


@pytest.mark.clause("IT-23", "IT-40.1")
async def test_what_credit_settled_was_owed_before_it_came() -> None:
    # Suspended on 26 June, cured by credit on the 27th; 1.00 paid on the 20th would have settled nothing in time.
    contract = await paid_through_april()
    await contract.until(at(6, 27))
    await credit_days(contract, "2026-04-01", "2026-04-30")
    assert contract.state.stage == "active"
    assert (await contract.act("record_payment", amount="1.00", paid_on="2026-06-20")).accepted
    assert contract.told("suspension.undone") == []


@pytest.mark.clause("IT-20")
async def test_credit_left_of_a_payment_settles_what_another_payment_taken_back_leaves_open() -> None:
    # 211.75 settle May; 100.00 more are credit. With the 211.75 taken back, the 100.00 are May's: 111.75 are open.
    contract = await paid_through_april()
    assert (await contract.act("record_payment", amount="211.75", paid_on="2026-06-02")).accepted
    assert (await contract.act("record_payment", amount="100.00", paid_on="2026-06-02")).accepted
    assert (await contract.act("reverse_payment", payment="3", reason="Taken back by the bank")).accepted
    assert (open_invoices(contract), contract.state.credit) == ([("2026-05", Decimal("111.75"))], Decimal(0))


@pytest.mark.clause("IT-20")
async def test_a_payment_taken_back_leaves_what_other_money_has_settled() -> None:
    # 300.00 paid on 2 June: 211.75 for May, 88.25 left. June's 211.75 take those on 1 July, and 123.50 of the 200.00 of
    # the 2nd, which leave 76.50. With the 300.00 back, 88.25 of credit go: those 76.50, and 11.75 that June has to give
    # up. 200.00 of 211.75 + 211.75 are paid then: 223.50 are open.
    contract = await paid_through_april()
    assert (await contract.act("record_payment", amount="300.00", paid_on="2026-06-02")).accepted
    await contract.until(at(7, 2))
    assert (await contract.act("record_payment", amount="200.00", paid_on="2026-07-02")).accepted
    assert (await contract.act("reverse_payment", payment="3", reason="Taken back by the bank")).accepted
    assert sorted(open_invoices(contract)) == [("2026-05", Decimal("211.75")), ("2026-06", Decimal("11.75"))]
    assert contract.state.credit == 0


@pytest.mark.clause("IT-20")
async def test_what_settled_too_long_ago_is_for_a_person() -> None:
    contract = await paid_through_april()
    assert (await contract.act("record_payment", amount="300.00", paid_on="2026-06-02")).accepted
    await contract.until(at(7, 2))
    contract.state.credit_used = []
    outcome = await contract.act("reverse_payment", payment="3", reason="Taken back by the bank")
    assert "too long ago" in (outcome.reason or "")
    assert [one.id for one in contract.state.payments][-1].endswith("/3")


@pytest.mark.clause("IT-19", "IT-23")
async def test_credit_notes_to_one_invoice_give_back_its_vat_once() -> None:
    # Three times 0.50 of May: 0.105, 0.21 and 0.315 of VAT on what is given back by then: 0.11, 0.10 and 0.11.
    contract = await paid_through_april()
    for _ in range(3):
        assert (await contract.act("credit", amount="0.50", reason="As agreed")).accepted
    notes = [
        change.note for entry in contract.entries for change in entry.changes if isinstance(change, CreditNoteIssued)
    ]
    assert [f"{note.vat:.2f}" for note in notes] == ["0.11", "0.10", "0.11"]
    assert [(proof.what, proof.working) for proof in sum_proofs(notes[1].inputs)][1] == (
        "vat",
        "(0.50 + 0.50) × 21 ÷ 100 - 0.11, with the credit notes before",
    )
    # 211.75 - 1.50 - 0.32.
    assert open_invoices(contract) == [("2026-05", Decimal("209.93"))]


@pytest.mark.clause("IT-23", "IT-40.1")
async def test_days_that_were_never_billed_are_not_credited_whatever_happens_later() -> None:
    # March, due 15 April, suspends on the 26th; that it was paid on the 20th is told on 5 May: 1 to 5 May are on no
    # invoice. 26 to 30 April come back: 14 x 12.50 x 5 / 30 = 29.17 + 6.13 = 35.30 of April's 211.75: 176.45.
    contract = await serving()
    await contract.until(at(5, 5))
    assert (await contract.act("record_payment", amount=MARCH, paid_on="2026-04-20")).accepted
    assert (await contract.act("record_payment", amount="176.45", paid_on="2026-05-05")).accepted
    # May from the 6th: 175 x 26 / 31 = 146.77 + 30.82 = 177.59, due 15 June, suspends on the 26th; undone on 2 July.
    await contract.until(at(7, 2))
    assert open_invoices(contract) == [("2026-05", Decimal("177.59")), ("2026-06", Decimal("211.75"))]
    refused = await contract.act("credit", **{"from": "2026-05-01", "to": "2026-05-05"}, reason="Once more")
    assert refused.reason == "from: these days cost nothing, or what they cost is credited already"
    assert (await contract.act("record_payment", amount="177.59", paid_on="2026-06-20")).accepted
    assert len(contract.told("suspension.undone")) == 2
    again = await contract.act("credit", **{"from": "2026-05-01", "to": "2026-05-05"}, reason="Once more")
    assert again.reason == refused.reason


@pytest.mark.clause("IT-23", "IT-42")
async def test_days_that_terms_left_unbilled_stay_so_when_their_suspension_is_undone() -> None:
    # No fee for days wholly without service: suspended on 26 April, cured on 10 May, so that neither 27 to 30 April
    # (175 x 26 / 30 = 151.67 + 31.85 = 183.52) nor 1 to 9 May are billed. On 20 June a payment of 20 April undoes it:
    # 26 April and 10 May, billed though service was missing, come back: 175 / 30 = 5.83, 175 / 31 = 5.65.
    contract = await serving()
    special = contract.state.contract.special_terms.model_copy(update={"fee_while_suspended": False})
    contract.state.contract = contract.state.contract.model_copy(update={"special_terms": special})
    await contract.until(at(5, 10))
    for amount in (MARCH, "183.52"):
        assert (await contract.act("record_payment", amount=amount, paid_on="2026-05-10")).accepted
    assert (contract.state.stage, open_invoices(contract)) == ("active", [])
    await contract.until(at(6, 20))
    late = await contract.act("record_payment", amount=MARCH, paid_on="2026-04-20")
    given = [event["data"]["net"] for event in late.events if event["event"] == "credit.granted"]
    assert given == ["5.83", "5.65"]
    again = await contract.act("credit", **{"from": "2026-05-01", "to": "2026-05-09"}, reason="Once more")
    assert again.reason == "from: these days cost nothing, or what they cost is credited already"
    # May was billed from the 10th: 175 x 22 / 31 = 124.19, of which 5.65 have come back.
    more = await contract.act("credit", amount="175.00", reason="All of May")
    assert more.reason == "amount: 118.54 EUR at most, more these days have not cost"


@pytest.mark.clause("IT-23", "IT-42")
async def test_what_was_given_up_is_no_money_that_can_come_back() -> None:
    # 100.00 of May's 211.75 are paid, 111.75 written off. All of May comes back: 111.75 were never owed, so that
    # nothing of them was given up, and 100.00 are credit.
    contract = await paid_through_april()
    assert (await contract.act("record_payment", amount="100.00", paid_on="2026-06-02")).accepted
    assert (await contract.act("write_off", invoice="2026-05", note="Not worth a claim")).accepted
    await credit_days(contract, "2026-05-01", "2026-05-10")
    # Ten days: 175 x 10 / 31 = 56.45 + 11.85 = 68.30 of the 111.75.
    assert contract.state.credit == 0
    await credit_days(contract, "2026-05-11", "2026-05-31")
    assert contract.state.credit == Decimal("100.00")
    reduced = [event.data["amount"] for each in contract.entries for event in each.events if event.event == REDUCED]
    assert reduced == ["68.30", "43.45"]
