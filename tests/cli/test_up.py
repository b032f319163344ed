"""`ligums up` as people run it: real parts, real commands, kills and Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from tests.cli.browser import details, listed
from tests.cli.support import (
    RunningStack,
    environment,
    eventually,
    json_lines,
    ligums,
    running_stack,
    sample,
    still_running,
)
from tests.ports import free_port_base

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def stack(module_folder: Path) -> Iterator[RunningStack]:
    with running_stack(module_folder / "state") as running:
        yield running


def contract_file(folder: Path, number: str) -> Path:
    """The contract of a sample under a number of its own."""
    text = sample("01-pays-on-time")[0].read_text(encoding="utf-8")
    file = folder / "contract.yaml"
    file.write_text(text.replace("IT-2026-000101", number), encoding="utf-8")
    return file


def signed(stack: RunningStack, folder: Path, number: str) -> str:
    stack.done("sign", contract_file(folder, number))
    return number


def closed_timeline(stack: RunningStack, number: str) -> list[Any]:
    eventually(lambda: stack.asked("contracts", number)["stage"] == "closed", f"{number} closes")
    assert json_lines(stack.done("show", number, "--json"))[0]["stage"] == "closed"
    return stack.timeline(number)


def test_a_scenario_played_fast_gives_the_timeline_that_simulate_gives(stack: RunningStack) -> None:
    contract, scenario = sample("04-gives-notice")
    said = stack.done("sign", contract, "--scenario", scenario)
    link = f"http://127.0.0.1:{stack.port_base + 2}/namespaces/default/workflows/contract%2FIT-2026-000104"
    assert [line.split()[1] for line in said.splitlines()] == ["IT-2026-000104", "contract/IT-2026-000104", link]

    simulated = ligums("simulate", contract, "--scenario", scenario, "--json")
    assert simulated.returncode == 0, simulated.stderr

    assert closed_timeline(stack, "IT-2026-000104") == json_lines(simulated.stdout)
    assert "already accepted" in stack.done("sign", contract, "--scenario", scenario)


def test_an_act_tells_what_it_changed_and_the_same_id_does_it_once(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900001")
    words = ("act", number, "record_dispute", "note=Rēķina rindas", "--id", "dispute-1")

    first, second = stack.done(*words), stack.done(*words)

    assert "Dispute recorded" in first
    assert second == first
    assert [event["event"] for event in stack.timeline(number)].count("dispute.recorded") == 1


def test_a_refused_act_gives_its_reason_and_one_event(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900002")

    result = stack.ligums("act", number, "record_payment", "amount=1.234", "paid_on=2026-02-11")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "amount: must be an amount in EUR with at most two decimals, such as 12.50\n"
    refusals = [event["data"] for event in stack.timeline(number) if event["event"] == "act.refused"]
    assert [refusal["act"] for refusal in refusals] == ["record_payment"]


def test_an_invoice_comes_as_pdf_and_as_e_invoice(stack: RunningStack, folder: Path) -> None:
    contract, scenario = sample("04-gives-notice")
    stack.done("sign", contract, "--scenario", scenario)
    issued = [each for each in closed_timeline(stack, "IT-2026-000104") if each["event"] == "invoice.issued"]
    number = issued[0]["data"]["number"]

    stack.done("invoice", number, "--pdf", folder / "invoice.pdf", "--xml", folder / "invoice.xml")
    envelope = stack.ligums("invoice", number, "--envelope")
    printed = [stack.ligums("invoice", number, "--printed") for _ in range(2)]
    unknown = stack.ligums("invoice", "BB-2020-000001", "--pdf", folder / "unknown.pdf")

    assert (folder / "invoice.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert f"<cbc:ID>{number}</cbc:ID>" in (folder / "invoice.xml").read_text(encoding="utf-8")
    # This customer takes invoices by post.
    assert printed[0].stdout == f"{number} is off the print queue.\n"
    assert printed[1].stderr == "it is not on the print queue: it went by e-mail, or was printed before\n"
    assert unknown.stderr == "there is no invoice of this number\n"
    assert "the customer's data is erased" in envelope.stderr
    assert [each.returncode for each in (*printed, unknown, envelope)] == [0, 1, 1, 1]
    assert not (folder / "unknown.pdf").exists()


def test_contracts_are_shown_and_listed(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900003")

    shown = stack.done("show", number)
    assert f"Contract   {number} (it_support)" in shown
    assert "Stage      onboarding" in shown
    listed = json_lines(stack.done("contracts", "--stage", "onboarding", "--json"))
    assert number in [contract["number"] for contract in listed]
    assert number in stack.done("contracts")
    # Nobody agrees on an onboarding: at this speed that needs a person soon.
    eventually(lambda: number in [item["contract"] for item in stack.asked("due")], f"{number} needs a person")
    assert number in stack.done("due")
    assert all(item["clauses"] for item in json_lines(stack.done("due", "--json")) if item["contract"] == number)


@pytest.mark.clause("M365-1", "M365-5")
async def test_a_microsoft_365_contract_shows_in_the_web_interface(stack: RunningStack) -> None:
    number, (file, _) = "MS-2026-000201", sample("06-licences")
    said = await asyncio.to_thread(stack.done, "sign", file)
    link = f"http://127.0.0.1:{stack.port_base + 2}/namespaces/default/workflows/contract%2F{number}"
    assert [line.split()[1] for line in said.splitlines()] == [number, f"contract/{number}", link]
    # Nobody accepts or approves anything, so that it stays as it is: reminded of it, and nothing is ordered.
    found = await asyncio.to_thread(eventually, lambda: asyncio.run(listed(stack, number)), "it is listed")
    told = ("ContractNumber", "Service", "Stage", "OpenBalance")
    assert [found.get(name) for name in told] == [number, "microsoft365", "onboarding", "0.00"]
    shown = await asyncio.to_thread(eventually, lambda: asyncio.run(details(stack, number)), "it shows its details")
    for line in (
        f'## {number}, SIA "Skice un līnija"',
        "- Stage: **onboarding**",
        "- 1: **8 × Microsoft 365 Business Standard** by the year, not provided yet",
        "- 2: **5 × Microsoft 365 Business Basic** by the month, not provided yet",
        "- tenant_domain: **skiceunlinija.onmicrosoft.com**",
    ):
        assert line in shown.splitlines()
    assert "Elīna" not in shown


def test_what_the_stack_refuses_is_one_line_a_fault(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900004")
    file = contract_file(folder, number)
    file.write_text(file.read_text(encoding="utf-8").replace("users: 14", "users: 15"), encoding="utf-8")

    result = stack.ligums("sign", file)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("number: ")
    assert len(result.stderr.splitlines()) == 1

    unknown = stack.ligums("show", "IT-2026-999999")
    assert (unknown.returncode, unknown.stderr) == (1, "there is no contract of this number\n")


def test_the_inbox_replaces_a_contract_by_a_receipt_and_a_faulty_file_by_the_reasons(
    stack: RunningStack, folder: Path
) -> None:
    inbox = stack.state / "inbox"
    good = contract_file(folder, "IT-2026-900005")
    shutil.move(good, inbox / "good.yaml")
    (inbox / "faulty.yml").write_text("number: IT-2026-900006\n", encoding="utf-8")
    (inbox / "huge.json").write_bytes(b"{" + b" " * 300_000)
    (inbox / "link.yaml").symlink_to(sample("02-never-pays")[0])
    (inbox / "folder.yaml").mkdir()
    (inbox / "notes.txt").write_text("not for the product", encoding="utf-8")

    results = {"good.yaml.receipt.txt"} | {f"{each}.refused.txt" for each in ("faulty.yml", "huge.json", "link.yaml")}
    expected = results | {"folder.yaml", "folder.yaml.refused.txt", "notes.txt"}
    eventually(lambda: {each.name for each in inbox.iterdir()} == expected, "the inbox is worked off")

    receipt = (inbox / "good.yaml.receipt.txt").read_text(encoding="utf-8").splitlines()
    assert receipt[:2] == ["contract: IT-2026-900005", "workflow: contract/IT-2026-900005"]
    assert receipt[2].endswith("/contract%2FIT-2026-900005")
    refused = (inbox / "faulty.yml.refused.txt").read_text(encoding="utf-8")
    assert "customer: is missing" in refused
    assert "larger than 256 KiB" in (inbox / "huge.json.refused.txt").read_text(encoding="utf-8")
    assert sample("02-never-pays")[0].exists()
    assert stack.timeline("IT-2026-900005")[0]["event"] == "contract.signed"


def test_a_second_stack_on_the_same_state_or_port_is_refused_in_one_line(stack: RunningStack, folder: Path) -> None:
    same_state = ligums("up", "--state", stack.state, "--port-base", str(free_port_base()))
    assert same_state.returncode == 1
    assert same_state.stderr.startswith(f"another stack is already running on {stack.state} (process ")
    assert len(same_state.stderr.splitlines()) == 1

    same_port = ligums("up", "--state", folder / "other", "--port-base", str(stack.port_base))
    assert same_port.returncode == 1
    assert "is taken by another program; choose another with --port-base N" in same_port.stderr
    assert len(same_port.stderr.splitlines()) == 1


def test_the_token_is_for_its_owner_alone(stack: RunningStack) -> None:
    assert stat.S_IMODE((stack.state / "operator-token").stat().st_mode) == 0o600


def test_payloads_are_read_under_a_secret_path_that_stands_on_the_card_alone(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900013")
    card_file = stack.state / "stack.json"
    assert stat.S_IMODE(card_file.stat().st_mode) == 0o600
    codec = json.loads(card_file.read_text(encoding="utf-8"))["codec"]
    token = codec.split("/")[3]
    assert len(token) >= 40

    show = ("workflow", "show", "--workflow-id", f"contract/{number}", "--output", "json")
    address = ("--address", f"127.0.0.1:{stack.port_base + 1}")
    temporal = Path(sys.executable).with_name("temporal")
    surroundings = environment(HOME=str(folder))
    answers = [
        subprocess.run(
            [temporal, *show, *address, *more],
            capture_output=True, text=True, timeout=120, check=True, env=surroundings,
        ).stdout
        for more in ((), ("--codec-endpoint", codec))
    ]  # fmt: skip
    sealed, opened = (
        json.loads(answer)["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"][0]
        for answer in answers
    )
    assert b64decode(sealed["metadata"]["encoding"]) == b"binary/ligums"
    # By now it may be a later run, whose input has the number in another place than the first.
    assert number.encode() in b64decode(opened["data"])
    assert number.encode() not in b64decode(sealed["data"])

    written = [path for path in stack.state.rglob("*") if path.is_file() and path != card_file]
    assert not [path for path in written if token.encode() in path.read_bytes()]
    assert token not in stack.said()


@pytest.mark.clause("GUIDE-4.5")
async def test_the_retention_table_is_enforced_every_night(stack: RunningStack) -> None:
    client = await Client.connect(f"127.0.0.1:{stack.port_base + 1}")
    scheduled = await client.get_schedule_handle("retention").describe()
    assert scheduled.schedule.spec.time_zone_name == "Europe/Riga"
    assert scheduled.info.next_action_times


def test_killed_it_comes_back_with_everything_and_stops_cleanly_on_ctrl_c(folder: Path) -> None:
    state = folder / "state"
    with running_stack(state) as killed:
        number = signed(killed, folder, "IT-2026-900007")
        killed.done("act", number, "record_dispute", "note=x", "--id", "before")
        before = killed.timeline(number)
        children = killed.children()
        token = (state / "operator-token").read_bytes()
        killed.kill()
    eventually(lambda: not any(child.is_running() for child in children), "the parts end with the stack")
    shutil.move(contract_file(folder, "IT-2026-900008"), state / "inbox" / "while-down.yaml")
    gone = killed.ligums("show", number)
    assert gone.returncode == 1
    assert gone.stderr == f"no running stack at {state}; start one with `ligums up`\n"

    with running_stack(state, killed.port_base) as again:
        assert again.timeline(number)[: len(before)] == before
        of_the_run_before = folder / "token"
        of_the_run_before.write_bytes(token)
        refused = again.ligums("due", "--token-file", of_the_run_before)
        assert (refused.returncode, refused.stderr) == (1, "nobody is known by this token\n")
        assert "Dispute recorded" in again.done("act", number, "record_dispute", "note=y", "--id", "after")
        eventually((state / "inbox" / "while-down.yaml.receipt.txt").exists, "the inbox goes on")
        children = again.children()
        assert again.stop() == 0
    assert again.said().endswith("Stopped.\n")
    assert "Traceback" not in again.said()
    assert still_running(children) == []
    assert not (state / "stack.json").exists()


@pytest.mark.long
def test_the_demo_ends_of_itself_may_be_run_again_and_gives_the_timelines_that_simulate_gives(folder: Path) -> None:
    state, ports = folder / "state", free_port_base()
    for _ in range(2):
        result = ligums("up", "--demo", "--exit-when-done", "--state", state, "--port-base", str(ports))
        assert result.returncode == 0, result.stderr
        samples = ("IT-2026-0001", "MS-2026-0002")
        rows = [line.split()[:5] for line in result.stdout.splitlines() if line.startswith(samples)]
        assert [row[:2] for row in rows] == [
            ["IT-2026-000101", "closed"],
            ["IT-2026-000102", "ended"],
            ["IT-2026-000103", "closed"],
            ["IT-2026-000104", "closed"],
            ["IT-2026-000105", "closed"],
            ["MS-2026-000201", "closed"],
            ["MS-2026-000202", "closed"],
        ]
    numbers = {"03-pays-late": "IT-2026-000103", "07-licences-unpaid": "MS-2026-000202"}
    with running_stack(state, ports) as stack:
        for name, number in numbers.items():
            contract, scenario = sample(name)
            simulated = json_lines(ligums("simulate", contract, "--scenario", scenario, "--json").stdout)
            told = stack.timeline(number)
            for event in (*told, *simulated):
                # ALSO numbers its customers as they come, and here those of two contracts come to one.
                event["data"].pop("company", None)
            assert told == simulated, name


@pytest.mark.long
async def test_a_person_is_told_of_a_contract_whose_workflow_is_stuck(stack: RunningStack) -> None:
    client = await Client.connect(f"127.0.0.1:{stack.port_base + 1}")
    broken = await client.start_workflow("NoSuchContract", id="contract/IT-2026-900009", task_queue="ligums")
    told = "warning: the workflow of contract IT-2026-900009 fails again and again"
    try:
        await asyncio.to_thread(eventually, lambda: told in stack.said(), "a person is told")
    finally:
        await broken.terminate()


@pytest.mark.long
def test_a_file_that_still_grows_is_left_alone(stack: RunningStack, folder: Path) -> None:
    whole = contract_file(folder, "IT-2026-900012").read_bytes()
    dropped = stack.state / "inbox" / "growing.yaml"
    with dropped.open("wb", buffering=0) as file:
        for byte in range(20):
            file.write(whole[byte : byte + 1])
            time.sleep(0.2)  # Slower than this would be a pause between two looks.
        assert list(dropped.parent.glob("growing.yaml.*")) == []
        file.write(whole[20:])

    eventually((stack.state / "inbox" / "growing.yaml.receipt.txt").exists, "the whole file is accepted")
    assert not dropped.exists()


@pytest.mark.long
def test_parts_that_die_are_started_again_and_contracts_go_on(stack: RunningStack, folder: Path) -> None:
    before = signed(stack, folder, "IT-2026-900010")
    for part in ("postgres/postgres.pid", "temporal/temporal.pid"):
        os.kill(int((stack.state / part).read_text(encoding="ascii")), signal.SIGKILL)
    eventually(lambda: stack.ligums("show", before).returncode == 0, "the parts are back")

    after = signed(stack, folder, "IT-2026-900011")
    eventually(lambda: f"{after}   Contract signed" in stack.said(), "the timeline goes on")
    assert "starting it again" in stack.said()
    assert "Traceback" not in stack.said()


def test_a_stop_while_it_starts_leaves_nothing_running(folder: Path) -> None:
    starting = RunningStack(folder / "state", free_port_base())
    eventually((folder / "state" / "postgres").exists, "the parts start")
    children = starting.children()
    starting.process.send_signal(signal.SIGTERM)

    assert starting.process.wait(20) == 0
    assert "Traceback" not in starting.said()
    assert still_running(children) == []
