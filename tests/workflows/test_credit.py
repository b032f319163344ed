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
