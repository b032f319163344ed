"""Each morning what the distributor says is held against the contract (M365-33, M365-37, M365-48.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from schemas.also import AlsoSubscription
from schemas.distribution import CustomerAnswer, CustomerAsked
from schemas.licensing import SubscriptionState
from schemas.reconciliation import Difference
from schemas.subscription import SubscriptionTerm
from terms.calendar import ONE_DAY, decision_at, last_decided, local_date, month_start
from terms.reconciliation import dearest, differences, invoiced_differences, is_renewal_refused, terms_refused
from workflows.contract import Contract
from workflows.credits import Credits
from workflows.licensing.process import LicensingProcess, end_with_the_last, last_term, may_go_on
from workflows.licensing.products import drop_terms
from workflows.steps import Duty, Rank, Step

COMPARISON: Final = "comparison"
AFTER_LATE_RENEWALS: Final = timedelta(minutes=1)
"""So that what is due at the same instant, and ranks behind, is done before it is compared."""
INVOICED_BY_DAY: Final = 5
"""The day of the month by which ALSO has invoiced the one before."""


class Reconciliation(LicensingProcess):
    """Tells a difference once, with what it costs; ALSO tells nothing by itself, so it is looked for."""

    def __init__(self, contract: Contract, *, credits: Credits) -> None:
        super().__init__(contract)
        self.credits = credits

    def duties(self) -> Iterable[Duty]:
        day = self._next_day()
        if day is None:
            return
        yield Duty(
            at=decision_at(day),
            rank=Rank.COMPARISON,
            key=COMPARISON,
            what="Hold ALSO's word against the contract",
            clauses=("M365-37",),
            perform=self.compare,
            hidden=True,
            partner="distributor",
        )

    def _next_day(self) -> date | None:
        """The morning after the last comparison; where mornings were missed, the last of them."""
        licensing = self.licensing
        since = licensing.compared_on or licensing.ordering_since
        if since is None or self.state.closed or (self.state.stage == "ended" and self._is_over()):
            return None
        begins = since + ONE_DAY
        return max(begins, last_decided(self.state.reached)) if begins <= local_date(self.state.reached) else begins

    def _is_over(self) -> bool:
        """Whether ALSO charges nothing more: all is cancelled as we have it, and its last days' invoice was seen."""
        licensing = self.licensing
        held = licensing.subscriptions
        ends = [day for one in held if (day := one.vendor_ends_on or one.ended_on)]
        seen = licensing.invoiced_compared
        is_agreed = not licensing.differences and not any(may_go_on(one) for one in held)
        return is_agreed and seen is not None and all(month_start(day) <= seen for day in ends)

    async def compare(self, step: Step) -> None:
        licensing = self.licensing
        assert licensing.company_id is not None, "what is compared was ordered for a customer"
        if self._is_renewal_late(step.today):
            # Nobody was at work: what ALSO has renewed by now is renewed here first.
            self.state.postponed[COMPARISON] = step.at + AFTER_LATE_RENEWALS
            return
        month = self._month_invoiced(step.today)
        request = CustomerAsked(**self.errand(step), company_id=licensing.company_id, invoiced_month=month)
        answer = await self.contract.ask_partner(
            "customer_at_distributor", request, CustomerAnswer, "What ALSO has of the customer (M365-37)"
        )
        licensing.compared_on = step.today
        by_account = {one.account_id: one for one in answer.subscriptions}
        for one in licensing.subscriptions:
            theirs = by_account.get(one.account_id) if one.account_id is not None else None
            self._note(one, theirs, step)
        found = differences(licensing.subscriptions, answer.subscriptions, sold=answer.sold, today=step.today)
        if month is not None:
            licensing.invoiced_compared = month
            invoiced = invoiced_differences(licensing.subscriptions, answer.charges, month=month)
            self._tell_invoiced(month, invoiced, step)
        self._tell(found, step)
        if step.events or step.changes:
            await self.contract.record(
                step,
                key=self.contract.key(str(step.today), "comparison"),
                summary="ALSO and the contract do not say the same (M365-37)",
            )

    def _is_renewal_late(self, today: date) -> bool:
        if self.state.stage not in ("active", "suspended"):
            return False
        return any(not one.is_disconnected and last_term(one).days.to < today for one in self.going_on())

    def _month_invoiced(self, today: date) -> date | None:
        """The month before, once ALSO has invoiced it and it was not looked at yet."""
        month = month_start(month_start(today) - ONE_DAY)
        if today.day < INVOICED_BY_DAY or self.licensing.invoiced_compared == month:
            return None
        return month

    def _note(self, one: SubscriptionState, theirs: AlsoSubscription | None, step: Step) -> None:
        if theirs is None:
            return
        one.vendor_ends_on = theirs.ends_on or one.vendor_ends_on
        if is_renewal_refused(one, theirs, today=step.today):
            self._end_refused(one, terms_refused(one, theirs), step)
        # Suspended is what could go on: not what has ended, here or there.
        is_suspended = theirs.vendor_status == "suspended" and theirs.state == "active" and one.ended_on is None
        if is_suspended != one.is_vendor_suspended:
            one.is_vendor_suspended = is_suspended
            if is_suspended:
                step.tell("vendor.suspended", "M365-33", subscription=one.id)
            else:
                step.tell("vendor.resumed", "M365-33", subscription=one.id)

    def _end_refused(self, one: SubscriptionState, refused: Sequence[SubscriptionTerm], step: Step) -> None:
        """Nothing of the terms that were to begin is provided, nor paid; the provider may end the contract for it."""
        one.not_provided = [each for each in refused if self._is_billed(each)]
        one.not_provided_through = self.state.billed_through
        renewed = one.model_copy()
        drop_terms(one, refused[0].days.from_ - ONE_DAY)
        for each in one.not_provided:
            self.credits.credit_term(each, step)
        one.is_disconnected = one.is_cancelled = one.is_renewal_told = True
        one.at_renewal = None
        one.vendor_refused_on = step.today
        one.refused = "ALSO or Microsoft has not renewed it"
        step.tell("subscription.refused", "M365-48.1", subscription=one.id, what="renewal", reason=one.refused)
        last_day = one.ended_on = last_term(one).days.to
        # After the end all is disconnected, and the customer has been told: the contract's end stands.
        if self.state.stage != "ended":
            self._disconnect_refused(one, last_day, step, renewed=renewed)
        step.tell("subscription.cancelled", "M365-48.1", subscription=one.id, last_day=one.vendor_ends_on or last_day)

    def _disconnect_refused(
        self, one: SubscriptionState, last_day: date, step: Step, *, renewed: SubscriptionState
    ) -> None:
        if one.to_add is not None:
            self.drop_addition(one, "the subscription is not renewed", "Abonements nav pagarināts", step)
        self.tell_disconnected(one, last_day, step, "M365-48.1", refused=True)
        end_with_the_last(self.state, step)
        self.leave_content(one, step, decided=renewed)

    def _is_billed(self, term: SubscriptionTerm) -> bool:
        """Whether days of it stand on an invoice."""
        billed = self.state.billed_through
        return billed is not None and term.days.from_ <= billed

    def _tell(self, found: Sequence[Difference], step: Step) -> None:
        """A difference is told when it appears, and that there is none any more."""
        named = dearest(found)
        more = len(found) - len(named)
        if (list(named), more) == (self.licensing.differences, self.licensing.more_differences):
            return
        self.licensing.differences, self.licensing.more_differences = list(named), more
        if found:
            step.tell("distributor.differs", "M365-37", **_facts(found))
        else:
            step.tell("distributor.agrees", "M365-37")

    def _tell_invoiced(self, month: date, found: Sequence[Difference], step: Step) -> None:
        if found:
            step.tell("distributor.differs", "M365-37", month=month, **_facts(found))


def _facts(found: Sequence[Difference]) -> dict[str, Any]:
    named = dearest(found)
    more = {"more": len(found) - len(named)} if len(found) > len(named) else {}
    return {"differences": [each.model_dump(mode="json") for each in named], **more}
