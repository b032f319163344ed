"""Lives whose payments come in bank statements: each match is an act on the contract, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from runtime.clock import now
from runtime.stack import Stack
from schemas.state import ActOutcome
from schemas.statement import Resolution
from starter.door import ActNotDone, Door, NotAnswered
from starter.due import due
from starter.statements import NotParked
from tests.statements.documents import details, entry, statement
from tests.statements.importing import lines_of, statements_of
from tests.stories.documents import a_contract, connected, scenario
from tests.stories.play import Play, Story

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: April's invoice of 150.04 is issued on 1 May and due on 15 May; day 11 is 26 May."""

BY = "finance-1"
_references = count(1)


async def suspended(play: Play) -> Story:
    return await play(a_contract(SIGNED), scenario(connected("2026-04-01"), payer="never"), date(2026, 5, 26))


def reference() -> str:
    return f"STORY-{next(_references)}"


def paid(story: Story, *, amount: str = "150.04", on: str = "2026-05-26", **given: Any) -> str:
    """An entry that pays April's invoice, naming it."""
    named = {"text": f"Rēķins {story.invoice('2026-04')}", **given}
    return entry(
        details(**named), amount=amount, booked=on, value=on, reference=given.get("bank_reference", reference())
    )


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_a_payment_in_a_statement_cures_a_suspended_contract_at_once(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    assert (await story.view()).stage == "suspended"
    summary = await statements_of(stack).take(statement(paid(story), to="2026-05-26"), BY)
    assert (summary.lines, summary.new, summary.booked, summary.waiting) == (1, 1, 1, 0)
    assert summary.reaches_to == date(2026, 5, 26)
    await story.read()
    assert [event.event for event in story.timeline[-4:]] == [
        "payment.recorded",
        "invoice.paid",
        "ground.cured",
        "service.resumed",
    ]
    assert (await story.view()).stage == "active"
    [row] = await stack.pool.fetch("SELECT * FROM payments WHERE contract = $1", story.number)
    assert (f"{row['amount']}", row["paid_on"]) == ("150.04", date(2026, 5, 26))
    assert await stack.sealer.open(row["reference"]) == f"Rēķins {story.invoice('2026-04')}"
    assert await lines_of(stack, story.number) == [("booked", "invoice_number", "150.04")]


async def test_the_same_statement_again_and_one_that_overlaps_book_once(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    first, second = paid(story, amount="100.00"), paid(story, amount="25.02")
    third = paid(story, amount="25.02")
    taking = statements_of(stack)
    await taking.take(statement(first, second, to="2026-05-26"), BY)
    again = await taking.take(statement(first, second, to="2026-05-26"), BY)
    overlap = await taking.take(statement(second, third, id="another", to="2026-05-27"), BY)
    assert (again.lines, again.new, again.booked) == (2, 0, 2)
    assert (overlap.lines, overlap.new, overlap.booked) == (2, 1, 2)
    await story.read()
    # 100.00 + 25.02 + 25.02 = 150.04
    assert [data["amount"] for data in story.data("payment.recorded")] == ["100.00", "25.02", "25.02"]
    assert len(story.events("invoice.paid")) == 1


@pytest.mark.long
async def test_equal_payments_are_as_many_as_the_day_has(play: Play, stack: Stack) -> None:
    """Those of no reference of their own, and those of one that the bank gives to all of a bulk."""
    story = await suspended(play)
    one, other = (paid(story, amount="10.00", bank_reference=given) for given in (None, reference()))
    taking = statements_of(stack)
    for raw in (statement(one, one, other, other), statement(other, one, other, one, id="later")):
        await taking.take(raw, BY)
    assert len(await lines_of(stack, story.number)) == 4
    await story.read()
    assert [data["amount"] for data in story.data("payment.recorded")] == ["10.00"] * 4


@pytest.mark.long
async def test_a_file_that_comes_twice_at_once_is_booked_once(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    raw = statement(paid(story, amount="75.02"), paid(story, amount="75.02"), to="2026-05-26")
    both = await asyncio.gather(*(statements_of(stack).take(raw, BY) for _ in range(2)))
    assert sorted(summary.new for summary in both) == [0, 2]
    await story.read()
    # 75.02 + 75.02 = 150.04
    assert [data["amount"] for data in story.data("payment.recorded")] == ["75.02", "75.02"]


@pytest.mark.long
async def test_what_is_not_booked_in_time_waits_for_the_next_turn(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    raw = statement(paid(story), to="2026-05-26")
    taking = statements_of(stack)
    taking.booking.patience = timedelta()
    assert (await taking.take(raw, BY)).waiting == 1
    told = [each.what for each in await due(stack.pool, stack.client, now()) if not each.contract]
    assert "Get the payments booked" in told
    assert (await statements_of(stack).take(raw, BY)).booked == 1


class DoorThatFails(Door):
    """A door behind which the process dies: before the act is handed over, or before its answer is noted."""

    fails: Callable[[int], str | None]
    acts = 0

    async def act(self, *given: Any, **named: Any) -> ActOutcome:
        self.acts += 1
        how = self.fails(self.acts)
        if how == "before":
            raise ConnectionResetError
        outcome = await super().act(*given, **named)
        if how == "after":
            raise ConnectionResetError
        return outcome


@pytest.mark.long
@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_crash_between_two_lines_is_healed_by_the_same_file(play: Play, stack: Stack, how: str) -> None:
    story = await suspended(play)
    raw = statement(paid(story, amount="100.00"), paid(story, amount="50.04"), to="2026-05-26")
    door = DoorThatFails(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
    door.fails = lambda act: how if act == 2 else None
    with pytest.raises(ConnectionResetError):
        await statements_of(stack, door=door).take(raw, BY)
    assert [status for status, *_ in await lines_of(stack, story.number)] == ["booked", "matched"]
    healed = await statements_of(stack).take(raw, BY)
    assert (healed.new, healed.booked, healed.waiting) == (0, 2, 0)
    await story.read()
    assert [data["amount"] for data in story.data("payment.recorded")] == ["100.00", "50.04"]


@pytest.mark.long
async def test_a_contract_that_does_not_answer_holds_its_own_lines_only(play: Play, stack: Stack) -> None:
    silent, other = await suspended(play), await suspended(play)
    raw = statement(paid(silent), paid(other), to="2026-05-26")

    class SilentDoor(Door):
        async def act(self, number: str, *given: Any, **named: Any) -> ActOutcome:
            if number == silent.number:
                raise NotAnswered("id", self.act_patience)
            return await super().act(number, *given, **named)

    door = SilentDoor(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
    summary = await statements_of(stack, door=door).take(raw, BY)
    assert (summary.booked, summary.waiting) == (1, 1)
    assert (await statements_of(stack).take(raw, BY)).booked == 2


@pytest.mark.long
@pytest.mark.clause("IT-20")
async def test_a_reversal_takes_back_the_payment_of_its_line(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    taking = statements_of(stack)
    original = paid(story, end_to_end="E2E-77")
    await taking.take(statement(original, to="2026-05-26"), BY)
    back = entry(
        details(end_to_end="E2E-77"),
        amount="150.04", direction="DBIT", reversal="true", booked="2026-05-27", reference=reference(),
    )  # fmt: skip
    summary = await taking.take(statement(back, to="2026-05-27"), BY)
    assert (summary.booked, summary.parked) == (1, 0)
    await story.read()
    assert [data["amount"] for data in story.data("payment.reversed")] == ["150.04"]
    assert f"{(await story.view()).open_balance}" == "150.04"
    # The same once more changes nothing; another one finds nothing left to take back.
    assert (await taking.take(statement(back, to="2026-05-27"), BY)).new == 0
    again = back.replace("STORY-", "AGAIN-")
    assert (await taking.take(statement(again, to="2026-05-28"), BY)).parked == 1


@pytest.mark.long
async def test_a_payment_and_its_reversal_in_one_statement_leave_nothing(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    back = entry(details(end_to_end="E-1"), amount="9.00", direction="DBIT", reversal="true", reference=reference())
    named = entry(details(end_to_end="E-1", text=story.invoice("2026-04")), amount="9.00", reference=reference())
    unknown = entry(details(end_to_end="E-2", text="dāvana"), amount="8.00", reference=reference())
    unknown_back = entry(
        details(end_to_end="E-2"), amount="8.00", direction="DBIT", reversal="true", reference=reference()
    )
    summary = await statements_of(stack).take(statement(back, named, unknown, unknown_back), BY)
    assert (summary.booked, summary.parked, summary.ignored) == (2, 0, 2)
    await story.read()
    assert len(story.data("payment.recorded")) == len(story.data("payment.reversed")) == 1


@pytest.mark.clause("IT-61")
async def test_what_matches_nothing_waits_for_a_person_who_says_whose_it_is(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    taking = statements_of(stack)
    mine = reference()
    stranger = entry(
        details(text="par visu", name="Anna Bērziņa", iban="LV80BANK0000435195001"),
        amount="150.03", booked="2026-05-26", value="2026-05-26", reference=mine,
    )  # fmt: skip
    assert (await taking.take(statement(stranger, to="2026-05-26"), BY)).parked == 1
    [line] = [each for each in await taking.parked(BY) if each.bank_reference == mine]
    assert (line.details.payer_name, line.details.remittance) == ("Anna Bērziņa", "par visu")
    told = await stack.pool.fetchval("SELECT count(*) FROM trail WHERE action = 'opened' AND actor = $1", BY)
    assert told >= 1
    done = await taking.resolve(line.line, Resolution(contract=story.number, invoice=story.invoice("2026-04")), BY)
    assert (done.status, done.contract) == ("booked", story.number)
    assert await lines_of(stack, story.number) == [("booked", "person", "150.03")]
    with pytest.raises(NotParked):
        await taking.resolve(line.line, Resolution(ignore="dubultā"), BY)
    # Who paid is not kept once it is booked, and the account is known again by its hash alone.
    [row] = await stack.pool.fetch("SELECT * FROM statement_lines WHERE number = $1", line.line)
    assert (row["details"], "Anna" in str(dict(row)), "LV80" in str(dict(row))) == (None, False, False)
    # The next payment of the same account with exactly what is open finds the contract: 150.04 - 150.03 = 0.01.
    next_one = entry(details(text="x", iban="LV80BANK0000435195001"), amount="0.01", reference=reference())
    assert (await taking.take(statement(next_one, to="2026-05-27"), BY)).booked == 1
    assert (await lines_of(stack, story.number))[-1] == ("booked", "payer", "0.01")


@pytest.mark.long
async def test_a_refused_act_leaves_the_line_with_a_person_and_may_be_tried_again(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    mine = reference()
    # At the end of 26 May a payment of 28 May lies in the future.
    early = entry(
        details(text=story.invoice("2026-04")), amount="150.04", booked="2026-05-28", value="2026-05-28", reference=mine
    )
    taking = statements_of(stack)
    assert (await taking.take(statement(early, to="2026-05-28"), BY)).parked == 1
    [line] = [each for each in await taking.parked(BY) if each.bank_reference == mine]
    assert line.contract == story.number
    assert "paid_on: the day lies in the future" in line.reason
    with pytest.raises(ActNotDone):
        await taking.resolve(line.line, Resolution(contract=story.number), BY)
    await story.live_until(date(2026, 5, 28))
    assert (await taking.resolve(line.line, Resolution(contract=story.number), BY)).status == "booked"
    assert (await story.view()).stage == "active"


@pytest.mark.long
async def test_more_than_is_owed_is_kept_as_credit(play: Play, stack: Stack) -> None:
    story = await suspended(play)
    await statements_of(stack).take(statement(paid(story, amount="200.00"), to="2026-05-26"), BY)
    # 200.00 - 150.04 = 49.96
    assert f"{(await story.view()).credit}" == "49.96"
