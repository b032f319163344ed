"""Collections: the claim on day 1, suspension on day 11, termination 31 days into a suspension (exact rule 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from schemas.acts import Cure, DeclareForceMajeure, EndForceMajeure, Suspend
from schemas.mail import MailKind
from schemas.receivables import OpenInvoice
from schemas.state import Ground, Pause, StatementAwaited, StatementsAsked, StatementsReach
from terms.calendar import decision_at, first_decision_after, last_decided, local_date
from terms.overdue import (
    CLAIM_DAY,
    SUSPENSION_DAY,
    TERMINATION_DAY,
    day_reached,
    days_overdue,
    money_awaited_until,
    suspension_awaits,
)
from workflows.contract import Contract
from workflows.ending import Ending
from workflows.process import takes
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step
from workflows.suspension import SuspensionProcess


class Collections(SuspensionProcess):
    """Exercises the rights of IT-22, IT-40.1 and IT-43.2 on their day, and staff's of IT-40.2 to IT-40.4."""

    def __init__(self, contract: Contract, *, ending: Ending) -> None:
        super().__init__(contract)
        self.ending = ending

    def duties(self) -> Iterable[Duty]:
        for invoice in self.state.fee_invoices:
            yield from self._claim_duty(invoice)
        yield from self._suspension_duty()
        yield from self._termination_duties()

    # The claim

    def _claim_duty(self, invoice: OpenInvoice) -> Iterable[Duty]:
        at = self._decision(invoice.due_on, CLAIM_DAY, self.points.claim)
        if at is not None and not invoice.claimed and invoice.due_on is not None:
            due_on = invoice.due_on
            yield Duty(
                at=at,
                rank=Rank.CLAIM,
                key=f"{invoice.number}/claim",
                what=f"Written claim for invoice {invoice.number}",
                clauses=(self.points.claim,),
                perform=lambda step: self.claim(invoice, due_on, step),
            )

    def claim(self, invoice: OpenInvoice, due_on: date, step: Step) -> None:
        invoice.claimed = True
        day = days_overdue(due_on, step.today, self.state.pauses)
        step.tell("claim.sent", self.points.claim, invoice=invoice.number, days_overdue=day)
        step.write(
            MailKind.CLAIM,
            self.contract.number,
            to_invoice_delivery=True,
            invoice=invoice.number,
            due_on=due_on,
            days_overdue=day,
            open=invoice.open,
        )

    # Suspension

    def _suspension_duty(self) -> Iterable[Duty]:
        if self.state.stage not in ("active", "suspended") or self.is_open("unpaid"):
            return
        decided = min((at for _, at in self._suspension_decisions()), default=None)
        if decided is None:
            return
        awaited = self.state.statement_awaited
        if awaited is not None and awaited.decided_on != local_date(decided):
            awaited = None
        yield Duty(
            at=max(decided, awaited.until) if awaited else decided,
            rank=Rank.SUSPENSION,
            key=f"{decided:%Y-%m-%d}/suspension/unpaid",
            what="Suspend for non-payment",
            clauses=(self.points.unpaid, self.points.service),
            # A rehearsal has a calendar of its own, on which no bank tells anything.
            perform=(lambda step: self.ask_for_statement_first(decided, awaited, step))
            if self.state.clock.is_identity
            else self.suspend_unpaid,
        )

    def _suspension_decisions(self) -> list[tuple[str, datetime]]:
        """The open invoices that have a day 11, each with the 06:00 of it."""
        decisions = (
            (one.number, self._decision(one.due_on, SUSPENSION_DAY, self.points.unpaid))
            for one in self.state.fee_invoices
        )
        return [(number, at) for number, at in decisions if at is not None]

    def suspend_unpaid(self, step: Step) -> None:
        self.open_ground("unpaid", step, [number for number, at in self._suspension_decisions() if at <= step.at])

    async def ask_for_statement_first(self, decided: datetime, awaited: StatementAwaited | None, step: Step) -> None:
        """Nobody is suspended for money that has arrived: finance is given a last chance to import the statement.

        Money on record is waited for until it is booked or a person has said whose it is, for some days at most.
        """
        asked = StatementsAsked(contract=self.contract.number, today=step.today)
        summary = "How far do the bank statements reach?"
        reach = await self.contract.insist("statements_reach", asked, StatementsReach, summary)
        key = self.contract.key(f"{decided:%Y-%m-%d}", "suspension", "unpaid")
        asked_on = awaited.asked_on if awaited else step.today
        until = suspension_awaits(step.at, asked_on, reach.to_day, unbooked=reach.unbooked)
        if until is None:
            self.suspend_unpaid(step)
            await self.contract.record(
                step, key=key, summary=f"Suspend for non-payment ({self.points.unpaid}, {self.points.service})"
            )
            return
        self.state.statement_awaited = StatementAwaited(decided_on=local_date(decided), asked_on=asked_on, until=until)
        latest = {"at_latest": money_awaited_until(asked_on)} if reach.unbooked else {}
        facts = {"until": until, "newest": reach.to_day, "unbooked": reach.unbooked, **latest}
        step.tell("statement.awaited", self.points.unpaid, self.points.payment, **facts)
        key = f"{key}/statement/{step.today}" if awaited else f"{key}/statement"
        await self.contract.record(step, key=key, summary=f"Wait for the bank statement ({self.points.unpaid})")

    @takes(Suspend)
    def suspend(self, act: Suspend, step: Step) -> None:
        self.require_running()
        self._require_ground(act.ground)
        if self.state.stage not in ("active", "suspended"):
            raise ActRefused("only a running service can be suspended", self.points.ground(act.ground))
        if self.is_open(act.ground):
            raise ActRefused("ground: it is open already", self.points.ground(act.ground))
        self.open_ground(act.ground, step)

    @takes(Cure)
    def cure(self, act: Cure, step: Step) -> None:
        self._require_ground(act.ground)
        if not self.is_open(act.ground):
            open_now = ", ".join(one.ground for one in self.state.grounds) or "none"
            raise ActRefused(f"ground: it is not open; open are: {open_now}", self.points.ground(act.ground))
        self.cure_ground(act.ground, step)

    def _require_ground(self, ground: str) -> None:
        """Refuse a ground that the service's text does not have."""
        if ground not in self.points.other_grounds:
            known = ", ".join(self.points.other_grounds)
            raise ActRefused(f"ground: for this service name one of {known}", *self.points.other_grounds.values())

    # Termination

    def _termination_duties(self) -> Iterable[Duty]:
        if self.state.stage != "suspended":
            return
        for ground in self.state.grounds:
            at = self._decision(ground.since, TERMINATION_DAY, self.points.long_suspension)
            if at is not None:
                yield Duty(
                    at=at,
                    rank=Rank.TERMINATION,
                    key=f"{ground.since}/termination/{ground.ground}",
                    what=f"Terminate: suspended for more than 30 days ({ground.ground})",
                    clauses=(self.points.long_suspension, ground.clause),
                    perform=lambda step, ground=ground: self.terminate(ground, step),  # type: ignore[misc]
                )

    def terminate(self, ground: Ground, step: Step) -> None:
        self.ending.end(
            step.today, "terminated", step, self.points.long_suspension, ground.clause, grounds=[ground.ground]
        )

    # Force majeure

    @takes(DeclareForceMajeure)
    def declare_force_majeure(self, act: DeclareForceMajeure, step: Step) -> None:
        self.require_running()
        if any(pause.until is None for pause in self.state.pauses):
            raise ActRefused("force majeure is declared already", self.points.force_majeure)
        self.state.pauses.append(Pause(since=last_decided(step.at)))
        step.tell("force_majeure.declared", self.points.force_majeure, since=step.today)
        step.write(MailKind.FORCE_MAJEURE, self.contract.number, state="declared", on=step.today)

    @takes(EndForceMajeure)
    def end_force_majeure(self, act: EndForceMajeure, step: Step) -> None:
        running = [pause for pause in self.state.pauses if pause.until is None]
        if not running:
            raise ActRefused("no force majeure is declared", self.points.force_majeure)
        running[0].until = last_decided(step.at)
        self.state.no_decision_before = first_decision_after(step.at)
        step.tell("force_majeure.ended", self.points.force_majeure, until=step.today)
        step.write(MailKind.FORCE_MAJEURE, self.contract.number, state="ended", on=step.today)

    def _decision(self, start: date | None, count: int, clause: str) -> datetime | None:
        """06:00 on counted day `count` after `start`; None while the clock stands or the clause is switched off.

        None also while there is no start, as with an invoice that the customer was not sent yet.
        """
        day = day_reached(start, count, self.state.pauses) if start is not None else None
        if day is None or not self.contract.applies(clause):
            return None
        earliest = self.state.no_decision_before
        return max(decision_at(day), earliest) if earliest else decision_at(day)
