"""Invoices: what is ordered from the ledger, what stands on the paper, what the workflow keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from schemas.base import AwareDatetime, Euro, Frozen, date, two_decimals
from schemas.content import ContentVersion
from schemas.ledger import Allocation

LineKind = Literal["fee", "setup", "visit", "credit"]

_SETUP_TEXTS = frozenset({"Pakalpojuma ierīkošanas maksa", "Service set-up fee"})
"""What set-up lines said when lines had no kind; all the others were fees."""


def _quantity(value: Any) -> int | Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return two_decimals(value, "must be a whole number, or hours as text with two decimals, such as 1.25")


Quantity = Annotated[
    int | Decimal,
    PlainValidator(_quantity),
    PlainSerializer(lambda value: value if isinstance(value, int) else f"{value:.2f}", return_type=int | str),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}], "description": "users, or hours as text"}),
]
"""How many: users or pieces as a whole number, the hours of a visit as Decimal, as JSON a text such as "1.25"."""


class DateRange(Frozen):
    """Days from `from` to `to`, both inclusive."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    to: date


class InvoiceLine(Frozen):
    """A line of an invoice: `quantity` units at `unit_price`, for the days from-to, `net` in EUR.

    `fee`: users at a month's price; `setup`: one; `visit`: hours at the hourly rate, on the visit's day. `credit`:
    a negative quantity, so that no price is below zero (EN 16931 BR-27), and a negative net.
    """

    model_config = ConfigDict(populate_by_name=True)

    kind: LineKind
    text: str
    quantity: Quantity
    unit_price: Euro
    from_: date = Field(alias="from")
    to: date
    net: Euro

    @model_validator(mode="before")
    @classmethod
    def _kind_of_before(cls, value: Any) -> Any:
        """Lines stored before they had a kind."""
        if isinstance(value, dict) and "kind" not in value:
            return {**value, "kind": "setup" if value.get("text") in _SETUP_TEXTS else "fee"}
        return value

    def told(self) -> dict[str, Any]:
        """The line as the timeline and letters state it."""
        return self.model_dump(mode="json", by_alias=True, exclude={"kind"})


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
    "LineKind",
    "Quantity",
]
