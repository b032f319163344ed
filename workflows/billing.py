"""Billing: an invoice a month for the month before, the last one on the day after the last service day (IT-19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from schemas.invoice import ChargeInputs, DateRange, InvoiceAnswer, InvoiceOrder
from schemas.state import OpenInvoice
from terms.calendar import ONE_DAY, decision_at, month_end, month_key, next_month_start
from workflows.steps import Duty, Process, Rank, Step


class Billing(Process):
    """Issues each period's invoice in order, also when it comes to it late (IT-18 to IT-21, exact rule 3)."""

    def duties(self) -> Iterable[Duty]:
        period = self._next_period()
        if period is None:
            return
        last_day = self._last_service_day()
        # A finished contract is billed on the day after its last service day, any other month on the 1st.
        ends_here = last_day is not None and period.to == last_day and self.state.ending.ended_on is not None
        day = period.to + ONE_DAY if ends_here else next_month_start(period.from_)
        yield Duty(
            at=decision_at(day),
            rank=Rank.INVOICE,
            key=f"{month_key(period.from_)}/invoice",
            what=f"Invoice for {period.from_} to {period.to}",
            clauses=("IT-19", "IT-18", "IT-20"),
            perform=lambda step: self.issue(period, step),
        )

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
            inputs=ChargeInputs(
                service=contract.service,
                language=contract.customer.language,
                period=period,
                service_from=self.state.service_from,
                is_first=not self.state.first_invoice_issued,
                versions=tuple(self.state.versions),
                unbilled=self._unbilled(),
            ),
        )
        summary = f"Invoice for {period.from_} to {period.to} (IT-19)"
        answer = await self.contract.insist("issue_invoice", order, InvoiceAnswer, summary)
        self.state.billed_through = period.to
        self.state.unsent_letters = answer.unsent > 0
        issued = answer.issued
        if issued is None:
            return
        self.state.first_invoice_issued = True
        self.state.credit -= issued.settled
        if issued.total > issued.settled:
            self.state.invoices.append(
                OpenInvoice(
                    number=issued.number,
                    month=month_key(period.from_),
                    due_on=issued.due_on,
                    total=issued.total,
                    open=issued.total - issued.settled,
                )
            )

    def _next_period(self) -> DateRange | None:
        """The first days not billed yet, within one month and the service days (exact rule 2)."""
        if self.state.service_from is None:
            return None
        billed = self.state.billed_through
        begin = billed + ONE_DAY if billed else self.state.service_from
        last_day = self._last_service_day()
        if last_day is not None and begin > last_day:
            return None
        end = month_end(begin) if last_day is None else min(month_end(begin), last_day)
        return DateRange(from_=begin, to=end)

    def _last_service_day(self) -> date | None:
        return self.state.ending.ended_on

    def _unbilled(self) -> tuple[DateRange, ...]:
        """Days not served by the provider's fault (IT-23), and those wholly without service while suspended, where
        the terms bill none (IT-42, exact rule 6)."""
        gaps = list(self.state.not_served)
        if self.state.contract.special_terms.fee_while_suspended:
            return tuple(gaps)
        for suspension in self.state.suspensions:
            begin = suspension.since + ONE_DAY
            # A suspension still running covers every day that could be billed now.
            end = suspension.until - ONE_DAY if suspension.until else begin + timedelta(days=3660)
            if begin <= end:
                gaps.append(DateRange(from_=begin, to=end))
        return tuple(gaps)
