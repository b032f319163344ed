"""The press: a process of its own in which documents are made, one after another.

Compiling the rules holds Python's lock for a second, and each document for some milliseconds: in the worker's own
process no workflow would move meanwhile. What is asked and answered goes through the process's input and output, each
part with its length before it.
"""

from __future__ import annotations

import asyncio
import atexit
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Final

from activities.documents.einvoice_rules import rule_book
from activities.documents.making import DocumentUnsound, make
from schemas.base import Frozen
from schemas.invoice_document import InvoiceDocument, MadeDocument

LENGTH_BYTES: Final = 4
LONGEST_SECONDS: Final = 60
"""For one document, the making of the process and the compiling of the rules included."""


class PressFailed(Exception):
    """The process that makes documents ended or did not answer, twice; no fault of the document's."""

    def __init__(self) -> None:
        super().__init__(f"no document could be made: its process ended, or did not answer in {LONGEST_SECONDS} s")


class _Answer(Frozen):
    """The document without its PDF, which follows; or what is wrong with it."""

    made: MadeDocument | None = None
    broken: tuple[str, ...] = ()


class Press:
    """Makes documents in a process that is begun when it is first needed, and again when it was lost."""

    def __init__(self, rules_folder: Path | None = None) -> None:
        """Raises RulesUnusable where the folder holds no rules; None stands for the packaged ones."""
        rule_book(rules_folder)
        self._folder = rules_folder
        self._process: subprocess.Popen[bytes] | None = None
        # A thread and not the event loop: one press serves all that runs in this process, on whatever loop.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="press")
        atexit.register(self.close)

    def warm_up(self) -> None:
        """Have the process begun and its rules compiled before the first document comes; does not wait for it."""
        self._thread.submit(self._running)

    async def made(self, document: InvoiceDocument) -> MadeDocument:
        """Raises DocumentUnsound, PressFailed."""
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._asked, document)
        if answer.made is None:
            raise DocumentUnsound(document.number, answer.broken)
        return answer.made

    def close(self) -> None:
        """End the process, whatever it is at; the next document begins another."""
        process, self._process = self._process, None
        if process is not None:
            # What it was not yet told is lost with it, as it should be.
            with suppress(BrokenPipeError), process:
                process.kill()

    def _asked(self, document: InvoiceDocument) -> _Answer:
        for _ in range(2):
            process = self._running()
            try:
                with _ended_when_late(process):
                    return _dialogue(process, document)
            except (EOFError, OSError):
                self.close()
        raise PressFailed

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            place = [str(self._folder)] if self._folder is not None else []
            command = [sys.executable, "-P", "-m", __name__, *place]
            # A session of its own, as Ctrl-C is for the worker, which has documents under way to finish.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        return self._process


@cache
def press(rules_folder: Path | None = None) -> Press:
    """The one of this process, by the folder of its rules. Raises RulesUnusable."""
    return Press(rules_folder)


def _dialogue(process: subprocess.Popen[bytes], document: InvoiceDocument) -> _Answer:
    _write(_input(process), document.model_dump_json(by_alias=True).encode())
    assert process.stdout is not None, "its output is a pipe"
    answer = _Answer.model_validate_json(_read(process.stdout))
    if answer.made is None:
        return answer
    return _Answer(made=answer.made.model_copy(update={"pdf": _read(process.stdout)}))


@contextmanager
def _ended_when_late(process: subprocess.Popen[bytes]) -> Iterator[None]:
    watch = threading.Timer(LONGEST_SECONDS, process.kill)
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _input(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdin is not None, "its input is a pipe"
    return process.stdin


def _write(stream: IO[bytes], part: bytes) -> None:
    stream.write(len(part).to_bytes(LENGTH_BYTES) + part)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    """The next part. Raises EOFError where the other side has ended."""
    length = stream.read(LENGTH_BYTES)
    part = stream.read(int.from_bytes(length))
    if len(length) < LENGTH_BYTES or len(part) < int.from_bytes(length):
        raise EOFError
    return part


def serve(rules_folder: Path | None, asked: IO[bytes], answered: IO[bytes]) -> None:
    """Make what is asked for until nobody asks any more: whoever began this process has ended, in whatever way."""
    rules = rule_book(rules_folder)
    rules.compile()
    while True:
        try:
            document = InvoiceDocument.model_validate_json(_read(asked))
        except EOFError:
            return
        try:
            made = make(document, rules)
        except DocumentUnsound as unsound:
            _write(answered, _Answer(broken=unsound.broken).model_dump_json().encode())
        else:
            _write(answered, _Answer(made=made.model_copy(update={"pdf": b""})).model_dump_json().encode())
            _write(answered, made.pdf)


if __name__ == "__main__":
    serve(Path(sys.argv[1]) if len(sys.argv) > 1 else None, sys.stdin.buffer, sys.stdout.buffer)
