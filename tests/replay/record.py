"""Records what contracts' workflows did under this version: `python -m tests.replay.record`.

Run once for each version that goes out, and commit what it writes. From then on every later version must be able
to take over, in mid-run, the contracts that are running under this one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from runtime.embedded.temporal import skip
from runtime.provider import load_provider
from runtime.stack import Stack, simulation
from schemas.contract import SignedContract, parse_contract
from schemas.erasure import DATA, PARTNERS, REST, erasure_workflow_id
from schemas.partners import AgentsOrder, agents_workflow_id
from schemas.rehearsal import Clock
from schemas.scenario import Scenario, parse_scenario
from schemas.workflow_id import workflow_id
from sealing.errors import KeyDestroyed
from sealing.keys import DataKey, KeyNote, KeyStore
from sealing.payloads import is_encoded, key_id_of, opened_with
from starter.door import ActNotDone, Door

FOLDER = Path(__file__).parent / "histories"
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
A_WHILE = timedelta(days=100)
THE_REST = timedelta(days=600)
NIGHTLY = "retention"
CONFIRM = "confirm_partner_erasure"
LEFT_OUT = frozenset({"identity", "requestId", "originalExecutionRunId", "stackTrace"})
"""Of no use to a replay, and telling of the machine it was recorded on."""

TWO_GROUNDS_AND_CHANGES: dict[str, Any] = {
    "payer": {"days_late": 20},
    "acts": [
        {"at": "2026-03-20T09:00", "act": "agree_onboarding", "on": "2026-04-01T10:00"},
        {"at": "2026-04-01T13:30", "act": "record_audit", "findings": [{"severity": "high", "text": "Nav kopiju"}]},
        {"at": "2026-04-01T15:45", "act": "confirm_rmm_installed", "devices": 10},
        {"at": "2026-05-20T10:00", "act": "suspend", "ground": "non_cooperation", "note": "Nav piekļuves"},
        {"at": "2026-06-09T10:00", "act": "cure", "ground": "non_cooperation"},
        {
            "at": "2026-07-01T10:00",
            "act": "request_change",
            "from_email": "ilze@muzejadraugi.example",
            "users": 7,
            "effective_on": "2026-07-06",
        },
        {
            "at": "2026-07-02T10:00",
            "act": "request_change",
            "from_email": "someone@else.example",
            "users": 1,
            "effective_on": "2026-08-06",
        },
        {
            "at": "2026-08-03T10:00",
            "act": "announce_change",
            "changes": {"price_per_user": "13.00"},
            "effective_on": "2026-10-01",
            "id": "raise",
        },
        {"at": "2026-08-10T10:00", "act": "object_to_change", "announcement": "raise"},
        {"at": "2026-09-01T10:00", "act": "declare_force_majeure", "note": "Plūdi"},
        {"at": "2026-09-11T10:00", "act": "end_force_majeure"},
        {"at": "2026-10-12T10:00", "act": "terminate", "clause": "IT-43.1", "note": "Iebilst pret cenu"},
        {"at": "2026-10-20T10:00", "act": "confirm_handover"},
    ],
}

Meddling = Callable[[Stack, Door, str], Awaitable[None]]


def _sample(name: str) -> SignedContract:
    (file,) = SAMPLES.glob(f"{name}-*.contract.yaml")
    return parse_contract(file.read_bytes())


def _sample_scenario(name: str) -> Scenario:
    (file,) = SAMPLES.glob(f"{name}-*.scenario.yaml")
    return parse_scenario(file.read_bytes())


async def _from_outside(stack: Stack, door: Door, number: str) -> None:
    """Acts as people send them: done, refused, repeated, and not even readable."""
    handle = stack.client.get_workflow_handle(workflow_id(number))
    payment = {"amount": "10.00", "paid_on": "2026-03-20"}
    for _ in range(2):
        await door.act(number, "record_payment", payment, "pays-ten")
    await handle.signal("record_dispute", {"note": "Par rēķinu"})
    await handle.signal("record_dispute", [])
    try:
        await door.act(number, "cure", {"ground": "breach"}, "nothing-to-cure")
    except ActNotDone:
        return
    raise AssertionError("an act that should be refused was done")


async def _partners_answer(stack: Stack, number: str) -> None:
    """A contract's sub-processors confirm after its end: not readably, then each, the first one twice."""
    handle = stack.client.get_workflow_handle(erasure_workflow_id(number, PARTNERS))
    await handle.signal(CONFIRM, [])
    partners = [partner.name for partner in load_provider(stack.settings.provider_file).sub_processors]
    for position, partner in enumerate([partners[0], *partners]):
        await handle.execute_update(CONFIRM, {"partner": partner}, id=f"confirmed-{position}")
    await handle.result()


async def _nobody(stack: Stack, door: Door, number: str) -> None:
    return None


LIVES: dict[str, tuple[SignedContract, Scenario, Meddling]] = {
    "pays-on-time": (_sample("01"), _sample_scenario("01"), _from_outside),
    "never-pays": (_sample("02"), _sample_scenario("02"), _nobody),
    "gives-notice": (_sample("04"), _sample_scenario("04"), _nobody),
    "two-grounds-and-changes": (
        _sample("05"),
        parse_scenario(json.dumps(TWO_GROUNDS_AND_CHANGES).encode()),
        _nobody,
    ),
    "licences": (_sample("06"), _sample_scenario("06"), _nobody),
    "licences-unpaid": (_sample("07"), _sample_scenario("07"), _nobody),
}


