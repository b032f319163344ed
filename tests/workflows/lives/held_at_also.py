"""What is held of a subscribed life at ALSO: what stands there is what the contract says, or a difference is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from activities.partners.also_sandbox.charges import invoice
from activities.partners.also_sandbox.records import Subscription
from runtime.also import load_also
from schemas.licensing import SubscriptionState
from terms.calendar import local_date
from terms.licensing import END_TOLERANCE_DAYS
from tests.workflows.lives.held_of_money import known_of
from tests.workflows.lives.reference import Term
from tests.workflows.lives.subscribed import SubscriptionLife
from workflows.licensing.reconciliation import INVOICED_BY_DAY

APART = timedelta(days=8)
"""The order comes before the Confirmation: so far apart are the ends of a term there and here at most."""


def at_also(life: SubscriptionLife) -> Iterator[str]:
    """While all is calm and compared, and away from the ends of terms, which come some days sooner there than here."""
    today, held = local_date(life.now), life.licensing
    is_compared = held.compared_on == today and life.acted_on != today
    if life.state.stage not in ("active", "suspended") or not life.is_calm or not is_compared:
        return
    standing = {one.account_id: one for one in life.accounts()}
    told = {each.subscription for each in held.differences}
    for one in held.subscriptions:
        if (
            one.account_id is None
            or not one.terms
            or one.ended_on is not None
            or not _is_away_from_its_ends(one, today)
        ):
            continue
        wrong = list(_differs(one, standing[one.account_id], today))
        if wrong and one.id not in told and held.more_differences == 0:
            yield f"also: subscription {one.id}: {'; '.join(wrong)}, and nobody is told"
        if not wrong and one.id in told:
            yield f"also: subscription {one.id} is as it should be, and this is told: {held.differences}"
    ours = {one.account_id for one in held.subscriptions}
    for account in standing.keys() - ours if held.more_differences == 0 else ():
        if standing[account].is_active and f"account {account}" not in told:
            yield f"also: account {account} is nobody's, and nobody is told"
    if held.differences and not any("difference" in each.what for each in life.due()):
        yield f"also: nothing is due, and these differ: {held.differences}"


def _is_away_from_its_ends(one: SubscriptionState, today: date) -> bool:
    running = [each.days for each in one.terms if each.days.from_ <= today <= each.days.to]
    return bool(running) and running[0].from_ + APART < today < running[0].to - APART


def _differs(one: SubscriptionState, theirs: Subscription, today: date) -> Iterator[str]:
    if not theirs.is_active:
        yield "it has ended there"
        return
    if theirs.licences != one.licences:
        yield f"{theirs.licences} licences, not {one.licences}"
    if theirs.service != load_also().service_of(one.sku, one.period):
        yield f"{theirs.service}, not {one.name} by the {one.period}"
    if theirs.extended:
        yield "it is in the paid extension"
    running = next(each.days for each in one.terms if each.days.from_ <= today <= each.days.to)
    if theirs.ends_on is not None and abs(running.to - theirs.ends_on) > timedelta(days=END_TOLERANCE_DAYS):
        yield f"its term ends on {theirs.ends_on}, not on {running.to}"
    if one.is_disconnected:
        if theirs.terminates_on is None:
            yield "it is not cancelled there"
        elif theirs.terminates_on > one.terms[-1].days.to + APART:
            yield f"it is cancelled for {theirs.terminates_on}"
        return
    if theirs.terminates_on is not None:
        yield "it is cancelled there"
    change = one.at_renewal
    wanted = change.licences if change and change.licences else one.licences
    if int(theirs.renewal.get("Quantity", theirs.licences or 0)) != wanted:
        yield f"{theirs.renewal or theirs.licences} renew, not {wanted}"
    product = change.product.what if change and change.product else (one.sku, one.period)
    if theirs.renewal.get("ProductId", theirs.service) != load_also().service_of(*product):
        yield f"{theirs.renewal or theirs.service} renews, not {product}"


def left_at_also(life: SubscriptionLife) -> Iterator[str]:
    """Once the contract has closed nothing goes on there unseen, and nothing was charged that nobody was told of."""
    told = life.told_since(0)
    ours = {one.account_id: one for one in life.licensing.subscriptions if one.account_id is not None}
    [closed] = [data for _, event, data in told if event == "contract.closed"]
    seen = {str(one) for one in closed.get("subscriptions_not_cancelled", ())}
    seen |= {
        each["subscription"]
        for _, event, data in told
        if event == "distributor.differs"
        for each in data["differences"]
    }
    for theirs in life.accounts():
        one = ours.get(theirs.account_id)
        if (one.id if one else f"account {theirs.account_id}") in seen:
            continue
        last_day = theirs.ended_on or theirs.terminates_on
        if last_day is None:
            yield f"left: account {theirs.account_id} goes on, and nobody is told"
        elif one is not None and one.terms and last_day > one.terms[-1].days.to + APART:
            yield f"left: subscription {one.id} goes on to {last_day}, and ends here on {one.terms[-1].days.to}"
    yield from _charged(life, {id_: one for id_, one in ours.items() if one.id not in seen})


def _charged(life: SubscriptionLife, ours: dict[int, SubscriptionState]) -> Iterator[str]:
    """ALSO charges no month that it has invoiced by the closing for more licences than the contract has in it."""
    terms = [one for one in known_of(life).terms if not one.is_refused]
    compared_on = life.licensing.compared_on or date.min
    for company in life.market.records.companies.values():
        month = life.state.contract.signed_at.date().replace(day=1)
        while (month + timedelta(days=40)).replace(day=INVOICED_BY_DAY) <= compared_on:
            for charge in invoice(company, company.subscriptions.values(), month)["Charges"]:
                one = ours.get(charge["AccountId"])
                if one is None or not one.terms:
                    continue
                most = _most([each for each in terms if each.subscription == one.id], month)
                if (charged := charge["UDRCValue"]) > most:
                    yield f"charged: {charged} licences of {one.id} in {month:%Y-%m}, of {most}, and nobody is told"
            month = (month + timedelta(days=31)).replace(day=1)


def _most(terms: list[Term], month: date) -> int:
    """Licences on any day of the month, or of the days after it within which a term begins here."""
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    counts = [
        sum(batch.licences for batch in term.batches if batch.from_ <= end)
        for term in terms
        if term.from_ <= end + APART and term.to >= month
    ]
    return max(counts, default=0)
