"""`python -m bench`: one figure a line, as `name value`."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import harmonic_mean

from asyncpg import Pool
from temporalio.client import Client

from bench import history, invoice_core, invoices, statements, throughput
from bench.ready_made import ReadyMade, enclose_ready_made
from bench.unsealed import unsealed
from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import embedded_postgres
from runtime.embedded.temporal import dev_server
from runtime.keys import open_keys
from runtime.settings import Settings
from runtime.stack import simulation
from runtime.temporal import SEARCH_ATTRIBUTES, connect
from runtime.wiring import contract_activities, contract_worker
from sealing.sealer import Sealer

PORT_BASE = 7600
MAIL_PORT = PORT_BASE + 3
CODEC_ROUNDS = 2
"""The two sides take turns, since a machine is seldom as quick one minute as the next."""

DevStack = tuple[Client, Pool, Settings, Sealer]

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


def show(name: str, value: float, digits: int = 2) -> None:
    print(f"{name} {value:.{digits}f}", flush=True)


def simulate_year_seconds() -> float:
    """One contract, one year, from a cold process."""
    sample = SAMPLES / "01-pays-on-time.contract.yaml"
    scenario = SAMPLES / "01-pays-on-time.scenario.yaml"
    begin = time.perf_counter()
    command = [_ligums(), "simulate", str(sample), "--scenario", str(scenario), "--until", "2027-02-10", "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return time.perf_counter() - begin


def up_ready_seconds() -> float:
    """From the start of `ligums up` on an empty folder until a contract is signed."""
    sample = SAMPLES / "01-pays-on-time.contract.yaml"
    with tempfile.TemporaryDirectory(prefix="ligums-bench-") as state:
        begin = time.perf_counter()
        command = [_ligums(), "up", "--state", state, "--port-base", str(PORT_BASE)]
        stack = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            sign = [_ligums(), "sign", str(sample), "--state", state]
            while subprocess.run(sign, check=False, capture_output=True).returncode:
                if time.perf_counter() - begin > 60:
                    raise SystemExit("the stack was not ready within a minute")
            return time.perf_counter() - begin
        finally:
            stack.send_signal(signal.SIGINT)
            stack.wait(timeout=30)


def demo_seconds() -> float:
    """The whole demo, as `make demo` runs it once installed."""
    with tempfile.TemporaryDirectory(prefix="ligums-bench-") as state:
        begin = time.perf_counter()
        command = [_ligums(), "up", "--demo", "--exit-when-done", "--state", state, "--port-base", str(PORT_BASE)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        return time.perf_counter() - begin


async def month_figures() -> None:
    async with simulation() as stack:
        run = await history.run_of_a_paid_month(stack)
        converter = stack.client.data_converter
        replay_milliseconds = await history.replay_milliseconds(run, converter)
    show("actions_per_month", history.actions(run).total(), 0)
    show("history_events_per_month", len(run.events), 0)
    show("replay_month_ms", replay_milliseconds)


async def throughput_figures() -> None:
    """Without the making of invoices' documents and audit reports, and then with it.

    Each round is shown as soon as it is known: on a slow machine it all takes the better part of an hour.
    """
    async with _dev_stack(ReadyMade()) as stack:
        bare = await throughput.bare_months_per_second(stack[0], throughput.TRIED, "tried")
        pace = throughput.FIRST_PACE
        rounds: list[Round] = []
        for batch in range(throughput.ROUNDS):
            last = await _contracts_and_bare(stack, batch, pace * bare, bare)
            if not last.kept_up and any(each.kept_up for each in rounds):
                break
            rounds.append(last)
            bare = last.bare_after
            pace *= throughput.QUICKER if last.kept_up else throughput.SLOWER
    fastest = max(rounds, key=lambda each: (each.kept_up, each.contracts))
    for kind, number in throughput.a_month(fastest.lives).items():
        show(f"throughput_{kind}_per_month", number)
    show("bare_months_per_second", fastest.bare)
    show("contract_months_per_second", fastest.contracts)
    show("months_per_second_ratio", fastest.ratio)
    show("contract_month_processor_ms", fastest.processor_seconds_per_month * 1000)
    async with _dev_stack() as stack:
        bare = await throughput.bare_months_per_second(stack[0], throughput.TRIED, "tried")
        with_documents = await _contracts_and_bare(stack, "documents", throughput.PACE_WITH_DOCUMENTS * bare, bare)
    show("months_per_second_ratio_with_documents", with_documents.ratio)
    show("contract_with_documents_month_processor_ms", with_documents.processor_seconds_per_month * 1000)


@dataclass(frozen=True, kw_only=True)
class Round:
    """Contract-months a second, due and done, those of the bare workflow, and what a contract's month took."""

    due: float
    contracts: float
    bare_before: float
    bare_after: float
    lives: list[throughput.Life]
    processor_seconds_per_month: float

    @property
    def kept_up(self) -> bool:
        return self.contracts >= throughput.KEPT_UP * self.due

    @property
    def bare(self) -> float:
        return (self.bare_before + self.bare_after) / 2

    @property
    def ratio(self) -> float:
        return self.contracts / self.bare


