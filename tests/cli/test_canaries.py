"""Canaries: a life full of unmistakable personal data, and not one of them in any byte that a stack leaves on disk."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import zstandard

from runtime.clock import now
from terms.calendar import local_date
from tests.cli import canary_subscriptions as subscriptions
from tests.cli.browser import encoded, signal
from tests.cli.canaries import PIECE_BYTES, WHOLE_GROUP_BYTES, forms, seen
from tests.cli.canary_life import (
    ADDRESSES,
    CANARIES,
    DONE,
    FROM_THE_UI,
    LOGINS,
    MAILBOXES,
    NAMES,
    NOTES,
    PAYER,
    PHONES,
    PURPOSES,
    SECRETS,
    SERIALS,
    acts,
    bank_statement,
    contract,
    files,
    passphrases_sent,
    system,
)
from tests.cli.support import RunningStack, eventually, json_lines, running_stack
from tests.ports import free_port_base

pytestmark = [pytest.mark.long, pytest.mark.real]

QUICK_LIFE = 2_000_000
WORDS_OF_BODIES = ("Ziņojums ir šifrēts. Atveriet pielikumu", "Audita ziņojuma parole")
"""In the letter that an audit report comes with, and in the text message with its passphrase."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canaries") / "state"


def as_pglz(clear: bytes) -> bytes:
    """As pglz writes what it has not met before: flags of eight literals, and these."""
    return b"".join(b"\0" + clear[at : at + 8] for at in range(0, len(clear), 8))


def as_lz4(clear: bytes) -> bytes:
    """As LZ4 writes it: a token that says how many literals, and these; 15 or more take a byte more."""
    return bytes([0xF0, len(clear) - 15]) + clear


def assert_none(stack_state: Path, canaries: Iterable[str] = CANARIES) -> None:
    """Neither in its state folder nor in what it says, which lies beside it."""
    assert seen(stack_state.parent, canaries, but=(stack_state / "mail",)) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    said = f"Anna {NAMES[0]}".encode()
    for written in (
        said,
        said.decode().encode("utf-16-le"),
        json.dumps(said.decode()).encode(),
        base64.b64encode(b"x" + said + b"more"),
        base64.urlsafe_b64encode(b"xy" + said + b"more"),
        b"before" + gzip.compress(said * 3),
        b"before" + zstandard.compress(said * 3) + b"more",
        *(as_pglz(b"x" * before + said) for before in range(8)),
        as_lz4(b"nothing" + said),
    ):
        (tmp_path / "file").write_bytes(written)
        assert seen(tmp_path, NAMES), written
    for before in range(8):
        (tmp_path / "file").write_bytes(as_pglz(b"x" * before + PHONES[1].encode()))
        assert seen(tmp_path, PHONES), before
    for before in range(len(PHONES[1])):
        (tmp_path / "file").write_bytes(bytes(PIECE_BYTES - before) + PHONES[1].encode())
        assert seen(tmp_path, PHONES), before
    for other in (b"nothing of it", as_pglz(b"+371294700"), zstandard.compress(b"nothing of it")):
        (tmp_path / "file").write_bytes(other)
        assert seen(tmp_path, (*NAMES, *PHONES)) == []
    short = [canary for canary in CANARIES if len(canary.encode()) < WHOLE_GROUP_BYTES]
    assert set(short) == {*PHONES, *subscriptions.PHONES}, "any other canary must show in one group of eight bytes"
    assert all(len(form) >= 8 for canary in CANARIES for form in forms(canary))


