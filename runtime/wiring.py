"""Puts the parts together: activities with their connections, and the worker that runs them."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

from asyncpg import Pool
from temporalio.client import Client
from temporalio.worker import (
    PollerBehavior,
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    UnsandboxedWorkflowRunner,
    Worker,
)

from activities.audit import AuditTrail
from activities.contract import ContractActivities
from activities.distribution import DistributionActivities
from activities.documents.einvoice_rules import RulesUnusable
from activities.documents.invoices import InvoiceDocuments
from activities.documents.press import Press, press
from activities.erasure.steps import ErasureActivities
from activities.partners.rmm import SandboxRmm
from activities.partners.sms import SandboxSms
from activities.post.office import PostOffice
from activities.post.partners import PartnerPost
from activities.post.smtp import SmtpAccount, SmtpMailer
from runtime.clock import now
from runtime.failing import FailingActivities
from runtime.heartbeat import Heartbeats
from runtime.partners import distributor, graph
from runtime.provider import load_provider
from runtime.settings import Settings, SettingsRefused
from runtime.stopping import at_work
from schemas.mail import ProviderCard
from schemas.provider import Provider
from sealing.sealer import Sealer
from workflows.agents_removal import LateAgentsRemoval
from workflows.erasure import Erasure
from workflows.it_support import ItSupportContract
from workflows.microsoft365 import Microsoft365Contract
from workflows.partner_erasure import PartnerErasure
from workflows.retention import Retention

WORKFLOWS: list[type] = [ItSupportContract, Microsoft365Contract, Erasure, PartnerErasure, LateAgentsRemoval, Retention]

TASKS_AT_ONCE = 20
"""Of workflows, and as many of activities."""

POLLERS = PollerBehaviorAutoscaling(maximum=TASKS_AT_ONCE)
"""Of workflow tasks, as many as the server says there is work for. Five, as the SDK has it of itself, fetch some thirty
tasks a second from a busy server: months that were late then stayed so, though the processors had time."""

FEW_POLLERS = PollerBehaviorSimpleMaximum(5)
"""As the SDK has it of itself. Of activities, whose pollers hold the places in which an activity would else begin
eagerly, with the task that asks for it and without the way through a queue; and of all tasks on the time-skipping
server. There a worker whose pollers scale asks for eleven seconds at a time; after those the server resets the stream
and answers on it all the same, and the client breaks the whole connection off for that (seen in the frames)."""

GARBAGE_AFTER = (20_000, 10, 50)
"""Objects made, and then collections of the younger ones, until the interpreter looks for cycles. At its own (700, 10,
10) that took a busy worker a twentieth of its time."""


@asynccontextmanager
async def contract_activities(settings: Settings, pool: Pool, sealer: Sealer) -> AsyncIterator[ContractActivities]:
    """The activities, connected to the database, the mail server and the partners. Raises SettingsRefused."""
    provider = load_provider(settings.provider_file)
    mailer = SmtpMailer(_smtp_account(settings, provider))
    audit = AuditTrail(sealer=sealer, clock=now)
    post = PostOffice(
        pool=pool,
        sealer=sealer,
        audit=audit,
        mailer=mailer,
        sms=SandboxSms(settings.sms_folder),
        provider=_card(provider),
        domain=provider.mail_sender.partition("@")[2],
        invoices=InvoiceDocuments(_press(settings)),
    )
    partners = PartnerPost(
        pool=pool,
        mailer=mailer,
        provider=post.provider,
        sub_processors=provider.sub_processors,
        domain=post.domain,
    )
    rmm = SandboxRmm(settings.partners_folder / "rmm")
    try:
        async with distributor(settings) as also, graph(settings) as microsoft:
            yield ContractActivities(
                pool=pool,
                sealer=sealer,
                audit=audit,
                post=post,
                partners=partners,
                rmm=rmm,
                distribution=DistributionActivities(pool=pool, sealer=sealer, audit=audit, also=also, graph=microsoft),
                invoice_series=provider.invoice_series,
            )
    finally:
        await mailer.close()


def workflow_runner() -> UnsandboxedWorkflowRunner:
    """How workflow code is run, and replayed.

    The sandbox loads modules anew for each run and watches what they call, except in modules passed through; all
    of ours would be. What it would watch for is held by tests instead: one clock, no I/O, and the replay of
    committed histories.
    """
    return UnsandboxedWorkflowRunner()


def contract_worker(
    client: Client, settings: Settings, activities: ContractActivities, *, pollers: PollerBehavior = POLLERS
) -> AbstractAsyncContextManager[None]:
    """A worker of every contract's workflow and activities, and of erasures, at work; run as many as needed."""
    # Modules and models stay as long as the process: no collection of garbage goes through them any more.
    gc.freeze()
    gc.set_threshold(*GARBAGE_AFTER)
    erasure = ErasureActivities(
        client=client,
        pool=activities.pool,
        sealer=activities.sealer,
        audit=activities.audit,
        partners=activities.partners,
    )
    worker = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=[
            activities.record,
            activities.issue_invoice,
            activities.send_letters,
            activities.posting_known,
            activities.first_outcome,
            activities.known_records,
            activities.asked_partners,
            activities.statements_reach,
            activities.remove_agents,
            activities.seal_act,
            activities.seal_contract,
            *distribution_activities(activities.distribution),
            erasure.order_erasure,
            erasure.order_partners,
            erasure.order_agents,
            erasure.run_stands,
            erasure.find_histories,
            erasure.delete_histories,
            erasure.destroy_keys,
            erasure.certify,
            erasure.ask_partners,
            erasure.confirm_partner,
            erasure.enforce_retention,
        ],
        interceptors=[Heartbeats(), FailingActivities(activities.pool)],
        workflow_runner=workflow_runner(),
        # The SDK's own would be a digest of all modules, which takes as long as the rest of a start.
        build_id=version("ligums"),
        max_concurrent_workflow_tasks=TASKS_AT_ONCE,
        max_concurrent_activities=TASKS_AT_ONCE,
        workflow_task_poller_behavior=pollers,
        activity_task_poller_behavior=FEW_POLLERS,
    )
    return at_work(worker)


def distribution_activities(distribution: DistributionActivities) -> list[Callable[..., Awaitable[Any]]]:
    """What a Microsoft 365 contract calls, whether the settings name a distributor or not: without one they say so."""
    return [
        distribution.register_customer,
        distribution.find_customer,
        distribution.place_order,
        distribution.subscription_state,
        distribution.add_licences,
        distribution.set_renewal,
        distribution.cancel_subscription,
        distribution.customer_at_distributor,
        distribution.ask_delegation,
        distribution.find_delegation,
        distribution.delegation,
    ]


def _press(settings: Settings) -> Press:
    try:
        return press(settings.einvoice_rules_folder)
    except RulesUnusable as error:
        raise SettingsRefused((f"LIGUMS_EINVOICE_RULES_FOLDER: {error}",)) from None


def _smtp_account(settings: Settings, provider: Provider) -> SmtpAccount:
    return SmtpAccount(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=provider.mail_sender,
        sender_name=provider.name,
        username=settings.smtp_username,
        password=settings.smtp_password,
        ca_file=settings.smtp_ca_file,
        allow_plaintext=settings.smtp_allow_plaintext,
    )


def _card(provider: Provider) -> ProviderCard:
    return ProviderCard.model_validate(provider.model_dump(include=set(ProviderCard.model_fields)))
