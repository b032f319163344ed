"""Leaving early may be asked for after the reduction itself, and what has ended is part of the content no more.

Standard by the year at 12.00, Basic by the month, both from 12 February 2026.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.mail import MailKind
from terms.calendar import local_date
from terms.licensing import content_of
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, offered, provided

STANDARD = product("Standard", "year", 10, "12.00")
BASIC = product("Basic", "month", 5, "0.00")
NEXT = {"effective_on": "2027-02-12"}


def left(contract: DrivenLicences, id: str) -> list[tuple[int, date]]:
    term = contract.held(id).term
    assert term is not None
    return [(each.licences, each.asked_on) for each in term.left]


def content(contract: DrivenLicences) -> dict[str, int]:
    """The products of the content in force today, and their licences."""
    products = content_of(contract.state.versions, local_date(contract.now)).products
    return {each.name.rpartition(" ")[2]: each.licences for each in products}


@pytest.mark.clause("M365-21.2", "M365-24")
@pytest.mark.parametrize(("licences", "given_up"), [(6, 4), (0, 10)])
async def test_what_is_reduced_for_the_renewal_may_be_left_early_afterwards(licences: int, given_up: int) -> None:
    contract = await provided(STANDARD)
    assert (await contract.ask_for("2026-02-20", "1", licences=licences, **NEXT)).accepted
    assert left(contract, "1") == []
    early: dict[str, Any] = {"licences": licences, "leave_early": True}
    assert (await contract.ask_for("2026-02-23", "1", **early, **NEXT)).accepted
    assert left(contract, "1") == [(given_up, date(2026, 2, 23))]
    letter = contract.letters(MailKind.SUBSCRIPTION_CHANGED)[-1]
    assert (letter.facts["licences"], letter.facts["charged"]) == (licences, True)
    # Once is enough.
    again = await contract.ask_for("2026-02-24", "1", **early, **NEXT)
    assert again.reason == "licences: as many are charged to the end of the term already"
    assert left(contract, "1") == [(given_up, date(2026, 2, 23))]


@pytest.mark.clause("M365-21.2", "M365-24")
async def test_of_what_is_disconnected_nothing_else_can_be_asked() -> None:
    contract = await provided(STANDARD)
    assert (await contract.ask_for("2026-02-20", "1", licences=0, **NEXT)).accepted
    wanted: list[dict[str, Any]] = [
        {"licences": 0},
        {"licences": 12},
        {"licences": 4, "leave_early": True},
        {"product": offered("Premium", "year", "21.80"), "leave_early": True},
    ]
    for each in wanted:
        refused = await contract.ask_for("2026-02-23", "1", **each, **NEXT)
        assert refused.reason == "subscription: it is disconnected"


@pytest.mark.clause("M365-21.1", "M365-23")
async def test_a_second_increase_does_not_take_the_place_of_one_that_is_still_to_come() -> None:
    contract = await provided(STANDARD)
    assert (await contract.ask_for("2026-02-20", "1", licences=12, effective_on="2026-03-16")).accepted
    second = await contract.ask_for("2026-03-02", "1", licences=14)
    assert second.reason == "licences: an increase is under way already"
    assert (
        contract.letters(MailKind.CHANGE_REFUSED)[-1].facts["reason"] == "Licenču skaita palielināšana jau ir pieteikta"
    )
    await contract.until(at("2026-03-17"))
    assert contract.held("1").licences == 12


@pytest.mark.clause("M365-1", "M365-26", "M365-45")
async def test_what_has_ended_is_part_of_the_content_no_more() -> None:
    """Basic is left with its first month, on 11 March; the content of the 12th is Standard alone."""
    contract = await provided(STANDARD, BASIC)
    assert (await contract.ask_for("2026-03-02", "2", licences=0, effective_on="2026-03-12")).accepted
    await contract.until(at("2026-03-11"))
    assert content(contract) == {"Standard": 10, "Basic": 5}
    await contract.until(at("2026-03-12"))
    assert content(contract) == {"Standard": 10}
    (changed,) = contract.told_with("content.changed")
    assert (changed["effective_on"], len(changed["products"])) == ("2026-03-12", 1)
    # Neither has it a price to announce, nor is it in the way of another that becomes it.
    named = {key: value for key, value in offered("Basic", "month", "7.00").items() if key != "name"}
    refused = await contract.act("announce_change", changes={"prices": [named]}, effective_on="2026-04-10")
    assert not refused.accepted
    into = offered("Basic", "month", "6.10")
    assert (await contract.ask_for("2026-03-16", "1", product=into, **NEXT)).accepted


@pytest.mark.clause("M365-21.1", "M365-26")
async def test_what_is_decided_for_tomorrow_keeps_what_is_changed_today() -> None:
    """On 11 March Basic is to be three from the 12th; two more of Standard at noon stand in both days' content."""
    contract = await provided(STANDARD, product("Basic", "month", 5, "0.00"))
    assert (await contract.ask_for("2026-03-02", "2", licences=3, effective_on="2026-03-12")).accepted
    await contract.until(at("2026-03-11T07:00"))
    assert (await contract.ask_for("2026-03-11", "1", licences=12)).accepted
    await contract.until(at("2026-03-12"))
    assert content(contract) == {"Standard": 12, "Basic": 3}
