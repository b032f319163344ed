"""The RMM platform does not answer at the end: acts, erasure and closing wait for no partner (IT-41, exact rule 10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import pytest
from temporalio.exceptions import ActivityError

from schemas.base import Frozen
from schemas.partners import AgentsOrder
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.submissions import Submission

Result = TypeVar("Result")

GIVEN_UP_AFTER = timedelta(seconds=25)
"""Two attempts of 12 seconds, a second apart."""


class PlatformDown(DrivenContract):
    """Asks a platform that does not answer in any attempt."""

    times_asked = 0
    is_down = True

    async def ask_partner(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        if not self.is_down:
            return await super().ask_partner(activity, request, result, summary)
        self.times_asked += 1
        self.now += GIVEN_UP_AFTER
        raise ActivityError(
            "the platform is down",
            scheduled_event_id=1,
            started_event_id=2,
            identity="",
            activity_type=activity,
            activity_id="1",
            retry_state=None,
        )


async def terminated() -> PlatformDown:
    """On 11 May at 12:00, nothing ever paid: 404.96 for March and 211.75 for April are open."""
    contract = PlatformDown(state=(await serving()).state)
    contract.acts_sent = contract.state.acts_recorded
    await contract.until(at(5, 11))
    assert (await contract.act("terminate", clause="IT-43.3", note="Maksātnespēja")).accepted
    return contract


def payment() -> Submission:
    return Submission(act="record_payment", act_id="p-1", payload={"amount": "10.00", "paid_on": "2026-05-11"})


@pytest.mark.clause("IT-41")
async def test_acts_are_done_while_the_platform_is_down() -> None:
    contract = await terminated()
    # Asked at 12:00 and given up after 25 seconds; the hand-over follows, and the act that came meanwhile.
    sent = payment()
    contract._inbox.append(sent)
    while sent.outcome is None:
        await contract._next_step()
    assert contract.times_asked == 1
    assert sent.outcome.at == at(5, 11) + GIVEN_UP_AFTER
    assert contract.told("data.handed_over", "payment.recorded") == [
        "2026-05-11 12:00 data.handed_over",
        "2026-05-11 12:00 payment.recorded",
    ]
    # The next try comes an hour after the failure, not after the beginning of it.
    assert contract.state.postponed["agents"] == at(5, 11) + GIVEN_UP_AFTER + timedelta(hours=1)
    # An act that is there at that very instant does not wait for it.
    contract.now = contract.state.postponed["agents"]
    at_the_hour = Submission(act="record_dispute", act_id="d-1", payload={"note": "Rēķins"})
    contract._inbox.append(at_the_hour)
    await contract._next_step()
    assert (at_the_hour.outcome is not None, contract.times_asked) == (True, 1)


@pytest.mark.clause("IT-41", "IT-42")
async def test_a_contract_closes_without_the_platform_which_is_asked_on() -> None:
    contract = await terminated()
    await contract.until(at(5, 12, 12))
    for open_invoice in list(contract.state.invoices):
        fields = {"amount": f"{open_invoice.open:.2f}", "paid_on": "2026-05-12"}
        assert (await contract.act("record_payment", **fields)).accepted
    await contract.until(at(5, 25, 7))
    # Last service day 11 May + 14 days: erased on 25 May, all is paid.
    assert contract.told("data.erased", "contract.closed", "rmm.removed") == [
        "2026-05-25 06:00 data.erased",
        "2026-05-25 06:00 contract.closed",
    ]
    (closed,) = [event for entry in contract.entries for event in entry.events if event.event == "contract.closed"]
    assert closed.data == {"agents": "not removed"}
    assert [one for one in contract.orders if isinstance(one, AgentsOrder)] == [
        AgentsOrder(contract=contract.number, clock=contract.state.clock)
    ]
    # From 11 May 12:00 to 25 May 06:00 are 13 days and 18 hours: 330 hours, and each try is 25 seconds later than
    # an hour after the last: 1188000 s / 3625 s = 327.7, so 328 tries with the first.
    assert contract.times_asked == 328


@pytest.mark.clause("IT-41")
async def test_agents_removed_in_a_later_hour_are_told_then() -> None:
    contract = await terminated()
    await contract.until(at(5, 11, 12) + timedelta(minutes=30))
    contract.is_down = False
    await contract.until(at(5, 25, 7))
    told = [entry.at for entry in contract.entries for event in entry.events if event.event == "rmm.removed"]
    assert told == [at(5, 11, 13) + GIVEN_UP_AFTER]
    assert not [one for one in contract.orders if isinstance(one, AgentsOrder)]
