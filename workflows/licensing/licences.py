"""More licences, fewer, another product: what is asked for, and when it takes effect (M365-21.1 to M365-24)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from schemas.change_acts import RequestChange
from schemas.distribution import AddLicences, SubscriptionAnswer
from schemas.licensing import AtRenewal, PendingAddition, SubscriptionState
from schemas.mail import MailKind
from schemas.microsoft365 import Microsoft365Content, OfferedProduct
from terms.calendar import ONE_DAY, decision_at, local_date, month_key
from terms.licensing import (
    content_of,
    last_day_to_reduce,
    licences_paid_by_month,
    term_on,
    with_added,
    with_left,
    with_product,
)
from workflows.licensing.process import SUPERSEDED, at_renewal, last_term
from workflows.licensing.undelivered import Undelivered
from workflows.process import takes
from workflows.refusal import ActRefused
from workflows.requests import ChangeRequests
from workflows.steps import Duty, Rank, Step


class LicenceChanges(ChangeRequests, Undelivered):
    """More licences count from their day to the end of the term; fewer, and other products, from the next term on."""

    def duties(self) -> Iterable[Duty]:
        # New orders wait until the service is resumed (M365-44.1), and end with the subscription.
        if self.state.stage != "active":
            return
        for one in self.going_on():
            if one.to_add is not None and not self.is_vendor_suspended:
                yield self._addition_duty(one, one.to_add)

    # Asked for

    @takes(RequestChange)
    def request(self, act: RequestChange, step: Step) -> None:
        self.require_own_request(act, step)
        if (waiting := self.undelivered(act)) is not None:
            self.give_up(waiting, step)
            return
        is_leaving = act.leave_early and act.licences == 0
        one = self.named(act.subscription, "M365-21.1", "M365-21.2", even_disconnected=is_leaving)
        if one.is_disconnected:
            self._leave_early(one, act, step)
        elif act.product is None and act.licences is not None and act.licences > _with_added(one):
            self._ask_for_more(one, act.licences, act, step)
        elif one.to_add is not None and self._is_called_back(one, one.to_add, act, step):
            self._call_back(one, one.to_add, act, step)
        else:
            self._ask_for_less(one, act, step)

    # More

    def _ask_for_more(self, one: SubscriptionState, licences: int, act: RequestChange, step: Step) -> None:
        if self.state.stage == "suspended":
            raise ActRefused(
                "licences: the service is suspended, nothing more is ordered",
                "M365-44.1",
                latvian="Pakalpojuma sniegšana ir pārtraukta, jaunas Licences netiek pasūtītas",
            )
        if self.is_vendor_suspended:
            raise ActRefused(
                "licences: Microsoft or ALSO has suspended a subscription, nothing more is ordered for the customer",
                "M365-33",
                latvian="Microsoft vai ALSO ir apturējis Abonementu, jaunas Licences netiek pasūtītas",
            )
        if one.last_addition_month == month_key(step.today):
            raise ActRefused(
                "licences: one increase a calendar month, this month's is made",
                "M365-21.1",
                latvian="šajā kalendārajā mēnesī Licenču skaits jau ir palielināts, to var darīt reizi mēnesī",
            )
        if one.to_add is not None:
            raise ActRefused(
                "licences: an increase is under way already",
                "M365-21.1",
                latvian="Licenču skaita palielināšana jau ir pieteikta",
            )
        # Once the renewal is decided, on a last day, they are those of the next term.
        day = max(act.effective_on, last_term(one).days.from_)
        self.require_served(day, "effective_on", "M365-21.1")
        one.to_add = PendingAddition(licences=licences - one.licences, from_=day, month_before=one.last_addition_month)
        one.last_addition_month = month_key(step.today)
        if one.at_renewal is not None and one.at_renewal.licences is not None:
            one.to_add.renewal_before = one.at_renewal.licences
            self._renew_with(one, licences, step)
        step.tell(
            "change.requested",
            "M365-21.1",
            "M365-28",
            subscription=one.id,
            licences=licences,
            effective_on=day,
        )

    def _is_called_back(self, one: SubscriptionState, to_add: PendingAddition, act: RequestChange, step: Step) -> bool:
        """Whether fewer are asked for of those alone whose day has not come, so that nobody has them yet."""
        is_number_alone = act.licences is not None and act.product is None and not act.leave_early
        return is_number_alone and to_add.from_ > step.today and one.licences <= (act.licences or 0)

    def _call_back(self, one: SubscriptionState, to_add: PendingAddition, act: RequestChange, step: Step) -> None:
        licences = act.licences or 0
        if licences == _with_added(one):
            raise ActRefused("licences: there are as many already", "M365-21.1", latvian="Licenču skaits jau ir tāds")
        facts: dict[str, Any] = {"subscription": one.id, "licences": licences}
        step.tell("change.requested", "M365-21.1", "M365-28", **facts, effective_on=to_add.from_)
        if licences > one.licences:
            one.to_add = to_add.model_copy(update={"licences": licences - one.licences})
            if to_add.renewal_before is not None:
                self._renew_with(one, licences, step)
        else:
            self.let_go_of_addition(one)
            self._renew_as_before(one, to_add)
        self._tell_changed(one, step, "M365-21.1", at_renewal=False, licences=licences, **{"from": to_add.from_})

    def _addition_duty(self, one: SubscriptionState, to_add: PendingAddition) -> Duty:
        # Once the next term is decided, on a last day, what is not done yet waits for it.
        from_ = max(to_add.from_, last_term(one).days.from_)
        day = decision_at(from_)
        return Duty(
            at=max(day, self.state.reached) if from_ <= local_date(self.state.reached) else day,
            rank=Rank.ORDER,
            key=_addition_errand(one),
            what=f"Add licences of {one.name}",
            clauses=("M365-21.1",),
            perform=lambda step: self.add(one, to_add, step),
            partner="distributor",
        )

    async def add(self, one: SubscriptionState, to_add: PendingAddition, step: Step) -> None:
        """They count from the day they are there, at the conditions of the subscription."""
        assert one.account_id is not None, "what goes on was ordered"
        planned = self.state.planned_end
        if planned is not None and step.today > planned.on:
            # After the last service day nothing begins any more.
            await self._drop(one, "the last service day has passed", "Līguma pēdējā diena ir pagājusi", step)
            return
        last_day = last_term(one).days.to
        if step.today > last_day:
            # Nobody was at work when the term ended: what comes after it is decided first.
            self.state.postponed[_addition_errand(one)] = max(step.at, decision_at(last_day + ONE_DAY))
            return
        request = AddLicences(**self.errand(step), account_id=one.account_id, licences=one.licences + to_add.licences)
        answer = await self.contract.ask_partner(
            "add_licences", request, SubscriptionAnswer, f"Add licences to subscription {one.id} (M365-21.1)"
        )
        if answer.refused is not None:
            one.vendor_refused_on = None if answer.is_own else step.today
            clause = "M365-21.1" if answer.is_own else "M365-48.1"
            step.tell("subscription.refused", clause, subscription=one.id, what="addition", reason=answer.refused)
            await self._drop(one, answer.refused, "ALSO vai Microsoft to ir noraidījis", step, is_told=True)
            return
        key = self.contract.key(_addition_errand(one))
        one.additions, one.to_add = one.additions + 1, None
        one.vendor_refused_on = None
        one.licences += to_add.licences
        one.terms = with_added(one.terms, to_add.licences, step.today)
        if not one.is_disconnected and (one.at_renewal is not None or one.is_renewal_configured):
            # ALSO was told a number, and would renew with that.
            self._tell_at_renewal(one)
        self._keep_licences(one, step)
        price = term_on(one.terms, step.today).added[0].price_per_licence
        facts = {"licences": one.licences, "from": step.today, "price_per_licence": price}
        self._tell_changed(one, step, "M365-21.1", at_renewal=False, **facts)
        await self.contract.record(step, key=key, summary=f"Licences of subscription {one.id} added (M365-21.1)")

    async def _drop(self, one: SubscriptionState, why: str, latvian: str, step: Step, *, is_told: bool = False) -> None:
        key, to_add = self.contract.key(_addition_errand(one)), one.to_add
        self.drop_addition(one, why, latvian, step, is_told=is_told)
        if to_add is not None and not one.is_disconnected:
            self._renew_as_before(one, to_add)
        await self.contract.record(step, key=key, summary=f"No licences of subscription {one.id} are added")

    def _keep_licences(self, one: SubscriptionState, step: Step) -> None:
        def with_more(content: Microsoft365Content, _: date) -> Microsoft365Content:
            product = content.product(one.sku, one.period)
            assert product is not None, "what goes on is part of the content"
            return with_product(content, product.what, product.model_copy(update={"licences": one.licences}))

        self.change_content(with_more, step.today, "M365-21.1", step)

    # Less, or another product

    def _ask_for_less(self, one: SubscriptionState, act: RequestChange, step: Step) -> None:
        running = term_on(one.terms, step.today)
        ends_on = running.days.to
        latest = last_day_to_reduce(ends_on)
        if step.today > latest:
            raise ActRefused(
                f"licences: fewer, or another product, by {latest}; the term ends on {ends_on} and renews",
                "M365-21.2",
                latvian=f"samazinājums vai Produkta maiņa bija jāpiesaka līdz {latest:%d.%m.%Y}, "
                "Abonements tiek pagarināts automātiski",
            )
        if act.effective_on > ends_on + ONE_DAY:
            raise ActRefused(
                f"effective_on: the next term begins on {ends_on + ONE_DAY}, name no later day",
                "M365-21.2",
                latvian=f"nākamais abonēšanas periods sākas {ends_on + ONE_DAY:%d.%m.%Y}",
            )
        before = one.at_renewal or AtRenewal()
        planned = _with_added(one) if before.licences is None else before.licences
        if act.product is None and act.licences == planned and not act.leave_early:
            raise ActRefused("licences: there are as many already", "M365-21.2", latvian="Licenču skaits jau ir tāds")
        # Only what is named is replaced: the rest of what was asked for the renewal stands.
        wanted = planned if act.licences is None else act.licences
        is_kept = act.product is not None and act.product.what == (one.sku, one.period) and before.product is not None
        if act.product is not None and not is_kept:
            self._require_other_product(act.product, step)
        if wanted > _with_added(one):
            raise ActRefused(
                "licences: more licences with another product come in two requests: more now, the product later",
                "M365-21.1",
                "M365-21.2",
            )
        if wanted > licences_paid_by_month(running) + (one.to_add.licences if one.to_add else 0):
            raise ActRefused(
                "licences: those charged to the end of the term do not renew (M365-24)",
                "M365-24",
                latvian="pirms termiņa atslēgtās Licences netiek pagarinātas",
            )
        self._give_up(one, wanted, act, step)
        if one.to_add is not None and wanted < one.licences and (act.leave_early or one.to_add.from_ > ends_on):
            self.drop_addition(one, *SUPERSEDED, step)
        step.tell(
            "change.requested",
            "M365-21.2",
            "M365-28",
            subscription=one.id,
            licences=wanted,
            effective_on=ends_on + ONE_DAY,
        )
        if wanted == 0:
            self.disconnect(one, step)
        else:
            fewer = wanted if wanted != _with_added(one) else None
            one.at_renewal = at_renewal(licences=fewer, product=None if is_kept else act.product or before.product)
            self._tell_at_renewal(one)
        facts: dict[str, Any] = {"licences": wanted, "from": ends_on + ONE_DAY}
        if act.product is not None:
            facts["product"] = act.product.name
        if act.leave_early:
            facts["charged"] = True
        clauses = ("M365-21.2", "M365-24") if act.leave_early else ("M365-21.2",)
        self._tell_changed(one, step, *clauses, at_renewal=True, **facts)

    def _require_other_product(self, product: OfferedProduct, step: Step) -> None:
        """A content names a product once for a period: what it has, or is to have, cannot become another's."""
        # What a renewal decided this morning binds from tomorrow.
        contents = [content_of(self.state.versions, day) for day in (step.today, step.today + ONE_DAY)]
        coming = [one.at_renewal.product.what for one in self.going_on() if one.at_renewal and one.at_renewal.product]
        if product.what in (*(each.what for content in contents for each in content.products), *coming):
            raise ActRefused(
                f"product: the content has {product.sku} by the {product.period} already",
                "M365-21.2",
                latvian="šāds Produkts ar tādu pašu abonēšanas periodu jau ir Pakalpojuma saturā",
            )

    def _leave_early(self, one: SubscriptionState, act: RequestChange, step: Step) -> None:
        """What does not renew any more, as was asked before, is now to be charged at once as well (M365-24)."""
        self._give_up(one, 0, act, step)
        from_ = last_term(one).days.to + ONE_DAY
        facts: dict[str, Any] = {"subscription": one.id, "licences": 0}
        step.tell("change.requested", "M365-24", "M365-28", **facts, effective_on=from_)
        self._tell_changed(one, step, "M365-24", at_renewal=True, licences=0, charged=True, **{"from": from_})

    def _give_up(self, one: SubscriptionState, wanted: int, act: RequestChange, step: Step) -> None:
        """Those given up early are charged to the end of their term with the next invoice (M365-24)."""
        if not act.leave_early:
            return
        running = term_on(one.terms, step.today)
        giving_up = licences_paid_by_month(running) - wanted
        if giving_up <= 0:
            raise ActRefused("licences: as many are charged to the end of the term already", "M365-24")
        one.terms = [with_left(each, giving_up, step.today) if each is running else each for each in one.terms]

    def _renew_with(self, one: SubscriptionState, licences: int, step: Step) -> None:
        """What was to be fewer is to be more: the number asked for last, less what was left early (M365-24)."""
        left = sum(each.licences for each in term_on(one.terms, step.today).left)
        product = one.at_renewal.product if one.at_renewal else None
        one.at_renewal = at_renewal(licences=licences - left if left else None, product=product)
        self._tell_at_renewal(one)

    def _renew_as_before(self, one: SubscriptionState, to_add: PendingAddition) -> None:
        """With as many as was asked for before an addition that does not come about."""
        if to_add.renewal_before is not None:
            product = one.at_renewal.product if one.at_renewal else None
            one.at_renewal = at_renewal(licences=to_add.renewal_before, product=product)
            self._tell_at_renewal(one)

    def _tell_at_renewal(self, one: SubscriptionState) -> None:
        one.is_renewal_told = False
        one.renewal_changes += 1
        one.refused = None

    def _tell_changed(self, one: SubscriptionState, step: Step, *clauses: str, **facts: Any) -> None:
        """Every change is confirmed to the administrator (M365-23)."""
        step.tell("subscription.changed", *clauses, "M365-23", subscription=one.id, **facts)
        step.write(MailKind.SUBSCRIPTION_CHANGED, self.contract.number, subscription=one.id, name=one.name, **facts)


def _with_added(one: SubscriptionState) -> int:
    """The licences in use, with those that are asked for and not there yet."""
    return one.licences + (one.to_add.licences if one.to_add else 0)


def _addition_errand(one: SubscriptionState) -> str:
    """Of this addition alone; the next has another."""
    return f"licences/{one.id}/{one.additions}"
