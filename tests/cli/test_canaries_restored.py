"""Canaries after the erasure: nobody who asks gets one, nor from a data backup taken before it and put back."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli import canary_subscriptions as subscriptions
from tests.cli.canaries import seen
from tests.cli.canary_life import (
    CANARIES,
    LOGINS,
    MAILBOXES,
    NAMES,
    NOTES,
    PAYER,
    SECRETS,
    SERIALS,
    SYSTEM,
    bank_statement,
    contract,
    passphrases_sent,
    system,
)
from tests.cli.everything import everything, told
from tests.cli.support import RunningStack, eventually, running_stack
from tests.ports import free_port_base

pytestmark = [pytest.mark.long, pytest.mark.real]

NUMBER, OF_SUBSCRIPTIONS = NUMBERS = ("CANARY-6", "CANARY-M6")
A_DAY_IN_HALF_A_SECOND = 172_800
DATA = ("postgres", "temporal")
LIFE_SECONDS = 600
PLAYED: list[dict[str, Any]] = [
    {"at": "2026-03-20T11:00", "act": "agree_onboarding", "on": "2026-03-21T09:00"},
    {"at": "2026-03-21T10:00", "act": "record_audit", "findings": [{"severity": "low", "text": NOTES[2]}]},
    {"at": "2026-03-21T11:00", "act": "confirm_rmm_installed", "devices": 10},
    {
        "at": "2026-03-22T10:00",
        "act": "add_user",
        "user": "u-1",
        "name": NAMES[1],
        "email": f"{MAILBOXES[4]}@example.lv",
        "login": LOGINS[0],
        "note": NOTES[6],
    },
    {"at": "2026-03-22T10:30", "act": "record_system", **system()},
    {"at": "2026-03-22T11:00", "act": "record_equipment", "name": "PC", "type": "PC", "serial_number": SERIALS[1]},
    {
        "at": "2026-03-22T12:00",
        "act": "store_credential",
        "credential": "c-1",
        "username": LOGINS[1],
        "secret": SECRETS[1],
    },
    {
        "at": "2026-03-23T09:00",
        "act": "pass_data_request",
        "by": "data_subject",
        "asks": "access",
        "received_on": "2026-03-22",
        "note": NOTES[7],
    },
    {"at": "2026-03-23T10:00", "act": "record_dispute", "note": NOTES[1]},
]


@pytest.mark.clause("IT-54", "DPA-II.3.2", "GUIDE-5.2i", "GUIDE-18c")
def test_after_the_erasure_no_answer_and_no_restored_backup_tells_a_person(tmp_path: Path) -> None:
    state, backup, ports = tmp_path / "state", tmp_path / "backup", free_port_base()
    with running_stack(state, ports, "--speed", str(A_DAY_IN_HALF_A_SECOND)) as stack:
        _sign(stack, tmp_path, contract(NUMBER), PLAYED)
        _sign(stack, tmp_path, subscriptions.contract(OF_SUBSCRIPTIONS), subscriptions.played())
        eventually(lambda: all(_is_disputed(stack, number) for number in NUMBERS), "they live", LIFE_SECONDS)
        _is_paid(stack, tmp_path)
        alive = asyncio.run(everything(stack, *NUMBERS))
        assert stack.stop() == 0
    _copy(state, backup)
    # Not even sealed is a passphrase kept.
    passphrases = passphrases_sent(state)
    assert passphrases
    assert told(alive, tuple(passphrases)) == []
    # Whoever has the keys reads the ledger: what is looked for below is there to be found.
    assert any("opened" in where for where in told(alive, CANARIES))
    assert {canary for canary in CANARIES if any(canary in each for each in told(alive, CANARIES))} >= {
        *(LOGINS[0], LOGINS[1], SERIALS[1], SECRETS[1], NOTES[1], NOTES[2], NOTES[6], NAMES[0], MAILBOXES[4]),
        *(*SYSTEM, PAYER[2]),
        *(*subscriptions.NAMES, *subscriptions.MAILBOXES[:2], *subscriptions.PHONES, *subscriptions.NOTES[:3]),
    }
    # What a data subject asked, and what the controller instructs, is in the record of processing for whoever answers.
    in_the_record = {NUMBER: NOTES[7], OF_SUBSCRIPTIONS: subscriptions.NOTES[2]}
    words = tuple(repr(each) for each in in_the_record.values())
    assert all("opened" in where or where.endswith(words) for where in told(alive, CANARIES))
    for number, note in in_the_record.items():
        shown = [f"GET /contracts/{number}/processing", f"processing {number}"]
        assert [where for where in shown if note not in alive.said[where]] == []
    assert alive.payloads > 0
    assert alive.values_erased == alive.payloads_erased == 0

    with running_stack(state, ports, "--speed", str(A_DAY_IN_HALF_A_SECOND)) as stack:
        # An act and none of the scenario, so that nothing ends while it is still being read.
        for number in NUMBERS:
            eventually(partial(_ended, stack, number), "its end is agreed", LIFE_SECONDS)
        # One for all but the address a debt is collected at, one for that.
        eventually(lambda: [len(_certificates(stack, number)) for number in NUMBERS] == [2, 2], "erased", LIFE_SECONDS)
        erased = asyncio.run(everything(stack, *NUMBERS))
        assert stack.stop() == 0
    printed = ["".join(text.split()) for where, text in erased.said.items() if where.endswith(".pdf")]
    for number in NUMBERS:
        assert len([text for text in printed if number in text]) > 2, "two certificates, and invoices"
    assert told(erased, CANARIES) == []
    assert erased.payloads == erased.values == 0

    for folder in DATA:
        shutil.rmtree(state / folder)
    _copy(backup, state)
    with running_stack(state, ports, "--speed", str(A_DAY_IN_HALF_A_SECOND)) as stack:
        back = asyncio.run(everything(stack, *NUMBERS))
        assert "sealed values erased again" in stack.done("restore-check")
        checked = asyncio.run(everything(stack, *NUMBERS))
        assert stack.stop() == 0
    # It had come back, as ciphertext that nothing opens; then it was erased again.
    assert back.values_erased > 0
    assert back.payloads_erased > 0
    assert back.values == back.payloads == 0
    assert told(back, CANARIES) == []
    assert told(checked, CANARIES) == []
    assert checked.values == checked.values_erased == checked.payloads == checked.payloads_erased == 0
    assert seen(state, CANARIES, but=(state / "mail",)) == []
    assert seen(backup, CANARIES) == []


def _sign(stack: RunningStack, folder: Path, signed: dict[str, Any], played: list[dict[str, Any]]) -> None:
    """Hand a contract over, with acts of a scenario; it pays on time."""
    contract_file, scenario_file = folder / f"{signed['number']}.json", folder / f"{signed['number']}.scenario.json"
    contract_file.write_text(json.dumps(signed), encoding="utf-8")
    scenario_file.write_text(json.dumps({"payer": "on_time", "acts": played}), encoding="utf-8")
    stack.done("sign", contract_file, "--scenario", scenario_file)


def _is_disputed(stack: RunningStack, number: str) -> bool:
    return any(event["event"] == "dispute.recorded" for event in stack.asked("contracts", number, "timeline"))


def _is_paid(stack: RunningStack, folder: Path) -> None:
    """By somebody whom the bank names, and the product does not know."""
    file = folder / "statement.xml"
    file.write_bytes(bank_statement("P-1", on="2026-03-22"))
    stack.done("payments", "import", file)
    [line] = [json.loads(each) for each in stack.done("payments", "parked", "--json").splitlines()]
    stack.done("payments", "resolve", str(line["line"]), "--contract", NUMBER)


def _ended(stack: RunningStack, number: str) -> bool:
    """Ask for an end a few days after what was told last; refused where the contract has lived past that meanwhile."""
    last = json.loads(stack.done("timeline", number, "--json").splitlines()[-1])["at"]
    on = date.fromisoformat(last[:10]) + timedelta(days=40)
    return stack.ligums("act", number, "agree_end", f"on={on}", f"note={NOTES[3]}").returncode == 0


def _certificates(stack: RunningStack, number: str) -> list[Any]:
    certificates: list[Any] = stack.asked("contracts", number, "certificates")
    return certificates


def _copy(source: Path, target: Path) -> None:
    """The data, with its owners and times, and not the keys."""
    target.mkdir(exist_ok=True)
    for folder in DATA:
        subprocess.run(["cp", "--archive", str(source / folder), str(target)], check=True)
