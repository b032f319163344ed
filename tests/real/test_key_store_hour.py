"""The key store is away for an hour of the server's own time, in which contracts have duties and acts due.

While a workflow task waits, the skipping clock goes at its real pace: each task holds a lock on it. So for the hour
those locks are taken off, and put back before the keys are.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.common import RawValue

from activities.ledger import reading
from runtime.converter import plain_converter
from runtime.embedded.temporal import lock_time_skipping, unlock_time_skipping
from schemas.timeline import TimelineEvent
from schemas.workflow_id import workflow_id
from sealing.errors import KeyStoreUnreachable
from sealing.payloads import encoded_for_intake
from terms.calendar import decision_at, local_date, next_month_start
from tests.real.lives import signed
from tests.real.production import Production, production
from tests.real.watching import assert_mail_arrived_once, count_of, until, until_posted
from workflows.insisting import PAUSE_AFTER_FAILURE

pytestmark = [pytest.mark.long, pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

HOUR = timedelta(hours=1)
TEN_MINUTES = timedelta(minutes=10)
AN_INSTANT = timedelta(milliseconds=500)
ONE_MINUTE = timedelta(minutes=1)
SIX = "06:00"
HELD_UP = (EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT)
TASK_DONE = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
DISPUTE = {"note": "Anna Bērziņa apstrīd"}


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What a contract has behind it: its timeline, its letters, and when the keys were back after the first hour."""

    timeline: Sequence[TimelineEvent]
    letters: Sequence[tuple[object, ...]]
    back: datetime


