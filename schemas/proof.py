"""How each figure of an invoice comes about, so that a person can check it with a calculator."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field

from schemas.base import Euro, Frozen, date
from schemas.invoice import LineKind, Quantity

NoticeKind = Literal["invoice", "interest", "credit_note"]


class LineProof(Frozen):
    """A line with its working: `unrounded` is what `steps` come to in EUR before `rounding`, ending in … if it goes on.

    `days` and `days_in_month` are there where the line is by days. `rate` is the price a month or an hour in EUR, or
    for interest the per cent a year.
    """

    model_config = ConfigDict(populate_by_name=True)

    kind: LineKind
    what: str
    from_: date = Field(alias="from")
    to: date
    quantity: Quantity
    days: int | None
    days_in_month: int | None
    rate: str
    steps: tuple[str, ...]
    unrounded: str
    rounding: str
    net: Euro


class SumProof(Frozen):
    """A sum of the document and its working."""

    what: Literal["net", "vat", "total"]
    working: str
    unrounded: str
    rounding: str
    amount: Euro


class DueProof(Frozen):
    """How a due date comes about; `due_on` is None until the customer is sent the document (exact rule 3)."""

    sent_on: date | None
    working: str
    due_on: date | None


class Explanation(Frozen):
    """A document worked out anew from what it was made of; `as_issued` tells whether that gave what was issued.

    A credit note is not due: nobody has to pay it.
    """

    number: str
    kind: NoticeKind
    contract: str
    issued_on: date
    due: DueProof | None
    lines: tuple[LineProof, ...]
    sums: tuple[SumProof, ...]
    as_issued: bool


def shown(value: Decimal) -> str:
    """An exact value with two to six decimals; one that goes on is cut and ends in …"""
    cut = Decimal(int(value * 10**6)).scaleb(-6)
    text = f"{cut:f}"
    whole, _, decimals = text.partition(".")
    if cut != value:
        return f"{whole}.{decimals}…"
    return f"{whole}.{decimals.rstrip('0'):0<2}"
