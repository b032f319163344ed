"""More licences that are asked for and not there yet, while something else happens (M365-21.1, M365-21.2, M365-23)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.mail import MailKind
from terms.licensing import content_of
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, offered, provided

BASIC = product("Basic", "month", 10, "6.10")
"""Provided on 12 February 2026: its terms end on 11 March, 11 April and so on."""


def held(contract: DrivenLicences) -> tuple[int, list[tuple[int, date]]]:
    """The licences in use, and those of the last term with the day from which they count."""
    one = contract.held()
    return one.licences, [(added.licences, added.from_) for added in one.terms[-1].added]


@pytest.mark.clause("M365-9", "M365-21.1")
async def test_an_addition_waits_for_the_renewal_that_nobody_was_there_to_decide() -> None:
    """Asked for the term's last day; nobody is at work from the day before until the second day of the next."""
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-10", "1", licences=12, effective_on="2026-03-11")).accepted
    await contract.down_until(at("2026-03-13T09:00"))
    await contract.until(at("2026-03-13T09:00"))
    assert held(contract) == (12, [(10, date(2026, 3, 12)), (2, date(2026, 3, 13))])
    assert [one.licences for one in contract.standing.values()] == [12]


@pytest.mark.clause("M365-21.1", "M365-23")
@pytest.mark.parametrize(("wanted", "left"), [(10, 10), (11, 11)])
async def test_licences_whose_day_has_not_come_are_called_back(wanted: int, left: int) -> None:
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-02", "1", licences=12, effective_on="2026-03-16")).accepted
    assert (await contract.ask_for("2026-03-09", "1", licences=wanted)).accepted
    letter = contract.letters(MailKind.SUBSCRIPTION_CHANGED)[-1]
    assert (letter.facts["licences"], letter.facts["from"]) == (wanted, "2026-03-16")
    await contract.until(at("2026-03-17"))
    assert held(contract)[0] == left
    assert [one.licences for one in contract.standing.values()] == [left]


@pytest.mark.clause("M365-21.1")
async def test_what_was_called_back_may_be_asked_for_again_in_its_month() -> None:
    contract = await provided(BASIC)
    for wanted, is_taken in ((12, True), (12, False), (10, True), (13, True)):
        outcome = await contract.ask_for("2026-03-02", "1", licences=wanted, effective_on="2026-03-16")
        assert outcome.accepted is is_taken
    await contract.until(at("2026-03-17"))
    assert held(contract)[0] == 13


@pytest.mark.clause("M365-21.2", "M365-23")
async def test_fewer_from_the_renewal_take_back_more_for_a_day_after_it() -> None:
    """12 for 16 March, then 6 from 12 March: 6 is what was asked for last, and the customer is told that 12 are off."""
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-02", "1", licences=12, effective_on="2026-03-16")).accepted
    fewer = await contract.ask_for("2026-03-03", "1", licences=6, effective_on="2026-03-12")
    # The answer to the second request names the first as what is off, and no refusal.
    assert [each["event"] for each in fewer.events] == ["addition.dropped", "change.requested", "subscription.changed"]
    dropped = {"subscription": "1", "licences": 2, "from": "2026-03-16", "reason": "fewer were asked for since"}
    assert fewer.events[0]["data"] == dropped
    (letter,) = contract.letters(MailKind.CHANGE_REFUSED)
    why = "vēl 2 Licences no 16.03.2026: pēc tam ir pieteikts mazāks Licenču skaits"
    assert letter.facts["reason"] == f"{contract.held().name}, {why}"
    await contract.until(at("2026-03-18"))
    assert held(contract) == (6, [(6, date(2026, 3, 12))])


@pytest.mark.clause("M365-21.2", "M365-23")
async def test_more_that_the_distributor_never_took_do_not_outlive_a_renewal_with_fewer() -> None:
    """12 for today while ALSO is down, 6 from the renewal; ALSO answers again two days into the next term."""
    contract = await provided(BASIC)
    await contract.until(at("2026-03-02"))
    contract.is_silent = True
    assert (await contract.ask_for("2026-03-02T13:00", "1", licences=12)).accepted
    assert (await contract.ask_for("2026-03-03", "1", licences=6, effective_on="2026-03-12")).accepted
    await contract.until(at("2026-03-14"))
    contract.is_silent = False
    await contract.until(at("2026-03-16"))
    assert held(contract)[0] == 6
    assert len(contract.letters(MailKind.CHANGE_REFUSED)) == 1


@pytest.mark.clause("M365-23", "M365-46")
async def test_more_for_a_day_before_the_agreed_end_still_come() -> None:
    """The end on 11 March is agreed on the 2nd, ALSO is told on the 6th; the licences are for the 9th."""
    contract = await provided(BASIC)
    await contract.until(at("2026-03-02"))
    assert (await contract.act("agree_end", on="2026-03-11", note="Agreed A-1")).accepted
    assert (await contract.ask_for("2026-03-02T13:00", "1", licences=12, effective_on="2026-03-09")).accepted
    await contract.until(at("2026-03-10"))
    assert contract.held().is_disconnected
    assert held(contract) == (12, [(10, date(2026, 2, 12)), (2, date(2026, 3, 9))])


@pytest.mark.clause("M365-23", "M365-44.1")
async def test_more_that_a_withheld_renewal_takes_away_are_answered() -> None:
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-02", "1", licences=12, effective_on="2026-03-16")).accepted
    assert (await contract.act("suspend", ground="breach", note="Found on 3 March")).accepted
    await contract.until(at("2026-03-13"))
    assert contract.held().ended_on == date(2026, 3, 11)
    assert len(contract.letters(MailKind.CHANGE_REFUSED)) == 1


