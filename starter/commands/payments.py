"""Bank statements on the command line: imported, and what waits for a person shown and resolved."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress

from activities.statements.camt053 import MAXIMUM_BYTES
from schemas.statement import ImportSummary, ParkedLine, Resolved
from starter.failures import CommandFailed
from starter.http_client import Reach, StackClient
from starter.printing import console, table

MOST_TURNS = 1000
XML = "application/xml"


def import_file(path: Path, reach: Reach, *, as_json: bool) -> None:
    """Sends the file until every match is booked. Raises CommandFailed, also where contracts do not answer."""
    raw = _read(path)
    with StackClient(reach) as stack:
        try:
            summary, new = _import(stack, raw)
        except CommandFailed as failure:
            raise CommandFailed(*(f"{path}: {line}" for line in failure.lines)) from None
    told = summary.model_copy(update={"new": new})
    if as_json:
        print(told.model_dump_json())
    else:
        console().print(_sentence(told))
    if told.waiting:
        raise CommandFailed(f"{told.waiting} payments wait for their contracts' answer; import the file again")


def parked(reach: Reach, *, as_json: bool) -> None:
    """Print the lines that wait for a person."""
    with StackClient(reach) as stack:
        lines = _parked(stack)
    if as_json:
        for each in lines:
            print(each.model_dump_json())
        return
    out = console()
    if not lines:
        out.print("No payment waits for a person.")
        return
    headings = ("Line", "Booked on", "Amount", "Why", "Payer", "Account", "What for")
    out.print(table(headings, [_row(each) for each in lines], right=("Line", "Amount")))


def resolve(line: int, contract: str | None, invoice: str | None, ignore: str | None, reach: Reach) -> None:
    """Print what became of the line. Raises CommandFailed with the reason where the contract refuses."""
    said = {"contract": contract, "invoice": invoice, "ignore": ignore}
    given = {name: value for name, value in said.items() if value is not None}
    with StackClient(reach) as stack:
        done = Resolved.model_validate(stack.post("payments", "parked", str(line), document=given))
    if done.status == "matched":
        raise CommandFailed(f"line {line} waits for the answer of {done.contract}; import its statement again")
    where = f"booked on {done.contract}" if done.status == "booked" else "ignored"
    console().print(f"Line {line} is {where}.")


def _import(stack: StackClient, raw: bytes) -> tuple[ImportSummary, int]:
    """The last summary, and how many lines the first turn found new; ends when a turn gets nothing further."""
    shown = console(to_stderr=True)
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as progress:
        task = progress.add_task("Booking payments", total=None)
        summary = _turn(stack, raw)
        new, waiting = summary.new, summary.waiting
        for _ in range(MOST_TURNS):
            progress.update(task, total=summary.lines, completed=summary.lines - waiting)
            if not waiting:
                break
            summary = _turn(stack, raw)
            if summary.waiting >= waiting:
                break
            waiting = summary.waiting
    return summary, new


def _turn(stack: StackClient, raw: bytes) -> ImportSummary:
    return ImportSummary.model_validate(stack.send("payments", "statement", content=raw, content_type=XML))


def _parked(stack: StackClient) -> list[ParkedLine]:
    lines = stack.whole("payments", "parked", after=lambda listed: str(listed[-1]["line"]))
    return [ParkedLine.model_validate(each) for each in lines]


def _row(each: ParkedLine) -> tuple[str, ...]:
    sign = "-" if each.direction == "debit" else ""
    amount = f"{sign}{each.model_dump(mode='json')['amount']} {each.currency}"
    details = each.details
    what_for = " ".join(
        part for part in (details.remittance, *details.creditor_references, *details.document_numbers) if part
    )
    return (
        *(str(each.line), each.booked_on.isoformat(), amount, each.reason),
        *(details.payer_name or "", details.payer_account or "", what_for),
    )


def _sentence(told: ImportSummary) -> str:
    counts = f"{told.lines} lines ({told.new} new): {told.booked} booked, {told.parked} parked, {told.ignored} ignored"
    pending = f"; {told.pending} entries are pending at the bank" if told.pending else ""
    hint = "\nWhat is parked waits for a person: ligums payments parked" if told.parked else ""
    return f"{counts}{pending}. The statement reaches to {told.reaches_to}.{hint}"


def _read(path: Path) -> bytes:
    """The file, unless it is larger than what is taken: then no more of it than that is read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be read ({error.strerror})") from error
    if len(raw) > MAXIMUM_BYTES:
        raise CommandFailed(f"{path}: is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB, the most that is read")
    return raw
