"""What is known of which invoices the customer was sent: until then they have no due date (IT-20, exact rule 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.acts import RecordPosting
from schemas.scenario import Scenario
from schemas.sending import SentInvoice
from schemas.state import ContractState
from terms.overdue import due_date


def awaited(state: ContractState) -> tuple[str, ...]:
    """The open invoices not known yet to have been sent."""
    return tuple(one.number for one in state.invoices if one.due_on is None)


def posted_at_once(state: ContractState, scenario: Scenario | None) -> bool:
    """Nobody stands at the print queue of a rehearsal, unless its scenario says when letters are posted."""
    acts = scenario.acts if scenario else ()
    return not state.clock.is_identity and not any(one.act == RecordPosting.act_name for one in acts)


def note_sent(state: ContractState, sent: Iterable[SentInvoice] | None, today: date) -> None:
    """Give the invoices that were sent their due dates; by an answer from before that was told, they all were."""
    otherwise = due_date(today, state.contract.special_terms.payment_days)
    due = {one.invoice: one.due_on for one in sent} if sent is not None else dict.fromkeys(awaited(state), otherwise)
    for invoice in state.invoices:
        if invoice.due_on is None:
            invoice.due_on = due.get(invoice.number)