@pytest.mark.clause("IT-52", "IT-61")
def test_no_byte_on_disk_tells_a_person_while_the_contract_lives(state: Path, tmp_path: Path) -> None:
    with running_stack(state, free_port_base(), "--speed", "1") as stack:
        file = tmp_path / "signed.json"
        file.write_text(json.dumps(contract("CANARY-1"), ensure_ascii=False), encoding="utf-8")
        stack.done("sign", file)
        # Those that the contract itself holds.
        assert_none(state, (*NAMES[:2], *MAILBOXES[:3], *PHONES[:2], ADDRESSES[0]))
        dropped = state / "inbox" / "dropped.json"
        dropped.write_text(json.dumps(contract("CANARY-2")), encoding="utf-8")
        refused = contract("CANARY-3")
        refused["customer"]["administrator"]["email"] = f"{MAILBOXES[3]} example.lv"
        (state / "inbox" / "refused.json").write_text(json.dumps(refused), encoding="utf-8")
        eventually(lambda: not list((state / "inbox").glob("*.json")), "the inbox is empty")
        results = [(name, stack.ligums("act", "CANARY-1", name, "--json", json.dumps(each))) for name, each in acts()]
        assert {name for name, result in results if result.returncode == 0} >= DONE
        _says_none(*(result for _, result in results))
        assert json.loads(stack.done("show", "CANARY-1", "--json"))["stage"] == "suspended"
        _of_subscriptions(stack, tmp_path)
        _from_files(stack, tmp_path)
        _by_bank(stack, tmp_path)
        _out_of_the_vault(stack)
        _over_http(stack)
        for number in ("CANARY-1", "CANARY-M1"):
            _from_the_web_interface(stack, number)
        assert_none(state)
        stack.kill()
        assert_none(state)


@pytest.mark.clause("IT-54", "DPA-II.3.2")
def test_no_byte_on_disk_tells_a_person_after_the_end(state: Path, tmp_path: Path) -> None:
    begun = [
        {"at": "2026-03-20T11:00", "act": "agree_onboarding", "on": "2026-04-01T09:00"},
        {"at": "2026-04-01T10:00", "act": "record_audit", "findings": [{"severity": "low", "text": NOTES[2]}]},
        {"at": "2026-04-01T11:00", "act": "confirm_rmm_installed", "devices": 10},
        {"at": "2026-04-02T10:00", "act": "record_dispute", "note": NOTES[1], NOTES[5]: NAMES[0]},
        {"at": "2026-04-03T10:00", "act": "add_user", "user": "u-1", "name": NAMES[1], "login": LOGINS[0]},
        {"at": "2026-04-03T11:00", "act": "record_equipment", "name": "PC", "type": "PC", "serial_number": SERIALS[1]},
        {"at": "2026-04-03T12:00", "act": "record_system", **system()},
        {
            "at": "2026-04-03T13:00",
            "act": "store_credential",
            "credential": "c-1",
            "username": LOGINS[1],
            "secret": SECRETS[1],
        },
    ]
    ended = {"at": "2026-04-20T10:00", "act": "agree_end", "on": "2026-04-30", "note": NOTES[3]}
    with running_stack(state, free_port_base(), "--speed", str(QUICK_LIFE)) as stack:
        of_subscriptions = subscriptions.contract("CANARY-M4")
        for signed, payer, played in (
            (contract("CANARY-4"), "on_time", [*begun, ended]),
            (contract("CANARY-7"), "never", begun),
            (of_subscriptions, "on_time", [*subscriptions.played(), {**ended, "note": subscriptions.NOTES[7]}]),
        ):
            number = signed["number"]
            contract_file, scenario_file = tmp_path / f"{number}.json", tmp_path / f"{number}.scenario.json"
            contract_file.write_text(json.dumps(signed), encoding="utf-8")
            scenario_file.write_text(json.dumps({"payer": payer, "acts": played}), encoding="utf-8")
            stack.done("sign", contract_file, "--scenario", scenario_file)

        def are_over() -> bool:
            assert_none(state)
            numbers = ("CANARY-4", "CANARY-M4", "CANARY-7")
            stages = [stack.asked("contracts", number)["stage"] for number in numbers]
            return stages == ["closed", "closed", "ended"] and "data.erased" in _events(stack, "CANARY-7")

        eventually(are_over, "two close, and one that never pays is erased")
        assert _events(stack, "CANARY-7") >= {"claim.sent", "service.suspended", "contract.ended"}
        assert _events(stack, "CANARY-M4") >= {
            "customer.registered",
            "support.requested",
            "invoice.paid",
            "data.erased",
        }
        numbers = ("CANARY-4", "CANARY-7", "CANARY-M4")
        told = [stack.done(*words) for number in numbers for words in _questions(number)]
        assert [canary for canary in CANARIES if any(canary in each for each in told)] == []
    assert_none(state)
    _keeps_nothing_that_was_sent(state)


