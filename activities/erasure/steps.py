"""The steps of an erasure as activities: each may be repeated at any point, and takes effect once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from asyncpg import Pool
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.audit import AuditTrail
from activities.erasure import histories, scan
from activities.ledger import confirmations, erasures, reading, retention, trail
from activities.ledger.recipients import recipients
from activities.post.partners import PartnerPost
from schemas.base import Frozen
from schemas.documents import DestroyedKey
from schemas.erasure import (
    USERS,
    Certificate,
    CertificateOrder,
    ConfirmationTaken,
    ErasureOrder,
    Histories,
    HistoriesDeleted,
    KeysDestroyed,
    Ordered,
    PartnerConfirmation,
    PartnerOrder,
    PartnersAsked,
    RetentionReport,
    RetentionRun,
    RunAsked,
    RunStands,
    ScanResult,
    Unconfirmed,
    certificate_id,
    erasure_workflow_id,
)
from schemas.partners import AgentsOrder, agents_workflow_id
from schemas.personal import INVENTORY, is_of_one_value
from schemas.workflow_id import workflow_id
from sealing.keys import CONTRACT, KeyNote, Owner, contract_owner, owner_of
from sealing.sealer import Sealer
from terms.calendar import local_date
from terms.retention import kept_after_erasure

AT_ONCE = 20
"""How many keys are destroyed side by side."""


class ErasureActivities:
    """What makes an erasure final; connections come from outside."""

    def __init__(self, *, client: Client, pool: Pool, sealer: Sealer, audit: AuditTrail, partners: PartnerPost) -> None:
        self.client = client
        self.pool = pool
        self.keys = sealer.keys
        self.audit = audit
        self.partners = partners

    # Ordered by a contract

    @activity.defn(name="order_erasure")
    async def order_erasure(self, order: ErasureOrder) -> Ordered:
        """Make the key that the contract goes on under, if it does, and have the erasure run, once for its phase."""
        if order.goes_on_under is not None:
            await self._renew(contract_owner(order.contract), order.goes_on_under)
        if order.inventory_goes_on_under is not None:
            await self._renew(contract_owner(order.contract, INVENTORY), order.inventory_goes_on_under)
        order = await self.naming_all(order)
        return await self._start("Erasure", erasure_workflow_id(order.contract, order.phase), order)

    async def naming_all(self, order: ErasureOrder) -> ErasureOrder:
        """The order with what it stands for as it is given: who gets a key until it is done keeps it.

        It names every user where it is for every one, and the values that told of a user whom its step erased.
        """
        keys = await erasures.keys_of_erased_rows(self.pool, order.contract, order.at)
        values = frozenset(owner_of(key_id)[0].name for key_id in keys)
        users = await self._every_user(order) if order.takes_every_user else None
        return order.model_copy(update={"users": users, "values": values})

    async def _every_user(self, order: ErasureOrder) -> frozenset[str]:
        """Whoever has a key: that of a user whose `add_user` was refused opens what came with it.

        The contract takes no act before they are on record, and none that adds one of them after that.
        """
        notes = await self._notes(order.contract)
        names = [name for note in notes if not is_of_one_value(name := owner_of(note.id)[0].name)]
        users = {name.removeprefix(USERS) for name in names if name.startswith(USERS)}
        return await erasures.note_users(self.pool, order.contract, order.phase, users)

    @activity.defn(name="order_partners")
    async def order_partners(self, order: PartnerOrder) -> Ordered:
        """Have the sub-processors asked, once for this phase."""
        await self.partners.note(order)
        return await self._start("PartnerErasure", erasure_workflow_id(order.contract, order.phase), order)

    @activity.defn(name="order_agents")
    async def order_agents(self, order: AgentsOrder) -> Ordered:
        """Have the RMM agents removed that a contract closed without."""
        return await self._start("LateAgentsRemoval", agents_workflow_id(order.contract), order)

    async def _start(self, workflow: str, own_id: str, order: Frozen) -> Ordered:
        try:
            await self.client.start_workflow(
                workflow,
                order,
                id=own_id,
                task_queue=activity.info().task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                rpc_timeout=histories.CALL_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            activity.logger.info("%s is running already, or has run", own_id)
        return Ordered(workflow=own_id)

    async def _renew(self, owner: Owner, generation: int) -> None:
        """Make an owner's keys up to a generation; those that are there stay, so a repeat makes none."""
        newest = max(
            (
                found
                for note in await self.keys.notes(owner.scope)
                for each, found in [owner_of(note.id)]
                if each == owner
            ),
            default=0,
        )
        for _ in range(newest, generation):
            await self.keys.renew(owner)
        contract = owner.scope.removeprefix(CONTRACT)
        await self.audit.keys_made(self.pool, contract, [owner.key_id(each) for each in range(1, generation + 1)])

    # Histories

    @activity.defn(name="run_stands")
    async def run_stands(self, asked: RunAsked) -> RunStands:
        """Whether a run is closed; one that is deleted is."""
        info = await histories.described(self.client, workflow_id(asked.contract), asked.run)
        return RunStands(closed=info is None or not histories.is_open(info))

    @activity.defn(name="find_histories")
    async def find_histories(self, asked: RunAsked) -> Histories:
        runs = await histories.runs_up_to(self.client, workflow_id(asked.contract), asked.run)
        return Histories(contract=asked.contract, runs=tuple(runs))

    @activity.defn(name="delete_histories")
    async def delete_histories(self, found: Histories) -> HistoriesDeleted:
        return await histories.delete(self.client, workflow_id(found.contract), found.runs)

    # Keys

    @activity.defn(name="destroy_keys")
    async def destroy_keys(self, order: ErasureOrder) -> KeysDestroyed:
        """Destroy the keys that the order names; how many those are, with the ones destroyed before.

        A vault takes seconds for each: so many go at once, and an attempt that runs out of time leaves fewer to the
        next. What a crash left half destroyed is finished. One that cannot be destroyed keeps no other from it.
        """
        is_gone = scan.gone_by(order.contract, order.destroys)
        notes = [note for note in await self._notes(order.contract) if is_gone(note.id)]
        left = [note for note in notes if not note.purged]
        faults: list[BaseException] = []
        for begin in range(0, len(left), AT_ONCE):
            together = left[begin : begin + AT_ONCE]
            await self._tell(order.contract, [note.id for note in together if note.destroyed is None])
            destroying = (self.keys.destroy(note.id) for note in together)
            done = await asyncio.gather(*destroying, return_exceptions=True)
            faults += [each for each in done if isinstance(each, BaseException)]
        if faults:
            raise faults[0]
        return KeysDestroyed(count=len(notes))

    async def _notes(self, contract: str) -> Sequence[KeyNote]:
        return await self.keys.notes(contract_owner(contract).scope)

    async def _tell(self, contract: str, key_ids: Sequence[str]) -> None:
        """The audit trail tells of keys that go, and loses the personal parts that were sealed under them.

        Its rows stay, as the trail's chain needs them (GUIDE-15.6). Told first: no key goes without a trace.
        """
        async with self.pool.acquire() as db, db.transaction():
            told = await trail.keys_told_destroyed(db, contract, key_ids)
            for key_id in key_ids:
                await trail.erase_personal_parts(db, contract, key_id=key_id)
            await self.audit.keys_destroyed(db, contract, [each for each in key_ids if each not in told], "erasure")

    # The certificate

    @activity.defn(name="certify")
    async def certify(self, given: CertificateOrder) -> ScanResult:
        """Look everywhere and keep a certificate; asked again, the one that is kept already."""
        order = given.order
        identity = certificate_id(order.contract, order.phase)
        certificate = await erasures.certificate(self.pool, identity)
        if certificate is None:
            certificate = await self._certified(given, identity)
        searched = sum(place.searched for place in certificate.scan)
        return ScanResult(place="everywhere", searched=searched, found=certificate.found)

    async def _certified(self, given: CertificateOrder, identity: str) -> Certificate:
        order = given.order
        notes = await self._notes(order.contract)
        found = await self._scanned(given, notes)
        async with self.pool.acquire() as db, db.transaction():
            is_whole = order.subjects is None
            closed = order.goes_on_under is None and is_whole
            certificate = Certificate(
                id=identity,
                contract=order.contract,
                service=await reading.service_of(db, order.contract),
                phase=order.phase,
                reason=order.reason,
                subjects=order.subjects,
                erased_at=order.at,
                issued_at=given.at,
                erased=await erasures.claim_erased(db, order.contract, order.at, identity),
                keys=_destroyed(notes, scan.gone_by(order.contract, order.destroys)),
                histories=given.histories,
                partners=await erasures.partners(db, order.contract),
                recipients=await recipients(db, order.contract) if is_whole else (),
                kept=kept_after_erasure(
                    local_date(order.at),
                    await erasures.last_booked_on(db, order.contract),
                    owes=bool(order.keep),
                    closed=closed,
                ),
                scan=found,
            )
            await erasures.keep_certificate(db, certificate)
        return certificate

    async def _scanned(self, given: CertificateOrder, notes: Sequence[KeyNote]) -> tuple[ScanResult, ...]:
        order = given.order
        is_gone = scan.gone_by(order.contract, order.destroys)
        places = await scan.ledger(self.pool, order.contract, is_gone)
        if order.last_run is not None:
            workflow = workflow_id(order.contract)
            kept: frozenset[str] = frozenset()
            if given.histories.kept:
                kept = frozenset(await histories.runs_up_to(self.client, workflow, order.last_run))
            places.append(await scan.temporal(self.client, workflow, is_gone, kept))
        return (*places, scan.key_store(notes, is_gone))

    # Sub-processors

    @activity.defn(name="ask_partners")
    async def ask_partners(self, asked: PartnersAsked) -> Unconfirmed:
        return Unconfirmed(count=await self.partners.ask(asked))

    @activity.defn(name="confirm_partner")
    async def confirm_partner(self, confirmation: PartnerConfirmation) -> ConfirmationTaken:
        """Put a confirmation on record, once for its act id; then the key that opened it is needed no more."""
        outcome = await confirmations.take_confirmation(self.pool, self.audit, confirmation)
        if confirmation.spent_key is not None:
            await self.keys.destroy(confirmation.spent_key)
        left = await erasures.unconfirmed(self.pool, confirmation.contract, confirmation.phase)
        return ConfirmationTaken(outcome=outcome, unconfirmed=left)

    # The retention table

    @activity.defn(name="enforce_retention")
    async def enforce_retention(self, night: RetentionRun) -> RetentionReport:
        """One batch of each category that is over its period."""
        today = local_date(night.at)
        removed = await retention.remove_a_batch(self.pool, today)
        removed["intake_keys"] = await retention.destroy_intake_keys(self.pool, self.audit, today)
        return RetentionReport(removed=removed, more=retention.is_more(removed))


def _destroyed(notes: Sequence[KeyNote], is_gone: scan.IsGone) -> tuple[DestroyedKey, ...]:
    """The keys that had to go and are gone, each with the first time it was destroyed."""
    gone = [note for note in notes if note.destroyed is not None and is_gone(note.id)]
    return tuple(DestroyedKey.model_validate({"key": note.id, "destroyed_at": note.destroyed}) for note in gone)
