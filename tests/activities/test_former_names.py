"""What a user was called before, after the nightly run has emptied the acts that told it."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest
from asyncpg import Pool

from activities.erasure.scan import searched_tables
from activities.ledger import retention
from schemas.ledger import ActTaken, UserChanged, UserErased
from tests.activities.offices import rows
from tests.activities.records import Ledger, kept, key_of

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session"), pytest.mark.clause("DPA-I.1.1")]

OVER_ON = date(2029, 5, 5)
"""The acts of 4 May 2026 are emptied three years later."""


async def renamed(ledger: Ledger) -> dict[str, str]:
    """Ilze Bitene of a former login, Ilze Kalniņa now; what tells of her by those, and of somebody else."""
    added = await ledger.user("u-1", "Ilze Bitene", login="bite7")
    changed = (await ledger.user("u-1", "Ilze Kalniņa", login="ik9")).details
    await ledger.take(
        added,
        await ledger.user("u-2", "Juris Briedis"),
        told("user/u-1", "add_user", user="u-1", **added.details),
        await ledger.system("gw", "Ilze Bitene"),
        await ledger.system("nas", "Juris Ozols"),
        await ledger.workstation("pc-1", "BITENE-PC"),
        await ledger.workstation("pc-2", "NB-bite7"),
    )
    await ledger.take(
        UserChanged(user="u-1", details=changed), told("change/u-1", "change_user", user="u-1", **changed)
    )
    return await ledger.named()


def told(act_id: str, act: str, **payload: str) -> ActTaken:
    return ActTaken(act_id=act_id, act=act, payload=payload, outcome={"accepted": True})


async def migrate(dsn: str, name: str) -> None:
    """Have a migration done anew, over what is on record now."""
    text = files("runtime").joinpath("migrations", name).read_text(encoding="utf-8")
    apply, _, rollback = text.partition("-- migrate: apply")[2].partition("-- migrate: rollback")
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute(rollback)
        await owner.execute(apply)
    finally:
        await owner.close()


async def empty_acts(ledger: Ledger) -> None:
    await retention.remove_a_batch(ledger.pool, OVER_ON)
    assert [row["payload"] for row in await rows(ledger.pool, "acts", ledger.number) if row["payload"]] == []


async def test_who_is_erased_is_found_by_a_name_and_a_login_that_no_act_tells_any_more(
    pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "FORMER-1", tmp_path) as ledger:
        values = await renamed(ledger)
        await empty_acts(ledger)
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {"nas": values["nas"]}
        assert await ledger.keys_to_go() == {key_of(values[each]) for each in ("gw", "pc-1", "pc-2")}


async def test_former_names_are_kept_sealed_under_the_users_key_and_go_with_the_user(
    pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "FORMER-2", tmp_path) as ledger:
        await renamed(ledger)
        [row] = await rows(pool, "former_names", ledger.number)
        opened = {name: await ledger.sealer.open(value) for name, value in row["details"].items()}
        assert opened == {"name": "Ilze Bitene", "login": "bite7"}
        assert {key_of(value) for value in row["details"].values()} == {"contract/FORMER-2/user-u-1/1"}
        await empty_acts(ledger)
        await ledger.take(UserErased(user="u-1"))
        assert await rows(pool, "former_names", ledger.number) == []
        left = await searched_tables(pool, ledger.number)
        assert [name for name, (_, keys) in left.items() if "contract/FORMER-2/user-u-1/1" in keys] == []


async def test_a_name_that_is_cleared_or_stays_is_kept_once(pool: Pool, tmp_path: Path) -> None:
    async with kept(pool, "FORMER-3", tmp_path) as ledger:
        added = await ledger.user("u-1", "Ilze Bitene", login="bite7")
        await ledger.take(added)
        await ledger.take(UserChanged(user="u-1", details={"name": added.details["name"]}, cleared=("login",)))
        await ledger.take(added)
        found = [row["details"] for row in await rows(pool, "former_names", ledger.number)]
        assert found == [{"login": added.details["login"]}]


async def test_keys_of_what_the_nightly_run_emptied_go_with_whoever_is_erased_next(pool: Pool, tmp_path: Path) -> None:
    """What a workstation was called before is on no record; histories and backups have it under a key of its own."""
    async with kept(pool, "FORMER-4", tmp_path) as ledger:
        before = await ledger.workstation("pc-1", "BITENE-PC", act_id="pc/before")
        await ledger.take(await ledger.user("u-1", "Juris Briedis"), before)
        await ledger.take(told("pc/before", "record_equipment", equipment="pc-1", **before.details))
        await ledger.take(await ledger.workstation("pc-1", "PC-7"))
        await empty_acts(ledger)
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.keys_to_go() == {key_of(before.details["name"])}
        assert set(await ledger.named()) == {"pc-1"}


async def test_former_names_that_only_acts_told_are_found_after_an_upgrade(
    dsn: str, pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "FORMER-5", tmp_path) as ledger:
        values = await renamed(ledger)
        await migrate(dsn, "0028_former_names.sql")
        await empty_acts(ledger)
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {"nas": values["nas"]}


CONTACTS = {"email": "jk82@inbox.lv", "work_phone": "+37129123456"}


async def reached(ledger: Ledger) -> dict[str, str]:
    """Jānis Kalniņš of a former e-mail address and phone; what tells of him by those, and of somebody else."""
    added = await ledger.user("u-1", "Jānis Kalniņš", **CONTACTS)
    changed = (await ledger.user("u-1", "Jānis Kalniņš", email="j9@inbox.lv")).details["email"]
    await ledger.take(
        added,
        told("user/u-1", "add_user", user="u-1", **added.details),
        await ledger.system("gw", "zvanīt 29123456"),
        await ledger.system("nas", "zvanīt 29123457"),
        await ledger.workstation("pc-1", "jk82@inbox.lv"),
        await ledger.workstation("pc-2", "NB-J9"),
        await ledger.workstation("pc-3", "NB-J99"),
    )
    change = {"email": changed, "cleared": ["work_phone"]}
    await ledger.take(
        UserChanged(user="u-1", details={"email": changed}, cleared=("work_phone",)),
        told("change/u-1", "change_user", user="u-1", **change),
    )
    return await ledger.named()


async def test_an_e_mail_address_and_a_phone_are_looked_for_and_former_ones_too(pool: Pool, tmp_path: Path) -> None:
    async with kept(pool, "FORMER-6", tmp_path) as ledger:
        values = await reached(ledger)
        await empty_acts(ledger)
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {each: values[each] for each in ("nas", "pc-3")}
        assert await ledger.keys_to_go() == {key_of(values[each]) for each in ("gw", "pc-1", "pc-2")}
        # Three workstations, and of two systems the name and who answers for it.
        opened = {"users.name": 1, "users.email": 2, "users.work_phone": 1, "inventory.mention": 3 + 2 * 2}
        assert await ledger.opened() == opened


async def test_former_addresses_that_only_acts_told_are_found_after_an_upgrade(
    dsn: str, pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "FORMER-7", tmp_path) as ledger:
        values = await reached(ledger)
        # As it was before: nobody kept them.
        await pool.execute("DELETE FROM former_names WHERE contract = 'FORMER-7'")
        await migrate(dsn, "0030_former_addresses.sql")
        await empty_acts(ledger)
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == {each: values[each] for each in ("nas", "pc-3")}
