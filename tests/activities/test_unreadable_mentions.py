"""A user is erased whatever became of the keys of what may tell of that person; only what comes back is waited for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from asyncpg import Pool

from activities.ledger.attention import facts
from schemas.erasure import ErasureOrder
from schemas.ledger import UserErased
from sealing.errors import KeyDestroyed, KeyStoreUnreachable
from sealing.keys import owner_of
from terms.attention import items
from tests.activities.offices import rows
from tests.activities.records import AT, ON, Ledger, kept, key_of
from tests.erasure.support import destroyed, erasing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Faulty:
    """A contract with one user, Jānis Kalniņš, whom the workstation pc-1 names; nobody else is named."""

    ledger: Ledger
    folder: Path
    values: dict[str, str]

    def key_file(self, value: str) -> Path:
        owner, generation = owner_of(key_of(value))
        return self.folder / "keys" / owner.scope / f"{owner.name}.{generation}.key"

    async def erase(self) -> None:
        await self.ledger.take(UserErased(user="u-1"))

    async def destroy(self) -> set[str]:
        """As the order does which the contract gives with the step; the ids of what the certificate names."""
        steps = erasing(self.ledger.pool, self.ledger.sealer)
        order = ErasureOrder(
            contract=self.ledger.number, phase="users-1", at=AT, reason="user_erased", subjects=("user-u-1",)
        )
        return {*await destroyed(steps, await steps.naming_all(order))}


@asynccontextmanager
async def faulty(pool: Pool, number: str, folder: Path) -> AsyncIterator[Faulty]:
    async with kept(pool, number, folder) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Kalniņš"),
            await ledger.workstation("pc-1", "KALNINS-PC"),
            await ledger.workstation("pc-2", "Noliktava"),
            await ledger.workstation("pc-3", "NB-0017", "u-1"),
            await ledger.system("nas", "SIA Strāva"),
        )
        yield Faulty(ledger, folder, await ledger.named())


def damaged(file: bytes) -> bytes:
    return file[:-1]


def tampered(file: bytes) -> bytes:
    document = json.loads(file)
    wrapped = document["wrapped"]
    document["wrapped"] = ("B" if wrapped[0] == "A" else "A") + wrapped[1:]
    return json.dumps(document).encode()


@pytest.mark.clause("DPA-I.1.1", "DPA-II.3.2")
@pytest.mark.parametrize("fault", [None, damaged, tampered])
async def test_a_value_whose_key_is_faulty_goes_and_stays_shut_when_the_key_is_put_back(
    pool: Pool, tmp_path: Path, fault: Callable[[bytes], bytes] | None
) -> None:
    """Nobody can tell whom it names, and its key's backup would open what names whoever was erased."""
    number = f"MENTIONS-{fault.__name__ if fault else 'missing'}"
    async with faulty(pool, number, tmp_path) as one:
        value = one.values["pc-1"]
        file = one.key_file(value)
        whole = file.read_bytes()
        if fault is None:
            file.unlink()
        else:
            file.write_bytes(fault(whole))
        await one.erase()
        left = {"pc-2": one.values["pc-2"], "nas": one.values["nas"]}
        assert await one.ledger.named() == left
        gone = {key_of(value), key_of(one.values["pc-3"])}
        assert await one.ledger.keys_to_go() == gone
        assert await one.destroy() == {*gone, f"contract/{number}/user-u-1/1"}
        file.write_bytes(whole)
        with pytest.raises(KeyDestroyed):
            await one.ledger.sealer.open(value)
        assert [await one.ledger.sealer.open(each) for each in left.values()] == ["Noliktava", "SIA Strāva"]


