"""How a contract's workflow begins."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from schemas.content import ContentVersion
from schemas.contract import SignedContract
from schemas.intake import ContractToSeal, SealedContract
from schemas.personal import is_sealed_for
from schemas.rehearsal import Clock
from schemas.state import ContractInput, ContractState
from schemas.workflow_id import workflow_id
from terms.calendar import local_date, month_start
from terms.clock import business_time
from workflows.contract import Contract


def opening_state(start: ContractInput, real_now: datetime, mandates: list[str]) -> ContractState:
    """The state of a contract just handed over; a rehearsal's clock begins at its signature."""
    contract = start.contract
    assert contract is not None, "a contract starts with what was signed"
    clock = Clock()
    if start.rehearsal is not None:
        clock = Clock(business_origin=contract.signed_at, real_origin=real_now, speed=start.rehearsal.speed)
    now = business_time(clock, real_now)
    # A signature dated ahead of its arrival must not leave the days before it without content.
    first_day = min(local_date(contract.signed_at), local_date(now))
    first = ContentVersion(service=contract.service, effective_on=first_day, content=contract.content)
    return ContractState(
        contract=contract,
        clock=clock,
        reached=now,
        run_month=month_start(local_date(now)),
        mandates=mandates,
        fingerprint=start.fingerprint or "",
        versions=[first],
        credit=Decimal("0.00"),
    )


def require_own_start(start: ContractInput) -> None:
    """End a workflow that somebody started in the midst of a life that is not this contract's own.

    It is where the run before handed it on, or where what a lost run began with is given once more, sealed as it was.
    Raises ApplicationError: any other error would fail its task for ever.
    """
    if start.state is None or workflow.info().continued_run_id is not None:
        return
    signed = start.state.contract
    is_own = workflow.info().workflow_id == workflow_id(signed.number)
    if not is_own or not is_sealed_for(signed.number, SignedContract, signed.model_dump(mode="json")):
        raise _refused("state: it is not sealed as this contract's own; start with the signed contract")


async def seal_unsealed(contract: Contract, start: ContractInput) -> None:
    """Seal a contract that did not come through the door, before anything is done with it.

    Raises ApplicationError, which ends the workflow, for one that our door would refuse.
    """
    signed = contract.state.contract
    if start.fingerprint is not None and is_sealed_for(signed.number, SignedContract, signed.model_dump(mode="json")):
        return
    asked = ContractToSeal(contract=signed)
    sealed = await contract.insist("seal_contract", asked, SealedContract, "Seal the contract's personal data")
    if sealed.contract is None:
        raise _refused(sealed.fault or "refused")
    contract.state.contract, contract.state.fingerprint = sealed.contract, sealed.fingerprint


def _refused(reason: str) -> ApplicationError:
    return ApplicationError(reason, type="StartRefused", non_retryable=True)
