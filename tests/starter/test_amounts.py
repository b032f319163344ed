"""Each role reads what it reads with amounts or without, as the table of roles has it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from runtime.embedded.temporal import skip
from runtime.stack import Stack
from schemas.account import ROLES, Role
from starter.identity import local
from tests.starter.support import a_contract, api, with_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "SEEN-1"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WITH_AMOUNTS: set[Role] = {"finance", "admin"}
AN_AMOUNT = re.compile(r"[0-9]\.[0-9]{2}(?![0-9])")
SCENARIO = {
    "payer": "never",
    "acts": [
        {"at": "2026-02-16T09:00", "act": "agree_onboarding", "on": "2026-03-16T10:00"},
        {"at": "2026-03-16T15:00", "act": "record_audit", "findings": []},
        {"at": "2026-03-17T14:00", "act": "confirm_rmm_installed", "devices": "14"},
        {"at": "2026-04-02T09:00", "act": "credit", "amount": "500.00", "reason": "Kļūda"},
        {"at": "2026-04-02T10:00", "act": "announce_change", "effective_on": "2026-06-01",
         "changes": {"price_per_user": "13.50"}},
    ],
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def doorway(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, dict[str, str]]]:
    """A contract that has had an invoice, and each role's headers."""
    async with api(stack) as operator:
        rehearsal = {"contract": a_contract(NUMBER), "scenario": SCENARIO}
        assert (await operator.post("/rehearsals", json=rehearsal)).status_code == 201
    await skip(stack.client, timedelta(days=60))  # until 11 April
    file = tmp_path_factory.mktemp("tokens") / "tokens.json"
    tokens = {role: local.add(file, f"{role}-1", frozenset({role}), AT) for role in ROLES}
    yield {"file": {"path": str(file)}, **{role: {"Authorization": f"Bearer {one}"} for role, one in tokens.items()}}


@pytest.mark.clause("IT-61")
@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reads_with_amounts_or_without(
    stack: Stack, doorway: dict[str, dict[str, str]], role: Role
) -> None:
    known = with_settings(stack, tokens_file=Path(doorway["file"]["path"]))
    seen = role in WITH_AMOUNTS
    async with api(known, headers=doorway[role], at=AT) as client:
        events = {each["event"]: each["data"] for each in (await client.get(f"/contracts/{NUMBER}/timeline")).json()}
        # 14 users x 12.50 x 15 of 31 days = 84.68; with VAT of 17.78 that is 102.46.
        issued = events["invoice.issued"]
        assert (issued["net"], issued["vat"], issued["total"]) == (
            ("84.68", "17.78", "102.46") if seen else (None, None, None)
        )
        assert issued["lines"][0]["quantity"] == 14
        assert issued["lines"][0]["unit_price"] == ("12.50" if seen else None)
        assert events["change.announced"]["changes"] == {"price_per_user": "13.50" if seen else None}
        refused = events["act.refused"]["reason"]
        assert ("EUR at most" in refused, "… EUR" in refused) == (True, not seen)

        shown = (await client.get(f"/contracts/{NUMBER}")).json()
        assert (shown["open_balance"], shown["content"]["price_per_user"], shown["liability_cap"]) == (
            # A year of 14 users x 12.50 a month is 2100.00.
            ("102.46", "12.50", "2100.00") if seen else (None, None, None)
        )
        [listed] = (await client.get("/contracts")).json()
        assert listed["open_balance"] == ("102.46" if seen else None)
        due = await client.get("/due")
        del shown["mandates"]
        for answer in (shown, listed, events, due.json()):
            assert seen or not AN_AMOUNT.search(str(answer))


@pytest.mark.clause("IT-61")
async def test_what_an_act_says_back_has_no_amounts_either(stack: Stack, doorway: dict[str, dict[str, str]]) -> None:
    known = with_settings(stack, tokens_file=Path(doorway["file"]["path"]))
    price = {"changes": {"price_per_user": "14.50"}, "effective_on": "2026-07-01"}
    async with api(known, headers=doorway["sales"], at=AT) as client:
        told = await client.post(f"/contracts/{NUMBER}/acts/announce_change", json=price)
        assert told.status_code == 200
        assert told.json()["events"][0]["data"]["changes"] == {"price_per_user": None}
