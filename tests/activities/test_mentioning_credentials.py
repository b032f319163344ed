"""Credentials that tell of an erased user: as a whole or not at all, and also those that the vault has no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from asyncpg import Pool

from schemas.ledger import RecordRemoved, UserErased
from tests.activities.offices import rows
from tests.activities.records import Ledger, kept, key_of

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def fields(ledger: Ledger) -> dict[str, set[str]]:
    return {row["id"]: set(row["details"]) for row in await rows(ledger.pool, "credentials", ledger.number)}


@pytest.mark.clause("IT-A2.7", "DPA-I.1.1")
async def test_what_has_one_key_goes_together_also_where_one_of_it_cannot_be_read(pool: Pool, tmp_path: Path) -> None:
    """A changed user name may have named anybody; histories hold it unchanged, under the key it has with the secret.

    What stands under the key of another credential takes nothing of that one.
    """
    async with kept(pool, "CREDENTIALS-1", tmp_path) as ledger:
        changed, other = await ledger.credential("changed", note="Skapī"), await ledger.credential("other")
        copied = await ledger.credential("copied")
        name, stranger = changed.details["username"], other.details["username"]
        broken = {**changed.details, "username": flipped(name)}
        await ledger.take(
            await ledger.user("u-1", "Jānis Kalniņš"),
            other,
            changed.model_copy(update={"details": broken}),
            copied.model_copy(update={"details": {**copied.details, "username": flipped(stranger)}}),
        )
        await ledger.take(UserErased(user="u-1"))
        assert await fields(ledger) == {"changed": {"note"}, "other": {"username", "secret"}, "copied": {"secret"}}
        assert await ledger.keys_to_go() == {key_of(name)}


@pytest.mark.clause("IT-A2.7", "IT-A2.8", "DPA-I.1.1")
@pytest.mark.parametrize(
    ("secret", "stays"),
    [
        ("Kalnins2020", False),
        ("-----BEGIN KEY-----\nMIIE/kalnins/q8\n-----END KEY-----\n", True),
        ("# router\n-----BEGIN KEY-----\nMIIE/kalnins/q9\n-----END KEY-----\n", True),
        # A user name above its password is a password of two lines.
        ("j.kalnins\nKoks-77", False),
        ("admin\r\nKoks-77", True),
        # 60 signs that are chance, the login among them, and 41 more: no password is as long.
        ("x/kalnins/" + "A1b2C3d4E5" * 5 + "F" * 41, True),
        ("x/kalnins/" + "A1b2C3d4E5" * 5 + "F" * 40, False),
    ],
)
async def test_a_password_is_searched_and_a_key_or_certificate_is_not(
    pool: Pool, tmp_path: Path, secret: str, stays: bool
) -> None:
    async with kept(pool, f"CREDENTIALS-2-{len(secret)}", tmp_path) as ledger:
        stored = await ledger.credential("gw", secret=secret)
        await ledger.take(await ledger.user("u-1", "Jānis Kalniņš"), stored)
        await ledger.take(UserErased(user="u-1"))
        assert await fields(ledger) == {"gw": {"username", "secret"} if stays else set()}


@pytest.mark.clause("IT-A2.7", "DPA-I.1.1")
async def test_keys_of_what_the_vault_has_no_more_go_and_not_those_of_an_act_on_its_way(
    pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "CREDENTIALS-3", tmp_path) as ledger:
        before = await ledger.credential("gw", "a-1", username="kalnins")
        now = await ledger.credential("gw", "a-2")
        dropped = await ledger.credential("nas", "a-3", note="Vecais")
        on_its_way = await ledger.credential("ups", "a-4")
        await ledger.take(await ledger.user("u-1", "Jānis Kalniņš"))
        for record, act_id in ((before, "a-1"), (now, "a-2"), (dropped, "a-3")):
            await ledger.take(record, ledger.stored(act_id))
        await ledger.take(RecordRemoved(inventory="credentials", record="nas"))
        await ledger.take(UserErased(user="u-1"))
        assert await fields(ledger) == {"gw": {"username", "secret"}}
        gone = {key_of(before.details["secret"]), *(key_of(dropped.details[each]) for each in ("secret", "note"))}
        assert await ledger.keys_to_go() == gone
        await ledger.take(on_its_way, ledger.stored("a-4"))
        assert await ledger.sealer.open(on_its_way.details["username"]) == "admin"


def flipped(value: str) -> str:
    return value[:-5] + ("B" if value[-5] == "A" else "A") + value[-4:]
