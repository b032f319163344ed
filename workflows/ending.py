"""The end: notice, agreement, termination or a period run out; then hand-over, erasure and closing (IT-41 to IT-45)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import date, timedelta
from typing import Literal

from schemas.acts import (
    AgreeEnd,
    ConfirmHandover,
    ConfirmPartnerErasure,
    GiveNotice,
    Terminate,
    WithdrawNotice,
)
from schemas.documents import HeldSubscription
from schemas.erasure import DATA, PARTNERS, REST, ErasureOrder, PartnerOrder
from schemas.ledger import (
    ContactRole,
    ContractUpdated,
    HandoverMade,
    PartnerErasureConfirmed,
    PersonalDataErased,
    TextMessage,
)
from schemas.mail import MailKind
from schemas.partners import AskedPartners, PartnersQuestion
from schemas.state import EndReason, Ground, InventoryState, PlannedEnd
from terms.calendar import ONE_DAY, decision_at
from terms.handover import subscriptions_held
from terms.licensing import content_of, latest_end
from terms.notice import earliest_end
from terms.overdue import days_overdue
from terms.partners import asked_partner, not_asked
from workflows.periods import end_of, will_renew
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step
from workflows.suspension import keep_grounds
from workflows.users import erase_inventory


class Ending(Process):
    """Brings the contract to its end and sees its last duties through (IT-41, exact rules 2, 9 and 10)."""

    def duties(self) -> Iterable[Duty]:
        ending = self.state.ending
        if ending.ended_on is None:
            yield from self._planned_end_duty()
            return
        if not ending.handed_over:
            yield self._after_end(Rank.HANDOVER, "handover", "Hand the data over", self.hand_over)
        if ending.erase_on is not None and not ending.erased:
            # A day that has passed already is due now, but never before the hand-over that is due now too.
            yield Duty(
                at=max(decision_at(ending.erase_on), self.state.reached),
                rank=Rank.ERASURE,
                key="erasure",
                what="Erase all personal data",
                clauses=self.points.erasure,
                perform=self.erase,
            )
        if self._is_done() and not self.state.closed:
            yield self._after_end(Rank.CLOSING, "closing", "Close the contract", self.close)
        elif ending.erased and not ending.erasure_ordered:
            yield self._after_end(Rank.CLOSING, "rekey", "Go on under a new key", self.go_on_under_a_new_key)

    # Coming to the end

    def _planned_end_duty(self) -> Iterable[Duty]:
        planned = self.state.planned_end
        period = self.state.period
        if period is not None and (planned is None or planned.on > end_of(period)):
            # Due only if nobody renews it on its last day: then it is suspended, or renewal is switched off.
            planned = PlannedEnd(on=end_of(period), reason="period_ended", clause=self.points.renewal, by="system")
        if planned is None:
            return
        end = planned
        yield Duty(
            at=decision_at(end.on + ONE_DAY),
            rank=Rank.END,
            key="end",
            what=f"End of the contract ({end.reason})",
            clauses=(end.clause, self.points.end),
            perform=lambda step: self.end(end.on, end.reason, step, end.clause, grounds=self._grounds_of(end)),
            hidden=end.reason == "period_ended" and will_renew(self.state),
        )

    def _grounds_of(self, end: PlannedEnd) -> list[str]:
        """A period runs out by the grounds that kept it from renewing (IT-16), or as the customer gave it up."""
        is_theirs = end.reason == "period_ended" and end.by == "system"
        return [one.ground for one in self.state.grounds] if is_theirs else []

    def end(self, last_day: date, reason: EndReason, step: Step, *clauses: str, grounds: Collection[str] = ()) -> None:
        """Support stops; what follows has its own day. `grounds` are those for suspension that brought it about."""
        ending = self.state.ending
        ending.ended_on = last_day
        ending.reason = reason
        ending.erase_on = last_day + timedelta(days=self.state.contract.special_terms.erasure_after_days)
        self.state.stage = "ended"
        self.state.planned_end = None
        for ground in self.state.grounds:
            ground.ended_contract = ground.ground in grounds
        keep_grounds(self.state, self.state.grounds, until=last_day)
        self.state.grounds = []
        if self.state.suspensions and self.state.suspensions[-1].until is None:
            self.state.suspensions[-1].until = last_day + ONE_DAY
        step.change(ContractUpdated(stage="ended", ended_on=last_day, ends_on=last_day, erase_on=ending.erase_on))
        step.tell("contract.ended", *clauses, self.points.end, reason=reason, on=last_day)
        self.contract.tell_end(last_day, step)
        step.write(MailKind.CONTRACT_ENDED, self.contract.number, reason=reason, on=last_day, clause=clauses[0])
        step.order(
            PartnerOrder(
                contract=self.contract.number,
                service=self.state.contract.service,
                phase=PARTNERS,
                at=step.at,
                clock=self.state.clock,
            ),
        )

    @takes(GiveNotice)
    def give_notice(self, act: GiveNotice, step: Step) -> None:
        clause = self.points.customer_notice if act.by == "customer" else self.points.provider_notice
        if not clause:
            raise ActRefused(
                "by: the customer of this service leaves by giving up what it subscribes to, or by agreement",
                self.points.mutual_end,
            )
        if act.by == "customer" and act.signed_by is None:
            raise ActRefused("signed_by: an authorised representative must sign the customer's notice", clause)
        self.plan_notice(act.by, act.end_on, clause, step)

    def plan_notice(self, by: str, end_on: date, clause: str, step: Step, *, field: str = "end_on") -> None:
        """A notice names the last service day, at least 30 days ahead (IT-44, IT-45, exact rule 9)."""
        self.require_running()
        earliest = earliest_end(step.today)
        if end_on < earliest:
            raise ActRefused(
                f"{field}: 30 days' notice are due, {earliest} is the earliest last service day",
                clause,
                latvian=f"jāievēro 30 dienu termiņš, agrākā iespējamā pēdējā pakalpojuma diena ir {earliest:%d.%m.%Y}.",
            )
        if self.state.planned_end is not None:
            raise ActRefused("an end is planned already; withdraw_notice comes first", clause)
        self.state.planned_end = PlannedEnd(on=end_on, reason="notice", clause=clause, by=by)
        step.change(ContractUpdated(ends_on=end_on))
        step.tell("notice.given", clause, end_on=end_on, by=by)
        step.write(MailKind.NOTICE_RECEIVED, self.contract.number, by=by, end_on=end_on)

    @takes(WithdrawNotice)
    def withdraw_notice(self, act: WithdrawNotice, step: Step) -> None:
        self.require_running()
        if self.state.planned_end is None:
            clauses = filter(None, (self.points.customer_notice, self.points.provider_notice))
            raise ActRefused("no notice is pending", *clauses)
        if self.state.planned_end.reason == "period_ended":
            raise ActRefused("what is subscribed to is given up, that is no notice to withdraw", self.points.mutual_end)
        self._require_kept(None)
        clause = self.state.planned_end.clause
        self.state.planned_end = None
        step.change(ContractUpdated(cleared=("ends_on",)))
        step.tell("notice.withdrawn", clause)
        step.write(MailKind.NOTICE_WITHDRAWN, self.contract.number)

    @takes(AgreeEnd)
    def agree_end(self, act: AgreeEnd, step: Step) -> None:
        self.require_running()
        if act.on < step.today:
            raise ActRefused("on: the last service day lies in the past, name today or later", self.points.mutual_end)
        self._require_kept(act.on)
        self.state.planned_end = PlannedEnd(on=act.on, reason="agreed", clause=self.points.mutual_end, by="both")
        step.change(ContractUpdated(ends_on=act.on))
        step.tell("end.agreed", self.points.mutual_end, on=act.on)

    def _require_kept(self, until: date | None) -> None:
        """Refuse to let the contract go on for longer than what it is made of, which may be cancelled for good."""
        latest = latest_end(self.state.licensing.subscriptions) if self.state.licensing else None
        if latest is not None and (until is None or until > latest[0]):
            last_day, why = latest
            raise ActRefused(f"{why}: {last_day} is the latest last service day", self.points.mutual_end)

    @takes(Terminate)
    def terminate(self, act: Terminate, step: Step) -> None:
        """The provider's right to end at once; the facts its clause names must be on record."""
        self.require_running()
        rights = Terminate.clauses(self.state.contract.service)
        if act.clause not in rights:
            raise ActRefused(f"clause: for this service name one of {', '.join(rights)}", self.points.end)
        objected = any(one.objected for one in self.state.announcements)
        if act.clause == self.points.objected_change and not objected:
            raise ActRefused("clause: the customer has objected to no change", self.points.objected_change)
        if not self.contract.applies(act.clause):
            raise ActRefused("clause: it is switched off for this contract", self.points.switched_off, act.clause)
        long_open = [one.ground for one in self.state.grounds if self._suspended_days(one, step.today) > 30]
        if act.clause == self.points.long_suspension and not long_open:
            raise ActRefused("clause: no ground has been open for more than 30 days", self.points.long_suspension)
        if act.clause == self.points.withdrawn_consent and not self.state.withdrawn_consents:
            raise ActRefused("clause: no essential consent was withdrawn", self.points.withdrawn_consent)
        if act.clause == self.points.burdensome_instructions and not self.state.refused_instructions:
            raise ActRefused("clause: no instruction was refused", self.points.burdensome_instructions)
        if act.clause == self.points.refused_by_vendor and not self._is_refused_by_vendor():
            raise ActRefused("clause: no order or renewal was refused", self.points.refused_by_vendor)
        grounds = long_open if act.clause == self.points.long_suspension else []
        self.end(step.today, "terminated", step, act.clause, grounds=grounds)

    def _is_refused_by_vendor(self) -> bool:
        held = self.state.licensing.subscriptions if self.state.licensing else ()
        return any(one.vendor_refused_on is not None for one in held)

    def _suspended_days(self, ground: Ground, today: date) -> int:
        """How long a ground has been open, less the days that force majeure stopped (IT-43.2, IT-64)."""
        return days_overdue(ground.since, today, self.state.pauses)

    # After the end

    def _after_end(
        self,
        rank: Rank,
        key: str,
        what: str,
        perform: Callable[[Step], Awaitable[None] | None],
    ) -> Duty:
        return Duty(
            at=self.state.reached,
            rank=rank,
            key=key,
            what=what,
            clauses=(self.points.end,),
            perform=perform,
        )

    def hand_over(self, step: Step) -> None:
        self.state.ending.handed_over = True
        erase_on = self.state.ending.erase_on
        step.tell("data.handed_over", self.points.end, "DPA-II.3.2")
        step.change(HandoverMade(on=step.today, subscriptions=self._subscriptions(step.today)))
        step.write(MailKind.HANDOVER_PACKAGE, self.contract.number, on=step.today, erase_on=erase_on)
        step.text_messages.append(TextMessage(kind="handover_package", on=step.today))

    def _subscriptions(self, on: date) -> tuple[HeldSubscription, ...]:
        licensing = self.state.licensing
        if licensing is None:
            return ()
        last = self.state.versions[-1]
        return subscriptions_held(licensing, content_of(self.state.versions, last.effective_on).tenant_domain, on)

    def erase(self, step: Step) -> None:
        """All personal rows go; an open debt keeps the address it is collected at (exact rule 10)."""
        ending = self.state.ending
        ending.erased = True
        self.state.inventory = InventoryState(key_generation=self.state.inventory.key_generation)
        owed = self._is_owed()
        special = self.state.contract.special_terms.overridden("erasure_after_days")
        overridden = {"special_terms": list(special)} if special else {}
        step.change(PersonalDataErased(keep=("invoice_delivery",) if owed else ()))
        step.tell(
            "data.erased",
            *self.points.erasure,
            *((self.points.special_terms,) if special else ()),
            certificate=self.contract.key("erasure"),
            kept=["invoice_delivery"] if owed else [],
            **overridden,
        )

    def go_on_under_a_new_key(self, step: Step) -> None:
        """What stays open needs a key: it goes on under the next one, and those before it can be destroyed."""
        ending = self.state.ending
        ending.erasure_ordered = True
        self.state.key_generation += 1
        self.contract.is_rekeyed = True
        kept: tuple[ContactRole, ...] = ("invoice_delivery",) if self._is_owed() else ()
        step.order(self._erasure(DATA, "ended", step, goes_on_under=self.state.key_generation, keep=kept))

    def _erasure(
        self,
        phase: str,
        reason: Literal["ended", "closed"],
        step: Step,
        *,
        goes_on_under: int | None = None,
        keep: tuple[ContactRole, ...] = (),
    ) -> ErasureOrder:
        return ErasureOrder(
            contract=self.contract.number,
            phase=phase,
            at=step.at,
            reason=reason,
            last_run=self.contract.run_id,
            goes_on_under=goes_on_under,
            keep=keep,
        )

    def close(self, step: Step) -> None:
        self.state.stage = "closed"
        self.state.closed = True
        step.change(PersonalDataErased(keep=()), ContractUpdated(stage="closed"))
        left: dict[str, object] = {"refund": self.state.credit} if self.state.credit else {}
        # Closing waits for no partner (exact rule 10).
        left |= self.contract.tell_closing(step)
        step.tell("contract.closed", self.points.debts_stay, "DPA-III.1.3", **left)
        phase = REST if self.state.ending.erasure_ordered else DATA
        step.order(self._erasure(phase, "closed", step))

    @takes(ConfirmHandover)
    def confirm_handover(self, act: ConfirmHandover, step: Step) -> None:
        if not self.state.ending.handed_over:
            raise ActRefused("nothing has been handed over yet", self.points.end)
        if not self.state.ending.erased:
            erase_inventory(self.contract, "handed_over", step, ask_partners=False)
        step.tell("handover.confirmed", self.points.end)

    @takes(ConfirmPartnerErasure)
    async def confirm_partner_erasure(self, act: ConfirmPartnerErasure, step: Step) -> None:
        # While the contract lives on they are asked about users whose data is erased (DPA-I.1.1, DPA-II.3.1).
        if self.state.ending.ended_on is None and not self.state.user_erasures:
            raise ActRefused("the contract has not ended, no partner was asked to erase", self.points.end)
        question = PartnersQuestion(contract=self.contract.number)
        asked = await self.contract.insist("asked_partners", question, AskedPartners, "Who was asked to erase?")
        partner = asked_partner(act.partner, asked.names)
        if partner is None:
            raise ActRefused(not_asked(asked.names), "DPA-II.3.2")
        step.change(PartnerErasureConfirmed(partner=partner))
        step.tell("partner_erasure.confirmed", self.points.end, "DPA-II.3.2", partner=partner)

    def _is_owed(self) -> bool:
        return bool(self.state.invoices) or not self._all_is_billed()

    def _is_done(self) -> bool:
        ending = self.state.ending
        return ending.erased and ending.handed_over and not self._is_owed()

    def _all_is_billed(self) -> bool:
        if self.state.service_from is None:
            return True
        ended_on, billed = self.state.ending.ended_on, self.state.billed_through
        if any(not one.visit.billed for one in self.state.visits):
            return False
        if self.state.interest_waits_since is not None:
            return False
        if ended_on is None:
            return False
        return self.state.service_from > ended_on or (billed is not None and billed >= ended_on)
