"""What is owed: settled by payments and credit notes; once nothing is overdue, `unpaid` is cured (exact rule 5)."""

from __future__ import annotations

from decimal import Decimal

from schemas.ledger import Allocation
from schemas.state import Ground
from terms.calendar import first_decision_after
from terms.late_payment import Debt, Money, cured_on, debts_before
from workflows.steps import Step
from workflows.suspension import SuspensionProcess


class Receivables(SuspensionProcess):
    """The open invoices, and what follows for a suspension when one is settled."""

    def settle(self, allocation: Allocation, step: Step) -> None:
        [invoice] = [one for one in self.state.invoices if one.number == allocation.invoice]
        invoice.open -= allocation.amount
        if invoice.open == Decimal(0):
            self.state.invoices.remove(invoice)
            step.tell("invoice.paid", "IT-20", invoice=invoice.number)

    def cure_if_settled(self, step: Step) -> None:
        """Cure `unpaid` once nothing is overdue, or nothing was on a day by which the money of now had been paid."""
        for ground in [one for one in self.state.grounds if one.ground == "unpaid"]:
            cured = cured_on(ground.since, step.today, *self.reckoned(ground))
            if cured is not None:
                self.cure_ground("unpaid", step, counts_from=cured)
                self.decide_no_more_today(step)

    def reckoned(self, ground: Ground) -> tuple[list[Debt], list[Money]]:
        """What was open when the ground opened, and the money booked since."""
        since = [one for one in self.state.payments if one.position > ground.payments_before]
        money = [Money(paid_on=one.paid_on or ground.since, amount=one.amount) for one in since]
        return debts_before(since, self.state.invoices), money

    def decide_no_more_today(self, step: Step) -> None:
        """What else is overdue falls at the next 06:00: service resumes for that long at least."""
        self.state.no_decision_before = first_decision_after(step.at)
