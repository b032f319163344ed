"""What needs a person about subscriptions: approvals, orders, renewals, what the distributor or Microsoft refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from schemas.attention import ContractFacts, DueItem
from terms.calendar import ONE_DAY, local_date
from terms.licensing import ORDER_WORKING_DAYS, last_day_to_reduce, order_due_on
from terms.licensing_standing import Held, Licensing, licensing
from terms.working_days import add_working_days

RUNNING = ("onboarding", "active", "suspended")
RENEWAL_TOLD_DAYS = 7
LONGEST_MONTH = timedelta(days=31)
DELEGATION_WORKING_DAYS = 5
DELEGATION_DAYS_SHOWN = 60
"""For so long a delegation is missed; it is no condition of ordering."""
CLOSED_DAYS_SHOWN = 30
"""For so long what is left at the distributor is shown of a closed contract, which asks for nothing any more."""
QUESTIONED_DAYS_SHOWN = 30
"""For so long a subscription lost to a suspension without cause is shown, as no act says that it is settled."""
REFUSED_RENEWAL_DAYS_SHOWN = 30
"""For so long a person may decide what a refused renewal means for the contract, as no act says that it is seen."""
OVERCHARGE_DAYS_SHOWN = 30
"""For so long what the distributor invoiced too much is shown, as no act says that it is settled."""

CONDITIONS = {
    "agreement": "the Microsoft Customer Agreement",
    "distributor": "the approval of the distributor",
    "provider": "the approval of the provider as reseller",
}

ANSWERING = {"distributor": "the distributor", "microsoft": "Microsoft Graph"}


UNANSWERED = {
    "registration_unknown": (
        "Look for the customer at the distributor",
        "the answer to its registration was lost, and the distributor may have its contact",
        ("M365-13", "M365-46"),
    ),
    "delegation_unknown": (
        "Look for the delegation at Microsoft",
        "the answer to the request for it was lost, and Microsoft may have it, with access to the customer's tenant",
        ("M365-5", "M365-46"),
    ),
}
"""What a closed contract says that it leaves unknown -> what a person is to do, why, and by which clauses."""


def subscriptions(facts: ContractFacts, today: date) -> Iterator[DueItem]:
    """From the approvals that are missing to what the distributor does not take over; nothing for other services."""
    if facts.service != "microsoft365":
        return
    stands = licensing(facts.milestones)
    yield from _conditions(facts, stands, today)
    yield from _delegation(facts, stands, today)
    yield from _silence(facts, stands, today)
    yield from _differences(facts, stands, today)
    yield from _registration(facts, stands)
    yield from _unanswered(facts, stands, today)
    for name, held in stands.held.items():
        yield from _renewal(facts, name, held, today)
        yield from _refusal(facts, name, held, today)
        yield from _cancellation(facts, stands, name, held, today)
        yield from _suspension(facts, name, held)
        yield from _withheld(facts, name, held, today)
        yield from _unknown(facts, stands, name, held, today)
        yield from _nameless(facts, name, held, today)
        yield from _unprovided(facts, stands, name, held, today)


def _conditions(facts: ContractFacts, stands: Licensing, today: date) -> Iterator[DueItem]:
    """Ordered and confirmed within 3 working days of the last approval; until then that is missing (M365-3, M365-6)."""
    if facts.stage != "onboarding":
        return
    signed_on = local_date(facts.signed_at)
    missing = [what for name, what in CONDITIONS.items() if name not in stands.conditions]
    if missing:
        last_day = add_working_days(signed_on, ORDER_WORKING_DAYS)
        if today > last_day:
            times = f"{stands.times_asked} time{'' if stands.times_asked == 1 else 's'}"
            why = f"missing since {signed_on}, asked for {times}: {', '.join(missing)}; nothing is ordered before"
            clauses: tuple[str, ...] = ("M365-5", "M365-6")
            yield DueItem.of(facts.contract, "Get the customer's approvals", why, clauses, last_day, "today")
        return
    last_day = order_due_on(signed_on, *stands.conditions.values())
    if today <= last_day:
        return
    ordered = ", ".join(name for name, held in stands.held.items() if held.ordered)
    what, said, clauses = "Get the subscriptions ordered", "nothing is ordered", ("M365-3", "M365-6")
    if ordered:
        what, said, clauses = "Get the Confirmation sent", f"ordered so far: {ordered}", ("M365-3", "M365-10")
    why = f"the Confirmation was to leave within {ORDER_WORKING_DAYS} working days of the last approval; {said}"
    yield DueItem.of(facts.contract, what, why, clauses, last_day, "urgent")


def _delegation(facts: ContractFacts, stands: Licensing, today: date) -> Iterator[DueItem]:
    """The customer is to approve it in Microsoft's portal; nobody supports the tenant from afar before (M365-5)."""
    asked = stands.delegation_asked
    if facts.stage not in RUNNING or asked is None:
        return
    asked_on = local_date(asked.at)
    shown_from = add_working_days(asked_on, DELEGATION_WORKING_DAYS)
    if shown_from < today <= asked_on + timedelta(days=DELEGATION_DAYS_SHOWN):
        why = f"asked for on {asked_on} and not approved; it is no condition of ordering"
        yield DueItem.of(facts.contract, "Get the delegation approved", why, asked.clauses, asked_on, "soon")