LEFT_WITH_AGENTS = LIVES["pays-on-time"][0].number


async def lived() -> dict[str, str]:
    """Live every life; of each run that went a way of its own the history, by a name for its file."""
    async with simulation() as stack:
        keys = RememberedKeys(stack.sealer.keys)
        door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        for contract, plays, _ in LIVES.values():
            await door.accept(contract, plays)
        await skip(stack.client, A_WHILE)
        for contract, _, meddle in LIVES.values():
            await meddle(stack, door, contract.number)
        await skip(stack.client, THE_REST)
        await _partners_answer(stack, LIVES["pays-on-time"][0].number)
        await stack.client.execute_workflow("Retention", id=NIGHTLY, task_queue=stack.settings.task_queue)
        await _agents_left(stack)
        histories = {}
        for name, workflow in _workflows().items():
            runs = [run async for run in _runs(stack, workflow)]
            for position, run in enumerate(_each_way_once(runs[::-1]), start=1):
                histories[f"{name}-{position:02d}"] = await _compact(run, keys)
        return histories


async def _agents_left(stack: Stack) -> None:
    """Agents that the RMM platform removes only when it is asked a second time, after the contract has closed."""
    folder = stack.settings.partners_folder / "rmm"
    away = folder.rename(folder.with_name("rmm-away"))
    folder.touch()
    order = AgentsOrder(contract=LEFT_WITH_AGENTS, clock=Clock())
    late = await stack.client.start_workflow(
        "LateAgentsRemoval", order, id=agents_workflow_id(LEFT_WITH_AGENTS), task_queue=stack.settings.task_queue
    )
    await skip(stack.client, timedelta(minutes=10))
    folder.unlink()
    away.rename(folder)
    await skip(stack.client, timedelta(hours=2))
    await late.result()


def _workflows() -> dict[str, str]:
    """The workflow ids by a name for their histories: each contract's, and of those that outlive it."""
    found = {NIGHTLY: NIGHTLY, "agents-left": agents_workflow_id(LEFT_WITH_AGENTS)}
    for name, (contract, _, _) in LIVES.items():
        found[name] = workflow_id(contract.number)
        found |= {f"{name}-{phase}": erasure_workflow_id(contract.number, phase) for phase in (DATA, REST, PARTNERS)}
    return found


async def _runs(stack: Stack, workflow: str) -> AsyncIterator[WorkflowHistory]:
    """Every run of a workflow, the last one first; none of one that never began."""
    run_id: str | None = None
    while run_id != "":
        try:
            history = await stack.client.get_workflow_handle(workflow, run_id=run_id).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return
            raise
        yield history
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


class RememberedKeys:
    """The keys of contracts as they lived: an erasure destroys them before the histories can be read."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self._known: dict[str, DataKey] = {}
        self._destroy = keys.destroy
        keys.destroy = self._remembering  # type: ignore[method-assign]

    async def _remembering(self, key_id: str) -> KeyNote:
        try:
            self._known[key_id] = await self._keys.key(key_id)
        except KeyDestroyed:
            assert key_id in self._known, "a key is destroyed through this alone"
        return await self._destroy(key_id)

    async def in_clear(self, value: Any) -> Any:
        """A history's JSON as it was before the codec: it is replayed where its keys are long gone."""
        if isinstance(value, list):
            return [await self.in_clear(part) for part in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"metadata", "data"}:
            return await self._payload(ParseDict(value, Payload()))
        return {name: await self.in_clear(part) for name, part in value.items()}

    async def _payload(self, payload: Payload) -> Any:
        if not is_encoded(payload):
            return MessageToDict(payload)
        key = self._known.get(key_id_of(payload)) or await self._keys.key(key_id_of(payload))
        return MessageToDict(opened_with(key, payload))


def _each_way_once(runs: Sequence[WorkflowHistory]) -> list[WorkflowHistory]:
    """Of runs with the same sequence of event types only the first: the others say the same."""
    ways: dict[tuple[int, ...], WorkflowHistory] = {}
    for run in runs:
        ways.setdefault(tuple(event.event_type for event in run.events), run)
    return list(ways.values())


async def _compact(run: WorkflowHistory, keys: RememberedKeys) -> str:
    events = await keys.in_clear(_stripped(run.to_json_dict()))
    return json.dumps(events, separators=(",", ":"), ensure_ascii=False)


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(part) for name, part in value.items() if name not in LEFT_OUT}
    return [_stripped(part) for part in value] if isinstance(value, list) else value


def main() -> None:
    histories = asyncio.run(lived())
    folder = FOLDER / version("ligums")
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.json"):
        file.unlink()
    for name, history in histories.items():
        (folder / f"{name}.json").write_text(history, encoding="utf-8")
    print(f"recorded {len(histories)} runs in {folder}")


if __name__ == "__main__":
    main()
