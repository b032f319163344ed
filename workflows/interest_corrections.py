"""Interest billed for days by which a payment recorded later had been made: given back (IT-22, exact rule 11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from schemas.invoice import CreditNote, InterestInputs
from schemas.receivables import InterestBill, InterestCorrection, LatePaymentState, PaymentState
from terms.interest import Displaced, Place, displaced, interest_charge, interest_line, shared_out
from workflows.entity import ContractEntity
from workflows.receivables import Receivables
from workflows.steps import Process, Step


class InterestCorrections(Process):
    """Has money count from its day for interest too: what it displaces was paid by it, and not by the later payment."""

    def __init__(self, contract: ContractEntity, *, receivables: Receivables) -> None:
        super().__init__(contract)
        self.receivables = receivables

    def correct(self, payment: PaymentState, step: Step) -> None:
        """To be called with a payment that is booked, and whose own late parts are noted."""
        assert payment.paid_on is not None, "a payment that is booked now has its day"
        known = {one.id for one in self.state.payments}
        bills = {one.number: one for one in self.state.interest_bills}
        before = [
            one
            for one in self.state.late_payments
            # What was billed by a document that is not known any more stays as it was billed.
            if one.payment in known - {payment.id} and (not one.billed or one.document in bills)
        ]
        found = displaced(payment.paid_on, places=list(_places(payment)), late=[one.late for one in before])
        self.state.interest_corrections = [one for one in self.state.interest_corrections if one.payment in known]
        billed: dict[str, list[InterestCorrection]] = {}
        for each in found:
            state = before[each.position]
            correction = self._count_to(each, state, payment, step)
            if state.document is not None:
                billed.setdefault(state.document, []).append(correction)
            else:
                self.state.interest_corrections.append(correction)
        for document, corrections in billed.items():
            self._give_back(bills[document], corrections, step)
        self.receivables.use_credit(step)

    def forget(self, payment: PaymentState, step: Step) -> None:
        """The payment was taken back: what it had displaced was late after all, and is billed again."""
        again = [one for one in self.state.interest_corrections if one.payment == payment.id]
        self.state.interest_corrections = [one for one in self.state.interest_corrections if one.payment != payment.id]
        known = {one.id for one in self.state.payments}
        for one in again:
            if one.late_payment in known:
                self.state.late_payments.append(
                    LatePaymentState(late=one.late, payment=one.late_payment, recorded_at=step.at)
                )

    def _count_to(
        self, each: Displaced, state: LatePaymentState, payment: PaymentState, step: Step
    ) -> InterestCorrection:
        """The displaced part is counted to the earlier day alone; the rest of the late part stays as it was."""
        late = state.late
        parts = [
            late.model_copy(update={"amount": late.amount - each.amount}),
            late.model_copy(update={"amount": each.amount, "paid_on": each.too_long.counts_from}),
            each.too_long,
        ]
        *kept, too_long = parts if late.at_most is None else shared_out(parts, late.at_most)
        position = self.state.late_payments.index(state)
        left = [state.model_copy(update={"late": one}) for one in kept if one.amount]
        self.state.late_payments[position : position + 1] = left
        # The later money would have settled what the earlier did, and that too late.
        for late in each.late_elsewhere:
            self.state.late_payments.append(LatePaymentState(late=late, payment=payment.id, recorded_at=step.at))
        return InterestCorrection(payment=payment.id, late_payment=state.payment, late=too_long)

    def _give_back(self, bill: InterestBill, corrections: Sequence[InterestCorrection], step: Step) -> None:
        """A credit note to the document, outside VAT as it is: what is open there is less, the rest is credit."""
        given = _within(corrections, bill.left)
        if not given:
            return
        document, payments = bill.number, tuple(one.late for one in given)
        language = self.state.contract.customer.language
        lines = tuple(interest_line(interest_charge(one), language) for one in payments)
        total = sum((line.net for line in lines), Decimal("0.00"))
        bill.left -= total
        bill.credit_notes += 1
        note = CreditNote(
            number=f"{document}-K{bill.credit_notes}",
            invoice=document,
            from_=min(line.from_ for line in lines),
            to=max(line.to for line in lines),
            issued_on=step.today,
            lines=lines,
            inputs=InterestInputs(language=language, payments=payments),
            net=total,
            vat=Decimal("0.00"),
            total=total,
        )
        gained = self.receivables.issue(note, self.points.claim, self.points.payment, to=bill, step=step)
        self.state.interest_corrections += _within(given, gained)


def _places(payment: PaymentState) -> Iterator[Place]:
    for part in payment.parts:
        invoice = part.invoice if part.kind == "invoice" else None
        yield Place(invoice=invoice, month=part.month, due_on=part.due_on, amount=part.amount)
    yield Place(invoice=None, month=None, due_on=None, amount=payment.unused)


def _within(corrections: Sequence[InterestCorrection], at_most: Decimal) -> list[InterestCorrection]:
    """Those that cost something, for `at_most` EUR in all: no more is given back than was billed."""
    late = shared_out([one.late for one in corrections], at_most)
    limited = [one.model_copy(update={"late": each}) for one, each in zip(corrections, late, strict=True)]
    return [one for one in limited if interest_charge(one.late).amount]
