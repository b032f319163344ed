"""What is each service's own among the rules: its points, its lines on documents."""

from __future__ import annotations

from collections.abc import Callable

from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine
from schemas.points import Points
from terms import it_support, licence_credits, microsoft365
from terms.credits import CreditedDays
from terms.invoicing import ChargeLines

POINTS: dict[str, Points] = {"it_support": it_support.POINTS, "microsoft365": microsoft365.POINTS}

CHARGE_LINES: dict[str, ChargeLines] = {
    "it_support": it_support.charge_lines,
    "microsoft365": microsoft365.charge_lines,
}

CREDIT_NOTE_LINES: dict[str, Callable[[CreditInputs], tuple[InvoiceLine, ...]]] = {
    "it_support": it_support.credit_note_lines,
    "microsoft365": microsoft365.credit_note_lines,
}
FEE_CREDITS: dict[str, Callable[[ChargeInputs | CreditInputs], tuple[CreditedDays, ...]]] = {
    "it_support": it_support.fee_credits,
    "microsoft365": licence_credits.fee_credits,
}


def lines_to_bill(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    """The lines of a period's invoice; none where credits even out all of it, so that it has none (exact rule 3)."""
    lines = CHARGE_LINES[inputs.service](inputs)
    return lines if sum(line.net for line in lines) else ()
