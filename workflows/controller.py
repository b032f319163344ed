"""What the customer is told and decides as controller of its users' data (annex 3)."""

from __future__ import annotations

from typing import Final

from schemas.controller_acts import InstructionAbout, PassDataRequest, RecordInstruction
from schemas.mail import MailKind
from schemas.sealed import same
from workflows.contract import Contract
from workflows.inventory import Inventory
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Step

CLAUSE_OF: Final[dict[InstructionAbout, str]] = {
    "processing": "DPA-II.1.3",
    "copies": "DPA-II.1.5",
    "security": "DPA-II.1.9",
}


class Instructions(Process):
    """Puts the customer's instructions on its data on record with their outcome, and answers them.

    It takes them after the contract's end too, as long as there is data left (IT-55).
    """

    @takes(RecordInstruction)
    def record_instruction(self, act: RecordInstruction, step: Step) -> None:
        """On record with its outcome, which the controller is told; annex 3 itself no instruction changes."""
        clause = self.points.instructions or CLAUSE_OF[act.about]
        self._require_data(clause)
        if act.from_email and not same(act.from_email, self.state.contract.customer.representative.email):
            raise ActRefused(
                "from_email: this is not the administrator's address on record", clause, self.points.representative
            )
        clauses = (clause, "DPA-III.1.2") if act.refused_as == "against_annex" else (clause,)
        if act.refused_as is not None:
            self.state.refused_instructions += 1
        outcome = act.model_dump(include={"about", "refused_as"}, exclude_none=True)
        step.tell("instruction.recorded", *clauses, **outcome)
        step.write(MailKind.INSTRUCTION_ANSWERED, self.contract.number, **outcome)

    def _require_data(self, clause: str) -> None:
        if self.state.ending.erased:
            raise ActRefused("the personal data of this contract is erased already", clause, self.points.no_data_left)


class ControllersRights(Instructions):
    """Passes on what others ask the provider about the controller's data, beside the instructions on it."""

    def __init__(self, contract: Contract, *, inventory: Inventory) -> None:
        super().__init__(contract)
        self.inventory = inventory

    @takes(PassDataRequest)
    async def pass_request(self, act: PassDataRequest, step: Step) -> None:
        """Nothing of the data is changed: what becomes of the request the controller says (DPA-II.1.4)."""
        clause = "DPA-II.4.4" if act.by == "data_subject" else "DPA-II.4.3"
        self._require_data(clause)
        if act.received_on > step.today:
            raise ActRefused("received_on: the day lies in the future, name the day the request came", clause)
        if act.user is not None:
            await self.inventory.require_user(act.user)
        asked = act.model_dump(include={"by", "asks", "received_on", "user"}, exclude_none=True)
        step.tell("data_request.passed", "DPA-II.1.4", clause, **asked, told=not act.silence_required)
        if not act.silence_required:
            step.write(MailKind.DATA_REQUEST, self.contract.number, **asked)
