"""What the door puts on the audit trail: who handed in what, what became of it, and who was refused (IT-61)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from activities.ledger import trail
from runtime.embedded.temporal import server_time
from runtime.stack import Stack
from schemas.account import Role
from schemas.trail import SYSTEM, TrailRow
from starter.api import create_app
from starter.identity import local
from terms.calendar import local_date
from tests.activities.records import key_of
from tests.starter.support import register, signed_today, with_settings
from tests.statements.documents import details, entry, statement

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ACTIONS = ("handed_in", "act.done", "act.refused")


class Desk:
    """The API to people who come with a local token of their role."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._file = folder / "tokens.json"
        app = create_app(with_settings(stack, tokens_file=self._file), clock=lambda: AT)
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://ligums.example", timeout=40
        )

    def token(self, name: str, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {local.add(self._file, name, frozenset({role}), AT)}"}


@pytest.mark.clause("IT-61", "IT-A2.21", "IT-A2.22")
async def test_each_act_and_each_refusal_is_told_with_who_and_by_which_clause(stack: Stack, tmp_path: Path) -> None:
    number, desk = "IT-2026-000810", Desk(stack, tmp_path)
    sales, finance, support = (desk.token(f"{role}-1", role) for role in ("sales", "finance", "support"))
    acts = f"/contracts/{number}/acts"
    async with desk.client as client:
        assert (await client.post("/contracts", json=await signed_today(stack, number), headers=sales)).is_success
        done = await client.post(
            f"{acts}/record_dispute", json={"note": "Anna"}, headers=finance | {"Idempotency-Key": "Anna-1"}
        )
        refused = await client.post(f"{acts}/void_visit", json={}, headers=support | {"Idempotency-Key": "Anna-2"})
        no_act = await client.post(f"{acts}/make_coffee", json={}, headers=support | {"Idempotency-Key": "Anna-3"})
        not_theirs = await client.post(f"{acts}/reverse_payment", json={"reason": "Anna"}, headers=support)
    assert [answer.status_code for answer in (done, refused, no_act, not_theirs)] == [200, 409, 409, 403]

    rows = [row for row in await _rows(stack, number) if row.action in ACTIONS]
    told = [(row.actor, row.action, row.subject, row.purpose, row.clauses) for row in rows]
    signed = ("IT-P1.contact", "IT-P1.consents", "IT-P1.term", "IT-3")
    assert told == [
        ("sales-1", "handed_in", "contract", "contract", signed),
        ("finance-1", "handed_in", "record_dispute", "act", ("IT-60",)),
        ("finance-1", "act.done", f"{number}/act/1", "record_dispute", ("IT-60",)),
        ("support-1", "handed_in", "void_visit", "act", ("IT-P2.visits",)),
        ("support-1", "act.refused", f"{number}/act/2", "void_visit", ("IT-P2.visits",)),
        ("support-1", "handed_in", "unknown", "act", ()),
        ("support-1", "act.refused", f"{number}/act/3", "make_coffee", ()),
    ]
    ids = [row.details.get("act_id_sha256") for row in rows if row.action == "handed_in"]
    assert ids == [None, *(hashlib.sha256(key).hexdigest() for key in (b"Anna-1", b"Anna-2", b"Anna-3"))]
    assert [
        (row.actor, row.subject, row.purpose, row.clauses, row.details)
        for row in await _rows(stack, SYSTEM)
        if row.action == "access.refused"
    ] == [("support-1", "support-1", "access", ("IT-61", "IT-A2.21"), {"permission": "act:reverse_payment"})]
    assert "Anna" not in repr(rows)


@pytest.mark.clause("IT-17", "IT-53", "IT-61", "DPA-II.4.5")
async def test_a_disclosure_tells_to_whom_what_and_when_for_good_and_why_until_the_erasure(
    stack: Stack, tmp_path: Path
) -> None:
    number, desk = "IT-2026-000814", Desk(stack, tmp_path)
    sales, dpo = desk.token("sales-5", "sales"), desk.token("dpo-5", "dpo")
    today = local_date(await server_time(stack.client))
    given = {"to": "partner", "data": ["users", "contacts"], "on": str(today), "note": "Annai no RMM platformas"}
    by_law = {"to": "law", "data": ["customer"], "on": str(today), "note": "VID", "silence_required": True}
    before = given | {"on": str(today - timedelta(days=1))}
    path = f"/contracts/{number}/acts/record_disclosure"
    async with desk.client as client:
        await client.post("/contracts", json=await signed_today(stack, number), headers=sales)
        answers = [await client.post(path, json=each, headers=dpo) for each in (given, by_law, before)]
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[2].json() == {"reason": "on: the day lies before the signature, name the day the data was given"}

    rows = [row for row in await _rows(stack, number) if row.action == "disclosure"]
    assert [(row.actor, row.subject, row.purpose, row.clauses, row.details) for row in rows] == [
        ("dpo-5", "partner", "record_disclosure", ("IT-17", "IT-61"), {"data": given["data"], "on": given["on"]}),
        (
            "dpo-5",
            "law",
            "record_disclosure",
            ("IT-53", "IT-61"),
            {"data": ["customer"], "on": given["on"], "told": False},
        ),
    ]
    assert [await stack.sealer.open(str(row.personal)) for row in rows] == [given["note"], "VID"]
    async with stack.pool.acquire() as db, db.transaction():
        for row in rows:
            assert await trail.erase_personal_parts(db, number, key_id=key_of(str(row.personal))) == 1
    left = [row for row in await _rows(stack, number) if row.action == "disclosure"]
    assert [(row.subject, row.details, row.personal) for row in left] == [
        ("partner", rows[0].details, None),
        ("law", rows[1].details, None),
    ]


@pytest.mark.clause("IT-61")
async def test_an_act_that_comes_too_late_is_told_as_well(stack: Stack, tmp_path: Path) -> None:
    number, desk = "IT-2026-000811", Desk(stack, tmp_path)
    finance = desk.token("finance-2", "finance")
    await register(stack, number)
    await stack.pool.execute("UPDATE contracts SET stage = 'closed' WHERE number = $1", number)
    async with desk.client as client:
        answer = await client.post(f"/contracts/{number}/acts/record_dispute", json={"note": "x"}, headers=finance)
    assert answer.json() == {"reason": "the contract is closed"}
    assert [(row.actor, row.action, row.purpose, row.clauses) for row in await _rows(stack, number)] == [
        ("finance-2", "handed_in", "act", ("IT-60",)),
        ("finance-2", "act.refused", "record_dispute", ("IT-60",)),
    ]


@pytest.mark.clause("IT-61")
async def test_a_key_is_told_once_by_whom_it_was_made(stack: Stack, tmp_path: Path) -> None:
    """Also keys of single values, as the inventory's; and no key that a text merely names."""
    number, desk = "IT-2026-000812", Desk(stack, tmp_path)
    sales, support = desk.token("sales-3", "sales"), desk.token("support-3", "support")
    named = f"sealed:v1:contract/{number}/user-u-9/1::{'A' * 40}"
    async with desk.client as client:
        for _ in range(2):
            document = await signed_today(stack, number)
            assert (await client.post("/contracts", json=document, headers=sales)).status_code in (201, 409)
        for act, fields in (
            ("add_user", {"user": "u-7", "name": "Anna Bērziņa"}),
            ("change_user", {"user": "u-7", "work_phone": "+37120000001"}),
            ("record_equipment", {"equipment": "pc-1", "name": "PC-1", "type": "PC", "serial_number": "S-1"}),
            ("record_dispute", {"note": "x", "on": named}),
        ):
            await client.post(f"/contracts/{number}/acts/{act}", json=fields, headers=support)
    made = [(row.actor, row.subject) for row in await _rows(stack, number) if row.action == "key.made"]
    assert made == [
        ("sales-3", f"contract/{number}/administrator/1"),
        ("sales-3", f"contract/{number}/invoice_delivery/1"),
        ("sales-3", f"contract/{number}/self/1"),
        ("support-3", f"contract/{number}/user-u-7/1"),
        ("support-3", f"contract/{number}/inventory/1"),
    ]
    assert {subject for _, subject in made} <= {note.id for note in await stack.sealer.keys.notes(f"contract/{number}")}


@pytest.mark.clause("IT-61", "IT-20")
async def test_who_paid_is_opened_for_a_booking_and_that_is_told(stack: Stack, tmp_path: Path) -> None:
    number, desk = "IT-2026-000813", Desk(stack, tmp_path)
    sales, finance = desk.token("sales-4", "sales"), desk.token("finance-4", "finance")
    today = str(local_date(await server_time(stack.client)))
    paid = entry(details(text="par maiju", name="Anna Bērziņa"), reference="TRAIL-1", booked=today, value=today)
    async with desk.client as client:
        await client.post("/contracts", json=await signed_today(stack, number), headers=sales)
        assert (await client.post("/payments/statement", content=statement(paid, to=today), headers=finance)).is_success
        [line] = (await client.get("/payments/parked", headers=finance)).json()
        path = f"/payments/parked/{line['line']}"
        answer = await client.post(path, json={"contract": number}, headers=finance)
        assert answer.json().get("status") == "booked", answer.text
    rows = [row for row in await _rows(stack, number) if row.subject.startswith("system/statements/")]
    assert [(row.actor, row.action, row.subject, row.purpose, row.clauses, row.details) for row in rows] == [
        ("finance-4", "opened", "system/statements/1", "record_payment", ("IT-61",), {"fields": {"payer": 1}})
    ]


async def _rows(stack: Stack, chain: str) -> list[TrailRow]:
    async with stack.pool.acquire() as db:
        return await trail.read(db, chain)
