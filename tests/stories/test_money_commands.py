"""What finance asks and says on the command line: how far we are liable, and whose a payment is (IT-20, IT-39)."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from runtime.stack import Stack
from tests.cli.support import json_lines, ligums
from tests.starter.support import TOKEN, with_settings, within_reach
from tests.statements.documents import details, entry, statement
from tests.statements.importing import statements_of
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

Run = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


@asynccontextmanager
async def command_line(stack: Stack, folder: Path) -> AsyncIterator[Run]:
    """Runs `ligums` with these words against the API on `stack`."""

    async def run(*words: str) -> subprocess.CompletedProcess[str]:
        given = {"LIGUMS_STATE": str(folder), "LIGUMS_TOKEN": TOKEN, "COLUMNS": "180"}
        return await asyncio.to_thread(ligums, *words, **given)

    async with within_reach(with_settings(stack, operator_token=SecretStr(TOKEN)), folder):
        yield run


@pytest.mark.clause("IT-39")
async def test_the_liability_cap_is_told_of_any_day(play: Play, stack: Stack, tmp_path: Path) -> None:
    """12 × 10 × 12.40 = 1488.00 until 19 April, 12 × 12 × 12.40 = 1785.60 from the 20th, when two users join."""
    story = await play(
        a_contract("2026-03-02T10:00:00+02:00"),
        scenario(
            connected("2026-03-17"),
            act(
                "2026-04-12T10:00", "request_change", from_email="anna@example.lv", users=12, effective_on="2026-04-20"
            ),
        ),
        date(2026, 5, 1),
    )
    async with command_line(stack, tmp_path) as run:
        before = await run("liability", story.number, "--on", "2026-04-19")
        after = await run("liability", story.number, "--on", "2026-04-20", "--json")
        early = await run("liability", story.number, "--on", "2026-01-31")
    assert (before.returncode, before.stderr) == (0, "")
    assert before.stdout == f"{story.number} on 2026-04-19: 1488.00 EUR without VAT (IT-39)\n"
    assert json_lines(after.stdout) == [
        {"contract": story.number, "on": "2026-04-20", "clause": "IT-39", "liability_cap": "1785.60"}
    ]
    assert (early.returncode, early.stdout, early.stderr.count("\n")) == (1, "", 1)


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_a_payment_that_names_nobody_is_booked_where_finance_says(
    play: Play, stack: Stack, tmp_path: Path
) -> None:
    """150.04 for April come from a stranger's account: said to be this contract's, they end its suspension."""
    story = await play(
        a_contract("2026-03-20T10:00:00+02:00"),
        scenario(connected("2026-04-01"), payer="never"),
        date(2026, 5, 26),
    )
    stranger = details(text="par maiju", name="Anna Bērziņa", iban="LV80BANK0000435195001")
    raw = statement(
        entry(stranger, amount="150.04", booked="2026-05-26", value="2026-05-26", reference="RESOLVED-1"),
        to="2026-05-26",
    )
    summary = await statements_of(stack).take(raw, "finance-1")
    assert (summary.booked, summary.parked) == (0, 1)
    assert (await story.view()).stage == "suspended"
    number = await stack.pool.fetchval("SELECT number FROM statement_lines WHERE bank_reference = 'RESOLVED-1'")
    said = ("payments", "resolve", str(number), "--contract", story.number)
    async with command_line(stack, tmp_path) as run:
        wrong = await run(*said, "--invoice", "BB-2026-999999")
        done = await run(*said, "--invoice", story.invoice("2026-04"))
        again = await run(*said)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert f"is none of contract {story.number}" in wrong.stderr
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Line {number} is booked on {story.number}.\n", "")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"line {number} does not wait for a person any more\n"
    await story.read()
    assert [each["amount"] for each in story.data("payment.recorded")] == ["150.04"]
    assert (await story.view()).stage == "active"
