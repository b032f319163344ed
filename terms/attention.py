"""What needs a person today, by dates alone: late steps, letters that did not arrive, ends that are coming."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from schemas.attention import (
    ContractFacts,
    DueItem,
    FailingActivity,
    LeftOver,
    SilentPartner,
    UnfinishedErasure,
    WaitingLines,
)
from schemas.distribution import ERRANDS
from terms.calendar import local, local_date
from terms.endings import RUNNING, endings
from terms.erased_users import emptied_credentials
from terms.pricing import POINTS
from terms.standing import Standing, standing
from terms.subscription_needs import subscriptions
from terms.working_days import add_working_days

ONBOARDING_WORKING_DAYS = 5
WORKING_DAYS_SHOWN = 5
"""For so long a refusal and a letter to post are shown; no act says that a person has dealt with them."""
LETTER_PATIENCE = timedelta(hours=1)
ERASURE_PATIENCE = timedelta(hours=1)
"""Real time; an erasure for good takes seconds, or half a minute on a cluster."""
OWN_LETTERS = {
    "service_confirmed": "IT-5",
    "agreement_needed": "M365-5",
    "subscriptions_confirmed": "M365-3",
    "subscription_changed": "M365-23",
    "prices_announced": "M365-25",
}
"""Letters of one service alone, each by the clause for which it is written."""


def items(facts: ContractFacts, plans_on_offer: Collection[str]) -> list[DueItem]:
    """Everything of a contract that needs a person at its business time `facts.now`."""
    today = local_date(facts.now)
    stands = standing(facts.milestones)
    return [
        *_onboarding(facts, stands, today),
        *_letters(facts, today),
        *_invoices(facts),
        *_refusals(facts, today),
        *_plan(facts, plans_on_offer),
        *subscriptions(facts, today),
        *emptied_credentials(facts),
        *endings(facts, stands, today),
    ]


def stuck(contract: str, today: date) -> DueItem:
    """A contract whose workflow tasks keep failing: nothing of it happens until its code is repaired."""
    why = "its workflow fails again and again and does nothing more; see its last failure in the Temporal UI"
    return DueItem.of(contract, "Repair the stuck workflow", why, (), today, "urgent")


def failing(activity: FailingActivity) -> DueItem:
    """A contract whose step cannot be done: it is tried again and again, and all but a partner's waits for it."""
    goes_on = activity.activity in ERRANDS
    why = (
        f"its activity {activity.activity} fails again and again since {local(activity.since):%Y-%m-%d %H:%M}, and"
        f" {'is tried every hour while all else of it goes on' if goes_on else 'nothing else of it is done'};"
        " see the last failure in the Temporal UI"
    )
    on = local_date(activity.since)
    return DueItem.of(activity.contract, "Mend what the contract's step fails on", why, (), on, "urgent")


def silent_partner(silent: SilentPartner) -> DueItem:
    """A sub-processor that letters do not bring to confirm its erasure (DPA-II.3.2)."""
    said = "its mail server refuses the letters" if silent.refused else f"it was written to {silent.times_asked} times"
    why = f"{silent.partner} was asked to erase and has not confirmed; {said}"
    on = local_date(silent.asked_at)
    clauses = (POINTS[silent.service].end, "DPA-II.3.2")
    return DueItem.of(silent.contract, "Get the sub-processor's confirmation", why, clauses, on, "today")


def unfinished_erasure(unfinished: UnfinishedErasure) -> Iterator[DueItem]:
    """An erasure that waits, for a key store or a Temporal that does not answer (IT-41, IT-54, DPA-II.3.2)."""
    if unfinished.waits < ERASURE_PATIENCE:
        return
    why = "rows are erased, but keys and histories still wait to be; check the key store, and the erasure's workflow"
    on, clauses = local_date(unfinished.at), POINTS[unfinished.service].erasure
    yield DueItem.of(unfinished.contract, "Get the erasure finished", why, clauses, on, "urgent")


def left_over(left: LeftOver) -> DueItem:
    """An erasure that is not complete (IT-41, IT-54)."""
    why = f"certificate {left.certificate} found {left.found} things that should be gone; it names them"
    on, points = local_date(left.issued_at), POINTS[left.service]
    clauses = (points.end, points.no_data_left, "DPA-II.3.2")
    return DueItem.of(left.contract, "Get the rest erased", why, clauses, on, "urgent")


def waiting_lines(waiting: WaitingLines) -> DueItem:
    """Money that has come and is booked nowhere: its payer may be claimed and suspended for it (IT-20, IT-40.1)."""
    lines = f"{waiting.count} line{'s' if waiting.count > 1 else ''} of bank statements"
    if waiting.status == "parked":
        why = f"{lines} could not be matched; see `ligums payments parked`"
        return DueItem.of("", "Say whose payments they are", why, ("IT-20",), waiting.oldest, "today")
    why = f"{lines} matched a contract that has not answered; import the statement again"
    return DueItem.of("", "Get the payments booked", why, ("IT-20",), waiting.oldest, "urgent")


