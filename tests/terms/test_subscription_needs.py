"""What needs a person about subscriptions: each rule on the day before it holds and on the first day it does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from schemas.attention import ContractFacts, DueItem, LettersOfAKind, Milestone, RefusalsOfAKind, UnpaidInvoice
from schemas.base import RIGA
from terms.attention import items

SIGNED_AT = datetime(2026, 2, 10, 11, 20, tzinfo=RIGA)  # a Tuesday


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=RIGA)


def happened(day: date, event: str, *clauses: str, **data: Any) -> Milestone:
    return Milestone(at=noon(day), event=event, clauses=clauses, data=data)


def due(today: date, *milestones: Milestone, **known: Any) -> list[DueItem]:
    fields = {"stage": "active", "signed_at": SIGNED_AT, **known}
    facts = ContractFacts(contract="M-1", service="microsoft365", now=noon(today), milestones=milestones, **fields)
    return items(facts, ("Standarta",))


def told(today: date, *milestones: Milestone, **known: Any) -> list[tuple[str, str, str]]:
    return [(item.what, item.on.isoformat(), item.urgency) for item in due(today, *milestones, **known)]


def agreed(day: date) -> Milestone:
    return happened(day, "agreement.accepted", "M365-5", on=day.isoformat())


def approved(partner: str, day: date) -> Milestone:
    return happened(day, "reseller.approved", "M365-5", partner=partner, on=day.isoformat())


def ordered(subscription: str = "1") -> Milestone:
    return happened(date(2026, 2, 16), "subscription.ordered", "M365-3", subscription=subscription)


def confirmed(first_day: str, last_day: str, subscription: str = "1") -> Milestone:
    term = {"from": first_day, "to": last_day, "licences": 10, "price_per_licence": "5.60"}
    return happened(
        date.fromisoformat(first_day), "subscription.confirmed", "M365-3", subscription=subscription, **term
    )


YEARLY = (ordered(), confirmed("2026-02-16", "2027-02-15"))
MONTHLY = (ordered("2"), confirmed("2026-02-16", "2026-03-15", "2"))
RENEWAL = "Tell the customer of the renewal"
APPROVALS = "Get the customer's approvals"


def test_a_contract_in_good_order_needs_nobody() -> None:
    assert told(date(2026, 6, 1), *YEARLY, *MONTHLY, period_to=None) == []


# Approvals and the order


@pytest.mark.clause("M365-5", "M365-6")
def test_missing_approvals_are_told_once_the_time_to_order_is_over() -> None:
    """Signed on Tuesday the 10th: the third working day is Friday the 13th."""
    asked = [happened(date(2026, 2, day), "approvals.asked", "M365-5") for day in (10, 17)]
    known = (*asked, agreed(date(2026, 2, 11)))
    assert told(date(2026, 2, 13), *known, stage="onboarding") == []
    [item] = due(date(2026, 2, 14), *known, stage="onboarding")
    assert (item.what, item.on, item.urgency) == (APPROVALS, date(2026, 2, 13), "today")
    assert item.clauses == ("M365-5", "M365-6")
    assert item.why == (
        "missing since 2026-02-10, asked for 2 times: the approval of the distributor, the approval of the provider as"
        " reseller; nothing is ordered before"
    )
    assert told(date(2026, 2, 14), *known, stage="ended") == []


@pytest.mark.clause("M365-3", "M365-6", "M365-10")
def test_the_order_is_due_three_working_days_after_the_last_approval() -> None:
    """All but the agreement on the 11th, the agreement on Friday the 20th: the 23rd, 24th and 25th are worked."""
    conditions = (
        approved("distributor", date(2026, 2, 11)),
        approved("provider", date(2026, 2, 11)),
        agreed(date(2026, 2, 20)),
    )
    assert told(date(2026, 2, 25), *conditions, stage="onboarding") == []
    late = [("Get the subscriptions ordered", "2026-02-25", "urgent")]
    assert told(date(2026, 2, 26), *conditions, stage="onboarding") == late
    [item] = due(date(2026, 2, 26), *conditions, ordered("1"), ordered("2"), stage="onboarding")
    assert (item.what, item.clauses) == ("Get the Confirmation sent", ("M365-3", "M365-10"))
    assert item.why.endswith("within 3 working days of the last approval; ordered so far: 1, 2")
    assert told(date(2026, 2, 26), *conditions, *YEARLY) == []


@pytest.mark.clause("M365-5")
def test_a_delegation_that_nobody_approves_is_told_for_a_while() -> None:
    """Asked for on 10 February: the fifth working day is the 17th; 60 days later it is 11 April."""
    asked = happened(date(2026, 2, 10), "delegation.asked", "M365-5", is_offered=True)
    missing = [("Get the delegation approved", "2026-02-10", "soon")]
    assert told(date(2026, 2, 17), asked, *YEARLY) == []
    assert told(date(2026, 2, 18), asked, *YEARLY) == missing
    assert told(date(2026, 4, 11), asked, *YEARLY) == missing
    assert told(date(2026, 4, 12), asked, *YEARLY) == []
    assert told(date(2026, 2, 18), asked, happened(date(2026, 2, 12), "delegation.approved"), *YEARLY) == []
    without = happened(date(2026, 2, 10), "delegation.asked", "M365-5", is_offered=False)
    assert told(date(2026, 2, 18), without, *YEARLY) == []


# Renewals


@pytest.mark.clause("M365-9", "M365-21.2")
def test_a_year_that_begins_anew_is_told_from_seven_days_before_until_it_is_too_late() -> None:
    """Its last day is 15 February: 7 days before is the 8th, fewer licences are taken until the 10th."""
    assert told(date(2027, 2, 7), *YEARLY) == []
    coming = [(RENEWAL, "2027-02-10", "soon")]
    assert told(date(2027, 2, 8), *YEARLY) == coming
    assert told(date(2027, 2, 10), *YEARLY) == coming
    assert told(date(2027, 2, 11), *YEARLY) == []
    [item] = due(date(2027, 2, 8), *YEARLY)
    assert item.why == (
        "subscription 1 (10 licences) renews on 2027-02-15 for another year;"
        " fewer licences or another product are taken until 2027-02-10"
    )
    again = {"from": "2027-02-16", "to": "2028-02-15", "licences": 8}
    renewed = happened(date(2027, 2, 15), "subscription.renewed", "M365-9", subscription="1", **again)
    assert told(date(2027, 2, 20), *YEARLY, renewed) == []
    assert told(date(2028, 2, 8), *YEARLY, renewed) == [(RENEWAL, "2028-02-10", "soon")]


@pytest.mark.clause("M365-9")
def test_what_will_not_begin_anew_is_not_told() -> None:
    day = date(2027, 2, 8)
    leaving = happened(date(2027, 1, 4), "subscription.changed", subscription="1", licences=0, at_renewal=True)
    staying = happened(date(2027, 1, 4), "subscription.changed", subscription="1", licences=5, at_renewal=True)
    assert told(day, *YEARLY, leaving) == []
    assert told(day, *YEARLY, staying) == [(RENEWAL, "2027-02-10", "soon")]
    assert RENEWAL not in [what for what, _, _ in told(day, *YEARLY, ends_on=date(2027, 2, 15))]
    # A month's renewal is no news to anybody.
    assert told(date(2026, 3, 8), *MONTHLY) == []


@pytest.mark.clause("M365-44.1")
def test_while_suspended_nothing_renews_and_a_person_settles_it() -> None:
    known = [("Settle whether the subscription goes on", "2026-03-15", "soon")]
    assert told(date(2026, 3, 7), *MONTHLY, stage="suspended") == []
    assert told(date(2026, 3, 8), *MONTHLY, stage="suspended") == known
    assert told(date(2026, 3, 15), *MONTHLY, stage="suspended") == known


@pytest.mark.clause("M365-9", "M365-17")
def test_a_renewal_withheld_without_cause_is_told_for_thirty_days_and_is_no_end_of_the_contract() -> None:
    """Recorded on 13 April; 30 days later it is 13 May."""
    facts = {"subscription": "2", "reason": "withheld", "on": "2026-04-11", "paid_on": "2026-03-25"}
    questioned = happened(date(2026, 4, 13), "end.questioned", "M365-9", "M365-17", **facts)
    [item] = due(date(2026, 5, 13), *YEARLY, questioned)
    assert (item.what, item.on, item.urgency) == ("Settle the renewal that was withheld", date(2026, 4, 13), "urgent")
    assert item.why == "subscription 2 was not renewed after 2026-04-11 for a debt that was paid on 2026-03-25"
    assert told(date(2026, 5, 14), *YEARLY, questioned) == []


# What the distributor and Microsoft do


def refused(what: str, *clauses: str) -> Milestone:
    return happened(date(2026, 5, 4), "subscription.refused", *clauses, subscription="1", what=what, reason="No credit")


@pytest.mark.clause("M365-48.1")
@pytest.mark.parametrize(
    ("what", "event", "other"),
    [
        ("order", "subscription.ordered", "subscription.changed"),
        ("addition", "subscription.changed", "renewal.taken"),
        # That another number was asked for does not say that ALSO has taken it over.
        ("renewal change", "renewal.taken", "subscription.changed"),
    ],
)
def test_a_refusal_stays_until_what_was_refused_succeeds(what: str, event: str, other: str) -> None:
    refusal = refused(what, "M365-48.1")
    [item] = due(date(2026, 9, 1), *YEARLY, refusal)
    assert (item.what, item.on, item.urgency) == (f"Settle the refused {what}", date(2026, 5, 4), "urgent")
    assert item.why == f"the {what} of subscription 1 was refused: No credit"
    assert item.clauses == ("M365-48.1",)
    assert told(date(2026, 9, 1), *YEARLY, refusal, *MONTHLY) == [(item.what, "2026-05-04", "urgent")]
    done = happened(date(2026, 5, 5), event, subscription="1", licences=12)
    assert told(date(2026, 9, 1), *YEARLY, refusal, done) == []
    beside = happened(date(2026, 5, 5), other, subscription="1", licences=12)
    assert told(date(2026, 9, 1), *YEARLY, refusal, beside) == [(item.what, "2026-05-04", "urgent")]
    assert told(date(2026, 9, 1), *YEARLY, refusal, stage="ended") == []


@pytest.mark.clause("M365-46", "M365-37")
def test_a_cancellation_is_to_be_taken_over_within_a_day() -> None:
    left = happened(date(2027, 2, 16), "subscription.disconnected", "M365-46", subscription="1", last_day="2027-02-15")
    cancel = [("Get the subscription cancelled", "2027-02-16", "urgent")]
    assert told(date(2027, 2, 17), *YEARLY, left) == []
    assert told(date(2027, 2, 18), *YEARLY, left) == cancel
    assert told(date(2027, 2, 18), *YEARLY, left, stage="ended") == cancel
    cancelled = happened(date(2027, 2, 17), "subscription.cancelled", "M365-46", subscription="1")
    assert told(date(2027, 2, 18), *YEARLY, left, cancelled) == []
    # What was refused already is told at once, and no order after it settles it.
    refusal = refused("cancellation", "M365-37")
    more = happened(date(2026, 5, 4), "subscription.changed", subscription="1", licences=12)
    [item] = due(date(2026, 5, 4), *YEARLY, refusal, more)
    assert (item.what, item.on, item.clauses) == (cancel[0][0], date(2026, 5, 4), ("M365-46", "M365-37"))
    assert item.why.endswith("subscription 1, which may go on and cost: No credit")
    # A closed contract asks no more: a person is told for 30 days, 1 June to 1 July.
    closed = happened(date(2027, 6, 1), "contract.closed", "M365-46", subscriptions_not_cancelled=["1"])
    assert told(date(2027, 7, 1), *YEARLY, left, closed, stage="closed") == cancel
    assert told(date(2027, 7, 2), *YEARLY, left, closed, stage="closed") == []


@pytest.mark.clause("M365-5", "M365-13", "M365-46")
@pytest.mark.parametrize(
    ("unknown", "what", "clauses"),
    [
        ("registration_unknown", "Look for the customer at the distributor", ("M365-13", "M365-46")),
        ("delegation_unknown", "Look for the delegation at Microsoft", ("M365-5", "M365-46")),
    ],
)
def test_what_a_closed_contract_never_had_an_answer_to_is_looked_for(
    unknown: str, what: str, clauses: tuple[str, ...]
) -> None:
    closed = happened(date(2027, 6, 1), "contract.closed", "M365-46", **{unknown: True})
    [item] = due(date(2027, 7, 1), closed, stage="closed")
    assert (item.what, item.on, item.urgency, item.clauses) == (what, date(2027, 6, 1), "urgent", clauses)
    assert due(date(2027, 7, 2), closed, stage="closed") == []


@pytest.mark.clause("M365-37")
def test_a_difference_at_the_distributor_is_told_with_its_effect() -> None:
    differences = [
        {"subscription": "1", "what": "licences", "ours": 10, "theirs": 12, "euro": "11.20"},
        {"subscription": "2", "what": "state", "ours": "active", "theirs": None, "euro": None},
    ]
    differs = happened(date(2026, 5, 4), "distributor.differs", "M365-37", differences=differences)
    [item] = due(date(2026, 5, 9), *YEARLY, differs)
    assert (item.what, item.on, item.urgency) == ("Settle the difference", date(2026, 5, 4), "today")
    assert item.why == (
        "subscription 1: licences 10 with us, 12 at the distributor (11.20 EUR);"
        " subscription 2: state active with us, nothing at the distributor"
    )
    assert told(date(2026, 5, 9), *YEARLY, differs, happened(date(2026, 5, 5), "distributor.agrees")) == []


@pytest.mark.clause("M365-33", "M365-44.2")
def test_a_vendors_suspension_is_told_until_it_is_lifted() -> None:
    suspended = happened(date(2026, 5, 4), "vendor.suspended", "M365-33", subscription="1")
    resumed = happened(date(2026, 5, 6), "vendor.resumed", "M365-33", subscription="1")
    other = happened(date(2026, 5, 6), "vendor.resumed", "M365-33", subscription="2")
    item = [("Settle the vendor's suspension", "2026-05-04", "urgent")]
    assert told(date(2026, 5, 7), *YEARLY, suspended) == item
    assert told(date(2026, 5, 7), *YEARLY, suspended, other) == item
    assert told(date(2026, 5, 7), *YEARLY, suspended, resumed) == []


# What every service has


@pytest.mark.clause("M365-16", "M365-19", "M365-25", "M365-44.1", "M365-46", "M365-48.2", "M365-48.3", "M365-55")
def test_shared_items_name_the_points_of_this_contract() -> None:
    """Due on 15 April: day 11 is 26 April; suspended on the 26th, terminated on 26 April + 31 = 27 May."""
    overdue = (UnpaidInvoice(number="BB-2026-000001", due_on=date(2026, 4, 15)),)
    [call] = due(date(2026, 4, 25), unpaid=overdue)
    assert (call.what, call.on, call.clauses) == (
        "Call the customer about payment",
        date(2026, 4, 26),
        ("M365-44.1",),
    )
    suspended = happened(date(2026, 4, 26), "service.suspended", "M365-44.1", ground="unpaid")
    [decide] = due(date(2026, 5, 26), suspended, stage="suspended")
    assert (decide.on, decide.clauses) == (date(2026, 5, 27), ("M365-48.3", "M365-44.1"))
    notice = happened(date(2026, 5, 1), "notice.given", "M365-49", end_on="2026-06-05", by="provider")
    [end] = due(date(2026, 6, 1), notice, ends_on=date(2026, 6, 5))
    assert end.clauses == ("M365-49", "M365-46")
    objected = happened(date(2026, 5, 1), "change.objected", "M365-25", announcement="1")
    assert [item.clauses for item in due(date(2026, 5, 2), objected)] == [("M365-25", "M365-48.2")]
    [erase] = due(date(2026, 6, 15), stage="ended", erase_on=date(2026, 6, 14))
    assert erase.clauses == ("M365-46", "M365-51", "DPA-I.1.1", "DPA-II.3.2")


@pytest.mark.clause("M365-3", "M365-55")
@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("invoice", "M365-16"),
        ("claim", "M365-19"),
        ("subscriptions_confirmed", "M365-3"),
        ("prices_announced", "M365-25"),
        ("service_resumed", "M365-28"),
    ],
)
def test_a_letter_that_came_back_names_why_it_was_written(kind: str, clause: str) -> None:
    fields = {"kind": kind, "role": "administrator", "channel": "email", "status": "bounced", "count": 1}
    letters = (LettersOfAKind.model_validate({**fields, "at": noon(date(2026, 5, 1))}),)
    assert [item.clauses for item in due(date(2026, 5, 2), letters=letters)] == [(clause, "M365-55")]


def test_steps_of_it_support_are_asked_of_nobody() -> None:
    ended = happened(date(2026, 5, 1), "contract.ended", "M365-46", reason="agreed", on="2026-05-01")
    assert told(date(2026, 6, 1), *YEARLY, ended, stage="ended") == []
    refusal = RefusalsOfAKind(
        act="request_change", reason="licences: too late", clauses=("M365-21.2",), at=noon(date(2026, 5, 1)), count=1
    )
    assert [item.clauses for item in due(date(2026, 5, 2), *YEARLY, refusals=(refusal,))] == [("M365-21.2",)]


# An order whose answer was lost


@pytest.mark.clause("M365-37", "M365-46")
def test_an_order_that_the_distributor_may_have_is_looked_for_by_a_person_until_it_is_known() -> None:
    unknown = happened(date(2026, 2, 13), "order.unknown", "M365-37", "M365-46", subscription="1")
    look = [("Look for the order at the distributor", "2026-02-13", "urgent")]
    assert told(date(2026, 6, 1), unknown, stage="ended") == look
    assert told(date(2026, 6, 1), unknown, happened(date(2026, 2, 14), "order.absent", subscription="1")) == []


@pytest.mark.clause("M365-37", "M365-46")
def test_an_order_found_after_the_end_is_settled_with_the_distributor() -> None:
    """Found on 14 February: shown for 30 days, to 16 March; that it is to be cancelled goes on until it is."""
    unknown = happened(date(2026, 2, 13), "order.unknown", "M365-37", subscription="1")
    found = happened(date(2026, 2, 14), "order.found", "M365-37", subscription="1", account=101, last_day="2027-02-11")
    settle = ("Settle the order that nobody pays for", "2026-02-14", "today")
    cancel = ("Get the subscription cancelled", "2026-02-14", "urgent")
    assert told(date(2026, 2, 15), unknown, found, stage="ended") == [settle]
    assert told(date(2026, 2, 16), unknown, found, stage="ended") == [cancel, settle]
    cancelled = happened(date(2026, 2, 16), "subscription.cancelled", "M365-46", subscription="1")
    assert told(date(2026, 3, 16), unknown, found, cancelled, stage="ended") == [settle]
    assert told(date(2026, 3, 17), unknown, found, cancelled, stage="ended") == []
    (item,) = due(date(2026, 3, 16), unknown, found, cancelled, stage="ended")
    assert item.why == (
        "the distributor has the order of subscription 1, whose answer was lost, as account 101 until 2027-02-11;"
        " it is wanted no more, and no customer pays for it"
    )


# A partner that does not answer


@pytest.mark.clause("M365-5", "M365-37")
def test_a_partner_that_does_not_answer_is_asked_about_until_it_does() -> None:
    """Silent since the 11th; of Microsoft for 60 days, up to 10 May."""

    def of(partner: str, event: str, day: int) -> Milestone:
        since = {"partner": partner, "since": "2026-03-11T06:00:00+02:00"}
        return happened(date(2026, 3, day), event, "M365-37", **since)

    also, microsoft = (of(partner, "distributor.silent", 12) for partner in ("distributor", "microsoft"))
    asked = ("Find out why the distributor does not answer", "2026-03-11", "urgent")
    delegation = ("Find out why Microsoft Graph does not answer", "2026-03-11", "urgent")
    assert told(date(2026, 5, 10), also, microsoft, *YEARLY) == [asked, delegation]
    assert told(date(2026, 5, 11), also, microsoft, *YEARLY) == [asked]
    assert told(date(2026, 5, 10), also, microsoft, of("distributor", "distributor.answers", 13), *YEARLY) == [
        delegation
    ]
    # After the end a delegation is looked for and ended, whenever that is.
    assert told(date(2026, 5, 11), microsoft, stage="ended") == [delegation]
    assert told(date(2026, 5, 10), also, *YEARLY, stage="closed") == []
