"""What the processes of subscriptions share: the state of all of them, and the errands to the partners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from schemas.also import AlsoSubscription
from schemas.content import ContentVersion
from schemas.ledger import ContentAdded, ContractUpdated
from schemas.licensing import AtRenewal, LicensingState, PendingAddition, SubscriptionState
from schemas.mail import MailKind
from schemas.microsoft365 import Microsoft365Content, OfferedProduct
from schemas.state import ContractState, PlannedEnd
from schemas.subscription import SubscriptionTerm
from terms.calendar import ONE_DAY, local_date
from terms.licensing import content_of, last_day_of_all, with_product, without_product
from workflows import versions
from workflows.licensing.products import is_restored, product_of, what_on
from workflows.process import Process
from workflows.refusal import ActRefused
from workflows.steps import Step

SETTLES: Final = timedelta(hours=1)
"""For so long a partner may still be at work on what it has not answered (decision 18)."""
SUPERSEDED: Final = ("fewer were asked for since", "pēc tam ir pieteikts mazāks Licenču skaits")
"""Why an addition does not come about that a later request takes back, for `LicensingProcess.drop_addition`."""


def licensing_of(content: Microsoft365Content, number: str) -> LicensingState:
    """Of a contract that has just been signed: a subscription for each product, none of them ordered (M365-1)."""
    return LicensingState(
        subscriptions=[
            SubscriptionState(
                id=str(position),
                sku=product.sku,
                name=product.name,
                period=product.period,
                licences=product.licences,
                price_per_licence=product.price_per_licence,
                reference=f"{number}/{position}",
            )
            for position, product in enumerate(content.products, start=1)
        ]
    )


class LicensingProcess(Process):
    """A process of a contract that is made of subscriptions."""

    @property
    def licensing(self) -> LicensingState:
        assert self.state.licensing is not None, "a contract of subscriptions begins with them"
        return self.state.licensing

    def errand(self, step: Step) -> dict[str, Any]:
        """On whose behalf a partner is asked, and when: a rehearsed contract's partners keep its time."""
        return {"contract": self.contract.number, "at": None if self.state.clock.is_identity else step.at}

    def tenant_domain(self, day: date) -> str:
        return content_of(self.state.versions, self.day_with_content(day)).tenant_domain

    def day_with_content(self, day: date) -> date:
        return max(day, self.state.versions[0].effective_on)

    def going_on(self) -> Iterator[SubscriptionState]:
        """The subscriptions that are provided now, whether or not they renew."""
        return (one for one in self.licensing.subscriptions if one.terms and one.ended_on is None)

    def named(self, subscription: str | None, *clauses: str, even_disconnected: bool = False) -> SubscriptionState:
        """Raises ActRefused where the contract has no such subscription in use; unless told, one that is to go on."""
        known = [one for one in self.licensing.subscriptions if one.id == subscription]
        if not known:
            ids = ", ".join(f"{one.id} ({one.name})" for one in self.licensing.subscriptions)
            raise ActRefused(f"subscription: name one of {ids}", *clauses, latvian="šāda Abonementa Līgumā nav")
        if not known[0].terms:
            raise ActRefused("subscription: it is not delivered yet", *clauses, latvian="Abonements vēl nav pieslēgts")
        if known[0].ended_on is not None or (known[0].is_disconnected and not even_disconnected):
            raise ActRefused("subscription: it is disconnected", *clauses, latvian="Abonements ir atslēgts")
        if last_term(known[0]).days.to < local_date(self.state.reached):
            # On the morning after its last day, or where nobody was at work to decide on its renewal.
            raise ActRefused(
                "subscription: its term has ended, and what follows is not decided yet; ask again later",
                *clauses,
                latvian="Abonementa periods ir beidzies, tā turpinājums vēl nav reģistrēts; lūdzam pieteikt vēlāk",
            )
        return known[0]

    def is_to_order(self, one: SubscriptionState) -> bool:
        """Whether it is ordered now, again and again until that is answered, or looked at until it is provided."""
        is_left = one.is_provisioned or one.is_disconnected or self.has_ended(self.state.reached)
        return self.state.stage in ("onboarding", "active") and not self.is_vendor_suspended and not is_left

    def has_ended(self, instant: datetime) -> bool:
        """Whether the planned last service day has passed: nothing begins any more (exact rule 2)."""
        planned = self.state.planned_end
        return planned is not None and planned.on < local_date(instant)

    @property
    def is_vendor_suspended(self) -> bool:
        """Whether Microsoft or ALSO has suspended any of the customer's: nothing more is ordered for it (M365-33)."""
        return any(one.is_vendor_suspended and one.ended_on is None for one in self.licensing.subscriptions)

    def tell_disconnected(self, one: SubscriptionState, last_day: date, step: Step, *clauses: str, **why: bool) -> None:
        """That it ends, and `why` as the letter has it: `charged` to its end, `refused` or `undelivered`."""
        step.tell("subscription.disconnected", *clauses, subscription=one.id, last_day=last_day)
        facts: dict[str, Any] = {"subscription": one.id, "name": one.name, "last_day": last_day}
        step.write(MailKind.SUBSCRIPTION_DISCONNECTED, self.contract.number, **facts, **why)

    def tell_disclosed(self, ordered: SubscriptionState, on: date, step: Step) -> None:
        """With the first order Microsoft has what the contract is about (M365-13)."""
        others = (one for one in self.licensing.subscriptions if one is not ordered)
        if not any(one.account_id is not None for one in others):
            step.tell("data.disclosed", "M365-13", to="microsoft", data=["customer", "content"], on=on)

    def keep_content(self, content: Microsoft365Content, day: date, clause: str, step: Step) -> None:
        """A new version of the content, which binds from `day` and is kept and shown with all others (M365-26)."""
        # Prices of what was ordered and renewed are in the terms: content is read for what is still to be decided.
        undecided = [last_term(one).days.to for one in self.going_on()]
        pending = [change.effective_on for change in self.state.pending]
        versions.let_go_before(self.state, min(step.today, *undecided, *pending, day))
        service = self.state.contract.service
        self.state.versions.append(ContentVersion(service=service, effective_on=day, content=content))
        plain = content.model_dump(mode="json")
        step.change(ContentAdded(effective_on=day, clause=clause, content=plain))
        step.tell("content.changed", clause, "M365-26", effective_on=day, **content.headline())

    def change_content(
        self, change: Callable[[Microsoft365Content, date], Microsoft365Content], day: date, clause: str, step: Step
    ) -> None:
        """From `day` on, also in what a renewal has decided for tomorrow, which is of the day before in all else.

        `change` takes the content that binds, and from when on. Of later ones, what stays as it is is not told again.
        """
        later = {one.effective_on for one in self.state.versions if one.effective_on > day}
        for each in (day, *sorted(later)):
            content = content_of(self.state.versions, each)
            changed = change(content, each)
            # That of the day itself is kept in any case: the step of the next change is known by how many there are.
            if each == day or changed != content:
                self.keep_content(changed, each, clause, step)

    def leave_content(self, one: SubscriptionState, step: Step, *, decided: SubscriptionState | None = None) -> None:
        """What has ended is no part of the content any more; with the last one the contract ends (M365-1, M365-45).

        Where that is known late the others may have left since: a content always has a product, if only the last.
        The content names it as it was `decided` where it was to become something else, and has ended before.
        """
        is_other = decided is not None and is_restored(one, decided)

        def without(content: Microsoft365Content, day: date) -> Microsoft365Content:
            what = what_on(decided or one, day)
            if len(content.products) > 1:
                return without_product(content, what)
            return with_product(content, what, product_of(one)) if is_other else content

        day = self.day_with_content((one.term.days.to if one.term else step.today) + ONE_DAY)
        if is_other or len(content_of(self.state.versions, day).products) > 1:
            self.change_content(without, day, "M365-9", step)

    def disconnect(self, one: SubscriptionState, step: Step, *, until: date | None = None) -> None:
        """It is used to the end of its term and renews no more; with the last one the contract ends (M365-45).

        More licences that were asked for, for a day up to `until`, still come.
        """
        if one.to_add is not None and (until is None or one.to_add.from_ > until):
            self.drop_addition(one, "the subscription does not renew", "Abonements netiek pagarināts", step)
        one.is_disconnected = True
        one.at_renewal, one.is_renewal_told, one.refused = None, True, None
        end_with_the_last(self.state, step)

    def drop_addition(
        self, one: SubscriptionState, why: str, latvian: str, step: Step, *, is_told: bool = False
    ) -> None:
        """What was asked for does not come about: the customer is told, and may ask again this month (M365-23).

        With an event, unless another one has told it (`is_told`). Both name what was asked for: it comes of other acts
        too, which are no refused ones for that.
        """
        to_add = self.let_go_of_addition(one)
        if not is_told:
            facts: dict[str, Any] = {"subscription": one.id, "licences": to_add.licences, "from": to_add.from_}
            step.tell("addition.dropped", "M365-21.1", "M365-23", **facts, reason=why)
        reason = f"{one.name}, {to_add.licences} more licences from {to_add.from_}: {why}"
        if self.state.contract.customer.language == "lv":
            reason = f"{one.name}, vēl {to_add.licences} Licences no {to_add.from_:%d.%m.%Y}: {latvian}"
        step.write(MailKind.CHANGE_REFUSED, self.contract.number, reason=reason)

    def let_go_of_addition(self, one: SubscriptionState) -> PendingAddition:
        to_add = one.to_add
        assert to_add is not None, "what is let go of was asked for"
        one.last_addition_month = to_add.month_before
        one.additions, one.to_add = one.additions + 1, None
        return to_add