def _events(stack: RunningStack, number: str) -> set[str]:
    return {event["event"] for event in stack.timeline(number)}


def _questions(number: str) -> tuple[tuple[str, ...], ...]:
    return ("timeline", number, "--json"), ("show", number)


def _keeps_nothing_that_was_sent(state: Path) -> None:
    """No passphrase of a document, nor the words of an e-mail or text message, but where they went (IT-6)."""
    passphrases = passphrases_sent(state)
    # At least of two contracts' audit reports and of what all three were handed over.
    assert len(passphrases) >= 5
    sent = (*passphrases, *(each.replace("-", "") for each in passphrases), *WORDS_OF_BODIES)
    in_mail = "".join(seen(state / "mail", sent))
    assert [each for each in (*passphrases, *WORDS_OF_BODIES) if repr(each) not in in_mail] == []
    assert_none(state, sent)


def _says_none(*results: subprocess.CompletedProcess[str]) -> None:
    said = [result.stdout + result.stderr for result in results]
    assert [canary for canary in CANARIES if any(canary in each for each in said)] == []


def _of_subscriptions(stack: RunningStack, folder: Path) -> None:
    """Microsoft 365 from the signature to its suspension; ALSO gets the administrator's name, e-mail and phone."""
    file = folder / "subscriptions.json"
    file.write_text(json.dumps(subscriptions.contract("CANARY-M1"), ensure_ascii=False), encoding="utf-8")
    # The sandbox provides at once, so that nobody waits for it on real time.
    switch = f"http://127.0.0.1:{stack.port_base + 4}/control/behaviour"
    assert httpx2.put(switch, json={"provisioning_minutes": 0}, timeout=60).status_code == 204
    stack.done("sign", file)
    with _at_the_api(stack) as client:
        for name, fields in subscriptions.approvals(str(local_date(now()))):
            assert client.post(f"/contracts/CANARY-M1/acts/{name}", json=fields).status_code == 200
        eventually(lambda: stack.asked("contracts", "CANARY-M1")["stage"] == "active", "the subscriptions are provided")
        acts = subscriptions.acts()
        answers = [(name, client.post(f"/contracts/CANARY-M1/acts/{name}", json=each)) for name, each in acts]
    assert {name for name, answer in answers if answer.status_code == 200} == subscriptions.DONE
    assert [canary for canary in CANARIES if any(canary in answer.text for _, answer in answers)] == []
    assert stack.asked("contracts", "CANARY-M1")["stage"] == "suspended"
    # ALSO adds the licences at six in the morning, or at once later in the day.
    assert {"customer.registered", "data.disclosed", "change.requested"} <= _events(stack, "CANARY-M1")


def _from_files(stack: RunningStack, folder: Path) -> None:
    """An inventory out of CSV files, one of them refused."""
    results = {}
    for kind, text in files().items():
        file = folder / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        results[kind] = stack.ligums("inventory", "import", "CANARY-1", file, "--kind", kind)
    assert {kind: result.returncode for kind, result in results.items()} == {"users": 0, "systems": 0, "equipment": 1}
    _says_none(*results.values())


