"""Payments and what staff may do about an open invoice (IT-20, IT-42)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from schemas.acts import ExtendPayment, RecordPayment, ReversePayment, WriteOff
from schemas.ledger import Allocation, CreditUsed, DueDateChanged, PaymentBooked, PaymentReversed, WrittenOff
from schemas.mail import MailKind
from schemas.personal import is_under_former_key
from schemas.receivables import AllocatedPart, OpenInvoice, PaymentState
from terms.calendar import first_decision_after, local_date
from terms.settlement import settle
from workflows.contract import Contract
from workflows.interest import Interest
from workflows.interest_corrections import InterestCorrections
from workflows.interest_record import forget_settled, keep_payments, settled_parts
from workflows.late_payments import LatePayments
from workflows.process import takes
from workflows.receivables import Receivables, keep_last, parts_of
from workflows.refusal import ActRefused
from workflows.steps import Rank, Step
from workflows.suspension import SuspensionProcess

PAYMENTS_KEPT = 24


class Payments(SuspensionProcess):
    """Books money on the oldest invoice first; once nothing is overdue, `unpaid` is cured (exact rule 5)."""

    goes_before = frozenset({Rank.END, Rank.CLAIM, Rank.SUSPENSION, Rank.TERMINATION})

    def __init__(
        self,
        contract: Contract,
        *,
        receivables: Receivables,
        late: LatePayments,
        interest: Interest,
        corrections: InterestCorrections,
    ) -> None:
        super().__init__(contract)
        self.receivables = receivables
        self.late = late
        self.interest = interest
        self.corrections = corrections

    @takes(RecordPayment)
    def record_payment(self, act: RecordPayment, step: Step) -> None:
        self._require_sound_day(act.paid_on, step)
        keep_payments(self.state, PAYMENTS_KEPT - 1)
        forget_settled(self.state)
        before = settled_parts(self.state)
        number = f"{self.contract.number}/{self.state.payments_booked + 1}"
        self.state.payments_booked += 1
        settlement = settle(self.state.invoices, act.amount)
        payment = PaymentState(
            id=number,
            act_id=self.contract.current_act_id,
            amount=act.amount,
            paid_on=act.paid_on,
            percent=self.interest.percent,
            parts=[self._part(each) for each in settlement.allocations],
            unused=settlement.unused,
        )
        self.state.payments.append(payment)
        self.state.credit += settlement.unused
        step.change(
            PaymentBooked(
                payment=number,
                amount=act.amount,
                paid_on=act.paid_on,
                reference=self._lasting(act.reference),
                allocations=settlement.allocations,
            )
        )
        step.tell(
            "payment.recorded",
            self.points.payment,
            amount=act.amount,
            paid_on=act.paid_on,
            payment=number,
            settles=[{"invoice": each.invoice, "amount": each.amount} for each in settlement.allocations],
        )
        for each in settlement.allocations:
            self.receivables.settle(each, step)
        self.corrections.correct(before, step)
        self.receivables.use_credit(step)
        self.interest.note(step.at)
        self.late.count(act.paid_on, step)

    def _lasting(self, reference: str | None) -> str | None:
        """What the payer wrote, unless it was sealed before the erasure: with its key it is gone (IT-41)."""
        ending = self.state.ending
        is_key_to_come = ending.erased and not ending.erasure_ordered
        oldest = self.state.key_generation + (1 if is_key_to_come else 0)
        return None if reference is None or is_under_former_key(reference, oldest) else reference

    def _require_sound_day(self, paid_on: date, step: Step) -> None:
        signed_on = local_date(self.state.contract.signed_at)
        if paid_on > step.today:
            raise ActRefused("paid_on: the day lies in the future, name the day the money came", self.points.payment)
        if paid_on < signed_on:
            raise ActRefused(
                f"paid_on: the contract was signed on {signed_on}, name that day or a later one", self.points.payment
            )

    @takes(ReversePayment)
    def reverse_payment(self, act: ReversePayment, step: Step) -> None:
        """What the payment settled is open again; what that makes due falls at the next 06:00."""
        payment = self._payment(act.payment)
        before = settled_parts(self.state)
        if payment.unused > self.state.credit:
            self._take_back_credit(payment.unused - self.state.credit, step)
        self.state.credit -= payment.unused
        for part in payment.parts:
            self._reopen(part, part.amount)
        self.state.payments = [one for one in self.state.payments if one.id != payment.id]
        back = tuple(Allocation(invoice=part.invoice, amount=-part.amount) for part in payment.parts)
        step.change(PaymentReversed(payment=payment.id, allocations=back))
        step.tell("payment.reversed", self.points.payment, payment=payment.id, amount=payment.amount)
        self.corrections.correct(before, step)
        self.late.count_without(payment.id, step)
        self.receivables.use_credit(step)
        self.interest.note(step.at)
        self.state.no_decision_before = first_decision_after(step.at)

    def _take_back_credit(self, amount: Decimal, step: Step) -> None:
        """What was left of a payment has settled other invoices: those that it settled last are open again."""
        used = self.state.credit_used
        if amount > sum(one.amount for one in used):
            reason = "payment: what was left of it settled invoices too long ago to be opened again; settle it by hand"
            raise ActRefused(reason, self.points.payment)
        back = []
        while amount:
            use = used[-1]
            part = min(use.amount, amount)
            self._reopen(use, part)
            step.tell("credit.taken_back", self.points.payment, invoice=use.invoice, amount=part)
            back.append(Allocation(invoice=use.invoice, amount=-part))
            self.state.credit += part
            use.amount -= part
            amount -= part
            if not use.amount:
                used.pop()
        step.change(CreditUsed(allocations=tuple(back)))

    @takes(ExtendPayment)
    def extend_payment(self, act: ExtendPayment, step: Step) -> None:
        invoice = self._invoice(act.invoice)
        if invoice.due_on is None:
            raise ActRefused(
                "invoice: it has not been sent yet, and its due date counts from the day it is", self.points.payment
            )
        if act.due_on <= invoice.due_on or act.due_on < step.today:
            raise ActRefused(
                f"due_on: name a day after the present due date {invoice.due_on}, today or later", self.points.payment
            )
        invoice.due_on = act.due_on
        step.change(DueDateChanged(invoice=invoice.number, due_on=act.due_on))
        step.tell(
            "payment.extended",
            self.points.payment,
            self.points.special_terms,
            invoice=invoice.number,
            due_on=act.due_on,
        )
        step.write(
            MailKind.PAYMENT_EXTENDED,
            self.contract.number,
            to_invoice_delivery=True,
            invoice=invoice.number,
            due_on=act.due_on,
        )
        self.receivables.cure_if_settled(step)

    @takes(WriteOff)
    def write_off(self, act: WriteOff, step: Step) -> None:
        invoice = self._invoice(act.invoice)
        self.state.invoices.remove(invoice)
        keep_last(self.state, invoice)
        for ground in (*self.state.grounds, *self.state.past_grounds):
            ground.stands = ground.stands or invoice.number in ground.invoices
        bills = {one.invoice: one for one in self.state.billed} | {one.number: one for one in self.state.interest_bills}
        if invoice.number in bills:
            bills[invoice.number].written_off += invoice.open
        step.change(WrittenOff(invoice=invoice.number, amount=invoice.open))
        step.tell("debt.written_off", self.points.debts_stay, invoice=invoice.number, amount=invoice.open)
        self.receivables.cure_if_settled(step)

    def _part(self, allocation: Allocation) -> AllocatedPart:
        invoice = self._invoice(allocation.invoice)
        return AllocatedPart(
            invoice=invoice.number,
            kind=invoice.kind,
            month=invoice.month,
            due_on=invoice.due_on,
            total=invoice.total,
            amount=allocation.amount,
            claimed=invoice.claimed,
        )

    def _reopen(self, part: AllocatedPart, amount: Decimal) -> None:
        for invoice in self.state.invoices:
            if invoice.number == part.invoice:
                invoice.open += amount
                return
        # It may have been extended or claimed after this part of it was settled.
        known = parts_of(self.state, part.invoice)
        due_days = [day for each in known for day in (each.due_on, each.last_due_on) if day is not None]
        self.state.invoices.append(
            OpenInvoice(
                number=part.invoice,
                kind=part.kind,
                month=part.month,
                due_on=max(due_days, default=None),
                total=part.total,
                open=amount,
                claimed=any(each.claimed for each in known),
            )
        )

    def _invoice(self, named: str) -> OpenInvoice:
        """An open invoice by its number, or by its month where there is one of it."""
        found = [one for one in self.state.invoices if named in (one.number, one.month)]
        if not found:
            raise ActRefused(
                f"invoice: no such open invoice; open are: {_known(self.state.invoices)}", self.points.payment
            )
        return found[0]

    def _payment(self, named: str) -> PaymentState:
        found = [one for one in self.state.payments if named in (one.id, one.act_id, one.id.rpartition("/")[2])]
        if not found:
            known = ", ".join(one.id for one in self.state.payments) or "none"
            raise ActRefused(f"payment: no such payment; recorded are: {known}", self.points.payment)
        return found[0]


def _known(invoices: Sequence[OpenInvoice]) -> str:
    return ", ".join(one.number for one in invoices) or "none"
