"""`ligums up` on a state folder whose master key is not the one it was: nothing starts, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import ligums, running_stack, sample
from tests.ports import free_port_base

pytestmark = pytest.mark.real

NUMBER = "IT-2026-000101"


@pytest.mark.long
def test_a_wrong_or_missing_master_key_is_one_line_and_put_back_all_reads_again(folder: Path) -> None:
    state, other = folder / "state", folder / "other"
    assert ligums("keys", "init", "--state", other).returncode == 0
    with running_stack(state) as stack:
        stack.done("sign", sample("01-pays-on-time")[0])
        before = stack.timeline(NUMBER)
    master = state / "master-keys.json"
    whole = master.read_bytes()

    wrong = (other / "master-keys.json").read_bytes()
    master.write_bytes(wrong)
    assert refused(state).startswith("master key m-1-")
    master.unlink()
    assert refused(state).startswith("the master key file master-keys.json is missing; put it back from its own copy")
    assert not master.exists(), "no new one hides that it is gone"

    # A link to itself: what stands there can be read by nobody, as on a disk that does not answer.
    master.symlink_to(master.name)
    with running_stack(state) as stack:
        said = " ".join(stack.said().split())
        assert "warning: the key store (master-keys.json: Too many levels of symbolic links) cannot be reached" in said
        master.unlink()
        master.write_bytes(whole)
        master.chmod(0o600)
        assert stack.timeline(NUMBER)[: len(before)] == before
        stack.done("act", NUMBER, "record_dispute", "note=Rēķina rindas")


def refused(state: Path) -> str:
    """The one line of a start that is refused."""
    result = ligums("up", "--state", state, "--port-base", str(free_port_base()))
    assert (result.returncode, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert "no data is lost, but none can be read without it" in line
    return line
