"""Interest billed for days on which nothing was owed, as is known now: given back (IT-22, exact rule 11)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from schemas.charges import LatePayment
from schemas.invoice import CreditNote, InterestInputs
from schemas.receivables import InterestBill, InterestDays, InvoiceInterest, SettledPart
from terms.interest import interest_charge, interest_line, shared_out
from terms.interest_record import too_many
from workflows.contract import Contract
from workflows.interest_record import interest_of, settled_parts
from workflows.process import Process
from workflows.receivables import Receivables
from workflows.steps import Step


class InterestCorrections(Process):
    """Has money count from its day for interest too: nothing stays billed for a day on which it was not owed."""

    def __init__(self, contract: Contract, *, receivables: Receivables) -> None:
        super().__init__(contract)
        self.receivables = receivables

    def correct(self, before: Sequence[SettledPart], step: Step) -> None:
        """To be called once a payment is booked or taken back, with what was settled `before`."""
        after = settled_parts(self.state)
        given_back: dict[str, list[LatePayment]] = {}
        for interest in self.state.interest:
            for days in _shortened(interest, before, after):
                if days.document is not None:
                    given_back.setdefault(days.document, []).append(days.late)
        for bill in self.state.interest_bills:
            self._give_back(bill, given_back.get(bill.number, []), step)

    def _give_back(self, bill: InterestBill, late: Sequence[LatePayment], step: Step) -> None:
        """A credit note to the document, outside VAT as it is: what is open there is less, the rest is credit."""
        payments = tuple(one for one in shared_out(late, bill.left) if interest_charge(one).amount)
        if not payments:
            return
        document = bill.number
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
        # What had been given up came back to nobody, and stays billed.
        for one in shared_out(payments, gained):
            interest_of(self.state, one.invoice).net -= interest_charge(one).amount


def _shortened(
    interest: InvoiceInterest, before: Sequence[SettledPart], after: Sequence[SettledPart]
) -> list[InterestDays]:
    """Take out of the days billed those on which less was owed than was thought, and give these."""
    was, now = ([one for one in record if one.invoice == interest.invoice] for record in (before, after))
    cuts = too_many([one.late for one in interest.days], before=was, after=now)
    with_documents = list(zip(cuts, [one.document for one in interest.days], strict=True))
    interest.days = [InterestDays(late=late, document=of) for cut, of in with_documents for late in cut.beyond]
    return [InterestDays(late=late, document=of) for cut, of in with_documents for late in cut.within]
