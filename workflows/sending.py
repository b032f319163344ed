"""What is known of which invoices the customer was sent: until then they have no due date (IT-20, exact rule 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.sending import SentInvoice
from schemas.state import ContractState


def awaited(state: ContractState) -> tuple[str, ...]:
    """The open invoices not known yet to have been sent."""
    return tuple(one.number for one in state.invoices if one.due_on is None)


def note_sent(state: ContractState, sent: Iterable[SentInvoice] | None, *, otherwise: date) -> None:
    """Give the invoices that were sent their due dates; `otherwise` to all, by an answer from before that was told."""
    due = {one.invoice: one.due_on for one in sent} if sent is not None else dict.fromkeys(awaited(state), otherwise)
    for invoice in state.invoices:
        if invoice.due_on is None:
            invoice.due_on = due.get(invoice.number)
