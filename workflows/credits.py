"""Credits for support not given, and the credit notes that reduce an issued invoice (IT-23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from schemas.acts import Credit
from schemas.charges import DateRange, GrantedCredit
from schemas.invoice import CreditInputs, CreditNote
from schemas.receivables import BilledPeriod
from schemas.subscription import SubscriptionTerm
from terms.calendar import ONE_DAY, month_end, month_key, month_start
from terms.credits import CreditedDays, within
from terms.invoicing import credit_note_sums
from terms.pricing import CREDIT_NOTE_LINES, FEE_CREDITS
from terms.subscriptions import charges_of_month
from terms.visits import first_day_kept
from workflows.billing import last_service_day, terms_in_month, unbilled_days
from workflows.contract import Contract
from workflows.process import Process, takes
from workflows.receivables import Receivables
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step
from workflows.submissions import Submission, sound_act


class Credits(Process):
    """Gives back what days without support cost: by a credit note once they are billed, else with their invoice."""

    goes_before = frozenset({Rank.INVOICE})

    def __init__(self, contract: Contract, *, receivables: Receivables) -> None:
        super().__init__(contract)
        self.receivables = receivables

    def is_told_before(self, sent: Submission, late: Duty) -> bool:
        """A credit for days that an invoice bills which is not issued yet; an amount without days is no such."""
        act = sound_act(sent, self.state.contract.service)
        days_from = act.from_ if isinstance(act, Credit) else None
        return late.through is not None and days_from is not None and days_from <= late.through

    @takes(Credit)
    def credit(self, act: Credit, step: Step) -> None:
        months = list(self._months(act, step.today))
        if act.amount is not None and len(months) > 1:
            raise ActRefused(
                "amount: an agreed amount is for days of one month; credit each month by itself", self.points.credit
            )
        granted = []
        for position, days in enumerate(months, start=1):
            new = GrantedCredit(
                id=str(self.state.credits_granted + position), from_=days.from_, to=days.to, amount=act.amount
            )
            granted.append(self._granted(new))
        for each in granted:
            self._require_worth(each)
        for each in granted:
            self._give(each.credit, step)

    def credit_days(self, days: DateRange, step: Step) -> None:
        """Credit whole days without a service, as far as they cost anything and are not credited yet."""
        for month in _by_month(days):
            new = GrantedCredit(id=str(self.state.credits_granted + 1), from_=month.from_, to=month.to)
            if self._granted(new).net:
                self._give(new, step)

    def credit_term(self, term: SubscriptionTerm, step: Step) -> None:
        """Give back what invoices charged for a term that never came about: its days and its rest (M365-48.1)."""
        for billed in tuple(self.state.billed):
            charged = [charge.days for charge in charges_of_month(term, billed.from_)]
            if not charged:
                continue
            begin, end = min(days.from_ for days in charged), max(days.to for days in charged)
            new = GrantedCredit(id=str(self.state.credits_granted + 1), from_=begin, to=end, term=term.named)
            if self._granted(new).net:
                self._give(new, step)

    def issue_note(self, billed: BilledPeriod, inputs: CreditInputs, step: Step, clause: str) -> None:
        """A credit note to an invoice: what is open there is reduced, and what was given up; the rest settles others.

        What is left then is credit for later invoices.
        """
        billed.credit_notes += 1
        before = {"net_before": billed.credited_net, "vat_before": billed.credited_vat}
        inputs = inputs.model_copy(update=before)
        lines = CREDIT_NOTE_LINES[inputs.service](inputs)
        total = credit_note_sums(lines, **before)
        billed.credited_net += total.net
        billed.credited_vat += total.vat
        note = CreditNote(
            number=f"{billed.invoice}-K{billed.credit_notes}",
            invoice=billed.invoice,
            from_=min(line.from_ for line in lines),
            to=max(line.to for line in lines),
            issued_on=step.today,
            lines=lines,
            inputs=inputs,
            **dict(total),
        )
        self.receivables.issue(note, clause, to=billed, step=step)
        self.receivables.use_credit(step)
        self.receivables.cure_if_settled(step)

    # Which days

    def _months(self, act: Credit, today: date) -> Iterator[DateRange]:
        """The days that the act is about, month by month."""
        first, last = self.state.service_from, last_service_day(self.state)
        if first is None:
            raise ActRefused("support has not begun, no fee has accrued", self.points.credit)
        latest = month_end(today) if last is None else min(last, month_end(today))
        begin = act.from_ or self._month_last_billed(today)
        end = act.to or min(month_end(begin), latest)
        if begin < max(first, first_day_kept(today)):
            raise ActRefused(f"from: name a day since {max(first, first_day_kept(today))}", self.points.credit)
        if begin > latest or end > latest:
            field = "from" if begin > latest else "to"
            raise ActRefused(
                f"{field}: name a day up to {latest}; later days are credited when they come", self.points.credit
            )
        yield from _by_month(DateRange(from_=begin, to=end))

    def _month_last_billed(self, today: date) -> date:
        """The first day of the period last billed, or of the running month while nothing is."""
        assert self.state.service_from is not None, "only a service that has begun is credited"
        ended_on = self.state.ending.ended_on
        with_fees = [one for one in self.state.billed if ended_on is None or one.from_ <= ended_on]
        return with_fees[-1].from_ if with_fees else max(self.state.service_from, month_start(today))

    # What it comes to

    def _inputs(self, credit: GrantedCredit) -> CreditInputs:
        billed = self._billed(credit)
        assert self.state.service_from is not None, "only a service that has begun is credited"
        begin, end = max(month_start(credit.from_), self.state.service_from), month_end(credit.from_)
        last = last_service_day(self.state)
        month = DateRange(from_=begin, to=end if last is None else min(end, last))
        before = [one for one in self.state.credits if month_key(one.from_) == month_key(credit.from_)]
        return CreditInputs(
            service=self.state.contract.service,
            language=self.state.contract.customer.language,
            period=DateRange(from_=billed.from_, to=billed.to) if billed else month,
            versions=tuple(self.state.versions),
            unbilled=self._unbilled(month, billed),
            terms=terms_in_month(self.state, credit.from_),
            credits=(*before, credit),
        )

    def _unbilled(self, month: DateRange, billed: BilledPeriod | None) -> tuple[DateRange, ...]:
        """The days without a fee: of billed ones those that the invoice left out, whatever is known by now."""
        if billed is not None:
            return tuple(billed.unbilled)
        through = self.state.billed_through
        # A month that is over without an invoice had nothing to bill.
        return (month,) if through is not None and month.to <= through else unbilled_days(self.state)

    def _granted(self, credit: GrantedCredit) -> CreditedDays:
        inputs = self._inputs(credit)
        return FEE_CREDITS[inputs.service](inputs)[-1]

    def _require_worth(self, each: CreditedDays) -> None:
        if each.net == 0:
            raise ActRefused("from: these days cost nothing, or what they cost is credited already", self.points.credit)
        if each.credit.amount is not None and each.net < each.credit.amount:
            raise ActRefused(f"amount: {each.net} EUR at most, more these days have not cost", self.points.credit)

    def _give(self, credit: GrantedCredit, step: Step) -> None:
        inputs = self._inputs(credit)
        net = FEE_CREDITS[inputs.service](inputs)[-1].net
        self.state.credits_granted += 1
        kept = [one for one in self.state.credits if one.to >= first_day_kept(step.today)]
        self.state.credits = [*kept, credit]
        billed = self._billed(credit)
        step.tell(
            "credit.granted", self.points.credit, credit=credit.id, net=net, **{"from": credit.from_, "to": credit.to}
        )
        if billed is not None:
            self.issue_note(billed, inputs, step, self.points.credit)

    def _billed(self, days: DateRange) -> BilledPeriod | None:
        """The period of an invoice that these days of one month fall into."""
        periods = (one for one in self.state.billed if within(days, DateRange(from_=one.from_, to=one.to)))
        return next(periods, None)


def _by_month(days: DateRange) -> Iterator[DateRange]:
    """`days` cut at the ends of months."""
    begin = days.from_
    while begin <= days.to:
        end = min(month_end(begin), days.to)
        yield DateRange(from_=begin, to=end)
        begin = end + ONE_DAY