@pytest.mark.clause("M365-21.2")
async def test_no_two_subscriptions_get_one_product_on_a_last_day() -> None:
    """The first has been renewed this morning with Premium, from tomorrow; the second asks for it at its own."""
    contract = await provided(BASIC, product("Standard", "year", 3, "12.00"))
    premium = offered("Premium", "month", "21.80")
    assert (await contract.ask_for("2026-03-02", "1", product=premium)).accepted
    outcome = await contract.ask_for("2026-03-11T10:00", "2", product=premium)
    assert (outcome.accepted, outcome.reason) == (
        False,
        f"product: the content has {premium['sku']} by the month already",
    )


@pytest.mark.clause("M365-21.2")
async def test_another_product_is_called_back_by_asking_for_the_present_one() -> None:
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-02", "1", product=offered("Premium", "month", "21.80"))).accepted
    assert (await contract.ask_for("2026-03-03", "1", product=offered("Basic", "month", "6.10"))).accepted
    await contract.until(at("2026-03-12"))
    assert contract.held().name == "Microsoft 365 Business Basic"
    assert content_of(contract.state.versions, date(2026, 3, 12)).products[0].price_per_licence == Decimal("6.10")
    outcome = await contract.ask_for("2026-03-13", "1", product=offered("Basic", "month", "6.10"))
    assert not outcome.accepted


@pytest.mark.clause("M365-21.1", "M365-24")
async def test_more_after_some_were_left_early_renew_without_those() -> None:
    """10, of which 6 are left early: 4 renew. 11 are asked for, one more: 11 in use, and 5 renew."""
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-02", "1", licences=4, leave_early=True)).accepted
    assert (await contract.ask_for("2026-03-03", "1", licences=11)).accepted
    assert held(contract)[0] == 11
    await contract.until(at("2026-03-12"))
    assert held(contract) == (5, [(5, date(2026, 3, 12))])


@pytest.mark.clause("M365-21.1", "M365-24")
async def test_a_refused_request_takes_no_addition_away() -> None:
    contract = await provided(product("Basic", "year", 10, "6.10"))
    assert (await contract.ask_for("2026-03-02", "1", licences=6, leave_early=True)).accepted
    assert (await contract.ask_for("2026-03-03", "1", licences=12, effective_on="2026-03-16")).accepted
    assert not (await contract.ask_for("2026-03-04", "1", licences=6, leave_early=True)).accepted
    await contract.until(at("2026-03-17"))
    assert held(contract)[0] == 12


@pytest.mark.clause("M365-21.1", "M365-21.2")
@pytest.mark.parametrize("is_refused", [False, True])
async def test_what_was_to_renew_before_an_addition_does_so_where_that_does_not_come(is_refused: bool) -> None:
    """6 from the renewal on, then 12 after all: called back, or refused by ALSO, and 6 renew."""
    contract = await provided(BASIC)
    assert (await contract.ask_for("2026-03-02", "1", licences=6)).accepted
    if is_refused:
        contract.refuses = {BASIC["sku"]: "no more of these"}
        assert (await contract.ask_for("2026-03-03", "1", licences=12)).accepted
        contract.refuses = {}
    else:
        assert (await contract.ask_for("2026-03-03", "1", licences=12, effective_on="2026-03-09")).accepted
        assert (await contract.ask_for("2026-03-04", "1", licences=10)).accepted
    await contract.until(at("2026-03-13"))
    assert held(contract) == (6, [(6, date(2026, 3, 12))])
    assert [one.renewal_licences for one in contract.standing.values()] == [6]


@pytest.mark.clause("M365-24")
async def test_a_request_on_the_morning_after_the_last_day_is_refused() -> None:
    """Given up for 11 March; at two in the morning its end is not decided yet."""
    contract = await provided(BASIC, product("Standard", "year", 3, "12.00"))
    assert (await contract.ask_for("2026-03-02", "1", licences=0)).accepted
    outcome = await contract.ask_for("2026-03-12T02:00", "1", licences=0, leave_early=True)
    assert (outcome.accepted, (outcome.reason or "")[:30]) == (False, "subscription: its term has end")


@pytest.mark.clause("M365-9", "M365-37")
async def test_a_comparison_waits_for_what_else_is_late_at_that_instant() -> None:
    """Suspended, and nobody at work over the last days of the second subscription, which ends a day earlier at ALSO."""
    contract = await provided(BASIC, product("Standard", "month", 3, "12.00"))
    assert (await contract.act("suspend", ground="breach", note="Found on 12 February")).accepted
    contract.change(102, ends_on=date(2026, 3, 10))
    await contract.until(at("2026-03-08"))
    await contract.down_until(at("2026-03-13T09:00"))
    await contract.until(at("2026-03-14"))
    assert [one.ended_on for one in contract.licensing.subscriptions] == [date(2026, 3, 11)] * 2


@pytest.mark.clause("M365-45", "M365-48.1")
async def test_what_is_refused_is_not_ordered_once_all_else_is_given_up() -> None:
    """Standard by the year is refused, Basic given up: were it ordered later, a year of it would be charged."""
    standard = product("Standard", "year", 3, "12.00")
    contract = DrivenLicences(BASIC, standard)
    contract.refuses = {standard["sku"]: "not for this customer"}
    await contract.approve("2026-02-12")
    assert (await contract.ask_for("2026-02-20", "1", licences=0)).accepted
    contract.refuses = {}
    await contract.until(at("2026-03-13"))
    assert (contract.state.stage, contract.held("2").account_id) == ("ended", None)
    assert contract.told_with("contract.ended")[-1]["on"] == "2026-03-11"
