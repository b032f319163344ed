"""The one door: contracts come in and acts are handed over here, from HTTP, the command line and the inbox alike."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

from asyncpg import Pool
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import RawValue, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.audit import AuditTrail
from activities.ledger import inventory, reading, refusals
from runtime.clock import now
from runtime.converter import refused_by_door, sealed_by_door
from runtime.settings import Settings
from schemas.account import OPERATOR
from schemas.act import NO_ACT, Act, told_name
from schemas.acts import model_of
from schemas.base import Frozen
from schemas.contract import SignedContract
from schemas.erasure import PARTNERS, erasure_workflow_id
from schemas.inventory_acts import AddUser
from schemas.payload import read_fields
from schemas.personal import is_of_one_value, without_unknown
from schemas.problems import Problem, Refused
from schemas.rehearsal import Rehearsal
from schemas.scenario import Scenario, ScenarioAct
from schemas.state import ActOutcome, ContractInput, ContractView
from schemas.workflow_id import workflow_id
from sealing.errors import KeyDestroyed
from sealing.keys import owner_of
from sealing.sealer import PERSON_APART, Sealer, first_keys_of, is_same, key_ids_of
from starter.giving_way import until_taken
from terms.inventory import ERASED_USER
from terms.pricing import POINTS
from workflows.submissions import scenario_act_id

WORKFLOW_TYPES = {"it_support": "ItSupportContract", "microsoft365": "Microsoft365Contract"}
REGISTRATION_PATIENCE = timedelta(seconds=10)
ACT_PATIENCE = timedelta(seconds=30)
CALL_TIMEOUT = timedelta(seconds=10)
FINGERPRINT = "fingerprint"
ERASED = "the personal data of this contract is erased, it takes no more of it"
CLOSED = "the contract is closed"
NO_SUCH_ACT = "there is no such act"


class Accepted(Frozen):
    """A contract taken over; `already` when the same one had come before."""

    contract: str
    workflow_id: str
    already: bool


class OtherContent(Exception):
    """The number is taken by a contract with other content."""

    def __init__(self, number: str) -> None:
        super().__init__(f"number: contract {number} is already here with other content; use a new number")


class UnknownContract(Exception):
    def __init__(self, number: str) -> None:
        super().__init__(f"there is no contract {number}")


class ActNotDone(Exception):
    """An act that was refused, with the reason for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAnswered(Exception):
    """The contract has the act but has not answered in time; the same act id asks for its outcome again."""

    def __init__(self, act_id: str, patience: timedelta) -> None:
        super().__init__(
            f"no answer within {patience.total_seconds():g} s; the worker may be down. The act is not lost if it was "
            f"taken: send it again under the id {act_id}"
        )
        self.act_id = act_id


