"""What needs a person, by exact dates: each rule on the day before it holds and on the first day it does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from schemas.attention import (
    ContractFacts,
    FailingActivity,
    InvoiceToPrint,
    LettersOfAKind,
    Milestone,
    RefusalsOfAKind,
    UnpaidInvoice,
    UnsoundInvoice,
)
from schemas.base import RIGA
from terms.attention import failing, items, stuck

PLANS = ("Pamata", "Standarta")
SIGNED_AT = datetime(2026, 2, 10, 11, 20, tzinfo=RIGA)  # a Tuesday


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=RIGA)


def happened(day: date, event: str, *clauses: str, **data: Any) -> Milestone:
    return Milestone(at=noon(day), event=event, clauses=clauses, data=data)


def told(today: date | datetime, *milestones: Milestone, **known: Any) -> list[tuple[str, str, str]]:
    """What is to be done, with its date and urgency, on a contract of which this is known."""
    now = today if isinstance(today, datetime) else noon(today)
    fields = {"stage": "active", "signed_at": SIGNED_AT, "plan": "Standarta", **known}
    facts = ContractFacts(contract="IT-1", service="it_support", now=now, milestones=milestones, **fields)
    return [(item.what, item.on.isoformat(), item.urgency) for item in items(facts, PLANS)]


def clauses(today: date, *milestones: Milestone, **known: Any) -> set[str]:
    fields = {"stage": "active", "signed_at": SIGNED_AT, **known}
    facts = ContractFacts(contract="IT-1", service="it_support", now=noon(today), milestones=milestones, **fields)
    return {clause for item in items(facts, PLANS) for clause in item.clauses}


def test_a_contract_in_good_order_needs_nobody() -> None:
    assert told(date(2026, 5, 1), period_to=date(2027, 3, 16), unpaid=(unpaid(date(2026, 5, 15)),)) == []


# Onboarding (IT-5)


@pytest.mark.clause("IT-5")
def test_a_time_is_to_be_agreed_within_five_working_days() -> None:
    onboarding = {"stage": "onboarding"}
    assert told(date(2026, 2, 17), **onboarding) == []
    assert told(date(2026, 2, 18), **onboarding) == [("Agree a time for the onboarding", "2026-02-17", "today")]
    assert clauses(date(2026, 2, 18), **onboarding) == {"IT-5"}
    assert told(date(2026, 2, 18), stage="onboarding", onboarding_at=noon(date(2026, 3, 16))) == []
    assert told(date(2026, 2, 18), stage="ended") == []


@pytest.mark.clause("IT-5")
def test_the_agreed_day_is_to_be_kept() -> None:
    agreed = {"stage": "onboarding", "onboarding_at": noon(date(2026, 3, 16))}
    assert told(date(2026, 3, 16), **agreed) == []
    late = [("Finish the onboarding, or agree a new time", "2026-03-16", "today")]
    assert told(date(2026, 3, 17), **agreed) == late
    assert told(date(2026, 3, 17), happened(date(2026, 3, 16), "audit.recorded"), **agreed) == late


@pytest.mark.clause("IT-5")
def test_a_confirmation_that_cannot_leave_is_urgent() -> None:
    done = (happened(date(2026, 3, 16), "audit.recorded"), happened(date(2026, 3, 16), "rmm.installed"))
    agreed = {"stage": "onboarding", "onboarding_at": noon(date(2026, 3, 16))}
    assert told(date(2026, 3, 16), *done, **agreed) == [("Get the Confirmation sent", "2026-03-16", "urgent")]


# Letters


def letters(status: str, at: datetime, kind: str = "invoice") -> tuple[LettersOfAKind, ...]:
    fields = {"kind": kind, "role": "invoice_delivery", "channel": "email", "status": status, "at": at, "count": 2}
    return (LettersOfAKind.model_validate(fields),)


def test_mail_may_wait_an_hour() -> None:
    queued = letters("queued", noon(date(2026, 4, 1)))
    assert told(noon(date(2026, 4, 1)) + timedelta(hours=1), letters=queued) == []
    later = noon(date(2026, 4, 1)) + timedelta(hours=1, seconds=1)
    assert told(later, letters=queued) == [("Check the mail server", "2026-04-01", "urgent")]


@pytest.mark.clause("IT-58")
@pytest.mark.parametrize("status", ["refused", "bounced", "nobody"])
def test_a_letter_that_did_not_arrive_asks_for_an_address(status: str) -> None:
    known = letters(status, noon(date(2026, 4, 1)))
    assert told(date(2027, 4, 1), letters=known) == [("Ask for a right address", "2026-04-01", "today")]
    assert clauses(date(2026, 4, 1), letters=known) == {"IT-19", "IT-58"}
    assert told(date(2026, 4, 1), letters=known, stage="closed") == []


@pytest.mark.clause("IT-19")
def test_a_letter_to_post_is_shown_for_five_working_days() -> None:
    """Issued on 1 April: the 2nd, then over Easter the 7th, 8th, 9th and 10th."""
    known = letters("postal", noon(date(2026, 4, 1)))
    assert told(date(2026, 4, 1), letters=known) == [("Print and post", "2026-04-01", "today")]
    assert told(date(2026, 4, 10), letters=known) == [("Print and post", "2026-04-01", "today")]
    assert told(date(2026, 4, 11), letters=known) == []


# Refused acts


@pytest.mark.clause("IT-25")
def test_a_refused_act_is_shown_for_five_working_days() -> None:
    refused = RefusalsOfAKind(
        act="request_change",
        reason="users: one change a month",
        clauses=("IT-24.2",),
        at=noon(date(2026, 4, 1)),
        count=3,
    )
    facts = ContractFacts(
        contract="IT-1",
        service="it_support",
        now=noon(date(2026, 4, 10)),
        stage="closed",
        signed_at=SIGNED_AT,
        refusals=(refused,),
    )
    [item] = items(facts, PLANS)
    assert (item.what, item.on, item.clauses) == ("See to the refused act", date(2026, 4, 1), ("IT-24.2",))
    assert item.why == "request_change was refused (3 times): users: one change a month"
    assert told(date(2026, 4, 11), refusals=(refused,)) == []


# Suspension


def unpaid(due_on: date) -> UnpaidInvoice:
    return UnpaidInvoice(number="BB-2026-000001", due_on=due_on)


SUSPENSION = [("Call the customer about payment", "2026-04-26", "urgent")]


@pytest.mark.clause("IT-40.1")
def test_the_day_before_a_suspension_the_customer_is_called() -> None:
    """Due on 15 April, so day 11 is 26 April."""
    known = {"unpaid": (unpaid(date(2026, 4, 15)),)}
    assert told(date(2026, 4, 24), **known) == []
    assert told(date(2026, 4, 25), **known) == SUSPENSION
    suspended = happened(date(2026, 4, 26), "service.suspended", "IT-40.1", ground="unpaid")
    assert told(date(2026, 4, 26), suspended, stage="suspended", **known) == []
    # What could not be decided on its day is decided at the next 06:00.
    assert told(date(2026, 4, 28), **known) == [("Call the customer about payment", "2026-04-29", "urgent")]
    assert clauses(date(2026, 4, 25), **known) == {"IT-40.1"}
    assert told(date(2026, 4, 25), stage="ended", **known) == []


@pytest.mark.clause("IT-40.1", "IT-65")
def test_no_suspension_comes_where_it_is_switched_off_or_there_already() -> None:
    known = {"unpaid": (unpaid(date(2026, 4, 15)),)}
    switched_off = happened(date(2026, 4, 1), "term.switched_off", clause="IT-40.1")
    assert told(date(2026, 4, 25), switched_off, **known) == []
    restored = happened(date(2026, 4, 2), "term.restored", clause="IT-40.1")
    assert told(date(2026, 4, 25), switched_off, restored, **known) == SUSPENSION
    suspended = happened(date(2026, 4, 20), "service.suspended", "IT-40.1", ground="unpaid")
    assert told(date(2026, 4, 25), suspended, stage="suspended", **known) == []
    cured = happened(date(2026, 4, 21), "ground.cured", "IT-40.1", ground="unpaid")
    assert told(date(2026, 4, 25), suspended, cured, **known) == SUSPENSION


@pytest.mark.clause("IT-64")
def test_force_majeure_holds_the_suspension_back() -> None:
    """Three days stand still, so day 11 is 29 April; while it lasts no day comes."""
    known = {"unpaid": (unpaid(date(2026, 4, 15)),)}
    declared = happened(date(2026, 4, 18), "force_majeure.declared", "IT-64")
    ended = happened(date(2026, 4, 21), "force_majeure.ended", "IT-64")
    assert told(date(2026, 4, 25), declared, ended, **known) == []
    assert told(date(2026, 4, 28), declared, ended, **known) == [
        ("Call the customer about payment", "2026-04-29", "urgent")
    ]
    assert told(date(2026, 4, 25), declared, **known) == []


# The end


REMOVED = happened(date(2026, 5, 2), "rmm.removed", "IT-41", agents=3)
SUSPENDED = happened(date(2026, 4, 1), "service.suspended", "IT-40.2", ground="non_cooperation")


@pytest.mark.clause("IT-43.2")
def test_the_day_before_a_termination_a_person_decides() -> None:
    """Suspended on 1 April, so terminated on 2 May."""
    decide = [("Decide before the termination", "2026-05-02", "urgent")]
    assert told(date(2026, 4, 30), SUSPENDED, stage="suspended") == []
    assert told(date(2026, 5, 1), SUSPENDED, stage="suspended") == decide
    terminated = happened(date(2026, 5, 2), "contract.ended", "IT-43.2", reason="terminated", on="2026-05-02")
    assert told(date(2026, 5, 2), SUSPENDED, terminated, REMOVED, stage="ended") == []
    assert told(date(2026, 5, 2), SUSPENDED, stage="suspended") == [
        ("Decide before the termination", "2026-05-03", "urgent")
    ]
    assert clauses(date(2026, 5, 1), SUSPENDED, stage="suspended") == {"IT-43.2", "IT-40.2"}
    cured = happened(date(2026, 4, 20), "ground.cured", "IT-40.2", ground="non_cooperation")
    assert told(date(2026, 5, 1), SUSPENDED, cured) == []
    switched_off = happened(date(2026, 4, 20), "term.switched_off", clause="IT-43.2")
    assert told(date(2026, 5, 1), SUSPENDED, switched_off, stage="suspended") == []


@pytest.mark.clause("IT-44", "IT-45")
def test_a_last_service_day_is_prepared_for_two_weeks() -> None:
    notice = happened(date(2026, 4, 1), "notice.given", "IT-44", end_on="2026-05-15", by="customer")
    known = {"ends_on": date(2026, 5, 15)}
    prepare = [("Prepare the end", "2026-05-15", "soon")]
    assert told(date(2026, 4, 30), notice, **known) == []
    assert told(date(2026, 5, 1), notice, **known) == prepare
    assert told(date(2026, 5, 15), notice, **known) == prepare
    assert told(date(2026, 5, 16), notice, **known) == []
    assert clauses(date(2026, 5, 1), notice, **known) == {"IT-44", "IT-41"}
    assert told(date(2026, 5, 1), notice, stage="ended", **known) == []


@pytest.mark.clause("IT-16")
def test_a_period_that_will_not_renew_is_told_thirty_days_ahead() -> None:
    known = {"period_to": date(2026, 5, 31)}
    assert told(date(2026, 5, 1), **known) == []
    settle = [("Settle whether the contract goes on", "2026-05-31", "soon")]
    breach = happened(date(2026, 4, 20), "service.suspended", "IT-40.4", ground="breach")
    assert told(date(2026, 4, 30), breach, stage="suspended", **known) == []
    assert told(date(2026, 5, 1), breach, stage="suspended", **known) == settle
    assert told(date(2026, 5, 1), ends_on=date(2026, 5, 31), **known) == [("Prepare the end", "2026-05-31", "soon")]
    both = {"period_to": date(2026, 5, 10), "ends_on": date(2026, 5, 10)}
    assert told(date(2026, 5, 1), **both) == [("Prepare the end", "2026-05-10", "soon")]


@pytest.mark.clause("IT-43.1", "IT-43.6", "IT-26")
def test_an_objection_and_a_withdrawn_consent_let_the_provider_end_the_contract() -> None:
    objected = happened(date(2026, 4, 1), "change.objected", "IT-26", announcement="1")
    withdrawn = happened(date(2026, 4, 2), "consent.withdrawn", "IT-43.6", consent="network_access")
    assert told(date(2026, 5, 1), objected, withdrawn) == [
        ("Decide on the objection", "2026-04-01", "soon"),
        ("Decide on the withdrawn consent", "2026-04-02", "soon"),
    ]
    assert clauses(date(2026, 5, 1), objected) == {"IT-26", "IT-43.1"}
    assert clauses(date(2026, 5, 1), withdrawn) == {"IT-P1.consents", "IT-43.6"}
    assert told(date(2026, 5, 1), objected, withdrawn, stage="ended") == []


# What else


@pytest.mark.clause("IT-P2.plan")
def test_a_plan_that_is_not_on_offer_is_checked() -> None:
    assert told(date(2026, 2, 10), plan="Zelta") == [("Check the plan with the customer", "2026-02-10", "soon")]
    assert told(date(2026, 2, 10), plan="Zelta", stage="closed") == []


@pytest.mark.clause("IT-54", "DPA-II.3.2")
def test_data_that_is_still_here_after_its_day_is_urgent() -> None:
    known = {"stage": "ended", "erase_on": date(2026, 6, 14)}
    assert told(date(2026, 6, 14), **known) == []
    assert told(date(2026, 6, 15), **known) == [("Get the data erased", "2026-06-14", "urgent")]
    assert told(date(2026, 6, 15), happened(date(2026, 6, 14), "data.erased", "IT-54"), **known) == []


def test_a_stuck_workflow_is_urgent() -> None:
    item = stuck("IT-1", date(2026, 6, 15))
    assert (item.contract, item.what, item.urgency) == ("IT-1", "Repair the stuck workflow", "urgent")


# Money that becomes known late


@pytest.mark.clause("IT-40.1")
def test_a_statement_is_to_be_imported_while_a_suspension_waits_for_it() -> None:
    # Due on 15 April: day 11 is Sunday the 26th, and it waits to Monday noon.
    awaited = happened(date(2026, 4, 26), "statement.awaited", "IT-40.1", until="2026-04-27T12:00:00+03:00", newest="x")
    overdue = {"unpaid": (unpaid(date(2026, 4, 15)),)}
    item = [("Import the bank statement", "2026-04-27", "urgent")]
    assert told(date(2026, 4, 26), awaited, **overdue) == item
    assert clauses(date(2026, 4, 26), awaited, **overdue) == {"IT-40.1", "IT-20"}
    assert told(datetime(2026, 4, 27, 11, 59, tzinfo=RIGA), awaited, **overdue) == item
    suspended = happened(date(2026, 4, 27), "service.suspended", "IT-40.1", ground="unpaid")
    assert told(datetime(2026, 4, 27, 12, tzinfo=RIGA), awaited, suspended, stage="suspended", **overdue) == []
    assert told(date(2026, 4, 26), awaited) == []


@pytest.mark.clause("IT-40.1")
def test_money_is_to_be_booked_while_a_suspension_waits_for_it() -> None:
    until = {"until": "2026-04-27T12:00:00+03:00", "newest": "2026-04-25"}
    latest = "2026-05-05T12:00:00+03:00"
    awaited = happened(date(2026, 4, 26), "statement.awaited", "IT-40.1", **until, unbooked=True, at_latest=latest)
    overdue = {"unpaid": (unpaid(date(2026, 4, 15)),)}
    assert told(date(2026, 4, 26), awaited, **overdue) == [("Book the money that came", "2026-04-27", "urgent")]
    now = noon(date(2026, 4, 26))
    facts = ContractFacts(
        contract="IT-1",
        service="it_support",
        now=now,
        stage="active",
        signed_at=SIGNED_AT,
        milestones=(awaited,),
        **overdue,
    )
    [item] = items(facts, [])
    assert "at 12:00 on 2026-04-27 unless money still waits" in item.why
    assert item.why.endswith(", and at 12:00 on 2026-05-05 all the same")


@pytest.mark.clause("IT-43.2")
def test_an_end_for_a_debt_that_had_been_paid_is_for_a_person_to_decide() -> None:
    data = {"reason": "terminated", "on": "2026-06-26", "paid_on": "2026-06-25"}
    questioned = happened(date(2026, 6, 29), "end.questioned", "IT-43.2", "IT-20", **data)
    item = [("Decide whether the end stands", "2026-06-29", "urgent")]
    assert told(date(2026, 7, 30), questioned, stage="ended") == item
    # Five working days after Monday 29 June: to Monday 6 July.
    assert told(date(2026, 7, 6), questioned, stage="closed") == item
    assert told(date(2026, 7, 7), questioned, stage="closed") == []


@pytest.mark.clause("IT-42")
def test_money_left_over_is_to_be_repaid() -> None:
    closed = happened(date(2026, 6, 1), "contract.closed", "IT-42", refund="801.56")
    item = [("Repay the customer", "2026-06-01", "today")]
    assert told(date(2026, 6, 1), closed, stage="closed") == item
    assert told(date(2026, 7, 1), closed, stage="closed") == item
    assert told(date(2026, 7, 2), closed, stage="closed") == []
    assert told(date(2026, 6, 1), happened(date(2026, 6, 1), "contract.closed", "IT-42"), stage="closed") == []


# Invoices as documents (IT-19)


@pytest.mark.clause("IT-19", "IT-P1.contact")
def test_an_invoice_stays_on_the_print_queue_until_it_is_printed() -> None:
    queued = InvoiceToPrint(number="BB-2026-000007", at=noon(date(2026, 5, 1)))
    # Far longer than the five working days for which other letters to post are shown.
    assert told(date(2026, 7, 1), to_print=(queued,)) == [("Print and post", "2026-05-01", "today")]
    assert clauses(date(2026, 7, 1), to_print=(queued,)) == {"IT-19"}


@pytest.mark.clause("IT-19")
def test_an_invoice_that_breaks_rules_is_urgent() -> None:
    unsound = UnsoundInvoice(number="BB-2026-000007", at=noon(date(2026, 5, 1)), broken=("BR-CO-10",))
    assert told(date(2026, 5, 1), unsound=(unsound,)) == [("Repair the e-invoice", "2026-05-01", "urgent")]


# After the end (IT-41)


@pytest.mark.clause("IT-41")
def test_agents_that_the_platform_does_not_remove_are_shown_until_they_are() -> None:
    ended = happened(date(2026, 4, 30), "contract.ended", "IT-41", reason="agreed", on="2026-04-30")
    left = [("Get the RMM agents removed", "2026-04-30", "urgent")]
    an_hour_later = datetime(2026, 4, 30, 13, 0, tzinfo=RIGA)
    assert told(an_hour_later, ended, stage="ended") == []
    assert told(an_hour_later + timedelta(seconds=1), ended, stage="ended") == left
    assert told(date(2026, 7, 1), ended, stage="closed") == left
    assert told(date(2026, 7, 1), ended, happened(date(2026, 6, 1), "rmm.removed"), stage="closed") == []


@pytest.mark.clause("M365-3", "M365-37")
def test_an_errand_that_fails_holds_up_nothing_else() -> None:
    """Whatever else fails is waited for; a partner's errand is put off for an hour, and the contract goes on."""
    said = {
        name: failing(FailingActivity(contract="M-1", activity=name, since=noon(date(2026, 3, 11)))).why
        for name in ("issue_invoice", "place_order")
    }
    since = "fails again and again since 2026-03-11 12:00, and"
    assert said == {
        "issue_invoice": f"its activity issue_invoice {since} nothing else of it is done;"
        " see the last failure in the Temporal UI",
        "place_order": f"its activity place_order {since} is tried every hour while all else of it goes on;"
        " see the last failure in the Temporal UI",
    }
