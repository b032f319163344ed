"""Invoices of a running stack as files, and the print queue."""

from __future__ import annotations

from pathlib import Path

from starter.failures import CommandFailed
from starter.http_client import Reach, StackClient
from starter.printing import console


def invoice(number: str, pdf: Path | None, xml: Path | None, printed: bool, reach: Reach) -> None:
    """Write the invoice's PDF and its e-invoice into files; take it off the print queue. Raises CommandFailed."""
    out = console()
    with StackClient(reach) as stack:
        for ending, file in (("pdf", pdf), ("xml", xml)):
            if file is not None:
                _write(file, stack.download("invoices", f"{number}.{ending}"))
                out.print(f"{file}", soft_wrap=True)
        if printed:
            stack.done("invoices", number, "printed")
            out.print(f"{number} is off the print queue.")


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CommandFailed(f"{file}: cannot be written ({error.strerror})") from None
