"""What a sum settles: the oldest invoice first, and not a cent lost (exact rule 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.receivables import OpenInvoice
from terms.settlement import settle

CENTS = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)


def invoice(month: str, number: str, still_open: Decimal, due_on: date = date(2026, 5, 15)) -> OpenInvoice:
    return OpenInvoice(number=number, month=month, due_on=due_on, total=still_open, open=still_open)


@st.composite
def debts(draw: st.DrawFn) -> list[OpenInvoice]:
    sums = draw(st.lists(CENTS.filter(bool), max_size=8))
    made = [invoice(f"2026-{month:02d}", f"BB-2026-{month:06d}", still) for month, still in enumerate(sums, start=1)]
    return draw(st.permutations(made))


@pytest.mark.clause("IT-20")
def test_a_part_payment_settles_the_oldest_first() -> None:
    may = invoice("2026-05", "BB-2026-000002", Decimal("211.75"))
    april = invoice("2026-04", "BB-2026-000001", Decimal("100.10"))
    settled = settle([may, april], Decimal("150.00"))
    assert [(part.invoice, part.amount) for part in settled.allocations] == [
        ("BB-2026-000001", Decimal("100.10")),
        ("BB-2026-000002", Decimal("49.90")),
    ]
    assert settled.unused == 0


@pytest.mark.clause("IT-20")
def test_an_extended_invoice_stays_the_oldest() -> None:
    april = invoice("2026-04", "BB-2026-000001", Decimal("100.00"), due_on=date(2026, 9, 1))
    may = invoice("2026-05", "BB-2026-000002", Decimal("100.00"))
    assert [part.invoice for part in settle([may, april], Decimal("100.00")).allocations] == ["BB-2026-000001"]


def test_what_no_invoice_needs_is_left_over() -> None:
    settled = settle([invoice("2026-04", "BB-2026-000001", Decimal("99.99"))], Decimal("100.00"))
    assert settled.unused == Decimal("0.01")
    assert settle([], Decimal("7.00")).unused == Decimal("7.00")


@given(debts(), CENTS)
def test_sums_are_conserved_and_no_invoice_is_paid_twice(invoices: list[OpenInvoice], amount: Decimal) -> None:
    settled = settle(invoices, amount)
    still_open = {one.number: one.open for one in invoices}
    assert sum((part.amount for part in settled.allocations), settled.unused) == amount
    assert all(0 < part.amount <= still_open[part.invoice] for part in settled.allocations)
    assert len({part.invoice for part in settled.allocations}) == len(settled.allocations)
    assert settled.unused == max(amount - sum(still_open.values()), Decimal(0))


@given(debts(), CENTS)
def test_only_the_last_one_touched_stays_open(invoices: list[OpenInvoice], amount: Decimal) -> None:
    settled = settle(invoices, amount)
    still_open = {one.number: one.open for one in invoices}
    touched = [part.invoice for part in settled.allocations]
    assert touched == sorted(still_open)[: len(touched)]
    assert all(part.amount == still_open[part.invoice] for part in settled.allocations[:-1])