def _by_bank(stack: RunningStack, folder: Path) -> None:
    """Payments that match nothing: booked, ignored, and left to wait; and a statement that is none."""
    good, bad = folder / "statement.xml", folder / "broken.xml"
    good.write_bytes(bank_statement("P-1", "P-2", "P-3"))
    bad.write_bytes(bank_statement("P-4").replace(b"</Ntry>", b""))
    imported = [stack.ligums("payments", "import", file) for file in (good, bad)]
    assert [result.returncode for result in imported] == [0, 1]
    shown = json_lines(stack.done("payments", "parked", "--json"))
    assert [line["details"]["payer_name"] for line in shown] == [f"Zenta {PAYER[0]}"] * 3
    first, second, _ = (str(line["line"]) for line in shown)
    resolved = [
        stack.ligums("payments", "resolve", first, "--contract", "CANARY-1"),
        stack.ligums("payments", "resolve", second, "--ignore", f"{NOTES[4]} no {NAMES[1]}"),
    ]
    assert [result.returncode for result in resolved] == [0, 0]
    _says_none(*imported, *resolved)


def _out_of_the_vault(stack: RunningStack) -> None:
    """A credential granted, looked at, taken back, and looked for in vain."""
    token = stack.done("token", "add", "--role", "support", "--name", "support-1").strip()
    granted = stack.ligums("vault", "grant", "CANARY-1", "c-1", "support-1", "--purpose", PURPOSES[0])
    url = f"http://127.0.0.1:{stack.port_base}/contracts/CANARY-1/credentials/c-1/show"
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        shown = client.post(url, json={"purpose": PURPOSES[1]})
        revoked = stack.ligums("vault", "revoke", "CANARY-1", "c-1", "support-1", "--purpose", PURPOSES[2])
        refused = client.post(url, json={"purpose": PURPOSES[1]})
    assert [result.returncode for result in (granted, revoked)] == [0, 0]
    assert (shown.status_code, refused.status_code) == (200, 403)
    assert shown.json()["secret"] == SECRETS[0]
    _says_none(granted, revoked)
    assert [canary for canary in CANARIES if canary in refused.text] == []


def _over_http(stack: RunningStack) -> None:
    """Refused input of every kind, at the API."""
    with _at_the_api(stack) as client:
        bad = contract("CANARY-5")
        bad["customer"]["administrator"]["phone"] = f"zvans {NOTES[4]}"
        answers = [
            *(client.post("/contracts", json=each) for each in (bad, *subscriptions.refused_contracts())),
            client.post("/contracts", content=f"{{broken {NAMES[0]}".encode()),
            client.post("/contracts/CANARY-1/acts/record_dispute", content=f"[{NAMES[0]}".encode()),
            client.get("/contracts/CANARY-1/timeline", params={"q": NOTES[4]}),
        ]
    assert [answer.status_code for answer in answers[:5]] == [422] * 5
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    for answer in answers:
        assert [canary for canary in CANARIES if canary in answer.text] == []


def _at_the_api(stack: RunningStack) -> httpx2.Client:
    token = (stack.state / "operator-token").read_text(encoding="ascii").strip()
    base = f"http://127.0.0.1:{stack.port_base}"
    return httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _from_the_web_interface(stack: RunningStack, number: str) -> None:
    """A good act and a bad one, sealed by the stack's codec server and sent on to Temporal, as a browser does."""
    sent: list[tuple[str, dict[str, Any]]] = [
        ("record_dispute", {"note": f"{FROM_THE_UI[0]} par {FROM_THE_UI[1]}"}),
        ("change_contact", {"role": "administrator", "email": f"{FROM_THE_UI[0]} nav adrese", FROM_THE_UI[1]: 1}),
    ]
    before = Counter(event["event"] for event in stack.timeline(number))
    for act, fields in sent:
        asyncio.run(signal(stack, number, act, encoded(stack, fields)))
    eventually(
        lambda: (
            Counter(event["event"] for event in stack.timeline(number)) - before
            == Counter({"dispute.recorded": 1, "act.refused": 1})
        ),
        "one is done, one refused",
    )
    told = stack.done("timeline", number, "--json")
    assert [canary for canary in CANARIES if canary in told] == []
