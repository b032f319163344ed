"""A term that was decided and never began leaves nothing behind: neither its product nor its licences (M365-46)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.ledger import ContentAdded, HandoverMade
from schemas.mail import MailKind
from schemas.state import ContractState, SubscriptionShown
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, offered, provided
from workflows import view

BASIC = product("Basic", "month", 5, "6.10")
STANDARD = product("Standard", "month", 3, "12.00")
BASIC_NAME, PREMIUM_NAME = "Microsoft 365 Business Basic", "Microsoft 365 Business Premium"
PREMIUM: dict[str, Any] = {"product": offered("Premium", "month", "21.80"), "licences": 4}
FEWER: dict[str, Any] = {"licences": 2}


async def asked(wanted: dict[str, Any], **more: Any) -> DrivenLicences:
    """Basic by the month from 12 February is to be something else from 12 March on; it is noon of the 11th."""
    contract = await provided(BASIC, STANDARD, **more)
    outcome = await contract.ask_for("2026-03-03", "1", **wanted)
    assert outcome.accepted, outcome.reason
    await contract.until(at("2026-03-11"))
    return contract


def in_use(contract: DrivenLicences) -> tuple[object, ...]:
    one = contract.held()
    assert one.term is not None
    return one.sku, one.name, one.period, one.licences, f"{one.price_per_licence}", one.term.days.to


AS_IT_WAS = (BASIC["sku"], BASIC_NAME, "month", 5, "6.10", date(2026, 3, 11))


def handed_over(contract: DrivenLicences) -> tuple[object, ...]:
    changes = [change for entry in contract.entries for change in entry.changes]
    (made,) = [change for change in changes if isinstance(change, HandoverMade)]
    one = made.subscriptions[0]
    return one.sku, one.product, one.period, one.licences, one.term_to


def on_record(contract: DrivenLicences, day: date) -> list[tuple[str, int]]:
    """The products and licences of the content that binds on the day, as the ledger has it."""
    changes = [change for entry in contract.entries for change in entry.changes]
    kept = [change for change in changes if isinstance(change, ContentAdded) and change.effective_on <= day]
    # Of one day the later one replaces the others.
    content = sorted(kept, key=lambda change: change.effective_on)[-1].content
    return [(each["name"], each["licences"]) for each in content["products"]]


HANDED_OVER = (BASIC["sku"], BASIC_NAME, "month", 5, date(2026, 3, 11))


def shown(contract: DrivenLicences) -> SubscriptionShown:
    return view.of(contract.state, contract.now, ()).subscriptions[0]


@pytest.mark.clause("M365-46", "M365-48.1")
@pytest.mark.parametrize("wanted", [PREMIUM, FEWER], ids=["product", "licences"])
async def test_after_a_refused_renewal_all_name_what_was_in_use_to_the_last_day(wanted: dict[str, Any]) -> None:
    contract = await asked(wanted)
    contract.change(101, state="terminated", ends_on=date(2026, 3, 11))
    await contract.until(at("2026-03-12"))
    assert in_use(contract) == AS_IT_WAS
    (disconnected,) = contract.letters(MailKind.SUBSCRIPTION_DISCONNECTED)
    assert (disconnected.facts["name"], disconnected.facts["last_day"]) == (BASIC_NAME, "2026-03-11")
    # The content of 12 March is the other subscription's alone.
    assert on_record(contract, date(2026, 3, 12)) == [(STANDARD["name"], 3)]
    await contract.done("agree_end", on="2026-03-14", note="Abi")
    await contract.until(at("2026-03-16"))
    assert handed_over(contract) == HANDED_OVER
    assert ContractState.model_validate_json(contract.state.model_dump_json()) == contract.state


@pytest.mark.clause("M365-1", "M365-48.1")
async def test_the_only_subscription_stays_in_the_content_as_what_it_was() -> None:
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-03", "1", **PREMIUM)).accepted
    await contract.until(at("2026-03-11"))
    contract.change(101, state="terminated", ends_on=date(2026, 3, 11))
    await contract.until(at("2026-03-13"))
    assert contract.state.stage == "ended"
    assert on_record(contract, date(2026, 3, 12)) == [(BASIC_NAME, 5)]


@pytest.mark.clause("M365-45", "M365-46")
@pytest.mark.parametrize("wanted", [PREMIUM, FEWER], ids=["product", "licences"])
async def test_after_an_end_agreed_on_the_last_day_all_name_what_was_in_use_to_it(wanted: dict[str, Any]) -> None:
    contract = await asked(wanted)
    await contract.done("agree_end", on="2026-03-11", note="Abi")
    await contract.until(at("2026-03-12"))
    assert in_use(contract) == AS_IT_WAS
    names = [letter.facts["name"] for letter in contract.letters(MailKind.SUBSCRIPTION_DISCONNECTED)]
    assert names == [BASIC_NAME, STANDARD["name"]]
    assert handed_over(contract) == HANDED_OVER
    assert on_record(contract, date(2026, 3, 12)) == [(BASIC_NAME, 5), (STANDARD["name"], 3)]
    # It was to be the other from 12 March, and is not.
    assert [each["effective_on"] for each in contract.told_with("content.changed")] == ["2026-03-12", "2026-03-12"]


@pytest.mark.clause("M365-45", "M365-46")
async def test_an_end_agreed_on_the_last_day_changes_no_content_where_nothing_was_to_be_other() -> None:
    contract = await provided(BASIC, STANDARD)
    await contract.until(at("2026-03-11"))
    await contract.done("agree_end", on="2026-03-11", note="Abi")
    await contract.until(at("2026-03-12"))
    assert handed_over(contract) == HANDED_OVER
    assert contract.told_with("content.changed") == []


@pytest.mark.clause("M365-26", "M365-48.1")
async def test_a_refusal_seen_after_a_change_of_the_product_goes_back_to_the_product_before() -> None:
    """Basic ended at ALSO with 11 March; it is renewed here, and is Premium from 12 April: seen on 20 April."""
    contract = await provided(BASIC, STANDARD, special_terms={"payment_days": "60"})
    await contract.until(at("2026-03-10"))
    contract.is_silent = True
    outcome = await contract.ask_for("2026-04-02", "1", **PREMIUM)
    assert outcome.accepted, outcome.reason
    await contract.until(at("2026-04-20"))
    assert contract.held().name == PREMIUM_NAME
    contract.change(101, state="terminated", ends_on=date(2026, 3, 11))
    contract.change(102, ends_on=date(2026, 5, 11))
    contract.is_silent = False
    await contract.until(at("2026-04-21T14:00"))
    assert in_use(contract) == AS_IT_WAS
    assert (contract.held().first_day, contract.held().index, contract.held().products_before) == (
        date(2026, 2, 12),
        1,
        [],
    )
    for day in (date(2026, 3, 12), date(2026, 4, 12), date(2026, 4, 20)):
        assert on_record(contract, day) == [(STANDARD["name"], 3)], day


@pytest.mark.clause("M365-21.2")
async def test_on_its_last_day_what_is_in_use_is_shown_and_that_it_changes() -> None:
    contract = await asked(PREMIUM)
    assert contract.held().name == PREMIUM_NAME
    one = shown(contract)
    assert (one.name, one.licences, one.to_day, one.at_end) == (BASIC_NAME, 5, date(2026, 3, 11), "renews changed")
    await contract.until(at("2026-03-12"))
    one = shown(contract)
    assert (one.name, one.licences, one.to_day, one.at_end) == (PREMIUM_NAME, 4, date(2026, 4, 11), "renews")
