"""What is refused before anything starts: exit code 1 with a line a fault, 2 for wrong usage, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.stack import Ports
from schemas.acts import ACTS
from starter.commands.acts import fields_of
from tests.cli.support import SAMPLES, environment, ligums, sample
from tests.forked import PROGRAMS

LOADS_EACH_ALONE = """
import sys
from importlib import import_module
OURS = {"activities", "runtime", "sealing", "starter", "terms", "worker", "workflows"}
for program in sys.argv[1:]:
    for name in [each for each in sys.modules if each.partition(".")[0] in OURS]:
        del sys.modules[name]
    import_module(program)
"""


def test_every_faulty_field_is_a_line_of_its_own_and_the_values_are_not_repeated(tmp_path: Path) -> None:
    text = (SAMPLES / "01-pays-on-time.contract.yaml").read_text(encoding="utf-8")
    faulty = text.replace("2026-02-10T11:20:00+02:00", "2026-02-10T11:20:00").replace("users: 14", "users: secret-word")
    file = tmp_path / "contract.yaml"
    file.write_text(faulty, encoding="utf-8")

    result = ligums("simulate", file)

    assert result.returncode == 1
    assert result.stdout == ""
    fields = [line.removeprefix(f"{file}: ").partition(":")[0] for line in result.stderr.splitlines()]
    assert sorted(fields) == ["content.users", "signed_at"]
    assert "secret-word" not in result.stderr


def test_a_day_before_the_signature_is_no_end() -> None:
    result = ligums("simulate", sample("01-pays-on-time")[0], "--until", "2026-02-09")

    assert result.returncode == 1
    assert result.stderr == "--until lies before the contract's signed_at; name 2026-02-10 or a later day\n"


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("simulate",),
        ("simulate", "no-such-file.yaml"),
        ("simulate", str(SAMPLES / "01-pays-on-time.contract.yaml"), "--until", "tomorrow"),
        ("up", "--exit-when-done"),
        ("up", "--speed", "0"),
        ("up", "--port-base", "65531"),
        ("contracts", "--stage", "asleep"),
        ("act", "IT-1", "record_payment", "amount"),
        ("invoice", "BB-2026-000001"),
        ("invoice", "BB-2026-000001", "--pdf", "."),
        ("act", "IT-1", "record_payment", "--json", "{"),
        ("act", "IT-1", "record_payment", "--json", "[]"),
    ],
)
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...]) -> None:
    result = ligums(*words)

    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_the_help_of_up_names_every_port_that_is_taken() -> None:
    result = ligums("up", "--help", COLUMNS="200")

    ports = {name: getattr(Ports(65_530), name) for name, each in vars(Ports).items() if isinstance(each, property)}
    assert ports == {"api": 65530, "temporal": 65531, "ui": 65532, "smtp": 65533, "also": 65534, "graph": 65535}
    words = " ".join(result.stdout.replace("│", " ").split())
    assert "[1024<=x<=65530]" in words
    assert "Port of the API; Temporal, its UI, SMTP and the sandboxes of ALSO and Graph take the five next." in words


@pytest.mark.parametrize(
    "words", [("show", "IT-1"), ("timeline", "IT-1"), ("contracts",), ("due",), ("act", "IT-1", "x")]
)
def test_without_a_stack_one_line_says_how_to_start_one(words: tuple[str, ...], tmp_path: Path) -> None:
    result = ligums(*words, LIGUMS_STATE=str(tmp_path))

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"no running stack at {tmp_path}; start one with `ligums up`\n"


def test_the_help_of_act_names_every_act() -> None:
    result = ligums("act", "--help", COLUMNS="200")

    assert result.returncode == 0
    assert set(ACTS) <= set(result.stdout.split())
    assert "Example: ligums act" in result.stdout


def test_the_help_of_one_act_tells_of_its_fields() -> None:
    result = ligums("act", "IT-1", "extend_payment", "--help")

    assert result.returncode == 0
    assert "extend_payment (IT-P1.special; M365-17)" in result.stdout
    assert "due_on" in result.stdout


def test_fields_are_text_and_dots_make_sections() -> None:
    fields = fields_of(["content.users=12", "content.plan=A=B", "effective_on=2026-06-15"], '{"content": {"n": 1.10}}')

    assert fields == {"content": {"n": "1.10", "users": "12", "plan": "A=B"}, "effective_on": "2026-06-15"}


def test_clauses_are_listed_as_json() -> None:
    result = ligums("clauses", "--json")

    assert result.returncode == 0, result.stderr
    clauses = {each["id"]: each for each in map(json.loads, result.stdout.splitlines())}
    assert clauses["IT-40.1"]["honoured_by"]


@pytest.mark.long
def test_each_program_loads_whatever_was_loaded_before() -> None:
    # Nothing but the schemas, which import none of the others.
    command = [sys.executable, "-c", LOADS_EACH_ALONE, "starter.cli", *PROGRAMS]
    loading = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment(), check=False)
    assert (loading.returncode, loading.stdout, loading.stderr) == (0, "", "")
