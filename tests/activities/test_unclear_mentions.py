"""What may name an erased user and may as well name somebody else: it is kept, and a person told where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from activities.ledger import writing
from activities.ledger.attention import facts
from schemas.ledger import ActTaken, UserErased
from schemas.timeline import Event, TimelineEvent
from starter.printing import text_of
from terms.attention import items
from tests.activities.records import AT, ON, Ledger, kept, key_of

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session"), pytest.mark.clause("DPA-I.1.1")]


async def told(ledger: Ledger) -> list[dict[str, Any]]:
    found = await ledger.pool.fetch(
        "SELECT data FROM timeline WHERE contract = $1 AND event = 'user.perhaps_named' ORDER BY seq", ledger.number
    )
    return [row["data"] for row in found]


async def due(ledger: Ledger) -> list[str]:
    found = [each async for each in facts(ledger.pool, AT) if each.contract == ledger.number]
    listed = [item for each in found for item in items(each, [each.plan or ""])]
    return [item.why for item in listed if item.what == "Look whether it names who was erased" and item.on == ON]


async def test_another_of_the_same_given_name_loses_nothing_though_the_surname_was_written_first(
    pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "UNCLEAR-1", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Bērziņa Anna"),
            await ledger.user("u-2", "Ozols Jānis", login="dators"),
            await ledger.workstation("pc-1", "BERZINA-PC"),
            await ledger.workstation("pc-2", "ANNA-PC"),
            await ledger.workstation("pc-3", "Noliktavas dators"),
            await ledger.system("gw", "Anna Ozola"),
            await ledger.system("nas", "Bērziņas kundze"),
        )
        values = await ledger.named()
        await ledger.take(UserErased(user="u-1"))
        # "Anna Ozola" is another Anna; whose ANNA-PC is nobody can tell.
        assert await ledger.named() == {each: values[each] for each in ("pc-2", "pc-3", "gw")}
        assert await ledger.keys_to_go() == {key_of(values["pc-1"]), key_of(values["nas"])}
        assert await told(ledger) == [{"user": "u-1", "count": 1, "places": ["equipment pc-2"]}]
        [why] = await due(ledger)
        assert "equipment pc-2 may name erased user u-1, or somebody else" in why
        searched = Event(event="user.searched", clauses=("DPA-I.1.1",), by="staff", data={"user": "u-1"})
        async with pool.acquire() as db:
            await writing.add_events(db, f"{ledger.number}/1", ledger.number, AT, [searched])
        assert await due(ledger) == []


async def test_each_who_leaves_is_told_of_with_where_to_look_and_no_word_of_what_it_says(
    pool: Pool, tmp_path: Path
) -> None:
    async with kept(pool, "UNCLEAR-2", tmp_path) as ledger:
        note = (await ledger.credential("gw", "c-1", note="Annas parole")).details["note"]
        disputed = ActTaken(act_id="a-7", act="record_dispute", payload={"note": note}, outcome={"accepted": True})
        shown = [await ledger.workstation(f"pc-{number:02}", "Dators JANIS") for number in range(25)]
        await ledger.take(
            await ledger.user("u-1", "Anna Bērziņa"), await ledger.user("u-2", "Jānis Kalniņš"), disputed, *shown
        )
        await ledger.take(UserErased(user="u-1"), UserErased(user="u-2"))
        first, second = await told(ledger)
        assert first == {"user": "u-1", "count": 1, "places": ["act a-7"]}
        # 25 workstations, the first 20 by name.
        assert second == {"user": "u-2", "count": 25, "places": [f"equipment pc-{number:02}" for number in range(20)]}
        assert [", equipment pc-19 and 5 more may" in why for why in await due(ledger)] == [False, True]
        event = TimelineEvent(at=AT, event="user.perhaps_named", clauses=(), by="system", data=first)
        assert text_of(event) == "User u-1 is perhaps named yet, in 1 places: act a-7"


async def test_what_a_person_found_goes_with_a_user_called_just_so(pool: Pool, tmp_path: Path) -> None:
    async with kept(pool, "UNCLEAR-3", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Jānis Kalniņš"),
            await ledger.workstation("pc-1", "Jāņa dators"),
            await ledger.workstation("pc-2", "PC-JANIS"),
        )
        values = await ledger.named()
        await ledger.take(UserErased(user="u-1"))
        assert await ledger.named() == values
        await ledger.take(await ledger.user("u-1-dators", "Jāņa dators"))
        await ledger.take(UserErased(user="u-1-dators"))
        assert await ledger.named() == {"pc-2": values["pc-2"]}
        assert await ledger.keys_to_go() == {key_of(values["pc-1"])}


async def test_what_only_all_names_together_make_uncertain_is_told_of_each(pool: Pool, tmp_path: Path) -> None:
    """The login alone would tell of Anna Bērziņa, but that another who leaves is called so, for all one can see."""
    async with kept(pool, "UNCLEAR-4", tmp_path) as ledger:
        await ledger.take(
            await ledger.user("u-1", "Anna Bērziņa", login="berzi"),
            await ledger.user("u-2", "Berzi Xaver"),
            await ledger.workstation("pc-1", "PC-BERZI"),
        )
        await ledger.take(UserErased(user="u-1"), UserErased(user="u-2"))
        assert set(await ledger.named()) == {"pc-1"}
        assert await told(ledger) == [
            {"user": user, "count": 1, "places": ["equipment pc-1"]} for user in ("u-1", "u-2")
        ]
