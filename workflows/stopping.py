"""A stop of processing on the controller's written request, while the contract lives on (DPA-II.3.1)."""

from __future__ import annotations

from schemas.acts import StopProcessing
from workflows.contract import Contract
from workflows.inventory import Inventory
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Step
from workflows.users import erase_inventory


class Stopping(Process):
    """What is processed for the controller stops: its users' data and its inventory go, at the sub-processors too.

    Contacts and the contract's own facts are the provider's to keep, on the contract's basis, until its end.
    """

    def __init__(self, contract: Contract, *, inventory: Inventory) -> None:
        super().__init__(contract)
        self.inventory = inventory

    @takes(StopProcessing)
    async def stop(self, act: StopProcessing, step: Step) -> None:
        if self.state.ending.erased:
            raise ActRefused(
                "the personal data of this contract is erased already", "DPA-II.3.1", self.points.no_data_left
            )
        if act.user is not None:
            await self.inventory.require_user(act.user)
            step.tell("processing.stopped", "DPA-II.3.1", "DPA-I.1.1", user=act.user)
            self.inventory.erase(act.user, step, "stop_requested")
            return
        step.tell("processing.stopped", "DPA-II.3.1", "DPA-I.1.1")
        for change in self.state.pending:
            change.leaving = []
        erase_inventory(self.contract, "stop_requested", step, ask_partners=True)