class Door:
    """Hands contracts and acts to Temporal; nothing is stored before a workflow has it."""

    def __init__(
        self,
        *,
        client: Client,
        pool: Pool,
        sealer: Sealer,
        settings: Settings,
        act_patience: timedelta = ACT_PATIENCE,
        registration_patience: timedelta = REGISTRATION_PATIENCE,
    ) -> None:
        self.client = client
        self.pool = pool
        self.sealer = sealer
        self.audit = AuditTrail(sealer=sealer, clock=now)
        self.settings = settings
        self.act_patience = act_patience
        self.registration_patience = registration_patience

    async def accept(
        self, contract: SignedContract, scenario: Scenario | None = None, *, by: str = OPERATOR.id
    ) -> Accepted:
        """Start the contract's workflow, once for its number; `by` is the account that hands it in.

        Raises OtherContent, or Refused for a scenario.
        """
        rehearsal = self._rehearsal(contract, scenario)
        known = await self._fingerprint_on_record(contract.number)
        if known is not None:
            said = await self.sealer.fingerprint(contract)
        else:
            await self.audit.handed_in(self.pool, contract.number, "contract", by, POINTS[contract.service].signed)
            try:
                await self.sealer.begin(contract.number)
                said = await self.sealer.fingerprint(contract)
                known = await self._start(contract, rehearsal, said, by)
            except KeyDestroyed:
                # A contract of this number was here before anything that is on record now.
                raise OtherContent(contract.number) from None
        if known is not None and not is_same(known, said):
            raise OtherContent(contract.number)
        await self._until_registered(contract.number)
        return Accepted(
            contract=contract.number,
            workflow_id=workflow_id(contract.number),
            already=known is not None,
        )

    async def act(
        self, number: str, act: str, payload: Any, act_id: str | None = None, *, by: str = OPERATOR.id
    ) -> ActOutcome:
        """Do an act of the account `by`. Raises ActNotDone with the reason, UnknownContract, or NotAnswered."""
        own_id = act_id or str(uuid.uuid4())
        row = await reading.contract_row(self.pool, number)
        if row is None:
            raise UnknownContract(number)
        before = await reading.first_outcome(self.pool, number, own_id)
        if before is not None:
            return _answer(ActOutcome.model_validate(before))
        model = model_of(act)
        clauses = model.clauses(row["service"]) if model else ()
        await self.audit.handed_in(self.pool, number, act if model else NO_ACT, by, clauses, own_id)
        named = told_name(act)
        closed = row["stage"] == "closed"
        if closed and not (model and model.taken_when_closed):
            return await self._refuse(number, named, own_id, CLOSED if model else NO_SUCH_ACT)
        # A sub-processor's confirmation may come when the contract is closed: whoever asked for it takes it.
        workflow = erasure_workflow_id(number, PARTNERS) if closed else workflow_id(number)
        handle = self.client.get_workflow_handle(workflow)
        try:
            sent = await self._to_send(number, model, payload, own_id, by)
            # Waiting for the answer is bounded; the act itself, once taken, is not given up.
            async with asyncio.timeout(self.act_patience.total_seconds()):
                outcome = await until_taken(
                    lambda: handle.execute_update(named, sent, id=own_id, result_type=ActOutcome)
                )
        except WorkflowUpdateFailedError as failure:
            if isinstance(failure.cause, ApplicationError) and failure.cause.type == "ActRefused":
                raise ActNotDone(failure.cause.message) from None
            return await self._refuse(number, named, own_id, "this act is not for this service")
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise NotAnswered(own_id, self.act_patience) from None
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return await self._refuse(number, named, own_id, CLOSED)
        except KeyDestroyed:
            # The contract's own: nothing can be sent to it any more.
            return await self._refuse(number, named, own_id, ERASED)
        return ActOutcome.model_validate(outcome)

    async def _to_send(self, number: str, model: type[Act] | None, payload: Any, act_id: str, by: str) -> Any:
        """The act's fields with what is personal sealed, or why it is refused.

        The contract is told of a refusal as well, so that it knows the act's id by whatever way that comes again.
        """
        if model is None:
            return refused_by_door(NO_SUCH_ACT)
        if isinstance(payload, RawValue):
            encoding = payload.payload.metadata.get("encoding", b"").decode("ascii", "replace")
            payload, fault = read_fields(encoding, payload.payload.data)
            if fault is not None:
                # Nothing of it is sent on: what cannot be read cannot be sealed under the key of whom it is about.
                return refused_by_door(fault)
        if not isinstance(payload, dict):
            return payload
        if model is AddUser and await self._was_erased(number, payload):
            return refused_by_door(ERASED_USER)
        try:
            known = without_unknown(model, payload)
            sealed = await self.sealer.seal_document(number, model, known, act_id=act_id)
        except KeyDestroyed as destroyed:
            name = owner_of(destroyed.key_id)[0].name
            person = name.startswith(PERSON_APART) and not is_of_one_value(name)
            return refused_by_door(ERASED_USER if person else ERASED)
        await self.audit.keys_made(self.pool, number, key_ids_of(model, sealed), by)
        return sealed_by_door(sealed)

    async def _was_erased(self, number: str, fields: dict[str, Any]) -> bool:
        """Of a user: the key is destroyed, or about to be, and what it sealed now would be lost with it."""
        return await inventory.was_erased(self.pool, number, str(fields.get("user")))

    async def view(self, number: str) -> ContractView:
        """The contract as its workflow sees it, or the ledger once it is closed and its workflow is deleted.

        Raises UnknownContract, RPCError when the workflow cannot be asked.
        """
        row = await reading.contract_row(self.pool, number)
        if row is None:
            raise UnknownContract(number)
        if row["stage"] == "closed":
            return await reading.view(self.pool, number)
        handle = self.client.get_workflow_handle(workflow_id(number))
        try:
            seen = await handle.query("state", result_type=ContractView, rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return await reading.view(self.pool, number)
        return ContractView.model_validate(seen)

    def _rehearsal(self, contract: SignedContract, scenario: Scenario | None) -> Rehearsal | None:
        speed = self.settings.speed
        if scenario is None:
            return Rehearsal(speed=speed) if speed > 1 and self.settings.rehearsals else None
        if not self.settings.rehearsals:
            problem = "a scenario is played on the embedded stack only, never beside real contracts"
            raise Refused((Problem(field="scenario", message=problem),))
        if scenario.acts and scenario.acts[0].at < contract.signed_at:
            problem = "lies before the contract's signed_at; the business clock starts there"
            raise Refused((Problem(field="acts[0].at", message=problem),))
        return Rehearsal(speed=speed, scenario=scenario)

    async def _fingerprint_on_record(self, number: str) -> str | None:
        row = await reading.contract_row(self.pool, number)
        return row["fingerprint"] if row else None

    async def _start(self, contract: SignedContract, rehearsal: Rehearsal | None, said: str, by: str) -> str | None:
        """Start the workflow; None if it is new, else the fingerprint of what runs under the number."""
        sealed = await self.sealer.seal_contract(contract)
        await self.audit.keys_made(self.pool, contract.number, first_keys_of(sealed), by, contract.service)
        if rehearsal is not None and rehearsal.scenario is not None:
            scenario = await self._sealed(contract, rehearsal.scenario, by)
            rehearsal = rehearsal.model_copy(update={"scenario": scenario})
        summary = f"{contract.service}: {contract.content.in_a_line()}"
        try:
            await self.client.start_workflow(
                WORKFLOW_TYPES[contract.service],
                ContractInput(contract=sealed, fingerprint=said, rehearsal=rehearsal),
                id=workflow_id(contract.number),
                task_queue=self.settings.task_queue,
                # One that failed was started past this door and never got as far as the ledger, which was asked before.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                memo={FINGERPRINT: said},
                static_summary=summary,
                rpc_timeout=CALL_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return await self._fingerprint_of_the_running(contract.number) or said
        return None

    async def _fingerprint_of_the_running(self, number: str) -> str | None:
        """Its memo alone is read: while a deadline is being unset, the SDK cannot read the search attributes."""
        described = await self.client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=self.client.namespace, execution=WorkflowExecution(workflow_id=workflow_id(number))
            ),
            retry=True,
            timeout=CALL_TIMEOUT,
        )
        memo = described.workflow_execution_info.memo.fields
        if FINGERPRINT not in memo:
            return None
        (fingerprint,) = await self.client.data_converter.decode([memo[FINGERPRINT]], [str])
        return str(fingerprint)

    async def _sealed(self, contract: SignedContract, scenario: Scenario, by: str) -> Scenario:
        """The scenario with the personal data of its acts sealed."""
        acts = []
        for position, act in enumerate(scenario.acts):
            model = model_of(act.act)
            payload = act.payload
            if model is not None:
                act_id = act.id or scenario_act_id(position)
                known = without_unknown(model, payload)
                payload = await self.sealer.seal_document(contract.number, model, known, act_id=act_id)
                made = key_ids_of(model, payload)
                await self.audit.keys_made(self.pool, contract.number, made, by, contract.service)
            acts.append(ScenarioAct(at=act.at, act=act.act, id=act.id, **(payload if model is not None else {})))
        return Scenario(payer=scenario.payer, acts=tuple(acts))

    async def _until_registered(self, number: str) -> None:
        """Give the worker a moment to put the contract on record, so that what is asked next finds it."""
        patience = asyncio.timeout(self.registration_patience.total_seconds())
        try:
            async with patience:
                while await reading.contract_row(self.pool, number) is None:  # noqa: ASYNC110 (another process writes it)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            # Accepted all the same: the workflow is durable and registers when a worker runs.
            return

    async def _refuse(self, number: str, act: str, act_id: str, reason: str) -> ActOutcome:
        at = await reading.business_now(self.pool, number, now())
        await refusals.record(self.pool, self.audit, number, act, act_id, reason, at=at)
        raise ActNotDone(reason)


def _answer(outcome: ActOutcome) -> ActOutcome:
    if not outcome.accepted:
        raise ActNotDone(outcome.reason or "refused")
    return outcome
