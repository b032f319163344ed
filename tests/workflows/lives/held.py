"""What is held of every life: requests are answered once, nothing personal leaks, and each event is in its place."""

from __future__ import annotations

import json
from collections import Counter
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
AT_ONCE = {"subscription.changed", "subscription.disconnected"}
"""Answers to a request that stand beside it."""
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
    waiting, have = Counter[str](), dict[str, int]()
    for entry in life.entries:
        at_once = {event.data.get("subscription") for event in entry.events if event.event in AT_ONCE}
        is_request = any(event.event == "change.requested" for event in entry.events)
        for event in entry.events:
            if event.event == "change.requested":
                waiting[event.data["subscription"]] += event.data["subscription"] not in at_once
            elif _is_answer(event, is_request=is_request, have=have):
                waiting[event.data["subscription"]] -= 1
        have |= {event.data["subscription"]: event.data["licences"] for event in entry.events if _is_count(event)}
        yield from _letters(entry)
    licensing = life.state.licensing
    pending = {one.id: int(one.to_add is not None) for one in licensing.subscriptions} if licensing else {}
    for subscription, wait in pending.items():
        if waiting[subscription] != wait:
            yield f"answers: {waiting[subscription]} requests for {subscription} are not answered, and {wait} wait"


def _is_answer(event: Event, *, is_request: bool, have: dict[str, int]) -> bool:
    """Whether it answers a request for more that was made before: done, called back, refused or dropped."""
    if event.event != "subscription.changed":
        return event.event == "addition.dropped" or _is_refused_addition(event)
    is_called_back = is_request and not event.data["at_renewal"]
    return _is_count(event) or (is_called_back and event.data["licences"] == have[event.data["subscription"]])


def _is_refused_addition(event: Event) -> bool:
    return event.event == "subscription.refused" and event.data["what"] == "addition"


def _is_count(event: Event) -> bool:
    """Whether it tells of licences in use."""
    is_begun = event.event in ("subscription.confirmed", "subscription.renewed")
    return is_begun or (event.event == "subscription.changed" and "price_per_licence" in event.data)


def _letters(entry: Entry) -> Iterator[str]:
    kinds, told = [letter.kind for letter in entry.letters], [event.event for event in entry.events]
    changed = told.count("subscription.changed")
    dropped = told.count("addition.dropped") + sum(_is_refused_addition(event) for event in entry.events)
    if kinds.count(MailKind.SUBSCRIPTION_CHANGED) != changed:
        yield f"answers: {changed} changes in {entry.key}, told by {kinds.count(MailKind.SUBSCRIPTION_CHANGED)} letters"
    if not dropped <= kinds.count(MailKind.CHANGE_REFUSED) <= dropped + told.count("change.refused"):
        yield f"answers: {dropped} refusals in {entry.key}, told by {kinds.count(MailKind.CHANGE_REFUSED)} letters"
