"""Erasure for good: histories deleted, keys destroyed, a certificate of it; outlives the contract (DPA-III.1.3).

Its payloads carry ids alone, under the product's own key. Each step may be repeated, and none comes before the one it
rests on: no key is destroyed while a run that needs it is open.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from schemas.erasure import (
    CertificateOrder,
    ErasureOrder,
    Histories,
    HistoriesDeleted,
    KeysDestroyed,
    RunAsked,
    RunStands,
    ScanResult,
)
from workflows.insisting import insist

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)
NO_HISTORIES = HistoriesDeleted(deleted=0)


@workflow.defn(name="Erasure")
class Erasure:
    """Makes one erasure final (IT-41, IT-54, DPA-I.1.1, DPA-II.3.1, DPA-II.3.2, GUIDE-4.4)."""

    @workflow.run
    async def run(self, order: ErasureOrder) -> str:
        """Wait for the runs, delete them, destroy the keys, look everywhere, certify."""
        histories = NO_HISTORIES
        if order.last_run is not None:
            await self._until_closed(order.contract, order.last_run)
            histories = await self._delete_histories(order)
        workflow.set_current_details(f"{_said(histories)}; destroying the keys")
        destroyed = await insist("destroy_keys", order, KeysDestroyed, "Destroy the keys")
        certificate = CertificateOrder(order=order, at=workflow.now(), histories=histories)
        scan = await insist("certify", certificate, ScanResult, "Look for what is left, and certify")
        said = f"{_said(histories)}; keys destroyed: {destroyed.count}; left over: {scan.found}"
        workflow.set_current_details(said)
        return said

    async def _until_closed(self, contract: str, run: str) -> None:
        """Wait, ever longer between two looks, for the run that ordered this to end or go on in the next."""
        workflow.set_current_details("waiting for the contract's run to close; its key stays until then")
        pause = FIRST_PAUSE
        asked = RunAsked(contract=contract, run=run)
        while not (await insist("run_stands", asked, RunStands, "Is the contract's run closed?")).closed:
            await workflow.sleep(pause, summary="until the contract's run is closed")
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _delete_histories(self, order: ErasureOrder) -> HistoriesDeleted:
        asked = RunAsked(contract=order.contract, run=order.last_run or "")
        # On record before the first is deleted: what is gone could not be found again, nor counted.
        found = await insist("find_histories", asked, Histories, "Find the contract's runs")
        workflow.set_current_details(f"deleting the histories of {len(found.runs)} runs")
        return await insist("delete_histories", found, HistoriesDeleted, "Delete the contract's histories")


def _said(histories: HistoriesDeleted) -> str:
    said = f"histories deleted: {histories.deleted}"
    return f"{said}, kept: {histories.kept} ({histories.why_kept})" if histories.kept else said
