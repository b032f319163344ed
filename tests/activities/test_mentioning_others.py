"""What tells of an erased user by surname and is plainly another listed user's: kept, and a person told where."""

from __future__ import annotations

from pathlib import Path

import pytest
from asyncpg import Pool

from schemas.ledger import UserErased
from tests.activities.offices import rows
from tests.activities.records import kept, key_of
from tests.activities.test_unclear_mentions import told
from tests.activities.test_unreadable_mentions import unsearched

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.clause("DPA-I.1.1", "DPA-II.1.4", "IT-A2.7"),
]


async def test_of_a_family_one_member_is_erased_and_the_other_keeps_her_own(pool: Pool, tmp_path: Path) -> None:
    async with kept(pool, "FAMILY-1", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Bērziņš"),
            await ledger.user("u-2", "Anna Bērziņa", login="abz"),
            await ledger.workstation("pc-1", "BERZINA-PC"),
            await ledger.workstation("pc-2", "BERZINA-PC", "u-2"),
            await ledger.workstation("pc-3", "BERZINS-PC", "u-2"),
            await ledger.system("gw", "Anna Bērziņa"),
            await ledger.system("nas", "Anna un Jānis Bērziņi"),
            await ledger.credential("anna", username="a.berzina", secret="Koks-77"),
            await ledger.credential("janis", username="j.berzins", secret="Koks-78"),
        )
        values = await ledger.named()
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {each: values[each] for each in ("pc-2", "gw")}
        kept_credentials = {row["id"]: set(row["details"]) for row in await rows(pool, "credentials", ledger.number)}
        assert kept_credentials == {"anna": {"username", "secret"}, "janis": set()}
        assert {key_of(values[each]) for each in ("pc-1", "pc-3", "nas")} <= await ledger.keys_to_go()
        assert await told(ledger) == [
            {"user": "u-1", "count": 3, "places": ["credentials anna", "equipment pc-2", "systems gw"]}
        ]


async def test_who_stays_is_read_only_where_something_is_about_to_go(pool: Pool, tmp_path: Path) -> None:
    async with kept(pool, "FAMILY-2", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Bērziņš"),
            await ledger.user("u-2", "Anna Bērziņa"),
            await ledger.workstation("pc-1", "Kase"),
        )
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.opened() == {"users.name": 1, "inventory.mention": 1}
        await ledger.take(await ledger.workstation("pc-2", "BERZINA-PC"), await ledger.user("u-3", "Juris Briedis"))
        await ledger.take(UserErased(user="u-2"))
        # Hers, and his who stays; the two workstations, one of them for the second time.
        assert await ledger.opened() == {"users.name": 1 + 2, "inventory.mention": 1 + 2}


async def test_of_whom_nothing_can_be_opened_nothing_is_known_and_the_text_goes(pool: Pool, tmp_path: Path) -> None:
    async with kept(pool, "FAMILY-3", tmp_path) as ledger:
        anna = await ledger.user("u-2", "Anna Bērziņa")
        await ledger.take(await ledger.user("u-1", "Jānis Bērziņš"), anna, await ledger.system("gw", "Anna Bērziņa"))
        (tmp_path / "keys" / f"contract/{ledger.number}" / "user-u-2.1.key").unlink()
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {}
        # Nobody who stays is to be looked for.
        assert await unsearched(ledger) == []
