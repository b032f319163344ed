"""Subscriptions renew on their last day, or end with their term, cancelled at ALSO for good (M365-9, M365-46)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from schemas.distribution import CancelSubscription, SetRenewal, SubscriptionAnswer
from schemas.licensing import SubscriptionState
from schemas.mail import MailKind
from terms.calendar import ONE_DAY, decision_at
from terms.licensing import (
    content_of,
    ends_at_vendor_on,
    last_day_to_reduce,
    licences_paid_by_month,
    price_on,
    term,
    with_left,
    with_product,
)
from workflows.licensing.process import SUPERSEDED, end_with_the_last, last_term, may_go_on
from workflows.licensing.products import TERMS_KEPT, become, drop_terms, is_restored, product_of
from workflows.licensing.withheld import WithheldRenewals
from workflows.steps import Duty, Rank, Step


class Subscriptions(WithheldRenewals):
    """Keeps each subscription's terms, and has ALSO know what is to become of it."""

    def duties(self) -> Iterable[Duty]:
        for one in self.licensing.subscriptions:
            yield from self._errands(one)
        if self.state.stage in ("active", "suspended"):
            for one in self.going_on():
                yield self._end_of_term(one)
                if not one.is_disconnected and (
                    self._ends_with_contract(last_term(one).days.to) or self._never_begins(one)
                ):
                    yield self._leaving_duty(one)

    # Renewal, and the end of the last term

    def _end_of_term(self, one: SubscriptionState) -> Duty:
        last_day = last_term(one).days.to
        if one.is_disconnected or self._ends_with_contract(last_day):
            return Duty(
                at=decision_at(last_day + ONE_DAY),
                rank=Rank.RENEWAL,
                key=f"{last_day}/end/{one.id}",
                what=f"{one.name} has ended",
                clauses=("M365-21.2", "M365-46"),
                perform=lambda step: self.end(one, step),
            )
        # What is not to renew is cancelled before ALSO renews it.
        day = ends_at_vendor_on(one, last_day) if self.state.stage == "suspended" else last_day
        return Duty(
            at=max(decision_at(day), self.state.reached) if day < last_day else decision_at(day),
            rank=Rank.RENEWAL,
            key=f"{last_day}/renewal/{one.id}",
            what=f"Renew {one.name}",
            clauses=("M365-9", "M365-14"),
            perform=lambda step: self.renew(one, step),
        )

    def _leaving_duty(self, one: SubscriptionState) -> Duty:
        """With the contract's end planned ALSO is told in time: after its last day there it would have renewed."""
        last_day = last_term(one).days.to
        return Duty(
            at=self.state.reached
            if self._never_begins(one)
            else max(decision_at(last_day_to_reduce(ends_at_vendor_on(one, last_day))), self.state.reached),
            rank=Rank.RENEWAL,
            key=f"{last_day}/leaving/{one.id}",
            what=f"{one.name} is not to renew",
            clauses=("M365-46",),
            perform=lambda step: self.leave(one, step),
            hidden=True,
        )

    def leave(self, one: SubscriptionState, step: Step) -> None:
        last = last_term(one).days
        one.kept_until = last.from_ - ONE_DAY if self._never_begins(one) else last.to
        self.disconnect(one, step, until=one.kept_until)

    def renew(self, one: SubscriptionState, step: Step) -> None:
        """The next term, at the price of today; none while the service is suspended (M365-44.1, exact rule 6)."""
        if self.state.stage == "suspended":
            self.withhold(one, step)
            return
        before = one.sku, one.period
        begins = last_term(one).days.to + ONE_DAY
        change, one.at_renewal = one.at_renewal, None
        if change is not None and change.licences is not None:
            one.licences = change.licences
            if one.to_add is not None:
                # ALSO did not take it in all that time, and the customer asked for the renewal's number since.
                self.drop_addition(one, *SUPERSEDED, step)
        if one.to_add is not None:
            # This renewal was what it was asked before.
            one.to_add.renewal_before = None
        if change is not None and change.product is not None:
            become(one, change.product, begins)
        else:
            one.index += 1
            one.price_per_licence = price_on(self.state.versions, step.today, sku=one.sku, period=one.period)
        renewed = term(one, price=one.price_per_licence)
        one.terms = [*one.terms, renewed][-TERMS_KEPT:]
        one.is_renewal_configured = False
        facts: dict[str, Any] = {
            "subscription": one.id,
            "from": renewed.days.from_,
            "to": renewed.days.to,
            "licences": one.licences,
            "price_per_licence": one.price_per_licence,
        }
        step.tell("subscription.renewed", "M365-9", "M365-14", "M365-15", **facts)
        step.write(MailKind.SUBSCRIPTION_RENEWED, self.contract.number, name=one.name, **facts)
        if change is not None:
            content = with_product(content_of(self.state.versions, begins), before, product_of(one))
            self.keep_content(content, begins, "M365-21.2", step)

    def end(self, one: SubscriptionState, step: Step) -> None:
        if one.to_add is not None:
            self.drop_addition(one, "the subscription has ended", "Abonements ir beidzies", step)
        # An end that was planned may have been withdrawn since (M365-45).
        one.is_disconnected = True
        end_with_the_last(self.state, step)
        one.ended_on = last_term(one).days.to
        self.tell_disconnected(one, one.ended_on, step, "M365-9")
        self.leave_content(one, step)

    def _ends_with_contract(self, last_day: date) -> bool:
        planned = self.state.planned_end
        return planned is not None and planned.on <= last_day

    def _never_begins(self, one: SubscriptionState) -> bool:
        """Whether the term that was decided this morning comes after the contract's end, agreed since."""
        planned = self.state.planned_end
        return planned is not None and planned.on < last_term(one).days.from_

    # The end of the contract

    def on_end(self, last_day: date, step: Step) -> None:
        """All are disconnected, usable while they are paid; the rest of their terms is charged (M365-24, M365-46)."""
        for one in self.licensing.subscriptions:
            if one.ended_on is not None:
                continue
            # Decided this morning for tomorrow: nothing of it is provided.
            decided = one.model_copy()
            drop_terms(one, last_day)
            self._restore_content(one, decided, last_day + ONE_DAY, step)
            if one.to_add is not None:
                self.drop_addition(one, "the contract has ended", "Līgums ir beidzies", step)
            one.is_disconnected, one.ended_on = True, last_day
            one.at_renewal, one.is_renewal_told = None, True
            if one.term is None:
                continue
            running, clauses = one.term, ["M365-46"]
            if running.days.to > last_day and (left := licences_paid_by_month(running)):
                one.terms[-1] = with_left(running, left, last_day)
                clauses.append("M365-24")
            charged = {"charged": True} if "M365-24" in clauses else {}
            self.tell_disconnected(one, running.days.to, step, *clauses, **charged)

    def _restore_content(self, one: SubscriptionState, decided: SubscriptionState, day: date, step: Step) -> None:
        """What a renewal `decided` binds as little as it is provided."""
        if not is_restored(one, decided):
            return
        what, product = (decided.sku, decided.period), product_of(one)
        self.change_content(lambda content, _: with_product(content, what, product), day, "M365-46", step)

    def on_closing(self, step: Step) -> Mapping[str, object]:
        uncancelled = [one.id for one in self.licensing.subscriptions if may_go_on(one)]
        # Accounts at ALSO among them that are none of the contract's.
        left = sorted({*uncancelled, *(each.subscription for each in self.licensing.differences)})
        return {"subscriptions_not_cancelled": left} if left else {}

    # What ALSO is to know

    def _errands(self, one: SubscriptionState) -> Iterable[Duty]:
        if one.account_id is None:
            return
        if one.is_disconnected and not one.is_cancelled:
            yield Duty(
                at=self.state.reached,
                rank=Rank.CANCELLATION,
                key=f"cancellation/{one.id}",
                what=f"Cancel {one.name} at ALSO",
                clauses=("M365-46",),
                perform=lambda step: self.cancel(one, step),
                partner="distributor",
            )
        elif not one.is_renewal_told:
            yield Duty(
                at=self.state.reached,
                rank=Rank.ORDER,
                key=f"renewal/{one.id}/{one.renewal_changes}",
                what=f"Tell ALSO what {one.name} is to be from its renewal on",
                clauses=("M365-21.2",),
                perform=lambda step: self.tell_renewal(one, step),
                partner="distributor",
            )

    async def cancel(self, one: SubscriptionState, step: Step) -> None:
        """Ask for the cancellation and look whether it is taken over: off renewal alone it could slide on, paid."""
        assert one.account_id is not None, "what is cancelled was ordered"
        answer = await self.contract.ask_partner(
            "cancel_subscription",
            CancelSubscription(**self.errand(step), account_id=one.account_id),
            SubscriptionAnswer,
            f"Cancel subscription {one.id} at ALSO (M365-46)",
        )
        if answer.subscription is None or not answer.subscription.ends_for_good:
            await self._refused(one, "cancellation", answer, step)
            return
        one.is_cancelled, one.refused = True, None
        one.vendor_ends_on = answer.subscription.terminates_on or answer.subscription.ends_on
        step.tell("subscription.cancelled", "M365-46", subscription=one.id, last_day=one.vendor_ends_on)
        await self.contract.record(
            step,
            key=self.contract.key("cancellation", one.id),
            summary=f"ALSO has cancelled subscription {one.id} (M365-46)",
        )

    async def tell_renewal(self, one: SubscriptionState, step: Step) -> None:
        assert one.account_id is not None, "what renews was ordered"
        change = one.at_renewal
        product = change.product if change else None
        request = SetRenewal(
            **self.errand(step),
            account_id=one.account_id,
            licences=change.licences if change and change.licences is not None else one.licences,
            sku=product.sku if product else one.sku,
            period=product.period if product else one.period,
        )
        answer = await self.contract.ask_partner(
            "set_renewal", request, SubscriptionAnswer, f"Subscription {one.id} from its renewal on (M365-21.2)"
        )
        if answer.refused is not None:
            await self._refused(one, "renewal change", answer, step)
            return
        one.is_renewal_told = one.is_renewal_configured = True
        one.refused = None
        step.tell("renewal.taken", "M365-21.2", subscription=one.id, licences=request.licences)
        await self.contract.record(
            step,
            key=self.contract.key("renewal", one.id, str(one.renewal_changes)),
            summary=f"ALSO knows what subscription {one.id} is to be (M365-21.2)",
        )

    async def _refused(self, one: SubscriptionState, what: str, answer: SubscriptionAnswer, step: Step) -> None:
        """Told once a day at most, and tried again in the morning."""
        key = f"cancellation/{one.id}" if what == "cancellation" else f"renewal/{one.id}/{one.renewal_changes}"
        self.state.postponed[key] = decision_at(step.today + ONE_DAY)
        reason = answer.refused or "ALSO has not taken it over"
        if one.refused == f"{what}: {reason}":
            return
        one.refused = f"{what}: {reason}"
        step.tell("subscription.refused", "M365-37", subscription=one.id, what=what, reason=reason)
        await self.contract.record(
            step,
            key=self.contract.key(key, "refused", str(step.today)),
            summary=f"ALSO refused the {what} of subscription {one.id}",
        )
