"""What needs a person today, by dates alone: late steps, letters that did not arrive, ends that are coming."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from schemas.attention import (
    ContractFacts,
    DueItem,
    FailingActivity,
    LeftOver,
    Milestone,
    SilentPartner,
    UnfinishedErasure,
    Urgency,
    WaitingLines,
)
from schemas.state import Ground, Pause
from terms.calendar import ONE_DAY, first_decision_after, last_decided, local, local_date
from terms.erased_users import emptied_credentials, unsearched
from terms.overdue import SUSPENSION_DAY, TERMINATION_DAY, day_reached
from terms.working_days import add_working_days

ONBOARDING_WORKING_DAYS = 5
WORKING_DAYS_SHOWN = 5
"""For so long a refusal and a letter to post are shown; no act says that a person has dealt with them."""
LETTER_PATIENCE = timedelta(hours=1)
AGENTS_PATIENCE = timedelta(hours=1)
ERASURE_PATIENCE = timedelta(hours=1)
"""Real time; an erasure for good takes seconds, or half a minute on a cluster."""
REFUND_DAYS_SHOWN = 30
"""For so long what is to be repaid is shown, as no act says that it is; the timeline tells of it for good."""
PERIOD_END_DAYS = 30
LAST_DAY_DAYS = 14
RUNNING = ("onboarding", "active", "suspended")
LETTER_CLAUSES = {"invoice": ("IT-19",), "claim": ("IT-22",), "service_confirmed": ("IT-5",)}


@dataclass(kw_only=True)
class Standing:
    """How a contract stands after its milestones."""

    grounds: dict[str, Ground] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)
    switched_off: set[str] = field(default_factory=set)
    restored: dict[str, datetime] = field(default_factory=dict)
    withdrawn: dict[str, date] = field(default_factory=dict)
    objections: dict[str, date] = field(default_factory=dict)
    end_clauses: tuple[str, ...] = ()
    statement_until: datetime | None = None
    money_until: datetime | None = None
    end_questioned: Milestone | None = None
    refund: Milestone | None = None
    ended_at: datetime | None = None
    agents_removed: bool = False
    audited: bool = False
    installed: bool = False
    erased: bool = False
    unsearched: list[Milestone] = field(default_factory=list)


def standing(milestones: Collection[Milestone]) -> Standing:
    """Fold the milestones, oldest first."""
    stands = Standing()
    for milestone in milestones:
        _take(stands, milestone, local_date(milestone.at))
    return stands


def items(facts: ContractFacts, plans_on_offer: Collection[str]) -> list[DueItem]:
    """Everything of a contract that needs a person at its business time `facts.now`."""
    today = local_date(facts.now)
    stands = standing(facts.milestones)
    return [
        *_onboarding(facts, stands, today),
        *_letters(facts, today),
        *_invoices(facts),
        *_refusals(facts, today),
        *_coming_suspension(facts, stands, today),
        *_statement(facts, stands),
        *_coming_end(facts, stands, today),
        *_questioned_end(facts, stands, today),
        *_refund(facts, stands, today),
        *_agents_left(facts, stands),
        *_rights_to_end(facts, stands),
        *_plan(facts, plans_on_offer),
        *_erasure(facts, stands, today),
        *(unsearched(facts.contract, stands.unsearched, today) if not stands.erased else ()),
        *emptied_credentials(facts),
    ]


def stuck(contract: str, today: date) -> DueItem:
    """A contract whose workflow tasks keep failing: nothing of it happens until its code is repaired."""
    why = "its workflow fails again and again and does nothing more; see its last failure in the Temporal UI"
    return _item(contract, "Repair the stuck workflow", why, (), today, "urgent")


def failing(activity: FailingActivity) -> DueItem:
    """A contract whose step cannot be done: it is tried again and again, and everything else waits for it."""
    why = (
        f"its activity {activity.activity} fails again and again since {local(activity.since):%Y-%m-%d %H:%M}, and"
        " nothing else of it is done; see the last failure in the Temporal UI"
    )
    on = local_date(activity.since)
    return _item(activity.contract, "Mend what the contract's step fails on", why, (), on, "urgent")


def silent_partner(silent: SilentPartner) -> DueItem:
    """A sub-processor that letters do not bring to confirm its erasure (DPA-II.3.2)."""
    said = "its mail server refuses the letters" if silent.refused else f"it was written to {silent.times_asked} times"
    why = f"{silent.partner} was asked to erase and has not confirmed; {said}"
    on = local_date(silent.asked_at)
    return _item(silent.contract, "Get the sub-processor's confirmation", why, ("IT-41", "DPA-II.3.2"), on, "today")


def unfinished_erasure(unfinished: UnfinishedErasure) -> Iterator[DueItem]:
    """An erasure that waits, for a key store or a Temporal that does not answer (IT-41, IT-54, DPA-II.3.2)."""
    if unfinished.waits < ERASURE_PATIENCE:
        return
    why = "rows are erased, but keys and histories still wait to be; check the key store, and the erasure's workflow"
    on, clauses = local_date(unfinished.at), ("IT-41", "IT-54", "DPA-I.1.1", "DPA-II.3.2")
    yield _item(unfinished.contract, "Get the erasure finished", why, clauses, on, "urgent")


def left_over(left: LeftOver) -> DueItem:
    """An erasure that is not complete (IT-41, IT-54)."""
    why = f"certificate {left.certificate} found {left.found} things that should be gone; it names them"
    on = local_date(left.issued_at)
    return _item(left.contract, "Get the rest erased", why, ("IT-41", "IT-54", "DPA-II.3.2"), on, "urgent")


def waiting_lines(waiting: WaitingLines) -> DueItem:
    """Money that has come and is booked nowhere: its payer may be claimed and suspended for it (IT-20, IT-40.1)."""
    lines = f"{waiting.count} line{'s' if waiting.count > 1 else ''} of bank statements"
    if waiting.status == "parked":
        why = f"{lines} could not be matched; see `ligums payments parked`"
        return _item("", "Say whose payments they are", why, ("IT-20",), waiting.oldest, "today")
    why = f"{lines} matched a contract that has not answered; import the statement again"
    return _item("", "Get the payments booked", why, ("IT-20",), waiting.oldest, "urgent")


def _take(stands: Standing, milestone: Milestone, day: date) -> None:
    data = milestone.data
    match milestone.event:
        case "audit.recorded":
            stands.audited = True
        case "rmm.installed":
            stands.installed = True
        case "service.suspended":
            ground = str(data["ground"])
            stands.grounds[ground] = Ground(ground=ground, clause=milestone.clauses[0], since=day)
        case "ground.cured":
            stands.grounds.pop(str(data["ground"]), None)
        case "force_majeure.declared":
            stands.pauses.append(Pause(since=last_decided(milestone.at)))
        case "force_majeure.ended":
            stands.pauses[-1].until = last_decided(milestone.at)
        case "term.switched_off":
            stands.switched_off.add(str(data["clause"]))
        case "term.restored":
            stands.switched_off.discard(str(data["clause"]))
            stands.restored[str(data["clause"])] = milestone.at
        case "consent.withdrawn":
            stands.withdrawn[str(data["consent"])] = day
        case "change.objected":
            stands.objections[str(data["announcement"])] = day
        case "notice.given" | "end.agreed":
            stands.end_clauses = milestone.clauses
        case "data.erased":
            stands.erased = True
        case "user.unsearched":
            stands.unsearched.append(milestone)
        case "statement.awaited":
            stands.statement_until = datetime.fromisoformat(data["until"])
            stands.money_until = datetime.fromisoformat(data["at_latest"]) if "at_latest" in data else None
        case "end.questioned":
            stands.end_questioned = milestone
        case "contract.ended":
            stands.ended_at = milestone.at
        case "rmm.removed":
            stands.agents_removed = True
        case "contract.closed" if "refund" in data:
            stands.refund = milestone


def _onboarding(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """A time is to be agreed within 5 working days of signing, and kept (IT-5)."""
    if facts.stage != "onboarding":
        return
    if stands.audited and stands.installed:
        why = "audit and agents are on record, but the Confirmation has not left; check the mail server"
        yield _item(facts.contract, "Get the Confirmation sent", why, ("IT-5", "IT-18"), today, "urgent")
    elif facts.onboarding_at is None:
        last_day = add_working_days(local_date(facts.signed_at), ONBOARDING_WORKING_DAYS)
        if today > last_day:
            why = f"no time was agreed within {ONBOARDING_WORKING_DAYS} working days of signing"
            yield _item(facts.contract, "Agree a time for the onboarding", why, ("IT-5",), last_day, "today")
    elif today > local_date(facts.onboarding_at):
        missing = " and ".join(
            what for what, done in (("the audit", stands.audited), ("the RMM agents", stands.installed)) if not done
        )
        why = f"{missing} missing on record after the agreed day"
        agreed_on = local_date(facts.onboarding_at)
        yield _item(facts.contract, "Finish the onboarding, or agree a new time", why, ("IT-5",), agreed_on, "today")


def _letters(facts: ContractFacts, today: date) -> Iterator[DueItem]:
    """Letters that did not leave or arrive (IT-58), and those to be posted on paper (IT-19)."""
    if facts.stage == "closed":
        return
    for letters in facts.letters:
        on = local_date(letters.at)
        which = f"{letters.count} × {letters.kind} to {letters.role} ({letters.channel})"
        clauses = LETTER_CLAUSES.get(letters.kind, ("IT-P1.contact",))
        if letters.faulty_key is not None:
            why = f"{which} waits for key {letters.faulty_key}, which is missing or damaged; its backup has it"
            yield _item(facts.contract, "Put a key back", why, clauses, on, "urgent")
        elif letters.status == "queued":
            if facts.now - letters.at > LETTER_PATIENCE:
                why = f"{which} could not leave for more than an hour"
                yield _item(facts.contract, "Check the mail server", why, clauses, on, "urgent")
        elif letters.status == "postal":
            if today <= add_working_days(on, WORKING_DAYS_SHOWN):
                why = f"{which}: the customer takes it by post only"
                yield _item(facts.contract, "Print and post", why, clauses, on, "today")
        else:
            said = {"refused": "was refused", "bounced": "came back", "nobody": "has nobody to go to"}[letters.status]
            why = f"{which} {said}; change_contact sends it again"
            yield _item(facts.contract, "Ask for a right address", why, (*clauses, "IT-58"), on, "today")


def _invoices(facts: ContractFacts) -> Iterator[DueItem]:
    """The print queue, and invoices that break the rules of e-invoices (IT-19)."""
    for invoice in facts.to_print:
        why = f"{invoice.number} goes by post only: `ligums invoice {invoice.number} --printed --pdf FILE`, and post it"
        yield _item(facts.contract, "Print and post", why, ("IT-19",), local_date(invoice.at), "today")
    for unsound in facts.unsound:
        why = f"invoice {unsound.number} does not leave, its document is not sound: {', '.join(unsound.broken)}"
        yield _item(facts.contract, "Repair the e-invoice", why, ("IT-19",), local_date(unsound.at), "urgent")


def _refusals(facts: ContractFacts, today: date) -> Iterator[DueItem]:
    """An act was refused in the last 5 working days: whoever wanted it may not know (IT-25)."""
    for refusal in facts.refusals:
        on = local_date(refusal.at)
        if today <= add_working_days(on, WORKING_DAYS_SHOWN):
            times = f" ({refusal.count} times)" if refusal.count > 1 else ""
            why = f"{refusal.act} was refused{times}: {refusal.reason}"
            yield _item(facts.contract, "See to the refused act", why, refusal.clauses, on, "today")


def _coming_suspension(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """An open invoice whose 11th day is tomorrow, or passed while nothing could be decided (IT-40.1, exact rule 5)."""
    if facts.stage not in ("active", "suspended") or "unpaid" in stands.grounds or "IT-40.1" in stands.switched_off:
        return
    if stands.statement_until is not None and facts.now < stands.statement_until:
        return
    for invoice in facts.unpaid:
        on = _decided_on(day_reached(invoice.due_on, SUSPENSION_DAY, stands.pauses), facts.now)
        if on is not None and on <= today + ONE_DAY:
            why = f"invoice {invoice.number} was due on {invoice.due_on}; service is suspended at 06:00 on {on}"
            yield _item(facts.contract, "Call the customer about payment", why, ("IT-40.1",), on, "urgent")


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
        yield _item(facts.contract, what, why, ("IT-40.1", "IT-20"), local_date(until), "urgent")


def _at(instant: datetime) -> str:
    return f"{local(instant):%H:%M on %Y-%m-%d}"


def _questioned_end(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """The contract ended for a debt that had been paid: shown until it closes, and some working days at least."""
    questioned = stands.end_questioned
    if questioned is None:
        return
    on = local_date(questioned.at)
    if facts.stage != "closed" or today <= add_working_days(on, WORKING_DAYS_SHOWN):
        paid_on, ended_on = questioned.data["paid_on"], questioned.data["on"]
        why = f"it ended with {ended_on} for a debt that was paid on {paid_on}, which was recorded only on {on}"
        yield _item(facts.contract, "Decide whether the end stands", why, questioned.clauses, on, "urgent")


def _refund(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """Credit that is left of the customer's money when a contract closes: no invoice will ever use it (IT-42)."""
    closed = stands.refund
    if closed is not None and today <= local_date(closed.at) + timedelta(days=REFUND_DAYS_SHOWN):
        why = f"{closed.data['refund']} EUR of the customer's money are left, and no invoice will use them"
        yield _item(facts.contract, "Repay the customer", why, ("IT-42",), local_date(closed.at), "today")


