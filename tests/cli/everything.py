"""Reads all that a running stack gives to whoever asks, and opens all that its keys open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import asyncpg
import httpx2
from google.protobuf.message import Message
from pypdf import PdfReader
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import TemporalError

from runtime.clock import now
from runtime.embedded.postgres import dsn_under
from schemas.sealed import PREFIX, sealed_value
from schemas.workflow_id import workflow_id
from sealing.errors import KeyDestroyed
from sealing.folder import FolderKeyStore
from sealing.master import MasterKeyFile
from sealing.payloads import ERASED, is_encoded
from sealing.sealer import Sealer
from tests.cli.browser import decoded, keyless
from tests.cli.support import RunningStack

PROCESSING = ("/processing", "/processing/operations")
PAGES = ("", "/timeline", "/invoices", "/credit-notes", "/inventory", "/certificates", "/liability", *PROCESSING)
OF_ALL = ("/contracts", "/due", "/metrics", "/payments/parked", "/ledger/verification")
PDF, JSON = "application/pdf", "application/json"
COMMANDS = (
    ("show",),
    ("timeline",),
    ("inventory", "show"),
    ("certificate",),
    ("processing",),
    ("processing", "--operations"),
)
API_SECONDS = 60
NO_ANSWER = {503: "the contract's workflow cannot answer", 504: ""}
"""What is said where a workflow was restored without its keys, by whether its worker had tried it yet."""

QUERY_SECONDS = 5.0


@dataclass
class Read:
    """What was said, by where; and how many values of the contracts could be opened or not, their keys being destroyed.

    `payloads` counts Temporal's that the codec server opened, `payloads_erased` those it calls erased.
    """

    said: dict[str, str] = field(default_factory=dict)
    payloads: int = 0
    payloads_erased: int = 0
    values: int = 0
    values_erased: int = 0


async def everything(stack: RunningStack, *numbers: str) -> Read:
    """What the API, the command line, Temporal's queries and decoders, and the keys at hand tell of contracts."""
    read = Read()
    _api(stack, numbers, read)
    _command_line(stack, numbers, read)
    await _temporal(stack, numbers, read)
    await _ledger(stack.state, numbers, read)
    return read


def told(read: Read, canaries: tuple[str, ...]) -> list[str]:
    """Where a canary was read."""
    return [f"{where}: {canary!r}" for where, text in read.said.items() for canary in canaries if canary in text]


def _api(stack: RunningStack, numbers: tuple[str, ...], read: Read) -> None:
    token = (stack.state / "operator-token").read_text(encoding="ascii").strip()
    base = f"http://127.0.0.1:{stack.port_base}"
    with httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=API_SECONDS) as client:
        for page in OF_ALL:
            _ask(client, "GET", page, read)
        for number in numbers:
            _of_contract(client, number, read)


def _of_contract(client: httpx2.Client, number: str, read: Read) -> None:
    for page in PAGES:
        _ask(client, "GET", f"/contracts/{number}{page}", read)
    for invoice in client.get(f"/contracts/{number}/invoices").json():
        for way, page in (("GET", ".pdf"), ("GET", ".xml"), ("GET", "/explanation"), ("POST", "/envelope")):
            _ask(client, way, f"/invoices/{invoice['number']}{page}", read)
    for certificate in client.get(f"/contracts/{number}/certificates").json():
        _ask(client, "GET", f"/contracts/{number}/certificates/{certificate['id'].rpartition('/')[2]}.pdf", read)


def _ask(client: httpx2.Client, way: str, page: str, read: Read) -> None:
    answer = client.request(way, page)
    if answer.status_code >= 500:
        assert NO_ANSWER.get(answer.status_code, "nothing else") in answer.text, f"{page}: {answer.text}"
    read.said[f"{way} {page}"] = _text(answer)


