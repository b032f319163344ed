"""An inventory brought in from files: checked whole, done once, and never repeated in what is said about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.inventory import InventoryKind
from schemas.problems import Refused
from starter import inventory_file
from starter.inventory_file import read_rows
from tests.cli.canaries import seen
from tests.cli.support import RunningStack, command, environment, json_lines, running_stack, sample

USERS = "user,name,email,login,work_phone,note\n"
EQUIPMENT = "equipment;name;type;operating_system;serial_number;assigned_user;internet_provider\n"
SYSTEMS = "system,name,type,ip_address,location,network_diagrams,photos,responsible\n"
LICENCES = "licence,software,expires_on,assigned_user,assigned_workstation\n"


def faults(text: str | bytes, kind: InventoryKind) -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(Refused) as refused:
        read_rows(raw, kind)
    return str(refused.value).splitlines()


# Files


@pytest.mark.clause("IT-A1")
def test_rows_are_read_with_either_separator_with_a_mark_or_without() -> None:
    rows = read_rows(b"\xef\xbb\xbf" + (USERS + "u-1,Anna B\xc4\x93rzi\xc5\x86a,,anna,,\n").encode("latin-1"), "users")
    assert [(row.number, row.fields) for row in rows] == [
        (2, {"user": "u-1", "name": "Anna Bērziņa", "login": "anna"}),
    ]
    [row] = read_rows((EQUIPMENT + '\r\n;"Kases; dators";Galddators;;;u-1;\r\n').encode(), "equipment")
    # Row 2 is empty and none; the header is row 1.
    assert (row.number, row.fields) == (3, {"name": "Kases; dators", "type": "Galddators", "assigned_user": "u-1"})
    assert list(row.references()) == [("assigned_user", "u-1")]


def test_columns_come_in_any_order_and_documents_in_one_cell() -> None:
    text = "type,name,system,photos,network_diagrams,location,responsible,ip_address\nRouter,GW,,A | B,C,,,10.0.0.1\n"
    [row] = read_rows(text.encode(), "systems")
    assert row.fields == {
        "type": "Router",
        "name": "GW",
        "photos": ["A", "B"],
        "network_diagrams": ["C"],
        "ip_address": "10.0.0.1",
    }


def test_every_fault_is_named_by_row_and_field_and_no_value_is_repeated() -> None:
    text = USERS + "u-1,Anna B,anna@@slepens,,,\nu 2,Juris K,,,29slepens,\nu-3,,,,,\nu-1,Ilze O,,,,\n"
    said = faults(text, "users")
    assert [line.rpartition(": ")[0] for line in said[:1]] == ["row 2: email"]
    assert [":".join(line.split(":")[:2]) for line in said] == [
        "row 2: email",
        "row 3: user",
        "row 3: work_phone",
        "row 4: name",
        "row 5: user",
    ]
    assert "slepens" not in "".join(said)
    assert said[-1] == "row 5: user: has the id of row 2; each record has its own"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("user,name,email,login,work_phone\n", "users"),
        ("user,name,email,login,work_phone,note,password\n", "users"),
        ("user,name,email,login,work_phone,note,note\n", "users"),
        ("User,Name,Email,Login,Work_phone,Note\n", "users"),
        ("user\tname\temail\tlogin\twork_phone\tnote\n", "users"),
        (USERS, "licences"),
        ("", "systems"),
    ],
)
def test_a_header_names_exactly_the_fields(header: str, kind: InventoryKind) -> None:
    [said] = faults(header, kind)
    assert said.startswith("row 1: must name exactly these fields, separated by commas or semicolons: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (USERS + "u-1,Anna B\n", "row 2: has 2 cells where the header has 6"),
        (USERS + 'u-1,"Anna B\n', "row 2: is not well-formed CSV; check its quotes"),
        (USERS.encode("utf-16"), "file: is not UTF-8 text but looks like UTF-16 or a binary file"),
        (USERS.encode() + b"u-1,B\xebrzi\n", "file: is not UTF-8 text (line 2); save it as CSV in UTF-8"),
        (b"x" * (4 * 1024 * 1024 + 1), "file: is larger than 4 MiB, the most that is read"),
        (
            LICENCES + ",Office,2027-01-31,u-1,pc-1\n",
            "row 2: assign the licence to a user or to a workstation, not to both",
        ),
    ],
)
def test_a_file_that_cannot_be_is_refused(text: str | bytes, said: str) -> None:
    kind: InventoryKind = "licences" if isinstance(text, str) and text.startswith("licence") else "users"
    assert faults(text, kind)[0].startswith(said)


def test_a_file_has_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_file, "MAXIMUM_ROWS", 2)
    text = SYSTEMS + ",GW,Router,,,,,\n" * 3
    assert faults(text, "systems") == ["file: has more than 2 rows; bring them in by several files"]


# On a running stack


@pytest.fixture(scope="module")
def stack(module_folder: Path) -> Iterator[RunningStack]:
    with running_stack(module_folder / "state") as running:
        yield running


def signed(stack: RunningStack, folder: Path, number: str) -> str:
    text = sample("01-pays-on-time")[0].read_text(encoding="utf-8")
    (folder / "contract.yaml").write_text(text.replace("IT-2026-000101", number), encoding="utf-8")
    stack.done("sign", folder / "contract.yaml")
    return number


def imported(stack: RunningStack, folder: Path, number: str, kind: str, text: str) -> tuple[int, str]:
    """The exit code and what was said."""
    file = folder / f"{kind}.csv"
    file.write_text(text, encoding="utf-8")
    result = stack.ligums("inventory", "import", number, file, "--kind", kind)
    return result.returncode, (result.stdout if result.returncode == 0 else result.stderr).strip()


@pytest.mark.long
@pytest.mark.real
@pytest.mark.clause("IT-A1")
def test_a_file_comes_in_once_whoever_brings_it_again(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900201")
    users = USERS + "u-1,Anna Bērziņa,anna@example.lv,,+37129000101,\nu-2,Juris Kalns,,jkalns,,Strādā no mājām\n"
    pcs = EQUIPMENT + "pc-1;ANNA-PC;Portatīvais;Windows 11;5CG1234;u-1;Tet\n;Printeris;Printeris;;;;\n"

    # What a row names must be there first; then nothing is done, and the same file is good later.
    code, said = imported(stack, folder, number, "equipment", pcs)
    assert (code, said.rpartition(".csv: ")[2]) == (
        1,
        "row 2: assigned_user: names no user of the inventory; bring that in first",
    )
    assert imported(stack, folder, number, "users", users) == (0, f"2 users are on record in {number}")
    assert imported(stack, folder, number, "equipment", pcs) == (0, f"2 equipment are on record in {number}")
    told = [event for event in stack.timeline(number) if event["event"] != "contract.signed"]
    assert [event["event"] for event in told] == ["user.added", "user.added", *["equipment.recorded"] * 2]

    assert imported(stack, folder, number, "users", users)[0] == 0
    assert imported(stack, folder, number, "equipment", pcs)[0] == 0
    assert len(stack.timeline(number)) == 1 + len(told)

    shown = json_lines(stack.done("inventory", "show", number, "--json"))
    made = told[-1]["data"]["equipment"]
    assert [(each["inventory"], each["id"], each["facts"]) for each in shown] == sorted(
        [
            ("users", "u-1", {}),
            ("users", "u-2", {}),
            (
                "equipment",
                "pc-1",
                {
                    "type": "Portatīvais",
                    "operating_system": "Windows 11",
                    "internet_provider": "Tet",
                    "assigned_user": "u-1",
                },
            ),
            ("equipment", made, {"type": "Printeris"}),
        ],
        key=lambda each: (each[0] != "users", each[1]),
    )
    table = stack.done("inventory", "show", number)
    assert "pc-1" in table
    assert "Anna" not in table
    assert "5CG1234" not in table


@pytest.mark.long
@pytest.mark.real
def test_a_row_that_the_contract_refuses_says_how_far_the_file_came(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900202")
    first = USERS + "u-2,Anna Bērziņa,,,,\n"
    assert imported(stack, folder, number, "users", first)[0] == 0
    code, said = imported(stack, folder, number, "users", USERS + "u-1,Ilze Ozola,,,,\nu-2,Anna Bērziņa,,,,\n")
    assert (code, said.splitlines()) == (
        1,
        [
            "row 3: user: is in the inventory already; change_user changes it",
            "1 of 2 rows are on record; bring the others in by a file of their own, "
            "or by the same one if the stack only did not answer",
        ],
    )


@pytest.mark.long
@pytest.mark.real
@pytest.mark.clause("IT-A2.20")
def test_a_secret_comes_in_by_standard_input(stack: RunningStack, folder: Path) -> None:
    number = signed(stack, folder, "IT-2026-900203")
    fields = json.dumps({"credential": "gw", "username": "admin", "secret": "līnija 1\nlīnija 2"})
    words = ("act", number, "store_credential", "--json", "-", "--state", stack.state)
    result = subprocess.run(
        command(*words), input=fields, capture_output=True, text=True, timeout=120, env=environment(), check=False
    )
    assert result.returncode == 0, result.stderr
    assert "Credential gw stored in the vault" in result.stdout
    assert "līnija" not in result.stdout


@pytest.mark.long
@pytest.mark.real
@pytest.mark.clause("IT-61")
def test_what_comes_in_lies_nowhere_in_clear(stack: RunningStack, folder: Path) -> None:
    """In no byte of the state folder nor of what the stack says, though one row was done and an act refused."""
    number = signed(stack, folder, "IT-2026-900204")
    canaries = ("Kanārijputniņa", "putnupasts.lv", "sprosta.saimnieks", "Putnapiezīmīte", "Refusedcanarynote")
    name, mailbox, login, note, refused_note = canaries
    row = f"u-7,Zane {name},zane@{mailbox},{login},+37129470031,{note}\n"
    assert imported(stack, folder, number, "users", USERS + row)[0] == 0
    refused = stack.ligums("act", number, "record_dispute", f"note={refused_note}", f"more={name}")
    assert refused.returncode == 1
    told = stack.said() + refused.stderr + stack.done("timeline", number, "--json")
    assert [canary for canary in canaries if canary in told] == []
    assert seen(stack.state, canaries, but=(stack.state / "mail",)) == []
