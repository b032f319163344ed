"""Erasure on a real Temporal and PostgreSQL: histories are gone, keys destroyed, and what is open lives on."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

from activities.audit import AuditTrail
from activities.erasure import histories
from activities.erasure.steps import ErasureActivities
from activities.ledger import erasures, reading, writing
from runtime.clock import now
from schemas.contract import SignedContract
from schemas.erasure import Certificate, CertificateOrder, ErasureOrder, HistoriesDeleted
from schemas.ledger import PersonalDataErased
from schemas.scenario import Scenario
from schemas.workflow_id import workflow_id
from sealing.errors import KeyDestroyed
from sealing.keys import contract_owner
from sealing.payloads import ENCODING, encoded, opened
from starter.door import ActNotDone
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.runs import begin_run, on_record
from tests.real.servers import Servers, worker_process
from tests.real.watching import count_of, until, until_closed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

PATIENCE_SECONDS = 300
BRISK = 5_000_000
"""A month in half a second: for debts that would be open for centuries while the test looks at them."""
AGREED_END = {"at": "2026-02-20T10:00", "act": "agree_end", "on": "2026-02-28", "note": "Vienošanās"}


def paying() -> tuple[SignedContract, Scenario]:
    """Ends on 28 February and owes nothing on its erasure day, 14 March: it is erased and closed at once."""
    return signed(special_terms={"payment_days": 1}), scenario(AGREED_END)


def owing() -> tuple[SignedContract, Scenario]:
    """The same, but nobody pays before the summer."""
    payment = {"at": "2026-06-01T10:00", "act": "record_payment", "paid_on": "2026-06-01", "reference": "Anna maksā"}
    return signed(), scenario(AGREED_END, {**payment, "amount": "10000.00"}, payer="never")


async def certificates(real: Servers, number: str, count: int) -> list[Certificate]:
    async def certified() -> bool:
        return len(await erasures.certificates(real.pool, number)) >= count

    await until(certified, f"{count} certificates of {number}", PATIENCE_SECONDS)
    return await erasures.certificates(real.pool, number)


async def listed(real: Servers, number: str) -> list[str]:
    return [run.run_id or "" async for run in real.client.list_workflows(f"WorkflowId = '{workflow_id(number)}'")]


async def is_destroyed(real: Servers, key_id: str) -> bool:
    try:
        await real.sealer.keys.key(key_id)
    except KeyDestroyed:
        return True
    return False


@pytest.mark.long
@pytest.mark.clause("IT-41", "IT-54", "DPA-I.1.1", "DPA-II.3.2", "GUIDE-4.4", "GUIDE-15.6", "GUIDE-20.2")
async def test_a_closed_contract_leaves_no_history_and_no_key(real: Servers, worker: None) -> None:
    contract, plays = paying()
    number = contract.number
    door = real.door(speed=FAST)
    own = await real.sealer.keys.begin(contract_owner(number))
    saved = encoded(Payload(data=b"what a backup of Temporal holds"), own.id, own.secret, ENCODING)
    token = await real.sealer.seal(number, "administrator", "anna@example.lv")
    assert await real.sealer.open(token) == "anna@example.lv"
    await door.accept(contract, plays)
    await until_closed(real.pool, [number])

    [certificate] = await certificates(real, number, 1)
    assert (certificate.id, certificate.phase, certificate.reason) == (f"{number}/erasure", "data", "closed")
    # The note of the agreed end may name somebody, so that it has a key of its own.
    note = [key.key for key in certificate.keys if "/self." in key.key]
    assert len(note) == 1
    assert sorted(key.key for key in certificate.keys) == sorted(
        [*note, *(f"contract/{number}/{subject}/1" for subject in ("administrator", "invoice_delivery", "self"))]
    )
    assert certificate.histories.deleted >= 2
    assert certificate.histories.kept == 0
    assert certificate.found == 0
    assert {each.category: each.count for each in certificate.erased}["contacts"] == 2
    assert certificate.document("lv").number == f"{number}:erasure"

    assert await histories.described(real.client, workflow_id(number)) is None
    assert await listed(real, number) == []
    assert all(note.destroyed for note in await real.sealer.keys.notes(f"contract/{number}"))
    with pytest.raises(KeyDestroyed):
        await real.sealer.open(token)
    with pytest.raises(KeyDestroyed):
        await opened(real.sealer.keys, saved)

    # The trail keeps its rows, one more for each key; none has a personal part left.
    trail = await real.pool.fetch("SELECT action, personal FROM trail WHERE chain = $1", number)
    assert [row["action"] for row in trail].count("key.destroyed") == 4
    assert [row["personal"] for row in trail if row["personal"]] == []

    # What is left: the ledger's record without personal data, and an answer to those who come late.
    assert (await door.view(number)).stage == "closed"
    assert [invoice.open for invoice in await reading.invoices(real.pool, number)] == [0, 0]
    with pytest.raises(ActNotDone, match="the contract is closed"):
        await door.act(number, "record_dispute", {"note": "Par vēlu"})


@pytest.mark.long
@pytest.mark.clause("IT-42", "DPA-II.3.2", "GUIDE-4.6")
async def test_a_debt_is_collected_under_a_new_key_and_then_the_rest_goes(real: Servers, worker: None) -> None:
    contract = signed()
    number, door = contract.number, real.door(speed=BRISK)
    await door.accept(contract, scenario(AGREED_END, payer="never"))
    [first] = await certificates(real, number, 1)
    with_the_note = {key.key for key in first.keys if "/self." in key.key}
    assert len(with_the_note) == 1
    assert {key.key for key in first.keys} - with_the_note == {
        f"contract/{number}/administrator/1",
        f"contract/{number}/self/1",
    }
    assert [kept.category for kept in first.kept][:2] == ["debt_contacts", "invoices"]
    assert first.found == 0

    payment = {"amount": "10000.00", "paid_on": "2026-03-14", "reference": "Anna maksā"}
    assert (await door.act(number, "record_payment", payment, "paid at last")).accepted
    await until_closed(real.pool, [number])
    assert await count_of(real.pool, number, "payment.recorded") == 1
    second = (await certificates(real, number, 2))[1]
    assert (second.id, second.phase) == (f"{number}/erasure-rest", "rest")
    assert {f"contract/{number}/self/2", f"contract/{number}/invoice_delivery/1"} <= {key.key for key in second.keys}
    assert second.found == 0
    assert await listed(real, number) == []
    assert [note.id for note in await real.sealer.keys.notes(f"contract/{number}") if not note.destroyed] == []


@pytest.mark.long
async def test_while_a_debt_is_open_no_history_is_under_a_destroyed_key(real: Servers, worker: None) -> None:
    contract = signed()
    number = contract.number
    door = real.door(speed=BRISK)
    await door.accept(contract, scenario(AGREED_END, payer="never"))
    await certificates(real, number, 1)
    try:
        runs = await histories.remaining_runs(real.client, workflow_id(number))
        used = {key for run in runs for key in await histories.key_ids_in(real.client, workflow_id(number), run)}
        assert used == {f"contract/{number}/self/2"}
        view = await door.view(number)
        assert (view.stage, view.open_balance > 0) == ("ended", True)
        outcome = await door.act(number, "record_dispute", {"note": "Jau pēc dzēšanas"})
        assert outcome.accepted
    finally:
        await real.terminate(number)


@pytest.mark.long
async def test_workers_killed_between_the_steps_change_nothing(real: Servers, tmp_path: Path) -> None:
    settings = real.settings.model_copy(update={"task_queue": "killed-erasures"})
    async with worker_process(settings, tmp_path / "worker.log") as worker:
        lives = [paying(), owing()]
        door = real.door(speed=FAST, task_queue=settings.task_queue)
        for contract, plays in lives:
            await door.accept(contract, plays)
        numbers = [contract.number for contract, _ in lives]
        for number in numbers:
            await until(partial(_told, real, number, "data.erased"), "it is erased", PATIENCE_SECONDS)
            for _ in range(3):
                await worker.kill()
                await worker.start()
                await asyncio.sleep(0.4)
        await until_closed(real.pool, numbers, PATIENCE_SECONDS)
        found = [await certificates(real, numbers[0], 1), await certificates(real, numbers[1], 2)]
    for number, each in zip(numbers, found, strict=True):
        assert [(one.id, place) for one in each for place in one.scan if place.found] == []
        assert [note.id for note in await real.sealer.keys.notes(f"contract/{number}") if not note.destroyed] == []
        assert await listed(real, number) == []
    generations = {note.id for note in await real.sealer.keys.notes(f"contract/{numbers[1]}") if "/self/" in note.id}
    assert generations == {f"contract/{numbers[1]}/self/1", f"contract/{numbers[1]}/self/2"}


@pytest.mark.long
async def test_a_key_store_that_is_away_delays_an_erasure_and_breaks_none(real: Servers, worker: None) -> None:
    contract, plays = owing()
    number = contract.number
    await real.door(speed=FAST // 20).accept(contract, plays)
    mark = real.settings.keys_folder / "ligums-keys"
    away = mark.with_name("away")
    await until(lambda: _told(real, number, "contract.ended"), "it has ended", PATIENCE_SECONDS)
    mark.rename(away)
    await asyncio.sleep(2)
    away.rename(mark)
    await until_closed(real.pool, [number], PATIENCE_SECONDS)
    found = await certificates(real, number, 2)
    assert [certificate.found for certificate in found] == [0, 0]


async def _told(real: Servers, number: str, event: str) -> bool:
    return await count_of(real.pool, number, event) > 0


@pytest.mark.clause("IT-41", "IT-54", "DPA-II.3.2")
async def test_the_scan_finds_a_run_that_is_left_unless_the_server_had_to_keep_it(real: Servers) -> None:
    number = "LEFT-RUN-1"
    await on_record(real, number)
    async with real.pool.acquire() as db, db.transaction():
        await writing.apply_change(db, number, now(), PersonalDataErased(keep=()))
    run = await begin_run(real, number)
    await real.terminate(number)
    audit = AuditTrail(sealer=real.sealer, clock=now)
    steps = ErasureActivities(
        client=real.client, pool=real.pool, sealer=real.sealer, audit=audit, partners=cast(Any, None)
    )
    order = ErasureOrder(contract=number, phase="data", at=now(), reason="closed", last_run=run)
    await steps.destroy_keys(order)
    left = CertificateOrder(order=order, at=now(), histories=HistoriesDeleted(deleted=1))
    # What the run began with, and why it was ended.
    assert (await steps.certify(left)).found == 2
    kept = left.model_copy(
        update={
            "order": order.model_copy(update={"phase": "rest"}),
            "histories": HistoriesDeleted(deleted=0, kept=1, why_kept="the server cannot delete histories"),
        }
    )
    assert (await steps.certify(kept)).found == 0
    found = {each.phase: each for each in await erasures.certificates(real.pool, number)}
    assert [(each.place, each.searched) for each in found["data"].scan if each.found] == [("Temporal", 1)]
    with pytest.raises(ValidationError, match="there is no certificate while the scan still finds something"):
        found["data"].document("lv")
    assert found["rest"].document("lv").workflow_runs_deleted == 0