def _agents_left(facts: ContractFacts, stands: Standing) -> Iterator[DueItem]:
    """The contract has ended, and its RMM agents are still on the customer's computers (IT-41)."""
    ended_at = stands.ended_at
    if ended_at is not None and not stands.agents_removed and facts.now - ended_at > AGENTS_PATIENCE:
        why = "the RMM platform has not removed them since the contract ended; it is asked again, check the platform"
        yield _item(facts.contract, "Get the RMM agents removed", why, ("IT-41",), local_date(ended_at), "urgent")


def _coming_end(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """A term about to end: by termination, by notice or agreement, or by a period that will not renew."""
    if facts.stage not in RUNNING:
        return
    for ground in stands.grounds.values():
        on = _decided_on(day_reached(ground.since, TERMINATION_DAY, stands.pauses), facts.now)
        if on is None or on > today + ONE_DAY:
            continue
        if facts.stage == "suspended" and "IT-43.2" not in stands.switched_off:
            why = f"suspended since {ground.since} ({ground.ground}); the contract is terminated at 06:00 on {on}"
            clauses = ("IT-43.2", ground.clause)
            yield _item(facts.contract, "Decide before the termination", why, clauses, on, "urgent")
    if facts.ends_on is not None and 0 <= (facts.ends_on - today).days <= LAST_DAY_DAYS:
        why = f"its last service day is {facts.ends_on}"
        yield _item(facts.contract, "Prepare the end", why, (*stands.end_clauses, "IT-41"), facts.ends_on, "soon")
    elif facts.period_to is not None and 0 <= (facts.period_to - today).days <= PERIOD_END_DAYS:
        yield from _unrenewed(facts, stands, facts.period_to)


def _unrenewed(facts: ContractFacts, stands: Standing, period_to: date) -> Iterator[DueItem]:
    restored = stands.restored.get("IT-16")
    is_too_late = restored is not None and local_date(first_decision_after(restored)) > period_to
    if facts.stage == "active" and facts.ends_on is None and ("IT-16" in stands.switched_off or is_too_late):
        said = "was restored too late to renew it" if is_too_late else "is switched off, so that it does not renew"
        why = f"the period runs out on {period_to}, and the contract with it: IT-16 {said}"
        yield _item(facts.contract, "Settle whether the contract goes on", why, ("IT-16", "IT-65"), period_to, "soon")
    elif facts.stage == "suspended":
        why = f"the period runs out on {period_to}, and while suspended it does not renew"
        yield _item(facts.contract, "Settle whether the contract goes on", why, ("IT-16",), period_to, "soon")
    elif facts.ends_on is not None:
        why = f"the period runs out on {period_to}, and an end is planned for {facts.ends_on}"
        yield _item(facts.contract, "Prepare the end", why, ("IT-16", "IT-41"), period_to, "soon")


def _rights_to_end(facts: ContractFacts, stands: Standing) -> Iterator[DueItem]:
    """The customer did what lets the provider end the contract: a person decides (IT-43.1, IT-43.6)."""
    if facts.stage not in RUNNING:
        return
    for announcement, day in stands.objections.items():
        why = f"the customer objected to announcement {announcement}; the contract may be terminated for it"
        yield _item(facts.contract, "Decide on the objection", why, ("IT-26", "IT-43.1"), day, "soon")
    for consent, day in stands.withdrawn.items():
        why = f"the consent {consent} was withdrawn; the contract may be terminated for it"
        clauses = ("IT-P1.consents", "IT-43.6")
        yield _item(facts.contract, "Decide on the withdrawn consent", why, clauses, day, "soon")


def _plan(facts: ContractFacts, plans_on_offer: Collection[str]) -> Iterator[DueItem]:
    """A plan that was signed but is not on offer (IT-P2.plan)."""
    if facts.stage in RUNNING and facts.plan is not None and facts.plan not in plans_on_offer:
        why = f"the signed plan is not on offer; on offer are {', '.join(plans_on_offer)}"
        signed_on = local_date(facts.signed_at)
        yield _item(facts.contract, "Check the plan with the customer", why, ("IT-P2.plan",), signed_on, "soon")


def _erasure(facts: ContractFacts, stands: Standing, today: date) -> Iterator[DueItem]:
    """Personal data is still here after its day (IT-41, IT-54, DPA-II.3.2)."""
    if facts.erase_on is not None and today > facts.erase_on and not stands.erased:
        why = "the personal data was to be erased at 06:00 on that day and is still here"
        clauses = ("IT-41", "IT-54", "DPA-I.1.1", "DPA-II.3.2")
        yield _item(facts.contract, "Get the data erased", why, clauses, facts.erase_on, "urgent")


def _item(contract: str, what: str, why: str, clauses: tuple[str, ...], on: date, urgency: Urgency) -> DueItem:
    return DueItem(contract=contract, what=what, why=why, clauses=clauses, on=on, urgency=urgency)
