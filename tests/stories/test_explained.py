"""Every document of a life can be worked out anew, over HTTP and on paper (IT-19, IT-20, IT-39)."""

from __future__ import annotations

import asyncio
import io
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from rich.console import Console

from runtime.embedded.postgres import USER
from schemas.proof import Explanation
from starter.api import create_app
from starter.commands.money import print_explanation
from starter.home import StackCard, write_card
from starter.serving import listen, serve
from tests.cli.support import json_lines, ligums
from tests.ports import free_port
from tests.starter.support import TOKEN, api, with_settings
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long


async def a_rich_life(play: Play) -> Story:
    """A set-up fee, visits, a change of users, a credit of either kind, late interest and a void visit."""
    content: dict[str, Any] = {
        "setup_fee": "250.00",
        "onsite_hourly_rate": "45.00",
        "included_onsite_minutes": 60,
    }
    visit = {"minutes_on_site": 95, "minutes_travel": 40, "in_riga": False}
    return await play(
        a_contract("2026-03-02T10:00:00+02:00", special_terms={"late_interest_percent": "10.00"}, **content),
        scenario(
            connected("2026-03-17"),
            act("2026-04-08T10:00", "record_visit", on="2026-04-07", **visit),
            act("2026-04-10T10:00", "credit", **{"from": "2026-04-02", "to": "2026-04-03"}, reason="Nobody answered"),
            act(
                "2026-04-12T10:00", "request_change", from_email="anna@example.lv", users=12, effective_on="2026-04-20"
            ),
            act("2026-05-05T10:00", "credit", amount="5.00", reason="As agreed"),
            act("2026-05-06T10:00", "void_visit", visit="1", reason="Made for another customer"),
            payer={"days_late": 9},
        ),
        date(2026, 7, 1),
    )


async def documents(story: Story) -> list[tuple[str, str]]:
    rows = await story.stack.pool.fetch(
        "SELECT kind, number FROM invoices WHERE contract = $1"
        " UNION ALL SELECT 'credit_note', number FROM credit_notes WHERE contract = $1",
        story.number,
    )
    return sorted((row["kind"], row["number"]) for row in rows)


def at_the_door(story: Story) -> Any:
    stack = with_settings(story.stack, operator_token=SecretStr(TOKEN))
    return api(stack)


@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-23", "IT-P2.visits")
async def test_every_document_is_what_its_inputs_give(play: Play) -> None:
    story = await a_rich_life(play)
    found = await documents(story)
    assert [kind for kind, _ in found] == ["credit_note"] * 2 + ["interest"] * 3 + ["invoice"] * 4
    client: httpx2.AsyncClient
    async with at_the_door(story) as client:
        for kind, number in found:
            answer = await client.get(f"/invoices/{number}/explanation")
            assert answer.status_code == 200, number
            explanation = Explanation.model_validate(answer.json())
            assert (explanation.kind, explanation.number, explanation.as_issued) == (kind, number, True)
            assert explanation.contract == story.number
        unknown = await client.get("/invoices/BB-2026-999999/explanation")
        assert (unknown.status_code, list(unknown.json())) == (404, ["reason"])


@pytest.mark.clause("IT-19", "IT-23", "IT-P2.visits")
async def test_the_paper_shows_what_to_type_into_a_calculator(play: Play) -> None:
    # 10 x 12.40 x 19 / 30 = 78.533..., 12 x 12.40 x 11 / 30 = 54.56, 124 x 2 / 30 = 8.266...
    # 78.53 + 54.56 + 56.25 - 8.27 = 181.07; 21 % of it 38.0247.
    story = await a_rich_life(play)
    async with at_the_door(story) as client:
        answer = (await client.get(f"/invoices/{story.invoice('2026-04')}/explanation")).json()
    out = io.StringIO()
    print_explanation(Explanation.model_validate(answer), Console(file=out, width=180, highlight=False))
    paper = out.getvalue()
    for working in (
        ": 2026-04-01 - 2026-04-19, 19 days of 30 in the month\n    10 × 12.40 × 19 ÷ 30",
        ": 2026-04-20 - 2026-04-30, 11 days of 30 in the month\n    12 × 12.40 × 11 ÷ 30",
        ": 2026-04-07 - 2026-04-07\n    95 min on site",
        ": 2026-04-02 - 2026-04-03, 2 days of 30 in the month\n    -10 × 12.40",
        "Due on 2026-05-15: sent on 2026-05-01 + 14 days.",
        "10 × 12.40 × 19 ÷ 30 = 78.533333…, rounded half-up to the cent: 78.53 EUR",
        "12 × 12.40 × 11 ÷ 30 = 54.56, exact: 54.56 EUR",
        "95 min on site, 40 min travel outside Riga: 135 min",
        "1.25 × 45.00 = 56.25, exact: 56.25 EUR",
        "-10 × 12.40 × 2 ÷ 30 = -8.266666…, rounded half-up to the cent: -8.27 EUR",
        "78.53 + 54.56 + 56.25 + (-8.27)",
        "181.07 × 21 ÷ 100",
        "38.0247",
        "every figure is as issued",
    ):
        assert working in paper


