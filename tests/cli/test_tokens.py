"""Local tokens on the command line: who a command acts as, and in how few words it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from schemas.account import ROLES
from starter.groups import Role
from tests.cli.support import RunningStack, json_lines, ligums, running_stack

LACKS_WRITE_OFF = "this needs the permission act:write_off, held by: admin, finance; your roles: support"


@pytest.fixture(scope="module")
def stack(module_folder: Path) -> Iterator[RunningStack]:
    with running_stack(module_folder / "state") as running:
        yield running


def test_the_command_line_knows_the_roles() -> None:
    assert tuple(Role) == ROLES


def test_tokens_are_made_listed_and_revoked_without_a_stack(folder: Path) -> None:
    state = ("--state", folder / "state")
    added = ligums("token", "add", "--role", "support", "--role", "dpo", "--name", "support-1", *state)
    assert (added.returncode, added.stderr) == (0, "")
    [token] = added.stdout.splitlines()
    kept = folder / "state" / "tokens.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert token not in kept.read_text(encoding="utf-8")

    [listed] = json_lines(ligums("token", "list", "--json", *state).stdout)
    assert (listed["id"], listed["roles"]) == ("support-1", ["support", "dpo"])
    made_at, expires_at = (datetime.fromisoformat(listed[name]) for name in ("made_at", "expires_at"))
    assert (expires_at - made_at).days in (89, 90)  # local time: the clocks may change in between
    assert token not in ligums("token", "list", *state).stdout

    again = ligums("token", "add", "--role", "support", "--name", "support-1", *state)
    assert again.returncode == 1
    assert again.stderr == "name: is taken; choose another name, or revoke its token first\n"
    assert ligums("token", "revoke", "support-1", *state).returncode == 0
    gone = ligums("token", "revoke", "support-1", *state)
    assert (gone.returncode, gone.stderr.count("\n")) == (1, 1)
    assert ligums("token", "list", "--json", *state).stdout == ""


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("token", "add", "--role", "root", "--name", "x"), 2),
        (("token", "add", "--name", "x"), 2),
        (("token", "add", "--role", "support"), 2),
        (("token", "add", "--role", "support", "--name", "x", "--days", "0"), 2),
        (("token", "add", "--role", "support", "--name", "x", "--days", "367"), 2),
        (("token", "add", "--role", "support", "--name", "anna@example.lv"), 1),
        (("token", "revoke"), 2),
    ],
)
def test_what_makes_no_token_says_why(folder: Path, words: tuple[str, ...], exit_code: int) -> None:
    result = ligums(*words, LIGUMS_STATE=str(folder))
    assert (result.returncode, result.stdout) == (exit_code, "")
    assert "anna" not in result.stderr
    assert not (folder / "tokens.json").exists()


@pytest.mark.long
@pytest.mark.real
@pytest.mark.clause("IT-61", "IT-A2.21")
def test_a_command_acts_as_whoever_its_token_is_of(stack: RunningStack, folder: Path) -> None:
    token = stack.done("token", "add", "--role", "support", "--name", "support-1").strip()
    state = ("--state", stack.state)
    by_environment = {"LIGUMS_TOKEN": token}
    assert ligums("due", *state, **by_environment).returncode == 0

    file = folder / "token"
    file.write_text(f"{token}\n", encoding="ascii")
    for refused in (
        ligums("act", "IT-1", "write_off", "invoice=1", "note=x", *state, **by_environment),
        ligums("act", "IT-1", "write_off", "invoice=1", "note=x", *state, "--token-file", file),
        ligums("act", "IT-1", "write_off", *state, "--token-file", file, LIGUMS_TOKEN="another"),
    ):
        assert (refused.returncode, refused.stdout) == (1, "")
        assert (
            refused.stderr == "this needs the permission act:write_off, held by: admin, finance; your roles: support\n"
        )
    allowed = ligums("act", "IT-1", "suspend", *state, "--token-file", file)
    assert allowed.stderr == "there is no contract of this number\n"

    stack.done("token", "revoke", "support-1")
    revoked = ligums("due", *state, "--token-file", file)
    assert (revoked.returncode, revoked.stderr) == (1, "nobody is known by this token\n")
    assert stack.done("due") == "Nothing needs a person today.\n"


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("content", [b"", b"\n", b"two words", "ā".encode(), b"a\nb"])
def test_a_file_without_a_token_is_named(stack: RunningStack, folder: Path, content: bytes) -> None:
    file = folder / "token"
    file.write_bytes(content)
    result = stack.ligums("due", "--token-file", file)
    assert (result.returncode, result.stderr) == (1, f"{file}: holds no token; it should hold one and nothing else\n")
    missing = stack.ligums("due", "--token-file", folder / "nothing")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
