"""A workflow as a careless change would leave it: one command more than the recorded runs made."""

from __future__ import annotations

from temporalio import workflow

from schemas.state import ContractInput
from workflows.it_support import ItSupportContract


@workflow.defn(name="ItSupportContract")
class CarelesslyChanged(ItSupportContract):
    @workflow.init
    def __init__(self, start: ContractInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ContractInput) -> str:
        await workflow.sleep(1)
        return await self.live()
