"""The subscriptions are ordered from ALSO and confirmed to the customer, within three working days (M365-3, M365-6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.also import AlsoSubscription
from schemas.distribution import PlaceOrder, SubscriptionAnswer, SubscriptionAsked
from schemas.ledger import ContractUpdated
from schemas.licensing import SubscriptionState
from schemas.mail import MailKind
from schemas.subscription import SubscriptionTerm
from terms.calendar import ONE_DAY, decision_at, local_date
from terms.licensing import order_due_on, price_on, term
from workflows.contract import Contract
from workflows.licensing.approvals import Approvals
from workflows.licensing.process import LicensingProcess, end_with_the_last, note_order, note_standing
from workflows.steps import CONFIRMATION, Duty, Rank, Step, pause_after

LOOKED_AFTER: Final = timedelta(minutes=15)
"""How long a subscription that is not provisioned yet is left alone: twice as long each time, up to the longest."""
LONGEST_UNTIL_DUE: Final = timedelta(hours=2)
REFUSED_CONFIRMATION_AGAIN: Final = timedelta(days=1)


class Ordering(LicensingProcess):
    """Orders each subscription once; the sending of the Confirmation provides it, and its term begins (M365-3)."""

    def __init__(self, contract: Contract, *, approvals: Approvals) -> None:
        super().__init__(contract)
        self.approvals = approvals

    def duties(self) -> Iterable[Duty]:
        is_running = self.state.stage in ("onboarding", "active")
        if not is_running or self.approvals.missing():
            return
        yield from self._late_duty()
        if self.licensing.company_id is None:
            return
        for one in filter(self.is_to_order, self.licensing.subscriptions):
            yield self._order_duty(one)
        # One Confirmation tells of all that are provided by the day it is due.
        at = max(self.state.reached, decision_at(self._due_on())) if self._is_waiting() else self.state.reached
        if self._to_confirm() and not self._is_too_late(at):
            yield Duty(
                at=at,
                rank=Rank.CONFIRMATION,
                key=self._confirmation_key(),
                what="Send the Confirmation: the subscriptions are provided",
                clauses=("M365-3", "M365-14"),
                perform=self.confirm,
            )

    def _late_duty(self) -> Iterable[Duty]:
        if not self.licensing.is_order_late and self.state.stage == "onboarding":
            yield Duty(
                at=decision_at(self._due_on() + ONE_DAY),
                rank=Rank.COMPARISON,
                key="order/late",
                what="Tell that the order is late",
                clauses=("M365-3",),
                perform=self.tell_late,
                hidden=True,
            )

    def _order_duty(self, one: SubscriptionState) -> Duty:
        is_ordered = one.account_id is not None
        return Duty(
            at=self.state.reached,
            rank=Rank.ORDER,
            key=f"order/{one.id}/provisioned" if is_ordered else f"order/{one.id}",
            what=f"{'Look whether ALSO provides' if is_ordered else 'Order'} {one.name}",
            clauses=("M365-3",),
            perform=lambda step: self.look(one, step) if is_ordered else self.order(one, step),
            partner="distributor",
        )

    # The order

    async def order(self, one: SubscriptionState, step: Step) -> None:
        company = self.licensing.company_id
        assert company is not None, "nothing is ordered for a customer that is not registered"
        request = PlaceOrder(
            **self.errand(step),
            reference=one.reference,
            is_asked_again=one.order_asked_at is not None,
            accounts=tuple(each.account_id for each in self.licensing.subscriptions if each.account_id is not None),
            company_id=company,
            tenant_domain=self.tenant_domain(step.today),
            sku=one.sku,
            period=one.period,
            licences=one.licences,
        )
        if self.has_ended(step.at):
            return
        # Kept before it is asked for: if no answer comes, ALSO may have it all the same.
        one.order_asked_at = step.at
        self.licensing.ordering_since = self.licensing.ordering_since or step.today
        answer = await self.contract.place_at_partner(
            "place_order", request, SubscriptionAnswer, f"Order subscription {one.id} from ALSO (M365-3)"
        )
        if answer.subscription is None:
            one.order_asked_at = one.order_asked_at if answer.is_unknown else None
            await self._tell_refused(one, answer, step)
            return
        lost = {"reference_lost": answer.subscription.account_id} if answer.is_reference_lost else {}
        self.take_over(one, answer.subscription, step, **lost)
        await self.contract.record(
            step, key=self.contract.key("order", one.id), summary=f"Subscription {one.id} is ordered (M365-3)"
        )

    def take_over(self, one: SubscriptionState, ordered: AlsoSubscription, step: Step, **more: Any) -> None:
        """What ALSO has by our order is the subscription from here on, at the price of today (M365-14)."""
        note_order(one, ordered, step.today)
        one.refused = one.vendor_refused_on = None
        one.price_per_licence = price_on(
            self.state.versions, self.day_with_content(step.today), sku=one.sku, period=one.period
        )
        step.tell(
            "subscription.ordered",
            "M365-3",
            subscription=one.id,
            sku=one.sku,
            name=one.name,
            period=one.period,
            licences=one.licences,
            on=step.today,
            **more,
        )
        self.tell_disclosed(one, step.today, step)

    async def look(self, one: SubscriptionState, step: Step) -> None:
        """Whether what is ordered is provided by now; ALSO tells of nothing by itself."""
        assert one.account_id is not None, "what is looked for is ordered"
        request = SubscriptionAsked(**self.errand(step), account_id=one.account_id)
        answer = await self.contract.ask_partner(
            "subscription_state", request, SubscriptionAnswer, f"Is subscription {one.id} provided? (M365-3)"
        )
        if answer.subscription is not None:
            note_standing(one, answer.subscription)
        if one.is_provisioned:
            one.refused = None
        else:
            longest = LONGEST_UNTIL_DUE if step.today <= self._due_on() else ONE_DAY
            pause = min(LOOKED_AFTER * (1 << min(one.looks, 10)), longest)
            self.state.postponed[f"order/{one.id}/provisioned"] = step.at + pause
            one.looks += 1
            if answer.subscription is not None and answer.subscription.provisioning == "failed":
                await self._tell_refused(one, answer, step)

    async def _tell_refused(self, one: SubscriptionState, answer: SubscriptionAnswer, step: Step) -> None:
        """Told once for a reason, and tried again in the morning: only a person can change what ALSO says."""
        reason = answer.refused or "ALSO could not provide it"
        key = f"order/{one.id}/provisioned" if one.account_id is not None else f"order/{one.id}"
        self.state.postponed[key] = decision_at(step.today + ONE_DAY)
        if one.refused == f"order: {reason}":
            return
        one.refused = f"order: {reason}"
        one.vendor_refused_on = None if answer.is_own else step.today
        if not answer.is_own:
            # Where all others have ended nothing is left to be provided.
            end_with_the_last(self.state, step)
        clause = "M365-3" if answer.is_own else "M365-48.1"
        step.tell("subscription.refused", clause, subscription=one.id, what="order", reason=reason)
        await self.contract.record(
            step,
            key=self.contract.key("order", one.id, "refused", str(step.today)),
            summary=f"Subscription {one.id} is refused ({clause})",
        )

    # The Confirmation

    def _to_confirm(self) -> list[SubscriptionState]:
        return [
            one
            for one in self.licensing.subscriptions
            if one.is_provisioned and not one.terms and not one.is_disconnected
        ]

    def _confirmation_key(self) -> str:
        """The first of a contract starts its service; what ALSO refused at first has one of its own later."""
        if self.state.service_from is None:
            return CONFIRMATION
        return f"{CONFIRMATION}/{self._to_confirm()[0].id}"

    def _is_waiting(self) -> bool:
        """Whether another subscription may still be provided in time, so that one Confirmation can tell of both."""
        return any(
            not one.is_provisioned and not one.is_disconnected and one.refused is None
            for one in self.licensing.subscriptions
        )

    async def confirm(self, step: Step) -> None:
        """Send the Confirmation; the terms begin on the day it really leaves (M365-T.period)."""
        if self.has_ended(step.at):
            # Found out only now, as nobody was at work: there is no day on which it could be done any more.
            self.state.postponed[self._confirmation_key()] = step.at
            return
        begun = [(one, self._first_term(one, step)) for one in self._to_confirm()]
        for one, first in begun:
            step.tell("subscription.confirmed", "M365-3", "M365-14", "M365-T.period", **_facts(one, first))
        step.write(
            MailKind.SUBSCRIPTIONS_CONFIRMED,
            self.contract.number,
            on=step.today,
            tenant_domain=self.tenant_domain(step.today),
            subscriptions=[{**_facts(one, first), "name": one.name, "period": one.period} for one, first in begun],
        )
        is_first = self.state.service_from is None
        if is_first:
            step.change(ContractUpdated(stage="active", service_from=step.today))
        key = self._confirmation_key()
        recorded = await self.contract.record(
            step,
            key=self.contract.key(key),
            summary="The Confirmation to the administrator (M365-3)",
            send_first=True,
        )
        if not recorded.done:
            tries = self.licensing.confirmation_tries
            self.licensing.confirmation_tries = tries + 1
            self.state.postponed[key] = step.at + (
                REFUSED_CONFIRMATION_AGAIN if recorded.refused else pause_after(tries)
            )
            return
        for one, first in begun:
            one.first_day, one.terms = first.days.from_, [first]
        if is_first:
            self.state.stage = "active"
            self.state.service_from = step.today

    def _first_term(self, one: SubscriptionState, step: Step) -> SubscriptionTerm:
        return term(one.model_copy(update={"first_day": step.today}), price=one.price_per_licence)

    # Late

    def _due_on(self) -> Any:
        conditions = [self.licensing.agreement_on, *self.licensing.approved.values()]
        return order_due_on(local_date(self.state.contract.signed_at), *[day for day in conditions if day])

    def tell_late(self, step: Step) -> None:
        self.licensing.is_order_late = True
        step.tell("order.late", "M365-3", "M365-6", due_on=self._due_on())

    def _is_too_late(self, at: datetime) -> bool:
        """No service starts after the last service day (exact rule 2)."""
        return self.has_ended(max(at, self.state.postponed.get(self._confirmation_key(), at)))


def _facts(one: SubscriptionState, first: SubscriptionTerm) -> dict[str, Any]:
    return {
        "subscription": one.id,
        "from": first.days.from_,
        "to": first.days.to,
        "licences": one.licences,
        "price_per_licence": one.price_per_licence,
    }
