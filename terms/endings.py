"""What needs a person about a contract's suspension, its end and what comes after it, by dates alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from schemas.attention import ContractFacts, DueItem, Milestone
from terms.calendar import ONE_DAY, first_decision_after, local, local_date
from terms.overdue import SUSPENSION_DAY, TERMINATION_DAY, day_reached
from terms.pricing import POINTS
from terms.standing import Standing
from terms.working_days import add_working_days

AGENTS_PATIENCE = timedelta(hours=1)
REFUND_DAYS_SHOWN = 30
"""For so long what is to be repaid is shown, as no act says that it is; the timeline tells of it for good."""
SEARCH_DAYS = 30
"""Within so many days what names who was erased is to be gone (DPA-I.1.1)."""
WORKING_DAYS_SHOWN = 5
"""For so long a questioned end is shown at least, also after the contract has closed."""
PERIOD_END_DAYS = 30
LAST_DAY_DAYS = 14
RUNNING = ("onboarding", "active", "suspended")


def endings(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """From the coming suspension to what is left after the erasure."""
    yield from _coming_suspension(facts, stands, today)
    yield from _statement(facts, stands)
    yield from _coming_end(facts, stands, today)
    yield from _questioned_end(facts, stands, today)
    yield from _refund(facts, stands, today)
    yield from _agents_left(facts, stands)
    yield from _rights_to_end(facts, stands)
    yield from _erasure(facts, stands, today)
    yield from _unsearched(facts, stands, today)
    yield from _perhaps_named(facts, stands, today)


def _coming_suspension(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """An open invoice whose 11th day is tomorrow, or passed while nothing could be decided (IT-40.1, exact rule 5)."""
    clause = POINTS[facts.service].unpaid
    if facts.stage not in ("active", "suspended") or "unpaid" in stands.grounds or clause in stands.switched_off:
        return
    if stands.statement_until is not None and facts.now < stands.statement_until:
        return
    for invoice in facts.unpaid:
        on = _decided_on(day_reached(invoice.due_on, SUSPENSION_DAY, stands.pauses), facts.now)
        if on is not None and on <= today + ONE_DAY:
            why = f"invoice {invoice.number} was due on {invoice.due_on}; service is suspended at 06:00 on {on}"
            yield DueItem.of(facts.contract, "Call the customer about payment", why, (clause,), on, "urgent")


def _decided_on(day: date | None, now: datetime) -> date | None:
    """The day of the 06:00 at which what falls due on `day` is decided; what is past is decided at the next one."""
    return None if day is None else max(day, local_date(first_decision_after(now)))


def _statement(facts: ContractFacts, stands: Standing) -> Iterator[DueItem]:
    """A suspension that waits for the bank's statement, or for money in it to be booked, while its debt is unpaid
    (IT-40.1)."""
    until = stands.statement_until
    if until is None or facts.now >= until or "unpaid" in stands.grounds:
        return
    today = local_date(facts.now)
    days = [day_reached(invoice.due_on, SUSPENSION_DAY, stands.pauses) for invoice in facts.unpaid]
    if any(day is not None and day <= today for day in days):
        what, unless, at_latest = "Import the bank statement", "a newer statement shows the payment", ""
        if stands.money_until is not None:
            what, unless = "Book the money that came", "money still waits that is its, or may be (`ligums payments`)"
            at_latest = f", and at {_at(stands.money_until)} all the same"
        why = f"service is suspended at {_at(until)} unless {unless}{at_latest}"
        points = POINTS[facts.service]
        yield DueItem.of(facts.contract, what, why, (points.unpaid, points.payment), local_date(until), "urgent")


def _at(instant: datetime) -> str:
    return f"{local(instant):%H:%M on %Y-%m-%d}"


def _coming_end(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """A term about to end: by termination, by notice or agreement, or by a period that will not renew."""
    if facts.stage not in RUNNING:
        return
    points = POINTS[facts.service]
    for ground in stands.grounds.values():
        on = _decided_on(day_reached(ground.since, TERMINATION_DAY, stands.pauses), facts.now)
        if on is None or on > today + ONE_DAY:
            continue
        if facts.stage == "suspended" and points.long_suspension not in stands.switched_off:
            why = f"suspended since {ground.since} ({ground.ground}); the contract is terminated at 06:00 on {on}"
            clauses = (points.long_suspension, ground.clause)
            yield DueItem.of(facts.contract, "Decide before the termination", why, clauses, on, "urgent")
    if facts.ends_on is not None and 0 <= (facts.ends_on - today).days <= LAST_DAY_DAYS:
        why = f"its last service day is {facts.ends_on}"
        ends = (*stands.end_clauses, points.end)
        yield DueItem.of(facts.contract, "Prepare the end", why, ends, facts.ends_on, "soon")
    elif facts.period_to is not None and 0 <= (facts.period_to - today).days <= PERIOD_END_DAYS:
        yield from _unrenewed(facts, stands, facts.period_to)


def _unrenewed(facts: ContractFacts, stands: Standing, period_to: date) -> Iterator[DueItem]:
    points = POINTS[facts.service]
    restored = stands.restored.get(points.renewal)
    is_too_late = restored is not None and local_date(first_decision_after(restored)) > period_to
    if facts.stage == "active" and facts.ends_on is None and (points.renewal in stands.switched_off or is_too_late):
        said = "was restored too late to renew it" if is_too_late else "is switched off, so that it does not renew"
        why = f"the period runs out on {period_to}, and the contract with it: {points.renewal} {said}"
        clauses = (points.renewal, points.switched_off)
        yield DueItem.of(facts.contract, "Settle whether the contract goes on", why, clauses, period_to, "soon")
    elif facts.stage == "suspended":
        why = f"the period runs out on {period_to}, and while suspended it does not renew"
        yield DueItem.of(
            facts.contract, "Settle whether the contract goes on", why, (points.renewal,), period_to, "soon"
        )
    elif facts.ends_on is not None:
        why = f"the period runs out on {period_to}, and an end is planned for {facts.ends_on}"
        yield DueItem.of(facts.contract, "Prepare the end", why, (points.renewal, points.end), period_to, "soon")


def _rights_to_end(facts: ContractFacts, stands: Standing) -> Iterator[DueItem]:
    """The customer did what lets the provider end the contract: a person decides (IT-43.1, IT-43.6)."""
    if facts.stage not in RUNNING:
        return
    points = POINTS[facts.service]
    for announcement, day in stands.objections.items():
        why = f"the customer objected to announcement {announcement}; the contract may be terminated for it"
        clauses = (points.provider_change, points.objected_change)
        yield DueItem.of(facts.contract, "Decide on the objection", why, clauses, day, "soon")
    for consent, day in stands.withdrawn.items():
        why = f"the consent {consent} was withdrawn; the contract may be terminated for it"
        clauses = ("IT-P1.consents", "IT-43.6")
        yield DueItem.of(facts.contract, "Decide on the withdrawn consent", why, clauses, day, "soon")


def _questioned_end(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """The contract ended for a debt that had been paid: shown until it closes, and some working days at least."""
    questioned = stands.end_questioned
    if questioned is None:
        return
    on = local_date(questioned.at)
    if facts.stage != "closed" or today <= add_working_days(on, WORKING_DAYS_SHOWN):
        paid_on, ended_on = questioned.data["paid_on"], questioned.data["on"]
        why = f"it ended with {ended_on} for a debt that was paid on {paid_on}, which was recorded only on {on}"
        yield DueItem.of(facts.contract, "Decide whether the end stands", why, questioned.clauses, on, "urgent")


def _refund(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """Credit that is left of the customer's money when a contract closes: no invoice will ever use it (IT-42)."""
    closed = stands.refund
    if closed is not None and today <= local_date(closed.at) + timedelta(days=REFUND_DAYS_SHOWN):
        why = f"{closed.data['refund']} EUR of the customer's money are left, and no invoice will use them"
        clauses = (POINTS[facts.service].debts_stay,)
        yield DueItem.of(facts.contract, "Repay the customer", why, clauses, local_date(closed.at), "today")