def at_renewal(*, licences: int | None, product: OfferedProduct | None) -> AtRenewal | None:
    """What is to be at the renewal; None where nothing but the term is new."""
    return AtRenewal(licences=licences, product=product) if licences is not None or product is not None else None


def end_with_the_last(state: ContractState, step: Step) -> None:
    """Once every subscription is disconnected, plan the contract's end for the last day of the last one (M365-45)."""
    assert state.licensing is not None, "a contract of subscriptions begins with them"
    last_day = last_day_of_all(state.licensing.subscriptions)
    if last_day is None or (state.planned_end is not None and state.planned_end.on <= last_day):
        return
    for one in state.licensing.subscriptions:
        # Refused, and never ordered: with all others given up it is not ordered any more.
        if not one.terms and one.account_id is None and one.ended_on is None:
            one.is_disconnected, one.ended_on = True, step.today
    # Where that is known late, nothing of the contract ends before the day on which it is.
    last_day = max(last_day, step.today - ONE_DAY)
    # What kept one from renewing has brought the end about; what the customer gave up is its own doing.
    by = "system" if any(one.withheld_on is not None for one in state.licensing.subscriptions) else "customer"
    state.planned_end = PlannedEnd(on=last_day, reason="period_ended", clause="M365-45", by=by)
    step.change(ContractUpdated(ends_on=last_day))


def note_standing(one: SubscriptionState, theirs: AlsoSubscription) -> None:
    """Keep how it stands at the distributor."""
    one.is_provisioned = theirs.provisioning == "done"
    one.vendor_ends_on = theirs.ends_on


def note_order(one: SubscriptionState, theirs: AlsoSubscription, today: date) -> None:
    """The distributor has it: it was ordered, and is known by that account from now on."""
    one.account_id, one.ordered_on, one.order_asked_at = theirs.account_id, today, None
    note_standing(one, theirs)


def may_go_on(one: SubscriptionState) -> bool:
    """Whether the distributor has it, or may have it by an order without an answer, and has not cancelled it."""
    return (one.account_id is not None or one.order_asked_at is not None) and not one.is_cancelled


def last_term(one: SubscriptionState) -> SubscriptionTerm:
    """The term decided last: the running one, or on a last day the one that begins tomorrow."""
    assert one.term is not None, "what goes on has a term"
    return one.term
