"""Late interest: of what was paid late and is not billed yet, beside the next invoice (IT-22, exact rule 11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from schemas.charges import LatePayment
from schemas.invoice import InterestInputs
from schemas.ledger import InterestBilled
from schemas.mail import MailKind
from schemas.receivables import InterestBill, InterestDays, OpenInvoice
from terms.calendar import ONE_DAY, first_decision_after, month_key
from terms.interest import InterestCharge, interest_charge, interest_line
from terms.overdue import due_date
from workflows.interest_record import forget_settled, interest_of, waiting
from workflows.process import Process
from workflows.receivables import note_credit_used
from workflows.steps import Duty, Rank, Step


class Interest(Process):
    """What was paid late bears interest for each day once, also when the principal is settled (exact rule 11)."""

    def duties(self) -> Iterable[Duty]:
        """After the last invoice there is none to go beside: the next morning then."""
        ended_on, billed = self.state.ending.ended_on, self.state.billed_through
        since = self.state.interest_waits_since
        if since is not None and ended_on is not None and billed is not None and billed >= ended_on:
            yield Duty(
                at=first_decision_after(since),
                rank=Rank.INVOICE,
                key=f"interest/{self.state.interest_documents + 1}",
                what="Late interest",
                clauses=(self.points.claim,),
                perform=lambda step: self.bill(step.at),
            )

    @property
    def percent(self) -> Decimal | None:
        """What is paid late now costs a year; None where nothing is charged for it."""
        is_charged = self.contract.applies(self.points.claim)
        return self.state.contract.special_terms.late_interest_percent if is_charged else None

    def note(self, at: datetime) -> None:
        """Have it billed if days late are not billed; to be called after whatever changes what was paid when."""
        if not waiting(self.state):
            self.state.interest_waits_since = None
        elif self.state.interest_waits_since is None:
            self.state.interest_waits_since = at

    async def bill(self, at: datetime) -> None:
        """All interest that waits, on one document outside VAT."""
        if self.state.interest_waits_since is None:
            return
        late = [one for parts in waiting(self.state).values() for one in parts]
        charges = [charge for one in late if (charge := interest_charge(one)).amount]
        step = Step(at=at, by="system")
        number = self._issue(charges, step) if charges else None
        self._remember(late, number)
        self.state.interest_waits_since = None
        forget_settled(self.state)
        if number is not None:
            summary = f"Late interest {number} ({self.points.claim})"
            await self.contract.record(step, key=self.contract.key("interest", number), summary=summary)

    def _remember(self, late: Sequence[LatePayment], number: str | None) -> None:
        """These days are billed, also those that came to less than a cent."""
        for one in late:
            interest, amount = interest_of(self.state, one.invoice), interest_charge(one).amount
            interest.days.append(InterestDays(late=one, document=number if amount else None))
            interest.net += amount
            if interest not in self.state.interest:
                self.state.interest.append(interest)

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
        self.state.interest_bills.append(InterestBill(number=number, left=total))
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