def _agents_left(facts: ContractFacts, stands: Standing) -> Iterator[DueItem]:
    """The contract has ended, and its RMM agents are still on the customer's computers (IT-41)."""
    ended_at = stands.ended_at if facts.service == "it_support" else None
    if ended_at is not None and not stands.agents_removed and facts.now - ended_at > AGENTS_PATIENCE:
        why = "the RMM platform has not removed them since the contract ended; it is asked again, check the platform"
        yield DueItem.of(facts.contract, "Get the RMM agents removed", why, ("IT-41",), local_date(ended_at), "urgent")


def _erasure(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """Personal data is still here after its day (IT-41, IT-54, DPA-II.3.2)."""
    if facts.erase_on is not None and today > facts.erase_on and not stands.erased:
        why = "the personal data was to be erased at 06:00 on that day and is still here"
        clauses = POINTS[facts.service].erasure
        yield DueItem.of(facts.contract, "Get the data erased", why, clauses, facts.erase_on, "urgent")


def _unsearched(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """A user was erased whose name could not be opened, and so not looked for in what names others (DPA-I.1.1)."""
    for milestone in stands.unsearched if not stands.erased else ():
        user = milestone.data["user"]
        why = (
            f"a name, login, address or phone of erased user {user} could not be opened, nor looked for; what still"
            " names that person in the inventory, an audit or a note goes once they are added under another id and"
            " erased"
        )
        yield _search(facts, "Look for who was erased", why, milestone, today)


def _perhaps_named(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """What may name an erased user, and may as well name somebody else, was kept (DPA-I.1.1)."""
    for milestone in stands.perhaps_named if not stands.erased else ():
        user, count, places = (milestone.data[name] for name in ("user", "count", "places"))
        more = f" and {count - len(places)} more" if count > len(places) else ""
        why = (
            f"what stands in {', '.join(places)}{more} may name erased user {user}, or somebody else, and is kept;"
            " what names that person goes once a user called by two words that stand there is added under another id"
            " and erased"
        )
        yield _search(facts, "Look whether it names who was erased", why, milestone, today)


def _search(facts: ContractFacts, what: str, why: str, milestone: Milestone, today: date) -> DueItem:
    """One by hand, which stays until a person says that it is done."""
    on = local_date(milestone.at)
    last_day = on + timedelta(days=SEARCH_DAYS)
    late = f"TOO LATE since {last_day}: " if today > last_day else ""
    why = f"{late}{why}: by {last_day} at the latest, and `settle_search` says that it is done"
    return DueItem.of(facts.contract, what, why, milestone.clauses, on, "urgent")
