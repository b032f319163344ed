"""Temporal from here: the client, the names everybody uses, the search attributes."""

from __future__ import annotations

from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import KeepAliveConfig

from runtime.converter import sealing_converter
from runtime.settings import Settings
from sealing.keys import KeyStore

SEARCH_ATTRIBUTES = {
    "ContractNumber": "Keyword",
    "Service": "Keyword",
    "Stage": "Keyword",
    "Grounds": "KeywordList",
    "NextDueOn": "Datetime",
    "OpenBalance": "Keyword",
}
"""Registered once a namespace; all free of personal data. Balances are text: money is never a float."""

RPC_TIMEOUT = timedelta(seconds=10)


async def status_of(client: Client, workflow: str) -> WorkflowExecutionStatus:
    """How the latest run of a workflow stands.

    Asked of the server directly: the time-skipping server keeps an unset search attribute as null, which the
    SDK's own description does not read.
    """
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow)
    )
    answer = await client.workflow_service.describe_workflow_execution(request, timeout=RPC_TIMEOUT)
    return WorkflowExecutionStatus(answer.workflow_execution_info.status)


async def connect(
    settings: Settings,
    keys: KeyStore,
    address: str | None = None,
    *,
    keep_alive: KeepAliveConfig | None = KeepAliveConfig.default,
) -> Client:
    """A client of the Temporal at `address`, or of the one in the settings (a cluster or Temporal Cloud).

    `keep_alive` is to be None at the time-skipping server: it breaks off a connection that is pinged three times, as by
    default in a minute and a half, while it has nothing to say (measured), and a call to let time pass is lost with it.
    """
    target = address or settings.temporal_address
    if target is None:
        raise ValueError("no Temporal address: set TEMPORAL_ADDRESS")
    key = settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None
    return await Client.connect(
        target,
        namespace=settings.temporal_namespace,
        api_key=key,
        tls=settings.temporal_tls or key is not None,
        data_converter=sealing_converter(keys),
        keep_alive_config=keep_alive,
    )
