"""Contracts that are on the ledger, and runs under their keys that nobody works on."""

from __future__ import annotations

from temporalio.common import WorkflowIDReusePolicy

from activities.ledger import writing
from schemas.workflow_id import workflow_id
from tests.activities.offices import signed_as
from tests.real.servers import Servers
from tests.workflows.driven import DrivenContract


async def on_record(real: Servers, number: str) -> None:
    """On the ledger, with keys; no workflow yet."""
    contract = DrivenContract(await real.sealer.seal_contract(signed_as(number)))
    await contract.until(contract.now)
    [entry] = contract.entries
    async with real.pool.acquire() as db, db.transaction():
        await writing.begin_entry(db, entry.key, number, entry.at)
        for change in entry.changes:
            await writing.apply_change(db, number, entry.at, change)


async def begin_run(real: Servers, number: str) -> str:
    """The id of a run that began with one payload, under the contract's newest key."""
    handle = await real.client.start_workflow(
        "ItSupportContract",
        {"any": "thing"},
        id=workflow_id(number),
        task_queue="nobody",
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    assert handle.first_execution_run_id is not None
    return handle.first_execution_run_id
