"""Documents are made in a process of their own, which may be lost at any moment, and ends with who began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from activities.documents.einvoice_rules import rule_book
from activities.documents.making import DocumentUnsound, make
from activities.documents.press import Press, PressFailed
from tests.documents.invoices import invoice

BEGINS_AND_WAITS = """
import asyncio, sys
from activities.documents.press import Press
from tests.documents.invoices import invoice

press = Press()
asyncio.run(press.made(invoice()))
print(press._process.pid, flush=True)
sys.stdin.read()
"""
NOT_A_STYLESHEET = "<not-a-stylesheet/>"


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    one = Press()
    yield one
    one.close()


def process_of(press: Press) -> psutil.Process:
    [found] = [each for each in psutil.Process().children() if each.pid == _pid(press)]
    return found


def _pid(press: Press) -> int:
    assert press._process is not None
    return press._process.pid


async def test_what_the_press_makes_is_what_is_made_here(press: Press) -> None:
    made = await press.made(invoice())
    assert made == make(invoice(), rule_book())
    assert made.pdf.startswith(b"%PDF-")


async def test_a_lost_process_costs_no_document(press: Press) -> None:
    await press.made(invoice())
    first = process_of(press)
    first.kill()
    again = await press.made(invoice(number="BB-2026-000124"))
    assert again.number == "BB-2026-000124"
    assert _pid(press) != first.pid


@pytest.mark.long
async def test_one_that_hangs_is_ended_and_another_begun(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    await press.made(invoice())
    process_of(press).send_signal(signal.SIGSTOP)
    hung = _pid(press)
    # Long enough for the process that is begun in its place, rules and all.
    monkeypatch.setattr("activities.documents.press.LONGEST_SECONDS", 15)
    await press.made(invoice())
    assert not psutil.pid_exists(hung)


async def test_a_process_that_cannot_work_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    press = Press()
    with pytest.raises(PressFailed, match="no document could be made"):
        await press.made(invoice())
    press.close()


async def test_unusable_rules_are_told_with_each_document(tmp_path: Path) -> None:
    (tmp_path / "own.xslt").write_text(NOT_A_STYLESHEET)
    press = Press(tmp_path)
    for _ in range(2):
        with pytest.raises(DocumentUnsound, match=r"own\.xslt is no stylesheet that can be compiled"):
            await press.made(invoice())
    press.close()


@pytest.mark.long
def test_it_ends_with_who_began_it_however_that_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BEGINS_AND_WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        made = psutil.Process(int(owner.stdout.readline()))
        os.kill(owner.pid, signal.SIGKILL)
        made.wait(timeout=30)
