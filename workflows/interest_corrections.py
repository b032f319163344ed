"""Interest billed for days by which a payment recorded later had been made: given back (IT-22, exact rule 11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from schemas.charges import LatePayment
from schemas.invoice import CreditNote, InterestInputs
from schemas.receivables import InterestCorrection, LatePaymentState, PaymentState
from terms.interest import Displaced, Place, displaced, interest_charge, interest_line
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
        before = [one for one in self.state.late_payments if one.payment in known - {payment.id}]
        found = displaced(payment.paid_on, list(_places(payment)), [one.late for one in before])
        self.state.interest_corrections = [one for one in self.state.interest_corrections if one.payment in known]
        given_back: dict[str, list[LatePayment]] = {}
        for each in found:
            state = before[each.position]
            self._count_to(each, state, payment, step)
            if state.billed and state.document is not None:
                given_back.setdefault(state.document, []).append(each.too_long)
        for document, late in given_back.items():
            self._give_back(document, late, step)
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

    def _count_to(self, each: Displaced, state: LatePaymentState, payment: PaymentState, step: Step) -> None:
        """The displaced part is counted to the earlier day alone; the rest of the late part stays as it was."""
        late = state.late
        kept = [
            late.model_copy(update={"amount": late.amount - each.amount}),
            late.model_copy(update={"amount": each.amount, "paid_on": each.too_long.counts_from}),
        ]
        position = self.state.late_payments.index(state)
        parts = [state.model_copy(update={"late": one}) for one in kept if one.amount]
        self.state.late_payments[position : position + 1] = parts
        correction = InterestCorrection(payment=payment.id, late_payment=state.payment, late=each.too_long)
        self.state.interest_corrections.append(correction)
        # The later money would have settled what the earlier did, and that too late.
        for late in each.late_elsewhere:
            self.state.late_payments.append(LatePaymentState(late=late, payment=payment.id, recorded_at=step.at))

    def _give_back(self, document: str, late: Sequence[LatePayment], step: Step) -> None:
        """A credit note to the document, outside VAT as it is: what is open there is less, the rest is credit."""
        bill = next((one for one in self.state.interest_bills if one.number == document), None)
        given = tuple(_within(late, bill.left)) if bill is not None else ()
        if bill is None or not given:
            return
        language = self.state.contract.customer.language
        lines = tuple(interest_line(interest_charge(one), language) for one in given)
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
            inputs=InterestInputs(language=language, payments=given),
            net=total,
            vat=Decimal("0.00"),
            total=total,
        )
        self.receivables.issue(note, self.points.claim, self.points.payment, step=step)


def _places(payment: PaymentState) -> Iterator[Place]:
    for part in payment.parts:
        is_fee = part.kind == "invoice"
        yield Place(invoice=part.invoice if is_fee else None, due_on=part.due_on, amount=part.amount)
    yield Place(invoice=None, due_on=None, amount=payment.unused)


def _within(late: Sequence[LatePayment], left: Decimal) -> Iterator[LatePayment]:
    """Those that cost something, as long as no more is given back than was billed: cents are rounded by each part."""
    for one in late:
        amount = interest_charge(one).amount
        if amount and amount <= left:
            left -= amount
            yield one