def _onboarding(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """A time is to be agreed within 5 working days of signing, and kept (IT-5)."""
    if facts.stage != "onboarding" or facts.service != "it_support":
        return
    if stands.audited and stands.installed:
        why = "audit and agents are on record, but the Confirmation has not left; check the mail server"
        yield DueItem.of(facts.contract, "Get the Confirmation sent", why, ("IT-5", "IT-18"), today, "urgent")
    elif facts.onboarding_at is None:
        last_day = add_working_days(local_date(facts.signed_at), ONBOARDING_WORKING_DAYS)
        if today > last_day:
            why = f"no time was agreed within {ONBOARDING_WORKING_DAYS} working days of signing"
            yield DueItem.of(facts.contract, "Agree a time for the onboarding", why, ("IT-5",), last_day, "today")
    elif today > local_date(facts.onboarding_at):
        missing = " and ".join(
            what for what, done in (("the audit", stands.audited), ("the RMM agents", stands.installed)) if not done
        )
        why = f"{missing} missing on record after the agreed day"
        agreed_on = local_date(facts.onboarding_at)
        yield DueItem.of(
            facts.contract, "Finish the onboarding, or agree a new time", why, ("IT-5",), agreed_on, "today"
        )


def _letters(facts: ContractFacts, today: date) -> Iterator[DueItem]:
    """Letters that did not leave or arrive (IT-58), and those to be posted on paper (IT-19)."""
    if facts.stage == "closed":
        return
    points = POINTS[facts.service]
    known = {"invoice": points.invoice, "claim": points.claim, **OWN_LETTERS}
    for letters in facts.letters:
        on = local_date(letters.at)
        which = f"{letters.count} × {letters.kind} to {letters.role} ({letters.channel})"
        clauses = (known.get(letters.kind, points.contact),)
        if letters.faulty_key is not None:
            why = f"{which} waits for key {letters.faulty_key}, which is missing or damaged; its backup has it"
            yield DueItem.of(facts.contract, "Put a key back", why, clauses, on, "urgent")
        elif letters.status == "queued":
            if facts.now - letters.at > LETTER_PATIENCE:
                why = f"{which} could not leave for more than an hour"
                yield DueItem.of(facts.contract, "Check the mail server", why, clauses, on, "urgent")
        elif letters.status == "postal":
            if today <= add_working_days(on, WORKING_DAYS_SHOWN):
                why = f"{which}: the customer takes it by post only"
                yield DueItem.of(facts.contract, "Print and post", why, clauses, on, "today")
        else:
            said = {"refused": "was refused", "bounced": "came back", "nobody": "has nobody to go to"}[letters.status]
            why = f"{which} {said}; change_contact sends it again"
            yield DueItem.of(facts.contract, "Ask for a right address", why, (*clauses, points.notices), on, "today")


def _invoices(facts: ContractFacts) -> Iterator[DueItem]:
    """The print queue, and invoices that break the rules of e-invoices (IT-19)."""
    clauses = (POINTS[facts.service].invoice,)
    for invoice in facts.to_print:
        why = f"{invoice.number} goes by post only: `ligums invoice {invoice.number} --printed --pdf FILE`, and post it"
        yield DueItem.of(facts.contract, "Print and post", why, clauses, local_date(invoice.at), "today")
    for unsound in facts.unsound:
        why = f"invoice {unsound.number} does not leave, its document is not sound: {', '.join(unsound.broken)}"
        yield DueItem.of(facts.contract, "Repair the e-invoice", why, clauses, local_date(unsound.at), "urgent")


def _refusals(facts: ContractFacts, today: date) -> Iterator[DueItem]:
    """An act was refused in the last 5 working days: whoever wanted it may not know (IT-25)."""
    for refusal in facts.refusals:
        on = local_date(refusal.at)
        if today <= add_working_days(on, WORKING_DAYS_SHOWN):
            times = f" ({refusal.count} times)" if refusal.count > 1 else ""
            why = f"{refusal.act} was refused{times}: {refusal.reason}"
            yield DueItem.of(facts.contract, "See to the refused act", why, refusal.clauses, on, "today")


def _plan(facts: ContractFacts, plans_on_offer: Collection[str]) -> Iterator[DueItem]:
    """A plan that was signed but is not on offer (IT-P2.plan)."""
    if facts.stage in RUNNING and facts.plan is not None and facts.plan not in plans_on_offer:
        why = f"the signed plan is not on offer; on offer are {', '.join(plans_on_offer)}"
        signed_on = local_date(facts.signed_at)
        yield DueItem.of(facts.contract, "Check the plan with the customer", why, ("IT-P2.plan",), signed_on, "soon")
