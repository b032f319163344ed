"""What is owed: settled by payments and credit notes; once nothing is overdue, `unpaid` is cured (exact rule 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from schemas.invoice import CreditNote, InterestInputs
from schemas.ledger import Allocation, CreditNoteIssued, CreditUsed
from schemas.mail import MailKind
from schemas.receivables import AllocatedPart, BilledPeriod, CreditUse, InterestBill, OpenInvoice
from schemas.state import ContractState, Ground
from terms.calendar import first_decision_after
from terms.late_payment import Debt, Money, cured_on, debts_before, money_since
from terms.settlement import settle
from workflows.steps import Step
from workflows.suspension import SuspensionProcess

CREDIT_USES_KEPT = 60
"""Of what credit settled, the last parts: five years of monthly invoices paid in advance."""


class Receivables(SuspensionProcess):
    """The open invoices, and what follows for a suspension when one is settled."""

    def settle(self, allocation: Allocation, step: Step) -> None:
        [invoice] = [one for one in self.state.invoices if one.number == allocation.invoice]
        invoice.open -= allocation.amount
        if invoice.open == Decimal(0):
            self.state.invoices.remove(invoice)
            keep_last(self.state, invoice)
            step.tell("invoice.paid", self.points.payment, invoice=invoice.number)

    def open_of(self, document: str) -> Decimal:
        """What is still to be paid of an invoice."""
        return next((one.open for one in self.state.invoices if one.number == document), Decimal("0.00"))

    def issue(self, note: CreditNote, *clauses: str, to: BilledPeriod | InterestBill, step: Step) -> Decimal:
        """Book, tell and send a credit note: what is open of its invoice is settled, the rest is credit (IT-23).

        What was written off of the invoice was never paid, and is no credit. Gives what the customer gains, in EUR.
        """
        settles = min(self.open_of(note.invoice), note.total)
        given_up = min(to.written_off, note.total - settles)
        to.written_off -= given_up
        self.state.credit += note.total - settles - given_up
        step.change(CreditNoteIssued(note=note, settles=settles, given_up=given_up))
        sums = {"net": note.net, "vat": note.vat, "total": note.total}
        facts = {"from": note.from_, "to": note.to, "lines": [line.told() for line in note.lines], **sums}
        step.tell("credit.issued", *clauses, number=note.number, invoice=note.invoice, **facts)
        if given_up:
            step.tell(
                "write_off.reduced", self.points.debts_stay, self.points.credit, invoice=note.invoice, amount=given_up
            )
        step.write(
            MailKind.CREDIT_NOTE,
            self.contract.number,
            to_invoice_delivery=True,
            credit_note=note.number,
            invoice=note.invoice,
            issued_on=note.issued_on,
            interest=isinstance(note.inputs, InterestInputs),
            **facts,
        )
        if settles:
            self.settle(Allocation(invoice=note.invoice, amount=settles), step)
        return note.total - given_up

    def use_credit(self, step: Step) -> None:
        """Credit settles what is open, the oldest first, as money does; none is left while anything is owed."""
        settlement = settle(self.state.invoices, self.state.credit)
        if not settlement.allocations:
            return
        step.change(CreditUsed(allocations=settlement.allocations))
        for each in settlement.allocations:
            [invoice] = [one for one in self.state.invoices if one.number == each.invoice]
            step.tell("credit.used", self.points.payment, invoice=invoice.number, amount=each.amount)
            note_credit_used(self.state, invoice, each.amount, step.today)
            self.settle(each, step)

    def cure_if_settled(self, step: Step) -> None:
        """Cure `unpaid` once nothing is overdue, or nothing was on a day by which the money of now had been paid."""
        for ground in [one for one in self.state.grounds if one.ground == "unpaid"]:
            cured = cured_on(ground.since, step.today, *self.reckoned(ground))
            if cured is not None:
                self.cure_ground("unpaid", step, counts_from=cured)
                self.decide_no_more_today(step)

    def reckoned(self, ground: Ground) -> tuple[list[Debt], list[Money]]:
        """What was open when the ground opened, and the money booked since."""
        payments = [one for one in self.state.payments if one.position > ground.payments_before]
        used = [one for one in self.state.credit_used if one.on >= ground.since]
        settled = [*(part for one in payments for part in one.parts), *used]
        return debts_before(settled, self.state.invoices), money_since(ground.since, payments, used)

    def decide_no_more_today(self, step: Step) -> None:
        """What else is overdue falls at the next 06:00: service resumes for that long at least."""
        self.state.no_decision_before = first_decision_after(step.at)


def parts_of(state: ContractState, invoice: str) -> list[AllocatedPart]:
    """What payments and credit settled of an invoice, as far as it may be taken back."""
    parts = [*(part for payment in state.payments for part in payment.parts), *state.credit_used]
    return [part for part in parts if part.invoice == invoice]


def keep_last(state: ContractState, invoice: OpenInvoice) -> None:
    """Have what is known of an invoice say how it stood at last, whatever settled it, for when it is reopened."""
    for part in parts_of(state, invoice.number):
        part.claimed, part.last_due_on = invoice.claimed, invoice.due_on


def note_credit_used(state: ContractState, invoice: OpenInvoice, amount: Decimal, on: date) -> None:
    """Take `amount` off the credit for an invoice, which is as it was before."""
    state.credit -= amount
    facts = invoice.model_dump(include={"kind", "month", "due_on", "total", "claimed"})
    use = CreditUse(invoice=invoice.number, amount=amount, on=on, **facts)
    state.credit_used = [*state.credit_used, use][-CREDIT_USES_KEPT:]
