"""Canaries: a life full of unmistakable personal data, and not one of them in any byte that a stack leaves on disk."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
import zstandard

from tests.cli.browser import encoded, signal
from tests.cli.canaries import WHOLE_GROUP_BYTES, forms, seen
from tests.cli.support import RunningStack, eventually, running_stack
from tests.ports import free_port_base

pytestmark = [pytest.mark.long, pytest.mark.real]

NAMES = ("Kanārijputniņa", "Dzeltenspārniņa", "Svilpjotājiņa-Čiepa", "Meistarovičiņa-Čuļa")
MAILBOXES = ("kanarijputnina.pasts", "dzeltensparna.epasts", "svilpjotaja.rekini", "meistarovica.jauna")
PHONES = ("29470031", "29470032", "29470033")
ADDRESSES = ("Putnubūdasmala 4711", "Sprostagatvesgals 815")
NOTES = (
    "Slepenpiezīmītes",
    "Strīdusnoslēpums",
    "Atklājumsnoslēpums",
    "Izbeigšanasvēstule",
    "Refusedcanarynote",
    "Canarykeyofnofield",
)
SERIALS = ("SN-KANARIJA-0001", "SN-KANARIJA-0002")
SECRETS = ("Ļoti-Slepena-Parole-77", "Atslēga-no-Sprosta-78")
LOGINS = ("kanarijas.lietotajs", "sprosta.saimnieks")
FROM_THE_UI = ("Saskarnescanarynote", "Saskarnes-Kanārijputns")
CANARIES = (*SERIALS, *SECRETS, *LOGINS, *NAMES, *MAILBOXES, *PHONES, *ADDRESSES, *NOTES, *FROM_THE_UI)
DONE = {
    "record_dispute",
    "change_contact",
    "add_user",
    "change_user",
    "record_equipment",
    "record_system",
    "store_credential",
}
QUICK_LIFE = 2_000_000


def contract(number: str) -> dict[str, Any]:
    return {
        "number": number,
        "service": "it_support",
        "signed_at": "2026-03-20T10:00:00+02:00",
        "customer": {
            "name": "SIA Sprosts",
            "registration_number": "40999900114",
            "legal_address": "Viļņu iela 1, Rīga, LV-1010",
            "administrator": {
                "name": f"Anna {NAMES[0]}",
                "phone": f"+371{PHONES[0]}",
                "email": f"{MAILBOXES[0]}@example.lv",
            },
            "technical_contact": {
                "name": f"Juris {NAMES[1]}",
                "phone": f"+371{PHONES[1]}",
                "email": f"{MAILBOXES[1]}@example.lv",
            },
            "invoice_delivery": {"email": f"{MAILBOXES[2]}@example.lv", "postal_address": ADDRESSES[0]},
        },
        "consents": {"rmm_agents": True, "network_access": True, "credential_storage": True, "annex2_duties": True},
        "content": {"plan": "Standarta", "period_months": 12, "users": 10, "price_per_user": "12.50"},
    }


def acts() -> list[tuple[str, dict[str, Any]]]:
    """Done or refused, with canaries in every personal field and where none belongs."""
    return [
        ("record_dispute", {"note": f"Par {NOTES[1]} un {NAMES[2]}"}),
        ("record_audit", {"findings": [{"severity": "high", "text": f"{NOTES[2]}: {NAMES[3]}"}]}),
        ("change_contact", {"role": "administrator", "name": f"Ieva {NAMES[3]}", "phone": f"+371{PHONES[2]}"}),
        ("change_contact", {"role": "invoice_delivery", "postal_address": ADDRESSES[1]}),
        ("request_change", {"from_email": f"{MAILBOXES[3]}@example.lv", "users": 3, "effective_on": "2027-01-01"}),
        ("give_notice", {"by": "customer", "end_on": "2026-01-01", "signed_by": NAMES[2], "reason": NOTES[3]}),
        ("record_payment", {"amount": "1.00", "paid_on": "2026-03-20", "reference": f"No {NAMES[2]} {NOTES[0]}"}),
        ("record_dispute", {"note": 5, "more": f"{NOTES[4]} {NAMES[0]}"}),
        ("record_dispute", {"note": f"{NOTES[4]}\u0007", f"{NOTES[5]}": NAMES[0]}),
        ("change_contact", {"role": "administrator", "email": f"{MAILBOXES[3]} example.lv"}),
        ("dance", {"note": NOTES[4]}),
        ("add_user", {"user": "u-1", "name": f"Zane {NAMES[1]}", "login": LOGINS[0], "work_phone": f"+371{PHONES[1]}"}),
        ("change_user", {"user": "u-1", "note": NOTES[1]}),
        ("record_equipment", {"name": f"{NAMES[1]} dators", "type": "laptop", "serial_number": SERIALS[0]}),
        ("record_system", {"name": f"{NAMES[2]} tīkls", "type": "maršrutētājs", "responsible": f"Ieva {NAMES[3]}"}),
        ("store_credential", {"credential": "c-1", "username": LOGINS[1], "secret": SECRETS[0], "note": NOTES[2]}),
        ("store_credential", {"credential": "c-2", "username": LOGINS[1], "secret": [SECRETS[1]]}),
        ("erase_user", {"user": NAMES[1]}),
    ]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canaries") / "state"


def as_pglz(clear: bytes) -> bytes:
    """As pglz writes what it has not met before: flags of eight literals, and these."""
    return b"".join(b"\0" + clear[at : at + 8] for at in range(0, len(clear), 8))


def as_lz4(clear: bytes) -> bytes:
    """As LZ4 writes it: a token that says how many literals, and these; 15 or more take a byte more."""
    return bytes([0xF0, len(clear) - 15]) + clear


def assert_none(stack_state: Path) -> None:
    assert seen(stack_state, CANARIES, but=(stack_state / "mail",)) == []


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
    for other in (b"nothing of it", as_pglz(b"+371294700"), zstandard.compress(b"nothing of it")):
        (tmp_path / "file").write_bytes(other)
        assert seen(tmp_path, (*NAMES, *PHONES)) == []
    short = [canary for canary in CANARIES if len(canary.encode()) < WHOLE_GROUP_BYTES]
    assert set(short) == set(PHONES), "any other canary must show in one group of eight bytes"
    assert all(len(form) >= 8 for canary in CANARIES for form in forms(canary))


@pytest.mark.clause("IT-52", "IT-61")
def test_no_byte_on_disk_tells_a_person_while_the_contract_lives(state: Path, tmp_path: Path) -> None:
    with running_stack(state, free_port_base(), "--speed", "1") as stack:
        file = tmp_path / "signed.json"
        file.write_text(json.dumps(contract("CANARY-1"), ensure_ascii=False), encoding="utf-8")
        stack.done("sign", file)
        assert_none(state)
        dropped = state / "inbox" / "dropped.json"
        dropped.write_text(json.dumps(contract("CANARY-2")), encoding="utf-8")
        refused = contract("CANARY-3")
        refused["customer"]["administrator"]["email"] = f"{MAILBOXES[3]} example.lv"
        (state / "inbox" / "refused.json").write_text(json.dumps(refused), encoding="utf-8")
        eventually(lambda: not list((state / "inbox").glob("*.json")), "the inbox is empty")
        results = [(name, stack.ligums("act", "CANARY-1", name, "--json", json.dumps(each))) for name, each in acts()]
        assert {name for name, result in results if result.returncode == 0} >= DONE
        said = [result.stdout + result.stderr for _, result in results]
        assert [canary for canary in CANARIES if any(canary in each for each in said)] == []
        _over_http(stack)
        _from_the_web_interface(stack)
        assert_none(state)
        stack.kill()
        assert_none(state)


@pytest.mark.clause("IT-54", "DPA-II.3.2")
def test_no_byte_on_disk_tells_a_person_after_the_end(state: Path, tmp_path: Path) -> None:
    played = [
        {"at": "2026-03-20T11:00", "act": "agree_onboarding", "on": "2026-04-01T09:00"},
        {"at": "2026-04-01T10:00", "act": "record_audit", "findings": [{"severity": "low", "text": NOTES[2]}]},
        {"at": "2026-04-01T11:00", "act": "confirm_rmm_installed", "devices": 10},
        {"at": "2026-04-02T10:00", "act": "record_dispute", "note": NOTES[1], NOTES[5]: NAMES[0]},
        {"at": "2026-04-03T10:00", "act": "add_user", "user": "u-1", "name": NAMES[1], "login": LOGINS[0]},
        {"at": "2026-04-03T11:00", "act": "record_equipment", "name": "PC", "type": "PC", "serial_number": SERIALS[1]},
        {
            "at": "2026-04-03T12:00",
            "act": "store_credential",
            "credential": "c-1",
            "username": LOGINS[1],
            "secret": SECRETS[1],
        },
        {"at": "2026-04-20T10:00", "act": "agree_end", "on": "2026-04-30", "note": NOTES[3]},
    ]
    contract_file, scenario_file = tmp_path / "signed.json", tmp_path / "scenario.json"
    contract_file.write_text(json.dumps(contract("CANARY-4")), encoding="utf-8")
    scenario_file.write_text(json.dumps({"payer": "on_time", "acts": played}), encoding="utf-8")
    with running_stack(state, free_port_base(), "--speed", str(QUICK_LIFE)) as stack:
        stack.done("sign", contract_file, "--scenario", scenario_file)

        def has_closed() -> bool:
            assert_none(state)
            return any(event["event"] == "contract.closed" for event in stack.timeline("CANARY-4"))

        eventually(has_closed, "the contract closes")
        told = stack.done("timeline", "CANARY-4", "--json") + stack.done("show", "CANARY-4")
        assert [canary for canary in CANARIES if canary in told] == []
    assert_none(state)


def _over_http(stack: RunningStack) -> None:
    """Refused input of every kind, at the API."""
    token = (stack.state / "operator-token").read_text(encoding="ascii").strip()
    base = f"http://127.0.0.1:{stack.port_base}"
    with httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        bad = contract("CANARY-5")
        bad["customer"]["administrator"]["phone"] = f"zvans {NOTES[4]}"
        answers = [
            client.post("/contracts", json=bad),
            client.post("/contracts", content=f"{{broken {NAMES[0]}".encode()),
            client.post("/contracts/CANARY-1/acts/record_dispute", content=f"[{NAMES[0]}".encode()),
            client.get("/contracts/CANARY-1/timeline", params={"q": NOTES[4]}),
        ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    for answer in answers:
        assert [canary for canary in CANARIES if canary in answer.text] == []


def _from_the_web_interface(stack: RunningStack) -> None:
    """A good act and a bad one, sealed by the stack's codec server and sent on to Temporal, as a browser does."""
    sent: list[tuple[str, dict[str, Any]]] = [
        ("record_dispute", {"note": f"{FROM_THE_UI[0]} par {FROM_THE_UI[1]}"}),
        ("change_contact", {"role": "administrator", "email": f"{FROM_THE_UI[0]} nav adrese", FROM_THE_UI[1]: 1}),
    ]
    before = Counter(event["event"] for event in stack.timeline("CANARY-1"))
    for act, fields in sent:
        asyncio.run(signal(stack, "CANARY-1", act, encoded(stack, fields)))
    eventually(
        lambda: (
            Counter(event["event"] for event in stack.timeline("CANARY-1")) - before
            == Counter({"dispute.recorded": 1, "act.refused": 1})
        ),
        "one is done, one refused",
    )
    told = stack.done("timeline", "CANARY-1", "--json")
    assert [canary for canary in CANARIES if canary in told] == []