async def test_the_command_line_explains_and_says_where_the_figures_part(play: Play, tmp_path: Path) -> None:
    # 10 x 12.40 x 15 / 31 = 60.00 for 17 to 31 March.
    story = await play(a_contract("2026-03-02T10:00:00+02:00"), scenario(connected("2026-03-17")), date(2026, 4, 1))
    number = story.invoice("2026-03")
    port = free_port()
    app = create_app(with_settings(story.stack, operator_token=SecretStr(TOKEN)))
    serving = asyncio.create_task(serve(app, listen(port)))
    write_card(tmp_path, StackCard(api=f"http://127.0.0.1:{port}", ui=None, namespace="default", mail=None, inbox=""))

    async def explained(*words: str) -> subprocess.CompletedProcess[str]:
        given = {"LIGUMS_STATE": str(tmp_path), "LIGUMS_TOKEN": TOKEN, "COLUMNS": "180"}
        return await asyncio.to_thread(ligums, "explain", *words, **given)

    try:
        shown, as_json = await explained(number), await explained(number, "--json")
        unknown = await explained("BB-2026-999999")
        users = "'{versions,0,content,users}', $2::text::jsonb"
        altered = f"UPDATE invoices SET inputs = jsonb_set(inputs, {users}) WHERE number = $1"
        await as_the_owner(story, altered, number, "11")
        parted = await explained(number)
        await as_the_owner(story, altered, number, "10")
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"Invoice {number}, contract {story.number}, issued on 2026-04-01")
    assert "10 × 12.40 × 15 ÷ 31 = 60.00, exact: 60.00 EUR" in shown.stdout
    assert shown.stdout.rstrip().endswith("every figure is as issued.")
    [told] = json_lines(as_json.stdout)
    assert (told["number"], told["as_issued"], told["lines"][0]["net"]) == (number, True, "60.00")
    assert (unknown.returncode, unknown.stdout, unknown.stderr.count("\n")) == (1, "", 1)
    # 11 x 12.40 x 15 / 31 = 66.00 is not what was issued.
    assert (parted.returncode, parted.stderr) == (1, f"{number}: what was issued is not what its inputs give\n")
    assert "66.00 EUR" in parted.stdout


async def as_the_owner(story: Story, statement: str, *values: Any) -> None:
    """As one who may do anything in the database; nobody may change an invoice otherwise."""
    address = str(story.stack.settings.database_url)
    owner = await asyncpg.connect(urlsplit(address)._replace(netloc=f"{USER}@").geturl())
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute(statement, *values)
    finally:
        await owner.close()


@pytest.mark.clause("IT-39")
async def test_the_liability_cap_of_any_day(play: Play) -> None:
    # 12 x 10 x 12.40 = 1488.00 until 19 April, 12 x 12 x 12.40 = 1785.60 from the 20th.
    story = await a_rich_life(play)
    async with at_the_door(story) as client:
        for on, cap in (("2026-04-19", "1488.00"), ("2026-04-20", "1785.60")):
            answer = await client.get(f"/contracts/{story.number}/liability", params={"on": on})
            assert answer.json() == {"contract": story.number, "on": on, "clause": "IT-39", "liability_cap": cap}
        today = await client.get(f"/contracts/{story.number}/liability")
        assert today.json()["liability_cap"] == "1785.60"
        early = await client.get(f"/contracts/{story.number}/liability", params={"on": "2026-01-31"})
        assert early.status_code == 404
    assert f"{(await story.view()).liability_cap:.2f}" == "1785.60"


async def test_an_invoice_from_before_inputs_were_kept_says_so(play: Play) -> None:
    story = await play(a_contract("2026-03-02T10:00:00+02:00"), scenario(connected("2026-03-17")), date(2026, 4, 1))
    number = story.invoice("2026-03")
    await as_the_owner(story, "UPDATE invoices SET inputs = NULL WHERE number = $1", number)
    async with at_the_door(story) as client:
        answer = await client.get(f"/invoices/{number}/explanation")
    assert answer.status_code == 404
    assert "issued before it was kept" in answer.json()["reason"]