async def _contracts_and_bare(stack: DevStack, batch: int | str, due_per_second: float, bare_before: float) -> Round:
    found = await throughput.contract_months(*stack, batch, due_per_second=due_per_second)
    bare_after = await throughput.bare_months_per_second(stack[0], found.lives, batch)
    last = Round(
        due=due_per_second,
        contracts=found.months_per_second,
        bare_before=bare_before,
        bare_after=bare_after,
        lives=found.lives,
        processor_seconds_per_month=found.processor_seconds_per_month,
    )
    print(
        f"  of {last.due:.2f} due a second {last.contracts:.2f},"
        f" bare {bare_before:.2f} and {bare_after:.2f}: {last.ratio:.2f}",
        flush=True,
    )
    return last


async def codec_figures() -> None:
    """Contract-months with sealing and codec, by those without, for the same work of the processors.

    Not by the clock: both sides keep up with the months that fall due, and would show the same. Without the making of
    documents, beside which sealing would seem to cost less.
    """
    own_press = ReadyMade()
    async with (
        _dev_stack(own_press) as (client, pool, settings, sealer),
        unsealed(client, pool, settings, sealer.keys, own_press) as (open_client, open_settings, open_sealer),
    ):
        bare = await throughput.bare_months_per_second(client, throughput.TRIED, "tried")
        due = throughput.PACE_AT_EASE * bare
        rounds = []
        for batch in range(CODEC_ROUNDS):
            sealed = await throughput.contract_months(client, pool, settings, sealer, f"S{batch}", due_per_second=due)
            opened = await throughput.contract_months(
                open_client, pool, open_settings, open_sealer, f"O{batch}", due_per_second=due
            )
            rounds.append((1 / sealed.processor_seconds_per_month, 1 / opened.processor_seconds_per_month))
    with_codec, without = (harmonic_mean(rates) for rates in zip(*rounds, strict=True))
    show("codec_overhead_ratio", with_codec / without)
    for own, other in rounds:
        print(f"  of a round: {own:.2f} / {other:.2f} = {own / other:.2f}", flush=True)


@asynccontextmanager
async def _dev_stack(own_press: ReadyMade | None = None) -> AsyncIterator[DevStack]:
    with tempfile.TemporaryDirectory(prefix="ligums-bench-") as name:
        folder = Path(name)
        async with (
            embedded_postgres(folder / "postgres") as dsn,
            dev_server(
                folder / "temporal", port=PORT_BASE + 1, ui_port=PORT_BASE + 2, search_attributes=SEARCH_ATTRIBUTES
            ) as temporal,
            _mail_partner(),
        ):
            settings = Settings(
                database_url=dsn,
                temporal_address=temporal.address,
                smtp_port=MAIL_PORT,
                keys_folder=folder / "keys",
                key_vault_url=None,
                master_key_file=folder / "master-keys.json",
                partners_folder=folder / "partners",
                sms_folder=folder / "sms",
            )
            await bring_up_to_date(dsn)
            sealer = Sealer(open_keys(settings, make=True))
            client = await connect(settings, sealer.keys)
            async with (
                await open_pool(dsn) as pool,
                contract_activities(settings, pool, sealer) as activities,
                contract_worker(client, settings, activities),
            ):
                if own_press is not None:
                    enclose_ready_made(activities.post, own_press)
                yield client, pool, settings, sealer


@asynccontextmanager
async def _mail_partner() -> AsyncIterator[None]:
    partner = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.mail_partner",
        str(MAIL_PORT),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert partner.stdin is not None, "its input is a pipe"
    assert partner.stdout is not None, "its output is a pipe"
    async with asyncio.timeout(30):
        await partner.stdout.readline()
    try:
        yield
    finally:
        partner.stdin.close()
        await partner.wait()


def _ligums() -> str:
    return os.path.join(os.path.dirname(sys.executable), "ligums")


FIGURES = {
    "simulate": lambda: show("simulate_year_seconds", simulate_year_seconds()),
    "up": lambda: show("up_ready_seconds", up_ready_seconds()),
    "demo": lambda: show("demo_seconds", demo_seconds()),
    "month": lambda: asyncio.run(month_figures()),
    "invoice_document": lambda: show("invoice_document_ms", asyncio.run(invoices.document_milliseconds())),
    "throughput": lambda: asyncio.run(throughput_figures()),
    "invoice_core": lambda: show("invoice_core_per_second", invoice_core.invoices_per_second(), 0),
    "codec": lambda: asyncio.run(codec_figures()),
    "statements": lambda: show("statement_lines_per_second", statements.lines_per_second(), 0),
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if not re.fullmatch("|".join(FIGURES), name)]
    if unknown:
        print(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    for name in names or FIGURES:
        FIGURES[name]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
