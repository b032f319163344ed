"""Nothing of a contract is lost between two runs, and every event it can tell is one of the timeline's."""

from __future__ import annotations

import ast
import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.converter import plain_converter
from schemas.charges import LatePayment
from schemas.invoice import DateRange
from schemas.licensing import LicensingState
from schemas.receivables import CreditUse, InterestBill, InterestDays, InvoiceInterest, SettledPart
from schemas.rehearsal import Clock, Rehearsal
from schemas.scenario import Scenario
from schemas.state import ContractInput, ContractState, ContractView, Ground, StatementAwaited
from schemas.timeline import EVENTS
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import ACCEPTED_AT
from tests.workflows.test_refusals import at, live_through, sent, serving
from workflows import view

ONE, DAY = Decimal("1.00"), ACCEPTED_AT.date()
USED: dict[str, Any] = {"invoice": "1", "month": "2026-04", "due_on": DAY, "total": ONE, "claimed": False}
ROOT = Path(__file__).parents[2]
SCENARIO = Scenario.model_validate(
    {"payer": {"days_late": "12"}, "acts": [{"at": "2026-02-16T09:00", "act": "agree_onboarding", "on": "soon"}]}
)


def handed_over(start: ContractInput) -> ContractInput:
    """What the next run gets."""
    converter = plain_converter.payload_converter
    [received] = converter.from_payloads(converter.to_payloads([start]), [ContractInput])
    assert isinstance(received, ContractInput)
    return received


def deadlines(contract: DrivenContract) -> list[tuple[Any, ...]]:
    return [(contract._due_at(duty), duty.rank, duty.key, duty.what, duty.clauses) for duty in contract.duties()]


def same_in_the_next_run(contract: DrivenContract) -> DrivenContract:
    start = ContractInput(rehearsal=Rehearsal(scenario=SCENARIO), state=contract.state)
    received = handed_over(start)
    assert received == start
    following = DrivenContract(state=received.state)
    following.now = contract.now
    assert deadlines(following) == deadlines(contract)
    assert following._view() == contract._view()
    return following


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["onboarding", "serving"]), st.lists(sent(), max_size=12))
def test_the_next_run_knows_all_that_this_one_did(stage: str, acts: list[tuple[str, dict[str, Any], int]]) -> None:
    same_in_the_next_run(asyncio.run(live_through(stage, acts)))


async def test_no_part_of_the_state_is_left_out() -> None:
    """A contract in which everything has happened that a state can hold, so that no field is at its default."""
    contract = await serving()
    first: dict[str, dict[str, str | dict[str, str]]] = {
        "announce_change": {"changes": {"price_per_user": "13.50"}, "effective_on": "2026-12-01"},
        "request_change": {"from_email": "anna@example.lv", "users": "12", "effective_on": "2026-06-15"},
        "withdraw_consent": {"consent": "network_access"},
        "switch_off_term": {"clause": "IT-43.2", "note": "Held contrary to law"},
        "suspend": {"ground": "breach", "note": "Found on 17 March"},
        "give_notice": {"by": "customer", "end_on": "2026-12-31", "signed_by": "Anna Bērziņa"},
    }
    for name, fields in first.items():
        assert (await contract.act(name, **fields)).accepted
    await contract.until(at(5, 2))
    then: dict[str, dict[str, str]] = {
        "record_visit": {"on": "2026-04-20", "minutes_on_site": "30", "minutes_travel": "0", "in_riga": "true"},
        "credit": {"from": "2026-04-06", "to": "2026-04-07", "reason": "Nobody answered"},
        "record_payment": {"amount": "400.00", "paid_on": "2026-05-02"},
        "declare_force_majeure": {"note": "Flood"},
        "end_force_majeure": {},
    }
    for name, facts in then.items():
        assert (await contract.act(name, **facts)).accepted
    state = contract.state
    state.clock = Clock(business_origin=ACCEPTED_AT, real_origin=ACCEPTED_AT, speed=60)
    state.network_work_agreed_on = [ACCEPTED_AT.date()]
    state.postponed = {"agents": ACCEPTED_AT}
    state.past_grounds = [Ground(ground="unpaid", clause="IT-40.1", since=ACCEPTED_AT.date(), invoices=["1"])]
    state.licensing, state.refused_instructions = LicensingState(company_id=1), 1
    state.not_served = [DateRange(from_=ACCEPTED_AT.date(), to=ACCEPTED_AT.date())]
    state.statement_awaited = StatementAwaited(decided_on=DAY, asked_on=DAY, until=ACCEPTED_AT)
    state.credit_used = [CreditUse(**USED, amount=ONE, on=DAY)]
    state.ending.ended_on = state.ending.erase_on = ACCEPTED_AT.date()
    late = LatePayment(invoice="1", amount=ONE, due_on=DAY, paid_on=DAY, percent=ONE, counted_from=DAY)
    state.settled_parts = [SettledPart(invoice="1", month="2026-04", due_on=DAY, amount=ONE, paid_on=DAY, percent=ONE)]
    state.interest = [InvoiceInterest(invoice="1", net=ONE, days=[InterestDays(late=late, document="NP1")])]
    state.interest_waits_since = ACCEPTED_AT
    state.interest_documents = 1
    state.renewed, state.no_renewal_before = state.period, ACCEPTED_AT
    state.interest_bills = [InterestBill(number="NP1", left=ONE, credit_notes=1)]
    state.unsent_letters = state.closed = True
    state.letter_tries, state.older_act_ids, state.fingerprint = 2, ["act-1"], "5f"
    state.versions_let_go = 1
    state.silent_since = state.silence_told = {"distributor": ACCEPTED_AT}
    state.acts_taken, state.user_erasures, state.scenario_position, state.payer_seen = 7, 1, 3, ["BB-2026-000001"]
    empty = {"credit"}
    left = {name for name in ContractState.model_fields if not getattr(state, name)} - empty
    assert not left
    assert handed_over(ContractInput(state=state)).state == state


async def test_what_people_are_shown_holds_no_contacts_data() -> None:
    contract = await serving()
    seen = contract._view()
    assert ContractView.model_validate_json(seen.model_dump_json()) == seen
    shown = view.markdown(seen) + seen.model_dump_json() + str(view.search_attributes(seen))
    for personal in ("Anna", "anna@example.lv", "+371", "rekini@example.lv"):
        assert personal not in shown


def told_events() -> set[str]:
    """The events named in the code: the first argument of `tell`, and `event=` of an Event."""
    told = set()
    for path in [*ROOT.glob("workflows/**/*.py"), *ROOT.glob("activities/**/*.py"), *ROOT.glob("schemas/act.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="tell"), args=[ast.Constant(value=str(event)), *_]):
                    told.add(event)
                case ast.keyword(arg="event", value=ast.Constant(value=str(event))):
                    told.add(event)
                case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))):
                    told |= {one, other} if one.endswith(".refused") else set()
    return told


def test_every_event_of_the_timeline_is_told_and_no_other() -> None:
    assert told_events() == EVENTS