def _silence(facts: ContractFacts, stands: Licensing, today: date) -> Iterator[DueItem]:
    """Nothing can be ordered, changed or cancelled there; what the contract decides meanwhile keeps its days."""
    for partner, milestone in stands.silent.items() if facts.stage != "closed" else ():
        since = datetime.fromisoformat(milestone.data["since"])
        # Nothing is asked of Microsoft but the delegation, and that for so long only, and again after the end.
        is_asked = partner == "distributor" or facts.stage == "ended"
        if is_asked or today <= local_date(since) + timedelta(days=DELEGATION_DAYS_SHOWN):
            why = f"no answer since {since:%Y-%m-%d %H:%M}; whatever is to be done there is tried every hour"
            what, on = f"Find out why {ANSWERING[partner]} does not answer", local_date(since)
            yield DueItem.of(facts.contract, what, why, milestone.clauses, on, "urgent")


def _differences(facts: ContractFacts, stands: Licensing, today: date) -> Iterator[DueItem]:
    """What the distributor has, and will invoice, is not what the contract says (M365-37)."""
    if _is_long_closed(stands, today):
        return
    for milestone in (stands.differs, stands.overcharged):
        if milestone is None:
            continue
        on = local_date(milestone.at)
        is_over = "month" in milestone.data and (today - on).days > OVERCHARGE_DAYS_SHOWN
        if not is_over:
            named = [_difference(each) for each in milestone.data["differences"]]
            more = [f"and {milestone.data['more']} more"] if milestone.data.get("more") else []
            why = "; ".join((*named, *more))
            yield DueItem.of(facts.contract, "Settle the difference", why, milestone.clauses, on, "today")


def _registration(facts: ContractFacts, stands: Licensing) -> Iterator[DueItem]:
    """The contract registers nobody again while that may be the customer, and looks each morning (M365-3, M365-13)."""
    unknown = stands.registration
    if unknown is not None and facts.stage != "closed":
        why = (
            f"the answer to the customer's registration was lost, and the distributor has account"
            f" {unknown.data['account']} of that name without a reference: write {facts.contract} there, or another if"
            " it is not the customer's"
        )
        on = local_date(unknown.at)
        yield DueItem.of(
            facts.contract, "Settle the registration at the distributor", why, unknown.clauses, on, "urgent"
        )


def _unanswered(facts: ContractFacts, stands: Licensing, today: date) -> Iterator[DueItem]:
    """Until it is closed a contract looks for these itself; then only a person can (M365-13, M365-5)."""
    closed = stands.closed
    if closed is None or _is_long_closed(stands, today):
        return
    for name, (what, why, clauses) in UNANSWERED.items():
        if name in closed.data:
            yield DueItem.of(facts.contract, what, why, clauses, local_date(closed.at), "urgent")


def _difference(each: dict[str, Any]) -> str:
    effect = f" ({each['euro']} EUR)" if each.get("euro") is not None else ""
    ours, theirs = ("nothing" if each[whose] is None else each[whose] for whose in ("ours", "theirs"))
    return f"subscription {each['subscription']}: {each['what']} {ours} with us, {theirs} at the distributor{effect}"


