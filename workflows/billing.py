"""Billing: an invoice a month for the month before, the last one on the day after the last service day (IT-19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from schemas.charges import DateRange
from schemas.invoice import ChargeInputs, InvoiceAnswer, InvoiceOrder, IssuedInvoice
from schemas.licensing import SubscriptionState
from schemas.receivables import BilledPeriod, OpenInvoice
from schemas.state import ContractState
from schemas.subscription import SubscriptionTerm
from terms.calendar import (
    ONE_DAY,
    decision_at,
    first_decision_after,
    month_end,
    month_key,
    month_start,
    next_month_start,
)
from terms.credits import within
from terms.visits import first_day_kept, months_to_bill
from workflows import versions
from workflows.contract import Contract
from workflows.interest import Interest
from workflows.process import Process
from workflows.receivables import note_credit_used
from workflows.sending import awaited, note_sent
from workflows.steps import Duty, Rank, Step

BILLED_KEPT = 37
"""Periods remembered for credits: the running month's and those of 36 months before it."""


class Billing(Process):
    """Issues each period's invoice in order, also when it comes to it late (IT-18 to IT-21, exact rule 3)."""

    def __init__(self, contract: Contract, *, interest: Interest) -> None:
        super().__init__(contract)
        self.interest = interest

    def duties(self) -> Iterable[Duty]:
        period = self._next_period()
        if period is None:
            return
        yield Duty(
            at=self._issued_at(period),
            rank=Rank.INVOICE,
            key=f"{month_key(period.from_)}/invoice",
            what=f"Invoice for {period.from_} to {period.to}",
            clauses=(self.points.invoice, self.points.fee, self.points.payment),
            perform=lambda step: self.bill(period, step),
            through=period.to,
        )

    def _issued_at(self, period: DateRange) -> datetime:
        last_day = self.state.ending.ended_on
        if last_day is not None and period.from_ > last_day:
            return first_decision_after(min(one.recorded_at for one in self.state.visits if not one.visit.billed))
        # A finished contract is billed on the day after its last service day, any other month on the 1st.
        return decision_at(period.to + ONE_DAY if period.to == last_day else next_month_start(period.from_))

    async def bill(self, period: DateRange, step: Step) -> None:
        await self.issue(period, step)
        await self.interest.bill(step.at)

    async def issue(self, period: DateRange, step: Step) -> None:
        assert self.state.service_from is not None, "nothing is billed before the service starts"
        contract = self.state.contract
        order = InvoiceOrder(
            key=self.contract.key(str(period.from_), "invoice"),
            contract=self.contract.number,
            series=self.contract.invoice_series,
            at=step.at,
            payment_days=contract.special_terms.payment_days,
            special_terms=contract.special_terms.overridden("payment_days", "fee_while_suspended"),
            credit=self.state.credit,
            awaited=awaited(self.state),
            posted_at_once=self.contract.posted_at_once,
            inputs=ChargeInputs(
                service=contract.service,
                language=contract.customer.language,
                period=period,
                service_from=self.state.service_from,
                is_first=not self.state.first_invoice_issued,
                versions=tuple(self.state.versions),
                unbilled=unbilled_days(self.state),
                terms=terms_in_month(self.state, period.from_),
                visits=months_to_bill([one.visit for one in self.state.visits], period.to),
                credits=tuple(one for one in self.state.credits if period.from_ <= one.from_ <= period.to),
            ),
        )
        summary = f"Invoice for {period.from_} to {period.to} ({self.points.invoice})"
        answer = await self.contract.insist("issue_invoice", order, InvoiceAnswer, summary)
        self.state.billed_through = period.to
        self.state.unsent_letters = answer.unsent > 0
        self._remember(order.inputs, answer.issued, step.today)
        if answer.issued is not None:
            self._take_over(answer.issued, period, step.today)
        note_sent(self.state, answer.sent, answer.issued.issued_on if answer.issued else step.today)

    def _take_over(self, issued: IssuedInvoice, period: DateRange, today: date) -> None:
        self.state.first_invoice_issued = True
        invoice = OpenInvoice(
            number=issued.number,
            month=month_key(period.from_),
            due_on=None,
            total=issued.total,
            open=issued.total - issued.settled,
        )
        if issued.settled:
            note_credit_used(self.state, invoice, issued.settled, today)
        if invoice.open:
            self.state.invoices.append(invoice)

    def _remember(self, inputs: ChargeInputs, issued: IssuedInvoice | None, today: date) -> None:
        """What later credits refer to: the invoice of the period, and of each visit that is billed with it."""
        period = inputs.period
        for one in self.state.visits:
            if not one.visit.billed and one.visit.on <= period.to:
                one.visit = one.visit.model_copy(update={"billed": True})
                one.invoice = issued.number if issued else None
        self.state.visits = [one for one in self.state.visits if one.visit.on >= first_day_kept(today)]
        if issued is not None:
            unbilled = [days for each in inputs.unbilled if (days := within(each, period))]
            billed = BilledPeriod(invoice=issued.number, from_=period.from_, to=period.to, unbilled=unbilled)
            self.state.billed = [*self.state.billed, billed][-BILLED_KEPT:]
        if self.state.first_invoice_issued:
            # Credits and visits reach back so far; the first invoice is by the content of its first day.
            versions.let_go_before(self.state, min(first_day_kept(today), period.to))

    def _next_period(self) -> DateRange | None:
        """The first days not billed yet, within one month and the service days (exact rule 2).

        Visits recorded only after the last invoice have one of their own, for days on which nothing else is due.
        """
        if self.state.service_from is None:
            return None
        billed = self.state.billed_through
        begin = billed + ONE_DAY if billed else self.state.service_from
        last_day = self.state.ending.ended_on
        if last_day is not None and begin > last_day:
            is_left = any(not one.visit.billed for one in self.state.visits)
            return DateRange(from_=begin, to=begin) if is_left else None
        end = month_end(begin) if last_day is None else min(month_end(begin), last_day)
        return DateRange(from_=begin, to=end)


