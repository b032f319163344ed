"""Who goes first where a contract is behind its clock, and an act is there (exact rule 1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.rehearsal import Clock
from schemas.state import ContractState
from terms.calendar import local
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.entity import ContractEntity
from workflows.steps import Duty
from workflows.submissions import Submission


class Rehearsed(DrivenContract):
    """Its business clock runs far ahead: a year has passed on it where nothing is done yet."""

    def __init__(self, state: ContractState) -> None:
        super().__init__(state=state)
        self.now = state.reached
        state.clock = Clock(business_origin=self.now, real_origin=self.now - timedelta(days=1), speed=365)

    def _business_now(self, duty: Duty | None) -> datetime:
        return ContractEntity._business_now(self, duty)

    async def steps(self, count: int) -> None:
        for _ in range(count):
            await self._next_step()


async def behind(*sent: Submission) -> Rehearsed:
    contract = Rehearsed((await serving()).state)
    contract._inbox.extend(sent)
    return contract


def payment(amount: str, paid_on: str) -> Submission:
    payload = {"amount": amount, "paid_on": paid_on}
    return Submission(act="record_payment", act_id=f"{paid_on} {amount}", payload=payload)


async def test_an_act_is_done_before_the_next_duty_and_at_its_instant() -> None:
    contract = await behind(payment("10.00", "2026-03-17"))
    await contract.steps(1)
    # The next duty, the invoice of 1 April, is not passed: the act is done on its instant, before it.
    assert contract.told("payment.recorded", "invoice.issued") == ["2026-04-01 06:00 payment.recorded"]
    await contract.steps(1)
    assert contract.invoices_ordered[0].at == at(4, 1, 6)
    contract._inbox.append(payment("20.00", "2026-04-01"))
    await contract.steps(1)
    assert contract.told("payment.recorded")[1:] == [f"{local(contract.state.reached):%Y-%m-%d %H:%M} payment.recorded"]
    assert contract.state.reached < at(4, 17)


async def test_acts_and_duties_take_turns() -> None:
    disputes = [Submission(act="record_dispute", act_id=f"{each}", payload={"note": "Rēķins"}) for each in range(3)]
    contract = await behind(*disputes)
    done = []
    for _ in range(5):
        await contract.steps(1)
        done.append(sum(one.outcome is not None for one in disputes))
    assert done == [1, 1, 2, 2, 3]


async def test_money_sent_while_a_contract_catches_up_is_known_before_the_next_decision() -> None:
    # 404.96 for March are due on 15 April; sent as soon as the invoice is there, they are claimed on no day.
    contract = await behind()
    while not contract.invoices_ordered:
        await contract.steps(1)
    contract._inbox.append(payment("404.96", "2026-04-01"))
    while contract.state.reached < at(5, 1, 6):
        await contract.steps(1)
    assert contract.told("payment.recorded", "claim.sent", "service.suspended")[1:] == []


async def test_what_follows_from_a_step_at_once_is_not_parted_from_it() -> None:
    # Both wait after the invoice of 1 April: between the end and the hand-over it brings about nothing else is done.
    contract = await behind()
    while not contract.invoices_ordered:
        await contract.steps(1)
    terminated = Submission(act="terminate", act_id="1", payload={"clause": "IT-43.3", "note": "Maksātnespēja"})
    contract._inbox.extend([terminated, Submission(act="confirm_handover", act_id="2", payload={})])
    await contract.steps(4)
    assert terminated.outcome is not None
    assert terminated.outcome.accepted
    assert contract.told("rmm.removed", "data.handed_over", "handover.confirmed", "act.refused") == [
        "2026-04-01 06:00 rmm.removed",
        "2026-04-01 06:00 data.handed_over",
        "2026-04-01 06:00 handover.confirmed",
    ]
