"""Lets a contract live in a simulation, and reads its timeline back as a story to be held against hand calculations."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger import reading
from runtime.embedded.temporal import server_time, skip
from runtime.stack import Stack
from runtime.temporal import status_of
from schemas.contract import parse_contract
from schemas.erasure import PARTNERS, erasure_workflow_id
from schemas.rehearsal import Clock
from schemas.scenario import parse_scenario
from schemas.state import ContractView
from schemas.timeline import TimelineEvent
from schemas.workflow_id import workflow_id
from starter.door import ActNotDone, Door
from terms.calendar import ONE_DAY, at_local, local_date
from terms.clock import business_time
from tests.resting import until_at_rest

Play = Callable[[dict[str, Any], dict[str, Any], date | datetime], Awaitable["Story"]]
"""Plays a contract with a scenario through the end of a day, or until an instant."""


class Story:
    """One contract's life so far: what its timeline tells, and the doors for what the scenario cannot do."""

    def __init__(self, stack: Stack, number: str) -> None:
        self.number = number
        self.stack = stack
        self.door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        self.timeline: list[TimelineEvent] = []

    # What happened

    def events(self, *names: str) -> list[TimelineEvent]:
        """The events of these names in order; all of them if none is named."""
        return [event for event in self.timeline if not names or event.event in names]

    def told(self, *names: str) -> list[str]:
        """The same, a line an event: `2026-04-16T06:00:00+03:00 claim.sent IT-22`."""
        lines = (f"{event.at.isoformat()} {event.event} {','.join(event.clauses)}" for event in self.events(*names))
        return [line.rstrip() for line in lines]

    def told_once_connected(self) -> list[str]:
        """All that is told after the Confirmation and the audit report that comes with it."""
        told = self.told()
        confirmed = [position for position, line in enumerate(told) if " service.confirmed " in line]
        report, *rest = told[confirmed[0] + 1 :]
        assert report.endswith(" audit_report.sent IT-6")
        return rest

    def at(self, name: str) -> list[str]:
        """When events of this name fell."""
        return [event.at.isoformat() for event in self.events(name)]

    def data(self, name: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events(name)]

    def invoices(self) -> list[str]:
        """`2026-03-09..2026-03-31 net 36.73 vat 7.71 total 44.44 due 2026-04-15`, one each."""
        form = "{from}..{to} net {net} vat {vat} total {total} due {due_on}"
        return [form.format(**invoice) for invoice in self.data("invoice.issued")]

    def lines(self, month: str) -> list[str]:
        """The lines of a month's invoice: `5 x 9.90, 2026-03-09..2026-03-31: 36.73`."""
        form = "{quantity} x {unit_price}, {from}..{to}: {net}"
        return [form.format(**line) for line in self._invoice(month)["lines"]]

    def invoice(self, month: str) -> str:
        """The number of the invoice for a month such as 2026-03."""
        return str(self._invoice(month)["number"])

    def _invoice(self, month: str) -> dict[str, Any]:
        (found,) = (each for each in self.data("invoice.issued") if each["from"].startswith(month))
        return found

    async def letters(self) -> list[str]:
        """What was written, in order: `2026-04-16 email claim to invoice_delivery: sent`, by Riga's dates."""
        rows = await self.stack.pool.fetch("SELECT * FROM letters WHERE contract = $1 ORDER BY id", self.number)
        form = "{day} {channel} {kind} to {role}: {status}"
        return [form.format(day=local_date(row["at"]), **row) for row in rows]

    # What people do beside the scenario

    async def live_until(self, moment: date | datetime) -> None:
        """Let the contract live through the end of a day, or until an instant, and read its timeline."""
        until = moment if isinstance(moment, datetime) else at_local(moment + ONE_DAY, time())
        row = await reading.contract_row(self.stack.pool, self.number)
        assert row is not None, "the contract is on record"
        clock = Clock(business_origin=row["business_origin"], real_origin=row["real_origin"])
        ahead = until - business_time(clock, await server_time(self.stack.client))
        assert ahead > timedelta(), "time does not go back"
        await skip(self.stack.client, ahead)
        await self.read()

    async def read(self) -> None:
        self.timeline = await reading.timeline(self.stack.pool, self.number)

    async def act(self, act: str, act_id: str | None = None, **fields: Any) -> str:
        """Do an act through the door: `done`, or why it was refused."""
        try:
            await self.door.act(self.number, act, fields, act_id)
        except ActNotDone as refused:
            return refused.reason
        finally:
            await self.read()
        return "done"

    async def view(self) -> ContractView:
        return await self.door.view(self.number)

    @property
    def workflow(self) -> WorkflowHandle[Any, Any]:
        return self.stack.client.get_workflow_handle(workflow_id(self.number))


class Player:
    """Starts stories one after another in one simulation; each contract has its own number and its own clock."""

    _numbers = count(1)

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.stories: list[Story] = []

    async def play(self, contract: dict[str, Any], scenario: dict[str, Any], until: date | datetime) -> Story:
        document = {"number": f"STORY-{next(self._numbers)}", **contract}
        signed = parse_contract(json.dumps(document).encode())
        story = Story(self.stack, signed.number)
        await story.door.accept(signed, parse_scenario(json.dumps(scenario).encode()))
        self.stories.append(story)
        await story.live_until(until)
        return story

    async def end(self) -> None:
        """Stop contracts that would live on through the stories to come."""
        for story in self.stories:
            for workflow in (story.workflow.id, erasure_workflow_id(story.number, PARTNERS)):
                if await _is_running(self.stack.client, workflow):
                    handle = self.stack.client.get_workflow_handle(workflow)
                    await until_at_rest(handle)
                    await handle.terminate("the story is told")


async def _is_running(client: Client, workflow: str) -> bool:
    try:
        return await status_of(client, workflow) is WorkflowExecutionStatus.RUNNING
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
