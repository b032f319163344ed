"""A contract's inventory on the command line: brought in from a CSV file, and listed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from schemas.inventory import ID_FIELDS, KINDS, REFERENCES, InventoryKind, InventoryRecord
from schemas.problems import MAXIMUM_PROBLEMS, Problem, Refused
from starter.commands.acts import ACT_ID_HEADER
from starter.failures import CommandFailed
from starter.http_client import Reach, StackClient
from starter.inventory_file import ACT_OF, MAXIMUM_BYTES, Row, read_rows
from starter.printing import console, table

HOW_TO_GO_ON = (
    "{done} of {rows} rows are on record; bring the others in by a file of their own, "
    "or by the same one if the stack only did not answer"
)
"""A refused act is answered with its refusal for ever, and the same file brings the same acts."""


def import_file(number: str, path: Path, kind: InventoryKind, reach: Reach) -> None:
    """Do an act a row. Raises CommandFailed with one line a fault, before the first act if a row is at fault."""
    raw = _read(path)
    try:
        rows = read_rows(raw, kind)
        with StackClient(reach) as stack:
            _require_references(stack, number, rows)
            _do(stack, number, kind, rows, _id_of_file(number, raw))
    except Refused as refused:
        raise CommandFailed(*(f"{path}: {each.field}: {each.message}" for each in refused.problems)) from None
    console().print(f"{len(rows)} {kind} are on record in {number}")


def show(number: str, reach: Reach, *, as_json: bool) -> None:
    """Print the records with the facts that tell of no person."""
    with StackClient(reach) as stack:
        records = [record for kind in KINDS for record in _records(stack, number, kind)]
    if as_json:
        for record in records:
            print(record.model_dump_json())
        return
    rows = [
        (each.inventory, each.id, f"{each.since:%Y-%m-%d}", ", ".join(f"{k} {v}" for k, v in each.facts.items()))
        for each in records
    ]
    console().print(table(("Kind", "Id", "Since", "Facts"), rows))


def _do(stack: StackClient, number: str, kind: InventoryKind, rows: Sequence[Row], file_id: str) -> None:
    act = ACT_OF[kind].act_name
    with Progress(console=console(to_stderr=True), transient=True) as progress:
        task = progress.add_task(f"Bringing in {kind}", total=len(rows))
        for done, row in enumerate(rows):
            headers = {ACT_ID_HEADER: f"import-{file_id}-{row.number}"}
            try:
                stack.post("contracts", number, "acts", act, document=row.fields, headers=headers)
            except CommandFailed as failure:
                faults = [f"row {row.number}: {line}" for line in failure.lines]
                raise CommandFailed(*faults, HOW_TO_GO_ON.format(done=done, rows=len(rows))) from None
            progress.advance(task)


def _require_references(stack: StackClient, number: str, rows: Sequence[Row]) -> None:
    """What rows name must be there before the first act: a refused act keeps its refusal under its id."""
    named = {REFERENCES[field] for row in rows for field, _ in row.references()}
    there = {kind: {record.id for record in _records(stack, number, kind)} for kind in named}
    problems = [
        Problem(
            field=f"row {row.number}: {field}",
            message=f"names no {ID_FIELDS[REFERENCES[field]]} of the inventory; bring that in first",
        )
        for row in rows
        for field, record in row.references()
        if record not in there[REFERENCES[field]]
    ]
    if problems:
        raise Refused(tuple(problems[:MAXIMUM_PROBLEMS]))


def _records(stack: StackClient, number: str, kind: InventoryKind) -> list[InventoryRecord]:
    records = stack.whole(
        "contracts", number, "inventory", after=lambda listed: str(listed[-1]["id"]), query={"kind": kind}
    )
    return [InventoryRecord.model_validate(each) for each in records]


def _id_of_file(number: str, raw: bytes) -> str:
    """What names the file in its acts' ids: slow to work out, as ids are kept and nobody should try names on them."""
    return hashlib.scrypt(raw, salt=number.encode(), n=2**14, r=8, p=1, dklen=16).hex()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be read ({error.strerror})") from error