def _text(answer: httpx2.Response) -> str:
    """What a person reads there: of a PDF its pages, facts about itself, and attached files."""
    kind = answer.headers["content-type"]
    if kind.startswith(JSON):
        return json.dumps(answer.json(), ensure_ascii=False)
    if kind != PDF:
        return answer.text
    document = PdfReader(BytesIO(answer.content))
    attached = [content.decode() for contents in document.attachments.values() for content in contents]
    return "\n".join([*(page.extract_text() for page in document.pages), str(document.metadata), *attached])


def _command_line(stack: RunningStack, numbers: tuple[str, ...], read: Read) -> None:
    of_each = ((*command, number) for number in numbers for command in COMMANDS)
    for words in (*of_each, ("contracts",), ("due",), ("verify", "trail")):
        result = stack.ligums(*words)
        read.said[" ".join(words)] = result.stdout + result.stderr


async def _temporal(stack: RunningStack, numbers: tuple[str, ...], read: Read) -> None:
    """Every payload of every workflow that the server has, as the codec server shows it; and the contracts' queries."""
    client = await keyless(stack)
    of_contract = [workflow_id(number) for number in numbers]
    async for listed in client.list_workflows():
        handle = client.get_workflow_handle(listed.id, run_id=listed.run_id)
        payloads = [payload async for payload in _payloads_of(client, handle)]
        shown = decoded(stack, payloads)
        read.said[f"{listed.id} {listed.run_id}"] = "\n".join(each.data.decode(errors="replace") for each in shown)
        if listed.id in of_contract:
            erased = [json.dumps(ERASED).encode() == each.data for each in shown]
            read.payloads += sum(is_encoded(given) for given in payloads) - sum(erased)
            read.payloads_erased += sum(erased)
    for each in of_contract:
        try:
            async with asyncio.timeout(QUERY_SECONDS):
                view = await client.get_workflow_handle(each).query("state", result_type=None)
            read.said[f"query of {each}"] = json.dumps(view, ensure_ascii=False, default=str)
        except (TemporalError, TimeoutError) as error:
            read.said[f"query of {each}"] = str(error)


async def _payloads_of(client: Client, handle: WorkflowHandle[object, object]) -> AsyncIterator[Payload]:
    run = WorkflowExecution(workflow_id=handle.id, run_id=handle.run_id or "")
    described = await client.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=run)
    )
    for payload in _payloads(described):
        yield payload
    async for event in handle.fetch_history_events():
        for payload in _payloads(event):
            yield payload


def _payloads(message: Message) -> Iterator[Payload]:
    if isinstance(message, Payload):
        yield message
        return
    for kind, value in message.ListFields():
        if kind.message_type is None:
            continue
        if kind.message_type.GetOptions().map_entry:
            parts = list(value.values())
        else:
            parts = list(value) if kind.is_repeated else [value]
        for part in parts:
            if isinstance(part, Message):
                yield from _payloads(part)


async def _ledger(state: Path, numbers: tuple[str, ...], read: Read) -> None:
    """Every row of every table, and what each sealed value in it opens to."""
    keys = FolderKeyStore(state / "keys", MasterKeyFile(state / "master-keys.json", make=False), now)
    sealer = Sealer(keys)
    database = await asyncpg.connect(dsn_under(state / "postgres"))
    try:
        tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            rows = [row[0] for row in await database.fetch(f'SELECT to_jsonb(each)::text FROM "{table}" AS each')]
            read.said[table] = "\n".join(rows)
            for value in (part for row in rows for part in _sealed_in(json.loads(row))):
                parts = sealed_value(value)
                assert parts is not None, f"a value in {table} begins like a sealed one and is none"
                if parts.key_id.startswith(tuple(f"contract/{number}/" for number in numbers)):
                    await _open(sealer, value, f"{table}, opened", read)
    finally:
        await database.close()


async def _open(sealer: Sealer, value: str, where: str, read: Read) -> None:
    try:
        clear = await sealer.open(value)
    except KeyDestroyed:
        read.values_erased += 1
    else:
        read.values += 1
        read.said[where] = f"{read.said.get(where, '')}\n{clear}"


def _sealed_in(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _sealed_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from _sealed_in(value)
    elif isinstance(document, str) and document.startswith(PREFIX):
        yield document
