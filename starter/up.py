"""`ligums up`: the whole product on this machine, its links, and the timeline of all contracts as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from socket import socket

from pydantic import SecretStr
from rich.console import Console

from activities.ledger import reading
from runtime.embedded.ports import LOOPBACK
from runtime.embedded.state import made
from runtime.logs import log_to_file
from runtime.settings import Settings
from runtime.stack import Ports, Stack, running
from schemas.workflow_id import workflow_id
from starter import demo
from starter.api import create_app
from starter.codec_door import CodecDoor, codec_door
from starter.door import Door
from starter.environment import settings_of_environment
from starter.failures import CommandFailed
from starter.feed import TimelineFeed
from starter.home import INBOX_FOLDER, MAIL_FOLDER, StackCard, remove_card, write_card
from starter.identity.local import TOKENS_FILE
from starter.inbox import Inbox
from starter.printing import console, event_line, life_of, table
from starter.serving import listen, serve
from starter.tokens import new_operator_token
from starter.watchdog import watch_stuck_contracts

LOG_FILE = "stack.log"
DEMO_SPEED = 2_000_000
TEXT_WIDTH = 80
LAST_EVENTS_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Options:
    """As on the command line; `speed` None: 1, or the demo's own."""

    folder: Path
    port_base: int
    speed: int | None
    demo: bool
    exit_when_done: bool


async def up(options: Options) -> None:
    """Run until cancelled, or until the demo is done. Raises EmbeddedFailure, CommandFailed, Refused, OSError."""
    folder = made(options.folder)
    log_to_file(folder / LOG_FILE)
    ports = Ports(options.port_base)
    samples = demo.samples() if options.demo else []
    out = console()
    settings = _settings(options, folder)
    async with codec_door() as codec, running(settings, folder, ports, codec_endpoint=codec.url) as started:
        stack = _with_token(started, folder)
        listener = listen(ports.api)
        card = _card(stack, ports).model_copy(update={"codec": codec.url})
        write_card(folder, card)
        try:
            _print_links(card, _sandboxes(stack, ports), options.folder, out)
            await _serve(stack, card, samples, listener, codec, options, out)
        finally:
            remove_card(folder)


def _settings(options: Options, folder: Path) -> Settings:
    settings = settings_of_environment()
    unless_told = DEMO_SPEED if options.demo and "speed" not in settings.model_fields_set else settings.speed
    speed = options.speed or unless_told
    outside = settings.database_url is not None or settings.temporal_address is not None
    if outside and not settings.rehearsals and (options.demo or speed > 1):
        raise CommandFailed(
            "--demo and --speed rehearse contracts, which is refused beside real ones: "
            "unset DATABASE_URL and TEMPORAL_ADDRESS, or set LIGUMS_REHEARSALS=true"
        )
    tokens_file = settings.tokens_file or folder / TOKENS_FILE
    return settings.model_copy(update={"speed": speed, "tokens_file": tokens_file})


def _with_token(stack: Stack, folder: Path) -> Stack:
    """With an operator token of its own, once nobody else runs on the folder; those of former runs count no more."""
    token = stack.settings.operator_token or SecretStr(new_operator_token(folder))
    return replace(stack, settings=stack.settings.model_copy(update={"operator_token": token}))


def _card(stack: Stack, ports: Ports) -> StackCard:
    mail = stack.folder / MAIL_FOLDER
    sandboxed = stack.settings.smtp_port == ports.smtp and stack.settings.smtp_host == LOOPBACK
    return StackCard(
        api=f"http://{LOOPBACK}:{ports.api}",
        ui=stack.ui_url,
        namespace=stack.settings.temporal_namespace,
        mail=str(mail) if sandboxed else None,
        inbox=str(stack.folder / INBOX_FOLDER),
        temporal=stack.settings.temporal_address,
    )


def _sandboxes(stack: Stack, ports: Ports) -> dict[str, str]:
    """Where the partners' sandboxes show what stands there, and have their switches."""
    settings = stack.settings
    own = {"ALSO": (settings.also_url, ports.also), "Graph": (settings.graph_login_url, ports.graph)}
    return {name: f"{url}/control" for name, (url, port) in own.items() if url == f"http://{LOOPBACK}:{port}"}


def _print_links(card: StackCard, sandboxes: dict[str, str], folder: Path, out: Console) -> None:
    links = {
        "API": f"{card.api}/docs",
        "Temporal UI": f"{card.ui}/namespaces/{card.namespace}/workflows" if card.ui else None,
        "Mailbox": card.mail,
        "ALSO": sandboxes.get("ALSO"),
        "Graph": sandboxes.get("Graph"),
        "Inbox": card.inbox,
        "State": str(folder),
    }
    for name, link in links.items():
        if link is not None:
            out.print(f"{name:<12} {link}", soft_wrap=True)
    out.print("Stop with Ctrl-C.\n")


async def _serve(
    stack: Stack,
    card: StackCard,
    samples: list[demo.Sample],
    listener: socket,
    codec: CodecDoor,
    options: Options,
    out: Console,
) -> None:
    door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
    warn = _warner()
    feed = TimelineFeed(stack.pool, await reading.timeline_end(stack.pool))
    inbox = Inbox(Path(card.inbox), door=door, link=card.workflow_link, tell=out.print)
    async with asyncio.TaskGroup() as tasks:
        background = [
            tasks.create_task(serve(create_app(stack), listener)),
            tasks.create_task(codec.serve(stack)),
            tasks.create_task(_print_timeline(feed, out)),
            tasks.create_task(inbox.watch()),
            tasks.create_task(watch_stuck_contracts(stack.client, warn)),
        ]
        await demo.accept(door, samples)
        if not options.exit_when_done:
            await asyncio.Event().wait()
        await demo.until_done(stack, door, samples)
        await asyncio.sleep(LAST_EVENTS_SECONDS)
        for each in background:
            each.cancel()
    await _print_outcome(stack, card, samples, out)


async def _print_timeline(feed: TimelineFeed, out: Console) -> None:
    async for contract, event in feed.follow():
        out.print(event_line(event, contract=contract, text_width=TEXT_WIDTH), soft_wrap=True)


async def _print_outcome(stack: Stack, card: StackCard, samples: list[demo.Sample], out: Console) -> None:
    headings = ("Contract", "Stage", "Billed", "Paid", "Owed", "Ended", "Link")
    rows = []
    for sample in samples:
        row = await reading.contract_row(stack.pool, sample.number)
        life = life_of(await reading.timeline(stack.pool, sample.number))
        amounts: tuple[Decimal, ...] = (life.billed, life.paid, life.owed)
        ended = f"{life.ended_on} ({life.end_reason})" if life.ended_on else "-"
        link = card.workflow_link(workflow_id(sample.number)) or "-"
        rows.append((sample.number, row["stage"] if row else "-", *(f"{each:.2f}" for each in amounts), ended, link))
    out.print()
    out.print(table(headings, rows, right=("Billed", "Paid", "Owed")))


def _warner() -> Callable[[str], None]:
    to_person = console(to_stderr=True)
    return lambda line: to_person.print(f"warning: {line}", style="yellow", soft_wrap=True)
