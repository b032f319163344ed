"""Invoices of a running stack as files, and the print queue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starter.files import write_file
from starter.http_client import Reach, StackClient
from starter.printing import console


def invoice(number: str, files: Mapping[str, Path | None], reach: Reach, *, envelope: bool, printed: bool) -> None:
    """Say that it is posted, which sets its due date; then write it into files by their endings, tell where it goes.

    Raises CommandFailed.
    """
    out = console()
    with StackClient(reach) as stack:
        if printed:
            stack.done("invoices", number, "printed")
            out.print(f"{number} is off the print queue.")
        for ending, file in files.items():
            if file is not None:
                write_file(file, stack.download("invoices", f"{number}.{ending}"))
                out.print(f"{file}", soft_wrap=True)
        if envelope:
            answer = stack.post("invoices", number, "envelope", document=None)
            print(f"{answer['customer']}\n{answer['address']}")
