"""What an account sees of what it may read: no amounts without the right to them (IT-61)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemas.account import Account
from schemas.attention import DueItem
from schemas.state import ActOutcome, ContractView, ShownContract
from schemas.timeline import TimelineEvent
from terms.access import SEE_AMOUNTS, permitted
from terms.amounts import LEFT_OUT, without_amounts

WITH_AMOUNTS: Final = (
    "content",
    "special_terms",
    "announcements",
    "liability_cap",
    "subscription_terms",
    "open_balance",
    "credit",
    "open_invoices",
)
"""The parts of a contract that may hold amounts; points of the contract, such as 3.10, have the form of one."""


def sees_amounts(account: Account) -> bool:
    return permitted(account.roles, SEE_AMOUNTS)


def shown_events(events: Sequence[TimelineEvent], to: Account) -> list[TimelineEvent]:
    if sees_amounts(to):
        return list(events)
    return [event.model_copy(update={"data": without_amounts(event.data)}) for event in events]


def shown_items(items: Sequence[DueItem], to: Account) -> list[DueItem]:
    if sees_amounts(to):
        return list(items)
    return [item.model_copy(update={"why": without_amounts(item.why) or LEFT_OUT}) for item in items]


def shown_contract(view: ContractView, to: Account) -> ShownContract:
    told = view.model_dump(mode="json")
    left_out = {} if sees_amounts(to) else {name: without_amounts(told[name]) for name in WITH_AMOUNTS}
    return ShownContract.model_validate({**told, **left_out})


def shown_outcome(outcome: ActOutcome, to: Account) -> ActOutcome:
    if sees_amounts(to):
        return outcome
    return outcome.model_copy(update={"events": tuple(without_amounts(outcome.events))})
