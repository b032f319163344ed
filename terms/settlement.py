"""Which invoices a payment settles (exact rule 5: part payments settle the oldest invoice first)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.ledger import Allocation
from schemas.receivables import OpenInvoice


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a sum settles: parts by invoice, and what is left over, all in EUR."""

    allocations: tuple[Allocation, ...]
    unused: Decimal


def settle(invoices: Sequence[OpenInvoice], amount: Decimal) -> Settlement:
    """Spread `amount` over `invoices`, the oldest month first; an extension makes no invoice younger."""
    left = amount
    parts: list[Allocation] = []
    for invoice in sorted(invoices, key=lambda one: (one.month, one.number)):
        part = min(left, invoice.open)
        if part > 0:
            parts.append(Allocation(invoice=invoice.number, amount=part))
            left -= part
    return Settlement(allocations=tuple(parts), unused=left)
