"""What is decided at 06:00 has been in `ligums due` on the day before: the facts against the workflow, day by day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from schemas.attention import ContractFacts, Milestone, UnpaidInvoice
from terms.attention import items
from terms.calendar import ONE_DAY, decision_at, local, local_date
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.periods import end_of

CALL, DECIDE = "Call the customer about payment", "Decide before the termination"
SETTLE, PREPARE = "Settle whether the contract goes on", "Prepare the end"


def due(contract: DrivenContract) -> list[tuple[str, str]]:
    """What the ledger's facts of the contract say is to be done now, and the day it turns on."""
    state = contract.state
    facts = ContractFacts(
        contract=contract.number,
        service=state.contract.service,
        now=contract.now,
        stage=state.stage,
        signed_at=state.contract.signed_at,
        period_to=end_of(state.period) if state.period else None,
        ends_on=state.planned_end.on if state.planned_end else None,
        milestones=tuple(
            Milestone(at=entry.at, event=event.event, clauses=event.clauses, data=event.data)
            for entry in contract.entries
            for event in entry.events
            if event.event != "contract.closed"
        ),
        unpaid=tuple(UnpaidInvoice(number=one.number, due_on=one.due_on) for one in state.invoices if one.due_on),
    )
    return [(item.what, item.on.isoformat()) for item in items(facts, ("Standarta",))]


async def to_the_next_morning(contract: DrivenContract) -> list[str]:
    """Which of these fall at the next 06:00 after now."""
    told = len(contract.told("service.suspended", "contract.ended"))
    await contract.until(decision_at(local_date(contract.now) + ONE_DAY))
    return contract.told("service.suspended", "contract.ended")[told:]


async def paid(contract: DrivenContract, until: datetime) -> None:
    """Every invoice is paid at noon of the day after it is issued."""
    while contract.now < until:
        await contract.until(min(until, contract.now + ONE_DAY))
        for invoice in list(contract.state.invoices):
            fields = {"amount": f"{invoice.open:.2f}", "paid_on": local(contract.now).date().isoformat()}
            assert (await contract.act("record_payment", **fields)).accepted


@pytest.mark.clause("IT-40.1", "IT-43.2")
async def test_who_never_pays_is_told_of_on_the_day_before_and_on_no_other() -> None:
    # March's invoice of 1 April is due on the 15th: day 11 is 26 April. Suspended then, terminated on 26 April + 31.
    contract = await serving()
    told = {}
    while contract.state.stage != "ended":
        ahead = [each for each in due(contract) if each[0] in (CALL, DECIDE)]
        happened = await to_the_next_morning(contract)
        if ahead or happened:
            told[happened[0] if happened else "nothing"] = ahead
        await contract.until(contract.now + timedelta(hours=6))
    assert told == {
        "2026-04-26 06:00 service.suspended": [(CALL, "2026-04-26")],
        "2026-05-27 06:00 contract.ended": [(DECIDE, "2026-05-27")],
    }


@pytest.mark.clause("IT-40.1")
async def test_a_payment_taken_back_after_day_11_suspends_at_the_next_decision() -> None:
    # April's invoice of 1 May is due on the 15th, day 11 is 26 May; paid, and taken back by the bank on the 28th.
    contract = await serving()
    await paid(contract, at(5, 28, 10))
    assert due(contract) == []
    last = contract.state.payments[-1].id
    assert (await contract.act("reverse_payment", payment=last, reason="Banka atsauca")).accepted
    assert due(contract) == [(CALL, "2026-05-29")]
    assert await to_the_next_morning(contract) == ["2026-05-29 06:00 service.suspended"]


@pytest.mark.clause("IT-40.1", "IT-65")
async def test_a_clause_that_is_restored_suspends_at_the_next_decision() -> None:
    contract = await serving()
    assert (await contract.act("switch_off_term", clause="IT-40.1", note="Strīds")).accepted
    await contract.until(at(5, 4))
    assert due(contract) == []
    assert (await contract.act("restore_term", clause="IT-40.1")).accepted
    assert due(contract) == [(CALL, "2026-05-05")]
    assert await to_the_next_morning(contract) == ["2026-05-05 06:00 service.suspended"]


@pytest.mark.clause("IT-64", "IT-40.1")
async def test_force_majeure_before_six_stops_the_day_itself() -> None:
    # Declared on 26 April at 03:00, before that day's 06:00: day 11 stands still. It ends on the 28th at noon, and
    # the next 06:00 is that of day 11.
    contract = await serving()
    await contract.until(at(4, 26, 3))
    assert due(contract) == [(CALL, "2026-04-26")]
    assert (await contract.act("declare_force_majeure", note="Plūdi")).accepted
    assert due(contract) == []
    await contract.until(at(4, 28))
    assert (await contract.act("end_force_majeure")).accepted
    assert due(contract) == [(CALL, "2026-04-29")]
    assert await to_the_next_morning(contract) == ["2026-04-29 06:00 service.suspended"]


@pytest.mark.clause("IT-16", "IT-65")
async def test_a_period_that_no_clause_renews_is_told_thirty_days_ahead() -> None:
    # 3 months from 17 March 2026 end on 16 June; 16 June - 30 days = 17 May.
    contract = await serving(period_months="3")
    assert (await contract.act("switch_off_term", clause="IT-16", note="Strīds")).accepted
    await paid(contract, at(5, 16))
    assert due(contract) == []
    await paid(contract, at(5, 17))
    assert due(contract) == [(SETTLE, "2026-06-16")]
    await paid(contract, at(6, 16))
    assert due(contract) == [(SETTLE, "2026-06-16")]
    assert await to_the_next_morning(contract) == ["2026-06-17 06:00 contract.ended"]


async def restored(instant: datetime) -> DrivenContract:
    """Periods of 3 months from 17 March end on 16 June; IT-16 is switched off at once, and applies again from then."""
    contract = await serving(period_months="3", price_per_user="0.00", setup_fee="0.00")
    assert (await contract.act("switch_off_term", clause="IT-16", note="Strīds")).accepted
    await contract.until(instant)
    assert (await contract.act("restore_term", clause="IT-16")).accepted
    return contract


@pytest.mark.clause("IT-16", "IT-65")
@pytest.mark.parametrize("instant", [at(6, 16, 6), at(6, 16, 23), at(6, 17, 3)])
async def test_a_renewal_restored_after_it_was_due_comes_too_late(instant: datetime) -> None:
    # What a restored clause makes due falls at the next 06:00: that of 17 June, when the period has run out.
    contract = await restored(instant)
    if local_date(instant).day == 16:
        assert due(contract) == [(SETTLE, "2026-06-16")]
    coming = [(one.at, one.what) for one in contract._view().deadlines]
    assert (at(6, 17, 6), "End of the contract (period_ended)") in coming
    await contract.until(at(6, 17, 7))
    assert contract.told("period.renewed", "contract.ended") == ["2026-06-17 06:00 contract.ended"]
    assert str(contract.state.ending.ended_on) == "2026-06-16"


@pytest.mark.clause("IT-16", "IT-65")
async def test_a_renewal_restored_before_it_is_due_comes_on_its_day() -> None:
    contract = await restored(at(6, 16, 5))
    assert due(contract) == []
    await contract.until(at(6, 17, 7))
    assert contract.told("period.renewed", "contract.ended") == ["2026-06-16 06:00 period.renewed"]
