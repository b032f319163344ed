"""Late interest: noted when a late payment comes, billed beside the next invoice (IT-22, exact rule 11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from schemas.charges import LatePayment
from schemas.invoice import InterestInputs
from schemas.ledger import Allocation, InterestBilled
from schemas.mail import MailKind
from schemas.receivables import InterestBill, InterestCounted, LatePaymentState, OpenInvoice, PaymentState
from terms.calendar import ONE_DAY, first_decision_after, month_key
from terms.interest import InterestCharge, interest_charge, interest_line
from terms.overdue import due_date
from workflows.receivables import note_credit_used
from workflows.steps import Duty, Process, Rank, Step

BILLS_KEPT = 24
"""Documents that interest may still be given back of, as payments are kept."""


class Interest(Process):
    """What is paid late is remembered until its interest is billed, also once the principal is settled."""

    def duties(self) -> Iterable[Duty]:
        """After the last invoice there is none to go beside: the next morning then."""
        ended_on, billed = self.state.ending.ended_on, self.state.billed_through
        waiting = self._waiting()
        if waiting and ended_on is not None and billed is not None and billed >= ended_on:
            yield Duty(
                at=first_decision_after(min(one.recorded_at for one in waiting)),
                rank=Rank.INVOICE,
                key=f"interest/{self.state.interest_documents + 1}",
                what="Late interest",
                clauses=(self.points.claim,),
                perform=lambda step: self.bill(step.at),
            )

    def note(self, payment: str, paid_on: date, allocations: Sequence[Allocation], at: datetime) -> None:
        """Remember what a payment settles after its due date; to be called while the invoices are still open."""
        percent = self.state.contract.special_terms.late_interest_percent
        if percent is None or not self.contract.applies(self.points.claim):
            return
        parts = {each.invoice: each.amount for each in allocations}
        for invoice in self.state.fee_invoices:
            if invoice.number in parts and invoice.due_on is not None and invoice.due_on < paid_on:
                for amount, counted_from in _split(parts[invoice.number], invoice.interest_counted):
                    late = LatePayment(
                        invoice=invoice.number,
                        month=invoice.month,
                        amount=amount,
                        due_on=invoice.due_on,
                        paid_on=paid_on,
                        percent=percent,
                        counted_from=counted_from,
                    )
                    self.state.late_payments.append(LatePaymentState(late=late, payment=payment, recorded_at=at))

    def forget(self, payment: PaymentState) -> None:
        """A payment was taken back: no day is charged twice when the invoice, open again, is paid at last."""
        gone = [one for one in self.state.late_payments if one.payment == payment.id]
        self.state.late_payments = [one for one in self.state.late_payments if one.payment != payment.id]
        for one in gone:
            until = one.late.paid_on if one.billed else one.late.counted_from
            for invoice in self.state.invoices:
                if until is not None and invoice.number == one.late.invoice:
                    invoice.interest_counted.append(InterestCounted(amount=one.late.amount, until=until))

    async def bill(self, at: datetime) -> None:
        """All interest that waits, on one document outside VAT."""
        waiting = self._waiting()
        if not waiting:
            return
        for one in waiting:
            one.billed = True
        known = {payment.id for payment in self.state.payments}
        self.state.late_payments = [one for one in self.state.late_payments if one.payment in known]
        charges = [charge for one in waiting if (charge := interest_charge(one.late)).amount]
        if charges:
            step = Step(at=at, by="system")
            number = self._issue(charges, step)
            for one in waiting:
                one.document = number
            summary = f"Late interest {number} ({self.points.claim})"
            await self.contract.record(step, key=self.contract.key("interest", number), summary=summary)

    def _issue(self, charges: Sequence[InterestCharge], step: Step) -> str:
        self.state.interest_documents += 1
        number = f"{self.contract.number}-NP{self.state.interest_documents}"
        contract = self.state.contract
        lines = tuple(interest_line(charge, contract.customer.language) for charge in charges)
        total = sum((line.net for line in lines), Decimal("0.00"))
        settled = min(self.state.credit, total)
        document = InterestBilled(
            number=number,
            from_=min(line.from_ for line in lines),
            to=max(line.to for line in lines),
            issued_on=step.today,
            due_on=due_date(step.today, contract.special_terms.payment_days),
            lines=lines,
            total=total,
            inputs=InterestInputs(language=contract.customer.language, payments=tuple(one.late for one in charges)),
            settles=settled,
        )
        step.change(document)
        for charge in charges:
            late = charge.late
            step.tell(
                "interest.charged",
                self.points.claim,
                self.points.special_terms,
                invoice=late.invoice,
                days=charge.days,
                percent=late.percent,
                amount=charge.amount,
                number=number,
                due_on=document.due_on,
            )
        self._letter(document, step)
        self.state.interest_bills = [*self.state.interest_bills, InterestBill(number=number, left=total)][-BILLS_KEPT:]
        invoice = OpenInvoice(
            number=number,
            kind="interest",
            # Between the month it goes beside and the next one, so that it is settled in that order.
            month=f"{month_key(step.today.replace(day=1) - ONE_DAY)}/interest",
            due_on=None,
            total=total,
            open=total - settled,
        )
        if settled:
            note_credit_used(self.state, invoice, settled, step.today)
        if invoice.open:
            self.state.invoices.append(invoice)
        else:
            step.tell("invoice.paid", self.points.payment, invoice=number)
        return number

    def _letter(self, document: InterestBilled, step: Step) -> None:
        step.write(
            MailKind.INTEREST,
            self.contract.number,
            to_invoice_delivery=True,
            invoice=document.number,
            lines=[line.told() for line in document.lines],
            total=document.total,
            issued_on=document.issued_on,
            due_on=document.due_on,
        )

    def _waiting(self) -> list[LatePaymentState]:
        return [one for one in self.state.late_payments if not one.billed]


def _split(amount: Decimal, counted: list[InterestCounted]) -> list[tuple[Decimal, date | None]]:
    """`amount` in parts by the day up to which their interest is billed already; what is used is taken off."""
    parts: list[tuple[Decimal, date | None]] = []
    while amount and counted:
        first = counted[0]
        part = min(amount, first.amount)
        parts.append((part, first.until))
        amount -= part
        first.amount -= part
        if not first.amount:
            del counted[0]
    return [*parts, (amount, None)] if amount else parts
