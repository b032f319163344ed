"""Which rules make the lines of which service's invoices and credit notes."""

from __future__ import annotations

from collections.abc import Callable

from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine
from terms import it_support
from terms.credits import CreditedDays
from terms.invoicing import ChargeLines

CHARGE_LINES: dict[str, ChargeLines] = {"it_support": it_support.charge_lines}

CREDIT_NOTE_LINES: dict[str, Callable[[CreditInputs], tuple[InvoiceLine, ...]]] = {
    "it_support": it_support.credit_note_lines
}
FEE_CREDITS: dict[str, Callable[[ChargeInputs | CreditInputs], tuple[CreditedDays, ...]]] = {
    "it_support": it_support.fee_credits
}