def terms_in_month(state: ContractState, month: date) -> tuple[SubscriptionTerm, ...]:
    """Of every subscription the terms that have days in the calendar month (M365-15); none where there are none.

    Of a month that is billed they are those of its invoice, some of which may have proved since not to be provided.
    """
    begin, end = month_start(month), month_end(month)
    held = state.licensing.subscriptions if state.licensing else ()
    terms = (term for one in held for term in (*one.terms, *_charged_before(one, begin)))
    return tuple(term for term in terms if term.days.from_ <= end and term.days.to >= begin)


def _charged_before(one: SubscriptionState, month: date) -> Sequence[SubscriptionTerm]:
    """What was not provided, where the invoice of `month`, its first day, was issued before that was known."""
    through = one.not_provided_through
    return one.not_provided if through is not None and month <= through else ()


def last_service_day(state: ContractState) -> date | None:
    """The last service day, also while it is still to come; None while no end is planned."""
    planned = state.planned_end
    return state.ending.ended_on or (planned.on if planned else None)


def unbilled_days(state: ContractState) -> tuple[DateRange, ...]:
    """Days for which no fee is due: after the last one, those not served by the provider's fault (IT-23), and those
    wholly without service while suspended, where the terms bill none then (IT-42, exact rule 6)."""
    gaps = list(state.not_served)
    if state.ending.ended_on is not None:
        gaps.append(_from(state.ending.ended_on + ONE_DAY))
    if state.contract.special_terms.fee_while_suspended:
        return tuple(gaps)
    for suspension in state.suspensions:
        begin = suspension.since + ONE_DAY
        # A suspension still running covers every day that could be billed now.
        gap = DateRange(from_=begin, to=suspension.until - ONE_DAY) if suspension.until else _from(begin)
        if gap.from_ <= gap.to:
            gaps.append(gap)
    return tuple(gaps)


def _from(day: date) -> DateRange:
    """Every day from `day` on that could ever be billed now."""
    return DateRange(from_=day, to=day + timedelta(days=3660))
