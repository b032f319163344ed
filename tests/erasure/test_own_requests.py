"""What a user asked, and what was written as a stop was ordered: the words go with the user, the fact stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from activities.ledger import erasures
from schemas.erasure import CertificateOrder, ErasureOrder, HistoriesDeleted
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from tests.activities.offices import signed_as
from tests.erasure.kept import KeptContract, live, readable
from tests.erasure.support import AT, back_up, checked, erasing, ledger, opened, restore
from tests.sealing_keys import sealer_in

pytestmark = [
    pytest.mark.long,
    pytest.mark.real,
    pytest.mark.clause("DPA-I.1.1", "DPA-II.1.4", "DPA-II.4.4", "DPA-II.3.1"),
]

NUMBER = "ASKED-1"
REQUEST = {"by": "data_subject", "asks": "erasure", "received_on": "2026-02-10"}
# None of these words is part of anybody's name.
OF_THE_USER, OF_ANOTHER = "Esmu slims, dzēsiet manu adresi", "Kas par mani ir zināms?"
OF_NOBODY = "Lūgums no garāmgājēja"
ORDERED = "Viņš ir slims un aiziet"
ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("add_user", {"user": "u-1", "name": "Jānis Kalniņš"}),
    ("add_user", {"user": "u-2", "name": "Ilze Ozola"}),
    ("pass_data_request", {**REQUEST, "user": "u-1", "note": OF_THE_USER}),
    ("pass_data_request", {**REQUEST, "asks": "access", "user": "u-2", "note": OF_ANOTHER}),
    ("pass_data_request", {**REQUEST, "asks": "other", "note": OF_NOBODY}),
)
STOP_FOR_ONE = ("stop_processing", {"user": "u-1", "signed_by": "Anna Bērziņa", "note": ORDERED})
STOP_FOR_ALL = ("stop_processing", {"signed_by": "Anna Bērziņa", "note": "Visu"})


async def kept(state: Path, pool: Pool, sealer: Sealer) -> KeptContract:
    contract = KeptContract(await sealer.seal_contract(signed_as(NUMBER)))
    await live(pool, state, contract, sealer, *ACTS)
    assert {*await opened(pool, sealer, NUMBER)} >= {OF_THE_USER, OF_ANOTHER, OF_NOBODY}
    return contract


async def obeyed(pool: Pool, sealer: Sealer, contract: KeptContract) -> None:
    """Keys destroyed as the last order says, and a certificate with nothing left."""
    *_, order = (each for each in contract.orders if isinstance(each, ErasureOrder))
    if order.inventory_goes_on_under is not None:
        await sealer.keys.renew(contract_owner(NUMBER, "inventory"))
    steps = erasing(pool, sealer)
    await steps.destroy_keys(order)
    certified = CertificateOrder(order=order, at=AT, histories=HistoriesDeleted(deleted=0))
    assert (await steps.certify(certified)).found == 0


async def on_record(pool: Pool, act: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What each act of a kind brought, with what the timeline tells of it."""
    rows = await pool.fetch(
        "SELECT payload, outcome -> 'events' -> 0 -> 'data' AS told FROM acts"
        " WHERE contract = $1 AND act = $2 ORDER BY at, act_id",
        NUMBER,
        act,
    )
    return [(row["payload"] or {}, row["told"]) for row in rows]


@pytest.mark.parametrize("request_of_controller", [("erase_user", {"user": "u-1"}), STOP_FOR_ONE])
async def test_the_words_of_an_erased_user_s_own_request_go_and_that_it_was_passed_on_stays(
    state: Path, request_of_controller: tuple[str, dict[str, Any]]
) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        contract = await kept(state, pool, sealer)
    back_up(state)
    async with ledger(state) as pool:
        await live(pool, state, contract, sealer, request_of_controller)
        await obeyed(pool, sealer, contract)
        for found in ({*await opened(pool, sealer, NUMBER)}, await readable(sealer, contract.sealed)):
            assert found & {OF_THE_USER, ORDERED} == set()
            assert found >= {OF_ANOTHER, OF_NOBODY}
        told = [told for _, told in await on_record(pool, "pass_data_request")]
        assert {"user": "u-1", "told": True, **REQUEST} in told
        assert len(told) == 3
        # The user's key, that of the request's words, and of the stop's own.
        [certificate] = await erasures.certificates(pool, NUMBER)
        assert len(certificate.keys) == (3 if "note" in request_of_controller[1] else 2)
    restore(state)
    async with ledger(state) as pool:
        assert {*await opened(pool, sealer, NUMBER)} & {OF_THE_USER} == set()
        assert json.loads((await checked(state, "--json"))[1])["left"] == 0
        assert {*await opened(pool, sealer, NUMBER)} >= {OF_ANOTHER, OF_NOBODY}


async def test_who_ordered_the_stop_for_a_user_stays_on_record_also_after_a_restore(state: Path) -> None:
    """The provider shows by it that it acted as instructed (DPA-II.1.3); the words about the user are gone."""
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        contract = await kept(state, pool, sealer)
        await live(pool, state, contract, sealer, STOP_FOR_ONE)
        await obeyed(pool, sealer, contract)
        [before] = await on_record(pool, "stop_processing")
        assert before[0].keys() == {"user", "signed_by"}
        assert before[1] == {"user": "u-1"}
        assert await sealer.open(before[0]["signed_by"]) == "Anna Bērziņa"
    back_up(state)
    async with ledger(state) as pool:
        await live(pool, state, contract, sealer, ("erase_user", {"user": "u-2"}))
        await obeyed(pool, sealer, contract)
    restore(state)
    async with ledger(state) as pool:
        assert json.loads((await checked(state, "--json"))[1])["values"] > 0
        assert await on_record(pool, "stop_processing") == [before]


@pytest.mark.parametrize("request_of_controller", [STOP_FOR_ALL, ("confirm_handover", {})])
async def test_with_all_users_go_the_words_of_what_each_of_them_asked(
    state: Path, request_of_controller: tuple[str, dict[str, Any]]
) -> None:
    sealer = sealer_in(state)
    async with ledger(state) as pool:
        contract = await kept(state, pool, sealer)
        if request_of_controller == ("confirm_handover", {}):
            await live(pool, state, contract, sealer, ("terminate", {"clause": "IT-43.3", "note": "Beidzas"}))
        await live(pool, state, contract, sealer, request_of_controller)
        await obeyed(pool, sealer, contract)
        for found in ({*await opened(pool, sealer, NUMBER)}, await readable(sealer, contract.sealed)):
            assert found & {OF_THE_USER, OF_ANOTHER} == set()
            assert OF_NOBODY in found
        told = [told for _, told in await on_record(pool, "pass_data_request")]
        assert {"user": "u-1", "told": True, **REQUEST} in told