class Tries(logging.Handler):
    """Counts the tries of workflow tasks that failed, as the SDK logs each."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += record.msg.startswith("Failed handling activation")


@pytest.fixture
def tries() -> Iterator[Tries]:
    counting, logger = Tries(), logging.getLogger("temporalio.worker._workflow")
    logger.addHandler(counting)
    yield counting
    logger.removeHandler(counting)


@pytest.mark.clause("IT-19", "IT-22", "IT-40.1")
async def test_an_hour_without_keys_delays_contracts_and_changes_nothing_else(tries: Tries) -> None:
    undisturbed, disturbed = await lived(None), await lived(tries)
    for quiet, delayed in zip(undisturbed, disturbed, strict=True):
        assert _but_instants(delayed.timeline) == _but_instants(quiet.timeline)
        assert delayed.letters == quiet.letters
        for name in ("invoice.issued", "claim.sent", "service.suspended"):
            assert _hours(quiet.timeline, name) == [SIX]
        # Late by the hour; the claim was on record when the keys went, and what was not in an hour came on time.
        (issued,) = [event.at for event in delayed.timeline if event.event == "invoice.issued"]
        assert delayed.back <= issued <= delayed.back + ONE_MINUTE
        assert _hours(delayed.timeline, "claim.sent") == _hours(delayed.timeline, "service.suspended") == [SIX]
    told = [event.event for event in disturbed[-1].timeline]
    assert [told.count(name) for name in ("change.requested", "dispute.recorded")] == [1, 1]


async def lived(tries: Tries | None) -> list[Lived]:
    """Two contracts from their Confirmation to a suspension; with `tries` two of the hours are without keys."""
    async with production() as here, here.mail_server() as mailbox:
        contracts = [signed(), signed()]
        numbers = [contract.number for contract in contracts]
        for contract in contracts:
            await here.connect_service(contract)
        first = next_month_start(local_date(await here.now()))
        back = await _hour_of_invoices(here, numbers, first, tries)
        due_on = (await reading.invoices(here.pool, numbers[0]))[0].due_on
        await _hour_of_claims(here, numbers, due_on + timedelta(days=1), away=tries is not None)
        await here.skip_to(decision_at(due_on + timedelta(days=11)) + AN_INSTANT)
        for number in numbers:
            await until(partial(_told, here, number, "service.suspended"), "the service is suspended")
            await until_posted(here.pool, number)
            assert not await _is_held_up(here, number)
            await assert_mail_arrived_once(here.pool, number, mailbox)
        return [
            Lived(
                timeline=await reading.timeline(here.pool, number),
                letters=await _letters(here, number),
                back=back,
            )
            for number in numbers
        ]


async def _hour_of_invoices(here: Production, numbers: Sequence[str], day: date, tries: Tries | None) -> datetime:
    """From 05:50: invoices fall due at 06:00, then the last contract gets acts; when the keys were back."""
    due, last = decision_at(day), numbers[-1]
    request = {"from_email": "anna@example.lv", "users": 12, "effective_on": (day + timedelta(days=60)).isoformat()}
    await here.skip_to(due - TEN_MINUTES)
    sealed = await _sealed_by_the_web_interface(here, request)
    if tries is None:
        await here.skip_to(due + AN_INSTANT)
        await _signal(here, last, "request_change", sealed)
        await here.skip_to(due - TEN_MINUTES + HOUR)
        back = await here.now()
    else:
        async with keys_away(here):
            await here.skip_to(due + AN_INSTANT)
            await _until_held_up(here, numbers)
            async with waiting_tasks_do_not_hold_the_clock(here, len(numbers)):
                await _signal(here, last, "request_change", sealed)
                with pytest.raises(KeyStoreUnreachable):
                    await here.door.act(last, "record_dispute", DISPUTE, "the dispute")
                for passed in range(2, 7):
                    before = tries.count
                    await here.skip_to(due - TEN_MINUTES + passed * TEN_MINUTES)
                    await until(partial(_more_than, tries, before), "it is tried again")
                for number in numbers:
                    assert not await _told(here, number, "invoice.issued")
            # Before they are: the clock goes on while they come back, and the invoices go out at once.
            back = await here.now()
    for number in numbers:
        await until(partial(_told, here, number, "invoice.issued"), "the invoice is issued")
    for _ in range(2):
        assert (await here.door.act(last, "record_dispute", DISPUTE, "the dispute")).accepted
    assert await _told(here, last, "change.requested")
    return back


async def _hour_of_claims(here: Production, numbers: Sequence[str], day: date, *, away: bool) -> None:
    """From 06:00, when the claims are just being recorded, so that it is their letters that wait."""
    due = decision_at(day)
    if not away:
        await here.skip_to(due + HOUR)
        return
    async with AsyncExitStack() as gone:
        async with here.pool.acquire() as db, db.transaction():
            await db.execute("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE")
            await here.skip_to(due + AN_INSTANT)
            await until(partial(_waiting_for_the_table, here, len(numbers)), "the claims are being recorded")
            await gone.enter_async_context(keys_away(here))
        # The last try that patience allows comes within the last minute; then the workflow is told, and held up.
        await here.skip_to(due + HOUR - ONE_MINUTE)
        await _until_held_up(here, numbers)
        async with waiting_tasks_do_not_hold_the_clock(here, len(numbers)):
            await here.skip_to(due + HOUR)
        assert await _unsent_claims(here) == len(numbers)
    for number in numbers:
        await until(partial(_is_answered, here, number), "the workflow goes on")
    await here.let_pass(PAUSE_AFTER_FAILURE + ONE_MINUTE)
    assert await _unsent_claims(here) == 0


@asynccontextmanager
async def keys_away(here: Production) -> AsyncIterator[None]:
    away = here.real.settings.keys_folder.rename(here.real.folder / "keys-away")
    try:
        yield
    finally:
        away.rename(here.real.settings.keys_folder)


@asynccontextmanager
async def waiting_tasks_do_not_hold_the_clock(here: Production, tasks: int) -> AsyncIterator[None]:
    for _ in range(tasks):
        await unlock_time_skipping(here.real.client)
    try:
        yield
    finally:
        for _ in range(tasks):
            await lock_time_skipping(here.real.client)


async def _sealed_by_the_web_interface(here: Production, fields: dict[str, Any]) -> Payload:
    (clear,) = plain_converter.payload_converter.to_payloads([fields])
    return await encoded_for_intake(here.real.sealer.keys, clear)


async def _signal(here: Production, number: str, act: str, payload: Payload) -> None:
    """As the web interface does: it has no keys, and sends the payload as the codec server gave it."""
    client = here.real.client
    keyless = Client(client.service_client, namespace=client.namespace, data_converter=plain_converter)
    await keyless.get_workflow_handle(workflow_id(number)).signal(act, RawValue(payload))


async def _until_held_up(here: Production, numbers: Sequence[str]) -> None:
    for number in numbers:
        await until(partial(_is_held_up, here, number), "a workflow task is held up")


async def _is_held_up(here: Production, number: str) -> bool:
    """Whether the last workflow task of the contract that came to an end has failed."""
    history = await here.real.client.get_workflow_handle(workflow_id(number)).fetch_history()
    ends = [event.event_type for event in history.events if event.event_type in (*HELD_UP, TASK_DONE)]
    return bool(ends) and ends[-1] in HELD_UP


async def _is_answered(here: Production, number: str) -> bool:
    return not await _is_held_up(here, number)


async def _told(here: Production, number: str, event: str) -> bool:
    return await count_of(here.pool, number, event) > 0


async def _more_than(tries: Tries, before: int) -> bool:
    return tries.count > before


async def _waiting_for_the_table(here: Production, activities: int) -> bool:
    waiting = await here.pool.fetchval("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
    return bool(waiting == activities)


async def _letters(here: Production, number: str) -> list[tuple[object, ...]]:
    rows = await here.pool.fetch(
        "SELECT channel, kind, role, status, facts::text FROM letters"
        " WHERE contract = $1 AND kind <> 'onboarding_agreed' ORDER BY id",
        number,
    )
    return [(*list(row)[:-1], _nameless(row[-1])) for row in rows]


async def _unsent_claims(here: Production) -> int:
    unsent = await here.pool.fetchval("SELECT count(*) FROM letters WHERE kind = 'claim' AND status = 'queued'")
    return int(unsent)


def _hours(timeline: Sequence[TimelineEvent], name: str) -> list[str]:
    return [f"{event.at:%H:%M}" for event in timeline if event.event == name]


def _but_instants(timeline: Sequence[TimelineEvent]) -> list[str]:
    """What was told, but for when, from the day on that the service began; before it, seconds are agreed on."""
    told = [event.event for event in timeline]
    return [_nameless(each.model_dump_json(exclude={"at"})) for each in timeline[told.index("service.confirmed") :]]


def _nameless(text: str) -> str:
    """Two contracts take their invoices' numbers from one series, in either order."""
    return re.sub(r"BB-\d{4}-\d{6}|IT-2026-\d{6}", "…", text)
