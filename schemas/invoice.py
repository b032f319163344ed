"""Invoices: what is ordered from the ledger, what stands on the paper, what the workflow keeps."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from schemas.base import AwareDatetime, Euro, Frozen, date
from schemas.content import ContentVersion
from schemas.ledger import Allocation


class DateRange(Frozen):
    """Days from `from` to `to`, both inclusive."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    to: date


class InvoiceLine(Frozen):
    """A line of an invoice: `quantity` units at a month's `unit_price`, for the days from-to, `net` in EUR."""

    model_config = ConfigDict(populate_by_name=True)

    text: str
    quantity: int
    unit_price: Euro
    from_: date = Field(alias="from")
    to: date
    net: Euro


class InvoiceSums(Frozen):
    net: Euro
    vat: Euro
    total: Euro


class ChargeInputs(Frozen):
    """All that a period's lines depend on; never the time of the run.

    `period` lies within one calendar month. `unbilled` are the days for which no fee is due.
    `is_first` is true for the first invoice of the contract, which carries the set-up fee (IT-P2.setup).
    """

    service: str
    language: str
    period: DateRange
    service_from: date
    is_first: bool
    versions: tuple[ContentVersion, ...]
    unbilled: tuple[DateRange, ...] = ()


class InvoiceOrder(Frozen):
    """Asks the ledger to issue the invoice of one contract-period, once under `key` (IT-19).

    `series` numbers a rehearsal on its own; without one the provider's series counts on. `special_terms` names
    those that shaped it (IT-P1.special). `credit` is money already received that no invoice has used yet, in EUR.
    """

    key: str
    contract: str
    series: str | None
    at: AwareDatetime
    payment_days: int
    special_terms: tuple[str, ...] = ()
    credit: Euro
    inputs: ChargeInputs


class IssuedInvoice(Frozen):
    """The issued invoice as the contract remembers it; `settled` is what its credit paid at once."""

    number: str
    total: Euro
    issued_on: date
    due_on: date
    settled: Euro


class InvoiceAnswer(Frozen):
    """What became of an order: no invoice where there was nothing to bill (exact rule 3)."""

    issued: IssuedInvoice | None
    unsent: int = 0


class InvoiceRecord(Frozen):
    """An invoice as the ledger keeps and shows it."""

    model_config = ConfigDict(populate_by_name=True)

    number: str
    contract: str
    from_: date = Field(alias="from")
    to: date
    issued_on: date
    due_on: date
    lines: tuple[InvoiceLine, ...]
    net: Euro
    vat: Euro
    total: Euro
    open: Euro


__all__ = [
    "Allocation",
    "Any",
    "ChargeInputs",
    "DateRange",
    "InvoiceAnswer",
    "InvoiceLine",
    "InvoiceOrder",
    "InvoiceRecord",
    "InvoiceSums",
    "IssuedInvoice",
]
