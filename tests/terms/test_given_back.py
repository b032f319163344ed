"""Credit notes held against their invoice: the VAT of all together, and never more than was charged (IT-23)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.base import date
from schemas.books import DocumentRow, IssuedKind
from terms.verification import ContractBooks, faults

INVOICE = "BB-2026-000001"


def row(number: str, kind: IssuedKind, net: str, vat: str) -> DocumentRow:
    """A document for April without lines, which are looked at elsewhere."""
    return DocumentRow(
        number=number,
        kind=kind,
        issued_on=date(2026, 5, 1),
        from_=date(2026, 4, 1),
        to=date(2026, 4, 30),
        lines=(),
        net=net,
        vat=vat,
        total=Decimal(net) + Decimal(vat),
    )


def told(*notes: tuple[str, str]) -> list[str]:
    """What is said of credit notes of these nets and VATs to an invoice of 10.00 and 2.10 VAT."""
    documents = [row(INVOICE, "invoice", "10.00", "2.10")]
    documents += [row(f"{INVOICE}-K{n}", "credit_note", *note) for n, note in enumerate(notes, start=1)]
    books = ContractBooks(
        contract="IT-1", documents=documents, inputs={}, payments=[], allocations=[], billed=frozenset()
    )
    found = (f"{each.subject.rpartition('-')[2]}: {each.fault}" for each in faults(books))
    return [each for each in found if "VAT" in each]


@pytest.mark.clause("IT-23")
def test_vat_is_on_all_that_is_given_back() -> None:
    # 0.105 of VAT on 0.50, 0.21 on 1.00. The tenth note comes after the ninth, and not after the first.
    assert told(*[("0.50", "0.11"), ("0.50", "0.10")] * 10) == []
    assert told(("0.50", "0.11"), ("0.50", "0.11")) == ["K2: the VAT on 0.50 after 0.50 is 0.10, it has 0.11"]


@pytest.mark.clause("IT-23")
def test_no_more_is_given_back_than_was_charged() -> None:
    assert told(("6.00", "1.26"), ("4.00", "0.84")) == []
    assert told(("6.00", "1.26"), ("4.01", "0.84")) == [
        "K2: 10.01 and 2.10 VAT are given back with it, of 10.00 and 2.10"
    ]
