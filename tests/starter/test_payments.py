"""Statements at the HTTP door and on the command line: what is taken, what is refused, what a person is shown."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from activities.ledger import statements
from activities.statements.camt053 import MAXIMUM_BYTES
from runtime.clock import now
from runtime.stack import Stack
from starter.api import create_app
from starter.due import due
from starter.home import StackCard, write_card
from starter.serving import listen, serve
from terms.calendar import local_date
from tests.cli.support import ligums
from tests.ports import free_port
from tests.starter.support import TOKEN, api, register, with_settings
from tests.statements.documents import ACCOUNT, details, entry, statement

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

STRANGER = {"text": "par maiju", "name": "Anna Bērziņa", "iban": "LV80BANK0000435195001"}


async def sent(client: httpx2.AsyncClient, raw: bytes) -> httpx2.Response:
    return await client.post("/payments/statement", content=raw, headers={"Content-Type": "application/xml"})


async def parked(client: httpx2.AsyncClient, reference: str) -> dict[str, Any]:
    [line] = [each for each in (await client.get("/payments/parked")).json() if each["bank_reference"] == reference]
    return dict(line)


async def test_a_statement_is_taken_and_what_matches_nothing_is_shown(client: httpx2.AsyncClient, stack: Stack) -> None:
    today = local_date(now())
    raw = statement(
        entry(details(**STRANGER), reference="P-1"),
        entry(details(text="nodoklis"), direction="DBIT", reference="P-2"),
        entry(details(text="invoice"), currency="USD", amount="10.5", reference="P-3"),
        entry(status="PDNG", reference="P-4"),
        to=f"{today}",
    )
    answer = await sent(client, raw)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "statements": 1,
            "lines": 3,
            "new": 3,
            "booked": 0,
            "parked": 2,
            "ignored": 1,
            "waiting": 0,
            "pending": 1,
            "reaches_to": f"{today}",
        },
    )
    line = await parked(client, "P-1")
    assert line["reason"] == "it names no invoice, and no customer of this name or account has exactly this sum open"
    assert (line["amount"], line["currency"]) == ("44.44", "EUR")
    assert line["details"]["payer_name"] == "Anna Bērziņa"
    assert (await parked(client, "P-3"))["amount"] == "10.50"
    assert await statements.reaches_to(stack.pool, ACCOUNT) == today
    assert await statements.reaches_to(stack.pool, "LV80BANK0000435195001") is None


@pytest.mark.clause("IT-40.1")
async def test_a_statement_of_days_to_come_is_refused(stack: Stack) -> None:
    """It would be the newest one for ever, and nobody would be asked for another before a suspension."""
    today = local_date(now())
    tomorrow = today + timedelta(days=1)
    async with api(with_settings(stack, rehearsals=False)) as real:
        answer = await sent(real, statement(entry(reference="FUTURE-1"), to=f"{tomorrow}"))
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "errors": [
                {
                    "field": "Document/BkToCstmrStmt/Stmt[1]",
                    "message": f"reaches to {tomorrow}, and today is {today}; a statement tells of days that have come",
                }
            ]
        },
    )
    assert not await stack.pool.fetchval("SELECT count(*) FROM statement_lines WHERE bank_reference = 'FUTURE-1'")


async def test_a_rehearsal_that_is_ahead_of_today_takes_its_statement(client: httpx2.AsyncClient) -> None:
    ahead = local_date(now()) + timedelta(days=40)
    answer = await sent(client, statement(entry(reference="AHEAD-1"), id="ahead", to=f"{ahead}"))
    assert (answer.status_code, answer.json()["reaches_to"], answer.json()["new"]) == (200, f"{ahead}", 1)


@pytest.mark.clause("IT-61")
async def test_nothing_of_a_payer_lies_in_clear(client: httpx2.AsyncClient, stack: Stack) -> None:
    await sent(
        client,
        statement(
            entry(details(**STRANGER), reference="CLEAR-1"),
            entry(details(**STRANGER, end_to_end="Anna-Bērziņa"), direction="DBIT", reference="CLEAR-2"),
        ),
    )
    rows = await stack.pool.fetch("SELECT * FROM statement_lines WHERE bank_reference LIKE 'CLEAR-%'")
    told = await stack.pool.fetch("SELECT * FROM trail WHERE chain = 'system'")
    text = " ".join(str(dict(row)) for row in [*rows, *told])
    assert len(rows) == 2
    assert not any(personal in text for personal in ("Bērziņa", "maiju", "LV80BANK"))


async def test_a_person_says_that_a_line_is_none_of_ours(client: httpx2.AsyncClient, stack: Stack) -> None:
    await sent(client, statement(entry(details(**STRANGER), reference="GIFT-1")))
    line = (await parked(client, "GIFT-1"))["line"]
    answer = await client.post(f"/payments/parked/{line}", json={"ignore": "dāvana, atmaksāta"})
    assert (answer.status_code, answer.json()["status"]) == (200, "ignored")
    again = await client.post(f"/payments/parked/{line}", json={"ignore": "dāvana"})
    assert (again.status_code, again.json()) == (409, {"reason": f"line {line} does not wait for a person any more"})
    [row] = await stack.pool.fetch("SELECT * FROM statement_lines WHERE number = $1", line)
    assert (row["details"], row["payer_account"] is None) == (None, True)
    sealed = await stack.pool.fetchval(
        "SELECT personal FROM trail WHERE action = 'payment.resolved' AND subject = $1", f"line/{line}"
    )
    assert await stack.sealer.open(sealed) == "dāvana, atmaksāta"


@pytest.mark.parametrize(
    ("said", "status", "why"),
    [
        ({}, 422, "name either a contract"),
        ({"contract": "IT-1", "ignore": "x"}, 422, "name either a contract"),
        ({"ignore": "x", "invoice": "BB-1"}, 422, "an invoice goes with its contract"),
        ({"contract": "NOBODYS"}, 404, "there is no contract"),
        ({"contract": "PAYS-1", "invoice": "BB-2026-999999"}, 422, "is none of contract PAYS-1"),
    ],
)
async def test_what_cannot_be_resolved_stays_parked(
    client: httpx2.AsyncClient, stack: Stack, said: dict[str, Any], status: int, why: str
) -> None:
    if "invoice" in said and "contract" in said:
        await register(stack, "PAYS-1")
    await sent(client, statement(entry(details(**STRANGER), reference="STAYS-1")))
    line = (await parked(client, "STAYS-1"))["line"]
    answer = await client.post(f"/payments/parked/{line}", json=said)
    assert answer.status_code == status
    assert why in answer.text
    assert (await parked(client, "STAYS-1"))["line"] == line


async def test_a_sum_in_another_currency_is_never_booked_as_euro(client: httpx2.AsyncClient, stack: Stack) -> None:
    await register(stack, "PAYS-2")
    await sent(client, statement(entry(currency="USD", reference="USD-1")))
    line = (await parked(client, "USD-1"))["line"]
    answer = await client.post(f"/payments/parked/{line}", json={"contract": "PAYS-2"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "line")
    assert (await client.post("/payments/parked/999999999", json={"ignore": "x"})).status_code == 404


async def test_a_faulty_statement_leaves_nothing(client: httpx2.AsyncClient, stack: Stack) -> None:
    before = await stack.pool.fetchval("SELECT count(*) FROM statement_lines")
    known = await stack.pool.fetchval("SELECT count(*) FROM statements")
    answer = await sent(client, statement(entry(reference="OK-1"), entry(reference="BAD-1", amount="-1.00"), id="bad"))
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "errors": [
                {
                    "field": "Document/BkToCstmrStmt/Stmt[1]/Ntry[2]/Amt",
                    "message": "must not be negative; CdtDbtInd says which way the money went",
                }
            ]
        },
    )
    assert await stack.pool.fetchval("SELECT count(*) FROM statement_lines") == before
    assert await stack.pool.fetchval("SELECT count(*) FROM statements") == known


async def test_fifty_megabytes_are_refused_and_not_read_whole(client: httpx2.AsyncClient) -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        for _ in range(50):
            read += 1024 * 1024
            yield b"x" * 1024 * 1024

    answer = await client.post("/payments/statement", content=endless())
    assert answer.json() == {"errors": [{"field": "file", "message": "is larger than 20 MiB, the most that is read"}]}
    assert answer.status_code == 422
    # 20 MiB and the part in which it proves larger.
    assert read <= MAXIMUM_BYTES + 1024 * 1024


async def test_what_waits_for_a_person_is_due(client: httpx2.AsyncClient, stack: Stack) -> None:
    await sent(
        client, statement(entry(details(**STRANGER), reference="DUE-1", booked="2019-04-15", value="2019-04-15"))
    )
    [item] = [each for each in await due(stack.pool, stack.client, now()) if not each.contract]
    assert (item.what, item.on, item.clauses) == ("Say whose payments they are", date(2019, 4, 15), ("IT-20",))
    assert item.why.endswith("could not be matched; see `ligums payments parked`")


@pytest.mark.long
async def test_the_command_line_imports_shows_and_resolves(stack: Stack, tmp_path: Path) -> None:
    port = free_port()
    serving = asyncio.create_task(serve(create_app(stack), listen(port)))
    state, file = tmp_path / "state", tmp_path / "statement.xml"
    state.mkdir()
    write_card(state, StackCard(api=f"http://127.0.0.1:{port}", ui=None, namespace="default", mail=None, inbox=""))
    file.write_bytes(statement(entry(details(**STRANGER), reference="CLI-1"), to="2026-04-15"))

    async def run(*words: str | Path) -> Any:
        given = {"LIGUMS_STATE": str(state), "LIGUMS_TOKEN": TOKEN}
        return await asyncio.to_thread(ligums, *words, **given)

    try:
        imported = await run("payments", "import", file)
        assert (imported.returncode, imported.stderr) == (0, "")
        assert imported.stdout.startswith("1 lines (1 new): 0 booked, 1 parked, 0 ignored.")
        again = await run("payments", "import", file, "--json")
        assert json.loads(again.stdout)["new"] == 0
        shown = await run("payments", "parked", "--json")
        [line] = [each for each in map(json.loads, shown.stdout.splitlines()) if each["bank_reference"] == "CLI-1"]
        assert "Anna Bērziņa" in (await run("payments", "parked")).stdout
        done = await run("payments", "resolve", str(line["line"]), "--ignore", "dāvana")
        assert (done.returncode, done.stdout) == (0, f"Line {line['line']} is ignored.\n")
        refused = await run("payments", "resolve", str(line["line"]), "--ignore", "dāvana")
        assert (refused.returncode, refused.stdout) == (1, "")
        file.write_bytes(b"<Document/>")
        faulty = await run("payments", "import", file)
        assert (faulty.returncode, faulty.stdout) == (1, "")
        assert faulty.stderr.startswith(f"{file}: Document: must be a statement of camt.053.001.02")
        with file.open("wb") as large:
            large.truncate(MAXIMUM_BYTES * 2)
        assert "is larger than 20 MiB" in (await run("payments", "import", file)).stderr
        wrong = await run("payments", "resolve", "1")
        assert wrong.returncode == 2
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
