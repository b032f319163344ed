"""A contract as people see it: search attributes, the page in the Temporal UI, the answer to a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from schemas.licensing import SubscriptionState
from schemas.state import ContractState, ContractView, Deadline, SubscriptionShown
from schemas.subscription import SubscriptionTerm
from terms.calendar import local, local_date
from terms.invoicing import content_on
from terms.liability import liability_cap
from terms.licensing import licences_of
from terms.periods import period_end
from workflows.steps import Duty

CONTRACT_NUMBER = SearchAttributeKey.for_keyword("ContractNumber")
SERVICE = SearchAttributeKey.for_keyword("Service")
STAGE = SearchAttributeKey.for_keyword("Stage")
GROUNDS = SearchAttributeKey.for_keyword_list("Grounds")
NEXT_DUE_ON = SearchAttributeKey.for_datetime("NextDueOn")
OPEN_BALANCE = SearchAttributeKey.for_keyword("OpenBalance")


def of(state: ContractState, now: datetime, deadlines: Sequence[tuple[datetime, Duty]]) -> ContractView:
    day = max(local_date(now), state.versions[0].effective_on)
    content = content_on(state.versions, day)
    period = state.period
    terms = subscription_terms(state)
    return ContractView(
        number=state.contract.number,
        service=state.contract.service,
        customer=state.contract.customer.name,
        stage=state.stage,
        now=local(now),
        grounds={ground.ground: ground.since for ground in state.grounds},
        content=content.model_dump(mode="json"),
        subscriptions=tuple(_subscription(one, day) for one in _going_on(state)),
        service_from=state.service_from,
        period_to=period_end(period.first_day, period.months, period.index) if period else None,
        ends_on=state.planned_end.on if state.planned_end else state.ending.ended_on,
        liability_cap=liability_cap(state.versions, on=day, terms=terms),
        subscription_terms=tuple(term.model_dump(mode="json", by_alias=True) for term in terms),
        open_balance=open_balance(state),
        credit=state.credit,
        open_invoices=tuple(
            {
                "number": one.number,
                "due_on": one.due_on.isoformat() if one.due_on else None,
                "open": f"{one.open:.2f}",
            }
            for one in state.invoices
        ),
        announcements=tuple(
            {"announcement": one.id, "effective_on": one.effective_on.isoformat(), "objected": one.objected}
            for one in state.announcements
        ),
        mandates=tuple(state.mandates),
        special_terms=state.contract.special_terms.model_dump(mode="json", exclude_defaults=True),
        switched_off=tuple(state.switched_off),
        deadlines=tuple(Deadline(at=local(at), what=duty.what, clauses=duty.clauses) for at, duty in deadlines),
    )


def subscription_terms(state: ContractState) -> tuple[SubscriptionTerm, ...]:
    """Of every subscription the terms that are still known here, those running among them."""
    held = state.licensing.subscriptions if state.licensing else ()
    return tuple(term for one in held for term in one.terms)


def _going_on(state: ContractState) -> list[SubscriptionState]:
    return [one for one in state.licensing.subscriptions if one.ended_on is None] if state.licensing else []


def _subscription(one: SubscriptionState, day: date) -> SubscriptionShown:
    # On a last day the next term stands already.
    running = next((term for term in one.terms if term.days.from_ <= day <= term.days.to), one.term)
    name, period, licences = one.name, one.period, one.licences
    if running is not None:
        name, period, licences = running.name, running.length, licences_of(running)
    is_changed = one.at_renewal is not None or (name, period, licences) != (one.name, one.period, one.licences)
    at_end: Literal["renews", "renews changed", "ends"] = "renews changed" if is_changed else "renews"
    return SubscriptionShown(
        id=one.id,
        name=name,
        period=period,
        licences=licences,
        from_day=running.days.from_ if running else None,
        to_day=running.days.to if running else None,
        at_end="ends" if one.is_disconnected else at_end,
        ordered=one.account_id is not None,
    )


def open_balance(state: ContractState) -> Decimal:
    """What the customer owes on issued invoices, in EUR."""
    return sum((invoice.open for invoice in state.invoices), Decimal("0.00"))


def search_attributes(seen: ContractView) -> TypedSearchAttributes:
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(CONTRACT_NUMBER, seen.number),
        SearchAttributePair(SERVICE, seen.service),
        SearchAttributePair(STAGE, seen.stage),
        SearchAttributePair(GROUNDS, list(seen.grounds)),
        SearchAttributePair(OPEN_BALANCE, f"{seen.open_balance:.2f}"),
    ]
    if seen.deadlines:
        pairs.append(SearchAttributePair(NEXT_DUE_ON, seen.deadlines[0].at))
    return TypedSearchAttributes(pairs)


def shown(attributes: TypedSearchAttributes) -> dict[str, Any]:
    """What they say by name, so that it can be told which of them have changed."""
    return {pair.key.name: pair.value for pair in attributes}


def updates(attributes: TypedSearchAttributes, before: Mapping[str, Any]) -> list[SearchAttributeUpdate[Any]]:
    """The upsert by which a server that shows `before` comes to show exactly `attributes`; empty where it does."""
    given = [pair.key.value_set(pair.value) for pair in attributes if before.get(pair.key.name) != pair.value]
    if NEXT_DUE_ON.name in before.keys() - shown(attributes).keys():
        given.append(NEXT_DUE_ON.value_unset())
    return given


def markdown(seen: ContractView) -> str:
    """The whole state for a person who opens the workflow in the Temporal UI; no personal data.

    Lists rather than tables: the UI sets no space between a table's columns.
    """
    grounds = ", ".join(f"{ground} since {since}" for ground, since in seen.grounds.items())
    facts = {
        "Stage": f"{seen.stage} ({grounds})" if grounds else seen.stage,
        "Business time": f"{seen.now:%Y-%m-%d %H:%M}",
        "Service since": seen.service_from,
        "Period until": seen.period_to,
        "Ends on": seen.ends_on,
        "Open balance": f"{seen.open_balance:.2f} EUR",
        "Unused credit": f"{seen.credit:.2f} EUR" if seen.credit else None,
        "Clauses switched off": ", ".join(seen.switched_off) or None,
    }
    deadlines = [
        f"- **{each.at:%Y-%m-%d %H:%M}** {each.what} ({', '.join(each.clauses)})" for each in seen.deadlines[:8]
    ]
    invoices = [
        f"- {one['number']}: **{one['open']} EUR**, due {one['due_on'] or 'once it is sent'}"
        for one in seen.open_invoices
    ]
    subscriptions = [
        f"- {one.id}: **{one.licences} × {one.name}** by the {one.period}, "
        + (f"{one.from_day} to {one.to_day}, then {one.at_end}" if one.from_day else "not provided yet")
        for one in seen.subscriptions
    ]
    # What the subscriptions say is not said twice.
    content = {name: value for name, value in seen.content.items() if name != "products" or not subscriptions}
    parts = {
        f"## {seen.number}, {seen.customer}": _listed(facts),
        "### Next deadlines": deadlines,
        "### Open invoices": invoices,
        "### Subscriptions": subscriptions,
        f"### Content ({seen.service})": _listed(content),
        "### Special terms": _listed(seen.special_terms),
    }
    return "\n\n".join("\n".join([title, "", *lines]) for title, lines in parts.items() if lines)


def _listed(facts: Mapping[str, object]) -> list[str]:
    return [f"- {name}: **{value}**" for name, value in facts.items() if value is not None]
