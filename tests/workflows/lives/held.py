"""What is held of every life: requests are answered once, nothing personal leaks, and each event is in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator

from schemas.ledger import ActTaken, Entry
from schemas.mail import MailKind
from schemas.timeline import Event
from tests.workflows.lives.life import Life

BEFORE_SERVICE = {
    *("invoice.issued", "invoice.paid", "claim.sent", "service.suspended", "credit.issued", "period.renewed"),
    *("subscription.changed", "subscription.renewed"),
}
"""Nothing of these before the Confirmation."""
AFTER_ERASURE = {
    *("act.refused", "change.refused", "handover.confirmed", "partner_erasure.confirmed", "contract.closed"),
    *("invoice.issued", "invoice.paid", "invoice.sent", "payment.recorded", "payment.reversed", "claim.sent"),
    *("credit.granted", "credit.issued", "credit.used", "interest.charged", "payment.extended"),
    *(
        "debt.written_off",
        "write_off.reduced",
        "credit.taken_back",
        "suspension.undone",
        "suspension.stands",
        "end.questioned",
    ),
    *("distributor.differs", "distributor.agrees", "distributor.silent", "distributor.answers", "delegation.ended"),
    *("subscription.cancelled", "subscription.refused", "order.found", "order.absent", "data.disclosed"),
    *("dispute.recorded", "contract.assigned", "visit.recorded", "visit.voided", "term.switched_off", "term.restored"),
    "force_majeure.ended",
}
"""What collecting a debt, ALSO's last word, and people's late ones may still bring about."""


def told_in_its_place(life: Life) -> Iterator[str]:
    is_served = is_erased = is_closed = False
    ended_on = None
    for entry in life.entries:
        for event in entry.events:
            name = event.event
            if is_closed and name not in ("act.refused", "change.refused", "partner_erasure.confirmed"):
                yield f"place: {name} after the contract has closed"
            if is_erased and name not in AFTER_ERASURE:
                yield f"place: {name} after all is erased"
            if not is_served and name in BEFORE_SERVICE:
                yield f"place: {name} before the Confirmation"
            if name == "contract.ended":
                if ended_on is not None:
                    yield "place: the contract ends twice"
                ended_on = event.data["on"]
            is_served |= name in ("subscription.confirmed", "service.confirmed")
            is_erased |= name == "data.erased"
            is_closed |= name == "contract.closed"


def in_order(life: Life) -> Iterator[str]:
    """The timeline goes forward alone."""
    for before, after in zip(life.entries, life.entries[1:], strict=False):
        if after.at < before.at:
            yield f"order: {after.key} is of {after.at}, and comes after {before.key} of {before.at}"


def refusals(life: Life) -> Iterator[str]:
    """A refused act leaves one event, its refusal; one that is done is told, what both signed on the day it binds."""
    for entry in life.entries:
        for taken in (each for each in entry.changes if isinstance(each, ActTaken)):
            refused = "change.refused" if taken.act == "request_change" else "act.refused"
            told = [each.event for each in entry.events]
            if not taken.outcome["accepted"] and told != [refused]:
                yield f"refusal: {taken.act} was refused, and this is told: {told}"
            is_told_later = taken.act == "sign_new_content"
            if taken.outcome["accepted"] and ("act.refused" in told or not (told or is_told_later)):
                yield f"refusal: {taken.act} is done, and this is told: {told}"


def nothing_personal(life: Life, *personal: str) -> Iterator[str]:
    """In keys, events, what is said to Temporal and what is searched for."""
    seen = [*life.summaries, *life.seen_attributes, *(entry.key for entry in life.entries)]
    seen += [json.dumps(event.data, ensure_ascii=False) for entry in life.entries for event in entry.events]
    for text in personal:
        found = next((one for one in seen if text in one), None)
        if found is not None:
            yield f"personal: {text} stands in {found}"


def at_its_end(life: Life) -> Iterator[str]:
    told = [event for _, event, _ in life.told_since(0)]
    for event in ("contract.ended", "data.handed_over", "data.erased", "contract.closed"):
        if told.count(event) != 1:
            yield f"end: {event} is told {told.count(event)} times; {life.state.stage}, {life.owed} EUR open"


def answers(life: Life) -> Iterator[str]:
    """Each request that is accepted is answered once, and each answer in writing."""
    opened = closed = 0
    have: dict[str, int] = {}
    for entry in life.entries:
        acts = [each.outcome["accepted"] for each in entry.changes if isinstance(each, ActTaken)]
        changed = [event.data for event in entry.events if event.event == "subscription.changed"]
        dropped = sum(_is_drop(event) for event in entry.events)
        if any(event.event == "change.requested" for event in entry.events):
            opened += not (changed or any(event.event == "subscription.disconnected" for event in entry.events))
            # Called back: what was asked for before is answered with it.
            is_called_back = [not one["at_renewal"] and one["licences"] == have[one["subscription"]] for one in changed]
            closed += dropped + sum(is_called_back)
        elif acts != [False]:
            closed += dropped + len(changed)
        have |= {event.data["subscription"]: event.data["licences"] for event in entry.events if _is_count(event)}
        yield from _letters(entry, changed=len(changed), dropped=dropped)
    waiting = sum(one.to_add is not None for one in life.state.licensing.subscriptions) if life.state.licensing else 0
    if opened - closed != waiting:
        yield f"answers: {opened} requests were to be answered later, {closed} were, and {waiting} wait"


def _is_drop(event: Event) -> bool:
    is_addition = event.event == "subscription.refused" and event.data["what"] == "addition"
    return is_addition or event.event == "change.refused"


def _is_count(event: Event) -> bool:
    """Whether it tells of licences in use."""
    is_begun = event.event in ("subscription.confirmed", "subscription.renewed")
    return is_begun or (event.event == "subscription.changed" and "price_per_licence" in event.data)


def _letters(entry: Entry, *, changed: int, dropped: int) -> Iterator[str]:
    kinds = [letter.kind for letter in entry.letters]
    if kinds.count(MailKind.SUBSCRIPTION_CHANGED) != changed:
        yield f"answers: {changed} changes in {entry.key}, told by {kinds.count(MailKind.SUBSCRIPTION_CHANGED)} letters"
    if kinds.count(MailKind.CHANGE_REFUSED) > dropped:
        yield f"answers: {dropped} refusals in {entry.key}, told by {kinds.count(MailKind.CHANGE_REFUSED)} letters"
