"""Records that tell of erased users: looked for once for all who leave, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from asyncpg import Pool

from activities.known_users import AT_ONCE
from schemas.ledger import AuditReportMade, HandoverMade, UserErased
from sealing.azure.names import name_of
from sealing.azure.store import KEY
from sealing.sealer import Sealer
from tests.activities.offices import rows
from tests.activities.records import ON, at_work, kept, key_of
from tests.partners.key_vault.server import Fault
from tests.sealing_keys import sealer_in
from tests.sealing_stores.places import vault_place

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.clause("IT-24.2", "DPA-I.1.1")
async def test_for_three_who_leave_at_once_each_value_is_opened_once_and_each_document_rewritten_once(
    dsn: str, pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "MENTIONS-1", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Kalniņš", login="j.k"),
            await ledger.user("u-2", "Ilze Ozola"),
            await ledger.user("u-3", "Anna Bērziņa"),
            await ledger.user("u-4", "Juris Briedis"),
            await ledger.workstation("pc-1", "Jāņa Kalniņa dators"),
            await ledger.workstation("pc-2", "PC j.k-01", "u-4"),
            await ledger.workstation("pc-3", "BERZINA-PC"),
            await ledger.workstation("pc-4", "BRIEZA-PC", "u-4"),
        )
        await ledger.take(AuditReportMade(on=ON), HandoverMade(on=ON))
        before = await ledger.named()
        async with rewritten(dsn) as documents:
            await ledger.take(*(UserErased(user=user) for user in ("u-1", "u-2", "u-3")))
        # Three names and one login, and the name of who stays, as something is about to go; the four workstations once
        # each, not once for each who leaves.
        assert await ledger.opened() == {"users.name": 3 + 1, "users.login": 1, "inventory.mention": 4}
        assert documents == ["audit_report", "handover_package"]
        assert await ledger.named() == {"pc-4": before["pc-4"]}
        assert await ledger.keys_to_go() == {key_of(before[each]) for each in ("pc-1", "pc-2", "pc-3")}
        for row in await rows(pool, "documents", ledger.number):
            listed = row["content"]["inventory"]
            assert [each["user"] for each in listed["users"]] == ["u-4"]
            assert [each.get("name") for each in listed["equipment"]] == [None, None, None, before["pc-4"]]
        # Three users, and three names of workstations.
        erased = await rows(pool, "erased_rows", ledger.number)
        assert [(row["category"], row["rows"]) for row in erased] == [("inventory", 3), ("inventory", 3)]


@pytest.mark.long
@pytest.mark.clause("DPA-I.1.1")
async def test_a_vault_is_asked_for_the_values_keys_side_by_side_and_not_for_all_at_once(
    pool: Pool, tmp_path: Path
) -> None:
    """45 workstations in three rounds of at most 20, each key asked for once."""
    records = [f"pc-{number}" for number in range(45)]
    async with vault_place() as place:
        store = place.opened(make=True)
        await store.check()
        async with kept(pool, "MENTIONS-6", tmp_path, Sealer(store)) as ledger:
            await ledger.take(
                await ledger.user("u-1", "Jānis Kalniņš"),
                *[await ledger.workstation(record, "KALNINS-PC") for record in records],
            )
            values = (await ledger.named()).values()
        place.served.requests.clear()
        place.served.faults.append(Fault("GET", "/secrets/", times=1000, delay_seconds=0.005))
        async with at_work(pool, tmp_path, Sealer(place.opened())) as ledger.activities:
            await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {}
        assert AT_ONCE / 2 < place.served.most_in_hand <= AT_ONCE
        asked = [request for request in place.served.requests if request.startswith("GET /secrets/")]
        assert all(sum(name_of(KEY, key_of(value)) in request for request in asked) == 1 for value in values)


class Counting(Sealer):
    """One that tells how many values it has opened."""

    opened = 0

    async def open(self, value: str) -> str:
        self.opened += 1
        return await super().open(value)


async def test_while_a_folder_is_read_others_get_their_turn_after_every_round(pool: Pool, tmp_path: Path) -> None:
    """Its files are read in line: 100 workstations in one go would hold up whatever else the worker does."""
    sealer = Counting(sealer_in(tmp_path).keys)
    async with kept(pool, "MENTIONS-7", tmp_path, sealer) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Kalniņš"),
            *[await ledger.workstation(f"pc-{number}", "Noliktava") for number in range(100)],
        )
        sealer.opened = 0
        erasing = asyncio.create_task(ledger.take(UserErased(user="u-1")))
        seen = [0]
        while not erasing.done():
            await asyncio.sleep(0)
            seen.append(sealer.opened)
        await erasing
    # The name, and each workstation once.
    assert seen[-1] == 101
    assert max(after - before for before, after in pairwise(seen)) <= AT_ONCE


@asynccontextmanager
async def rewritten(dsn: str) -> AsyncIterator[list[str]]:
    """The kind of a document for each time that one is written anew, as the database sees it."""
    found: list[str] = []
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(_NOTING)
        yield found
        found += [row["kind"] for row in await owner.fetch("SELECT kind FROM rewritten ORDER BY kind")]
        await owner.execute("DROP TRIGGER rewritten ON documents; DROP FUNCTION note_rewritten; DROP TABLE rewritten")
    finally:
        await owner.close()


_NOTING = """
    CREATE TABLE rewritten (kind text);
    CREATE FUNCTION note_rewritten() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN INSERT INTO rewritten VALUES (NEW.kind); RETURN NEW; END $$;
    CREATE TRIGGER rewritten AFTER UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION note_rewritten();
"""