@pytest.mark.clause("DPA-I.1.1")
async def test_a_value_that_was_changed_goes_and_takes_no_key_of_another(pool: Pool, tmp_path: Path) -> None:
    """One under its own key, one copied under the key of another workstation, one that is no sealed value at all."""
    async with faulty(pool, "MENTIONS-2", tmp_path) as one:
        await one.ledger.take(
            await one.ledger.workstation("pc-4", "Kase"), await one.ledger.workstation("pc-5", "Kase")
        )
        values = await one.ledger.named()
        changed = {
            "pc-1": flipped(values["pc-1"]),
            "pc-4": flipped(values["pc-2"]),
            "pc-5": "Kalniņš",
        }
        for record, value in changed.items():
            await pool.execute(
                "UPDATE inventory_equipment SET details = details || jsonb_build_object('name', $3::text)"
                " WHERE contract = $1 AND id = $2",
                one.ledger.number,
                record,
                value,
            )
        await one.erase()
        assert await one.ledger.named() == {"pc-2": values["pc-2"], "nas": values["nas"]}
        assert await one.ledger.keys_to_go() == {key_of(values["pc-1"]), key_of(values["pc-3"])}


def flipped(value: str) -> str:
    return value[:-5] + ("B" if value[-5] == "A" else "A") + value[-4:]


@pytest.mark.clause("DPA-I.1.1")
async def test_a_value_whose_key_is_destroyed_is_gone_already(pool: Pool, tmp_path: Path) -> None:
    async with faulty(pool, "MENTIONS-3", tmp_path) as one:
        await one.ledger.sealer.keys.destroy(key_of(one.values["pc-1"]))
        await one.erase()
        assert await one.ledger.keys_to_go() == {key_of(one.values["pc-3"])}
        assert await unsearched(one.ledger) == []


@pytest.mark.clause("DPA-I.1.1")
async def test_while_the_key_store_cannot_be_reached_nothing_is_erased_and_then_all_of_it(
    pool: Pool, tmp_path: Path
) -> None:
    """What cannot be looked at now may name them: it is waited for, and nothing of the step is on record until then."""
    async with faulty(pool, "MENTIONS-4", tmp_path) as one:
        keys, away = tmp_path / "keys", tmp_path / "away"
        keys.rename(away)
        with pytest.raises(KeyStoreUnreachable):
            await one.erase()
        away.rename(keys)
        assert await one.ledger.named() == one.values
        assert len(await rows(pool, "inventory_users", one.ledger.number)) == 1
        await one.erase()
        assert await one.ledger.named() == {"pc-2": one.values["pc-2"], "nas": one.values["nas"]}
        assert await rows(pool, "inventory_users", one.ledger.number) == []


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize("login", [None, "kalnins"])
async def test_a_user_whose_name_cannot_be_opened_is_erased_and_a_person_told_to_look(
    pool: Pool, tmp_path: Path, login: str | None
) -> None:
    """What was the user's workstation, and what the login tells, goes all the same; what names others does not."""
    number = f"MENTIONS-5-{login}"
    async with faulty(pool, number, tmp_path) as one:
        name = (await one.ledger.user("u-1", "Jānis Kalniņš")).details["name"]
        if login is None:
            one.key_file(name).unlink()
        else:
            [row] = await rows(pool, "inventory_users", number)
            known = await one.ledger.user("u-1", "Jānis Kalniņš", login=login)
            details = {**known.details, "name": flipped(row["details"]["name"])}
            await one.ledger.take(known.model_copy(update={"details": details}))
        await one.erase()
        stays = ("pc-1", "pc-2", "nas") if login is None else ("pc-2", "nas")
        assert set(await one.ledger.named()) == set(stays)
        assert await unsearched(one.ledger) == ["u-1"]
        found = [each async for each in facts(pool, AT) if each.contract == number]
        due = [item for each in found for item in items(each, [each.plan or ""])]
        assert [item.on for item in due if item.what == "Look for who was erased"] == [ON]
        assert f"contract/{number}/user-u-1/1" in await one.destroy()


async def unsearched(ledger: Ledger) -> list[str]:
    """The users of whom the timeline tells that they could not be looked for."""
    found = await ledger.pool.fetch(
        "SELECT data FROM timeline WHERE contract = $1 AND event = 'user.unsearched' ORDER BY seq", ledger.number
    )
    return [row["data"]["user"] for row in found]