def _renewal(facts: ContractFacts, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """A year begins anew unless somebody says otherwise by 5 days before; while suspended none does (M365-9)."""
    last_day = held.last_day
    if held.first_day is None or last_day is None or not 0 <= (last_day - today).days <= RENEWAL_TOLD_DAYS:
        return
    if held.leaves or held.disconnected is not None or (facts.ends_on is not None and facts.ends_on <= last_day):
        return
    if facts.stage == "suspended":
        why = f"subscription {name} ends on {last_day}, and while suspended it does not renew"
        clauses = ("M365-9", "M365-44.1")
        yield DueItem.of(facts.contract, "Settle whether the subscription goes on", why, clauses, last_day, "soon")
    elif facts.stage == "active" and last_day - held.first_day > LONGEST_MONTH:
        latest = last_day_to_reduce(last_day)
        if today <= latest:
            why = (
                f"subscription {name} ({held.licences} licences) renews on {last_day} for another year;"
                f" fewer licences or another product are taken until {latest}"
            )
            yield DueItem.of(
                facts.contract, "Tell the customer of the renewal", why, ("M365-9", "M365-21.2"), latest, "soon"
            )


def _refusal(facts: ContractFacts, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """The distributor or Microsoft refused: the contract may be terminated for it, a person decides (M365-48.1)."""
    refused = held.refused
    if refused is None or facts.stage not in RUNNING or refused.data["what"] == "cancellation":
        return
    what, reason, on = refused.data["what"], refused.data["reason"], local_date(refused.at)
    # A refused renewal has ended it.
    is_shown_after = what == "renewal" and today <= on + timedelta(days=REFUSED_RENEWAL_DAYS_SHOWN)
    if held.disconnected is None or is_shown_after:
        why = f"the {what} of subscription {name} was refused: {reason}"
        yield DueItem.of(facts.contract, f"Settle the refused {what}", why, refused.clauses, on, "urgent")


def _cancellation(facts: ContractFacts, stands: Licensing, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """Off renewal alone a subscription may slide into a term that is paid: its cancellation is to be taken over."""
    refused = held.refused if held.refused is not None and held.refused.data["what"] == "cancellation" else None
    since = refused or held.disconnected
    if since is None or held.cancelled or not held.ordered or _is_long_closed(stands, today):
        return
    on = local_date(since.at)
    if refused is None and today <= on + ONE_DAY:
        return
    said = f": {refused.data['reason']}" if refused is not None else ""
    why = f"the distributor has not taken over the cancellation of subscription {name}, which may go on and cost{said}"
    yield DueItem.of(facts.contract, "Get the subscription cancelled", why, ("M365-46", "M365-37"), on, "urgent")


def _unknown(facts: ContractFacts, stands: Licensing, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """An order whose answer was lost, in a contract that has ended: nobody pays for what the distributor has by it."""
    unknown, found = held.unknown, held.found
    if unknown is not None and not _is_long_closed(stands, today):
        why = f"the answer to the order of subscription {name} was lost, and the distributor may have it, and renew it"
        on = local_date(unknown.at)
        yield DueItem.of(facts.contract, "Look for the order at the distributor", why, unknown.clauses, on, "urgent")
    if found is not None and today <= local_date(found.at) + timedelta(days=OVERCHARGE_DAYS_SHOWN):
        on, last_day = local_date(found.at), found.data["last_day"]
        why = (
            f"the distributor has the order of subscription {name}, whose answer was lost, as account"
            f" {found.data['account']} until {last_day}; it is wanted no more, and no customer pays for it"
        )
        yield DueItem.of(facts.contract, "Settle the order that nobody pays for", why, found.clauses, on, "today")


def _nameless(facts: ContractFacts, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """It is known by its number alone: orders to come would not be found there by their reference either."""
    nameless = held.nameless
    if nameless is not None and today <= local_date(nameless.at) + timedelta(days=QUESTIONED_DAYS_SHOWN):
        account = nameless.data["reference_lost"]
        why = f"the distributor has subscription {name} as account {account}, and has not kept our reference with it"
        on = local_date(nameless.at)
        yield DueItem.of(facts.contract, "Write the reference at the distributor", why, nameless.clauses, on, "soon")


def _unprovided(facts: ContractFacts, stands: Licensing, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """The distributor has it, and invoices it, while the customer cannot use it; others may be in use (M365-3)."""
    is_waiting = held.ordered and held.first_day is None and held.disconnected is None and held.refused is None
    if facts.stage not in ("active", "suspended") or not is_waiting:
        return
    last_day = order_due_on(local_date(facts.signed_at), *stands.conditions.values())
    if today > last_day:
        why = f"subscription {name} was ordered, to be provided by {last_day}, and is not; it may be given up"
        yield DueItem.of(facts.contract, "Get the subscription provided", why, ("M365-3", "M365-6"), last_day, "urgent")


def _is_long_closed(stands: Licensing, today: date) -> bool:
    closed = stands.closed
    return closed is not None and today > local_date(closed.at) + timedelta(days=CLOSED_DAYS_SHOWN)


def _suspension(facts: ContractFacts, name: str, held: Held) -> Iterator[DueItem]:
    """Microsoft or the distributor has suspended it; nothing more is ordered until they resume it (M365-33)."""
    if held.suspended is not None and facts.stage in RUNNING:
        why = f"subscription {name} is suspended by Microsoft or the distributor, for a breach of their terms"
        on = local_date(held.suspended.at)
        yield DueItem.of(facts.contract, "Settle the vendor's suspension", why, ("M365-33", "M365-44.2"), on, "urgent")


def _withheld(facts: ContractFacts, name: str, held: Held, today: date) -> Iterator[DueItem]:
    """It was not renewed for a debt that had been paid: only a person can have it back (M365-9, M365-17)."""
    questioned = held.questioned
    if questioned is None:
        return
    on = local_date(questioned.at)
    if today <= on + timedelta(days=QUESTIONED_DAYS_SHOWN):
        paid_on, last_day = questioned.data["paid_on"], questioned.data["on"]
        why = f"subscription {name} was not renewed after {last_day} for a debt that was paid on {paid_on}"
        yield DueItem.of(facts.contract, "Settle the renewal that was withheld", why, questioned.clauses, on, "urgent")
