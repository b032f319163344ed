"""Orders whose answer was lost, when nothing more is to be ordered: looked for at ALSO, and cancelled (M365-46)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from schemas.also import AlsoSubscription
from schemas.distribution import CustomerAnswer, CustomerAsked
from schemas.licensing import SubscriptionState
from terms.calendar import ONE_DAY, decision_at, local_date
from terms.reconciliation import perhaps_ordered
from workflows.contract import Contract
from workflows.licensing.ordering import Ordering
from workflows.licensing.process import SETTLES, LicensingProcess, note_order
from workflows.steps import Duty, Rank, Step


class UnknownOrders(LicensingProcess):
    """ALSO renews by itself what nobody here knows of: an order that may stand there is looked for.

    While it is to be ordered, ordering again looks for it; once the service is suspended or has ended, this does.
    """

    def __init__(self, contract: Contract, *, ordering: Ordering) -> None:
        super().__init__(contract)
        self.ordering = ordering

    def duties(self) -> Iterable[Duty]:
        for one in self.licensing.subscriptions if not self.state.closed else ():
            if one.order_asked_at is not None and not self.is_to_order(one):
                yield self._duty(one, one.order_asked_at)

    def _duty(self, one: SubscriptionState, asked_at: datetime) -> Duty:
        return Duty(
            at=max(asked_at + SETTLES, self.state.reached),
            rank=Rank.CANCELLATION,
            key=_errand(one),
            what=f"Look whether ALSO has the order of {one.name}",
            clauses=("M365-37", "M365-46"),
            perform=lambda step: self.look(one, asked_at, step),
            partner="distributor",
        )

    async def look(self, one: SubscriptionState, asked_at: datetime, step: Step) -> None:
        company = self.licensing.company_id
        assert company is not None, "what was asked for was for a customer that is registered"
        answer = await self.contract.ask_partner(
            "customer_at_distributor",
            CustomerAsked(**self.errand(step), company_id=company),
            CustomerAnswer,
            f"Does ALSO have the order of subscription {one.id}? (M365-37)",
        )
        standing = [each for each in answer.subscriptions if each.reference == one.reference]
        # Of several, those that somebody has cancelled no longer count.
        found = next((each for each in standing if each.goes_on), next(iter(standing), None))
        if found is not None:
            self._found(one, found, step)
        elif self._perhaps(one, answer) is not None:
            # It may be this order, which ALSO has kept without our reference: for a person, who settles the difference.
            self.state.postponed[_errand(one)] = decision_at(step.today + ONE_DAY)
        else:
            one.order_asked_at = None
            if self.state.stage == "ended":
                step.tell("order.absent", "M365-37", subscription=one.id)
        if step.events:
            key = self.contract.key(_errand(one), asked_at.isoformat())
            await self.contract.record(step, key=key, summary=f"Whether ALSO has the order of subscription {one.id}")

    def _perhaps(self, one: SubscriptionState, answer: CustomerAnswer) -> AlsoSubscription | None:
        """By the rule by which it is not ordered again either: what settles the one settles the other."""
        services = [service for service, sold in answer.sold.items() if sold == (one.sku, one.period)]
        known = [each.account_id for each in self.licensing.subscriptions]
        return perhaps_ordered(answer.subscriptions, services=services, known=known)

    def _found(self, one: SubscriptionState, found: AlsoSubscription, step: Step) -> None:
        """While it is wanted it is what was ordered; given up or after the end nobody pays for it: it is cancelled."""
        if self.state.stage != "ended" and not one.is_disconnected:
            self.ordering.take_over(one, found, step)
            return
        asked_on = local_date(one.order_asked_at or step.at)
        note_order(one, found, step.today)
        self.tell_disclosed(one, asked_on, step)
        step.tell(
            "order.found",
            "M365-37",
            "M365-46",
            subscription=one.id,
            account=found.account_id,
            last_day=found.ends_on,
        )

    def on_end(self, last_day: date, step: Step) -> None:
        for one in self.licensing.subscriptions:
            if one.order_asked_at is not None:
                step.tell("order.unknown", "M365-37", "M365-46", subscription=one.id)


def _errand(one: SubscriptionState) -> str:
    return f"order/{one.id}/unknown"
